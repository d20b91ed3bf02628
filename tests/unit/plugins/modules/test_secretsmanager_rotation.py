"""secretsmanager_rotation with simulated AWS answers: no emulator shows a rotation under way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-aurora-password-dev"
ARN = f"arn:aws:secretsmanager:ca-central-1:123456789012:secret:{NAME}-AbCdEf"
FUNCTION = "arn:aws:lambda:ca-central-1:123456789012:function:iot-rotate-dev"
OLDER, OLD, NEW, OTHER = (letter * 36 for letter in "abcd")
BEFORE = {OLDER: ["AWSPREVIOUS"], OLD: ["AWSCURRENT"]}
PENDING = {**BEFORE, NEW: ["AWSPENDING"]}
AFTER = {OLD: ["AWSPREVIOUS"], NEW: ["AWSCURRENT"]}
STARTED = {"ARN": ARN, "Name": NAME, "VersionId": NEW}
UNFINISHED = error("InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted.")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def told(stages: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    """An answer of DescribeSecret."""
    secret = {"ARN": ARN, "Name": NAME, "RotationEnabled": True, "RotationLambdaARN": FUNCTION}
    return {**secret, "VersionIdsToStages": stages, **more}


def secret(aws: SimulatedAWS, *described: Any, start: Any = None) -> None:
    """What the secret looks like one look after the other."""
    aws.answers = {
        "DescribeSecret": list(described),
        "RotateSecret": start if isinstance(start, list) else [start or STARTED],
    }


def run(name: str = NAME, **options: Any) -> ModuleResult:
    return run_module("secretsmanager_rotation", name=name, **options, **CONNECTION)


@pytest.mark.parametrize("after", [AFTER, {**AFTER, NEW: ["AWSCURRENT", "AWSPENDING"]}])
def test_the_end_is_waited_for(aws: SimulatedAWS, after: dict[str, list[str]]) -> None:
    secret(aws, told(BEFORE), told(BEFORE), told(PENDING), told(after))
    result = run()

    (sent,) = aws.sent("RotateSecret")
    assert sent["SecretId"] == ARN and len(sent["ClientRequestToken"]) == 36 and len(sent) == 2
    assert result["changed"] and aws.slept == [5, 5]
    assert result["rotation"] == {
        "name": NAME,
        "arn": ARN,
        "version_id": NEW,
        "previous_version_id": OLD,
        "older_version_ids": [OLDER],
        "resumed": False,
    }
    assert result["diff"]["before"] == {"version_id": OLD} and result["diff"]["after"] == {"version_id": NEW}
    assert set(aws.operations) == {"DescribeSecret", "RotateSecret"}


def test_a_first_rotation_has_no_older_versions(aws: SimulatedAWS) -> None:
    secret(aws, told({OLD: ["AWSCURRENT"]}), told(AFTER))

    assert run()["rotation"]["older_version_ids"] == []


def test_a_pending_version_of_another_rotation_is_waited_for(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), told({**AFTER, OTHER: ["AWSPENDING"]}), told(AFTER))

    assert run()["changed"] and aws.slept == [5]


def test_a_value_stored_right_after_the_rotation_does_not_hide_its_end(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), told({NEW: ["AWSPREVIOUS"], OTHER: ["AWSCURRENT"]}))

    assert run()["rotation"]["version_id"] == NEW


def test_a_value_stored_during_the_rotation_is_not_taken_for_its_end(aws: SimulatedAWS) -> None:
    stored = {OLD: ["AWSPREVIOUS"], OTHER: ["AWSCURRENT"]}
    secret(aws, told(BEFORE), told(stored), told({**stored, NEW: ["AWSPENDING"]}), told({NEW: ["AWSCURRENT"]}))

    assert run()["changed"] and aws.slept == [5, 5]


def test_an_unfinished_rotation_is_taken_up(aws: SimulatedAWS) -> None:
    secret(aws, told(PENDING), told(PENDING), told(PENDING), told(AFTER), start=UNFINISHED)
    result = run()

    assert result["rotation"]["version_id"] == NEW and result["rotation"]["resumed"]
    assert result["rotation"]["previous_version_id"] == OLD and aws.operations.count("RotateSecret") == 1


def test_an_unfinished_rotation_that_has_just_ended_will_do(aws: SimulatedAWS) -> None:
    secret(aws, told(PENDING), told(AFTER), start=UNFINISHED)

    assert run()["rotation"]["version_id"] == NEW and aws.slept == []


def test_an_unfinished_rotation_that_is_nowhere_is_told(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), start=UNFINISHED)

    assert "InvalidRequestException: A previous rotation isn't complete" in run()["msg"]


def test_other_refusals_are_told(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), start=error("AccessDeniedException", "Secrets Manager cannot invoke the function"))
    result = run()

    assert "Failed to rotate the secret" in result["msg"] and "cannot invoke the function" in result["msg"]


def test_throttling_starts_one_rotation(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), told(AFTER), start=[error("ThrottlingException"), STARTED])

    assert run()["changed"] and len({sent["ClientRequestToken"] for sent in aws.sent("RotateSecret")}) == 1


def test_the_wait_is_bounded_and_says_where_to_look(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), told(PENDING))
    message = run(wait_timeout=10)["msg"]

    assert message == (
        f"secret {NAME} was not rotated within 10 seconds (wait_timeout): version {NEW} carries AWSPENDING. Look at the "
        "log group /aws/lambda/iot-rotate-dev of the rotation function. Run again to go on with this rotation, or raise "
        "wait_timeout"
    )
    assert aws.slept == [5, 5]


def test_a_secret_that_a_service_rotates_says_so(aws: SimulatedAWS) -> None:
    managed = {"RotationLambdaARN": "", "OwningService": "rds"}
    secret(aws, told(BEFORE, **managed), told(BEFORE, **managed))
    message = run(wait_timeout=0)["msg"]

    assert "carries no label. It is rotated by rds: look at the events there" in message and aws.slept == []


def test_a_secret_without_rotation_says_what_to_set(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE, RotationEnabled=False))

    assert run()["msg"] == (
        f"secret {NAME} has no rotation: set one up first, such as with the option rotation (lambda_arn and "
        "automatically_after_days) of iot.sensor_stack.secretsmanager_secret_value"
    )
    assert aws.operations == ["DescribeSecret"]


def test_a_rotation_turned_off_meanwhile_is_told_at_once(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE), told(PENDING), told(PENDING, RotationEnabled=False))

    assert f"secret {NAME} has no rotation" in run()["msg"] and aws.slept == [5]


def test_a_missing_secret_is_told(aws: SimulatedAWS) -> None:
    secret(aws, error("ResourceNotFoundException"))

    assert run()["msg"] == f"secret {NAME} does not exist"


def test_a_secret_pending_deletion_is_told(aws: SimulatedAWS) -> None:
    secret(aws, told(BEFORE, DeletedDate=datetime.now(UTC)))

    assert run()["msg"] == f"secret {NAME} is pending deletion: restore it, and run again"


def test_check_mode_makes_no_call(aws: SimulatedAWS) -> None:
    result = run_module("secretsmanager_rotation", check_mode=True, name=NAME, **CONNECTION)

    assert result["changed"] and aws.requests == []
    assert result["rotation"] == {"name": NAME, "version_id": "known-after-deploy"}
    assert result["diff"]["after"] == {"version_id": "known-after-deploy"}


@pytest.mark.parametrize("name", [ARN, "iot/aurora+password=dev@1_a.b"])
def test_names_and_arns_are_taken(aws: SimulatedAWS, name: str) -> None:
    secret(aws, told(BEFORE), told(AFTER))

    assert run(name=name)["changed"] and aws.sent("DescribeSecret")[0] == {"SecretId": name}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a b"}, "name is 'a b': allowed is the name of a secret"),
        ({"name": ""}, "name is '': allowed is the name of a secret"),
        ({"name": "arn:aws:s3:::bucket"}, "name is 'arn:aws:s3:::bucket': allowed is the name of a secret"),
        ({"wait_timeout": -1}, "wait_timeout is -1: allowed is 0 to 86400 seconds"),
    ],
)
def test_bad_options_are_refused_before_any_call(aws: SimulatedAWS, options: dict[str, Any], message: str) -> None:
    result = run(**options)

    assert result["failed"] and message in result["msg"] and aws.requests == []
