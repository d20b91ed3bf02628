"""The cache's options for production, turned on, changed, turned off and removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emulators import Emulator
from modules import Account
from stacks import Stack, changes

TAGS = ("--tags", "network,secrets,cache")
ON: dict[str, Any] = {
    "cache_auth_token_enabled": True,
    "cache_transit_encryption_mode": "required",
    "cache_parameters": {"maxmemory-policy": "allkeys-lru"},
    "cache_logs": ["slow-log", "engine-log"],
    "cache_logs_retention_days": 365,
    "cache_snapshot_window": "03:00-04:00",
    "cache_maintenance_window": "sun:05:00-sun:06:00",
}
VALKEY = {"cache_engine": "valkey", "cache_engine_version": "8.0", "cache_parameter_group_name": "default.valkey8"}


def parameter_groups(account: Account) -> dict[str, str]:
    """The account's own parameter groups, with their families."""
    found = account.client("elasticache").describe_cache_parameter_groups()["CacheParameterGroups"]
    names = {group["CacheParameterGroupName"]: group["CacheParameterGroupFamily"] for group in found}
    return {name: family for name, family in names.items() if not name.startswith("default.")}


def log_groups(account: Account) -> dict[str, int | None]:
    """The account's log groups, with their retention."""
    found = account.client("logs").describe_log_groups()["logGroups"]
    return {group["logGroupName"]: group.get("retentionInDays") for group in found}


def test_options_for_production_come_and_go(ministack: Emulator, tmp_path: Path) -> None:
    stack = Stack(Account(ministack), tmp_path / "stack")
    account, cache = stack.account, stack.account.client("elasticache")
    plan = stack.plan(*TAGS, **ON)
    assert changes(plan.document) == changes(stack.deploy_changes(*TAGS, **ON)) and plan.code == 2
    assert stack.deploy(*TAGS, **ON).changed == 0

    (group,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert {log["LogType"] for log in group["LogDeliveryConfigurations"]} == {"slow-log", "engine-log"}
    assert group["SnapshotWindow"] == "03:00-04:00" and group["TransitEncryptionMode"] == "required"
    assert log_groups(account) == {"/iot/redis-slow-log-dev": 365, "/iot/redis-engine-log-dev": 365}
    assert parameter_groups(account) == {"iot-redis7-params-dev": "redis7"}

    # A rotation that was cut off between ROTATE and SET is completed; one by rotate.yml leaves nothing to do.
    secrets = account.client("secretsmanager")
    version = secrets.get_secret_value(SecretId="iot-redis-auth-dev")["VersionId"]
    secrets.update_secret_version_stage(
        SecretId="iot-redis-auth-dev", VersionStage="AWSPENDING", MoveToVersionId=version
    )
    assert stack.deploy(*TAGS, **ON).changed_tasks == ["Complete the rotation in iot-redis-auth-dev"]
    stack.run("rotate", variables=ON)
    assert secrets.get_secret_value(SecretId="iot-redis-auth-dev")["VersionId"] != version

    # Users in place of the token; and the new family needs a group of its own, the old one goes when nothing uses it any more.
    users = {**ON, **VALKEY, "cache_authentication": "users"}
    plan = stack.plan(*TAGS, **users)
    assert changes(plan.document) == changes(stack.deploy_changes(*TAGS, **users))
    assert parameter_groups(account) == {"iot-valkey8-params-dev": "valkey8"}
    node = cache.describe_cache_clusters()["CacheClusters"][0]
    assert node["CacheParameterGroup"]["CacheParameterGroupName"] == "iot-valkey8-params-dev"
    (group,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert group["UserGroupIds"] == ["iot-redis-users-dev"] and not group["AuthTokenEnabled"]
    value = json.loads(secrets.get_secret_value(SecretId="iot-redis-auth-dev")["SecretString"])
    assert value["username"] == "iotapp" and "auth_token" not in value
    stack.run("rotate", variables=users)
    after = json.loads(secrets.get_secret_value(SecretId="iot-redis-auth-dev")["SecretString"])
    assert after == {**value, "password": after["password"]} and after["password"] != value["password"]

    # And back; what else was turned on is turned off.
    off = stack.deploy(*TAGS, **{**VALKEY, "cache_authentication": "token"})
    (group,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert group["UserGroupIds"] == [] and group["AuthTokenEnabled"]
    assert cache.describe_users()["Users"] == cache.describe_user_groups()["UserGroups"] == []
    assert parameter_groups(account) == {} and group["LogDeliveryConfigurations"] == []
    assert set(log_groups(account)) == {"/iot/redis-slow-log-dev", "/iot/redis-engine-log-dev"}, "what was logged stays"
    assert off.changed and stack.deploy(*TAGS, **VALKEY).changed == 0, (
        "what clients give stays when nothing is asked for"
    )

    # A run that was cut off before the group used it.
    account.run("elasticache_parameter_group", name="iot-redis7-params-dev", family="redis7")
    stack.destroy()
    assert parameter_groups(account) == log_groups(account) == {}
    assert cache.describe_replication_groups()["ReplicationGroups"] == []
