"""elasticache_user_group against MiniStack; states and lost answers are in the unit tests."""

from __future__ import annotations

import pytest
from modules import Account, ModuleResult

MODULE = "elasticache_user_group"
GROUP = "iot-redis-users-dev"


@pytest.fixture(autouse=True)
def users(account: Account) -> None:
    """Three users to be in groups."""
    for user_id in ("one", "two", "three"):
        account.client("elasticache").create_user(
            UserId=user_id, UserName=user_id, Engine="redis", AccessString="on ~* +@all", NoPasswordRequired=True
        )


def run(account: Account, *user_ids: str, check_mode: bool = False) -> ModuleResult:
    tags = {"Environment": "dev"}
    return account.run(MODULE, user_group_id=GROUP, user_ids=list(user_ids), tags=tags, check_mode=check_mode)


def test_is_created_once(account: Account) -> None:
    planned, first, second = (
        run(account, "one", "two", check_mode=True),
        run(account, "Two", "one"),
        run(account, "one", "two"),
    )
    (group,) = account.client("elasticache").describe_user_groups(UserGroupId=GROUP)["UserGroups"]

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["CreateUserGroup"] and sorted(group["UserIds"]) == ["one", "two"]
    assert not second["changed"] and second.calls == ["DescribeUserGroups", "ListTagsForResource"]


def test_has_exactly_these_users(account: Account) -> None:
    run(account, "one", "two")
    result = run(account, "three", "two")
    (group,) = account.client("elasticache").describe_user_groups(UserGroupId=GROUP)["UserGroups"]

    assert result.writes == ["ModifyUserGroup"] and sorted(group["UserIds"]) == ["three", "two"]
    assert result["diff"]["before"] == {"user_ids": ["one", "two"]} and not run(account, "two", "three")["changed"]


def test_removal_is_repeatable(account: Account) -> None:
    run(account, "one")
    removal = {"user_group_id": GROUP, "state": "absent"}
    first, second = account.run(MODULE, **removal), account.run(MODULE, **removal)

    assert first.writes == ["DeleteUserGroup"] and not second["changed"]
    assert account.client("elasticache").describe_user_groups()["UserGroups"] == []
