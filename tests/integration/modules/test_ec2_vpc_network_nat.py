"""NAT gateways of ec2_vpc_network against MiniStack, with what the local AWS adds, and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account, ModuleResult

BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
MODES = ("none", "single", "one_per_az")


def network(prefix: str, mode: str, **more: Any) -> dict[str, Any]:
    """The options for two zones, as the role gives them."""
    count = {"none": 0, "single": 1, "one_per_az": 2}[mode]
    nats = [f"{prefix}-nat-{number}" for number in (1, 2)]
    tables = [f"{prefix}-private-rt", f"{prefix}-private-rt-2"][: max(1, count)]
    private = [f"{prefix}-private-{number}" for number in (1, 2)]
    return {
        "name": f"{prefix}-vpc",
        "cidr_block": "10.0.0.0/16",
        "internet_gateway": f"{prefix}-igw",
        "subnets": [
            *({"name": f"{prefix}-public-{n}", "cidr": f"10.0.{n}.0/24", "zone_index": n - 1} for n in (1, 2)),
            *({"name": f"{prefix}-private-{n}", "cidr": f"10.0.1{n}.0/24", "zone_index": n - 1} for n in (1, 2)),
        ],
        "nat_gateways": [{"name": nats[n], "subnet": f"{prefix}-public-{n + 1}"} for n in range(count)],
        "absent_nat_gateways": nats[count:],
        "route_tables": [
            {
                "name": table,
                "subnets": private if len(tables) == 1 else [private[index]],
                "routes": [{"destination_cidr_block": "0.0.0.0/0", "gateway": nats[index]}] if count else [],
            }
            for index, table in enumerate(tables)
        ],
        "absent_route_tables": [f"{prefix}-private-rt-2"][len(tables) - 1 :],
        **more,
    }


def ways_out(account: Account, result: ModuleResult) -> dict[str, str | None]:
    """Each private subnet and the name of the NAT gateway that its default route leads through."""
    ec2, found = account.client("ec2"), {}
    in_vpc = [{"Name": "vpc-id", "Values": [result["network"]["vpc_id"]]}]
    nats = {
        nat["NatGatewayId"]: tag["Value"]
        for nat in ec2.describe_nat_gateways(Filter=in_vpc)["NatGateways"]
        if nat["State"] == "available"
        for tag in nat["Tags"]
        if tag["Key"] == "Name"
    }
    names = {subnet["id"]: subnet["name"] for subnet in result["network"]["subnets"]}
    for table in ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]:
        (out,) = [r["NatGatewayId"] for r in table["Routes"] if r.get("NatGatewayId")] or [None]
        found |= {names[a["SubnetId"]]: nats[out] if out else None for a in table["Associations"] if a.get("SubnetId")}
    return {name: out for name, out in sorted(found.items()) if "private" in name}


def addresses(account: Account, prefix: str) -> list[str]:
    """The names of the Elastic IPs."""
    tags = [tag for address in account.client("ec2").describe_addresses()["Addresses"] for tag in address["Tags"]]
    return sorted(tag["Value"] for tag in tags if tag["Key"] == "Name" and tag["Value"].startswith(f"{prefix}-"))


def expected(prefix: str, mode: str) -> dict[str, str | None]:
    """The ways out of a mode."""
    second = {"none": None, "single": f"{prefix}-nat-1", "one_per_az": f"{prefix}-nat-2"}[mode]
    first = None if mode == "none" else f"{prefix}-nat-1"
    return {f"{prefix}-private-1": first, f"{prefix}-private-2": second}


@BOTH
def test_each_mode_leads_to_each_other(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    for mode in ("one_per_az", "single", "none", "single", "one_per_az", "none"):
        options = network("way", mode)
        planned = account.run("ec2_vpc_network", check_mode=True, **options)
        result = account.run("ec2_vpc_network", **options)
        again = account.run("ec2_vpc_network", **options)

        assert planned["diff"] == result["diff"] and planned.writes == [] and result["changed"]
        assert ways_out(account, result) == expected("way", mode)
        wanted = [nat["name"] for nat in options["nat_gateways"]]
        assert addresses(account, "way") == wanted == [nat["name"] for nat in result["network"]["nat_gateways"]]
        assert not again["changed"] and again.writes == [] and again["network"] == result["network"]
        assert len(again.calls) == (6 if mode == "none" else 8)


def test_the_network_without_nat_gateways_costs_no_call_more(account: Account) -> None:
    account.run("ec2_vpc_network", **network("calls", "none"))

    assert len(account.run("ec2_vpc_network", **network("calls", "none")).calls) == 6


def test_routes_move_before_a_gateway_goes(account: Account) -> None:
    account.run("ec2_vpc_network", **network("move", "one_per_az"))
    fewer = account.run("ec2_vpc_network", **network("move", "single"))
    none = account.run("ec2_vpc_network", **network("move", "none"))

    assert fewer.writes == [
        "ReplaceRouteTableAssociation",
        "DeleteNatGateway",
        "DeleteRouteTable",
        "ReleaseAddress",
    ]
    assert none.writes == ["DeleteRoute", "DeleteNatGateway", "ReleaseAddress"]
    assert [diff["action"] for diff in fewer["diff"]] == ["change", "remove", "remove", "remove"]


@BOTH
def test_a_subnet_that_is_not_listed_any_more_lets_its_route_table_go(
    emulator: str, request: pytest.FixtureRequest
) -> None:
    account: Account = request.getfixturevalue(emulator)
    account.run("ec2_vpc_network", **network("left", "one_per_az"))
    single = network("left", "single")
    single["subnets"] = [subnet for subnet in single["subnets"] if subnet["name"] != "left-private-2"]
    single["route_tables"][0]["subnets"] = ["left-private-1"]
    fewer = account.run("ec2_vpc_network", **single, wait_timeout=0)
    again = account.run("ec2_vpc_network", **single)

    assert fewer.writes == ["DeleteNatGateway", "DisassociateRouteTable", "DeleteRouteTable", "ReleaseAddress"]
    assert fewer["network"]["other_subnets"][0]["name"] == "left-private-2"
    assert not again["changed"] and again.writes == []


def test_kept_addresses_are_used_again(account: Account) -> None:
    first = account.run("ec2_vpc_network", **network("kept", "single"))
    account.run("ec2_vpc_network", **network("kept", "none", keep_nat_addresses=True))
    assert addresses(account, "kept") == ["kept-nat-1"]
    again = account.run("ec2_vpc_network", **network("kept", "single"))

    assert again["network"]["nat_gateways"][0]["public_ip"] == first["network"]["nat_gateways"][0]["public_ip"]
    assert "AllocateAddress" not in again.writes and addresses(account, "kept") == ["kept-nat-1"]


def test_gateways_of_others_are_left_alone(account: Account) -> None:
    result = account.run("ec2_vpc_network", **network("other", "single"))
    ec2, subnet = account.client("ec2"), result["network"]["subnets"][0]["id"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    foreign = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    account.run("ec2_vpc_network", **network("other", "none"))

    (left,) = [nat for nat in ec2.describe_nat_gateways()["NatGateways"] if nat["State"] == "available"]
    assert left["NatGatewayId"] == foreign and len(ec2.describe_addresses()["Addresses"]) == 1


@BOTH
def test_removal_takes_gateways_and_addresses_along(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    result = account.run("ec2_vpc_network", **network("gone", "one_per_az"))
    absent = {**network("gone", "one_per_az"), "state": "absent"}
    planned = account.run("ec2_vpc_network", check_mode=True, **absent)
    removed = account.run("ec2_vpc_network", **absent)
    again = account.run("ec2_vpc_network", **absent)

    assert planned["diff"] == removed["diff"] and planned.writes == []
    headers = [diff["before_header"] for diff in removed["diff"]]
    assert headers[:4] == [f"{kind} gone-nat-{n}" for kind in ("NAT gateway", "Elastic IP") for n in (1, 2)]
    vpcs = account.client("ec2").describe_vpcs()["Vpcs"]
    assert result["network"]["vpc_id"] not in [vpc["VpcId"] for vpc in vpcs] and addresses(account, "gone") == []
    assert not again["changed"] and again.writes == []


def test_an_address_that_outlived_its_vpc_is_released(account: Account) -> None:
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "late-nat-1"}]}]
    account.client("ec2").allocate_address(Domain="vpc", TagSpecifications=tags)
    kept = account.run("ec2_vpc_network", **network("late", "none", state="absent", keep_nat_addresses=True))
    removed = account.run("ec2_vpc_network", **network("late", "none", state="absent"))

    assert not kept["changed"] and removed.writes == ["ReleaseAddress"] and addresses(account, "late") == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"nat_gateways": [{"name": "n", "subnet": "x"}]}, "nat_gateways[0].subnet is 'x': allowed are the names in"),
        ({"nat_gateways": [{"name": "*", "subnet": "a"}]}, "nat_gateways[0].name is '*': allowed is 1 to 256"),
        ({"nat_gateways": [{"name": "n", "subnet": "a"}] * 2}, "nat_gateways has 'n' 2 times: allowed is once"),
        (
            {"nat_gateways": [{"name": "n", "subnet": "a"}], "absent_nat_gateways": ["n"]},
            "absent_nat_gateways has 'n': allowed are names that are not in nat_gateways",
        ),
        (
            {"route_tables": [{"name": "t"}], "absent_route_tables": ["t"]},
            "absent_route_tables has 't': allowed are names that are not in route_tables",
        ),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, changed: dict[str, Any], sentence: str) -> None:
    given = {"name": "vpc", "cidr_block": "10.0.0.0/16", "subnets": [{"name": "a", "cidr": "10.0.0.0/24"}]}
    result = account.try_run("ec2_vpc_network", **{**given, **changed})

    assert result["failed"] and sentence in result["msg"] and result.calls == []
