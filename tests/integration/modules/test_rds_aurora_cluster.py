"""rds_aurora_cluster against MiniStack and, where it is the stricter one, moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "rds_aurora_cluster"
NAME = "iot-aurora-dev"
SECRET_NAME = "iot-aurora-password-dev"
PASSWORD = "a-Password-only-this-test-has-1"
CLUSTER: dict[str, Any] = {
    "name": NAME,
    "engine_version": "16",
    "database_name": "iotdb",
    "master_username": "iotadmin",
    "master_password_secret": SECRET_NAME,
    "manage_master_user_password": False,
    "port": 5432,
    "vpc_security_group_ids": ["sg-0000000000000002", "sg-0000000000000001"],
    "storage_encrypted": True,
    "serverless_v2_scaling": {"min_capacity": 0.5, "max_capacity": 1},
    "enable_http_endpoint": True,
    "backup_retention_period": 1,
    "deletion_protection": False,
    "tags": {"Environment": "dev"},
}
GONE = {"state": "absent", "skip_final_snapshot": True}


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulators are ready by the next look."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def stack(account: Account) -> Account:
    """An account on MiniStack that has the secret."""
    account.client("secretsmanager").create_secret(
        Name=SECRET_NAME, SecretString=json.dumps({"username": "iotadmin", "password": PASSWORD})
    )
    return account


def on_moto(name: str, **options: Any) -> dict[str, Any]:
    """A cluster of moto, which has no switch for the HTTP endpoint and no short versions."""
    cluster = {**CLUSTER, "name": name, "engine_version": "16.4", "enable_http_endpoint": None}
    return {**cluster, "master_password_secret": None, "manage_master_user_password": True, **options}


def describe(account: Account, name: str = NAME) -> dict[str, Any]:
    return account.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]


def add_members(account: Account, *names: str) -> None:
    for name in names:
        account.client("rds").create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier=NAME,
            DBInstanceClass="db.serverless",
            Engine="aurora-postgresql",
        )


def test_is_created_once(stack: Account) -> None:
    first = stack.run(MODULE, **CLUSTER)
    second = stack.run(MODULE, **CLUSTER)

    cluster = describe(stack)
    assert first["changed"] and first.writes == ["CreateDBCluster"]
    assert not second["changed"] and second.calls == ["DescribeDBClusters"]
    assert cluster["Engine"] == "aurora-postgresql" and cluster["EngineMode"] == "provisioned"
    assert cluster["DatabaseName"] == "iotdb" and cluster["MasterUsername"] == "iotadmin"
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 1.0}
    assert cluster["StorageEncrypted"] and cluster["HttpEndpointEnabled"] and not cluster.get("MasterUserSecret")
    assert cluster["TagList"] == [{"Key": "Environment", "Value": "dev"}]
    assert second["cluster"]["endpoint"] == cluster["Endpoint"] and second["cluster"]["http_endpoint_enabled"]
    assert second["cluster"]["vpc_security_group_ids"] == sorted(CLUSTER["vpc_security_group_ids"])


def test_the_password_appears_nowhere(stack: Account) -> None:
    outputs = [stack.run(MODULE, **CLUSTER).output]
    outputs.append(stack.run(MODULE, **{**CLUSTER, "port": 5433}).output)
    outputs.append(stack.run(MODULE, name=NAME, **GONE).output)

    assert PASSWORD not in "".join(outputs)


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run(MODULE, check_mode=True, **CLUSTER)

    assert result["changed"] and result.calls == ["DescribeDBClusters"]
    assert result["cluster"]["serverless_v2_scaling"] == {"min_capacity": 0.5, "max_capacity": 1.0}
    assert account.client("rds").describe_db_clusters()["DBClusters"] == []


def test_check_mode_shows_a_change_and_makes_none(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    result = stack.run(MODULE, check_mode=True, **{**CLUSTER, "port": 5433, "tags": {"a": "b"}})

    assert result["changed"] and result.writes == []
    assert result["diff"]["before"] == {"port": 5432, "tags": {"Environment": "dev"}}
    assert result["diff"]["after"] == {"port": 5433, "tags": {"a": "b"}} and result["cluster"]["port"] == 5433


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ({"port": 5433}, "Port", 5433),
        ({"backup_retention_period": 7}, "BackupRetentionPeriod", 7),
        ({"deletion_protection": True}, "DeletionProtection", True),
        ({"copy_tags_to_snapshot": True}, "CopyTagsToSnapshot", True),
        ({"enable_iam_database_authentication": True}, "IAMDatabaseAuthenticationEnabled", True),
        ({"preferred_backup_window": "01:00-02:00"}, "PreferredBackupWindow", "01:00-02:00"),
        ({"preferred_maintenance_window": "Mon:01:00-mon:02:00"}, "PreferredMaintenanceWindow", "mon:01:00-mon:02:00"),
        (
            {"serverless_v2_scaling": {"min_capacity": 0, "max_capacity": 2.5}},
            "ServerlessV2ScalingConfiguration",
            {"MinCapacity": 0.0, "MaxCapacity": 2.5},
        ),
        (
            {"serverless_v2_scaling": {"min_capacity": 0, "max_capacity": 1, "seconds_until_auto_pause": 600}},
            "ServerlessV2ScalingConfiguration",
            {"MinCapacity": 0.0, "MaxCapacity": 1.0, "SecondsUntilAutoPause": 600},
        ),
        ({"engine_version": "17.7", "allow_major_version_upgrade": True}, "EngineVersion", "17.7"),
        (
            {"enabled_cloudwatch_logs_exports": ["postgresql", "instance"]},
            "EnabledCloudwatchLogsExports",
            ["instance", "postgresql"],
        ),
    ],
)
def test_one_setting_changes_in_place(stack: Account, options: dict[str, Any], field: str, value: Any) -> None:
    stack.run(MODULE, **CLUSTER)
    first = stack.run(MODULE, **{**CLUSTER, **options})
    second = stack.run(MODULE, **{**CLUSTER, **options})

    assert first.writes == ["ModifyDBCluster"] and list(first["diff"]["after"]) == [next(iter(options))]
    assert describe(stack)[field] == value
    assert not second["changed"] and second.calls == ["DescribeDBClusters"]


def test_security_groups_are_a_set(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    groups = CLUSTER["vpc_security_group_ids"]
    same = stack.run(MODULE, **{**CLUSTER, "vpc_security_group_ids": [*reversed(groups), groups[0]]})
    other = stack.run(MODULE, **{**CLUSTER, "vpc_security_group_ids": groups[:1]})

    assert not same["changed"] and other.writes == ["ModifyDBCluster"]
    assert [group["VpcSecurityGroupId"] for group in describe(stack)["VpcSecurityGroups"]] == groups[:1]


def test_the_http_endpoint_is_switched(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    off = stack.run(MODULE, **{**CLUSTER, "enable_http_endpoint": False})
    assert off.writes == ["DisableHttpEndpoint"] and describe(stack)["HttpEndpointEnabled"] is False

    on = stack.run(MODULE, **CLUSTER)
    assert on.writes == ["EnableHttpEndpoint"] and describe(stack)["HttpEndpointEnabled"] is True


def test_tags_change_alone(stack: Account) -> None:
    stack.run(MODULE, **{**CLUSTER, "tags": {"a": "1", "b": "2"}})
    result = stack.run(MODULE, **{**CLUSTER, "tags": {"b": "3"}})
    kept = stack.run(MODULE, **{**CLUSTER, "tags": {"c": "4"}, "purge_tags": False})

    assert result.writes == ["RemoveTagsFromResource", "AddTagsToResource"]
    assert kept.writes == ["AddTagsToResource"] and kept["cluster"]["tags"] == {"b": "3", "c": "4"}
    assert {tag["Key"]: tag["Value"] for tag in describe(stack)["TagList"]} == {"b": "3", "c": "4"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"database_name": "other"}, "database_name is 'iotdb' on AWS and 'other' is wanted"),
        ({"master_username": "other"}, "master_username is 'iotadmin' on AWS and 'other' is wanted"),
        ({"storage_encrypted": False}, "storage_encrypted is True on AWS and False is wanted"),
        ({"db_subnet_group_name": "other"}, "db_subnet_group_name is 'default' on AWS and 'other' is wanted"),
        ({"engine": "aurora-mysql", "engine_version": None}, "engine is 'aurora-postgresql' on AWS"),
    ],
)
def test_what_cannot_change_fails(stack: Account, options: dict[str, Any], message: str) -> None:
    stack.run(MODULE, **CLUSTER)
    result = stack.try_run(MODULE, **{**CLUSTER, **options})

    assert result["failed"] and message in result["msg"] and result.writes == []


def test_a_missing_secret_fails_clearly(account: Account) -> None:
    result = account.try_run(MODULE, **CLUSTER)

    assert f"master_password_secret is '{SECRET_NAME}': no secret of this name has a value" in result["msg"]
    assert result.writes == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"master_username": None}, "master_username is missing"),
        ({"master_password_secret": None}, "master_password_secret or manage_master_user_password=true is needed"),
    ],
)
def test_creation_needs_a_user_and_a_password(stack: Account, options: dict[str, Any], message: str) -> None:
    result = stack.try_run(MODULE, **{**CLUSTER, **options})

    assert message in result["msg"] and result.writes == []


def test_a_managed_password_stays_with_rds(account: Account) -> None:
    cluster = {**CLUSTER, "master_password_secret": None, "manage_master_user_password": True}
    first = account.run(MODULE, **cluster)
    second = account.run(MODULE, **cluster)

    assert first["cluster"]["master_user_secret_arn"] == describe(account)["MasterUserSecret"]["SecretArn"]
    assert not second["changed"] and "GetSecretValue" not in first.calls
    back = account.fail(MODULE, **{**cluster, "manage_master_user_password": False})
    assert "this needs the password in master_password_secret" in back


def test_the_management_of_the_password_is_switched(moto_account: Account) -> None:
    secrets = moto_account.client("secretsmanager")
    secrets.create_secret(Name="own-password", SecretString=json.dumps({"password": PASSWORD}))
    own = {"master_password_secret": "own-password", "manage_master_user_password": False}
    managed = on_moto("iot-password-switch")

    moto_account.run(MODULE, **{**managed, **own})
    on = moto_account.run(MODULE, **managed)
    assert on.writes == ["ModifyDBCluster"] and describe(moto_account, "iot-password-switch")["MasterUserSecret"]
    assert not moto_account.run(MODULE, **managed)["changed"]

    off = moto_account.run(MODULE, **{**managed, **own})
    assert off.writes == ["ModifyDBCluster"] and PASSWORD not in off.output
    assert not describe(moto_account, "iot-password-switch").get("MasterUserSecret")
    assert not moto_account.run(MODULE, **{**managed, **own})["changed"]


def test_moto_agrees(moto_account: Account) -> None:
    cluster = on_moto("iot-agreed", serverless_v2_scaling=None)
    first = moto_account.run(MODULE, **cluster)
    second = moto_account.run(MODULE, **cluster)
    changed = moto_account.run(MODULE, **{**cluster, "backup_retention_period": 5, "tags": {"x": "y"}})

    assert first["changed"] and first["cluster"]["status"] == "available"
    assert not second["changed"] and second.calls == ["DescribeDBClusters"]
    assert changed.writes == ["RemoveTagsFromResource", "AddTagsToResource", "ModifyDBCluster"]
    assert describe(moto_account, "iot-agreed")["BackupRetentionPeriod"] == 5


def test_a_last_snapshot_is_taken_and_its_name_must_be_new(moto_account: Account) -> None:
    cluster = on_moto("iot-snapshotted", serverless_v2_scaling=None)
    gone = {"name": "iot-snapshotted", "state": "absent", "final_snapshot_identifier": "iot-snapshotted-final"}
    moto_account.run(MODULE, **cluster)
    assert moto_account.run(MODULE, **gone)["changed"]
    snapshots = moto_account.client("rds").describe_db_cluster_snapshots(
        DBClusterSnapshotIdentifier="iot-snapshotted-final"
    )
    assert snapshots["DBClusterSnapshots"][0]["DBClusterIdentifier"] == "iot-snapshotted"
    assert not moto_account.run(MODULE, **gone)["changed"]

    moto_account.run(MODULE, **{**cluster, "name": "iot-snapshotted-again"})
    result = moto_account.try_run(MODULE, **{**gone, "name": "iot-snapshotted-again"})
    assert "a snapshot of this name exists; allowed is a new name" in result["msg"] and result.writes == []


def test_removal_is_repeatable(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    planned = stack.run(MODULE, check_mode=True, name=NAME, **GONE)
    first = stack.run(MODULE, name=NAME, **GONE)
    second = stack.run(MODULE, name=NAME, **GONE)

    assert planned["changed"] and planned.writes == [] and first.writes == ["DeleteDBCluster"]
    assert not second["changed"] and second.calls == ["DescribeDBClusters"]
    assert stack.run(MODULE, **CLUSTER)["changed"]


def test_members_are_named_or_deleted(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    add_members(stack, "iot-aurora-dev-1", "iot-aurora-dev-2")
    found = stack.run(MODULE, **CLUSTER)
    message = stack.fail(MODULE, name=NAME, **GONE)
    result = stack.run(MODULE, name=NAME, delete_members=True, **GONE)

    assert not found["changed"] and [member["writer"] for member in found["cluster"]["members"]] == [True, False]
    assert "has the instances iot-aurora-dev-1, iot-aurora-dev-2" in message and "delete_members=true" in message
    assert result.writes == ["DeleteDBInstance", "DeleteDBInstance", "DeleteDBCluster"]
    assert stack.client("rds").describe_db_instances()["DBInstances"] == []


def test_a_protected_cluster_keeps_its_members(stack: Account) -> None:
    stack.run(MODULE, **{**CLUSTER, "deletion_protection": True})
    add_members(stack, "iot-aurora-dev-1")
    result = stack.try_run(MODULE, name=NAME, delete_members=True, **GONE)

    assert "is protected: set deletion_protection=false" in result["msg"] and result.writes == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "-x"}, "name is '-x'"),
        ({"serverless_v2_scaling": {"min_capacity": 0.7, "max_capacity": 1}}, "allowed are half steps"),
        ({"serverless_v2_scaling": {"min_capacity": 2, "max_capacity": 1}}, "min_capacity is 2.0: allowed is up to"),
        ({"manage_master_user_password": True}, "allowed is one"),
        ({"state": "absent"}, "skip_final_snapshot=true or final_snapshot_identifier is needed"),
        ({"wait_timeout": 0}, "wait_timeout is 0"),
        ({"port": "http"}, "argument 'port' is of type"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**CLUSTER, **options})

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_a_replacement_that_is_allowed_makes_the_cluster_anew(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER)
    add_members(stack, "iot-aurora-1-dev")
    other = {**CLUSTER, "storage_encrypted": False}
    refused = stack.try_run(MODULE, **other)
    assert refused["failed"] and refused.writes == [] and refused["diff"]["action"] == "replace"

    other |= {"allow_replacement": True, "skip_final_snapshot": True}
    planned = stack.run(MODULE, **other, check_mode=True)
    replaced = stack.run(MODULE, **other)

    assert planned.writes == [] and planned["diff"] == replaced["diff"]
    assert [(diff["after_header"], diff["action"]) for diff in replaced["diff"]] == [
        ("database cluster iot-aurora-dev", "replace"),
        ("database instance iot-aurora-1-dev", "replace"),
    ]
    assert describe(stack)["StorageEncrypted"] is False and describe(stack)["DBClusterMembers"] == []
    assert not stack.run(MODULE, **other)["changed"]


def test_a_protected_cluster_is_not_replaced(stack: Account) -> None:
    stack.run(MODULE, **{**CLUSTER, "deletion_protection": True})
    other = {**CLUSTER, "storage_encrypted": False, "allow_replacement": True, "skip_final_snapshot": True}
    refused = stack.try_run(MODULE, **other)

    assert refused["failed"] and "is protected" in refused["msg"] and refused.writes == []


def test_a_replacement_needs_a_word_about_the_last_snapshot(account: Account) -> None:
    message = account.fail(MODULE, **CLUSTER, allow_replacement=True)

    assert "final_snapshot_identifier" in message and "skip_final_snapshot" in message


def test_log_exports_are_turned_off_again(stack: Account) -> None:
    stack.run(MODULE, **CLUSTER, enabled_cloudwatch_logs_exports=["postgresql"])
    assert describe(stack)["EnabledCloudwatchLogsExports"] == ["postgresql"]
    result = stack.run(MODULE, **CLUSTER, enabled_cloudwatch_logs_exports=[])

    assert result.writes == ["ModifyDBCluster"] and describe(stack)["EnabledCloudwatchLogsExports"] == []


@pytest.mark.parametrize("way", ["snapshot", "cluster"])
def test_moto_restores(moto_account: Account, way: str) -> None:
    """moto knows no states: the waits between are simulated AWS answers in the unit tests."""
    source, name = f"iot-aurora-source-{way}", f"iot-aurora-restored-{way}"
    given = {"master_password_secret": source, "manage_master_user_password": None, "serverless_v2_scaling": None}
    value = json.dumps({"password": PASSWORD})
    moto_account.client("secretsmanager").create_secret(Name=source, SecretString=value)
    moto_account.run(MODULE, **on_moto(source, **given, backup_retention_period=3))
    if way == "snapshot":
        snapshot = {"DBClusterIdentifier": source, "DBClusterSnapshotIdentifier": f"{source}-1"}
        moto_account.client("rds").create_db_cluster_snapshot(**snapshot)
        wish = {"snapshot": f"{source}-1"}
    else:
        wish = {"cluster": source, "time": "latest"}
    wanted = on_moto(name, **given, restore_from=wish, vpc_security_group_ids=None)
    planned = moto_account.run(MODULE, check_mode=True, **wanted)
    first = moto_account.run(MODULE, **wanted)
    second = moto_account.run(MODULE, **wanted)

    assert planned.writes == [] and planned["diff"] == first["diff"]
    assert (
        first.writes[0] == {"snapshot": "RestoreDBClusterFromSnapshot", "cluster": "RestoreDBClusterToPointInTime"}[way]
    )
    live = describe(moto_account, name)
    assert live["DatabaseName"] == "iotdb" and live["BackupRetentionPeriod"] == 1
    assert live["TagList"] == [{"Key": "Environment", "Value": "dev"}]
    assert not second["changed"] and second.calls == ["DescribeDBClusters"]
