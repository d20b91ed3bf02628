"""The stack's own KMS keys: made first, used by what is encrypted with them, taken back, and gone last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack, changes

PURPOSES = ["secrets", "data", "logs"]


@pytest.fixture
def stack(ministack: Emulator, tmp_path: Path) -> Stack:
    """A stack that is to have all keys."""
    return Stack(Account(ministack), tmp_path / "stack", {"dev": {"secrets_kms_keys": PURPOSES}})


def key_states(account: Account) -> dict[str, str]:
    """The state of each key of the account, by its alias."""
    kms = account.client("kms")
    aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]
    return {alias: kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyState"] for alias in aliases}


def test_keys_from_the_first_deploy_to_the_last_destroy(stack: Stack) -> None:
    account, aliases = stack.account, [f"alias/iot-{purpose}-key-dev" for purpose in PURPOSES]
    tier_alone = stack.try_run("site", "--tags", "network")
    assert tier_alone.code == 2 and "(secrets, data, logs): run with --tags secrets" in tier_alone.output
    assert not any(map(is_write, account.emulator.recorded(account.number)))

    planned: dict[str, Any] = changes(stack.plan("--tags", "secrets").document)
    assert planned["KMS key iot-data-key-dev"][0] == "create"
    stack.deploy("--tags", "secrets")
    secret = account.client("secretsmanager").describe_secret(SecretId="iot-aurora-password-dev")
    key = account.client("kms").describe_key(KeyId=aliases[0])["KeyMetadata"]
    assert secret["KmsKeyId"] == key["Arn"] and key_states(account) == dict.fromkeys(aliases, "Enabled")
    assert stack.deploy("--tags", "secrets,network").changed_tasks == [
        "Ensure the network iot-vpc-dev",
        "Write the outputs",
    ]

    destroy = {"stack_destroy": "iot-dev"}
    blocked = stack.try_run("destroy", "--tags", "secrets", variables=destroy)
    assert blocked.code == 2 and "which stays: remove it too, with --tags secrets,network" in blocked.output
    removed = stack.try_run("destroy", variables=destroy)
    assert removed.code == 0 and "KMS key iot-logs-key-dev, deleted for good at" in removed.output
    assert key_states(account) == dict.fromkeys(aliases, "PendingDeletion")

    back = stack.deploy("--tags", "secrets")
    assert "Ensure the KMS keys" in back.changed_tasks and key_states(account) == dict.fromkeys(aliases, "Enabled")
    assert account.client("kms").describe_key(KeyId=aliases[0])["KeyMetadata"]["Arn"] == key["Arn"]
    stays = stack.deploy("--tags", "secrets", secrets_kms_keys=[])
    assert stays.changed == 0 and key_states(account) == dict.fromkeys(aliases, "Enabled")
