# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ElastiCache's own limits; pure functions that return sentences, as those of ``core.validation`` do.

Sources: CreateReplicationGroup, ModifyReplicationGroup and DecreaseReplicaCount in the ElastiCache API reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    DAILY_WINDOW,
    WEEKLY_WINDOW,
    check_identifier,
    check_pattern,
    check_range,
    window_minutes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import compare_version

WINDOW_MINUTES = 60
# What AWS gives a new group where nothing is asked for, as far as the limits depend on it.
NEW_GROUP = {"num_cache_clusters": 1, "automatic_failover_enabled": False, "multi_az_enabled": False}


def check_daily_window(name: str, value: str | None) -> list[str]:
    """Check a window of hh:mm-hh:mm in UTC, at least an hour long, which may pass midnight."""
    allowed = "hh:mm-hh:mm in UTC, at least 60 minutes long, such as 03:00-04:00"
    return check_pattern(name, value, DAILY_WINDOW, allowed) or _check_minutes(name, value, allowed)


def check_weekly_window(name: str, value: str | None) -> list[str]:
    """Check a window of ddd:hh:mm-ddd:hh:mm in UTC, at least an hour long, which may pass midnight."""
    allowed = "ddd:hh:mm-ddd:hh:mm in UTC, at least 60 minutes long, such as sun:05:00-sun:06:00"
    return check_pattern(name, value, WEEKLY_WINDOW, allowed) or _check_minutes(name, value, allowed)


def _check_minutes(name: str, value: str | None, allowed: str) -> list[str]:
    if value is None or window_minutes(value) >= WINDOW_MINUTES:
        return []
    return [f"{name} is '{value}': allowed is {allowed}"]


def check_engine_version(name: str, value: str | None) -> list[str]:
    """Check a version of Redis OSS or Valkey: 7, 7.1 or, before Redis OSS 6, 5.0.6."""
    problems = check_pattern(name, value, r"\d+(\.\d+){0,2}", "major or major.minor, such as 7 or 7.1")
    if value is None or problems:
        return problems
    if value.count(".") == 2 and int(value.split(".")[0]) >= 6:
        return [f"{name} is '{value}': allowed is major or major.minor, AWS chooses the patch since 6.0"]
    return []


def check_node_type(name: str, value: str | None) -> list[str]:
    """Check the form of a node type; which ones exist depends on the region."""
    return check_pattern(name, value, r"cache\.[a-z0-9-]+\.[a-z0-9]+", "a cache node type such as cache.t3.micro")


def check_security_groups(name: str, values: list[str] | None) -> list[str]:
    """Check that there is one at least, and that they are IDs rather than names."""
    if values is None:
        return []
    if not values:
        return [f"{name} is []: at least one security group is needed"]
    ids = "a security group ID such as sg-0123456789abcdef0"
    return [problem for value in values for problem in check_pattern(name, value, r"sg-[A-Za-z0-9-]+", ids)]


def check_kms_key(name: str, value: str | None) -> list[str]:
    """Check that a KMS key is named by ARN or ID: AWS answers with the ARN, which an alias cannot be compared with."""
    pattern = r"(arn:[^:]+:kms:[^:]+:\d{12}:key/)?[A-Za-z0-9-]+"
    return check_pattern(name, value, pattern, "the ARN or the ID of a KMS key (not an alias)")


def check_replicas(group: Mapping[str, Any]) -> list[str]:
    """Check nodes, failover and Multi-AZ against each other; fields that are missing or None are not checked."""
    failover = group.get("automatic_failover_enabled")
    # With cluster mode on, each shard has replicas of its own.
    nodes = None if group.get("cluster_enabled") else group.get("num_cache_clusters")
    node_type = group.get("node_type") or ""
    problems = check_range("num_cache_clusters", nodes, 1, 6, "nodes")
    if failover and nodes == 1:
        problems.append("num_cache_clusters is 1: automatic_failover_enabled needs 2 to 6 nodes")
    if failover and re.match(r"cache\.t1\.", node_type):
        problems.append(f"node_type is '{node_type}': automatic_failover_enabled is not offered on cache.t1")
    if group.get("multi_az_enabled") and failover is False:
        problems.append("multi_az_enabled is True: it needs automatic_failover_enabled")
    return problems


def check_shards(params: Mapping[str, Any]) -> list[str]:
    """Check shards and replicas of a group with cluster mode on. Source: quotas in the ElastiCache user guide."""
    shards, replicas = params["num_node_groups"], params["replicas_per_node_group"]
    problems = check_range("num_node_groups", shards, 1, 500, "shards")
    problems += check_range("replicas_per_node_group", replicas, 0, 5, "replicas")
    if shards is None or problems:
        return problems
    if shards * (1 + (replicas or 0)) > 500:
        problems.append(f"num_node_groups is {shards} with replicas_per_node_group {replicas}: allowed are 500 nodes")
    if params["automatic_failover_enabled"] is False:
        problems.append(f"num_node_groups is {shards}: it needs automatic_failover_enabled")
    if params["multi_az_enabled"] and replicas == 0:
        problems.append("replicas_per_node_group is 0: multi_az_enabled needs replicas")
    return problems


def check_encryption(group: Mapping[str, Any]) -> list[str]:
    """Check the options of encryption against each other; None is not checked."""
    problems = []
    if group.get("kms_key_id") and not group.get("at_rest_encryption_enabled"):
        problems.append(f"kms_key_id is '{group['kms_key_id']}': it needs at_rest_encryption_enabled")
    if group.get("transit_encryption_mode") and not group.get("transit_encryption_enabled"):
        mode = group["transit_encryption_mode"]
        problems.append(f"transit_encryption_mode is '{mode}': it needs transit_encryption_enabled")
    if group.get("auth_token_secret") and group.get("transit_encryption_mode") == "preferred":
        problems.append("transit_encryption_mode is 'preferred': allowed with auth_token_secret is required")
    if group.get("auth_token_secret") and group.get("transit_encryption_enabled") is False:
        problems.append(f"auth_token_secret is '{group['auth_token_secret']}': it needs transit_encryption_enabled")
    return problems


def check_user_groups(params: Mapping[str, Any]) -> list[str]:
    """Check that there is one user group at most, and no token beside it."""
    groups = params["user_group_ids"] or []
    problems = [problem for group in groups for problem in check_identifier("user_group_ids", group, 40)]
    if len(groups) > 1:
        problems.append(f"user_group_ids has {len(groups)} user groups: allowed is one")
    if groups and params["auth_token_secret"]:
        problems.append("user_group_ids is given with auth_token_secret: allowed is one of them")
    if groups and params["transit_encryption_enabled"] is False:
        problems.append(f"user_group_ids is '{groups[0]}': it needs transit_encryption_enabled")
    if groups and params["transit_encryption_mode"] == "preferred":
        problems.append("transit_encryption_mode is 'preferred': allowed with user_group_ids is required")
    return problems


def check_log_delivery(name: str, logs: list[dict[str, Any]] | None) -> list[str]:
    """Check that each log goes to one log group. Source: PutRetentionPolicy in the CloudWatch Logs API reference, for its name."""
    given = logs or []
    allowed = "1 to 512 letters, digits and _-/.#"
    problems = [
        problem
        for log in given
        for problem in check_pattern(f"{name}.log_group", log["log_group"], r"[\w./#-]{1,512}", allowed)
    ]
    types = [log["log_type"] for log in given]
    return problems + [
        f"{name} has {log_type} {types.count(log_type)} times: allowed is each log once"
        for log_type in sorted(set(types))
        if types.count(log_type) > 1
    ]


def check_auth_token(name: str, token: str) -> list[str]:
    """Check a token without saying it. Source: "Authenticating with the AUTH command" in the ElastiCache user guide."""
    if re.fullmatch(r"[A-Za-z0-9!&#$^<>-]{16,128}", token):
        return []
    return [f"{name} is no auth token: allowed are 16 to 128 letters, digits and !&#$^<>-"]


def check_new_group(wanted: Mapping[str, Any]) -> list[str]:
    """Check what only a new group needs."""
    return [
        f"{field} is not given: it is needed to create a replication group"
        for field in ("engine", "node_type")
        if wanted.get(field) is None
    ]


def check_upgrade(current: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Check that engine and version only go forward.

    :arg after: the fields that are to change, with their new values
    """
    problems = []
    version, running = after.get("engine_version"), current["engine_version"]
    if "engine" in after and current["engine"] == "valkey":
        problems.append("engine is 'redis': AWS cannot turn a valkey group back; keep valkey, or create another")
    elif "engine" in after and version is None:
        problems.append("engine_version is not given: it is needed to change the engine from redis to valkey")
    if version and running and compare_version(version, running) < 0:
        problems.append(
            f"engine_version is '{version}' and the group runs {running}: AWS cannot go back to an older version; "
            "ask for the version it runs or a newer one, or delete the group and create it anew"
        )
    return problems
