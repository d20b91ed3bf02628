# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow, beyond the types of the roles' argument specs; pure functions, no AWS calls.

Each rule takes the values of a tier's variables and returns a list of sentences, empty when all is well.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import route_spec
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    STANDARD,
    check_clients,
    client_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import check_routes
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    check_stage as check_stage_options,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.limits import (
    check_engine_version,
    check_node_type,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import compare_version
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.schedules import check_schedule
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import RETENTION_DAYS
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import RESERVED_USERS
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import check_stack_name, resource_name

Values = dict[str, Any]

# RFC 1918, and the shared range of RFC 6598 that VPCs may use as well.
PRIVATE_RANGES = [
    ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]

ROLE_TAGS = ("Environment", "Project", "ManagedBy", "Name")


def explain_type(message: str, values: Values, options: dict[str, Any]) -> str:
    """Ansible's sentence about a value of a wrong type, in the form of ours: it does not always hold the value."""
    wrong = re.match(r"argument '(\w+)' is of type", message)
    if wrong is None or wrong[1] not in options:
        return message
    return f"{wrong[1]} is '{values[wrong[1]]}': allowed is a value of type {options[wrong[1]]['type']}"


def check_stack(values: Values) -> list[str]:
    """stack_name, stack_environment, stack_tags and stack_region."""
    return [
        *check_stack_name(values["stack_name"], values["stack_environment"]),
        *check_stack_tags(values.get("stack_tags") or {}),
        *check_replacement(values),
        *check_region("stack_region", values.get("stack_region")),
    ]


def check_replacement(values: Values) -> list[str]:
    """The names of what may be replaced: a misspelt one would allow nothing."""
    named = [name for name in (values.get("stack_allow_replacement") or "").split(",") if name]
    replaceable = [
        resource_name(values["stack_name"], thing, values["stack_environment"]) for thing in ("redis", "aurora")
    ]
    return [
        f"stack_allow_replacement has '{name}': allowed are {', '.join(replaceable)}, with commas between them"
        for name in named
        if name not in replaceable
    ]


def check_stack_tags(tags: dict[str, Any]) -> list[str]:
    """Tags that all services of the stack accept, with room for the roles' own."""
    problems = check_tags("stack_tags", tags)
    for key, value in tags.items():
        for name, text in (("stack_tags has a key that", key), (f"stack_tags['{key}']", value)):
            problems += check_pattern(name, str(text), r"[\w\s.:/=+@-]*", "letters, digits, spaces and _.:/=+-@")
    more = set(tags) - set(ROLE_TAGS)
    if len(more) > 50 - len(ROLE_TAGS):
        problems.append(
            f"stack_tags has {len(more)} tags besides {', '.join(ROLE_TAGS)}: allowed are {50 - len(ROLE_TAGS)}, for AWS's 50"
        )
    return problems


def check_region(name: str, region: str | None) -> list[str]:
    """Check a region against those that botocore knows to have EC2."""
    known = [] if region is None else known_regions()
    if not known or region in known:
        return []
    return [f"{name} is '{region}': allowed is a region of AWS, such as ca-central-1 (known are {', '.join(known)})"]


@cache
def known_regions() -> list[str]:
    """The regions botocore knows, sorted; read from its data, since importing botocore takes half a second."""
    found = find_spec("botocore")
    if found is None or not found.submodule_search_locations:
        return []  # The modules report the missing library.
    path = Path(found.submodule_search_locations[0], "data", "partitions.json")
    partitions = json.loads(path.read_text(encoding="utf-8"))["partitions"]
    return sorted(
        region for partition in partitions for region in partition["regions"] if not region.endswith("-global")
    )


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


def check_secrets(values: Values) -> list[str]:
    """The password's length and the recovery window."""
    window = values["secrets_recovery_window_in_days"]
    problems = check_range("secrets_password_length", values["secrets_password_length"], 8, 41, "characters")
    problems += check_range("secrets_port", values["secrets_port"], 1, 65535)
    if window != 0 and not 7 <= window <= 30:
        problems.append(f"secrets_recovery_window_in_days is {window}: allowed is 7 to 30 days, or 0 to remove at once")
    return problems + check_rotation(values)


def check_rotation(values: Values) -> list[str]:
    """Who rotates a password must be who holds it."""
    rotation, generated = values["secrets_rotation"], values["secrets_generate_password"]
    problems = check_pattern(
        "secrets_rotation_schedule",
        values["secrets_rotation_schedule"],
        r"(rate|cron)\(.+\)",
        "rate(...) or cron(...), such as rate(30 days)",
    )
    if rotation == "rds_managed" and generated:
        problems.append(
            "secrets_rotation is 'rds_managed': allowed with database_master_password rds_managed, where RDS has the password"
        )
    if rotation == "function" and not generated:
        problems.append(
            "secrets_rotation is 'function' with database_master_password rds_managed: allowed is rds_managed, or none"
        )
    if rotation != "function" and values["secrets_rotation_strategy"] != "single_user":
        problems.append(
            f"secrets_rotation_strategy is '{values['secrets_rotation_strategy']}' with secrets_rotation '{rotation}': allowed is it with "
            "function"
        )
    return problems


def check_cache(values: Values) -> list[str]:
    """Nodes, failover, Multi-AZ and the numbers' ranges."""
    nodes, failover = values["cache_num_cache_clusters"], values["cache_automatic_failover_enabled"]
    node_type, multi_az = values["cache_node_type"], values["cache_multi_az_enabled"]
    problems = [
        *check_range("cache_num_cache_clusters", nodes, 1, 6, "nodes"),
        *check_range("cache_port", values["cache_port"], 1, 65535),
        *check_range("cache_snapshot_retention_limit", values["cache_snapshot_retention_limit"], 0, 35, "days"),
        *check_range("cache_wait_timeout", values["cache_wait_timeout"], 1, 86400, "seconds"),
        *check_node_type("cache_node_type", node_type),
        *check_cache_engine(values),
        *check_ranges_allowed("cache_allowed_cidrs", values["cache_allowed_cidrs"]),
    ]
    if failover and nodes < 2:
        problems.append(
            f"cache_automatic_failover_enabled is true with cache_num_cache_clusters {nodes}: allowed is failover with 2 to 6 nodes"
        )
    if failover and node_type.startswith("cache.t1."):
        problems.append(
            f"cache_automatic_failover_enabled is true with cache_node_type '{node_type}': allowed is any type but t1"
        )
    if values["cache_auth_token_enabled"] and not values["cache_transit_encryption_enabled"]:
        problems.append(
            "cache_auth_token_enabled is true without cache_transit_encryption_enabled: allowed is a token with encryption in transit"
        )
    if multi_az and not failover:
        problems.append(
            "cache_multi_az_enabled is true without cache_automatic_failover_enabled: allowed is Multi-AZ with failover"
        )
    return problems


def check_cache_engine(values: Values) -> list[str]:
    """Engine, version and parameter group belong together."""
    engine, version = values["cache_engine"], values["cache_engine_version"]
    problems = check_engine_version("cache_engine_version", version)
    if problems:
        return problems
    if version != "7" and (engine == "valkey") != (compare_version(version, "7.2") >= 0):
        problems.append(
            f"cache_engine is '{engine}' with cache_engine_version '{version}': allowed are redis up to 7.1, valkey from 7.2"
        )
    group, family = values["cache_parameter_group_name"], f"default.{engine}{version.split('.')[0]}"
    if group.startswith("default.") and not group.startswith(family):
        problems.append(
            f"cache_parameter_group_name is '{group}': allowed with {engine} {version} is {family} or your own"
        )
    return problems


def check_database(values: Values) -> list[str]:
    """Capacity, names and the numbers' ranges."""
    identifier = r"[A-Za-z][A-Za-z0-9_]*"
    words = "letters, digits and underscores, starting with a letter"
    user = values["database_master_username"]
    reserved = [f"database_master_username is '{user}': allowed is any name but {', '.join(RESERVED_USERS)}"]
    return [
        *check_capacity(values["database_min_capacity"], values["database_max_capacity"]),
        *check_range("database_instance_count", values["database_instance_count"], 1, 16, "instances"),
        *check_range("database_port", values["database_port"], 1150, 65535),
        *check_range("database_backup_retention_period", values["database_backup_retention_period"], 1, 35, "days"),
        *check_range("database_wait_timeout", values["database_wait_timeout"], 1, 86400, "seconds"),
        *check_pattern(
            "database_engine_version", values["database_engine_version"], r"\d+(\.\d+)?", "a version such as 16 or 16.6"
        ),
        *check_length("database_name", values["database_name"], 1, 63),
        *check_pattern("database_name", values["database_name"], identifier, words),
        *check_length("database_master_username", user, 1, 16),
        *check_pattern("database_master_username", user, identifier, words),
        *(reserved if user.lower() in RESERVED_USERS else []),
        *check_ranges_allowed("database_allowed_cidrs", values["database_allowed_cidrs"]),
    ]


def check_capacity(minimum: float, maximum: float) -> list[str]:
    """The range of Aurora Serverless v2, in ACU."""
    problems = [
        *check_range("database_min_capacity", minimum, 0, 256, "ACU"),
        *check_range("database_max_capacity", maximum, 1, 256, "ACU"),
    ]
    for name, value in (("database_min_capacity", minimum), ("database_max_capacity", maximum)):
        if value % 0.5:
            problems.append(f"{name} is {value}: allowed are half steps, such as 0.5 or 1.0 ACU")
    if minimum > maximum:
        problems.append(f"database_min_capacity is {minimum}: allowed is up to database_max_capacity {maximum} ACU")
    return problems


def check_ranges_allowed(name: str, cidrs: list[str]) -> list[str]:
    """Address ranges for a security group's rule; the whole internet is refused."""
    problems = []
    for index, cidr in enumerate(cidrs):
        try:
            network = ipaddress.IPv4Network(cidr)
        except ValueError as error:
            problems.append(f"{name}[{index}] is '{cidr}': allowed is an IPv4 range in CIDR notation ({error})")
            continue
        if network.prefixlen == 0:
            problems.append(f"{name}[{index}] is '{cidr}': allowed is any range but the whole internet")
    return problems


# Number, and the range and unit of it that AWS, or the functions, take.
PROCESSING_RANGES = {
    "processing_memory_size": (128, 10240, "MB"),
    "processing_ingest_timeout": (5, 900, "seconds"),
    "processing_batch_size": (1, 10000, "messages"),
    "processing_batch_window": (0, 300, "seconds"),
    "processing_maximum_concurrency": (2, 1000, "batches"),
    "processing_query_timeout": (1, 29, "seconds, as API Gateway waits"),
    "processing_query_concurrency": (-1, 1000, "answers, -1 for no limit"),
    "processing_max_receive_count": (1, 1000, "tries"),
    "processing_message_retention_days": (1, 14, "days"),
    "processing_retention_days": (1, 3650, "days"),
    "processing_credentials_seconds": (1, 3600, "seconds"),
    "processing_latest_seconds": (1, 86400, "seconds"),
    "processing_wait_timeout": (1, 86400, "seconds"),
}


def check_processing(values: Values) -> list[str]:
    """Numbers in AWS's ranges, files that are there."""
    problems = [
        problem
        for name, (minimum, maximum, unit) in PROCESSING_RANGES.items()
        for problem in check_range(name, values[name], minimum, maximum, unit)
    ]
    size, window = values["processing_batch_size"], values["processing_batch_window"]
    if size > 10 and window < 1:
        problems.append(
            f"processing_batch_size is {size} with processing_batch_window {window}: allowed are up to 10 messages without a window"
        )
    if values["processing_log_retention_days"] not in RETENTION_DAYS[1:]:  # without 0, for ever
        problems.append(
            f"processing_log_retention_days is {values['processing_log_retention_days']}: allowed are "
            f"{', '.join(map(str, RETENTION_DAYS[1:]))} days"
        )
    problems += check_schedule("processing_maintenance_schedule", values["processing_maintenance_schedule"])
    return problems + check_ca_files(values)


def check_ca_files(values: Values) -> list[str]:
    """Certificates that the functions' package is to hold. One that the run itself makes, as the local AWS does, is a template away."""
    return [
        f"{name} is '{values[name]}': allowed is the path of a PEM file on the controller, with .pem or .crt at its end"
        for name in ("processing_database_ca_file", "processing_cache_ca_file")
        if values[name] and not values[name].endswith((".pem", ".crt"))
    ]


def check_api(values: Values) -> list[str]:
    """Routes, throttling and clients."""
    return [
        *check_api_routes(values["api_routes"]),
        *check_api_stage(values),
        *check_range("api_throttle_rate_limit", values["api_throttle_rate_limit"], 0, 10000, "requests per second"),
        *check_range("api_throttle_burst_limit", values["api_throttle_burst_limit"], 0, 5000, "requests"),
        *check_api_clients(values),
    ]


CLIENT_VARIABLES = ("clients", "tiers", "remove_clients", "rollover_clients", "finish_rollover_clients")


def check_api_clients(values: Values) -> list[str]:
    """Clients as api_gateway_clients takes them; the limits of the standard tier have variables of their own."""
    problems = check_range("api_requests_per_second", values["api_requests_per_second"], 0, 1000, "changes per second")
    if STANDARD in values["api_tiers"]:
        problems.append(
            f"api_tiers has '{STANDARD}': allowed are other names, its limits are api_throttle_rate_limit and "
            "api_throttle_burst_limit"
        )
    spec = {"api_clients": {"type": "list", "elements": "dict", "options": client_spec()}}
    validation = ArgumentSpecValidator(spec).validate({"api_clients": values["api_clients"]})
    if validation.error_messages:
        return problems + list(validation.error_messages)
    options = {option: values[f"api_{option}"] for option in CLIENT_VARIABLES}
    return problems + check_clients({**options, "clients": validation.validated_parameters["api_clients"]}, "api_")


def check_api_routes(routes: list[dict[str, Any]]) -> list[str]:
    """Routes as api_gateway_rest_api takes them."""
    validation = ArgumentSpecValidator({"api_routes": route_spec()}).validate({"api_routes": routes})
    if validation.error_messages:
        return list(validation.error_messages)
    checked = {"routes": validation.validated_parameters["api_routes"], "models": None, "request_validators": None}
    return [problem.replace("routes", "api_routes", 1) for problem in check_routes(checked)]


def check_api_stage(values: Values) -> list[str]:
    """Settings of the stage as api_gateway_stage takes them."""
    options = {"variables": values["api_stage_variables"], "method_settings": values["api_method_settings"]}
    problems = check_stage_options(
        {"name": "prod", "access_log": None, "keep_deployments": 1, "definition_hash": None, **options}
    )
    return [
        problem.replace("variables", "api_stage_variables", 1).replace("method_settings", "api_method_settings", 1)
        for problem in problems
    ]


RULES: dict[str, Callable[[Values], list[str]]] = {
    "network": check_network,
    "secrets": check_secrets,
    "cache": check_cache,
    "database": check_database,
    "processing": check_processing,
    "api": check_api,
}
