# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role network; pure functions."""

from __future__ import annotations

import ipaddress
import re
from itertools import combinations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.layout import (
    LONGEST_VPC_PREFIX,
    MAX_ZONES,
    lay_out_subnets,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.limits import check_unique
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_retention
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import KMS_KEY_ARN, Values

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
    """Everything about the variables of the role."""
    return [
        *check_subnets(values),
        *check_zones(values),
        *check_nats(values),
        *check_endpoints(values),
        *check_flow_logs(values),
    ]


def subnet_cidrs(values: Values, kind: str, vpc: ipaddress.IPv4Network | None) -> list[str]:
    """The ranges of the subnets: those that are listed, or else those that are laid out where the VPC has room.

    :arg kind: ``public`` or ``private``
    """
    count = values["network_availability_zone_count"]
    if values[f"network_{kind}_subnet_cidrs"] or vpc is None or not 2 <= count <= MAX_ZONES:
        return values[f"network_{kind}_subnet_cidrs"]
    return lay_out_subnets(str(vpc), kind, count) if vpc.prefixlen <= LONGEST_VPC_PREFIX else []


def check_subnets(values: Values) -> list[str]:
    """Ranges inside the VPC, without overlap."""
    vpc, problems = parse_cidr("network_vpc_cidr", values["network_vpc_cidr"])
    subnets = []
    for kind in ("public", "private"):
        option = f"network_{kind}_subnet_cidrs"
        cidrs = subnet_cidrs(values, kind, vpc)
        if vpc and vpc.prefixlen > LONGEST_VPC_PREFIX and not cidrs:
            problems.append(
                f"{option} is []: allowed is that with a network_vpc_cidr of /16 to /{LONGEST_VPC_PREFIX}; in {vpc}, list the ranges"
            )
        for index, cidr in enumerate(cidrs):
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
    return problems


def check_nats(values: Values) -> list[str]:
    """A public subnet in each zone that gets a NAT gateway."""
    if values["network_nat_gateways"] != "one_per_az":
        return []
    vpc, _problems = parse_cidr("network_vpc_cidr", values["network_vpc_cidr"])
    public, private = (len(subnet_cidrs(values, kind, vpc)) for kind in ("public", "private"))
    needed = min(private, len(values["network_availability_zones"]) or values["network_availability_zone_count"])
    if public >= needed:
        return []
    return [
        f"network_nat_gateways is one_per_az with {public} public subnets: allowed is that with {needed}, one in each zone that has "
        "private ones"
    ]


def check_endpoints(values: Values) -> list[str]:
    """Names of services, each once."""
    problems = []
    for service in values["network_interface_endpoints"]:
        problems += check_pattern(
            "network_interface_endpoints",
            service,
            r"[a-z0-9][a-z0-9.-]*",
            "names of AWS services such as secretsmanager",
        )
    for option in ("network_interface_endpoints", "network_gateway_endpoints"):
        problems += check_unique(option, values[option])
    names = [*values["network_interface_endpoints"], *values["network_gateway_endpoints"]]
    # Each is named by a tag of the VPC, whose value has up to 256 characters, with "-gateway-endpoint" and other parts.
    if sum(len(service) + len("-gateway-endpoint ") for service in names) > 256 - len("flow-log nat-gateways"):
        problems.append(
            f"network_interface_endpoints and network_gateway_endpoints have {len(names)} services: allowed are fewer"
        )
    return problems


def check_flow_logs(values: Values) -> list[str]:
    """A retention that CloudWatch Logs takes, and a key by its ARN."""
    key = values["network_logs_kms_key_id"] or ""
    problems = []
    if values["network_flow_logs_enabled"] and not values.get("stack_region"):
        problems.append(
            "stack_region is not given: it is needed with network_flow_logs_enabled, for the name of a role"
        )
    return [
        *problems,
        *check_retention("network_flow_logs_retention_days", values["network_flow_logs_retention_days"]),
        *check_pattern("network_logs_kms_key_id", key, KMS_KEY_ARN, "the ARN of a KMS key, or an empty text"),
    ]


def check_zones(values: Values) -> list[str]:
    """Enough subnets and availability zones for a DB subnet group."""
    private, zones = values["network_private_subnet_cidrs"], values["network_availability_zones"]
    count = values["network_availability_zone_count"]
    problems = check_range("network_availability_zone_count", count, 2, MAX_ZONES, "zones")
    if len(private) == 1:
        problems.append(
            f"network_private_subnet_cidrs is {private}: allowed are at least two, one in each of two availability zones "
            "(RDS subnet groups need two)"
        )
    if zones and len(set(zones)) < max(2, len(zones)):
        problems.append(
            f"network_availability_zones is {zones}: allowed are at least two zones, each once, or [] for the region's "
            f"first {count}"
        )
    elif zones and count > len(zones):
        problems.append(
            f"network_availability_zone_count is {count}: allowed are up to {len(zones)}, the zones of network_availability_zones"
        )
    region = values.get("stack_region")
    problems += [
        f"network_availability_zones has '{zone}': allowed are zones of the region {region}, such as {region}a"
        for zone in zones
        if region and not re.fullmatch(re.escape(region) + "[a-z]", zone)
    ]
    return problems
