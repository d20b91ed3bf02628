# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the form of the module's options; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

# What a route to the VPC's own internet gateway says in place of an ID, which is unknown before the deploy.
INTERNET_GATEWAY = "internet gateway"
# The IDs a route may name, and the member of CreateRoute that takes them.
TARGETS = {
    "igw": "GatewayId",
    "vgw": "GatewayId",
    "nat": "NatGatewayId",
    "tgw": "TransitGatewayId",
    "pcx": "VpcPeeringConnectionId",
    "eni": "NetworkInterfaceId",
}
# The members of a route that AWS tells its target in; a route to an instance has the instance's interface too.
TARGET_MEMBERS = (
    *dict.fromkeys(TARGETS.values()),
    "EgressOnlyInternetGatewayId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    "InstanceId",
)
# Routes that a virtual private gateway or a route server brings and takes away.
PROPAGATED = ("EnableVgwRoutePropagation", "Advertisement")
ENDED = ("disassociating", "disassociated", "failed")


def only(found: Iterable[dict[str, Any]], kind: str, name: str) -> dict[str, Any] | None:
    """The one resource of a name, or None.

    :arg found: resources with an ``id``
    :raises AnsibleAWSError: when there are several, listing their IDs
    """
    items = list(found)
    if len(items) > 1:
        ids = ", ".join(sorted(item["id"] for item in items))
        raise AnsibleAWSError(
            message=f"There are {len(items)} {kind}s named {name} ({ids}): remove or rename all but one"
        )
    return items[0] if items else None


def vpc_to_dict(vpc: dict[str, Any]) -> dict[str, Any]:
    """A VPC without its DNS attributes, which AWS tells one by one."""
    return {"id": vpc["VpcId"], "cidr_block": vpc["CidrBlock"], "tags": boto3_tag_list_to_ansible_dict(vpc.get("Tags"))}


def gateway_to_dict(gateway: dict[str, Any]) -> dict[str, Any]:
    """An internet gateway, and whether it is attached to a VPC."""
    attachments = [item for item in gateway.get("Attachments", []) if item.get("State") != "detached"]
    return {
        "id": gateway["InternetGatewayId"],
        "attached": bool(attachments),
        "tags": boto3_tag_list_to_ansible_dict(gateway.get("Tags")),
    }


def subnet_to_dict(subnet: dict[str, Any]) -> dict[str, Any]:
    """A subnet; its name is None where it has no tag Name."""
    tags = boto3_tag_list_to_ansible_dict(subnet.get("Tags"))
    return {
        "id": subnet["SubnetId"],
        "name": tags.get("Name"),
        "cidr": subnet["CidrBlock"],
        "availability_zone": subnet["AvailabilityZone"],
        "map_public_ip_on_launch": subnet.get("MapPublicIpOnLaunch", False),
        "tags": tags,
    }


def route_table_to_dict(table: dict[str, Any]) -> dict[str, Any]:
    """A route table: its name, whether it is the VPC's main one, AWS's routes, and its explicit associations.

    ``subnets`` is subnet ID to association ID. ``associations`` are all their IDs, those of gateways too.
    """
    tags = boto3_tag_list_to_ansible_dict(table.get("Tags"))
    associations = [
        item for item in table.get("Associations", []) if (item.get("AssociationState") or {}).get("State") not in ENDED
    ]
    explicit = [item for item in associations if not item.get("Main")]
    return {
        "id": table["RouteTableId"],
        "name": tags.get("Name"),
        "main": len(explicit) < len(associations),
        "routes": table.get("Routes", []),
        "subnets": {item["SubnetId"]: item["RouteTableAssociationId"] for item in explicit if item.get("SubnetId")},
        "associations": [item["RouteTableAssociationId"] for item in explicit],
        "tags": tags,
    }


def routes_to_dict(
    routes: Iterable[dict[str, Any]],
    wanted: Iterable[str],
    gateway_id: str | None,
    nats: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The routes that are ours to manage: destination to target, in words where AWS's ID would be the VPC's own.

    Not ours are the local route, propagated ones, and those of VPC endpoints unless they have a wanted destination.

    :arg wanted: the wanted destinations
    :arg gateway_id: the VPC's internet gateway
    :arg nats: the ID of each NAT gateway to its title
    """
    managed = {}
    for route in routes:
        destination, target = route_destination(route), route_target(route)
        endpoint = target.startswith("vpce-") and destination not in wanted
        if target != "local" and not endpoint and route.get("Origin") not in PROPAGATED:
            gone = " (blackhole)" if route.get("State") == "blackhole" else ""
            managed[destination] = (nats or {}).get(target) or target_text(target, gateway_id) + gone
    return managed


def route_destination(route: Mapping[str, Any]) -> str:
    """Where the route leads: an IPv4 or IPv6 range, or a prefix list."""
    members = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next(route[member] for member in members if route.get(member))


def route_target(route: Mapping[str, Any]) -> str:
    """What the route leads through, as AWS's ID or ``local``."""
    return next((route[member] for member in TARGET_MEMBERS if route.get(member)), "unknown")


def target_text(target: str, gateway_id: str | None) -> str:
    """A target, in words where it is the VPC's own internet gateway."""
    return INTERNET_GATEWAY if target in ("internet_gateway", gateway_id) else target


def route_lines(routes: Mapping[str, str] | None) -> list[str] | None:
    """Routes for the reader, such as ``0.0.0.0/0 -> internet gateway``."""
    return None if routes is None else [f"{destination} -> {routes[destination]}" for destination in sorted(routes)]


def route_request(table_id: str, destination: str, target: str | None = None) -> dict[str, str]:
    """The arguments of CreateRoute, ReplaceRoute and, without a target, DeleteRoute.

    :arg target: an ID whose start is one of TARGETS
    """
    is_list, is_ipv6 = destination.startswith("pl-"), ":" in destination
    kind = "PrefixListId" if is_list else "Ipv6CidrBlock" if is_ipv6 else "CidrBlock"
    request = {"RouteTableId": table_id, f"Destination{kind}": destination}
    return {**request, TARGETS[target.split("-")[0]]: target} if target else request
