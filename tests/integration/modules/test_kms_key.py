"""kms_key against MiniStack and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "kms_key"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
ROOT = {"AWS": "arn:{partition}:iam::{account_id}:root"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Administer", "Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"},
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": "logs.{region}.amazonaws.com"},
            "Action": ["kms:Encrypt*", "kms:Decrypt*"],
            "Resource": "*",
        },
    ],
}
READS = ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"]


def options(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": "Logs of iot-dev",
        "policy": POLICY,
        "rotation_enabled": True,
        "rotation_period_in_days": 365,
        "tags": {"Environment": "dev", "Name": name},
    }


@BOTH
def test_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name, kms = "iot-created-key-dev", account.client("kms")
    planned = account.run(MODULE, check_mode=True, **options(name))
    first = account.run(MODULE, **options(name))
    second = account.run(MODULE, **options(name))

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "create" and planned["key"]["arn"] == "known-after-deploy"
    assert not second["changed"] and second.calls == READS and second["key"] == first["key"]
    key = kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]
    assert (key["Arn"], key["Description"], key["KeyState"]) == (first["key"]["arn"], "Logs of iot-dev", "Enabled")
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    statements = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])["Statement"]
    assert statements[0]["Principal"]["AWS"] == f"arn:aws:iam::{key['Arn'].split(':')[4]}:root"
    assert statements[1]["Principal"]["Service"] == "logs.ca-central-1.amazonaws.com"
    assert {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]} == {
        "Environment": "dev",
        "Name": name,
    }

    would = account.run(MODULE, check_mode=True, name=name, state="absent", pending_window_in_days=7)
    assert would["changed"] and would.writes == []
    removed = account.run(MODULE, name=name, state="absent", pending_window_in_days=7)
    again = account.run(MODULE, name=name, state="absent")
    assert removed.writes == ["ScheduleKeyDeletion"] and removed["diff"] == would["diff"]
    assert removed["key"]["deletion_date"] and not again["changed"] and again.writes == []


@BOTH
def test_a_key_pending_deletion_is_taken_back(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name, kms = "iot-back-key-dev", account.client("kms")
    first = account.run(MODULE, **options(name))
    secret = kms.encrypt(KeyId=f"alias/{name}", Plaintext=b"of the first stack")["CiphertextBlob"]
    account.run(MODULE, name=name, state="absent")
    planned = account.run(MODULE, check_mode=True, **options(name))
    back = account.run(MODULE, **options(name))

    assert planned.writes == [] and planned["diff"] == back["diff"]
    assert back["diff"]["before"]["key_state"] == "PendingDeletion" and back["key"]["arn"] == first["key"]["arn"]
    assert back.writes[:2] == ["CancelKeyDeletion", "EnableKey"] and back["key"]["deletion_date"] is None
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"of the first stack"
    assert not account.run(MODULE, **options(name))["changed"]


@BOTH
def test_drift_is_put_right(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name, kms = "iot-drift-key-dev", account.client("kms")
    key_id = account.run(MODULE, **options(name))["key"]["key_id"]
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps({**POLICY, "Statement": []}))
    kms.disable_key_rotation(KeyId=key_id)
    kms.update_key_description(KeyId=key_id, Description="by hand")
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "Other", "TagValue": "1"}])
    kms.disable_key(KeyId=key_id)
    planned = account.run(MODULE, check_mode=True, **options(name))
    changed = account.run(MODULE, **options(name))

    assert planned["diff"] == changed["diff"] and planned.writes == []
    assert set(changed["diff"]["before"]) == {"key_state", "description", "policy", "rotation_enabled", "tags"}
    assert changed.writes == [
        "EnableKey",
        "UpdateKeyDescription",
        "PutKeyPolicy",
        "EnableKeyRotation",
        "UntagResource",
    ]
    assert not account.run(MODULE, **options(name))["changed"]
    left = account.run(MODULE, name=name)
    assert not left["changed"] and left.calls == ["DescribeKey"], "what is left out stays"
    off = account.run(MODULE, name=name, rotation_enabled=False)
    assert off.writes == ["DisableKeyRotation"] and off["key"]["rotation_period_in_days"] is None


def test_the_period_of_the_rotation_is_changed(account: Account) -> None:
    """MiniStack alone: moto has no periods."""
    key = account.run(MODULE, **options("iot-period-key-dev"))["key"]
    changed = account.run(MODULE, name="iot-period-key-dev", rotation_enabled=True, rotation_period_in_days=90)
    kept = account.run(MODULE, name="iot-period-key-dev", rotation_enabled=True)

    assert changed["diff"]["before"] == {"rotation_period_in_days": 365} and changed.writes == ["EnableKeyRotation"]
    status = account.client("kms").get_key_rotation_status(KeyId=key["key_id"])
    assert status["RotationPeriodInDays"] == 90 and not kept["changed"]


BAD = [
    ({"name": "aws/rds"}, "name is 'aws/rds': allowed is letters, digits and /_-, not aws/..."),
    ({"name": "iot data"}, "name is 'iot data': allowed is letters, digits and /_-, not aws/..."),
    ({"name": "x" * 251}, "(251 characters): allowed are 1 to 250 characters"),
    ({"policy": "[1]"}, "policy is '[1]': allowed is a JSON object of up to 32768 bytes"),
    (
        {"rotation_enabled": True, "rotation_period_in_days": 89},
        "rotation_period_in_days is 89: allowed is 90 to 2560 days",
    ),
    ({"rotation_period_in_days": 90}, "rotation_period_in_days is 90: allowed is it with rotation_enabled true"),
    ({"state": "absent", "pending_window_in_days": 6}, "pending_window_in_days is 6: allowed is 7 to 30 days"),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD)
def test_bad_options_are_refused_before_the_first_call(bad: dict[str, Any], sentence: str, account: Account) -> None:
    result = account.try_run(MODULE, **{"name": "iot-bad-key-dev", **bad})

    assert result.get("failed") and sentence in result["msg"] and result.calls == []


def test_an_alias_of_another_kind_of_key_is_refused(account: Account) -> None:
    kms = account.client("kms")
    made = kms.create_key(KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256")["KeyMetadata"]
    kms.create_alias(AliasName="alias/iot-mac-key-dev", TargetKeyId=made["KeyId"])

    message = account.fail(MODULE, name="iot-mac-key-dev")
    assert "KMS key iot-mac-key-dev is CUSTOMER, HMAC_256, GENERATE_VERIFY_MAC, Enabled" in message
