# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role network; pure functions."""

from __future__ import annotations

import ipaddress
import re
from itertools import combinations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values

# RFC 1918, and the shared range of RFC 6598 that VPCs may use as well.
PRIVATE_RANGES = [
    ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]


def parse_cidr(name: str, value: str) -> tuple[ipaddress.IPv4Network | None, list[str]]:
    """An IPv4 range of /16 to /28 in CIDR notation, or None and what is wrong with it."""
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        return None, [f"{name} is '{value}': allowed is an IPv4 range in CIDR notation, such as 10.0.0.0/16 ({error})"]
    if not 16 <= network.prefixlen <= 28:
        return None, [f"{name} is '{value}': allowed are ranges of /16 to /28"]
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        allowed = ", ".join(map(str, PRIVATE_RANGES))
        return None, [f"{name} is '{value}': allowed are private ranges (RFC 1918 and RFC 6598), inside {allowed}"]
    return network, []


def check_network(values: Values) -> list[str]:
    """Ranges inside the VPC, without overlap, over at least two availability zones."""
    vpc, problems = parse_cidr("network_vpc_cidr", values["network_vpc_cidr"])
    subnets = []
    for option in ("network_public_subnet_cidrs", "network_private_subnet_cidrs"):
        for index, cidr in enumerate(values[option]):
            subnet, wrong = parse_cidr(f"{option}[{index}]", cidr)
            problems += wrong
            if subnet:
                subnets.append((f"{option}[{index}]", subnet))
    for name, subnet in subnets:
        if vpc and not subnet.subnet_of(vpc):
            problems.append(f"{name} is '{subnet}': allowed are ranges inside network_vpc_cidr {vpc}")
    for (name, subnet), (other_name, other) in combinations(subnets, 2):
        if subnet.overlaps(other):
            problems.append(
                f"{name} is '{subnet}' and {other_name} is '{other}': allowed are ranges that do not overlap"
            )
    for service in values["network_interface_endpoints"]:
        problems += check_pattern(
            "network_interface_endpoints",
            service,
            r"[a-z0-9][a-z0-9.-]*",
            "names of AWS services such as secretsmanager",
        )
    return problems + check_zones(values)


def check_zones(values: Values) -> list[str]:
    """Enough subnets and availability zones for a DB subnet group."""
    problems = []
    private, zones = values["network_private_subnet_cidrs"], values["network_availability_zones"]
    if len(private) < 2:
        problems.append(
            f"network_private_subnet_cidrs is {private}: allowed are at least two, one in each of two availability zones "
            "(RDS subnet groups need two)"
        )
    if not values["network_public_subnet_cidrs"]:
        problems.append("network_public_subnet_cidrs is []: allowed is at least one")
    if zones and len(set(zones)) < max(2, len(zones)):
        problems.append(
            f"network_availability_zones is {zones}: allowed are at least two zones, each once, or [] for the region's "
            "first two"
        )
    region = values.get("stack_region")
    problems += [
        f"network_availability_zones has '{zone}': allowed are zones of the region {region}, such as {region}a"
        for zone in zones
        if region and not re.fullmatch(re.escape(region) + "[a-z]", zone)
    ]
    return problems
