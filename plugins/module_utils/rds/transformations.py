# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes

# Option to parameter of CreateDBCluster and ModifyDBCluster, where the value is sent as it is.
REQUEST_NAMES = {
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "database_name": "DatabaseName",
    "master_username": "MasterUsername",
    "manage_master_user_password": "ManageMasterUserPassword",
    "master_user_secret_kms_key_id": "MasterUserSecretKmsKeyId",
    "port": "Port",
    "db_subnet_group_name": "DBSubnetGroupName",
    "vpc_security_group_ids": "VpcSecurityGroupIds",
    "db_cluster_parameter_group_name": "DBClusterParameterGroupName",
    "storage_encrypted": "StorageEncrypted",
    "kms_key_id": "KmsKeyId",
    "enable_iam_database_authentication": "EnableIAMDatabaseAuthentication",
    "backup_retention_period": "BackupRetentionPeriod",
    "preferred_backup_window": "PreferredBackupWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "deletion_protection": "DeletionProtection",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
}

# RDS stores these in lower case.
LOWERED = ("db_subnet_group_name", "db_cluster_parameter_group_name", "preferred_maintenance_window")

# Option of an instance to parameter of ModifyDBInstance and CreateDBInstance.
INSTANCE_NAMES = {
    "instance_class": "DBInstanceClass",
    "promotion_tier": "PromotionTier",
    "publicly_accessible": "PubliclyAccessible",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "db_parameter_group_name": "DBParameterGroupName",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "ca_certificate_identifier": "CACertificateIdentifier",
    "monitoring_interval": "MonitoringInterval",
    "monitoring_role_arn": "MonitoringRoleArn",
    "performance_insights_enabled": "EnablePerformanceInsights",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
}
# RDS wants these together, also when only one of them changes: the switch, and what it is nothing without.
MONITORING = ("monitoring_interval", "monitoring_role_arn")
INSIGHTS = (
    "performance_insights_enabled",
    "performance_insights_retention_period",
    "performance_insights_kms_key_id",
)
NEW_INSTANCE_NAMES = {**INSTANCE_NAMES, "engine": "Engine", "availability_zone": "AvailabilityZone"}

SCALING_NAMES = {
    "min_capacity": "MinCapacity",
    "max_capacity": "MaxCapacity",
    "seconds_until_auto_pause": "SecondsUntilAutoPause",
}


def cluster_to_dict(cluster: dict[str, Any]) -> dict[str, Any]:
    """A described cluster in the form of the module's options; changes AWS has accepted count as made."""
    return {**_identity(cluster), **_settings(cluster), **_pending(cluster)}


def _identity(cluster: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": cluster["DBClusterIdentifier"],
        "arn": cluster.get("DBClusterArn"),
        "resource_id": cluster.get("DbClusterResourceId"),
        "status": cluster.get("Status"),
        "endpoint": cluster.get("Endpoint"),
        "reader_endpoint": cluster.get("ReaderEndpoint"),
        "hosted_zone_id": cluster.get("HostedZoneId"),
        "members": members_to_list(cluster.get("DBClusterMembers", [])),
        "master_user_secret_arn": cluster.get("MasterUserSecret", {}).get("SecretArn"),
    }


def _settings(cluster: dict[str, Any]) -> dict[str, Any]:
    groups = cluster.get("VpcSecurityGroups", [])
    secret = cluster.get("MasterUserSecret", {})
    return {
        "engine": cluster["Engine"],
        "engine_version": cluster.get("EngineVersion"),
        "database_name": cluster.get("DatabaseName"),
        "master_username": cluster.get("MasterUsername"),
        "manage_master_user_password": bool(secret),
        "master_user_secret_kms_key_id": secret.get("KmsKeyId"),
        "port": cluster.get("Port"),
        "db_subnet_group_name": cluster.get("DBSubnetGroup"),
        "vpc_security_group_ids": sorted(
            group["VpcSecurityGroupId"] for group in groups if group.get("Status") != "removing"
        ),
        "db_cluster_parameter_group_name": cluster.get("DBClusterParameterGroup"),
        "storage_encrypted": cluster.get("StorageEncrypted", False),
        "kms_key_id": cluster.get("KmsKeyId") or None,
        "serverless_v2_scaling": scaling_to_dict(cluster.get("ServerlessV2ScalingConfiguration")),
        "enable_http_endpoint": cluster.get("HttpEndpointEnabled", False),
        "enable_iam_database_authentication": cluster.get("IAMDatabaseAuthenticationEnabled", False),
        "backup_retention_period": cluster.get("BackupRetentionPeriod"),
        "preferred_backup_window": cluster.get("PreferredBackupWindow"),
        "preferred_maintenance_window": cluster.get("PreferredMaintenanceWindow"),
        "deletion_protection": cluster.get("DeletionProtection", False),
        "copy_tags_to_snapshot": cluster.get("CopyTagsToSnapshot", False),
        "enabled_cloudwatch_logs_exports": sorted(cluster.get("EnabledCloudwatchLogsExports", [])),
        "tags": boto3_tag_list_to_ansible_dict(cluster.get("TagList", [])),
    }


def _pending(cluster: dict[str, Any]) -> dict[str, Any]:
    """The settings that AWS has accepted and will apply, now or in the maintenance window."""
    pending = cluster.get("PendingModifiedValues") or {}
    names = {
        "EngineVersion": "engine_version",
        "BackupRetentionPeriod": "backup_retention_period",
        "IAMDatabaseAuthenticationEnabled": "enable_iam_database_authentication",
    }
    settings = {names[name]: value for name, value in pending.items() if name in names}
    logs = pending.get("PendingCloudwatchLogsExports")
    if logs:
        kept = set(cluster.get("EnabledCloudwatchLogsExports", [])) - set(logs.get("LogTypesToDisable", []))
        settings["enabled_cloudwatch_logs_exports"] = sorted(kept | set(logs.get("LogTypesToEnable", [])))
    return settings


def members_to_list(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The instances of a cluster, the writer first."""
    found = [
        {
            "name": member["DBInstanceIdentifier"],
            "writer": member.get("IsClusterWriter", False),
            "promotion_tier": member.get("PromotionTier"),
        }
        for member in members
    ]
    return sorted(found, key=lambda member: (not member["writer"], member["name"]))


def scaling_to_dict(scaling: dict[str, Any] | None) -> dict[str, Any] | None:
    """Serverless v2 capacity in the form of the module's option; the pause only where it has a meaning."""
    if not scaling:
        return None
    found = {option: scaling[name] for option, name in SCALING_NAMES.items() if scaling.get(name) is not None}
    return normalize_scaling(found)


def normalize_scaling(scaling: Mapping[str, Any]) -> dict[str, Any]:
    """ACU as floats, and no pause for a cluster that never pauses."""
    found: dict[str, Any] = {key: float(scaling[key]) for key in ("min_capacity", "max_capacity")}
    if not found["min_capacity"] and scaling.get("seconds_until_auto_pause") is not None:
        found["seconds_until_auto_pause"] = scaling["seconds_until_auto_pause"]
    return found


def wanted_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """The module's options in the form RDS answers in: names in lower case, lists sorted; None leaves as it is."""
    wanted = {option: params[option] for option in (*REQUEST_NAMES, "enable_http_endpoint")}
    for option in LOWERED:
        wanted[option] = wanted[option] and wanted[option].lower()
    for option in ("vpc_security_group_ids", "enabled_cloudwatch_logs_exports"):
        wanted[option] = None if params[option] is None else sorted(set(params[option]))
    return wanted


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of an engine version.

    >>> version_numbers("8.0.mysql_aurora.3.08.0")
    (8, 0, 3, 8, 0)
    """
    return tuple(int(number) for number in re.findall(r"\d+", version))


def compare_versions(wanted: str, current: str) -> int:
    """1 when the wanted version is newer than the current one, -1 when it is older, 0 when it is that version.

    A wanted version of fewer numbers is that version in all of its releases: 16 is 16.4.
    """
    asked = version_numbers(wanted)
    have = version_numbers(current)[: len(asked)]
    return (asked > have) - (asked < have)


def major_version(engine: str, version: str) -> tuple[int, ...]:
    """The numbers that make a major version: one for PostgreSQL, two for MySQL."""
    return version_numbers(version)[: 2 if engine == "aurora-mysql" else 1]


def create_request(name: str, wanted: Mapping[str, Any], password: str | None) -> dict[str, Any]:
    """The request of CreateDBCluster. Serverless v2 is the engine mode ``provisioned`` with a range of capacity."""
    request = {REQUEST_NAMES[option]: value for option, value in wanted.items() if option in REQUEST_NAMES}
    request |= {
        "DBClusterIdentifier": name,
        "EngineMode": "provisioned",
        "EnableHttpEndpoint": wanted["enable_http_endpoint"],
        "EnableCloudwatchLogsExports": wanted["enabled_cloudwatch_logs_exports"],
        "ServerlessV2ScalingConfiguration": scaling_request(wanted["serverless_v2_scaling"]),
        "MasterUserPassword": password,
        "Tags": ansible_dict_to_boto3_tag_list(wanted["tags"] or {}),
    }
    # RDS takes the password or the switch, and an empty list is no list in its protocol.
    return {key: value for key, value in request.items() if value not in (None, []) and not _unmanaged(key, value)}


def _unmanaged(key: str, value: Any) -> bool:
    return key == "ManageMasterUserPassword" and value is False


def modify_request(changes: Changes, password: str | None) -> dict[str, Any]:
    """The request of ModifyDBCluster for those changes that it can make; empty when there are none."""
    request = {REQUEST_NAMES[option]: change.after for option, change in changes.items() if option in REQUEST_NAMES}
    if "serverless_v2_scaling" in changes:
        request["ServerlessV2ScalingConfiguration"] = scaling_request(changes["serverless_v2_scaling"].after)
    if "enabled_cloudwatch_logs_exports" in changes:
        before, after = (set(logs or []) for logs in changes["enabled_cloudwatch_logs_exports"])
        request["CloudwatchLogsExportConfiguration"] = {
            "EnableLogTypes": sorted(after - before),
            "DisableLogTypes": sorted(before - after),
        }
    if password is not None:
        request["MasterUserPassword"] = password
    return request


def scaling_request(scaling: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """ServerlessV2ScalingConfiguration."""
    return {SCALING_NAMES[key]: value for key, value in scaling.items()} if scaling else None


def instance_to_dict(instance: dict[str, Any], scheduled: bool = False) -> dict[str, Any]:
    """A described member of a cluster in the form of the module's options.

    :arg scheduled: whether changes that AWS keeps for the maintenance window count as made
    """
    pending = (instance.get("PendingModifiedValues") or {}) if scheduled else {}
    endpoint = instance.get("Endpoint") or {}
    return {
        "name": instance["DBInstanceIdentifier"],
        "arn": instance.get("DBInstanceArn"),
        "status": instance["DBInstanceStatus"],
        "engine": instance.get("Engine"),
        "engine_version": instance.get("EngineVersion"),
        "instance_class": pending.get("DBInstanceClass") or instance.get("DBInstanceClass"),
        # AWS names neither before it has placed the instance.
        "availability_zone": instance.get("AvailabilityZone"),
        "endpoint": {"address": endpoint["Address"], "port": endpoint["Port"]} if endpoint.get("Address") else None,
        "promotion_tier": instance.get("PromotionTier"),
        "publicly_accessible": instance.get("PubliclyAccessible"),
        "auto_minor_version_upgrade": instance.get("AutoMinorVersionUpgrade"),
        "db_parameter_group_name": (instance.get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName"),
        "preferred_maintenance_window": instance.get("PreferredMaintenanceWindow"),
        "ca_certificate_identifier": instance.get("CACertificateIdentifier"),
        "monitoring_interval": instance.get("MonitoringInterval", 0),
        "monitoring_role_arn": instance.get("MonitoringRoleArn") or None,
        **insights_to_dict(instance),
        "tags": boto3_tag_list_to_ansible_dict(instance.get("TagList", [])),
    }


def insights_to_dict(instance: dict[str, Any]) -> dict[str, Any]:
    """Performance Insights of an instance; without it, its retention and key mean nothing."""
    enabled = instance.get("PerformanceInsightsEnabled", False)
    return {
        "performance_insights_enabled": enabled,
        "performance_insights_retention_period": instance.get("PerformanceInsightsRetentionPeriod")
        if enabled
        else None,
        "performance_insights_kms_key_id": (instance.get("PerformanceInsightsKMSKeyId") or None) if enabled else None,
    }


def wanted_instance(item: Mapping[str, Any], engine: str) -> dict[str, Any]:
    """One entry of the option ``instances`` in the form RDS answers in, without its name; None leaves as it is."""
    wanted = {"engine": engine, **{option: value for option, value in item.items() if option != "name"}}
    for option in ("db_parameter_group_name", "preferred_maintenance_window"):
        wanted[option] = wanted[option] and wanted[option].lower()
    return wanted


def create_instance_request(cluster: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The request of CreateDBInstance for a member of the cluster, without its name."""
    request = {
        NEW_INSTANCE_NAMES[option]: value
        for option, value in wanted.items()
        if option in NEW_INSTANCE_NAMES and value is not None
    }
    tags = {"Tags": ansible_dict_to_boto3_tag_list(wanted["tags"])} if wanted.get("tags") else {}
    return {"DBClusterIdentifier": cluster, **request, **tags}


def modify_instance_request(changes: Changes, current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The request of ModifyDBInstance for those changes that it can make; empty when there are none.

    :arg current: the instance as it is, for what has to be sent along with a change
    """
    wanted = {option: change.after for option, change in changes.items() if option in INSTANCE_NAMES}
    after = {**(current or {}), **wanted}
    for together in (MONITORING, INSIGHTS):
        if after.get(together[0]) and set(wanted) & set(together):
            wanted |= {option: after[option] for option in together if after.get(option)}
    return {INSTANCE_NAMES[option]: value for option, value in wanted.items()}


def subnet_group_to_dict(group: dict[str, Any], tags: list[dict[str, str]]) -> dict[str, Any]:
    """A DB subnet group and its tags, in the form of the module's options."""
    return {
        "name": group["DBSubnetGroupName"],
        "arn": group.get("DBSubnetGroupArn"),
        "description": group.get("DBSubnetGroupDescription", ""),
        "vpc_id": group.get("VpcId"),
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group.get("Subnets", [])),
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


def parameter_group_to_dict(
    name: str, arn: str, group: dict[str, Any], parameters: Mapping[str, dict[str, Any]], tags: list[dict[str, str]]
) -> dict[str, Any]:
    """A parameter group in the form of the module's options."""
    return {
        "name": name,
        "arn": arn,
        "family": group.get("DBParameterGroupFamily"),
        "description": group.get("Description", ""),
        "parameters": {key: parameter.get("ParameterValue", "") for key, parameter in sorted(parameters.items())},
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }


def to_parameters(parameters: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Parameters as AWS writes them: booleans are 1 and 0, all values are texts."""
    if parameters is None:
        return None
    return {key: str(int(value) if isinstance(value, bool) else value) for key, value in parameters.items()}
