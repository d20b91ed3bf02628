# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Amazon VPC's limits on a network, checked before the first call; pure functions that return sentences.

Sources: CreateVpc, CreateSubnet, CreateRoute and ModifyVpcAttribute in the Amazon EC2 API reference.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.layout import MAX_ZONES
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import TARGETS

Params = Mapping[str, Any]

# Filters take * and ? for any text, so that names are kept free of them.
NAME = r"[\w .:/=+@-]{1,256}"
NAME_IN_WORDS = "1 to 256 letters, digits, spaces and _.:/=+-@"
ZONE = r"[a-z]{2}(-[a-z0-9]+)+"


def check_network(params: Params) -> list[str]:
    """Check all options of a network."""
    return [
        *check_pattern("name", params["name"], NAME, NAME_IN_WORDS),
        *check_pattern("internet_gateway", params["internet_gateway"], NAME, NAME_IN_WORDS),
        *check_cidr("cidr_block", params["cidr_block"], 16, 28),
        *check_dns(params),
        *check_zones(params),
        *check_range("zone_count", params["zone_count"], 1, MAX_ZONES),
        *check_subnets(params),
        *check_tables(params),
        *check_nats(params),
        *check_parts(params["parts"] or []),
        *check_range("wait_timeout", params["wait_timeout"], 0, 86400, "seconds"),
        # The Name is one of the 50 tags.
        *check_tags("tags", {**(params["tags"] or {}), "Name": params["name"]}),
    ]


def check_cidr(name: str, value: str | None, shortest: int = 0, longest: int = 32) -> list[str]:
    """Check an IPv4 range and the length of its prefix; None is not checked."""
    if value is None:
        return []
    allowed = f"an IPv4 range in CIDR notation, /{shortest} to /{longest}, its host bits zero"
    network = parse_cidr(value)
    if network is None or not shortest <= network.prefixlen <= longest:
        return [f"{name} is '{value}': allowed is {allowed}"]
    return []


def parse_cidr(value: str | None) -> ipaddress.IPv4Network | None:
    """An IPv4 range as AWS writes it, or None for anything else."""
    try:
        network = ipaddress.IPv4Network(value or "")
    except ValueError:
        return None
    return network if str(network) == value else None


def check_dns(params: Params) -> list[str]:
    """Hostnames need support."""
    if params["dns_hostnames"] and not params["dns_support"]:
        return ["dns_hostnames is True with dns_support False: allowed are DNS hostnames with DNS support"]
    return []


def check_zones(params: Params) -> list[str]:
    """Names of availability zones, not their IDs."""
    named = [(f"availability_zones[{index}]", zone) for index, zone in enumerate(params["availability_zones"] or [])]
    for index, subnet in enumerate(params["subnets"] or []):
        named.append((f"subnets[{index}].availability_zone", subnet["availability_zone"] or None))
    return [
        problem for name, zone in named for problem in check_pattern(name, zone, ZONE, "a zone such as ca-central-1a")
    ]


def check_zones_found(zones: list[str], count: int) -> list[str]:
    """Check the region's available zones, once they are known; a stack over two has always made do with one."""
    if not zones:
        return ["The region has no available zone for a new subnet: give availability_zones"]
    if count > 2 and len(zones) < count:
        return [f"zone_count is {count}: allowed are up to {len(zones)}, the available zones of the region"]
    return []


def check_subnets(params: Params) -> list[str]:
    """Each subnet once, with a range of its own inside the VPC's."""
    subnets = params["subnets"] or []
    problems = check_unique("subnets", (subnet["name"] for subnet in subnets))
    vpc, ranges = parse_cidr(params["cidr_block"]), []
    for index, subnet in enumerate(subnets):
        name, cidr = f"subnets[{index}].cidr", subnet["cidr"]
        problems += check_pattern(f"subnets[{index}].name", subnet["name"], NAME, NAME_IN_WORDS)
        problems += check_cidr(name, cidr, 16, 28)
        problems += check_range(f"subnets[{index}].zone_index", subnet["zone_index"], 0, 99)
        network = parse_cidr(cidr)
        if network:
            ranges.append((name, network))
        if network and vpc and not network.subnet_of(vpc):
            problems.append(f"{name} is '{cidr}': allowed are ranges inside cidr_block {vpc}")
    for (name, network), (other_name, other) in combinations(ranges, 2):
        if network.overlaps(other):
            problems.append(
                f"{name} is '{network}' and {other_name} is '{other}': allowed are ranges that do not overlap"
            )
    return problems


def check_tables(params: Params) -> list[str]:
    """Each table and destination once, each subnet in one table at most."""
    tables = params["route_tables"] or []
    subnets = [subnet["name"] for subnet in params["subnets"] or []]
    problems = check_unique("route_tables", (table["name"] for table in tables))
    problems += check_unique(
        "the subnets of route_tables", (name for table in tables for name in table["subnets"] or [])
    )
    for index, table in enumerate(tables):
        option = f"route_tables[{index}]"
        problems += check_pattern(f"{option}.name", table["name"], NAME, NAME_IN_WORDS)
        problems += [
            f"{option}.subnets has '{name}': allowed are the names in subnets"
            for name in table["subnets"] or []
            if name not in subnets
        ]
        routes = table["routes"] or []
        problems += check_unique(f"{option}.routes", (route["destination_cidr_block"] for route in routes))
        for position, route in enumerate(routes):
            problems += check_route(f"{option}.routes[{position}]", route, params)
    return problems


def check_route(name: str, route: Params, params: Params) -> list[str]:
    """A destination outside of the VPC, and a target that is known."""
    destination, gateway = route["destination_cidr_block"], route["gateway"]
    problems = check_cidr(f"{name}.destination_cidr_block", destination)
    if destination == params["cidr_block"]:
        problems.append(
            f"{name}.destination_cidr_block is '{destination}': the VPC's own range is always routed locally"
        )
    if gateway in [nat["name"] for nat in params["nat_gateways"] or []]:
        return problems
    if gateway != "internet_gateway":
        allowed = f"internet_gateway, one of nat_gateways, or an ID that starts with {', '.join(f'{prefix}-' for prefix in TARGETS)}"
        return problems + check_pattern(f"{name}.gateway", gateway, rf"({'|'.join(TARGETS)})-[0-9a-z]+", allowed)
    if params["internet_gateway"] is None:
        problems.append(f"{name}.gateway is 'internet_gateway': allowed is that with the option internet_gateway")
    return problems


def check_parts(parts: list[str]) -> list[str]:
    """Names that go into the value of one tag, of up to 256 characters."""
    problems = [
        problem for part in parts for problem in check_pattern("parts", part, r"[\w.:/=+@-]+", "names without spaces")
    ]
    return problems or check_length("parts", " ".join(parts), 0, 256)


def check_nats(params: Params) -> list[str]:
    """Each NAT gateway once, in one of the subnets; and nothing that is wanted and to be removed."""
    nats, problems = params["nat_gateways"] or [], []
    subnets = [subnet["name"] for subnet in params["subnets"] or []]
    for index, nat in enumerate(nats):
        problems += check_pattern(f"nat_gateways[{index}].name", nat["name"], NAME, NAME_IN_WORDS)
        if params["state"] == "present" and nat["subnet"] not in subnets:
            problems.append(f"nat_gateways[{index}].subnet is '{nat['subnet']}': allowed are the names in subnets")
    problems += check_unique("nat_gateways", (nat["name"] for nat in nats))
    for option in ("nat_gateways", "route_tables"):
        wanted = [item["name"] for item in params[option] or []]
        problems += [
            f"absent_{option} has '{name}': allowed are names that are not in {option}"
            for name in params[f"absent_{option}"] or []
            if name in wanted
        ]
    return problems


def check_unique(name: str, values: Iterable[str]) -> list[str]:
    """Each value once."""
    return [
        f"{name} has '{value}' {count} times: allowed is once" for value, count in Counter(values).items() if count > 1
    ]
