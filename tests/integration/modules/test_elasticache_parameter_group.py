"""elasticache_parameter_group against moto and MiniStack."""

from __future__ import annotations

import pytest
from modules import Account

GROUP = {
    "name": "iot-redis-params-dev",
    "family": "redis7",
    "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": 30},
    "tags": {"Environment": "dev"},
}


def test_is_created_once(account: Account) -> None:
    first = account.run("elasticache_parameter_group", **GROUP)
    second = account.run("elasticache_parameter_group", **GROUP)

    assert first["changed"] and first["diff"]["after"]["parameters"]["timeout"] == "30"
    assert not second["changed"] and second.writes == []
    group = account.client("elasticache").describe_cache_parameter_groups(CacheParameterGroupName=GROUP["name"])
    assert group["CacheParameterGroups"][0]["CacheParameterGroupFamily"] == "redis7"


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run("elasticache_parameter_group", check_mode=True, **GROUP)

    assert result["changed"] and result.writes == []
    assert result["parameter_group"]["parameters"]["maxmemory-policy"] == "allkeys-lru"


def test_parameters_left_out_go_back_to_the_default(account: Account) -> None:
    account.run("elasticache_parameter_group", **GROUP)
    result = account.run("elasticache_parameter_group", **{**GROUP, "parameters": {"timeout": 30}})

    assert result.writes == ["ResetCacheParameterGroup"]
    assert account.run("elasticache_parameter_group", **{**GROUP, "parameters": {"timeout": 30}})["changed"] is False


def test_family_cannot_change(account: Account) -> None:
    account.run("elasticache_parameter_group", **GROUP)
    message = account.fail("elasticache_parameter_group", **{**GROUP, "family": "valkey8"})

    assert "family is 'redis7' on AWS and 'valkey8' is wanted" in message


@pytest.mark.parametrize("name", ["-x", "a--b", "default.redis7", ""])
def test_bad_names_are_refused_before_any_call(account: Account, name: str) -> None:
    result = account.try_run("elasticache_parameter_group", name=name, family="redis7")

    assert result["failed"] and f"name is '{name}'" in result["msg"] and result.calls == []


def test_removal_is_repeatable(account: Account) -> None:
    account.run("elasticache_parameter_group", **GROUP)
    first = account.run("elasticache_parameter_group", name=GROUP["name"], state="absent")
    second = account.run("elasticache_parameter_group", name=GROUP["name"], state="absent")

    assert first["changed"] and not second["changed"] and second.writes == []
