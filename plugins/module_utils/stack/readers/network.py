# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the network of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.layout import MAX_ZONES
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    by_name,
    call,
    describe_groups,
    find_security_group,
    not_available,
    only,
    summarize,
    tag_name,
)

NATS = [f"nat-{number}" for number in range(1, MAX_ZONES + 1)]
# The thing in an endpoint's name, after its service: of interface endpoints, and of gateway endpoints.
ENDPOINTS = ("endpoint", "gateway-endpoint")
PRIVATE_TABLES = ["private-rt", *(f"private-rt-{number}" for number in range(2, MAX_ZONES + 1))]
# AWS goes on telling of a NAT gateway for an hour.
GONE_NATS = ("deleted", "deleting", "failed")


def read_network(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """VPC, subnets, internet gateway and route tables. AWS does not tell when it made them."""
    ec2, vpc_name = clients["ec2"], name("vpc")
    vpc = only((call(ec2, "describe_vpcs", Filters=by_name([vpc_name])) or {})["Vpcs"], "VPC", vpc_name, "VpcId")
    if vpc is None:
        return summarize({}, {f"VPC {vpc_name}": False})
    in_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = (call(ec2, "describe_subnets", Filters=in_vpc) or {})["Subnets"]
    tables = (call(ec2, "describe_route_tables", Filters=in_vpc) or {})["RouteTables"]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    gateways = (call(ec2, "describe_internet_gateways", Filters=attached) or {})["InternetGateways"]
    public = stack_subnets(subnets, name, "public")
    private = stack_subnets(subnets, name, "private")
    existing = [subnet["name"] for subnet in public + private]
    subnet_names = dict.fromkeys([name("public-1"), name("private-1"), name("private-2"), *existing])
    public_table = only(
        (t for t in tables if tag_name(t) == name("public-rt")), "route table", name("public-rt"), "RouteTableId"
    )
    private_tables = [
        table
        for thing in PRIVATE_TABLES
        if (
            table := only((t for t in tables if tag_name(t) == name(thing)), "route table", name(thing), "RouteTableId")
        )
    ]
    private_table = next((table for table in private_tables if tag_name(table) == name("private-rt")), None)
    nats = stack_nats(ec2, name, vpc["VpcId"]) if details or any(map(leads_through_nat, private_tables)) else []
    in_the_vpc = (call(ec2, "describe_vpc_endpoints", Filters=in_vpc) or {})["VpcEndpoints"]
    endpoints, gateway_endpoints = (stack_endpoints(in_the_vpc, name, thing) for thing in ENDPOINTS)
    endpoint_group = find_security_group(ec2, name("endpoints-sg"), vpc["VpcId"]) if endpoints or details else None
    flow_logs = stack_flow_logs(ec2, name, vpc["VpcId"]) if details else []
    facts = {
        "vpc_id": vpc["VpcId"],
        "vpc_cidr": vpc["CidrBlock"],
        "internet_gateway_id": gateways[0]["InternetGatewayId"] if gateways else None,
        "public_subnets": public,
        "private_subnets": private,
        "public_subnet_ids": [subnet["id"] for subnet in public],
        "private_subnet_ids": [subnet["id"] for subnet in private],
        "public_route_table_id": public_table["RouteTableId"] if public_table else None,
        "private_route_table_id": private_table["RouteTableId"] if private_table else None,
        "private_route_table_ids": [table["RouteTableId"] for table in private_tables],
        "nat_gateways": [{field: nat[field] for field in ("name", "id", "public_ip")} for nat in nats],
        "interface_endpoints": endpoints,
        "gateway_endpoints": gateway_endpoints,
        "endpoints_security_group_id": endpoint_group["GroupId"] if endpoint_group else None,
    }
    parts = {
        f"VPC {vpc_name}": vpc,
        f"internet gateway {name('igw')}": gateways,
        **{f"subnet {part}": part in existing for part in subnet_names},
        f"route table {name('public-rt')}": public_table,
        f"route table {name('private-rt')}": private_table,
        **{f"route table {tag_name(table)}": True for table in private_tables},
        **{f"NAT gateway {nat['name']}": True for nat in nats},
        **{f"VPC endpoint {endpoint['name']}": True for endpoint in [*endpoints, *gateway_endpoints]},
        **({f"security group {name('endpoints-sg')}": True} if endpoint_group else {}),
        **({f"flow log {name('flow-log')}": True} if flow_logs else {}),
    }
    if details:
        facts["tags"] = boto3_tag_list_to_ansible_dict(vpc.get("Tags"))
        facts["security_groups"] = describe_groups(endpoint_group)
        facts["nat_gateways"] = [
            {field: nat[field] for field in ("name", "id", "public_ip", "subnet_id")} for nat in nats
        ]
        states = {f"NAT gateway {nat['name']}": nat["state"] for nat in nats}
        facts["problems"] = [
            *network_problems(public_table, gateways, name),
            *not_available(states),
            *flow_log_problems(flow_logs, name),
        ]
    return summarize(facts, parts)


def leads_through_nat(table: dict[str, Any]) -> bool:
    """Whether a route of the table has a NAT gateway as its target."""
    return any(route.get("NatGatewayId") for route in table.get("Routes", []))


def stack_nats(ec2: Any, name: Name, vpc_id: str) -> list[Facts]:
    """The stack's NAT gateways, without those that are gone: name, id, public_ip, subnet_id, state."""
    in_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
    found = (call(ec2, "describe_nat_gateways", Filter=in_vpc) or {})["NatGateways"]
    names = [name(thing) for thing in NATS]
    return sorted(
        (
            {
                "name": tag_name(nat),
                "id": nat["NatGatewayId"],
                "public_ip": next((item.get("PublicIp") for item in nat.get("NatGatewayAddresses", [])), None),
                "subnet_id": nat.get("SubnetId"),
                "state": nat["State"],
            }
            for nat in found
            if tag_name(nat) in names and nat["State"] not in GONE_NATS
        ),
        key=lambda nat: names.index(nat["name"]),
    )


def network_problems(public_table: dict[str, Any] | None, gateways: list[dict[str, Any]], name: Name) -> list[str]:
    """A public route table must lead out."""
    gateway_ids = {gateway["InternetGatewayId"] for gateway in gateways}
    routes = public_table["Routes"] if public_table else []
    if any(route.get("GatewayId") in gateway_ids and route.get("State") != "blackhole" for route in routes):
        return []
    return [f"route table {name('public-rt')} has no route to the internet gateway"] if public_table else []


def stack_flow_logs(ec2: Any, name: Name, vpc_id: str) -> list[dict[str, Any]]:
    """The stack's flow logs of the VPC, of which there should be one at most."""
    filters = [{"Name": "resource-id", "Values": [vpc_id]}, *by_name([name("flow-log")])]
    return (call(ec2, "describe_flow_logs", Filter=filters) or {})["FlowLogs"]


def flow_log_problems(flow_logs: list[dict[str, Any]], name: Name) -> list[str]:
    """A flow log that writes nothing, such as one whose role lacks a permission."""
    return [
        f"flow log {name('flow-log')} does not reach its log group: {flow_log.get('DeliverLogsErrorMessage') or 'no reason given'}"
        for flow_log in flow_logs
        if flow_log.get("DeliverLogsStatus") == "FAILED"
    ]


def stack_subnets(subnets: list[dict[str, Any]], name: Name, kind: str) -> list[Facts]:
    """The stack's subnets of a kind (public, private) in the order of their number: name, id, cidr, availability_zone."""
    numbered = {name(f"{kind}-{number}"): number for number in range(1, 100)}
    found = [subnet for subnet in subnets if tag_name(subnet) in numbered]
    found.sort(key=lambda subnet: numbered[str(tag_name(subnet))])
    return [
        {
            "name": tag_name(subnet),
            "id": subnet["SubnetId"],
            "cidr": subnet["CidrBlock"],
            "availability_zone": subnet["AvailabilityZone"],
        }
        for subnet in found
    ]


def stack_endpoints(endpoints: list[dict[str, Any]], name: Name, thing: str) -> list[dict[str, str]]:
    """The stack's endpoints that are not on their way out: name, id, service such as ``secretsmanager``.

    :arg thing: one of ENDPOINTS
    """
    found = []
    for endpoint in endpoints:
        service = endpoint["ServiceName"].split(".", 3)[-1]  # com.amazonaws.<region>.<service>
        if tag_name(endpoint) == name(f"{service}-{thing}") and endpoint["State"].lower() not in (
            "deleting",
            "deleted",
        ):
            found.append({"name": name(f"{service}-{thing}"), "id": endpoint["VpcEndpointId"], "service": service})
    return sorted(found, key=lambda endpoint: endpoint["name"])
