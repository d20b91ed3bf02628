"""The stack's own KMS keys: made first, used by what is encrypted with them, taken back, and gone last."""

from __future__ import annotations

from pathlib import Path

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack

PURPOSES = ["secrets", "data", "logs"]


@pytest.fixture
def stack(ministack: Emulator, tmp_path: Path) -> Stack:
    """A stack that is to have all keys, and secrets that few may read."""
    variables = {"secrets_kms_keys": PURPOSES, "secrets_restrict_access": True}
    return Stack(Account(ministack), tmp_path / "stack", {"dev": variables})


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

    stack.deploy("--tags", "secrets,network")
    secret = account.client("secretsmanager").describe_secret(SecretId="iot-aurora-password-dev")
    key = account.client("kms").describe_key(KeyId=aliases[0])["KeyMetadata"]
    assert secret["KmsKeyId"] == key["Arn"] and key_states(account) == dict.fromkeys(aliases, "Enabled")
    policy = account.client("secretsmanager").get_resource_policy(SecretId="iot-aurora-password-dev")["ResourcePolicy"]
    assert "role/iot-ingest-role-ca-central-1-dev" in policy and f"arn:aws:iam::{account.number}:root" in policy

    blocked = stack.try_run("destroy", "--tags", "secrets", variables={"stack_destroy": "iot-dev"})
    assert blocked.code == 2 and "which stays: remove it too, with --tags secrets,network" in blocked.output
    removed = stack.destroy("--tags", "secrets,network")
    assert "KMS key iot-logs-key-dev, deleted for good at" in removed.output
    assert key_states(account) == dict.fromkeys(aliases, "PendingDeletion")

    back = stack.deploy("--tags", "secrets")
    assert "Ensure the KMS keys" in back.changed_tasks and key_states(account) == dict.fromkeys(aliases, "Enabled")
    assert account.client("kms").describe_key(KeyId=aliases[0])["KeyMetadata"]["Arn"] == key["Arn"]
    off = stack.deploy("--tags", "secrets", secrets_kms_keys=[], secrets_restrict_access=False)
    assert off.changed_tasks == ["Ensure the connection secret iot-aurora-password-dev"], (
        "the policy goes, the keys stay"
    )
    assert key_states(account) == dict.fromkeys(aliases, "Enabled")
    status = stack.run("status", variables={"secrets_kms_keys": []}).output
    assert f"KMS key for secrets: {key['Arn']} (not in secrets_kms_keys; it stays for what it encrypts)" in status
