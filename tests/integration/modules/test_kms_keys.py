"""kms_keys against MiniStack and moto."""

from __future__ import annotations

import pytest
from modules import Account

NAMES = [f"iot-several-{purpose}-key-dev" for purpose in ("secrets", "data", "logs")]
DEFAULTS = {"rotation_enabled": True, "rotation_period_in_days": 365, "tags": {"Environment": "dev"}}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_from_the_first_run_to_the_last(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    keys, kms = [{"name": name, "description": f"Of {name}"} for name in NAMES], account.client("kms")
    planned = account.run("kms_keys", check_mode=True, keys=keys, defaults=DEFAULTS)
    first = account.run("kms_keys", keys=keys, defaults=DEFAULTS)
    second = account.run("kms_keys", keys=keys, defaults=DEFAULTS)

    assert planned.writes == [] and planned["diff"] == first["diff"] and len(first["diff"]) == 3
    assert not second["changed"], second["diff"] and second.writes == [] and second["kms_keys"] == first["kms_keys"]
    for name, key in zip(NAMES, first["kms_keys"], strict=True):
        found = kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]
        assert (found["Arn"], found["Description"]) == (key["arn"], f"Of {name}")
        assert kms.get_key_rotation_status(KeyId=found["KeyId"])["KeyRotationEnabled"]

    removed = account.run("kms_keys", state="absent", keys=[{"name": name} for name in NAMES])

    assert [key["key_state"] for key in removed["kms_keys"]] == ["PendingDeletion"] * 3
    for key in first["kms_keys"]:
        assert kms.describe_key(KeyId=key["key_id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
