# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A VPC with its internet gateway, subnets and route tables: what it is, what it should be, what differs; pure functions.

Whatever depends on an ID is compared by names, so that the plan for a network that does not exist yet says the same as
the deploy that makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.nat_gateways import address_of
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import (
    only,
    route_lines,
    routes_to_dict,
    target_text,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

Params = Mapping[str, Any]

VPC, GATEWAY, SUBNET, TABLE = "VPC", "internet gateway", "subnet", "route table"
NAT, ADDRESS = "NAT gateway", "Elastic IP"
ID_PREFIXES = {VPC: "vpc", GATEWAY: "igw", SUBNET: "subnet", TABLE: "rtb", NAT: "nat", ADDRESS: "eipalloc"}
NAT_PART = "nat-gateways"
REMOVE_FIRST = "keep it, or remove the network with state=absent and create it anew"
# The VPC's tag that names what else there is of the network, so that a run which no longer wants it need not look for it.
PARTS_TAG = "NetworkParts"
# The interfaces that services of AWS leave behind for some minutes. Others belong to something that stays.
LINGERING = ("interface", "lambda")


class Live(NamedTuple):
    """The network as it is on AWS, in the form of ``transformations``."""

    vpc: dict[str, Any] | None
    gateway: dict[str, Any] | None
    subnets: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    # NAT gateways and Elastic IPs are read only where there are to be some, or there may be.
    nats: Sequence[dict[str, Any]] = ()
    addresses: Sequence[dict[str, Any]] = ()


class Resource(NamedTuple):
    """One resource of the network: as it is with its ID, or None, and what changes."""

    kind: str
    name: str
    current: dict[str, Any] | None
    changes: Changes

    @property
    def title(self) -> str:
        """Such as ``subnet iot-public-1-dev``."""
        return f"{self.kind} {self.name}"

    @property
    def id(self) -> str:
        """Its ID, or a placeholder for one that is not there yet."""
        if self.current:
            return self.current["id"]
        start = f"{ID_PREFIXES[self.kind]}-{KNOWN_AFTER_DEPLOY}"
        return start if self.kind in (VPC, GATEWAY) else f"{start}-{self.name}"

    def after(self) -> dict[str, Any]:
        """Its fields as they should be."""
        return {**(self.current or {}), **{field: change.after for field, change in self.changes.items()}}

    def diff(self, action: str | None = None) -> dict[str, Any]:
        """Its diff, with routes in words."""
        shown = dict(self.changes)
        if "routes" in shown:
            shown["routes"] = Change(*map(route_lines, shown["routes"]))
        return build_diff(shown, self.title, action or present_action(self.current))


class Plan(NamedTuple):
    """What has to change for the network to be as it should be."""

    live: Live
    vpc: Resource
    gateway: Resource | None
    subnets: list[Resource]
    tables: list[Resource]
    addresses: Sequence[Resource] = ()
    nats: Sequence[Resource] = ()
    gone: Sequence[Resource] = ()

    def resources(self) -> list[Resource]:
        """All that there are to be, in the order in which they are made."""
        gateway = [self.gateway] if self.gateway else []
        return [self.vpc, *gateway, *self.subnets, *self.addresses, *self.nats, *self.tables]


def build_plan(params: Params, live: Live, zones: list[str]) -> Plan:
    """Compare everything.

    :arg zones: the availability zones for new subnets without one of their own
    :raises AnsibleAWSError: on drift in what AWS cannot change in place, and where a name is not unique
    """
    vpc = plan_vpc(params, live.vpc)  # first: where its range differs, those of the subnets follow from that
    subnets = [plan_subnet(params, option, live, zones) for option in params["subnets"] or []]
    names = subnet_names(live, subnets)
    return Plan(
        live,
        vpc,
        plan_gateway(params, live.gateway),
        subnets,
        [plan_table(params, option, live, names) for option in params["route_tables"] or []],
        [plan_address(params, option["name"], live) for option in params["nat_gateways"] or []],
        [plan_nat(params, option, live, names) for option in params["nat_gateways"] or []],
        plan_gone(params, live, names),
    )


def wanted_tags(params: Params, name: str, current: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The tags of a resource as they should be: those of all resources, and its own Name."""
    tags = {**(params["tags"] or {}), "Name": name}
    return merge_tags((current or {}).get("tags"), tags, params["purge_tags"] and params["tags"] is not None)


def wanted_parts(params: Params, current: Mapping[str, Any] | None) -> list[str]:
    """The parts that the VPC's tag should name: the wanted ones, and those it names already unless they are to go."""
    found = (current or {"tags": {}})["tags"].get(PARTS_TAG, "").split()
    return sorted({*(params["parts"] or []), *([] if params["purge_parts"] else found)})


def vpc_tags(params: Params, current: Mapping[str, Any] | None) -> dict[str, str]:
    """The tags of the VPC as they should be."""
    parts = wanted_parts(params, current)
    tags = {**(wanted_tags(params, params["name"], current) or {}), PARTS_TAG: " ".join(parts)}
    return tags if parts else {key: value for key, value in tags.items() if key != PARTS_TAG}


def plan_vpc(params: Params, current: dict[str, Any] | None) -> Resource:
    """What changes about the VPC."""
    fields = {field: params[field] for field in ("cidr_block", "dns_support", "dns_hostnames")}
    changes = build_changes(current, {**fields, "tags": vpc_tags(params, current)})
    if current:
        refuse_immutable(changes, {"cidr_block": REMOVE_FIRST}, f"VPC {params['name']} ({current['id']})")
    return Resource(VPC, params["name"], current, changes)


def plan_gateway(params: Params, gateway: dict[str, Any] | None) -> Resource | None:
    """What changes about the internet gateway; None when it is not managed."""
    name = params["internet_gateway"]
    if name is None:
        return None
    current = attached_by_name(params, gateway) if gateway else None
    wanted = {"vpc": params["name"], "tags": wanted_tags(params, name, current)}
    return Resource(GATEWAY, name, current, build_changes(current, wanted))


def attached_by_name(params: Params, gateway: dict[str, Any]) -> dict[str, Any]:
    """The gateway with the name of the VPC it is attached to."""
    vpc = params["name"] if gateway["attached"] else None
    return {"id": gateway["id"], "vpc": vpc, "tags": gateway["tags"]}


def find_subnet(subnets: Iterable[dict[str, Any]], name: str, cidr: str) -> dict[str, Any] | None:
    """The subnet of that name, or else the one of that address range, whatever its name: AWS allows no second one."""
    found = list(subnets)
    return only((item for item in found if item["name"] == name), SUBNET, name) or next(
        (item for item in found if item["cidr"] == cidr), None
    )


def needs_zones(params: Params, live: Live) -> bool:
    """Whether a subnet has to be created in one of the region's zones."""
    return not params["availability_zones"] and any(
        not option["availability_zone"] and find_subnet(live.subnets, option["name"], option["cidr"]) is None
        for option in params["subnets"] or []
    )


def plan_subnet(params: Params, option: Params, live: Live, zones: list[str]) -> Resource:
    """What changes about a subnet. A zone that is not asked for is chosen at its creation only."""
    name, zone = option["name"], option["availability_zone"]
    current = find_subnet(live.subnets, name, option["cidr"])
    if current is None and not zone:
        zone = zones[option["zone_index"] % len(zones)]
    wanted = {
        "cidr": option["cidr"],
        "availability_zone": zone,
        "map_public_ip_on_launch": option["map_public_ip_on_launch"],
        "tags": wanted_tags(params, name, current),
    }
    changes = build_changes(current, wanted)
    if current:
        advice = {"cidr": REMOVE_FIRST, "availability_zone": REMOVE_FIRST}
        refuse_immutable(changes, advice, f"subnet {name} ({current['id']})")
    return Resource(SUBNET, name, current, changes)


def subnet_names(live: Live, subnets: Iterable[Resource]) -> dict[str, str]:
    """Subnet ID to the name it should have, or else the one it has; the ID for a subnet without a name."""
    names = {subnet["id"]: subnet["name"] or subnet["id"] for subnet in live.subnets}
    return names | {subnet.current["id"]: subnet.name for subnet in subnets if subnet.current}


def needs_nats(params: Params, live: Live) -> bool:
    """Whether there are to be NAT gateways, or there may be some that are to go: by the VPC's tag, or by a route through one."""
    if params["nat_gateways"]:
        return True
    named = live.vpc is not None and NAT_PART in wanted_parts({**params, "purge_parts": False}, live.vpc)
    routed = any(route.get("NatGatewayId") for table in live.tables for route in table["routes"])
    return bool(params["absent_nat_gateways"]) and (named or routed)


def find_nat(live: Live, name: str) -> dict[str, Any] | None:
    """The NAT gateway of a name that is not on its way out."""
    return only((nat for nat in live.nats if nat["name"] == name and nat["state"] != "deleting"), NAT, name)


def plan_address(params: Params, name: str, live: Live) -> Resource:
    """What changes about the Elastic IP of a NAT gateway."""
    current = address_of(find_nat(live, name), name, live.addresses)
    return Resource(ADDRESS, name, current, build_changes(current, {"tags": wanted_tags(params, name, current)}))


def plan_nat(params: Params, option: Params, live: Live, names: Mapping[str, str]) -> Resource:
    """What changes about a NAT gateway.

    :arg names: subnet ID to name
    """
    name, found = option["name"], find_nat(live, option["name"])
    current = {**found, "subnet": names.get(found["subnet_id"], found["subnet_id"])} if found else None
    wanted = {"subnet": option["subnet"], "tags": wanted_tags(params, name, current)}
    changes = build_changes(current, wanted)
    if current:
        advice = {"subnet": "keep it, or remove the NAT gateway and run again"}
        refuse_immutable(changes, advice, f"{NAT} {name} ({current['id']})")
    return Resource(NAT, name, current, changes)


def nat_titles(live: Live) -> dict[str, str]:
    """NAT gateway ID to its title, of those that have a name."""
    return {nat["id"]: f"{NAT} {nat['name']}" for nat in live.nats if nat["name"]}


def plan_gone(params: Params, live: Live, names: Mapping[str, str]) -> list[Resource]:
    """The route tables, NAT gateways and Elastic IPs that are to be removed, in the order in which AWS allows it."""
    tables = [
        Resource(TABLE, name, {**current, "associations": staying_associations(params, table, names)}, removal(current))
        for name in params["absent_route_tables"] or []
        for table in [only((item for item in live.tables if item["name"] == name), TABLE, name)]
        if table and not table["main"]
        for current in [table_by_names(table, [], names, None, nat_titles(live))]
    ]
    return [*tables, *plan_gone_nats(params, live, params["absent_nat_gateways"] or [])]


def staying_associations(params: Params, table: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """The associations of a route table that no other one takes over, such as those of subnets that are not listed any more.

    :arg names: subnet ID to name
    """
    moving = {subnet for option in params["route_tables"] or [] for subnet in option["subnets"] or []}
    moved = [item for subnet_id, item in table["subnets"].items() if names.get(subnet_id) in moving]
    return [item for item in table["associations"] if item not in moved]


def plan_gone_nats(params: Params, live: Live, gone: Iterable[str]) -> list[Resource]:
    """The NAT gateways of these names, also those that are already being deleted, and their Elastic IPs unless they are kept."""
    nats, addresses = [], []
    for name in gone:
        found = [nat for nat in live.nats if nat["name"] == name]
        nats += [Resource(NAT, name, nat, build_removal({"tags": nat["tags"]})) for nat in found]
        address = address_of(found[0] if found else None, name, live.addresses)
        if address and not params["keep_nat_addresses"]:
            shown = {"public_ip": address["public_ip"], "tags": address["tags"]}
            addresses.append(Resource(ADDRESS, name, address, build_removal(shown)))
    return nats + addresses


def plan_table(params: Params, option: Params, live: Live, names: Mapping[str, str]) -> Resource:
    """What changes about a route table.

    :arg names: subnet ID to name
    """
    name, gateway_id = option["name"], live.gateway["id"] if live.gateway else None
    table = only((item for item in live.tables if item["name"] == name), TABLE, name)
    nats = {nat["name"]: f"{NAT} {nat['name']}" for nat in params["nat_gateways"] or []}
    routes = {
        route["destination_cidr_block"]: nats.get(route["gateway"]) or target_text(route["gateway"], gateway_id)
        for route in option["routes"] or []
    }
    current = table_by_names(table, routes, names, gateway_id, nat_titles(live)) if table else None
    wanted = {
        "routes": routes,
        "subnets": sorted(option["subnets"] or []),
        "tags": wanted_tags(params, name, current),
    }
    return Resource(TABLE, name, current, build_changes(current, wanted))


def table_by_names(
    table: Mapping[str, Any],
    wanted: Iterable[str],
    names: Mapping[str, str],
    gateway_id: str | None,
    nats: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A route table with the routes that are ours to manage, and the names of its subnets.

    :arg wanted: the wanted destinations
    :arg names: subnet ID to name
    :arg nats: the ID of each NAT gateway to its title
    """
    return {
        "id": table["id"],
        "routes": routes_to_dict(table["routes"], wanted, gateway_id, nats),
        "subnets": sorted(names.get(subnet_id, subnet_id) for subnet_id in table["subnets"]),
        "tags": table["tags"],
    }


class AssociationSteps(NamedTuple):
    """The calls that give each subnet its route table."""

    replace: list[tuple[str, str]]  # association ID, table ID
    associate: list[tuple[str, str]]  # table ID, subnet ID
    disassociate: list[str]  # association ID


def build_association_steps(plan: Plan, ids: Mapping[str, str]) -> AssociationSteps:
    """Compare the associations of all the VPC's route tables with the wanted ones.

    :arg ids: the title of each subnet and route table to its ID
    """
    held = {
        subnet_id: (table["id"], association)
        for table in plan.live.tables
        for subnet_id, association in table["subnets"].items()
    }
    wanted = {ids[f"{SUBNET} {name}"]: ids[table.title] for table in plan.tables for name in table.after()["subnets"]}
    ours = {ids[table.title] for table in plan.tables}
    return AssociationSteps(
        [(held[key][1], table) for key, table in wanted.items() if key in held and held[key][0] != table],
        [(table, key) for key, table in wanted.items() if key not in held],
        [association for key, (table, association) in held.items() if table in ours and key not in wanted],
    )


def describe(params: Params, plan: Plan, ids: Mapping[str, str]) -> dict[str, Any]:
    """The network as the module returns it.

    :arg ids: the title of each resource to its ID
    """
    gateway = plan.gateway.title if plan.gateway else ""
    public_ips = {address["id"]: address["public_ip"] for address in plan.live.addresses}
    return {
        "vpc_id": ids[plan.vpc.title],
        "vpc_cidr": params["cidr_block"],
        "parts": wanted_parts(params, plan.live.vpc),
        "internet_gateway_id": ids.get(gateway) or (plan.live.gateway["id"] if plan.live.gateway else None),
        "subnets": [
            {"name": subnet.name, "id": ids[subnet.title], **fields_of(subnet.after(), "cidr", "availability_zone")}
            for subnet in plan.subnets
        ],
        "other_subnets": [
            fields_of(subnet, "name", "id", "cidr", "availability_zone")
            for subnet in sorted(
                plan.live.subnets, key=lambda subnet: (len(subnet["name"] or ""), subnet["name"] or "")
            )
            if subnet["name"] not in {wanted.name for wanted in plan.subnets}
        ],
        "route_tables": {table.name: ids[table.title] for table in plan.tables},
        "nat_gateways": [
            {
                "name": nat.name,
                "id": ids[nat.title],
                "public_ip": public_ips.get(ids[address.title], KNOWN_AFTER_DEPLOY),
            }
            for nat, address in zip(plan.nats, plan.addresses, strict=True)
        ],
    }


def fields_of(resource: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    """Some of the fields."""
    return {field: resource[field] for field in fields}


def plan_removal(params: Params, live: Live) -> list[Resource]:
    """The resources to remove, in the order in which AWS allows it. The main route table goes with the VPC."""
    names, gateway_id = subnet_names(live, []), live.gateway["id"] if live.gateway else None
    resources = plan_gone_nats(params, live, nat_names(params))
    for name in [*listed(params, "route_tables"), *(params["absent_route_tables"] or [])]:
        table = only((item for item in live.tables if item["name"] == name), TABLE, name)
        if table and not table["main"]:
            current = table_by_names(table, [], names, gateway_id, nat_titles(live))
            resources.append(
                Resource(TABLE, name, {**current, "associations": table["associations"]}, removal(current))
            )
    for name in listed(params, "subnets"):
        subnet = only((item for item in live.subnets if item["name"] == name), SUBNET, name)
        if subnet:
            resources.append(Resource(SUBNET, name, subnet, removal(subnet)))
    if live.gateway and params["internet_gateway"] is not None:
        gateway = attached_by_name(params, live.gateway)
        resources.append(Resource(GATEWAY, params["internet_gateway"], gateway, removal(gateway)))
    if live.vpc:
        resources.append(Resource(VPC, params["name"], live.vpc, removal(live.vpc)))
    return resources


def nat_names(params: Params) -> list[str]:
    """The names of all NAT gateways in the options."""
    return [*listed(params, "nat_gateways"), *(params["absent_nat_gateways"] or [])]


def listed(params: Params, option: str) -> list[str]:
    """The names in a list of the options."""
    return [item["name"] for item in params[option] or []]


def removal(current: Mapping[str, Any]) -> Changes:
    """The removal of a resource, its name aside, which its title has."""
    return build_removal({field: value for field, value in current.items() if field != "name"})


def find_strangers(
    params: Params, live: Live, groups: Iterable[Mapping[str, Any]], interfaces: Iterable[Mapping[str, Any]]
) -> list[str]:
    """What the VPC holds that the module does not remove, each with its kind and ID.

    :arg groups: the VPC's security groups, as AWS tells them
    :arg interfaces: its network interfaces, as AWS tells them
    """
    subnets, tables = (
        listed(params, "subnets"),
        [*listed(params, "route_tables"), *(params["absent_route_tables"] or [])],
    )
    found = [stranger(SUBNET, item["id"], item["name"]) for item in live.subnets if item["name"] not in subnets]
    found += [
        stranger(TABLE, item["id"], item["name"])
        for item in live.tables
        if item["name"] not in tables and not item["main"]
    ]
    if live.vpc and live.gateway and params["internet_gateway"] is None:
        found.append(stranger(GATEWAY, live.gateway["id"], live.gateway["tags"].get("Name")))
    found += [
        stranger("security group", group["GroupId"], group["GroupName"])
        for group in groups
        if group["GroupName"] != "default"
    ]
    return found + [
        stranger("network interface", item["NetworkInterfaceId"], item.get("Description"))
        for item in without_nats(params, live, interfaces)
        if not is_lingering(item)
    ]


def without_nats(params: Params, live: Live, interfaces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The network interfaces that are not those of the NAT gateways in the options, which go with these."""
    own = {item for nat in live.nats if nat["name"] in nat_names(params) for item in nat["interface_ids"]}
    return [interface for interface in interfaces if interface["NetworkInterfaceId"] not in own]


def stranger(kind: str, resource_id: str, name: str | None) -> str:
    """A resource for the reader."""
    return f"{kind} {resource_id} ({name})" if name else f"{kind} {resource_id}"


def is_lingering(interface: Mapping[str, Any]) -> bool:
    """Whether a service of AWS owns the interface, such as RDS, and takes it away some time after what it was for."""
    kind = interface.get("InterfaceType")
    return kind in LINGERING and (kind == "lambda" or interface.get("RequesterManaged", False))
