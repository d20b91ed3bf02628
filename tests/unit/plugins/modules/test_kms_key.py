"""kms_key with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

ARN = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY: dict[str, Any] = {
    "KeyId": ARN.rsplit("/", 1)[-1],
    "Arn": ARN,
    "KeyState": "Enabled",
    "KeyManager": "CUSTOMER",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "Description": "Data of iot-dev",
    "CreationDate": datetime(2026, 1, 1, tzinfo=UTC),
}
OPTIONS = {"name": "iot-data-key-dev", "description": "Data of iot-dev", **CONNECTION}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_a_key_whose_answer_was_lost_is_not_made_twice(aws: SimulatedAWS) -> None:
    made, older = {**KEY, "CreationDate": datetime.now(UTC)}, {**KEY, "KeyId": "older", "Arn": f"{ARN}-older"}
    aws.answers = {
        "DescribeKey": [error("NotFoundException"), {"KeyMetadata": older}, {"KeyMetadata": made}],
        "CreateKey": [error("DependencyTimeoutException", status=503)],
        "ListKeys": [{"Keys": [{"KeyId": key["KeyId"], "KeyArn": key["Arn"]} for key in (older, made)]}],
        "CreateAlias": [error("NotFoundException"), {}],
    }
    result = run_module("kms_key", **OPTIONS)

    assert result["changed"] and result["key"]["arn"] == ARN
    assert aws.operations == ["DescribeKey", "CreateKey", "ListKeys", *["DescribeKey"] * 2, *["CreateAlias"] * 2]
    assert aws.sent("CreateAlias")[0] == {"AliasName": "alias/iot-data-key-dev", "TargetKeyId": KEY["KeyId"]}


def test_a_key_of_another_run_wins_and_ours_goes_again(aws: SimulatedAWS) -> None:
    other = {**KEY, "KeyId": "other", "Arn": f"{ARN}-other"}
    aws.answers = {
        "DescribeKey": [error("NotFoundException"), {"KeyMetadata": other}],
        "CreateKey": [{"KeyMetadata": KEY}],
        "CreateAlias": [error("AlreadyExistsException")],
        "ScheduleKeyDeletion": [{}],
    }
    result = run_module("kms_key", **OPTIONS)

    assert result["failed"] and "create the alias of the KMS key" in result["msg"]
    assert aws.sent("ScheduleKeyDeletion") == [{"KeyId": KEY["KeyId"], "PendingWindowInDays": 7}]


def test_an_alias_whose_answer_was_lost_counts(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeKey": [error("NotFoundException"), {"KeyMetadata": KEY}],
        "CreateKey": [{"KeyMetadata": KEY}],
        "CreateAlias": [error("AlreadyExistsException")],
    }
    assert run_module("kms_key", **OPTIONS)["key"]["arn"] == ARN


def test_a_key_that_cannot_be_enabled_is_refused(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeKey": [{"KeyMetadata": {**KEY, "KeyState": "PendingImport"}}]}
    result = run_module("kms_key", **OPTIONS)

    assert result["failed"] and "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, PendingImport: allowed is a key" in result["msg"]
    assert aws.operations == ["DescribeKey"]
