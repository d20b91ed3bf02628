#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_vpc_network
version_added: 0.2.0
short_description: Manage a VPC with its internet gateway, subnets and route tables
description:
  - Creates, changes and deletes one VPC with its internet gateway, subnets and route tables, declared as data.
  - The resources are found by their tag Name, whatever tool made them. A subnet that has the address range of a wanted
    one under another name, and the internet gateway that is attached to the VPC, are taken over and renamed.
  - Returns one diff for each resource that changes. It names subnets and the internet gateway instead of telling their
    IDs, so that the diffs in check mode and those of the run that follows are the same.
  - Subnets and route tables of the VPC that the options do not list are left alone, but a subnet belongs to the route
    table that lists it.
  - A run that was interrupted is completed by the next one.
options:
  state:
    description:
      - Whether the network should exist.
      - With V(absent), the subnets and route tables that the options list are deleted by their names, then the internet
        gateway where O(internet_gateway) is given, and the VPC. Nothing is deleted when the VPC holds anything else.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the VPC, in its tag Name. One VPC of the region may have it.
      - All names are 1 to 256 letters, digits, spaces and C(_.:/=+-@).
    type: str
    required: true
  cidr_block:
    description:
      - The address range of the VPC, /16 to /28. Required with O(state=present).
      - AWS cannot change it afterwards.
    type: str
  dns_support:
    description: Whether the VPC has Amazon's DNS server.
    type: bool
    default: true
  dns_hostnames:
    description: Whether instances with public addresses get DNS names. It needs O(dns_support=true).
    type: bool
    default: true
  internet_gateway:
    description:
      - The name of the internet gateway. The one that is attached to the VPC gets this name. Without one, a detached
        gateway of this name is attached, or a new one is made.
      - When it is left out, no internet gateway is managed.
    type: str
  availability_zones:
    description:
      - The zones for new subnets without a zone of their own. The region's first O(zone_count) available zones when it is
        left out or empty.
    type: list
    elements: str
  zone_count:
    description: How many of the region's zones new subnets are spread over where O(availability_zones) are not given.
    type: int
    default: 2
  subnets:
    description: The subnets. Other subnets of the VPC are left alone.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the subnet. One subnet of the VPC may have it.
        type: str
        required: true
      cidr:
        description:
          - The address range, /16 to /28, inside O(cidr_block).
          - AWS cannot change it afterwards.
        type: str
        required: true
      availability_zone:
        description:
          - The availability zone, such as V(ca-central-1a). AWS cannot change it afterwards.
          - When it is left out, a new subnet gets one of O(availability_zones), and an existing one keeps its zone.
        type: str
      zone_index:
        description: Which of O(availability_zones) a new subnet gets, counted from 0 and, after the last, from 0 again.
        type: int
        default: 0
      map_public_ip_on_launch:
        description: Whether instances get public addresses.
        type: bool
        default: false
  route_tables:
    description: The route tables. Other route tables of the VPC are left alone.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the route table. One route table of the VPC may have it.
        type: str
        required: true
      subnets:
        description:
          - The names of the subnets that are associated with the table, out of O(subnets). The table has exactly
            these.
        type: list
        elements: str
        default: []
      routes:
        description:
          - The routes. The table has exactly these, besides the VPC's local route, the routes of VPC endpoints, and
            those that are propagated by a virtual private gateway.
        type: list
        elements: dict
        default: []
        suboptions:
          destination_cidr_block:
            description: The IPv4 range the route leads to, such as V(0.0.0.0/0).
            type: str
            required: true
          gateway:
            description:
              - Where the route leads through. V(internet_gateway) for the one of O(internet_gateway), or the ID of an
                internet gateway (C(igw-)), virtual private gateway (C(vgw-)), NAT gateway (C(nat-)), transit gateway
                (C(tgw-)), peering connection (C(pcx-)) or network interface (C(eni-)).
              - The name of one of O(nat_gateways) leads through that one.
            type: str
            required: true
  nat_gateways:
    description:
      - The public NAT gateways, each with an Elastic IP of the same name. Others of the VPC are left alone.
      - They are waited for before routes lead to them. An Elastic IP of the name that is there already is used.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the NAT gateway and of its Elastic IP. One of each may have it.
        type: str
        required: true
      subnet:
        description: The name of the public subnet it is in, out of O(subnets). AWS cannot change it.
        type: str
        required: true
  absent_nat_gateways:
    description:
      - The names of NAT gateways that are removed with their Elastic IPs, after the routes no longer lead to them.
      - They are looked for only where O(nat_gateways) are given, where a route of the VPC leads through a NAT gateway, or where
        RV(network.parts) has V(nat-gateways).
    type: list
    elements: str
  keep_nat_addresses:
    description: Whether the Elastic IPs of NAT gateways that are removed stay, for the next ones of these names. AWS bills them.
    type: bool
    default: false
  absent_route_tables:
    description:
      - The names of route tables that are removed, after their subnets have got other ones. Subnets that no route table of
        O(route_tables) lists fall back to the VPC's main one.
    type: list
    elements: str
  parts:
    description:
      - Names of what else belongs to the network and is made by other modules after this one, such as V(flow-log); up to 256
        characters in all. The VPC's tag C(NetworkParts) names them.
      - Parts that the tag names already stay in it, so that a run which no longer wants them learns from RV(network.parts) what
        there may be to remove.
    type: list
    elements: str
  purge_parts:
    description: Whether parts that O(parts) does not list are taken out of the tag, since they were removed.
    type: bool
    default: false
  wait_timeout:
    description:
      - With O(state=absent), for how many seconds in all the module waits for the network interfaces that services of
        AWS leave behind for a while, such as those of a database that was just deleted.
      - Also, for how many seconds it waits for each NAT gateway.
    type: int
    default: 600
  tags:
    description:
      - The tags of every resource. Each has its own tag Name besides.
      - When it is left out, only the tag Name is managed.
    type: dict
    aliases: [resource_tags]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - An unchanged network costs six calls, whatever the number of its subnets and route tables. Five of them are made at
    the same time.
  - With NAT gateways there are two calls more.
  - IPv6, network ACLs, VPC endpoints and security groups are not managed.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure a network of public and private subnets over two zones
  iot.sensor_stack.ec2_vpc_network:
    name: iot-vpc-dev
    cidr_block: 10.0.0.0/16
    internet_gateway: iot-igw-dev
    subnets:
      - {name: iot-public-1-dev, cidr: 10.0.0.0/24, zone_index: 0, map_public_ip_on_launch: true}
      - {name: iot-public-2-dev, cidr: 10.0.1.0/24, zone_index: 1, map_public_ip_on_launch: true}
      - {name: iot-private-1-dev, cidr: 10.0.10.0/24, zone_index: 0}
      - {name: iot-private-2-dev, cidr: 10.0.11.0/24, zone_index: 1}
    route_tables:
      - name: iot-public-rt-dev
        subnets: [iot-public-1-dev, iot-public-2-dev]
        routes:
          - {destination_cidr_block: 0.0.0.0/0, gateway: internet_gateway}
      - name: iot-private-rt-dev
        subnets: [iot-private-1-dev, iot-private-2-dev]
    tags:
      Environment: dev
  register: __network

- name: Ensure a VPC with one subnet, and leave all else alone
  iot.sensor_stack.ec2_vpc_network:
    name: iot-vpc-dev
    cidr_block: 10.0.0.0/16
    subnets:
      - {name: iot-private-1-dev, cidr: 10.0.10.0/24, availability_zone: ca-central-1a}

- name: Remove the network
  iot.sensor_stack.ec2_vpc_network:
    name: iot-vpc-dev
    state: absent
    internet_gateway: iot-igw-dev
    subnets:
      - {name: iot-private-1-dev, cidr: 10.0.10.0/24}
    route_tables:
      - name: iot-private-rt-dev
"""

RETURN = r"""
network:
  description:
    - The network after the run. In check mode as it would be, with placeholders for the IDs that AWS has not made yet.
    - Empty when absent.
  returned: always
  type: dict
  contains:
    vpc_id:
      description: The ID of the VPC; V(vpc-known-after-deploy) in check mode for a VPC that does not exist yet.
      type: str
      sample: vpc-0123456789abcdef0
    vpc_cidr:
      description: The address range of the VPC.
      type: str
      sample: 10.0.0.0/16
    parts:
      description: What the tag C(NetworkParts) of the VPC names.
      type: list
      elements: str
      sample: [flow-log]
    internet_gateway_id:
      description: The ID of the internet gateway; null when the VPC has none.
      type: str
      sample: igw-0123456789abcdef0
    subnets:
      description: The subnets of the options, in their order.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
          sample: iot-public-1-dev
        id:
          description: Its ID.
          type: str
          sample: subnet-0123456789abcdef0
        cidr:
          description: Its address range.
          type: str
          sample: 10.0.0.0/24
        availability_zone:
          description: Its availability zone.
          type: str
          sample: ca-central-1a
    other_subnets:
      description:
        - The other subnets of the VPC, in the form of RV(network.subnets); C(name) is null for one without a Name tag. The
          shortest names come first, so that numbers in them are in order.
      type: list
      elements: dict
      sample: []
    route_tables:
      description: The route tables of the options, each name with its ID.
      type: dict
      sample: {"iot-public-rt-dev": "rtb-0123456789abcdef0"}
    nat_gateways:
      description: The NAT gateways of the options, in their order.
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          type: str
          sample: iot-nat-1-dev
        id:
          description: Its ID.
          type: str
          sample: nat-0123456789abcdef0
        public_ip:
          description: The address that others see; V(known-after-deploy) in check mode for one that is still to be allocated.
          type: str
          sample: 203.0.113.7
diff:
  description: One diff for each resource that changes, in the order in which the changes are made.
  returned: always
  type: list
  elements: dict
  sample:
    - before: {"routes": []}
      after: {"routes": ["0.0.0.0/0 -> internet gateway"]}
      before_header: route table iot-public-rt-dev
      after_header: route table iot-public-rt-dev
      action: change
"""

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import api, nat_gateways
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.limits import check_network, check_zones_found
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network import (
    GATEWAY,
    SUBNET,
    VPC,
    Live,
    Plan,
    Resource,
    build_association_steps,
    build_plan,
    describe,
    find_strangers,
    nat_names,
    needs_nats,
    needs_zones,
    plan_removal,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network_removal import remove, remove_network
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.security_groups import describe_security_groups
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import (
    INTERNET_GATEWAY,
    gateway_to_dict,
    only,
    route_request,
    route_table_to_dict,
    subnet_to_dict,
    vpc_to_dict,
)

DNS_ATTRIBUTES = {"dns_support": "EnableDnsSupport", "dns_hostnames": "EnableDnsHostnames"}
# What AWS gives a new VPC.
NEW_VPC = {"dns_support": True, "dns_hostnames": False}

Read = Callable[[Any, str], Any]


class Aws(NamedTuple):
    """What it takes to make a change: the module, its client, and one that sends each request once."""

    module: AnsibleAWSModule
    client: Any
    single_shot: Any


def read(client: Any, params: dict[str, Any], *more: Read) -> tuple[Live, list[Any]]:
    """The network as it is, and what more calls on its VPC answer, all but the first made at the same time.

    :arg more: calls that take the client and the VPC's ID; without a VPC, there are no answers
    """
    vpc = only(map(vpc_to_dict, api.describe_vpcs(client, params["name"])), VPC, params["name"])
    if vpc is None:
        return Live(None, find_detached_gateway(client, params), [], []), []
    calls = (api.describe_attached_gateways, api.describe_subnets, api.describe_route_tables, *more)
    gateways, subnets, tables, *answers = api.at_once(*(partial(call, client, vpc["id"]) for call in calls))
    gateway = gateway_to_dict(gateways[0]) if gateways else find_detached_gateway(client, params)
    return Live(vpc, gateway, list(map(subnet_to_dict, subnets)), list(map(route_table_to_dict, tables))), answers


def find_detached_gateway(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """An internet gateway of the wanted name that is attached to no VPC, such as one of an interrupted run."""
    name = params["internet_gateway"]
    if name is None:
        return None
    gateways = map(gateway_to_dict, api.describe_gateways(client, name))
    return only((gateway for gateway in gateways if not gateway["attached"]), f"detached {GATEWAY}", name)


def read_nats(client: Any, live: Live) -> Live:
    """The network with its NAT gateways, and the Elastic IPs of the region."""
    vpc_id = live.vpc["id"] if live.vpc else None
    calls = [partial(nat_gateways.describe_addresses, client)]
    if vpc_id:
        calls.append(partial(nat_gateways.describe_nat_gateways, client, vpc_id))
    addresses, *nats = api.at_once(*calls)
    return live._replace(addresses=addresses, nats=nats[0] if nats else [])


def read_plan(module: AnsibleAWSModule, client: Any) -> Plan:
    """Read the network, and compare it with the options."""
    params = module.params
    live, dns = read(client, params, api.describe_dns_support, api.describe_dns_hostnames)
    if live.vpc:
        live.vpc.update(zip(DNS_ATTRIBUTES, dns, strict=True))
    if needs_nats(params, live):
        live = read_nats(client, live)
    zones = params["availability_zones"] or []
    if needs_zones(params, live):
        zones = api.describe_availability_zones(client)[: params["zone_count"]]
        refuse(check_zones_found(zones, params["zone_count"]))
    return build_plan(params, live, zones)


def apply(aws: Aws, plan: Plan) -> dict[str, str]:
    """Make the changes; returns the title of each resource with its ID."""
    vpc_id = apply_vpc(aws, plan.vpc)
    ids, gateway_id = {plan.vpc.title: vpc_id}, plan.live.gateway["id"] if plan.live.gateway else ""
    if plan.gateway:
        ids[plan.gateway.title] = gateway_id = apply_gateway(aws, plan.gateway, vpc_id)
    for subnet in plan.subnets:
        ids[subnet.title] = apply_subnet(aws, subnet, vpc_id)
    apply_nats(aws, plan, ids)
    for table in plan.tables:
        ids[table.title] = apply_table(aws, table, vpc_id, {INTERNET_GATEWAY: gateway_id, **ids})
    apply_associations(aws.client, plan, ids)
    remove(aws.client, aws.module.params, plan.gone, vpc_id)
    return ids


def ensure_made(aws: Aws, resource: Resource, create: Callable[[Any], str]) -> str:
    """Create the resource with its tags, or bring the tags of the one that is there in order; returns its ID.

    :arg create: makes it with the client it gets, and returns its ID
    """
    if resource.current is None:
        return create_once(lambda: create(aws.single_shot), lambda: find_again(aws, resource.title))
    apply_entries(
        resource.changes.get("tags"),
        partial(api.delete_tags, aws.client, resource.id),
        partial(api.create_tags, aws.client, resource.id),
    )
    return resource.id


def find_again(aws: Aws, title: str) -> str | None:
    """The ID of a resource that may have been made although the answer was lost."""
    resources = read_plan(aws.module, aws.client).resources()
    return next((item.id for item in resources if item.title == title and item.current), None)


def apply_vpc(aws: Aws, vpc: Resource) -> str:
    """Bring about the VPC and its DNS attributes; returns its ID."""
    after = vpc.after()
    vpc_id = ensure_made(aws, vpc, lambda client: api.create_vpc(client, after["cidr_block"], after["tags"]))
    # Hostnames need support: they come after it, and go before it.
    for field in sorted(DNS_ATTRIBUTES, reverse=after["dns_support"]):
        if (vpc.current or NEW_VPC)[field] != after[field]:
            api.modify_vpc_attribute(aws.client, vpc_id, DNS_ATTRIBUTES[field], after[field])
    return vpc_id


def apply_gateway(aws: Aws, gateway: Resource, vpc_id: str) -> str:
    """Bring about the internet gateway, attached to the VPC; returns its ID."""
    after = gateway.after()
    gateway_id = ensure_made(aws, gateway, lambda client: api.create_internet_gateway(client, after["tags"]))
    if "vpc" in gateway.changes:
        api.attach_internet_gateway(aws.client, gateway_id, vpc_id)
    return gateway_id


def apply_subnet(aws: Aws, subnet: Resource, vpc_id: str) -> str:
    """Bring about the subnet; returns its ID."""
    after = subnet.after()
    subnet_id = ensure_made(
        aws,
        subnet,
        lambda client: api.create_subnet(client, vpc_id, after["cidr"], after["availability_zone"], after["tags"]),
    )
    public = after["map_public_ip_on_launch"]
    if public != (subnet.current or {"map_public_ip_on_launch": False})["map_public_ip_on_launch"]:
        api.modify_subnet_public_ip(aws.client, subnet_id, public)
    return subnet_id


def apply_nats(aws: Aws, plan: Plan, ids: dict[str, str]) -> None:
    """Bring about the NAT gateways with their Elastic IPs, and add their IDs. All are asked for before the first is waited for."""
    for address, nat in zip(plan.addresses, plan.nats, strict=True):
        ids[address.title] = address_id = apply_address(aws, address)
        ids[nat.title] = apply_nat(aws, nat, ids[f"{SUBNET} {nat.after()['subnet']}"], address_id)
    for nat in plan.nats:
        if nat.current is None or nat.current["state"] != "available":
            timeout = aws.module.params["wait_timeout"]
            nat_gateways.wait_for_nat_gateway(aws.client, nat.title, ids[nat.title], "available", timeout)


def apply_nat(aws: Aws, nat: Resource, subnet_id: str, address_id: str) -> str:
    """Bring about the NAT gateway; returns its ID."""
    tags, token = nat.after()["tags"], str(uuid.uuid4())
    create = partial(nat_gateways.create_nat_gateway, aws.client, subnet_id, address_id, tags, token)
    return ensure_made(aws, nat, lambda _client: create())


def apply_address(aws: Aws, address: Resource) -> str:
    """Bring about the Elastic IP of a NAT gateway; returns its ID."""
    return ensure_made(aws, address, lambda client: nat_gateways.allocate_address(client, address.after()["tags"]))


def apply_table(aws: Aws, table: Resource, vpc_id: str, targets: Mapping[str, str]) -> str:
    """Bring about the route table with its routes; returns its ID.

    :arg targets: the targets that are told in words to their IDs
    """
    after = table.after()
    table_id = ensure_made(aws, table, lambda client: api.create_route_table(client, vpc_id, after["tags"]))

    def put(routes: dict[str, str]) -> None:
        for destination, target in routes.items():
            call = api.replace_route if table.current and destination in table.current["routes"] else api.create_route
            call(aws.client, **route_request(table_id, destination, targets.get(target, target)))

    def remove(destinations: list[str]) -> None:
        for destination in destinations:
            api.delete_route(aws.client, **route_request(table_id, destination))

    apply_entries(table.changes.get("routes"), remove, put)
    return table_id


def apply_associations(client: Any, plan: Plan, ids: dict[str, str]) -> None:
    """Give each subnet its route table."""
    steps = build_association_steps(plan, ids)
    for association_id, table_id in steps.replace:
        api.replace_route_table_association(client, association_id, table_id)
    for table_id, subnet_id in steps.associate:
        api.associate_route_table(client, table_id, subnet_id)
    for association_id in steps.disassociate:
        api.disassociate_route_table(client, association_id)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the network."""
    plan = read_plan(module, client)
    diffs = [resource.diff() for resource in plan.resources() if resource.changes]
    diffs += [resource.diff("remove") for resource in plan.gone]
    ids = {resource.title: resource.id for resource in plan.resources()}
    if diffs and not module.check_mode:
        ids = apply(Aws(module, client, single_shot_client(module, "ec2")), plan)
        if any(address.current is None for address in plan.addresses):
            plan = plan._replace(live=plan.live._replace(addresses=nat_gateways.describe_addresses(client)))
    return {"changed": bool(diffs), "diff": diffs, "network": describe(module.params, plan, ids)}


def read_groups(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """The security groups of the VPC."""
    return describe_security_groups(client, vpc_id=vpc_id)


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the network, unless its VPC holds something else."""
    params = module.params
    live, answers = read(client, params, read_groups, api.describe_network_interfaces)
    groups, interfaces = answers or ([], [])
    if nat_names(params):
        live = read_nats(client, live)
    strangers = find_strangers(params, live, groups, interfaces)
    if strangers:
        raise AnsibleAWSError(
            message=f"VPC {params['name']} cannot be removed while it holds {', '.join(strangers)}. Nothing was deleted: "
            "remove these first, or list them"
        )
    resources = plan_removal(params, live)
    if resources and not module.check_mode:
        remove_network(client, params, live, resources, interfaces)
    diffs = [resource.diff("remove") for resource in resources]
    return {"changed": bool(diffs), "diff": diffs, "network": {}}


def main() -> None:
    """Module entry point."""
    route = {
        "destination_cidr_block": {"type": "str", "required": True},
        "gateway": {"type": "str", "required": True},
    }
    table = {
        "name": {"type": "str", "required": True},
        "subnets": {"type": "list", "elements": "str", "default": []},
        "routes": {"type": "list", "elements": "dict", "default": [], "options": route},
    }
    nat = {"name": {"type": "str", "required": True}, "subnet": {"type": "str", "required": True}}
    subnet = {
        "name": {"type": "str", "required": True},
        "cidr": {"type": "str", "required": True},
        "availability_zone": {"type": "str"},
        "zone_index": {"type": "int", "default": 0},
        "map_public_ip_on_launch": {"type": "bool", "default": False},
    }
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "cidr_block": {"type": "str"},
            "dns_support": {"type": "bool", "default": True},
            "dns_hostnames": {"type": "bool", "default": True},
            "internet_gateway": {"type": "str"},
            "availability_zones": {"type": "list", "elements": "str"},
            "zone_count": {"type": "int", "default": 2},
            "subnets": {"type": "list", "elements": "dict", "options": subnet},
            "route_tables": {"type": "list", "elements": "dict", "options": table},
            "parts": {"type": "list", "elements": "str"},
            "purge_parts": {"type": "bool", "default": False},
            "nat_gateways": {"type": "list", "elements": "dict", "options": nat},
            "absent_nat_gateways": {"type": "list", "elements": "str"},
            "keep_nat_addresses": {"type": "bool", "default": False},
            "absent_route_tables": {"type": "list", "elements": "str"},
            "wait_timeout": {"type": "int", "default": 600},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["cidr_block"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "ec2", check_network, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
