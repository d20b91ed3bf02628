"""secretsmanager_rotation against MiniStack and moto, which end a rotation at once and call no function."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "secretsmanager_rotation"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
NAME = "iot-rotated"


def described(account: Account) -> dict[str, Any]:
    return account.client("secretsmanager").describe_secret(SecretId=NAME)


def make(account: Account) -> str:
    """A secret with a rotation; returns the ID of its current version."""
    client = account.client("secretsmanager")
    client.create_secret(Name=NAME, SecretString='{"password": "never-shown-Passw0rd"}')
    client.rotate_secret(SecretId=NAME, RotationRules={"AutomaticallyAfterDays": 30})
    return next(
        version for version, labels in described(account)["VersionIdsToStages"].items() if "AWSCURRENT" in labels
    )


@BOTH
def test_each_run_rotates(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    before = make(account)
    first = account.run(MODULE, name=NAME)
    second = account.run(MODULE, name=described(account)["ARN"])

    assert first["changed"] and first.calls == ["DescribeSecret", "RotateSecret", "DescribeSecret"]
    assert first["rotation"]["previous_version_id"] == before and not first["rotation"]["resumed"]
    assert second["rotation"]["previous_version_id"] == first["rotation"]["version_id"]
    assert before in second["rotation"]["older_version_ids"] and second["rotation"]["name"] == NAME
    assert "AWSCURRENT" in described(account)["VersionIdsToStages"][second["rotation"]["version_id"]]
    assert "never-shown" not in first.output + second.output


def test_check_mode_never_rotates(account: Account) -> None:
    before = make(account)
    result = account.run(MODULE, check_mode=True, name=NAME)

    assert result["changed"] and result.calls == [] and "AWSCURRENT" in described(account)["VersionIdsToStages"][before]


def test_a_secret_without_rotation_is_refused(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name=NAME, SecretString="{}")
    result = account.try_run(MODULE, name=NAME)

    assert f"secret {NAME} has no rotation: set one up first" in result["msg"] and result.writes == []


def test_a_missing_secret_is_told(account: Account) -> None:
    assert account.fail(MODULE, name="nowhere") == "secret nowhere does not exist"
