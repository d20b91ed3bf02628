"""ec2.transformations over simulated AWS answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import (
    gateway_to_dict,
    only,
    route_lines,
    route_request,
    route_table_to_dict,
    routes_to_dict,
    subnet_to_dict,
)


def route(destination: str = "0.0.0.0/0", **fields: str) -> dict[str, Any]:
    """A route as AWS tells it."""
    return {"DestinationCidrBlock": destination, "State": "active", "Origin": "CreateRoute", **fields}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (route(GatewayId="igw-1"), "internet gateway"),
        (route(GatewayId="igw-2"), "igw-2"),
        (route(GatewayId="igw-1", State="blackhole"), "internet gateway (blackhole)"),
        (route(NatGatewayId="nat-1", State="blackhole"), "nat-1 (blackhole)"),
        (route(TransitGatewayId="tgw-1"), "tgw-1"),
        (route(VpcPeeringConnectionId="pcx-1"), "pcx-1"),
        (route(InstanceId="i-1", NetworkInterfaceId="eni-1"), "eni-1"),
        (route(CarrierGatewayId="cagw-1"), "cagw-1"),
        (route(), "unknown"),
        (route(GatewayId="local", Origin="CreateRouteTable"), None),
        (route(GatewayId="vpce-1"), None),
        (route(GatewayId="vgw-1", Origin="EnableVgwRoutePropagation"), None),
        (route(NetworkInterfaceId="eni-1", Origin="Advertisement"), None),
    ],
)
def test_routes_are_read_by_destination(found: dict[str, Any], expected: str | None) -> None:
    assert routes_to_dict([found], [], "igw-1") == ({"0.0.0.0/0": expected} if expected else {})


def test_an_endpoint_at_a_wanted_destination_is_ours_to_replace() -> None:
    assert routes_to_dict([route(GatewayId="vpce-1")], ["0.0.0.0/0"], None) == {"0.0.0.0/0": "vpce-1"}


def test_other_destinations_are_read() -> None:
    ipv6 = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}
    prefixes = {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"}

    assert routes_to_dict([ipv6, prefixes], [], None) == {"::/0": "eigw-1", "pl-1": "tgw-1"}


def test_routes_are_shown_sorted() -> None:
    assert route_lines({"10.9.0.0/16": "pcx-1", "0.0.0.0/0": "nat-1"}) == ["0.0.0.0/0 -> nat-1", "10.9.0.0/16 -> pcx-1"]
    assert route_lines(None) is None


@pytest.mark.parametrize(
    ("destination", "target", "request_members"),
    [
        ("0.0.0.0/0", "igw-1", {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}),
        ("0.0.0.0/0", "nat-1", {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}),
        ("0.0.0.0/0", "eni-1", {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-1"}),
        ("::/0", None, {"DestinationIpv6CidrBlock": "::/0"}),
        ("pl-1", None, {"DestinationPrefixListId": "pl-1"}),
    ],
)
def test_requests_name_destination_and_target(
    destination: str, target: str | None, request_members: dict[str, str]
) -> None:
    assert route_request("rtb-1", destination, target) == {"RouteTableId": "rtb-1", **request_members}


def test_associations_that_end_do_not_count() -> None:
    associations = [
        {"RouteTableAssociationId": "main", "Main": True},
        {
            "RouteTableAssociationId": "a1",
            "SubnetId": "s1",
            "Main": False,
            "AssociationState": {"State": "associating"},
        },
        {"RouteTableAssociationId": "a2", "SubnetId": "s2", "AssociationState": {"State": "disassociating"}},
        {"RouteTableAssociationId": "a3", "GatewayId": "igw-1", "AssociationState": {"State": "associated"}},
    ]
    table = route_table_to_dict({"RouteTableId": "rtb-1", "Associations": associations})

    assert table["main"] is True and table["name"] is None
    assert table["subnets"] == {"s1": "a1"} and table["associations"] == ["a1", "a3"]


@pytest.mark.parametrize(
    ("attachments", "attached"), [([], False), ([{"State": "detached"}], False), ([{"State": "available"}], True)]
)
def test_a_gateway_is_attached_or_not(attachments: list[dict[str, str]], attached: bool) -> None:
    gateway = gateway_to_dict({"InternetGatewayId": "igw-1", "Attachments": attachments})

    assert gateway == {"id": "igw-1", "attached": attached, "tags": {}}


def test_a_subnet_without_tags_has_no_name() -> None:
    subnet = subnet_to_dict({"SubnetId": "s1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "ca-central-1a"})

    assert subnet["name"] is None and subnet["map_public_ip_on_launch"] is False


def test_a_name_belongs_to_one_resource() -> None:
    assert only([], "subnet", "a") is None and only([{"id": "s1"}], "subnet", "a") == {"id": "s1"}
    with pytest.raises(AnsibleAWSError, match=r"There are 2 subnets named a \(s1, s2\): remove or rename all but one"):
        only([{"id": "s2"}, {"id": "s1"}], "subnet", "a")
