# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict


def parameter_group_to_dict(
    group: dict[str, Any], parameters: list[dict[str, Any]], tags: list[dict[str, str]]
) -> dict[str, Any]:
    """A cache parameter group, its changed parameters and tags, in the form of the module's options.

    Only parameters whose source is ``user`` count. AWS filters by source itself, but not every endpoint that speaks its
    API does.
    """
    return {
        "name": group["CacheParameterGroupName"],
        "arn": group.get("ARN"),
        "family": group["CacheParameterGroupFamily"],
        "description": group.get("Description", ""),
        "parameters": {
            item["ParameterName"]: item.get("ParameterValue", "")
            for item in parameters
            if item.get("Source", "user") == "user"
        },
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


def subnet_group_to_dict(group: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """A cache subnet group and its tags, in the form of the module's options."""
    return {
        "name": group["CacheSubnetGroupName"],
        "arn": group.get("ARN"),
        "description": group.get("CacheSubnetGroupDescription", ""),
        "vpc_id": group.get("VpcId"),
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group.get("Subnets", [])),
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


# AWS's word for how a user logs in, to ours.
AUTHENTICATION = {"password": "password", "no-password": "no_password", "iam": "iam"}


def user_to_dict(user: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """A user and its tags, in the form of the module's options. AWS tells no password."""
    return {
        "user_id": user["UserId"],
        "arn": user.get("ARN"),
        "status": user.get("Status"),
        "user_name": user["UserName"],
        "engine": (user.get("Engine") or "redis").lower(),
        "access_string": user.get("AccessString") or "",
        "authentication": AUTHENTICATION.get((user.get("Authentication") or {}).get("Type", "")),
        "user_group_ids": sorted(user.get("UserGroupIds") or []),
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


def user_group_to_dict(group: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """A user group and its tags, in the form of the module's options."""
    return {
        "user_group_id": group["UserGroupId"],
        "arn": group.get("ARN"),
        "status": group.get("Status"),
        "engine": (group.get("Engine") or "redis").lower(),
        "user_ids": sorted(group.get("UserIds") or []),
        "replication_groups": sorted(group.get("ReplicationGroups") or []),
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


def same_access(one: str, two: str) -> bool:
    """Whether two access strings mean the same: AWS writes out that no channels are allowed, which is the default."""
    words = [[word for word in text.split() if word != "resetchannels"] for text in (one, two)]
    return words[0] == words[1]


def replication_group_to_dict(
    group: dict[str, Any], member: dict[str, Any] | None, tags: list[dict[str, str]] | None, scheduled: bool = False
) -> dict[str, Any]:
    """A replication group in the form of the module's options and return values.

    :arg member: one of its cache clusters, which alone knows security groups, parameter group, subnet group and version
    :arg tags: None when they could not be asked for
    :arg scheduled: whether changes that AWS keeps for the maintenance window count as made
    """
    cluster = {**(member or {}), **(_scheduled(member) if scheduled else {})}
    shards = group.get("NodeGroups") or [{}]
    shard, cluster_enabled = shards[0], bool(group.get("ClusterEnabled"))
    sizes = [len(one.get("NodeGroupMembers", [])) for one in shards]
    named = [item["CacheClusterId"] for one in shards for item in one.get("NodeGroupMembers", [])]
    members = named or group.get("MemberClusters", [])
    configuration = endpoint_to_dict(group.get("ConfigurationEndpoint")) if cluster_enabled else None
    primary = endpoint_to_dict(shard.get("PrimaryEndpoint"))
    return {
        "name": group["ReplicationGroupId"],
        "arn": group.get("ARN"),
        "status": group["Status"],
        "description": group.get("Description", ""),
        "engine": group.get("Engine") or cluster.get("Engine"),
        "engine_version": cluster.get("EngineVersion"),
        "node_type": cluster.get("CacheNodeType") if scheduled and member else group.get("CacheNodeType"),
        "num_cache_clusters": len(members),
        "member_clusters": sorted(members),
        "cluster_enabled": cluster_enabled,
        "num_node_groups": len(shards) if group.get("NodeGroups") else None,
        "node_group_ids": sorted(one["NodeGroupId"] for one in shards if "NodeGroupId" in one),
        "replicas_per_node_group": max(0, min(sizes) - 1) if group.get("NodeGroups") else None,
        "configuration_endpoint": configuration,
        "primary_endpoint": primary,
        "reader_endpoint": endpoint_to_dict(shard.get("ReaderEndpoint")),
        "port": (configuration or primary or {}).get("port"),
        # AWS also says enabling and disabling.
        "automatic_failover_enabled": group.get("AutomaticFailover", "disabled").startswith("enabl"),
        "multi_az_enabled": group.get("MultiAZ") == "enabled",
        "cache_parameter_group_name": (cluster.get("CacheParameterGroup") or {}).get("CacheParameterGroupName"),
        "cache_subnet_group_name": cluster.get("CacheSubnetGroupName"),
        "security_group_ids": _security_group_ids(member),
        "at_rest_encryption_enabled": bool(group.get("AtRestEncryptionEnabled")),
        "kms_key_id": group.get("KmsKeyId"),
        **_transit_encryption(group),
        "auth_token_enabled": bool(group.get("AuthTokenEnabled")),
        "user_group_ids": sorted(group.get("UserGroupIds") or []),
        "log_delivery": logs_to_list(group.get("LogDeliveryConfigurations") or []),
        "snapshot_retention_limit": group.get("SnapshotRetentionLimit", 0),
        "snapshot_window": group.get("SnapshotWindow"),
        "preferred_maintenance_window": cluster.get("PreferredMaintenanceWindow"),
        "auto_minor_version_upgrade": bool(group.get("AutoMinorVersionUpgrade")),
        "tags": None if tags is None else boto3_tag_list_to_ansible_dict(tags),
    }


def logs_to_list(configurations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The logs that are sent, sorted. One that AWS failed to set up counts as not sent, so that a run asks for it again."""
    sent = [
        {
            "log_type": one["LogType"],
            "log_group": one.get("DestinationDetails", {}).get("CloudWatchLogsDetails", {}).get("LogGroup"),
            "log_format": one.get("LogFormat"),
        }
        for one in configurations
        if one.get("Status") not in ("disabling", "error")
    ]
    return sorted(sent, key=lambda one: one["log_type"])


def endpoint_to_dict(endpoint: dict[str, Any] | None) -> dict[str, Any] | None:
    """An endpoint as address and port; None while AWS has not made it yet."""
    if not endpoint or not endpoint.get("Address"):
        return None
    return {"address": endpoint["Address"], "port": endpoint.get("Port")}


def _scheduled(member: dict[str, Any] | None) -> dict[str, Any]:
    pending = (member or {}).get("PendingModifiedValues") or {}
    return {field: pending[field] for field in ("EngineVersion", "CacheNodeType") if pending.get(field)}


def _security_group_ids(member: dict[str, Any] | None) -> list[str] | None:
    if member is None:
        return None
    return sorted(item["SecurityGroupId"] for item in member.get("SecurityGroups", []))


def _transit_encryption(group: dict[str, Any]) -> dict[str, Any]:
    enabled = bool(group.get("TransitEncryptionEnabled"))
    # Groups from before the modes existed accept encrypted connections only.
    mode = (group.get("TransitEncryptionMode") or "required") if enabled else None
    return {"transit_encryption_enabled": enabled, "transit_encryption_mode": mode}


def compare_version(asked: str, current: str) -> int:
    """Compare only the parts that were asked for, so that 7 and 7.1 both equal 7.1.0.

    :returns: -1 when what is asked for is older, 0 when it is the same, 1 when it is newer
    """
    wanted = version_parts(asked)
    have = version_parts(current)[: len(wanted)]
    return (wanted > have) - (wanted < have)


def version_parts(version: str) -> tuple[int, ...]:
    """7.1.0 as (7, 1, 0), to be compared."""
    return tuple(int(part) for part in version.split("."))
