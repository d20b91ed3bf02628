"""secretsmanager_secret_value with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import datetime
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
