"""elasticache_user against MiniStack; what it lacks (states, changed ways of logging in) is in the unit tests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "elasticache_user"
PASSWORD = "aPasswordOfThirtyTwoCharactersXY"
USER: dict[str, Any] = {
    "user_id": "iot-Redis-app-dev",
    "user_name": "iotapp",
    "access_string": "on ~* &* +@all -@dangerous",
    "authentication": "password",
    "password_secret": "iot-redis-auth-dev",
    "tags": {"Environment": "dev"},
}
UNCHANGED = ["DescribeUsers", "ListTagsForResource"]


@pytest.fixture
def secret(account: Account) -> Any:
    """The secret with the password; the client of Secrets Manager."""
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="iot-redis-auth-dev", SecretString=json.dumps({"password": PASSWORD}))
    return secrets


def test_is_created_once_with_the_password_of_the_secret(account: Account, secret: Any) -> None:
    planned = account.run(MODULE, check_mode=True, **USER)
    first, second = account.run(MODULE, **USER), account.run(MODULE, **USER)
    (user,) = account.client("elasticache").describe_users(UserId="iot-redis-app-dev")["Users"]

    assert planned["changed"] and planned.calls == ["DescribeUsers"] and planned["diff"] == first["diff"]
    assert first.writes == ["CreateUser"] and not second["changed"] and second.calls == UNCHANGED
    assert user["UserName"] == "iotapp" and user["Authentication"] == {"Type": "password", "PasswordCount": 1}
    assert user["AccessString"] == USER["access_string"] and PASSWORD not in first.output + second.output
    assert second["user"]["tags"] == {"Environment": "dev"} and second["user"]["user_group_ids"] == []


def test_what_it_may_do_is_changed_in_place(account: Account, secret: Any) -> None:
    account.run(MODULE, **USER)
    result = account.run(MODULE, **{**USER, "access_string": "on ~app:* +@read"}, purge_tags=False)

    assert result.writes == ["ModifyUser"] and result["diff"]["after"] == {"access_string": "on ~app:* +@read"}
    assert account.run(MODULE, user_id=USER["user_id"])["changed"] is False


def test_the_name_is_refused(account: Account, secret: Any) -> None:
    account.run(MODULE, **USER)
    message = account.fail(MODULE, **{**USER, "user_name": "other"})

    assert "user_name is 'iotapp' on AWS and 'other' is wanted" in message


def test_without_a_password(account: Account) -> None:
    options = {"user_id": "iot-redis-default-dev", "user_name": "default", "access_string": "off -@all"}
    result = account.run(MODULE, **options, authentication="no_password")

    assert result["user"]["authentication"] == "no_password" and result["user"]["engine"] == "redis"


def test_removal_is_repeatable(account: Account, secret: Any) -> None:
    account.run(MODULE, **USER)
    removal = {"user_id": USER["user_id"], "state": "absent"}
    planned = account.run(MODULE, check_mode=True, **removal)
    first, second = account.run(MODULE, **removal), account.run(MODULE, **removal)

    assert planned["changed"] and planned.writes == [] and first.writes == ["DeleteUser"] and not second["changed"]


@pytest.mark.parametrize("missing", ["user_name", "access_string", "authentication"])
def test_a_new_user_needs(account: Account, missing: str) -> None:
    options = {key: value for key, value in USER.items() if key != missing}

    assert f"{missing} is not given: it is needed to create a user" in account.fail(MODULE, **options)
