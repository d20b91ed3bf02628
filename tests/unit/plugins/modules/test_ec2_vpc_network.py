"""ec2_vpc_network with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}
DEFAULT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active", "Origin": "CreateRoute"}
OPTIONS: dict[str, Any] = {
    "name": "iot-vpc",
    "cidr_block": "10.0.0.0/16",
    "internet_gateway": "iot-igw",
    "subnets": [{"name": "iot-public", "cidr": "10.0.0.0/24"}],
    "route_tables": [
        {
            "name": "iot-rt",
            "subnets": ["iot-public"],
            "routes": [{"destination_cidr_block": "0.0.0.0/0", "gateway": "internet_gateway"}],
        }
    ],
}
VPC_GONE = error("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
LOST = error("InternalError", "An internal error has occurred", 500)
IN_USE = error("DependencyViolation", "has dependencies and cannot be deleted")


def named(name: str, **fields: Any) -> dict[str, Any]:
    """A resource with its tag Name."""
    return {**fields, "Tags": [{"Key": "Name", "Value": name}]}


VPC = named("iot-vpc", VpcId="vpc-1", CidrBlock="10.0.0.0/16")
GATEWAY = named("iot-igw", InternetGatewayId="igw-1", Attachments=[{"VpcId": "vpc-1", "State": "available"}])
DETACHED = {**GATEWAY, "Attachments": []}
SUBNET = named("iot-public", SubnetId="subnet-1", CidrBlock="10.0.0.0/24", AvailabilityZone="ca-central-1a")
ASSOCIATION = {
    "RouteTableAssociationId": "rtbassoc-1",
    "SubnetId": "subnet-1",
    "Main": False,
    "AssociationState": {"State": "associated"},
}
TABLE = named("iot-rt", RouteTableId="rtb-1", Routes=[LOCAL, DEFAULT], Associations=[ASSOCIATION])
MAIN = {"RouteTableId": "rtb-0", "Routes": [LOCAL], "Associations": [{**ASSOCIATION, "Main": True, "SubnetId": ""}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    """AWS without anything; each call succeeds."""
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {
        "DescribeVpcs": [{"Vpcs": []}],
        "DescribeVpcAttribute": [{"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}],
        "DescribeInternetGateways": [{"InternetGateways": []}],
        "DescribeSubnets": [{"Subnets": []}],
        "DescribeRouteTables": [{"RouteTables": [MAIN]}],
        "DescribeAvailabilityZones": [
            {"AvailabilityZones": [{"ZoneName": f"ca-central-1{letter}"} for letter in "dba"]}
        ],
        "DescribeSecurityGroups": [{"SecurityGroups": [{"GroupId": "sg-0", "GroupName": "default"}]}],
        "DescribeNetworkInterfaces": [{"NetworkInterfaces": []}],
        "CreateVpc": [{"Vpc": VPC}],
        "CreateInternetGateway": [{"InternetGateway": DETACHED}],
        "CreateSubnet": [{"Subnet": SUBNET}],
        "CreateRouteTable": [{"RouteTable": TABLE}],
    }
    for operation in (
        *("ModifyVpcAttribute", "ModifySubnetAttribute", "AttachInternetGateway", "DetachInternetGateway"),
        *("CreateRoute", "ReplaceRoute", "DeleteRoute", "CreateTags", "DeleteTags"),
        *("AssociateRouteTable", "ReplaceRouteTableAssociation", "DisassociateRouteTable"),
        *("DeleteRouteTable", "DeleteSubnet", "DeleteInternetGateway", "DeleteVpc"),
    ):
        simulated.answers[operation] = [{}]
    return simulated


def make(aws: SimulatedAWS, table: dict[str, Any] | None = None) -> None:
    """Let the network be there."""
    aws.answers |= {
        "DescribeVpcs": [{"Vpcs": [VPC]}],
        "DescribeInternetGateways": [{"InternetGateways": [GATEWAY]}],
        "DescribeSubnets": [{"Subnets": [SUBNET]}],
        "DescribeRouteTables": [{"RouteTables": [MAIN, table or TABLE]}],
    }


def run(**options: Any) -> ModuleResult:
    return run_module("ec2_vpc_network", **{**OPTIONS, **CONNECTION, **options})


def test_an_unchanged_network_costs_six_calls(aws: SimulatedAWS) -> None:
    make(aws)
    result = run()

    assert not result["changed"] and len(aws.operations) == 6
    assert result["network"]["subnets"][0]["id"] == "subnet-1"
    assert aws.sent("DescribeVpcs") == [{"Filters": [{"Name": "tag:Name", "Values": ["iot-vpc"]}]}]
    assert aws.sent("DescribeInternetGateways") == [{"Filters": [{"Name": "attachment.vpc-id", "Values": ["vpc-1"]}]}]


def test_tags_are_given_at_creation(aws: SimulatedAWS) -> None:
    result = run(tags={"Environment": "dev"})

    for operation, kind, name in (
        ("CreateVpc", "vpc", "iot-vpc"),
        ("CreateInternetGateway", "internet-gateway", "iot-igw"),
        ("CreateSubnet", "subnet", "iot-public"),
        ("CreateRouteTable", "route-table", "iot-rt"),
    ):
        tags = [{"Key": "Environment", "Value": "dev"}, {"Key": "Name", "Value": name}]
        assert aws.sent(operation)[0]["TagSpecifications"] == [{"ResourceType": kind, "Tags": tags}]
    assert "CreateTags" not in aws.operations and aws.slept == []
    assert result["network"] == {
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.0.0.0/16",
        "parts": [],
        "internet_gateway_id": "igw-1",
        "subnets": [
            {"name": "iot-public", "id": "subnet-1", "cidr": "10.0.0.0/24", "availability_zone": "ca-central-1a"}
        ],
        "other_subnets": [],
        "route_tables": {"iot-rt": "rtb-1"},
        "nat_gateways": [],
    }


def test_the_first_two_available_zones_are_used_in_turn(aws: SimulatedAWS) -> None:
    subnets = [{"name": f"n{index}", "cidr": f"10.0.{index}.0/24", "zone_index": index} for index in range(3)]
    run(subnets=subnets, route_tables=[])

    filters = {item["Name"]: item["Values"] for item in aws.sent("DescribeAvailabilityZones")[0]["Filters"]}
    assert filters == {"state": ["available"], "zone-type": ["availability-zone"]}
    zones = [request["AvailabilityZone"] for request in aws.sent("CreateSubnet")]
    assert zones == ["ca-central-1a", "ca-central-1b", "ca-central-1a"]


@pytest.mark.parametrize(
    ("wanted", "order"),
    [(True, ["EnableDnsSupport", "EnableDnsHostnames"]), (False, ["EnableDnsHostnames", "EnableDnsSupport"])],
)
def test_dns_hostnames_are_never_without_dns_support(aws: SimulatedAWS, wanted: bool, order: list[str]) -> None:
    make(aws)
    current = {"Value": not wanted}
    aws.answers["DescribeVpcAttribute"] = [{"EnableDnsSupport": current, "EnableDnsHostnames": current}]
    run(dns_support=wanted, dns_hostnames=wanted)

    assert aws.sent("ModifyVpcAttribute") == [{"VpcId": "vpc-1", name: {"Value": wanted}} for name in order]


def test_a_region_without_available_zones_is_named(aws: SimulatedAWS) -> None:
    aws.answers["DescribeAvailabilityZones"] = [{"AvailabilityZones": []}]

    assert "no available zone for a new subnet" in run()["msg"] and "CreateVpc" not in aws.operations


def test_new_resources_that_are_not_visible_yet_are_asked_again(aws: SimulatedAWS) -> None:
    no_gateway, no_table = error("InvalidInternetGatewayID.NotFound"), error("InvalidRouteTableID.NotFound")
    aws.answers |= {
        "ModifyVpcAttribute": [VPC_GONE, {}],
        "AttachInternetGateway": [no_gateway, VPC_GONE, {}],
        "CreateSubnet": [VPC_GONE, VPC_GONE, {"Subnet": SUBNET}],
        "ModifySubnetAttribute": [error("InvalidSubnetID.NotFound"), {}],
        "CreateRouteTable": [VPC_GONE, {"RouteTable": TABLE}],
        "CreateRoute": [no_table, error("InvalidGatewayID.NotFound"), {}],
        "AssociateRouteTable": [error("InvalidSubnetID.NotFound"), {}],
    }
    result = run(subnets=[{**OPTIONS["subnets"][0], "map_public_ip_on_launch": True}])

    assert result["changed"] and len(aws.slept) == 10
    assert aws.operations.count("CreateVpc") == aws.operations.count("CreateInternetGateway") == 1
    assert aws.operations.count("CreateSubnet") == 3 and aws.operations.count("CreateRouteTable") == 2


def test_a_target_that_does_not_exist_fails(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers["ReplaceRoute"] = [error("InvalidGatewayID.NotFound", "The gateway ID 'vgw-9' does not exist")]
    routes = [{"destination_cidr_block": "0.0.0.0/0", "gateway": "vgw-9"}]
    result = run(route_tables=[{**OPTIONS["route_tables"][0], "routes": routes}])

    assert "Failed to replace the route: InvalidGatewayID.NotFound" in result["msg"] and len(aws.slept) < 10


@pytest.mark.parametrize(
    ("create", "look", "found"),
    [
        ("CreateVpc", "DescribeVpcs", {"Vpcs": [VPC]}),
        ("CreateInternetGateway", "DescribeInternetGateways", {"InternetGateways": [DETACHED]}),
        ("CreateSubnet", "DescribeSubnets", {"Subnets": [SUBNET]}),
        ("CreateRouteTable", "DescribeRouteTables", {"RouteTables": [MAIN, TABLE]}),
    ],
)
def test_nothing_is_made_twice_when_an_answer_is_lost(
    aws: SimulatedAWS, create: str, look: str, found: dict[str, Any]
) -> None:
    aws.answers["DescribeVpcs"] = [{"Vpcs": []}, {"Vpcs": [VPC]}]
    if look == "DescribeInternetGateways":
        aws.answers[look] = [{"InternetGateways": []}, {"InternetGateways": []}, found]
    elif look != "DescribeVpcs":
        aws.answers[look] = [found]
    aws.answers[create] = [LOST]
    result = run()

    assert aws.operations.count(create) == 1
    assert result["network"]["vpc_id"] == "vpc-1" and result["network"]["route_tables"] == {"iot-rt": "rtb-1"}


def test_a_creation_that_was_not_carried_out_is_asked_for_again(aws: SimulatedAWS) -> None:
    aws.answers["CreateVpc"] = [LOST, {"Vpc": VPC}]

    assert run()["changed"] and aws.operations.count("CreateVpc") == 2


def test_what_was_done_although_the_answer_was_lost_is_fine(aws: SimulatedAWS) -> None:
    aws.answers |= {
        "AttachInternetGateway": [error("Resource.AlreadyAssociated")],
        "CreateRoute": [error("RouteAlreadyExists")],
        "AssociateRouteTable": [error("Resource.AlreadyAssociated")],
    }

    assert run()["changed"]
    request = {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
    assert aws.sent("CreateRoute") == aws.sent("ReplaceRoute") == [request]


def test_a_route_that_is_gone_already_is_fine(aws: SimulatedAWS) -> None:
    extra = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "Origin": "CreateRoute"}
    make(aws, {**TABLE, "Routes": [LOCAL, DEFAULT, extra]})
    aws.answers["DeleteRoute"] = [error("InvalidRoute.NotFound")]
    result = run()

    assert result["diff"][0]["before"] == {"routes": ["0.0.0.0/0 -> internet gateway", "::/0 -> eigw-1"]}
    assert aws.sent("DeleteRoute") == [{"RouteTableId": "rtb-1", "DestinationIpv6CidrBlock": "::/0"}]


def test_a_blackhole_is_replaced(aws: SimulatedAWS) -> None:
    make(aws, {**TABLE, "Routes": [LOCAL, {**DEFAULT, "State": "blackhole"}]})
    result = run()

    assert result["diff"][0]["before"] == {"routes": ["0.0.0.0/0 -> internet gateway (blackhole)"]}
    assert result["diff"][0]["after"] == {"routes": ["0.0.0.0/0 -> internet gateway"]}
    assert aws.operations.count("ReplaceRoute") == 1


def test_routes_of_aws_stay(aws: SimulatedAWS) -> None:
    kept = [
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "Origin": "CreateRoute"},
        {"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
        {"DestinationCidrBlock": "172.16.0.0/12", "NetworkInterfaceId": "eni-1", "Origin": "Advertisement"},
        {"DestinationIpv6CidrBlock": "fd00::/56", "GatewayId": "local", "Origin": "CreateRouteTable"},
    ]
    make(aws, {**TABLE, "Routes": [LOCAL, DEFAULT, *kept]})

    assert not run()["changed"]


def test_a_gateway_detached_by_hand_is_attached_and_its_route_replaced(aws: SimulatedAWS) -> None:
    make(aws, {**TABLE, "Routes": [LOCAL, {**DEFAULT, "State": "blackhole"}]})
    aws.answers["DescribeInternetGateways"] = [{"InternetGateways": []}, {"InternetGateways": [DETACHED]}]
    result = run()

    assert [diff["after_header"] for diff in result["diff"]] == ["internet gateway iot-igw", "route table iot-rt"]
    assert aws.operations[-2:] == ["AttachInternetGateway", "ReplaceRoute"]


def interface(**fields: Any) -> dict[str, Any]:
    """A network interface in the VPC."""
    return {"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "InterfaceType": "interface", **fields}


def interfaces(*found: dict[str, Any]) -> dict[str, Any]:
    """An answer of DescribeNetworkInterfaces."""
    return {"NetworkInterfaces": list(found)}


def writes(aws: SimulatedAWS) -> list[str]:
    return [operation for operation in aws.operations if not operation.startswith("Describe")]


def test_removal_goes_in_the_order_aws_allows(aws: SimulatedAWS) -> None:
    make(aws)
    result = run(state="absent")

    assert (
        result["changed"]
        and aws.slept == []
        and writes(aws)
        == [
            "DisassociateRouteTable",
            "DeleteRouteTable",
            "DeleteSubnet",
            "DetachInternetGateway",
            "DeleteInternetGateway",
            "DeleteVpc",
        ]
    )


@pytest.mark.parametrize(
    "lingering", [interface(RequesterManaged=True), interface(InterfaceType="lambda", RequesterManaged=False)]
)
def test_interfaces_that_services_leave_behind_are_waited_for(
    aws: SimulatedAWS, lingering: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = tmp_path / "progress"
    progress.touch()
    monkeypatch.setenv("IOT_SENSOR_STACK_PROGRESS_FILE", str(progress))
    make(aws)
    aws.answers["DescribeNetworkInterfaces"] = [interfaces(lingering), interfaces(lingering), interfaces()]
    result = run(state="absent")

    assert result["changed"] and aws.slept == [5, 5]
    assert writes(aws)[0] == aws.operations[-6] == "DisassociateRouteTable"
    seen = [json.loads(line) for line in progress.read_text().splitlines()]
    assert seen == [{"resource": "VPC iot-vpc", "state": "network interfaces in use"}] * 2


def test_interfaces_that_stay_are_named_and_nothing_is_deleted(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers["DescribeNetworkInterfaces"] = [interfaces(interface(RequesterManaged=True))]
    result = run(state="absent", wait_timeout=30)

    assert "still has network interfaces after 30 seconds (wait_timeout): eni-1. Nothing was deleted" in result["msg"]
    assert sum(aws.slept) == 30 and writes(aws) == []


@pytest.mark.parametrize(
    "living",
    [interface(Description="of i-1"), interface(InterfaceType="nat_gateway", RequesterManaged=True)],
)
def test_interfaces_of_others_are_refused_at_once(aws: SimulatedAWS, living: dict[str, Any]) -> None:
    make(aws)
    aws.answers["DescribeNetworkInterfaces"] = [interfaces(living)]
    result = run(state="absent")

    assert "while it holds network interface eni-1" in result["msg"] and aws.slept == [] and writes(aws) == []


def test_a_plan_of_the_removal_does_not_wait(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers["DescribeNetworkInterfaces"] = [interfaces(interface(RequesterManaged=True))]
    result = run(state="absent", check_mode=True)

    assert result["changed"] and len(result["diff"]) == 4 and aws.slept == [] and writes(aws) == []


def test_what_is_still_in_use_is_deleted_later(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers |= {"DeleteSubnet": [IN_USE, IN_USE, {}], "DeleteVpc": [IN_USE, {}]}
    result = run(state="absent")

    assert result["changed"] and aws.slept == [5, 5, 5] and writes(aws)[-1] == "DeleteVpc"


def test_the_wait_for_what_is_in_use_ends(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers |= {"DeleteSubnet": [IN_USE, {}], "DeleteVpc": [IN_USE]}
    result = run(state="absent", wait_timeout=20)

    assert "Failed to delete VPC iot-vpc, which is still in use when wait_timeout is over" in result["msg"]
    assert "DependencyViolation" in result["msg"] and sum(aws.slept) == 20


def test_what_somebody_else_removed_meanwhile_is_fine(aws: SimulatedAWS) -> None:
    make(aws)
    aws.answers |= {
        "DisassociateRouteTable": [error("InvalidAssociationID.NotFound")],
        "DeleteRouteTable": [error("InvalidRouteTableID.NotFound")],
        "DeleteSubnet": [error("InvalidSubnetID.NotFound")],
        "DetachInternetGateway": [error("Gateway.NotAttached")],
        "DeleteInternetGateway": [error("InvalidInternetGatewayID.NotFound")],
        "DeleteVpc": [VPC_GONE],
    }

    assert run(state="absent")["changed"]


def test_a_gateway_left_without_its_vpc_is_deleted(aws: SimulatedAWS) -> None:
    aws.answers["DescribeInternetGateways"] = [{"InternetGateways": [DETACHED]}]
    result = run(state="absent")

    assert result["changed"] and writes(aws) == ["DeleteInternetGateway"]


def test_a_listed_main_route_table_goes_with_the_vpc(aws: SimulatedAWS) -> None:
    make(aws, {**TABLE, "Associations": [{**ASSOCIATION, "Main": True}]})
    run(state="absent")

    assert writes(aws) == ["DeleteSubnet", "DetachInternetGateway", "DeleteInternetGateway", "DeleteVpc"]


def test_a_missing_permission_is_named(aws: SimulatedAWS) -> None:
    aws.answers["DescribeSubnets"] = [error("UnauthorizedOperation", "You are not authorized", 403)]
    aws.answers["DescribeVpcs"] = [{"Vpcs": [VPC]}]

    assert "lack the permission for" in run()["msg"] and writes(aws) == []


def test_options_are_checked_before_the_first_call(aws: SimulatedAWS) -> None:
    result = run(cidr_block="10.0.0.0/8", subnets=[{"name": "a*", "cidr": "10.0.0.0/24"}])

    assert "cidr_block is '10.0.0.0/8': allowed is" in result["msg"] and "subnets[0].name is 'a*'" in result["msg"]
    assert aws.operations == []


def test_a_region_with_too_few_zones_is_named(aws: SimulatedAWS) -> None:
    subnets = [{"name": f"n{index}", "cidr": f"10.0.{index}.0/24", "zone_index": index} for index in range(4)]
    found = run(subnets=subnets, route_tables=[], zone_count=4)

    assert found["msg"] == "zone_count is 4: allowed are up to 3, the available zones of the region"
    run(subnets=subnets[:3], route_tables=[], zone_count=3)
    assert [request["AvailabilityZone"][-1] for request in aws.sent("CreateSubnet")] == ["a", "b", "d"]


def test_parts_are_kept_in_a_tag_until_they_are_purged(aws: SimulatedAWS) -> None:
    planned = run(parts=["flow-log"], check_mode=True)
    run(parts=["flow-log"])
    tags = {"Key": "NetworkParts", "Value": "flow-log"}
    assert tags in aws.sent("CreateVpc")[0]["TagSpecifications"][0]["Tags"]
    assert planned["network"]["parts"] == ["flow-log"]

    make(aws)
    aws.answers["DescribeVpcs"] = [{"Vpcs": [{**VPC, "Tags": [*VPC["Tags"], {"Key": "NetworkParts", "Value": "a b"}]}]}]
    for options in ({}, {"parts": []}, {"parts": ["b", "a"]}, {"tags": {}, "parts": ["b"]}):
        kept = run(**options)
        assert not kept["changed"] and kept["network"]["parts"] == ["a", "b"]
    more = run(parts=["c"])
    assert more["network"]["parts"] == ["a", "b", "c"] and more["diff"][0]["after"]["tags"]["NetworkParts"] == "a b c"
    fewer = run(parts=["a"], purge_parts=True)
    assert fewer["network"]["parts"] == ["a"] and fewer["diff"][0]["after"]["tags"]["NetworkParts"] == "a"
    none = run(parts=[], purge_parts=True)
    assert none["network"]["parts"] == [] and "NetworkParts" not in none["diff"][0]["after"]["tags"]
    assert aws.sent("DeleteTags") == [{"Resources": ["vpc-1"], "Tags": [{"Key": "NetworkParts"}]}]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["a b"], "parts is 'a b': allowed is names without spaces"),
        (["a" * 128] * 2, "allowed are 0 to 256 characters"),
    ],
)
def test_parts_that_no_tag_takes_are_refused(aws: SimulatedAWS, parts: list[str], sentence: str) -> None:
    assert sentence in run(parts=parts)["msg"] and aws.operations == []


NAT = named("iot-nat", NatGatewayId="nat-1", State="available", SubnetId="subnet-1")
NAT["NatGatewayAddresses"] = [{"AllocationId": "eipalloc-1", "NetworkInterfaceId": "eni-9"}]
ADDRESS = named("iot-nat", AllocationId="eipalloc-1", PublicIp="203.0.113.7")
PRIVATE = {
    "nat_gateways": [{"name": "iot-nat", "subnet": "iot-public"}],
    "route_tables": [
        {"name": "iot-rt", "routes": [{"destination_cidr_block": "0.0.0.0/0", "gateway": "iot-nat"}], "subnets": []}
    ],
}


def make_nat(aws: SimulatedAWS, *states: str) -> None:
    """Let there be no NAT gateway yet, and one that goes through these states once it is made."""
    make(aws)
    aws.answers |= {
        "DescribeAddresses": [{"Addresses": []}, {"Addresses": [ADDRESS]}],
        "DescribeNatGateways": [
            {"NatGateways": []},
            *({"NatGateways": [{**NAT, "State": state, "FailureMessage": "No room"}]} for state in states),
        ],
        "AllocateAddress": [{"AllocationId": "eipalloc-1", "PublicIp": "203.0.113.7"}],
        "CreateNatGateway": [{"NatGateway": NAT}],
    }


def test_a_nat_gateway_is_waited_for_before_routes_lead_to_it(aws: SimulatedAWS) -> None:
    make_nat(aws, "pending", "pending", "available")
    result = run(**PRIVATE)

    assert aws.operations.count("DescribeNatGateways") == 4
    assert aws.operations.index("ReplaceRoute") > len(aws.operations) - 4
    assert aws.sent("ReplaceRoute")[0]["NatGatewayId"] == "nat-1"
    assert result["network"]["nat_gateways"] == [{"name": "iot-nat", "id": "nat-1", "public_ip": "203.0.113.7"}]


def test_a_nat_gateway_that_fails_ends_the_run_with_awss_reason(aws: SimulatedAWS) -> None:
    make_nat(aws, "pending", "failed")
    result = run(**PRIVATE)

    assert "NAT gateway iot-nat went to state failed" in result["msg"] and "No room" in result["msg"]
    assert "ReplaceRoute" not in aws.operations


def test_an_elastic_ip_is_not_allocated_twice_when_the_answer_is_lost(aws: SimulatedAWS) -> None:
    make_nat(aws, "available")
    aws.answers["AllocateAddress"] = [LOST]
    run(**PRIVATE)

    assert aws.operations.count("AllocateAddress") == 1
    assert aws.sent("CreateNatGateway")[0]["AllocationId"] == "eipalloc-1"


def test_the_address_goes_when_its_gateway_is_gone(aws: SimulatedAWS) -> None:
    make(aws, {**TABLE, "Routes": [LOCAL, {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}]})
    states = ("available", "deleting", "deleting", "deleted")
    aws.answers |= {
        "DescribeAddresses": [{"Addresses": [ADDRESS]}],
        "DescribeNatGateways": [{"NatGateways": [{**NAT, "State": state}]} for state in states],
        "DeleteNatGateway": [{}],
        "ReleaseAddress": [error("InvalidIPAddress.InUse"), {}],
    }
    run(route_tables=[{"name": "iot-rt", "subnets": ["iot-public"]}], absent_nat_gateways=["iot-nat"])

    writes = [operation for operation in aws.operations if not operation.startswith("Describe")]
    assert writes == ["DeleteRoute", "DeleteNatGateway", "ReleaseAddress", "ReleaseAddress"]
    assert aws.operations.count("DescribeNatGateways") == 4


def test_a_gateway_that_is_going_already_is_only_waited_for(aws: SimulatedAWS) -> None:
    make(aws, {**TABLE, "Routes": [LOCAL, {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}]})
    aws.answers |= {
        "DescribeAddresses": [{"Addresses": [ADDRESS]}],
        "DescribeNatGateways": [{"NatGateways": [{**NAT, "State": state}]} for state in ("deleting", "deleted")],
        "ReleaseAddress": [{}],
    }
    run(route_tables=[{"name": "iot-rt", "subnets": ["iot-public"]}], absent_nat_gateways=["iot-nat"])

    writes = [operation for operation in aws.operations if not operation.startswith("Describe")]
    assert writes == ["DeleteRoute", "ReleaseAddress"]


def test_the_interface_of_a_nat_gateway_holds_up_no_removal(aws: SimulatedAWS) -> None:
    make(aws)
    interface = {"NetworkInterfaceId": "eni-9", "VpcId": "vpc-1", "InterfaceType": "nat_gateway"}
    aws.answers |= {
        "DescribeNetworkInterfaces": [{"NetworkInterfaces": [interface]}],
        "DescribeAddresses": [{"Addresses": [ADDRESS]}],
        "DescribeNatGateways": [{"NatGateways": [NAT]}, {"NatGateways": [{**NAT, "State": "deleted"}]}],
        "DeleteNatGateway": [{}],
        "ReleaseAddress": [{}],
    }
    foreign = run(state="absent")
    removed = run(state="absent", absent_nat_gateways=["iot-nat"])

    assert "holds network interface eni-9" in foreign["msg"] and removed["changed"]
    assert aws.operations[-8:].index("ReleaseAddress") < aws.operations[-8:].index("DetachInternetGateway")
