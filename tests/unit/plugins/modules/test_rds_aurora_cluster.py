"""rds_aurora_cluster with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-aurora-dev"
PASSWORD = "a-Password-of-simulated-AWS-1"
MISSING = error("DBClusterNotFoundFault", "not found", 404)
SECRET = {"SecretString": f'{{"username": "iotadmin", "password": "{PASSWORD}"}}'}
CREATE = {"master_username": "iotadmin", "master_password_secret": "iot-aurora-password-dev"}
CLUSTER: dict[str, Any] = {
    "DBClusterIdentifier": NAME,
    "DBClusterArn": f"arn:aws:rds:ca-central-1:123456789012:cluster:{NAME}",
    "Status": "available",
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.4",
    "MasterUsername": "iotadmin",
    "BackupRetentionPeriod": 1,
    "HttpEndpointEnabled": False,
    "StorageEncrypted": True,
    "KmsKeyId": "arn:aws:kms:ca-central-1:123456789012:key/1234",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def described(**fields: Any) -> dict[str, Any]:
    """An answer of DescribeDBClusters."""
    return {"DBClusters": [{**CLUSTER, **fields}]}


def run(**options: Any) -> ModuleResult:
    return run_module("rds_aurora_cluster", name=NAME, **CONNECTION, **options)


def test_creation_is_waited_for(aws: SimulatedAWS) -> None:
    creating = described(Status="creating")
    aws.answers = {
        "DescribeDBClusters": [MISSING, MISSING, creating, creating, described()],
        "CreateDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE, serverless_v2_scaling={"min_capacity": 0, "max_capacity": 1})

    request = aws.sent("CreateDBCluster")[0]
    assert result["changed"] and result["cluster"]["status"] == "available" and len(aws.slept) == 3
    assert request["MasterUserPassword"] == PASSWORD and request["EngineMode"] == "provisioned"
    assert request["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.0, "MaxCapacity": 1.0}
    assert PASSWORD not in result.output


@pytest.mark.parametrize("state", ["failed", "incompatible-network", "inaccessible-encryption-credentials"])
def test_a_failed_state_fails_at_once(aws: SimulatedAWS, state: str) -> None:
    aws.answers = {
        "DescribeDBClusters": [MISSING, described(Status="creating"), described(Status=state)],
        "CreateDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE)

    assert result["failed"] and len(aws.slept) == 1 and PASSWORD not in result.output
    assert f"database cluster {NAME} went to state {state}" in result["msg"]


def test_a_timeout_names_cluster_and_seconds(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described(Status="creating")]}
    result = run(wait_timeout=60)

    assert f"database cluster {NAME} did not become available within 60 seconds" in result["msg"]
    assert sum(aws.slept) == 60


def test_an_interrupted_creation_is_waited_for_and_completed(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(Status="creating"), described(), described(), described(Port=5433)],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    result = run(port=5433)

    assert result["changed"] and aws.sent("ModifyDBCluster")[0]["Port"] == 5433


def test_creation_can_be_left_to_a_later_task(aws: SimulatedAWS) -> None:
    creating = described(Status="creating")
    aws.answers = {
        "DescribeDBClusters": [MISSING, creating, creating, described(), described(), described(Port=5433)],
        "CreateDBCluster": [{"DBCluster": {**CLUSTER, "Status": "creating"}}],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
    }
    asked, again, waited = (
        run(**CREATE, wait_for_creation=False),
        run(port=5433, wait_for_creation=False),
        run(port=5433),
    )

    assert [result["changed"] for result in (asked, again, waited)] == [True, False, True]
    assert [result["cluster"]["status"] for result in (asked, again, waited)] == ["creating", "creating", "available"]
    assert aws.operations.index("ModifyDBCluster") > 3 and aws.operations.count("CreateDBCluster") == 1


def test_a_deletion_under_way_is_waited_for_before_creating(aws: SimulatedAWS) -> None:
    deleting = described(Status="deleting")
    aws.answers = {
        "DescribeDBClusters": [deleting, deleting, MISSING, described()],
        "CreateDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE)

    assert result["changed"] and aws.operations.count("CreateDBCluster") == 1


def test_a_cluster_made_meanwhile_is_taken_over(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [MISSING, described()],
        "CreateDBCluster": [error("DBClusterAlreadyExistsFault", "exists")],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE)

    assert result["changed"] and result["cluster"]["status"] == "available"
    assert aws.operations.count("CreateDBCluster") == 1


def test_a_modification_begins_late(aws: SimulatedAWS) -> None:
    before, after = described(), described(BackupRetentionPeriod=7)
    aws.answers = {
        "DescribeDBClusters": [before, before, before, described(Status="modifying"), after],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    result = run(backup_retention_period=7)

    assert result["cluster"]["backup_retention_period"] == 7 and result["cluster"]["status"] == "available"
    assert aws.sent("ModifyDBCluster") == [
        {"DBClusterIdentifier": NAME, "BackupRetentionPeriod": 7, "ApplyImmediately": True}
    ]


def test_pending_values_are_not_changed_again(aws: SimulatedAWS) -> None:
    pending = {"BackupRetentionPeriod": 7, "EngineVersion": "16.6"}
    aws.answers = {"DescribeDBClusters": [described(PendingModifiedValues=pending)]}
    result = run(backup_retention_period=7, engine_version="16.6")

    assert not result["changed"] and result.calls == ["DescribeDBClusters"]


def test_a_busy_cluster_is_asked_again(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(Status="backing-up"), described(Port=5433)],
        "ModifyDBCluster": [error("InvalidDBClusterStateFault", "backing-up"), {"DBCluster": CLUSTER}],
    }

    assert run(port=5433)["changed"] and aws.operations.count("ModifyDBCluster") == 2


def test_a_stopped_cluster_must_be_started_first(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described(Status="stopped")]}

    assert run(port=5433)["msg"] == f"database cluster {NAME} is stopped: start it first to change port"
    assert not run()["changed"]


def test_the_http_endpoint_is_switched_on_where_creation_ignored_it(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [MISSING, described(), described(), described(HttpEndpointEnabled=True)],
        "CreateDBCluster": [{"DBCluster": CLUSTER}],
        "EnableHttpEndpoint": [error("InvalidResourceStateFault"), {}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE, enable_http_endpoint=True)

    assert result["cluster"]["http_endpoint_enabled"] is True
    assert aws.sent("EnableHttpEndpoint")[-1] == {"ResourceArn": CLUSTER["DBClusterArn"]}


def test_the_password_is_taken_back_from_rds(aws: SimulatedAWS) -> None:
    managed = described(MasterUserSecret={"SecretArn": "arn:rds", "SecretStatus": "active", "KmsKeyId": "k"})
    aws.answers = {
        "DescribeDBClusters": [managed, described()],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
    }
    result = run(master_password_secret="iot-aurora-password-dev", manage_master_user_password=False)

    request = aws.sent("ModifyDBCluster")[0]
    assert request["ManageMasterUserPassword"] is False and request["MasterUserPassword"] == PASSWORD
    assert result["changed"] and PASSWORD not in result.output


def test_the_key_of_a_managed_secret_cannot_change(aws: SimulatedAWS) -> None:
    managed = described(MasterUserSecret={"SecretArn": "arn:rds", "SecretStatus": "active", "KmsKeyId": "key/1"})
    aws.answers = {"DescribeDBClusters": [managed]}
    result = run(manage_master_user_password=True, master_user_secret_kms_key_id="key/2")

    assert "master_user_secret_kms_key_id is 'key/1' on AWS and 'key/2' is wanted" in result["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine_version": "17"}, "allow it with allow_major_version_upgrade=true"),
        ({"engine_version": "15"}, "a downgrade is not possible"),
        ({"engine_version": "15", "allow_major_version_upgrade": True}, "a downgrade is not possible"),
    ],
)
def test_other_major_versions_are_refused(aws: SimulatedAWS, options: dict[str, Any], message: str) -> None:
    aws.answers = {"DescribeDBClusters": [described()]}
    result = run(**options)

    assert "engine_version is '16.4' on AWS and" in result["msg"] and message in result["msg"]


@pytest.mark.parametrize("version", ["16", "16.4", "16.3"])
def test_a_met_version_changes_nothing(aws: SimulatedAWS, version: str) -> None:
    aws.answers = {"DescribeDBClusters": [described()]}

    assert not run(engine_version=version)["changed"]


@pytest.mark.parametrize(("version", "allowed"), [("16.6", False), ("17", True)])
def test_newer_versions_are_upgraded_to(aws: SimulatedAWS, version: str, allowed: bool) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(), described(Status="upgrading"), described(EngineVersion=version)],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    result = run(engine_version=version, allow_major_version_upgrade=allowed)

    request = aws.sent("ModifyDBCluster")[0]
    assert request["EngineVersion"] == version and request["AllowMajorVersionUpgrade"] is allowed
    assert result["cluster"]["engine_version"] == version


def test_a_storage_key_named_by_its_alias_is_the_same_key(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described()],
        "DescribeKey": [{"KeyMetadata": {"KeyId": "1234", "Arn": CLUSTER["KmsKeyId"]}}],
    }

    assert not run(kms_key_id="alias/iot")["changed"]


def test_the_pause_is_part_of_the_range(aws: SimulatedAWS) -> None:
    scaling = {"MinCapacity": 0.0, "MaxCapacity": 1.0, "SecondsUntilAutoPause": 300}
    aws.answers = {
        "DescribeDBClusters": [described(ServerlessV2ScalingConfiguration=scaling)],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    wanted = {"min_capacity": 0, "max_capacity": 1}

    assert not run(serverless_v2_scaling=wanted)["changed"]
    assert not run(serverless_v2_scaling={**wanted, "seconds_until_auto_pause": 300})["changed"]
    assert run(serverless_v2_scaling={**wanted, "seconds_until_auto_pause": 600})["changed"]
    assert aws.sent("ModifyDBCluster")[0]["ServerlessV2ScalingConfiguration"]["SecondsUntilAutoPause"] == 600


def test_logs_are_switched_by_difference(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [
            described(EnabledCloudwatchLogsExports=["instance"]),
            described(EnabledCloudwatchLogsExports=["postgresql"]),
        ],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    run(enabled_cloudwatch_logs_exports=["postgresql"])

    assert aws.sent("ModifyDBCluster")[0]["CloudwatchLogsExportConfiguration"] == {
        "EnableLogTypes": ["postgresql"],
        "DisableLogTypes": ["instance"],
    }


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (error("ResourceNotFoundException"), "no secret of this name has a value"),
        ({"SecretString": "plain-Passw0rd"}, "its value has no JSON field 'password'"),
        ({"SecretString": '{"password": 12345678}'}, "its value has no JSON field 'password'"),
        ({"SecretString": '{"password": "sh@rt-Passw0rd"}'}, "is not a password RDS accepts"),
        (error("AccessDeniedException", "not authorized"), "these AWS credentials lack the permission"),
    ],
)
def test_an_unusable_secret_fails_before_anything_is_made(aws: SimulatedAWS, secret: Any, message: str) -> None:
    aws.answers = {"DescribeDBClusters": [MISSING], "GetSecretValue": [secret]}
    result = run(**CREATE)

    assert result["failed"] and message in result["msg"] and "Passw0rd" not in result.output
    assert "CreateDBCluster" not in aws.operations


MEMBERS = [
    {"DBInstanceIdentifier": "one", "IsClusterWriter": True},
    {"DBInstanceIdentifier": "two", "IsClusterWriter": False},
    {"DBInstanceIdentifier": "three", "IsClusterWriter": False},
]


def instances(**states: str) -> dict[str, Any]:
    """An answer of DescribeDBInstances."""
    return {
        "DBInstances": [
            {"DBInstanceIdentifier": name, "DBInstanceStatus": state, "DBClusterIdentifier": NAME}
            for name, state in states.items()
        ]
    }


def test_members_go_first_and_the_writer_last(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(DBClusterMembers=MEMBERS), described(Status="deleting"), MISSING],
        "DescribeDBInstances": [
            instances(one="available", two="available", three="deleting"),
            instances(one="deleting", two="deleting"),
            instances(),
        ],
        "DeleteDBInstance": [{}],
        "DeleteDBCluster": [error("InvalidDBClusterStateFault", "contains instances"), {"DBCluster": CLUSTER}],
    }
    result = run(state="absent", delete_members=True, skip_final_snapshot=True)

    assert result["changed"] and result["cluster"] == {}
    assert aws.sent("DeleteDBInstance") == [
        {"DBInstanceIdentifier": "two", "SkipFinalSnapshot": True},
        {"DBInstanceIdentifier": "one", "SkipFinalSnapshot": True},
    ]
    assert aws.sent("DeleteDBCluster")[-1] == {"DBClusterIdentifier": NAME, "SkipFinalSnapshot": True}


def test_members_that_stay_are_named(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(DBClusterMembers=MEMBERS)],
        "DescribeDBInstances": [instances(one="deleting")],
    }
    result = run(state="absent", delete_members=True, skip_final_snapshot=True, wait_timeout=30)

    assert f"the instances of database cluster {NAME} did not become deleted within 30 seconds" in result["msg"]
    assert "DeleteDBCluster" not in aws.operations


def test_a_deletion_under_way_is_only_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described(Status="deleting"), described(Status="deleting"), MISSING]}
    result = run(state="absent", final_snapshot_identifier="last")

    assert not result["changed"] and set(aws.operations) == {"DescribeDBClusters"}


def test_a_cluster_being_created_is_deleted_when_it_is_there(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [described(Status="creating"), described(Status="creating"), described(), MISSING],
        "DescribeDBClusterSnapshots": [error("DBClusterSnapshotNotFoundFault")],
        "DeleteDBCluster": [{"DBCluster": CLUSTER}],
    }
    run(state="absent", final_snapshot_identifier="last")

    assert aws.sent("DeleteDBCluster") == [
        {"DBClusterIdentifier": NAME, "SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": "last"}
    ]


SNAPSHOT: dict[str, Any] = {
    "DBClusterSnapshotIdentifier": "iot-aurora-prod-1",
    "DBClusterIdentifier": "iot-aurora-prod",
    "Status": "available",
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.6",
    "MasterUsername": "iotadmin",
    "StorageEncrypted": True,
}
SOURCE: dict[str, Any] = {
    **CLUSTER,
    "DBClusterIdentifier": "iot-aurora-prod",
    "DatabaseName": "iotdb",
    "EarliestRestorableTime": datetime(2026, 1, 1, tzinfo=UTC),
    "LatestRestorableTime": datetime(2026, 1, 31, tzinfo=UTC),
}
FROM_SNAPSHOT = {"restore_from": {"snapshot": "iot-aurora-prod-1"}}
PENDING = [{"Key": "RestoredMasterPassword", "Value": "not set yet"}]


def at(time: str) -> dict[str, Any]:
    return {"restore_from": {"cluster": "iot-aurora-prod", "time": time}}


def test_a_snapshot_is_restored_then_the_rest_is_set_and_the_password_last_of_all_forgotten(aws: SimulatedAWS) -> None:
    restored = {**CLUSTER, "EngineVersion": "16.6"}
    waiting = described(**{**restored, "TagList": PENDING})
    aws.answers = {
        "DescribeDBClusters": [
            MISSING,
            described(Status="creating"),
            waiting,
            waiting,
            described(Status="modifying"),
            described(),
        ],
        "DescribeDBClusterSnapshots": [{"DBClusterSnapshots": [SNAPSHOT]}],
        "RestoreDBClusterFromSnapshot": [{"DBCluster": restored}],
        "ModifyDBCluster": [{"DBCluster": restored}],
        "EnableHttpEndpoint": [{}],
        "GetSecretValue": [SECRET],
        "RemoveTagsFromResource": [{}],
        "AddTagsToResource": [{}],
    }
    result = run(
        **CREATE,
        **FROM_SNAPSHOT,
        engine_version="16",
        port=5432,
        storage_encrypted=True,
        serverless_v2_scaling={"min_capacity": 0.5, "max_capacity": 1},
        enabled_cloudwatch_logs_exports=["postgresql"],
        backup_retention_period=7,
        enable_http_endpoint=True,
        tags={"a": "b"},
    )

    assert result["changed"] and PASSWORD not in result.output
    assert result["diff"]["after"]["restore_from"] == "snapshot iot-aurora-prod-1"
    assert aws.sent("RestoreDBClusterFromSnapshot") == [
        {
            "DBClusterIdentifier": NAME,
            "SnapshotIdentifier": "iot-aurora-prod-1",
            "Engine": "aurora-postgresql",
            "EngineVersion": "16.6",
            "EngineMode": "provisioned",
            "Port": 5432,
            "EnableCloudwatchLogsExports": ["postgresql"],
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 1.0},
            "Tags": [{"Key": "a", "Value": "b"}, *PENDING],
        }
    ]
    (changed,) = aws.sent("ModifyDBCluster")
    assert changed["MasterUserPassword"] == PASSWORD and changed["BackupRetentionPeriod"] == 7
    assert "EngineVersion" not in changed
    # The tag goes when all of that is done.
    writes = [one for one in aws.operations if not one.startswith(("Describe", "Get"))]
    assert writes[:3] == ["RestoreDBClusterFromSnapshot", "EnableHttpEndpoint", "ModifyDBCluster"]
    assert aws.sent("RemoveTagsFromResource")[0]["TagKeys"] == ["RestoredMasterPassword"]


@pytest.mark.parametrize("options", [{}, {"tags": {"a": "b"}}, {"tags": {}, "purge_tags": False}])
def test_a_restore_that_was_interrupted_gets_its_password_by_the_next_run(
    aws: SimulatedAWS, options: dict[str, Any]
) -> None:
    tags = [*PENDING, {"Key": "a", "Value": "b"}]
    aws.answers = {
        "DescribeDBClusters": [described(TagList=tags)],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
        "GetSecretValue": [SECRET],
        "RemoveTagsFromResource": [{}],
    }
    result = run(**CREATE, **FROM_SNAPSHOT, **options)

    assert result["changed"] and aws.sent("ModifyDBCluster")[0]["MasterUserPassword"] == PASSWORD
    assert aws.sent("RemoveTagsFromResource")[0]["TagKeys"] == ["RestoredMasterPassword"]
    assert aws.operations.index("ModifyDBCluster") < aws.operations.index("RemoveTagsFromResource")


def test_a_restore_that_rds_manages_the_password_of_needs_no_secret(aws: SimulatedAWS) -> None:
    managed = described(MasterUserSecret={"SecretArn": "arn:rds", "SecretStatus": "active", "KmsKeyId": "k"})
    aws.answers = {
        "DescribeDBClusters": [MISSING, described(), described(), managed],
        "DescribeDBClusterSnapshots": [{"DBClusterSnapshots": [SNAPSHOT]}],
        "RestoreDBClusterFromSnapshot": [{"DBCluster": CLUSTER}],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    run(master_username="iotadmin", manage_master_user_password=True, **FROM_SNAPSHOT)

    assert "Tags" not in aws.sent("RestoreDBClusterFromSnapshot")[0]
    assert aws.sent("ModifyDBCluster")[0]["ManageMasterUserPassword"] is True


@pytest.mark.parametrize(
    ("time", "sent"),
    [
        ("latest", {"UseLatestRestorableTime": True}),
        ("2026-01-15T12:00:00Z", {"RestoreToTime": datetime(2026, 1, 15, 12, tzinfo=UTC)}),
    ],
)
def test_a_point_in_time_is_restored(aws: SimulatedAWS, time: str, sent: dict[str, Any]) -> None:
    aws.answers = {
        "DescribeDBClusters": [MISSING, {"DBClusters": [SOURCE]}],
        "RestoreDBClusterToPointInTime": [{"DBCluster": {**CLUSTER, "Status": "creating"}}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE, **at(time), database_name="iotdb", wait_for_creation=False)

    (request,) = aws.sent("RestoreDBClusterToPointInTime")
    assert result["changed"] and result["cluster"]["status"] == "creating"
    assert request["SourceDBClusterIdentifier"] == "iot-aurora-prod" and sent.items() <= request.items()
    assert request["Tags"] == PENDING and "EngineVersion" not in request


def test_a_plan_reads_what_it_would_restore_and_writes_nothing(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBClusters": [MISSING],
        "DescribeDBClusterSnapshots": [{"DBClusterSnapshots": [SNAPSHOT]}],
    }
    result = run_module("rds_aurora_cluster", check_mode=True, name=NAME, **CONNECTION, **CREATE, **FROM_SNAPSHOT)

    assert result["changed"] and result.writes == []
    assert result["diff"]["after"]["restore_from"] == "snapshot iot-aurora-prod-1"


def test_a_cluster_that_exists_ignores_what_it_would_be_restored_from(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described()]}
    result = run(**FROM_SNAPSHOT)

    assert not result["changed"] and result.calls == ["DescribeDBClusters"]


@pytest.mark.parametrize(
    ("options", "source", "message"),
    [
        (FROM_SNAPSHOT, None, "restore_from is snapshot iot-aurora-prod-1, which does not exist"),
        (FROM_SNAPSHOT, {"Status": "creating"}, "which is creating: wait until it is available"),
        (FROM_SNAPSHOT, {"MasterUsername": "other"}, "whose master_username is 'other': 'iotadmin' is wanted"),
        (FROM_SNAPSHOT, {"Engine": "aurora-mysql"}, "whose engine is 'aurora-mysql'"),
        ({**FROM_SNAPSHOT, "engine_version": "17"}, {}, "'17' is wanted: restore it as it is, upgrade it afterwards"),
        ({**FROM_SNAPSHOT, "engine_version": "15"}, {}, "a downgrade is not possible"),
        (
            {**FROM_SNAPSHOT, "storage_encrypted": False},
            {},
            "which is encrypted and storage_encrypted is False: allowed is true",
        ),
        (
            {**FROM_SNAPSHOT, "storage_encrypted": True},
            {"StorageEncrypted": False},
            "restore a snapshot, and name the key in kms_key_id",
        ),
    ],
)
def test_a_snapshot_that_does_not_fit_is_refused_before_anything_is_made(
    aws: SimulatedAWS, options: dict[str, Any], source: dict[str, Any] | None, message: str
) -> None:
    snapshots = (
        error("DBClusterSnapshotNotFoundFault") if source is None else {"DBClusterSnapshots": [SNAPSHOT | source]}
    )
    aws.answers = {"DescribeDBClusters": [MISSING], "DescribeDBClusterSnapshots": [snapshots]}
    result = run(**CREATE, **options)

    assert result["failed"] and message in result["msg"] and result.writes == []


@pytest.mark.parametrize(
    ("time", "options", "message"),
    [
        ("2025-12-31T23:59:59Z", {}, "allowed is a time from 2026-01-01T00:00:00+00:00 to 2026-01-31T00:00:00+00:00"),
        ("2026-02-01T00:00:00+02:00", {}, "allowed is a time from"),
        ("latest", {"database_name": "other"}, "whose database_name is 'iotdb': 'other' is wanted"),
        (
            "latest",
            {"kms_key_id": "k", "storage_encrypted": False},
            "kms_key_id is given and storage_encrypted is false",
        ),
    ],
)
def test_a_point_in_time_that_does_not_fit_is_refused(
    aws: SimulatedAWS, time: str, options: dict[str, Any], message: str
) -> None:
    aws.answers = {"DescribeDBClusters": [MISSING, {"DBClusters": [SOURCE]}]}
    result = run(**CREATE, **at(time), **options)

    assert result["failed"] and message in result["msg"] and result.writes == []


def test_a_cluster_is_replaced_by_its_snapshot_but_not_by_its_own_backups(aws: SimulatedAWS) -> None:
    replaced = {"allow_replacement": True, "skip_final_snapshot": True, "storage_encrypted": True}
    plain, other_key = described(StorageEncrypted=False, KmsKeyId=""), {"kms_key_id": "other"}
    own = {"restore_from": {"cluster": NAME, "time": "latest"}}
    aws.answers = {"DescribeDBClusters": [plain, described(StorageEncrypted=True)]}
    refused = run(**CREATE, **replaced, **own)
    assert f"restore_from is cluster {NAME}, whose backups go with it" in refused["msg"] and refused.writes == []

    own_snapshot = {**SNAPSHOT, "DBClusterIdentifier": NAME, "StorageEncrypted": False}
    aws.answers = {
        "DescribeDBClusters": [plain, MISSING, described()],
        "DescribeDBInstances": [instances()],
        "DescribeDBClusterSnapshots": [{"DBClusterSnapshots": [own_snapshot]}],
        "DeleteDBCluster": [{"DBCluster": CLUSTER}],
        "RestoreDBClusterFromSnapshot": [{"DBCluster": {**CLUSTER, "Status": "creating"}}],
        "GetSecretValue": [SECRET],
    }
    result = run(**CREATE, **replaced, **FROM_SNAPSHOT, **other_key, wait_for_creation=False)

    assert result["diff"][0]["action"] == "replace" and result["diff"][0]["after"]["restore_from"]
    assert aws.sent("RestoreDBClusterFromSnapshot")[0]["KmsKeyId"] == "other"


def test_a_major_upgrade_takes_the_parameter_groups_of_the_new_family(aws: SimulatedAWS) -> None:
    before = described(DBClusterParameterGroup="iot-16")
    aws.answers = {
        "DescribeDBClusters": [before, described(Status="upgrading"), described(EngineVersion="17.4")],
        "ModifyDBCluster": [{"DBCluster": CLUSTER}],
    }
    groups = {"db_cluster_parameter_group_name": "iot-17", "db_instance_parameter_group_name": "Iot-instance-17"}
    run(engine_version="17", allow_major_version_upgrade=True, **groups)

    (request,) = aws.sent("ModifyDBCluster")
    assert request["DBClusterParameterGroupName"] == "iot-17" and request["AllowMajorVersionUpgrade"] is True
    assert request["DBInstanceParameterGroupName"] == "iot-instance-17"


def test_a_minor_upgrade_leaves_the_instances_parameter_group(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described(), described(EngineVersion="16.6")], "ModifyDBCluster": [{}]}
    aws.answers["ModifyDBCluster"] = [{"DBCluster": CLUSTER}]
    run(engine_version="16.6", db_instance_parameter_group_name="iot-instance-16")

    assert "DBInstanceParameterGroupName" not in aws.sent("ModifyDBCluster")[0]


def test_a_major_upgrade_without_a_group_of_the_new_family_is_refused(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeDBClusters": [described(DBClusterParameterGroup="iot-16")]}
    result = run(engine_version="17", allow_major_version_upgrade=True)

    assert "has the parameter group iot-16, which is not of the family of version 17" in result["msg"]
    assert result.writes == []
