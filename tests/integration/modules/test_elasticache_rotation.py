"""elasticache_rotation against MiniStack, with what roles/local_aws adds: the time of a token's last change."""

from __future__ import annotations

import json
import time
from typing import Any

from modules import Account

NAMES = {"name": "iot-redis-dev", "secret": "iot-redis-auth-dev"}
OLD = "theOldTokenOfThirtyTwoCharacters"
TAKE_UP = ["ModifyReplicationGroup", "UpdateSecretVersionStage", "ModifyReplicationGroup", "UpdateSecretVersionStage"]


def prepare(account: Account) -> Any:
    """A group with its token in a secret; returns the client of Secrets Manager."""
    secrets = account.client("secretsmanager")
    value = json.dumps({"auth_token": OLD, "host": "localhost"})
    secrets.create_secret(Name=NAMES["secret"], SecretString=value)
    account.client("elasticache").create_replication_group(
        ReplicationGroupId=NAMES["name"],
        ReplicationGroupDescription="d",
        CacheNodeType="cache.t3.micro",
        TransitEncryptionEnabled=True,
        AuthToken=OLD,
    )
    return secrets


def value_of(secrets: Any, **version: str) -> dict[str, Any]:
    return json.loads(secrets.get_secret_value(SecretId=NAMES["secret"], **version)["SecretString"])


def stages_of(secrets: Any) -> list[list[str]]:
    return sorted(secrets.describe_secret(SecretId=NAMES["secret"])["VersionIdsToStages"].values())


def test_a_rotation_moves_the_secret_and_leaves_nothing_pending(account: Account) -> None:
    secrets = prepare(account)
    result = account.run("elasticache_rotation", **NAMES)
    value = value_of(secrets)

    assert result["changed"] and result.writes == ["PutSecretValue", *TAKE_UP]
    assert value["host"] == "localhost" and value["auth_token"] != OLD and len(value["auth_token"]) == 64
    assert stages_of(secrets) == [["AWSCURRENT"], ["AWSPREVIOUS"]]
    assert value["auth_token"] not in result.output and OLD not in result.output
    assert account.run("elasticache_rotation", **NAMES, complete_only=True).calls == ["DescribeSecret"]


def test_a_pending_token_is_the_one_that_is_used(account: Account) -> None:
    secrets = prepare(account)
    time.sleep(1.1)  # Whole seconds tell whether the group has been given a token since.
    pending = json.dumps({"auth_token": OLD.replace("Old", "New"), "host": "localhost"})
    secrets.put_secret_value(SecretId=NAMES["secret"], SecretString=pending, VersionStages=["AWSPENDING"])
    told = account.run("secretsmanager_secret_value", name=NAMES["secret"])["secret"]
    planned = account.run("elasticache_rotation", check_mode=True, **NAMES, complete_only=True)
    result = account.run("elasticache_rotation", **NAMES, complete_only=True)

    assert planned["changed"] and planned.writes == [] and planned["rotation"]["resumed"]
    assert result["rotation"]["version_id"] == told["pending_version_id"] and result.writes == TAKE_UP
    assert value_of(secrets) == json.loads(pending) and stages_of(secrets) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_a_group_that_is_not_there_is_told(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name=NAMES["secret"], SecretString='{"auth_token": "x"}')

    assert "replication group iot-redis-dev does not exist" in account.fail("elasticache_rotation", **NAMES)
