"""The pure parts of RDS's utilities."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import (
    cluster_to_dict,
    compare_versions,
    create_instance_request,
    instance_to_dict,
    major_version,
    modify_instance_request,
    modify_request,
    normalize_scaling,
    subnet_group_to_dict,
    wanted_instance,
)

CLUSTER: dict[str, Any] = {"DBClusterIdentifier": "c", "Engine": "aurora-postgresql", "EngineVersion": "16.4"}


@pytest.mark.parametrize(
    ("wanted", "current", "order"),
    [
        ("16", "16.4", 0),
        ("16.4", "16.4", 0),
        ("16.10", "16.4", 1),
        ("16.3", "16.4", -1),
        ("17", "16.4", 1),
        ("15", "16.4", -1),
        ("8.0", "8.0.mysql_aurora.3.08.0", 0),
        ("8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.08.0", 1),
        ("5.7", "8.0.mysql_aurora.3.08.0", -1),
    ],
)
def test_versions_compare_by_number_and_as_far_as_asked(wanted: str, current: str, order: int) -> None:
    assert compare_versions(wanted, current) == order


def test_major_versions() -> None:
    assert major_version("aurora-postgresql", "16.4") == (16,)
    assert major_version("aurora-mysql", "8.0.mysql_aurora.3.08.0") == (8, 0)


def test_pending_values_count_as_made() -> None:
    pending = {
        "EngineVersion": "16.6",
        "BackupRetentionPeriod": 7,
        "IAMDatabaseAuthenticationEnabled": True,
        "MasterUserPassword": "****",
        "PendingCloudwatchLogsExports": {"LogTypesToEnable": ["postgresql"], "LogTypesToDisable": ["instance"]},
    }
    found = cluster_to_dict({**CLUSTER, "EnabledCloudwatchLogsExports": ["instance"], "PendingModifiedValues": pending})

    assert found["engine_version"] == "16.6" and found["backup_retention_period"] == 7
    assert found["enable_iam_database_authentication"] is True
    assert found["enabled_cloudwatch_logs_exports"] == ["postgresql"]
    assert not [key for key in found if "password" in key and key != "manage_master_user_password"]


def test_groups_being_removed_do_not_count() -> None:
    groups = [
        {"VpcSecurityGroupId": "sg-2", "Status": "active"},
        {"VpcSecurityGroupId": "sg-1", "Status": "adding"},
        {"VpcSecurityGroupId": "sg-0", "Status": "removing"},
    ]

    assert cluster_to_dict({**CLUSTER, "VpcSecurityGroups": groups})["vpc_security_group_ids"] == ["sg-1", "sg-2"]


def test_the_writer_comes_first() -> None:
    members = [
        {"DBInstanceIdentifier": "a", "IsClusterWriter": False, "PromotionTier": 1},
        {"DBInstanceIdentifier": "b", "IsClusterWriter": True, "PromotionTier": 0},
    ]

    assert cluster_to_dict({**CLUSTER, "DBClusterMembers": members})["members"] == [
        {"name": "b", "writer": True, "promotion_tier": 0},
        {"name": "a", "writer": False, "promotion_tier": 1},
    ]


@pytest.mark.parametrize(
    ("scaling", "normal"),
    [
        ({"min_capacity": 0, "max_capacity": 2}, {"min_capacity": 0.0, "max_capacity": 2.0}),
        (
            {"min_capacity": 0, "max_capacity": 2, "seconds_until_auto_pause": 600},
            {"min_capacity": 0.0, "max_capacity": 2.0, "seconds_until_auto_pause": 600},
        ),
        (
            {"min_capacity": 0.5, "max_capacity": 2, "seconds_until_auto_pause": 600},
            {"min_capacity": 0.5, "max_capacity": 2.0},
        ),
    ],
)
def test_a_cluster_that_never_pauses_has_no_pause(scaling: dict[str, Any], normal: dict[str, Any]) -> None:
    assert normalize_scaling(scaling) == normal


def test_a_request_holds_what_changed_only() -> None:
    changes = {
        "enable_http_endpoint": Change(False, True),
        "tags": Change({}, {"a": "b"}),
        "enabled_cloudwatch_logs_exports": Change(["instance"], ["postgresql"]),
        "port": Change(5432, 5433),
        "serverless_v2_scaling": Change(None, {"min_capacity": 0.5, "max_capacity": 1.0}),
    }

    assert modify_request(changes, None) == {
        "Port": 5433,
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 1.0},
        "CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["postgresql"], "DisableLogTypes": ["instance"]},
    }


INSTANCE: dict[str, Any] = {
    "DBInstanceIdentifier": "i",
    "DBInstanceArn": "arn:i",
    "DBInstanceStatus": "available",
    "DBInstanceClass": "db.serverless",
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.4",
    "AvailabilityZone": "ca-central-1a",
    "Endpoint": {"Address": "i.example.com", "Port": 5432, "HostedZoneId": "Z"},
    "PromotionTier": 0,
    "PubliclyAccessible": False,
    "AutoMinorVersionUpgrade": True,
    "DBParameterGroups": [{"DBParameterGroupName": "p", "ParameterApplyStatus": "pending-reboot"}],
    "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "MonitoringInterval": 60,
    "MonitoringRoleArn": "arn:role",
    "PerformanceInsightsEnabled": True,
    "PerformanceInsightsRetentionPeriod": 31,
    "PerformanceInsightsKMSKeyId": "arn:key",
    "PendingModifiedValues": {"DBInstanceClass": "db.r6g.large"},
    "TagList": [{"Key": "Name", "Value": "i"}],
}


def test_an_instance_has_the_form_of_the_options() -> None:
    assert instance_to_dict(INSTANCE) == {
        "name": "i",
        "arn": "arn:i",
        "status": "available",
        "engine": "aurora-postgresql",
        "engine_version": "16.4",
        "instance_class": "db.serverless",
        "availability_zone": "ca-central-1a",
        "endpoint": {"address": "i.example.com", "port": 5432},
        "promotion_tier": 0,
        "publicly_accessible": False,
        "auto_minor_version_upgrade": True,
        "db_parameter_group_name": "p",
        "preferred_maintenance_window": "sun:05:00-sun:06:00",
        "ca_certificate_identifier": "rds-ca-rsa2048-g1",
        "monitoring_interval": 60,
        "monitoring_role_arn": "arn:role",
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 31,
        "performance_insights_kms_key_id": "arn:key",
        "tags": {"Name": "i"},
    }


def test_a_change_that_waits_for_the_window_counts_as_made_when_scheduled() -> None:
    assert instance_to_dict(INSTANCE, scheduled=True)["instance_class"] == "db.r6g.large"


def test_an_instance_being_created_tells_little() -> None:
    found = instance_to_dict({"DBInstanceIdentifier": "i", "DBInstanceStatus": "creating", "Endpoint": {"Port": 5432}})

    assert found["endpoint"] is None and found["availability_zone"] is None and found["tags"] == {}
    assert found["db_parameter_group_name"] is None


def test_an_instance_is_wanted_as_rds_stores_it() -> None:
    item = {
        "name": "I",
        "promotion_tier": None,
        "db_parameter_group_name": "Custom",
        "preferred_maintenance_window": "Sun:05:00-Sun:06:00",
    }

    assert wanted_instance(item, "aurora-mysql") == {
        "engine": "aurora-mysql",
        "promotion_tier": None,
        "db_parameter_group_name": "custom",
        "preferred_maintenance_window": "sun:05:00-sun:06:00",
    }


def test_a_new_instance_takes_what_is_given() -> None:
    wanted = {"engine": "aurora-mysql", "promotion_tier": 0, "publicly_accessible": False, "availability_zone": None}

    assert create_instance_request("c", {**wanted, "tags": None}) == {
        "DBClusterIdentifier": "c",
        "Engine": "aurora-mysql",
        "PromotionTier": 0,
        "PubliclyAccessible": False,
    }
    assert create_instance_request("c", {"tags": {"a": "b"}})["Tags"] == [{"Key": "a", "Value": "b"}]


def test_the_request_of_a_changed_instance_has_no_tags() -> None:
    changes = {
        "promotion_tier": Change(1, 0),
        "publicly_accessible": Change(True, False),
        "tags": Change({}, {"a": "b"}),
    }

    assert modify_instance_request(changes) == {"PromotionTier": 0, "PubliclyAccessible": False}
    assert modify_instance_request({"tags": Change({}, {"a": "b"})}) == {}


def test_what_rds_wants_together_is_sent_together() -> None:
    role, key = "arn:role", "arn:key"
    monitored = {"monitoring_interval": 30, "monitoring_role_arn": role}
    watched = {
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 7,
        "performance_insights_kms_key_id": key,
    }

    assert modify_instance_request({"monitoring_interval": Change(30, 60)}, monitored) == {
        "MonitoringInterval": 60,
        "MonitoringRoleArn": role,
    }
    assert modify_instance_request({"monitoring_interval": Change(30, 0)}, monitored) == {"MonitoringInterval": 0}
    assert modify_instance_request({"performance_insights_retention_period": Change(7, 31)}, watched) == {
        "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": 31,
        "PerformanceInsightsKMSKeyId": key,
    }
    off = {"performance_insights_enabled": Change(True, False)}
    assert modify_instance_request(off, watched) == {"EnablePerformanceInsights": False}
    assert modify_instance_request({"promotion_tier": Change(1, 0)}, {**monitored, **watched}) == {"PromotionTier": 0}


def test_performance_insights_that_is_off_has_no_retention() -> None:
    found = instance_to_dict({**INSTANCE, "PerformanceInsightsEnabled": False})

    assert found["performance_insights_retention_period"] is found["performance_insights_kms_key_id"] is None


def test_a_subnet_group_has_the_form_of_the_options() -> None:
    group = {
        "DBSubnetGroupName": "g",
        "DBSubnetGroupArn": "arn:g",
        "DBSubnetGroupDescription": "Test",
        "VpcId": "vpc-1",
        "Subnets": [{"SubnetIdentifier": "subnet-2"}, {"SubnetIdentifier": "subnet-1"}],
    }

    assert subnet_group_to_dict(group, [{"Key": "a", "Value": "b"}]) == {
        "name": "g",
        "arn": "arn:g",
        "description": "Test",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-1", "subnet-2"],
        "tags": {"a": "b"},
    }
