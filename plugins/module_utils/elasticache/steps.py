# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The calls that turn a replication group into what is wanted, in the order AWS accepts them; pure functions.

AWS takes one change of a group at a time. Failover and Multi-AZ need two nodes at every moment: nodes are added before
they are switched on, and removed after they are switched off. Encryption in transit, which needs version 7, comes after
the version, and moves one level at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import compare_version

# Field to AWS's parameter of ModifyReplicationGroup and CreateReplicationGroup.
SETTINGS = {
    "description": "ReplicationGroupDescription",
    "automatic_failover_enabled": "AutomaticFailoverEnabled",
    "multi_az_enabled": "MultiAZEnabled",
    "cache_parameter_group_name": "CacheParameterGroupName",
    "security_group_ids": "SecurityGroupIds",
    "snapshot_retention_limit": "SnapshotRetentionLimit",
    "snapshot_window": "SnapshotWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "log_delivery": "LogDeliveryConfigurations",
}
ENGINE = {"engine": "Engine", "engine_version": "EngineVersion"}
NODE_TYPE = {"node_type": "CacheNodeType"}
AT_CREATION = {
    **SETTINGS,
    **ENGINE,
    **NODE_TYPE,
    "num_cache_clusters": "NumCacheClusters",
    "num_node_groups": "NumNodeGroups",
    "replicas_per_node_group": "ReplicasPerNodeGroup",
    "port": "Port",
    "cache_subnet_group_name": "CacheSubnetGroupName",
    "at_rest_encryption_enabled": "AtRestEncryptionEnabled",
    "kms_key_id": "KmsKeyId",
    "transit_encryption_enabled": "TransitEncryptionEnabled",
    "transit_encryption_mode": "TransitEncryptionMode",
    "user_group_ids": "UserGroupIds",
}
TRANSIT_LEVELS = ("off", "preferred", "required")


class Step(NamedTuple):
    """One call that changes the group: what to call, with what, and the fields that show that it has been done."""

    operation: str
    request: dict[str, Any]
    shows: dict[str, Any]

    def is_shown(self, group: Mapping[str, Any]) -> bool:
        """Whether the group already looks as it should after this step."""
        return all(_same(field, value, group.get(field)) for field, value in self.shows.items())


def _same(field: str, wanted: Any, have: Any) -> bool:
    if field == "engine_version":
        return bool(have) and compare_version(wanted, have) == 0
    return wanted == have


def log_configurations(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What AWS is asked for so that just these logs are sent, in both lists in the form of the module's option."""
    wanted = [
        {
            "LogType": log["log_type"],
            "LogFormat": log["log_format"],
            "DestinationType": "cloudwatch-logs",
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": log["log_group"]}},
            "Enabled": True,
        }
        for log in after
        if log not in before
    ]
    ended = {log["log_type"] for log in before} - {log["log_type"] for log in after}
    return wanted + [{"LogType": log_type, "Enabled": False} for log_type in sorted(ended)]


def user_group_request(before: list[str], after: list[str]) -> dict[str, Any]:
    """What AWS is asked for so that a replication group lets in the users of another user group, or everybody."""
    if not after:
        return {"RemoveUserGroups": True}
    groups = {"UserGroupIdsToAdd": sorted({*after} - {*before}), "UserGroupIdsToRemove": sorted({*before} - {*after})}
    return {key: value for key, value in groups.items() if value}


def build_create_request(name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of CreateReplicationGroup; what is None is left to AWS's defaults."""
    logs = log_configurations([], wanted.get("log_delivery") or [])
    lists = {"log_delivery": logs or None, "user_group_ids": wanted.get("user_group_ids") or None}
    request = {"ReplicationGroupId": name, **_request(AT_CREATION, {**wanted, **lists})}
    if wanted.get("tags"):
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    return request


def build_steps(current: Mapping[str, Any], changes: Changes, apply_immediately: bool) -> list[Step]:
    """The calls for these changes (tags aside), in order."""
    after = {field: change.after for field, change in changes.items()}
    engine, settings = _split_engine(current, after)
    nodes = after.get("num_cache_clusters", current["num_cache_clusters"])
    replicas = {"NewReplicaCount": nodes - 1}, {"num_cache_clusters": nodes}
    steps = [Step("increase", *replicas)] if nodes > current["num_cache_clusters"] else []
    steps += shard_steps(current, after)
    for parameters, values in ((SETTINGS, settings), ({**SETTINGS, **ENGINE}, engine), (NODE_TYPE, after)):
        shows = {field: values[field] for field in parameters if field in values}
        if shows:
            request = {**_request(parameters, values), **_snapshot_source(current, shows), **_logs(current, shows)}
            steps.append(Step("modify", {**request, "ApplyImmediately": apply_immediately}, shows))
    steps += transit_steps(current, after)
    return [*steps, Step("decrease", *replicas)] if nodes < current["num_cache_clusters"] else steps


def shard_steps(current: Mapping[str, Any], after: Mapping[str, Any]) -> list[Step]:
    """The calls for other numbers of shards and of their replicas, with cluster mode on; what is added comes first.

    AWS wants to know which shards go: those with the highest IDs.
    """
    steps = []
    if "num_node_groups" in after:
        count = after["num_node_groups"]
        removed = current["node_group_ids"][count:]
        request = {"NodeGroupCount": count, **({"NodeGroupsToRemove": removed} if removed else {})}
        steps.append(Step("reshard", request, {"num_node_groups": count}))
    if "replicas_per_node_group" in after:
        replicas, have = after["replicas_per_node_group"], current["replicas_per_node_group"]
        shows = {"replicas_per_node_group": replicas}
        steps.append(Step("increase" if replicas > have else "decrease", {"NewReplicaCount": replicas}, shows))
    return steps


def transit_steps(current: Mapping[str, Any], after: Mapping[str, Any]) -> list[Step]:
    """The levels of encryption in transit between what is and what is wanted; AWS refuses to skip one."""
    start = TRANSIT_LEVELS.index(_transit_level(current))
    end = TRANSIT_LEVELS.index(_transit_level({**current, **after}))
    levels = range(start + 1, end + 1) if end > start else range(start - 1, end - 1, -1)
    return [_transit_step(TRANSIT_LEVELS[level]) for level in levels]


def _transit_level(group: Mapping[str, Any]) -> str:
    return group["transit_encryption_mode"] if group["transit_encryption_enabled"] else "off"


def _transit_step(level: str) -> Step:
    enabled = level != "off"
    mode = {"TransitEncryptionMode": level} if enabled else {}
    shows = {"transit_encryption_enabled": enabled, "transit_encryption_mode": level if enabled else None}
    # At once even when other changes wait for the maintenance window, since the next level needs this one.
    return Step("modify", {"TransitEncryptionEnabled": enabled, **mode, "ApplyImmediately": True}, shows)


def _split_engine(current: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Engine and version with the parameter group of their family, which AWS wants in one call, and the rest."""
    if not after.keys() & ENGINE.keys():
        return {}, dict(after)
    together = {*ENGINE, "cache_parameter_group_name"}
    engine = {field: value for field, value in after.items() if field in together}
    rest = {field: value for field, value in after.items() if field not in together}
    return {"engine": current["engine"], **engine}, rest


def _snapshot_source(current: Mapping[str, Any], shows: Mapping[str, Any]) -> dict[str, str]:
    """AWS wants to know which node the first automatic snapshots are taken from."""
    if not shows.get("snapshot_retention_limit") or current["snapshot_retention_limit"]:
        return {}
    return {"SnapshottingClusterId": current["member_clusters"][0]}


def _logs(current: Mapping[str, Any], shows: Mapping[str, Any]) -> dict[str, Any]:
    """AWS is told of each log that is to be sent, or no longer."""
    if "log_delivery" not in shows:
        return {}
    return {"LogDeliveryConfigurations": log_configurations(current["log_delivery"], shows["log_delivery"])}


def _request(parameters: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {parameters[field]: values[field] for field in parameters if values.get(field) is not None}
