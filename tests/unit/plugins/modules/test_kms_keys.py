"""kms_keys with simulated AWS answers; what one key is like is tested with kms_key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAMES = ["iot-secrets-key-dev", "iot-data-key-dev", "iot-logs-key-dev"]
NEW, SAME, OTHER = NAMES
MISSING = error("NotFoundException", "Alias is not found", 404)


def key(name: str, description: str, **more: Any) -> dict[str, Any]:
    """An answer of DescribeKey and CreateKey."""
    known = {
        "KeyId": f"id-of-{name}",
        "Arn": f"arn:aws:kms:ca-central-1:123456789012:key/id-of-{name}",
        "KeyState": "Enabled",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "Description": description,
        "CreationDate": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return {"KeyMetadata": {**known, **more}}


WISH = [{"name": name, "description": f"As {name}"} for name in NAMES]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    """An account with the second of the keys, and the third with another description."""
    simulated = SimulatedAWS(monkeypatch)
    found = {NEW: MISSING, SAME: key(SAME, f"As {SAME}"), OTHER: key(OTHER, "old")}
    simulated.answers = {
        "DescribeKey": [lambda request: found[request["KeyId"].removeprefix("alias/")]],
        "CreateKey": [lambda request: key(request["Description"].removeprefix("As "), request["Description"])],
        "CreateAlias": [{}],
        "UpdateKeyDescription": [{}],
    }
    return simulated


def run(**options: Any) -> ModuleResult:
    return run_module("kms_keys", **CONNECTION, **{"keys": WISH, **options})


def test_each_is_created_left_or_changed(aws: SimulatedAWS) -> None:
    result = run()

    assert [(diff["after_header"], diff["action"]) for diff in result["diff"]] == [
        (f"KMS key {NEW}", "create"),
        (f"KMS key {OTHER}", "change"),
    ]
    assert [answer["key_id"] for answer in result["kms_keys"]] == [f"id-of-{name}" for name in NAMES]
    assert aws.sent("CreateAlias") == [{"AliasName": f"alias/{NEW}", "TargetKeyId": f"id-of-{NEW}"}]
    assert aws.sent("UpdateKeyDescription") == [{"KeyId": f"id-of-{OTHER}", "Description": f"As {OTHER}"}]


def test_those_that_are_as_they_should_be_are_left(aws: SimulatedAWS) -> None:
    result = run(keys=[WISH[1], {"name": OTHER}])

    assert not result["changed"] and result["diff"] == [] and set(aws.operations) == {"DescribeKey"}


def test_check_mode_says_the_same_and_writes_nothing(aws: SimulatedAWS) -> None:
    planned = run(check_mode=True)

    assert set(aws.operations) == {"DescribeKey"} and planned["kms_keys"][0]["arn"] == "known-after-deploy"
    assert planned["diff"] == run()["diff"]


def test_all_are_given_up(aws: SimulatedAWS) -> None:
    pending = {"KeyState": "PendingDeletion", "DeletionDate": datetime(2026, 2, 1, tzinfo=UTC)}
    found = {NEW: MISSING, SAME: key(SAME, f"As {SAME}"), OTHER: key(OTHER, "old", **pending)}
    aws.answers |= {
        "DescribeKey": [lambda request: found.get(request["KeyId"].removeprefix("alias/")) or key(SAME, "", **pending)],
        "ScheduleKeyDeletion": [{}],
    }
    result = run(state="absent", keys=[{"name": name} for name in NAMES], defaults={"pending_window_in_days": 7})

    assert [answer.get("key_state") for answer in result["kms_keys"]] == [None, "PendingDeletion", "PendingDeletion"]
    assert aws.sent("ScheduleKeyDeletion") == [{"KeyId": f"id-of-{SAME}", "PendingWindowInDays": 7}]
    assert [diff["after_header"] for diff in result["diff"]] == [f"KMS key {SAME}"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([{"name": NEW, "rotation_period_in_days": 7}], f"keys['{NEW}']: rotation_period_in_days is 7: allowed is 90"),
        ([{"name": NEW, "rotation_enabled": "perhaps"}], f"keys['{NEW}']: argument 'rotation_enabled' is of type str"),
        ([WISH[1], {"name": "aws/x"}], "keys['aws/x']: name is 'aws/x': allowed is letters"),
        ([WISH[0], WISH[0]], f"keys has '{NEW}' 2 times: allowed is once"),
    ],
)
def test_bad_entries_are_refused_before_the_first_call(aws: SimulatedAWS, keys: list[Any], said: str) -> None:
    result = run(keys=keys)

    assert result["failed"] and said in result["msg"] and aws.operations == []


def test_one_that_fails_is_named_and_the_others_are_done(aws: SimulatedAWS) -> None:
    aws.answers["UpdateKeyDescription"] = [error("AccessDeniedException", "not you")]
    result = run()

    assert f"keys['{OTHER}']: Failed to update the description of the KMS key" in result["msg"]
    assert result["msg"].endswith(f"; done all the same: create KMS key {NEW}")
    assert [diff["after_header"] for diff in result["diff"]] == [f"KMS key {NEW}"]


def test_a_key_whose_answer_was_lost_is_not_made_twice(aws: SimulatedAWS) -> None:
    made = key(NEW, f"As {NEW}", CreationDate=datetime.now(UTC))
    found = {f"alias/{NEW}": MISSING, f"id-of-{NEW}": made}
    aws.answers |= {
        "DescribeKey": [lambda request: found[request["KeyId"]]],
        "CreateKey": [error("DependencyTimeoutException", status=503)],
        "ListKeys": [{"Keys": [{"KeyId": f"id-of-{NEW}", "KeyArn": made["KeyMetadata"]["Arn"]}]}],
    }
    result = run(keys=WISH[:1])

    assert result["changed"] and aws.operations.count("CreateKey") == 1
    assert result["kms_keys"][0]["key_id"] == f"id-of-{NEW}"
