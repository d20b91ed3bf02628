"""ec2_vpc_network against MiniStack and moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modules import Account, ModuleResult

TAGS = {"Environment": "dev", "ManagedBy": "Ansible"}
DEFAULT_ROUTE = {"destination_cidr_block": "0.0.0.0/0", "gateway": "internet_gateway"}


def network(prefix: str = "iot", **more: Any) -> dict[str, Any]:
    """The options for a VPC with two public and two private subnets."""
    return {
        "name": f"{prefix}-vpc",
        "cidr_block": "10.0.0.0/16",
        "internet_gateway": f"{prefix}-igw",
        "subnets": [
            {"name": f"{prefix}-public-1", "cidr": "10.0.0.0/24", "map_public_ip_on_launch": True},
            {"name": f"{prefix}-public-2", "cidr": "10.0.1.0/24", "zone_index": 1, "map_public_ip_on_launch": True},
            {"name": f"{prefix}-private-1", "cidr": "10.0.10.0/24"},
            {"name": f"{prefix}-private-2", "cidr": "10.0.11.0/24", "zone_index": 1},
        ],
        "route_tables": [
            {
                "name": f"{prefix}-public-rt",
                "subnets": [f"{prefix}-public-1", f"{prefix}-public-2"],
                "routes": [DEFAULT_ROUTE],
            },
            {"name": f"{prefix}-private-rt", "subnets": [f"{prefix}-private-1", f"{prefix}-private-2"]},
        ],
        "tags": TAGS,
        **more,
    }


def run(account: Account, options: dict[str, Any], **more: Any) -> ModuleResult:
    """Run the module."""
    return account.run("ec2_vpc_network", **options, **more)


def filtered(vpc_id: str) -> dict[str, Any]:
    """The filter on a VPC."""
    return {"Filters": [{"Name": "vpc-id", "Values": [vpc_id]}]}


class Live:
    """The network on the emulator, to look at and to meddle with."""

    def __init__(self, account: Account, result: ModuleResult) -> None:
        self.ec2 = account.client("ec2")
        self.network = result["network"]
        self.vpc_id = self.network["vpc_id"]
        self.gateway_id = self.network["internet_gateway_id"]
        self.subnets = {subnet["name"]: subnet["id"] for subnet in self.network["subnets"]}
        self.tables = self.network["route_tables"]

    def table(self, name: str) -> dict[str, Any]:
        return self.ec2.describe_route_tables(RouteTableIds=[self.tables[name]])["RouteTables"][0]

    def routes(self, name: str) -> dict[str, str]:
        return {
            route["DestinationCidrBlock"]: route.get("GatewayId") or route["NatGatewayId"]
            for route in self.table(name)["Routes"]
        }

    def associations(self, name: str) -> dict[str, str]:
        return {item["SubnetId"]: item["RouteTableAssociationId"] for item in self.table(name)["Associations"]}

    def subnet(self, name: str) -> dict[str, Any]:
        return self.ec2.describe_subnets(SubnetIds=[self.subnets[name]])["Subnets"][0]


def tags_of(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource["Tags"]}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = network("once")
    planned = run(account, options, check_mode=True)
    first = run(account, options)
    second = run(account, options)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert [diff["after_header"] for diff in first["diff"]] == [
        "VPC once-vpc",
        "internet gateway once-igw",
        *(f"subnet once-{name}" for name in ("public-1", "public-2", "private-1", "private-2")),
        "route table once-public-rt",
        "route table once-private-rt",
    ]
    assert {diff["action"] for diff in first["diff"]} == {"create"} and all(
        diff["before"] == {} for diff in first["diff"]
    )
    assert not second["changed"] and second["diff"] == [] and second.writes == [] and len(second.calls) <= 6
    assert second["network"] == first["network"] and len(first.calls) == 20


def test_everything_is_made(account: Account) -> None:
    live = Live(account, run(account, network()))

    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = live.ec2.describe_vpc_attribute(VpcId=live.vpc_id, Attribute=attribute)
        assert answer[attribute[0].upper() + attribute[1:]]["Value"] is True
    gateway = live.ec2.describe_internet_gateways(InternetGatewayIds=[live.gateway_id])["InternetGateways"][0]
    assert gateway["Attachments"][0]["VpcId"] == live.vpc_id and tags_of(gateway) == {**TAGS, "Name": "iot-igw"}
    zones = {name: live.subnet(name)["AvailabilityZone"] for name in live.subnets}
    assert zones == {
        "iot-public-1": "ca-central-1a",
        "iot-public-2": "ca-central-1b",
        "iot-private-1": "ca-central-1a",
        "iot-private-2": "ca-central-1b",
    }
    assert [live.subnet(name)["MapPublicIpOnLaunch"] for name in live.subnets] == [True, True, False, False]
    assert tags_of(live.subnet("iot-public-1")) == {**TAGS, "Name": "iot-public-1"}
    assert live.routes("iot-public-rt") == {"10.0.0.0/16": "local", "0.0.0.0/0": live.gateway_id}
    assert live.routes("iot-private-rt") == {"10.0.0.0/16": "local"}
    assert set(live.associations("iot-private-rt")) == {live.subnets["iot-private-1"], live.subnets["iot-private-2"]}


def test_the_facts_name_everything(account: Account) -> None:
    result = run(account, network())
    planned = account.run("ec2_vpc_network", check_mode=True, **network("other"))

    facts = result["network"]
    names = {
        "vpc_id",
        "vpc_cidr",
        "parts",
        "nat_gateways",
        "internet_gateway_id",
        "subnets",
        "other_subnets",
        "route_tables",
    }
    assert set(facts) == names and facts["other_subnets"] == []
    assert facts["vpc_cidr"] == "10.0.0.0/16" and set(facts["route_tables"]) == {"iot-public-rt", "iot-private-rt"}
    assert planned["network"]["vpc_id"] == "vpc-known-after-deploy"
    assert planned["network"]["internet_gateway_id"] == "igw-known-after-deploy"
    assert planned["network"]["subnets"][0] == {
        "name": "other-public-1",
        "id": "subnet-known-after-deploy-other-public-1",
        "cidr": "10.0.0.0/24",
        "availability_zone": "ca-central-1a",
    }
    assert planned["network"]["route_tables"]["other-public-rt"] == "rtb-known-after-deploy-other-public-rt"


def remove_route(live: Live) -> None:
    live.ec2.delete_route(RouteTableId=live.tables["iot-public-rt"], DestinationCidrBlock="0.0.0.0/0")


def add_route(live: Live) -> None:
    live.ec2.create_route(
        RouteTableId=live.tables["iot-private-rt"], DestinationCidrBlock="0.0.0.0/0", GatewayId=live.gateway_id
    )


def retarget_route(live: Live) -> None:
    live.ec2.replace_route(
        RouteTableId=live.tables["iot-public-rt"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId="nat-0123"
    )


def change_tag(live: Live) -> None:
    live.ec2.create_tags(Resources=[live.subnets["iot-private-1"]], Tags=[{"Key": "Environment", "Value": "prod"}])


def add_tag(live: Live) -> None:
    live.ec2.create_tags(Resources=[live.vpc_id], Tags=[{"Key": "Owner", "Value": "someone"}])


def switch_dns_off(live: Live) -> None:
    live.ec2.modify_vpc_attribute(VpcId=live.vpc_id, EnableDnsHostnames={"Value": False})


def flip_public(live: Live) -> None:
    live.ec2.modify_subnet_attribute(SubnetId=live.subnets["iot-private-1"], MapPublicIpOnLaunch={"Value": True})


def move_association(live: Live) -> None:
    association = live.associations("iot-public-rt")[live.subnets["iot-public-1"]]
    live.ec2.replace_route_table_association(AssociationId=association, RouteTableId=live.tables["iot-private-rt"])


def remove_association(live: Live) -> None:
    association = live.associations("iot-public-rt")[live.subnets["iot-public-1"]]
    live.ec2.disassociate_route_table(AssociationId=association)


def add_association(live: Live) -> None:
    subnet = live.ec2.create_subnet(VpcId=live.vpc_id, CidrBlock="10.0.99.0/24")["Subnet"]["SubnetId"]
    live.ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": "foreign"}])
    live.ec2.associate_route_table(RouteTableId=live.tables["iot-private-rt"], SubnetId=subnet)


def detach_gateway(live: Live) -> None:
    live.ec2.detach_internet_gateway(InternetGatewayId=live.gateway_id, VpcId=live.vpc_id)


def delete_gateway(live: Live) -> None:
    detach_gateway(live)
    live.ec2.delete_internet_gateway(InternetGatewayId=live.gateway_id)


def delete_table(live: Live) -> None:
    for association in live.associations("iot-private-rt").values():
        live.ec2.disassociate_route_table(AssociationId=association)
    live.ec2.delete_route_table(RouteTableId=live.tables["iot-private-rt"])


INTERNET = "0.0.0.0/0 -> internet gateway"
PRIVATE = ["iot-private-1", "iot-private-2"]
PUBLIC = ["iot-public-1", "iot-public-2"]
DRIFTS: list[tuple[Callable[[Live], None], dict[str, dict[str, tuple[Any, Any]]], list[str]]] = [
    (remove_route, {"route table iot-public-rt": {"routes": ([], [INTERNET])}}, ["CreateRoute"]),
    (add_route, {"route table iot-private-rt": {"routes": ([INTERNET], [])}}, ["DeleteRoute"]),
    (
        retarget_route,
        {"route table iot-public-rt": {"routes": (["0.0.0.0/0 -> nat-0123"], [INTERNET])}},
        ["ReplaceRoute"],
    ),
    (
        change_tag,
        {
            "subnet iot-private-1": {
                "tags": (
                    {**TAGS, "Environment": "prod", "Name": "iot-private-1"},
                    {**TAGS, "Name": "iot-private-1"},
                )
            }
        },
        ["CreateTags"],
    ),
    (
        add_tag,
        {"VPC iot-vpc": {"tags": ({**TAGS, "Name": "iot-vpc", "Owner": "someone"}, {**TAGS, "Name": "iot-vpc"})}},
        ["DeleteTags"],
    ),
    (switch_dns_off, {"VPC iot-vpc": {"dns_hostnames": (False, True)}}, ["ModifyVpcAttribute"]),
    (flip_public, {"subnet iot-private-1": {"map_public_ip_on_launch": (True, False)}}, ["ModifySubnetAttribute"]),
    (
        move_association,
        {
            "route table iot-public-rt": {"subnets": (["iot-public-2"], PUBLIC)},
            "route table iot-private-rt": {"subnets": ([*PRIVATE, "iot-public-1"], PRIVATE)},
        },
        ["ReplaceRouteTableAssociation"],
    ),
    (
        remove_association,
        {"route table iot-public-rt": {"subnets": (["iot-public-2"], PUBLIC)}},
        ["AssociateRouteTable"],
    ),
    (
        add_association,
        {"route table iot-private-rt": {"subnets": (["foreign", *PRIVATE], PRIVATE)}},
        ["DisassociateRouteTable"],
    ),
    (detach_gateway, {"internet gateway iot-igw": {"vpc": (None, "iot-vpc")}}, ["AttachInternetGateway"]),
]


@pytest.mark.parametrize(("meddle", "differences", "writes"), DRIFTS)
def test_drift_is_planned_and_repaired(
    account: Account,
    meddle: Callable[[Live], None],
    differences: dict[str, dict[str, tuple[Any, Any]]],
    writes: list[str],
) -> None:
    made = run(account, network())
    meddle(Live(account, made))
    planned = run(account, network(), check_mode=True)
    repaired = run(account, network())

    for diff in planned["diff"]:
        fields = differences[diff["after_header"]]
        before = {field: change[0] for field, change in fields.items() if change[0] is not None}
        assert diff["before"] == before and diff["after"] == {field: change[1] for field, change in fields.items()}
        assert diff["action"] == "change"
    assert [diff["after_header"] for diff in planned["diff"]] == list(differences)
    assert planned.writes == [] and repaired.writes == writes and repaired["diff"] == planned["diff"]
    managed = {name: part for name, part in made["network"].items() if name != "other_subnets"}
    assert managed.items() <= repaired["network"].items()
    again = run(account, network())
    assert not again["changed"] and again.writes == [] and len(again.calls) <= 6


@pytest.mark.parametrize(
    ("meddle", "created"),
    [(delete_gateway, "internet gateway iot-igw"), (delete_table, "route table iot-private-rt")],
)
def test_what_is_gone_is_made_again(account: Account, meddle: Callable[[Live], None], created: str) -> None:
    meddle(Live(account, run(account, network())))
    planned = run(account, network(), check_mode=True)
    repaired = run(account, network())

    actions = {diff["after_header"]: diff["action"] for diff in planned["diff"]}
    assert actions[created] == "create" and repaired["diff"] == planned["diff"]
    assert not run(account, network())["changed"]


def test_the_table_of_a_recreated_gateway_leads_through_it(account: Account) -> None:
    old = Live(account, run(account, network()))
    delete_gateway(old)
    planned = run(account, network(), check_mode=True)
    new = Live(account, run(account, network()))

    diff = next(diff for diff in planned["diff"] if diff["after_header"] == "route table iot-public-rt")
    assert diff["before"]["routes"] == [f"0.0.0.0/0 -> {old.gateway_id}"] and diff["after"]["routes"] == [INTERNET]
    assert new.gateway_id != old.gateway_id and new.routes("iot-public-rt")["0.0.0.0/0"] == new.gateway_id


def make_foreign_network(account: Account, prefix: str = "iot") -> dict[str, str]:
    """The same network as another tool would make it: its tags, and names of its own for one subnet and the gateway."""
    ec2 = account.client("ec2")

    def named(name: str, resource_id: str) -> str:
        tags = [{"Key": "Name", "Value": name}, {"Key": "terraform", "Value": "true"}]
        ec2.create_tags(Resources=[resource_id], Tags=tags)
        return resource_id

    vpc = named(f"{prefix}-vpc", ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = named("main", ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ids = {"vpc": vpc, "gateway": gateway}
    for name, cidr, zone, public in (
        (f"{prefix}-public-1", "10.0.0.0/24", "a", True),
        (f"{prefix}-public-2", "10.0.1.0/24", "b", True),
        ("private one", "10.0.10.0/24", "d", False),
        ("", "10.0.11.0/24", "b", False),
    ):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"ca-central-1{zone}")["Subnet"]
        ids[cidr] = named(name, subnet["SubnetId"]) if name else subnet["SubnetId"]
        ec2.modify_subnet_attribute(SubnetId=ids[cidr], MapPublicIpOnLaunch={"Value": public})
    for name, cidrs in (
        (f"{prefix}-public-rt", ["10.0.0.0/24", "10.0.1.0/24"]),
        (f"{prefix}-private-rt", ["10.0.10.0/24"]),
    ):
        table = named(name, ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
        for cidr in cidrs:
            ec2.associate_route_table(RouteTableId=table, SubnetId=ids[cidr])
        if name == f"{prefix}-public-rt":
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return ids


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_a_network_of_another_tool_is_adopted(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    ids = make_foreign_network(account, "adopted")
    planned = run(account, network("adopted"), check_mode=True)
    adopted = run(account, network("adopted"))

    facts = adopted["network"]
    assert facts["vpc_id"] == ids["vpc"] and facts["internet_gateway_id"] == ids["gateway"]
    assert [subnet["id"] for subnet in facts["subnets"]] == [ids[subnet["cidr"]] for subnet in facts["subnets"]]
    # a zone that is not asked for stays
    assert facts["subnets"][2]["availability_zone"] == "ca-central-1d"
    assert {write for write in adopted.writes if "Tags" not in write} == {"AssociateRouteTable"}
    assert {diff["action"] for diff in adopted["diff"]} == {"change"} and adopted["diff"] == planned["diff"]
    tags = {diff["after_header"]: (diff["before"]["tags"], diff["after"]["tags"]) for diff in planned["diff"]}
    assert tags["subnet adopted-private-1"] == (
        {"Name": "private one", "terraform": "true"},
        {**TAGS, "Name": "adopted-private-1"},
    )
    assert tags["subnet adopted-private-2"] == ({}, {**TAGS, "Name": "adopted-private-2"})
    assert tags["internet gateway adopted-igw"][0]["Name"] == "main" and len(tags) == 8


def test_an_adopted_network_is_unchanged_afterwards(account: Account) -> None:
    make_foreign_network(account)
    run(account, network())
    again = run(account, network())

    assert not again["changed"] and again.writes == [] and len(again.calls) <= 6


def test_tags_of_others_stay_without_purge(account: Account) -> None:
    make_foreign_network(account)
    run(account, network(), purge_tags=False)
    unmanaged = run(account, {**network(), "tags": None})
    ec2 = account.client("ec2")

    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["iot-vpc"]}])["Vpcs"][0]
    assert tags_of(vpc) == {**TAGS, "Name": "iot-vpc", "terraform": "true"} and not unmanaged["changed"]


def test_a_detached_gateway_of_the_name_is_attached(account: Account) -> None:
    ec2 = account.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.create_tags(Resources=[gateway], Tags=[{"Key": "Name", "Value": "iot-igw"}])
    planned = run(account, network(), check_mode=True)
    made = run(account, network())

    assert made["network"]["internet_gateway_id"] == gateway and "CreateInternetGateway" not in made.writes
    assert made["diff"] == planned["diff"] and planned["network"]["internet_gateway_id"] == gateway
    assert planned["diff"][1]["action"] == "change" and planned["diff"][1]["after"]["vpc"] == "iot-vpc"


def test_a_half_made_network_is_completed(account: Account) -> None:
    whole = network()
    part = {**whole, "internet_gateway": None, "subnets": whole["subnets"][:3], "route_tables": None}
    run(account, part)
    planned = run(account, whole, check_mode=True)
    completed = run(account, whole)

    created = [diff["after_header"] for diff in completed["diff"]]
    assert created == [
        "internet gateway iot-igw",
        "subnet iot-private-2",
        "route table iot-public-rt",
        "route table iot-private-rt",
    ]
    assert completed["diff"] == planned["diff"] and not run(account, whole)["changed"]


def test_unmanaged_parts_are_left_alone(account: Account) -> None:
    made = run(account, network())
    live = Live(account, made)
    bare = {"name": "iot-vpc", "cidr_block": "10.0.0.0/16", "tags": TAGS}
    result = run(account, bare)
    others = sorted(made["network"]["subnets"], key=lambda subnet: (len(subnet["name"]), subnet["name"]))

    assert not result["changed"] and result["network"] == {
        "vpc_id": live.vpc_id,
        "vpc_cidr": "10.0.0.0/16",
        "internet_gateway_id": live.gateway_id,
        "subnets": [],
        "other_subnets": others,
        "route_tables": {},
        "nat_gateways": [],
        "parts": [],
    }


def test_zones_and_targets_can_be_chosen(account: Account) -> None:
    vgw = account.client("ec2").create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    routes = [{"destination_cidr_block": "192.168.0.0/16", "gateway": vgw}]
    options = network(
        availability_zones=["ca-central-1c"],
        subnets=[
            {"name": "first", "cidr": "10.0.0.0/24", "zone_index": 1},
            {"name": "second", "cidr": "10.0.1.0/24", "availability_zone": "ca-central-1b"},
        ],
        route_tables=[{"name": "table", "subnets": ["first"], "routes": routes}],
    )
    result = run(account, options)
    live = Live(account, result)

    assert "DescribeAvailabilityZones" not in result.calls and not run(account, options)["changed"]
    assert live.subnet("first")["AvailabilityZone"] == "ca-central-1c"
    assert live.subnet("second")["AvailabilityZone"] == "ca-central-1b"
    assert live.routes("table")["192.168.0.0/16"] == vgw
    assert result["diff"][-1]["after"]["routes"] == [f"192.168.0.0/16 -> {vgw}"]


def test_dns_can_be_switched_off_and_on(account: Account) -> None:
    run(account, network())
    off = run(account, network(dns_support=False, dns_hostnames=False))
    on = run(account, network())

    assert off["diff"][0]["after"] == {"dns_support": False, "dns_hostnames": False}
    assert off.writes == on.writes == ["ModifyVpcAttribute"] * 2 and not run(account, network())["changed"]


def test_two_vpcs_of_one_name_are_refused(account: Account) -> None:
    ec2 = account.client("ec2")
    made = [ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _copy in range(2)]
    ec2.create_tags(Resources=made, Tags=[{"Key": "Name", "Value": "iot-vpc"}])

    for state in ("present", "absent"):
        message = account.fail("ec2_vpc_network", **network(state=state))
        assert message == f"There are 2 VPCs named iot-vpc ({', '.join(sorted(made))}): remove or rename all but one"


def test_two_subnets_of_one_name_are_refused(account: Account) -> None:
    live = Live(account, run(account, network()))
    live.ec2.create_tags(Resources=[live.subnets["iot-private-2"]], Tags=[{"Key": "Name", "Value": "iot-private-1"}])
    ids = sorted(live.subnets[name] for name in PRIVATE)

    assert f"There are 2 subnets named iot-private-1 ({', '.join(ids)})" in account.fail("ec2_vpc_network", **network())


def test_two_route_tables_of_one_name_are_refused(account: Account) -> None:
    live = Live(account, run(account, network()))
    live.ec2.create_tags(Resources=[live.tables["iot-private-rt"]], Tags=[{"Key": "Name", "Value": "iot-public-rt"}])

    assert "There are 2 route tables named iot-public-rt" in account.fail("ec2_vpc_network", **network())


def test_two_detached_gateways_of_one_name_are_refused(account: Account) -> None:
    ec2 = account.client("ec2")
    made = [ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _copy in range(2)]
    ec2.create_tags(Resources=made, Tags=[{"Key": "Name", "Value": "iot-igw"}])
    result = account.try_run("ec2_vpc_network", **network())

    assert "There are 2 detached internet gateways named iot-igw" in result["msg"] and result.writes == []


def moved(**fields: Any) -> dict[str, Any]:
    """The network with other fields of its last subnet, and a change that would be made before it."""
    options = network(dns_hostnames=False)
    options["subnets"][-1].update(fields)
    return options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            network(cidr_block="10.0.0.0/15", dns_hostnames=False),
            "allowed is an IPv4 range in CIDR notation, /16 to /28",
        ),
        (
            {**network(dns_hostnames=False), "cidr_block": "10.0.0.0/17"},
            "cidr_block is '10.0.0.0/16' on AWS and '10.0.0.0/17' is wanted: keep it, or remove the network",
        ),
        (
            moved(cidr="10.0.12.0/24"),
            "cidr is '10.0.11.0/24' on AWS and '10.0.12.0/24' is wanted: keep it, or remove the network",
        ),
        (
            moved(availability_zone="ca-central-1c"),
            "availability_zone is 'ca-central-1b' on AWS and 'ca-central-1c' is wanted: keep it, or remove the network",
        ),
    ],
)
def test_what_aws_cannot_change_is_refused_before_any_write(
    account: Account, options: dict[str, Any], message: str
) -> None:
    run(account, network())
    result = account.try_run("ec2_vpc_network", **options)

    assert result["failed"] and message in result["msg"] and result.writes == []


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = network("gone")
    live = Live(account, run(account, options))
    planned = run(account, {**options, "state": "absent"}, check_mode=True)
    first = run(account, {**options, "state": "absent"})
    second = run(account, {**options, "state": "absent"})

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert {diff["action"] for diff in first["diff"]} == {"remove"} and first["network"] == {}
    assert [diff["before_header"] for diff in first["diff"]] == [
        "route table gone-public-rt",
        "route table gone-private-rt",
        *(f"subnet gone-{name}" for name in ("public-1", "public-2", "private-1", "private-2")),
        "internet gateway gone-igw",
        "VPC gone-vpc",
    ]
    assert not second["changed"] and second["diff"] == [] and second.writes == [] and len(second.calls) == 2
    left = [vpc["VpcId"] for vpc in live.ec2.describe_vpcs()["Vpcs"]]
    assert live.vpc_id not in left and live.ec2.describe_subnets(**filtered(live.vpc_id))["Subnets"] == []
    gateways = live.ec2.describe_internet_gateways()["InternetGateways"]
    assert live.gateway_id not in [gateway["InternetGatewayId"] for gateway in gateways]


def test_the_removal_of_nothing_passes(account: Account) -> None:
    result = run(account, {"name": "iot-vpc", "state": "absent"})

    assert not result["changed"] and result["network"] == {} and result.calls == ["DescribeVpcs"]


def foreign_subnet(live: Live) -> str:
    return "subnet " + live.ec2.create_subnet(VpcId=live.vpc_id, CidrBlock="10.0.99.0/24")["Subnet"]["SubnetId"]


def foreign_table(live: Live) -> str:
    return "route table " + live.ec2.create_route_table(VpcId=live.vpc_id)["RouteTable"]["RouteTableId"]


def foreign_group(live: Live) -> str:
    group = live.ec2.create_security_group(GroupName="foreign", Description="x", VpcId=live.vpc_id)["GroupId"]
    return f"security group {group} (foreign)"


def foreign_interface(live: Live) -> str:
    answer = live.ec2.create_network_interface(SubnetId=live.subnets["iot-private-1"], Description="of an instance")
    return f"network interface {answer['NetworkInterface']['NetworkInterfaceId']} (of an instance)"


@pytest.mark.parametrize("add", [foreign_subnet, foreign_table, foreign_group, foreign_interface])
def test_removal_is_refused_while_the_vpc_holds_something_else(account: Account, add: Callable[[Live], str]) -> None:
    live = Live(account, run(account, network()))
    stranger = add(live)

    for check_mode in (True, False):
        result = account.try_run("ec2_vpc_network", check_mode=check_mode, **network(state="absent"))
        assert result["failed"] and result.writes == []
        assert f"VPC iot-vpc cannot be removed while it holds {stranger}. Nothing was deleted" in result["msg"]
    assert not run(account, network())["changed"]


def test_an_unlisted_gateway_and_subnet_are_strangers(account: Account) -> None:
    live = Live(account, run(account, network()))
    options = network(state="absent", internet_gateway=None, subnets=network()["subnets"][:3], route_tables=[])
    message = account.fail("ec2_vpc_network", **options)

    assert f"subnet {live.subnets['iot-private-2']} (iot-private-2)" in message
    assert f"internet gateway {live.gateway_id} (iot-igw)" in message
    assert f"route table {live.tables['iot-public-rt']} (iot-public-rt)" in message


def test_a_half_removed_network_is_removed(account: Account) -> None:
    live = Live(account, run(account, network()))
    delete_table(live)
    detach_gateway(live)
    live.ec2.delete_subnet(SubnetId=live.subnets["iot-public-1"])
    result = run(account, network(state="absent"))

    assert "DetachInternetGateway" not in result.writes and result.writes.count("DeleteSubnet") == 3
    gateways = live.ec2.describe_internet_gateways()["InternetGateways"]
    assert live.gateway_id not in [gateway["InternetGatewayId"] for gateway in gateways]
    assert not run(account, network(state="absent"))["changed"]
