"""secretsmanager_secret_value with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

MODULE = "secretsmanager_secret_value"
NAME = "iot-aurora-password-dev"
ARN = f"arn:aws:secretsmanager:ca-central-1:123456789012:secret:{NAME}-AbCdEf"

MISSING = error("ResourceNotFoundException")
DELETED = error("InvalidRequestException", "You can't perform this operation on the secret because it was deleted.")
PENDING = {"Name": NAME, "ARN": ARN, "DeletedDate": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}
ACTIVE = {"Name": NAME, "ARN": ARN, "VersionIdsToStages": {"v1": ["AWSCURRENT"]}}
CREATED = {"Name": NAME, "ARN": ARN, "VersionId": "v1"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def run(**options: Any) -> ModuleResult:
    return run_module(MODULE, name=NAME, **CONNECTION, **options)


def test_a_name_still_being_deleted_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [MISSING], "CreateSecret": [DELETED, DELETED, CREATED]}
    result = run(secret_string="a-token")

    creations = aws.sent("CreateSecret")
    assert result["changed"] and result["secret"]["version_id"] == "v1"
    assert len(creations) == 3 and len({request["ClientRequestToken"] for request in creations}) == 1


def test_a_name_that_stays_taken_fails_after_the_timeout(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [MISSING], "CreateSecret": [DELETED]}
    result = run(secret_string="a-token", wait_timeout=20)

    assert result["failed"] and "it was deleted" in result["msg"] and sum(aws.slept) == 20


def test_forced_deletion_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [ACTIVE, PENDING, PENDING, MISSING], "DeleteSecret": [{}]}
    result = run(state="absent", force_delete=True)

    assert result["changed"] and aws.operations.count("DescribeSecret") == 4


def test_forced_deletion_that_takes_too_long_fails(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [ACTIVE, PENDING], "DeleteSecret": [{}]}
    result = run(state="absent", force_delete=True, wait_timeout=10)

    assert f"secret {NAME} did not become deleted within 10 seconds" in result["msg"]
    assert "pending deletion" in result["msg"]


def test_forced_deletion_without_wait(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [ACTIVE], "DeleteSecret": [{}]}
    run(state="absent", force_delete=True, wait=False)

    assert aws.requests[-1] == ("DeleteSecret", {"SecretId": NAME, "ForceDeleteWithoutRecovery": True})


def test_a_restored_value_becomes_readable_after_a_while(aws: SimulatedAWS) -> None:
    value = {"SecretString": '{"password": "there-Already1"}'}
    aws.answers = {
        "DescribeSecret": [{**PENDING, **ACTIVE}],
        "RestoreSecret": [{}],
        "GetSecretValue": [DELETED, value],
    }
    result = run(generate={})

    assert result["changed"] and result["diff"]["before"] == {"deleted_date": "2026-01-01T00:00:00+00:00"}
    assert "there-Already1" not in result.output


def test_a_secret_that_vanishes_at_its_restore_is_created(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [PENDING], "RestoreSecret": [MISSING], "CreateSecret": [CREATED]}
    result = run(secret_string="a-token")

    assert result["changed"] and aws.operations[-1] == "CreateSecret"


def test_a_secret_made_meanwhile_is_taken_over(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [MISSING, ACTIVE],
        "GetRandomPassword": [{"RandomPassword": "generated-Passw0rd"}],
        "CreateSecret": [error("ResourceExistsException", "exists")],
        "GetSecretValue": [{"SecretString": '{"password": "other-Passw0rd"}'}],
    }
    result = run(generate={})

    assert result["changed"] and aws.operations[-1] == "GetSecretValue"
    assert "Passw0rd" not in result.output


def test_the_generated_value_is_what_is_stored(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [MISSING],
        "GetRandomPassword": [{"RandomPassword": "generated-Passw0rd"}],
        "CreateSecret": [CREATED],
        "PutResourcePolicy": [{}],
        "RotateSecret": [{}],
    }
    policy = {"Version": "2012-10-17", "Statement": []}
    rotation = {"lambda_arn": "arn:rotate", "automatically_after_days": 30}
    result = run(
        generate={}, values={"port": 5432}, kms_key_id="alias/iot", policy=policy, tags={"a": "b"}, rotation=rotation
    )

    assert aws.sent("CreateSecret")[0]["SecretString"] == '{"port": 5432, "password": "generated-Passw0rd"}'
    assert aws.sent("PutResourcePolicy")[0]["BlockPublicPolicy"] is True
    assert aws.sent("RotateSecret")[0]["RotateImmediately"] is False
    assert result["changed"] and "generated-Passw0rd" not in result.output


def test_rotation_is_turned_off(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [{**ACTIVE, "RotationEnabled": True, "RotationLambdaARN": "arn:rotate"}],
        "GetSecretValue": [{"SecretString": "{}"}],
        "CancelRotateSecret": [{}],
    }
    result = run(rotation={"enabled": False})

    assert result["changed"] and aws.requests[-1] == ("CancelRotateSecret", {"SecretId": NAME})


def test_a_key_named_by_its_alias_is_the_same_key(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [{**ACTIVE, "KmsKeyId": "arn:aws:kms:ca-central-1:123456789012:key/1234"}],
        "GetSecretValue": [{"SecretString": "{}"}],
        "DescribeKey": [{"KeyMetadata": {"KeyId": "1234", "Arn": "arn:aws:kms:ca-central-1:123456789012:key/1234"}}],
    }

    assert not run(kms_key_id="alias/iot")["changed"] and aws.sent("DescribeKey") == [{"KeyId": "alias/iot"}]
    assert not run(kms_key_id="1234")["changed"] and len(aws.sent("DescribeKey")) == 1


def test_no_permission_is_one_sentence(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [error("AccessDeniedException", "not authorized")]}
    result = run(secret_string="a-token")

    assert result["msg"].startswith("Failed to describe the secret: these AWS credentials lack the permission")


DENIED = error("AccessDeniedException", "... with an explicit deny in a resource-based policy")
SESSION = "arn:aws:sts::123456789012:assumed-role/deploy/ci"
OTHER_POLICY = {"Version": "2012-10-17", "Statement": []}


def test_another_deployer_lets_itself_in_before_it_reads(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [{**ACTIVE, "Tags": [{"Key": "AccessRestricted", "Value": "true"}]}],
        "GetCallerIdentity": [{"Arn": SESSION}],
        "GetResourcePolicy": [{"ResourcePolicy": json.dumps(OTHER_POLICY)}],
        "PutResourcePolicy": [{}],
        "GetSecretValue": [DENIED, DENIED, {"SecretString": '{"a": 1}'}],
    }
    result = run(restrict_access_to=["arn:aws:iam::123456789012:role/readers"], values={"a": 1})

    assert result["changed"] and aws.operations.index("PutResourcePolicy") < aws.operations.index("GetSecretValue")
    (request,) = aws.sent("PutResourcePolicy")
    statement = json.loads(request["ResourcePolicy"])["Statement"][0]
    role = "arn:aws:iam::123456789012:role"
    assert statement["Condition"]["StringNotLike"]["aws:PrincipalArn"] == [
        f"{role}/*/deploy",
        f"{role}/deploy",
        f"{role}/readers",
    ]
    assert request["BlockPublicPolicy"] is True


def test_a_plan_by_somebody_locked_out_fails_at_once(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecret": [ACTIVE],
        "GetCallerIdentity": [{"Arn": SESSION}],
        "GetResourcePolicy": [{}],
        "GetSecretValue": [DENIED],
    }
    result = run_module(
        MODULE, check_mode=True, name=NAME, restrict_access_to=["arn:aws:iam::1:role/x"], values={"a": 1}, **CONNECTION
    )
    assert result["failed"] and aws.slept == []


def test_a_replica_that_failed_is_tried_again_and_waited_for(aws: SimulatedAWS) -> None:
    states = [[{"Region": "eu-central-1", "Status": state}] for state in ("Failed", "InProgress", "InSync")]
    aws.answers = {
        "DescribeSecret": [{**ACTIVE, "ReplicationStatus": state} for state in states],
        "ReplicateSecretToRegions": [{}],
    }
    result = run(replicas=[{"region": "eu-central-1"}])

    assert result["changed"] and result["diff"]["before"]["replicas"] == {"eu-central-1": "failed"}
    assert aws.operations == ["DescribeSecret", "ReplicateSecretToRegions", "DescribeSecret", "DescribeSecret"]


def test_a_replica_that_cannot_be_made_fails_with_awss_reason(aws: SimulatedAWS) -> None:
    failed = [{"Region": "eu-central-1", "Status": "Failed", "StatusMessage": "secret name already exists"}]
    aws.answers = {
        "DescribeSecret": [ACTIVE, {**ACTIVE, "ReplicationStatus": failed}],
        "ReplicateSecretToRegions": [{}],
    }
    result = run(replicas=[{"region": "eu-central-1"}])

    assert f"secret {NAME} was not replicated to eu-central-1: secret name already exists" in result["msg"]
    assert aws.slept == []


def test_a_replica_with_another_key_is_made_anew(aws: SimulatedAWS) -> None:
    one, other = (f"{letter * 8}-12ab-34cd-56ef-1234567890ab" for letter in "ab")
    there = [
        {"Region": "eu-central-1", "Status": "InSync", "KmsKeyId": f"arn:aws:kms:eu-central-1:123456789012:key/{one}"}
    ]
    aws.answers = {
        "DescribeSecret": [{**ACTIVE, "ReplicationStatus": there}, ACTIVE, {**ACTIVE, "ReplicationStatus": there}],
        "RemoveRegionsFromReplication": [{}],
        "ReplicateSecretToRegions": [{}],
    }
    assert run(replicas=[{"region": "eu-central-1", "kms_key_id": other}])["changed"]
    assert aws.sent("RemoveRegionsFromReplication") == [{"SecretId": NAME, "RemoveReplicaRegions": ["eu-central-1"]}]
    assert aws.sent("ReplicateSecretToRegions")[0]["AddReplicaRegions"] == [
        {"Region": "eu-central-1", "KmsKeyId": other}
    ]
    assert not run(replicas=[{"region": "eu-central-1", "kms_key_id": one}])["changed"], "the same key by its ID"


def test_replicas_that_take_too_long_fail(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [ACTIVE], "ReplicateSecretToRegions": [{}]}
    result = run(replicas=[{"region": "eu-central-1"}], wait_timeout=20)

    assert (
        "was not replicated to eu-central-1 within 20 seconds (wait_timeout)" in result["msg"] and sum(aws.slept) == 20
    )
