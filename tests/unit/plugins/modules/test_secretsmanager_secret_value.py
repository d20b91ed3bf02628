"""secretsmanager_secret_value with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError
from modules import ModuleResult, run_module

MODULE = "secretsmanager_secret_value"
NAME = "iot-aurora-password-dev"
ARN = f"arn:aws:secretsmanager:ca-central-1:123456789012:secret:{NAME}-AbCdEf"
CONNECTION = {"region": "ca-central-1", "access_key": "AKIAEXAMPLE", "secret_key": "not-a-real-key"}
Answer = dict[str, Any] | ClientError


def error(code: str, message: str = "") -> ClientError:
    """A simulated AWS error."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Simulated")


MISSING = error("ResourceNotFoundException")
DELETED = error("InvalidRequestException", "You can't perform this operation on the secret because it was deleted.")
PENDING = {"Name": NAME, "ARN": ARN, "DeletedDate": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}
ACTIVE = {"Name": NAME, "ARN": ARN, "VersionIdsToStages": {"v1": ["AWSCURRENT"]}}
CREATED = {"Name": NAME, "ARN": ARN, "VersionId": "v1"}


@pytest.fixture
def simulated_aws(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, list[Answer]]], list[Any]]:
    """Answers AWS calls from lists by operation, the last answer for good; returns the requests made."""

    def simulate(answers: dict[str, list[Answer]]) -> list[Any]:
        requests: list[Any] = []

        def call(_client: Any, operation: str, request: dict[str, Any]) -> Any:
            requests.append((operation, request))
            left = answers[operation]
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, ClientError):
                raise answer
            return answer

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        return requests

    return simulate


def run(**options: Any) -> ModuleResult:
    return run_module(MODULE, name=NAME, **CONNECTION, **options)


def test_a_name_still_being_deleted_is_waited_for(simulated_aws: Any) -> None:
    requests = simulated_aws({"DescribeSecret": [MISSING], "CreateSecret": [DELETED, DELETED, CREATED]})
    result = run(secret_string="a-token")

    creations = [request for operation, request in requests if operation == "CreateSecret"]
    assert result["changed"] and result["secret"]["version_id"] == "v1"
    assert len(creations) == 3 and len({request["ClientRequestToken"] for request in creations}) == 1


def test_a_name_that_stays_taken_fails_after_the_timeout(simulated_aws: Any) -> None:
    requests = simulated_aws({"DescribeSecret": [MISSING], "CreateSecret": [DELETED]})
    result = run(secret_string="a-token", wait_timeout=20)

    assert result["failed"] and "it was deleted" in result["msg"] and len(requests) == 1 + 1 + 20 // 5


def test_forced_deletion_is_waited_for(simulated_aws: Any) -> None:
    requests = simulated_aws({"DescribeSecret": [ACTIVE, PENDING, PENDING, MISSING], "DeleteSecret": [{}]})
    result = run(state="absent", force_delete=True)

    assert result["changed"] and [operation for operation, _request in requests].count("DescribeSecret") == 4


def test_forced_deletion_that_takes_too_long_fails(simulated_aws: Any) -> None:
    simulated_aws({"DescribeSecret": [ACTIVE, PENDING], "DeleteSecret": [{}]})
    result = run(state="absent", force_delete=True, wait_timeout=10)

    assert f"secret {NAME} did not become deleted within 10 seconds" in result["msg"]
    assert "pending deletion" in result["msg"]


def test_forced_deletion_without_wait(simulated_aws: Any) -> None:
    requests = simulated_aws({"DescribeSecret": [ACTIVE], "DeleteSecret": [{}]})
    run(state="absent", force_delete=True, wait=False)

    assert requests[-1] == ("DeleteSecret", {"SecretId": NAME, "ForceDeleteWithoutRecovery": True})


def test_a_restored_value_becomes_readable_after_a_while(simulated_aws: Any) -> None:
    value = {"SecretString": '{"password": "there-Already1"}'}
    restored = {**PENDING, **ACTIVE}
    simulated_aws({"DescribeSecret": [restored], "RestoreSecret": [{}], "GetSecretValue": [DELETED, value]})
    result = run(generate={})

    assert result["changed"] and result["diff"]["before"] == {"deleted_date": "2026-01-01T00:00:00+00:00"}
    assert "there-Already1" not in result.output


def test_a_secret_that_vanishes_at_its_restore_is_created(simulated_aws: Any) -> None:
    requests = simulated_aws({"DescribeSecret": [PENDING], "RestoreSecret": [MISSING], "CreateSecret": [CREATED]})
    result = run(secret_string="a-token")

    assert result["changed"] and requests[-1][0] == "CreateSecret"


def test_a_secret_made_meanwhile_is_taken_over(simulated_aws: Any) -> None:
    requests = simulated_aws(
        {
            "DescribeSecret": [MISSING, ACTIVE],
            "GetRandomPassword": [{"RandomPassword": "generated-Passw0rd"}],
            "CreateSecret": [error("ResourceExistsException", "exists")],
            "GetSecretValue": [{"SecretString": '{"password": "other-Passw0rd"}'}],
        }
    )
    result = run(generate={})

    assert result["changed"] and [operation for operation, _request in requests][-1] == "GetSecretValue"
    assert "Passw0rd" not in result.output


def test_rotation_is_turned_off(simulated_aws: Any) -> None:
    rotated = {**ACTIVE, "RotationEnabled": True, "RotationLambdaARN": "arn:rotate"}
    requests = simulated_aws(
        {"DescribeSecret": [rotated], "GetSecretValue": [{"SecretString": "{}"}], "CancelRotateSecret": [{}]}
    )
    result = run(rotation={"enabled": False})

    assert result["changed"] and requests[-1] == ("CancelRotateSecret", {"SecretId": NAME})


def test_no_permission_is_one_sentence(simulated_aws: Any) -> None:
    simulated_aws({"DescribeSecret": [error("AccessDeniedException", "not authorized")]})
    result = run(secret_string="a-token")

    assert result["msg"].startswith("Failed to describe the secret: these AWS credentials lack the permission")


def test_the_requests_are_ones_botocore_accepts(simulated_aws: Any) -> None:
    """The simulation skips botocore's validation of requests, so hold each against the service model here."""
    requests = simulated_aws(
        {
            "DescribeSecret": [MISSING],
            "GetRandomPassword": [{"RandomPassword": "generated-Passw0rd"}],
            "CreateSecret": [CREATED],
            "PutResourcePolicy": [{}],
            "RotateSecret": [{}],
        }
    )
    policy = {"Version": "2012-10-17", "Statement": []}
    run(
        generate={},
        values={"a": 1},
        kms_key_id="alias/iot",
        policy=policy,
        tags={"a": "b"},
        rotation={"lambda_arn": "x"},
    )

    client = boto3.client("secretsmanager", region_name="ca-central-1")
    assert len(requests) == 5
    for operation, request in requests:
        shape = client.meta.service_model.operation_model(operation).input_shape
        assert not botocore.validate.ParamValidator().validate(request, shape).has_errors()
