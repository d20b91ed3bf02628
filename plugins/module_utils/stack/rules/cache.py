# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role cache; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_identifier, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.limits import (
    check_daily_window,
    check_engine_version,
    check_kms_key,
    check_node_type,
    check_weekly_window,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import (
    compare_version,
    version_parts,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_retention
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values, check_ranges_allowed


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
    if failover and nodes < 2 and not values["cache_num_node_groups"]:
        problems.append(
            f"cache_automatic_failover_enabled is true with cache_num_cache_clusters {nodes}: allowed is failover with 2 to 6 nodes"
        )
    if failover and node_type.startswith("cache.t1."):
        problems.append(
            f"cache_automatic_failover_enabled is true with cache_node_type '{node_type}': allowed is any type but t1"
        )
    if multi_az and not failover:
        problems.append(
            "cache_multi_az_enabled is true without cache_automatic_failover_enabled: allowed is Multi-AZ with failover"
        )
    return (
        problems
        + check_cache_shards(values)
        + check_cache_encryption(values)
        + check_cache_users(values)
        + check_cache_upkeep(values)
    )


def check_cache_shards(values: Values) -> list[str]:
    """Cluster mode: shards, replicas, a parameter group for it, and clients that speak it."""
    shards, replicas = values["cache_num_node_groups"], values["cache_replicas_per_node_group"]
    group = values["cache_parameter_group_name"]
    problems = [
        *check_range("cache_num_node_groups", shards, 0, 500, "shards"),
        *check_range("cache_replicas_per_node_group", replicas, 0, 5, "replicas"),
    ]
    # Source: "Valkey and Redis OSS configuration and limits" in the ElastiCache user guide.
    if shards * (1 + replicas) > 500 and not problems:
        problems.append(
            f"cache_num_node_groups is {shards} with cache_replicas_per_node_group {replicas}: allowed are 500 nodes"
        )
    if (
        not values["cache_parameters"]
        and group.startswith("default.")
        and bool(shards) != group.endswith(".cluster.on")
    ):
        needed = "one that ends with .cluster.on" if shards else "one that does not end with .cluster.on"
        problems.append(
            f"cache_parameter_group_name is '{group}' with cache_num_node_groups {shards}: allowed is {needed}, or your own"
        )
    if shards and not values["cache_automatic_failover_enabled"]:
        problems.append(
            f"cache_automatic_failover_enabled is false with cache_num_node_groups {shards}: allowed is cluster mode with failover"
        )
    if shards and not replicas and values["cache_multi_az_enabled"]:
        problems.append(
            "cache_multi_az_enabled is true with cache_replicas_per_node_group 0: allowed is it with replicas"
        )
    if shards and not values["cache_clients_speak_cluster_mode"]:
        problems.append(
            f"cache_num_node_groups is {shards} without cache_clients_speak_cluster_mode: allowed is 0, as with the stack's functions"
        )
    return problems


def check_cache_encryption(values: Values) -> list[str]:
    """Keys need encryption, and a mode of TLS needs TLS."""
    key, mode = values["cache_kms_key_id"], values["cache_transit_encryption_mode"]
    problems = check_kms_key("cache_kms_key_id", key or None)
    if key and not values["cache_at_rest_encryption_enabled"]:
        problems.append(
            f"cache_kms_key_id is '{key}' without cache_at_rest_encryption_enabled: allowed is a key with encryption at rest"
        )
    if mode and not values["cache_transit_encryption_enabled"]:
        problems.append(
            f"cache_transit_encryption_mode is '{mode}' without cache_transit_encryption_enabled: allowed is it with encryption in transit"
        )
    # Source: "Enabling in-transit encryption" in the ElastiCache user guide.
    authentication = values["cache_authentication"]
    if authentication != "none" and mode == "preferred":
        problems.append(
            f"cache_transit_encryption_mode is 'preferred' with cache_authentication '{authentication}': allowed is required"
        )
    if authentication != "none" and not values["cache_transit_encryption_enabled"]:
        problems.append(
            f"cache_authentication is '{authentication}' without cache_transit_encryption_enabled: allowed is it with encryption in transit"
        )
    return problems


def check_cache_users(values: Values) -> list[str]:
    """Users are named after the stack, and need version 6."""
    if values["cache_authentication"] != "users":
        return []
    version, length = values["cache_engine_version"], len(values["stack_name"]) + len(values["stack_environment"])
    problems = [
        problem for user_id in values["cache_user_ids"] for problem in check_identifier("cache_user_ids", user_id, 40)
    ]
    if not values["cache_user_access_string"].strip():
        problems.append("cache_user_access_string is empty: allowed is what a user may do, such as on ~* +@all")
    if not check_engine_version("cache_engine_version", version) and compare_version(version, "6.0") < 0:
        problems.append(
            f"cache_authentication is 'users' with cache_engine_version '{version}': allowed is it from 6.0"
        )
    longest = 40 - len("-redis-default-")
    if length > longest:
        problems.append(
            f"stack_name and stack_environment have {length} characters together: allowed with cache_authentication 'users' are up to "
            f"{longest}, for the 40 of an ElastiCache user"
        )
    return problems


def check_cache_upkeep(values: Values) -> list[str]:
    """Windows, parameters and logs."""
    version, logs = values["cache_engine_version"], values["cache_logs"]
    problems = [
        *check_daily_window("cache_snapshot_window", values["cache_snapshot_window"] or None),
        *check_weekly_window("cache_maintenance_window", values["cache_maintenance_window"] or None),
        *check_retention("cache_logs_retention_days", values["cache_logs_retention_days"]),
    ]
    problems += [f"cache_logs has {log} twice: allowed is each once" for log in set(logs) if logs.count(log) > 1]
    if check_engine_version("cache_engine_version", version):
        return problems
    # Source: "Log delivery" in the ElastiCache user guide.
    needed = {"slow-log": "6.0", "engine-log": "6.2"}
    problems += [
        f"cache_logs has {log} with cache_engine_version '{version}': allowed is it from {needed[log]}"
        for log in dict.fromkeys(logs)
        if compare_version(version, needed[log]) < 0
    ]
    if values["cache_parameters"] and version_parts(version)[0] < 5:
        problems.append(f"cache_parameters is given with cache_engine_version '{version}': allowed are they from 5")
    if "cluster-enabled" in values["cache_parameters"]:
        problems.append(
            "cache_parameters has 'cluster-enabled': allowed is any other parameter, cache_num_node_groups turns cluster mode on"
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
