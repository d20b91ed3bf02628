"""The database with all that its options make: on from the start, off again, and removed after that."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import SMALL, Stack, changes

TIERS = ("--tags", "network,secrets,database")
ON: dict[str, Any] = {
    "database_cluster_parameters": {"rds.force_ssl": 1},
    "database_instance_parameters": {"log_lock_waits": True},
    "database_logs": ["postgresql"],
    "database_logs_retention_days": 90,
    "database_performance_insights": True,
    "database_monitoring_interval": 60,
    "database_iam_authentication": True,
    "database_backup_window": "03:00-04:00",
    "database_maintenance_window": "sun:05:00-sun:06:00",
    "database_copy_tags_to_snapshot": True,
    "database_ca_certificate": "rds-ca-ecc384-g1",
    "database_min_capacity": 0,
    "database_seconds_until_auto_pause": 600,
    "database_instances": [
        {"name": 1, "promotion_tier": 0, "availability_zone": "ca-central-1a"},
        {"name": "reports", "promotion_tier": 15, "availability_zone": "ca-central-1b"},
    ],
}
LOG_GROUP = "/aws/rds/cluster/iot-aurora-dev/postgresql"
ROLE = "iot-rds-monitoring-ca-central-1-dev"


@pytest.fixture(scope="module")
def stack(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack with all options on."""
    stack = Stack(Account(ministack), tmp_path_factory.mktemp("options") / "stack", {"dev": {**SMALL, **ON}})
    plan = stack.plan(*TIERS)
    assert plan.code == 2 and not any(map(is_write, ministack.recorded(stack.account.number)))
    made = changes(stack.deploy_changes(*TIERS))
    assert (
        changes(plan.document).keys() == made.keys()
        and {
            f"role {ROLE}",
            f"log group {LOG_GROUP}",
            "DB cluster parameter group iot-aurora-params-16-dev",
            "DB parameter group iot-aurora-instance-params-16-dev",
        }
        <= made.keys()
    )
    return stack


def cluster(stack: Stack) -> dict[str, Any]:
    return stack.account.client("rds").describe_db_clusters(DBClusterIdentifier="iot-aurora-dev")["DBClusters"][0]


def instances(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.account.client("rds").describe_db_instances()["DBInstances"]
    return {instance["DBInstanceIdentifier"]: instance for instance in found}


def test_what_is_on_is_there_and_stays(stack: Stack) -> None:
    before = len(stack.account.emulator.recorded(stack.account.number))
    assert stack.deploy(*TIERS).changed == 0
    assert not any(map(is_write, stack.account.emulator.recorded(stack.account.number)[before:]))

    live, rds = cluster(stack), stack.account.client("rds")
    assert live["DBClusterParameterGroup"] == "iot-aurora-params-16-dev" and live["IAMDatabaseAuthenticationEnabled"]
    assert live["EnabledCloudwatchLogsExports"] == ["postgresql"] and live["CopyTagsToSnapshot"]
    assert live["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 600
    (set_by_us,) = rds.describe_db_cluster_parameters(
        DBClusterParameterGroupName="iot-aurora-params-16-dev", Source="user"
    )["Parameters"]
    assert (set_by_us["ParameterName"], set_by_us["ParameterValue"]) == ("rds.force_ssl", "1")
    members = instances(stack)
    assert {name: one["PromotionTier"] for name, one in members.items()} == {
        "iot-aurora-1-dev": 0,
        "iot-aurora-reports-dev": 15,
    }
    for one in members.values():
        assert one["DBParameterGroups"][0]["DBParameterGroupName"] == "iot-aurora-instance-params-16-dev"
        assert one["PerformanceInsightsEnabled"] and one["MonitoringRoleArn"].endswith(f"role/{ROLE}")
        assert one["CACertificateIdentifier"] == "rds-ca-ecc384-g1"
    (group,) = stack.account.client("logs").describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]
    assert group["retentionInDays"] == 90
    (policy,) = stack.account.client("iam").list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    assert policy["PolicyArn"] == "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


def test_what_is_off_again_is_turned_off_and_removed_with_the_tier(stack: Stack) -> None:
    stack.environments["dev"] = {**SMALL, "database_instances": [{"name": 1}]}
    stack.write_inventory()
    stack.deploy(*TIERS)

    live, rds = cluster(stack), stack.account.client("rds")
    assert live["EnabledCloudwatchLogsExports"] == [] and not live["IAMDatabaseAuthenticationEnabled"]
    group = live["DBClusterParameterGroup"]
    assert rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, Source="user")["Parameters"] == []
    (one,) = instances(stack).values()
    assert not one["PerformanceInsightsEnabled"] and one["MonitoringInterval"] == 0

    stack.destroy("--tags", "database")
    assert rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"] == []
    assert not any(
        group["DBParameterGroupName"].startswith("iot")
        for group in rds.describe_db_parameter_groups()["DBParameterGroups"]
    )
    assert stack.account.client("logs").describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"] == []
    assert ROLE not in {role["RoleName"] for role in stack.account.client("iam").list_roles()["Roles"]}
