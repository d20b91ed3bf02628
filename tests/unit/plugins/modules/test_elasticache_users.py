"""elasticache_user and elasticache_user_group with simulated AWS answers: states, ways of logging in, lost answers, bad options."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

USER_ID, GROUP_ID = "iot-redis-app-dev", "iot-redis-users-dev"
SECRET = "iot-redis-auth-dev"
PASSWORD = "aPasswordOfThirtyTwoCharactersXY"
NEW = {"user_name": "iotapp", "access_string": "on ~* +@all", "authentication": "no_password"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    simulated = SimulatedAWS(monkeypatch)
    version = {"VersionId": "a" * 36, "CreatedDate": datetime(2026, 1, 1, tzinfo=UTC)}
    simulated.answers = {
        "ListTagsForResource": [{"TagList": []}],
        "GetSecretValue": [{"SecretString": f'{{"password": "{PASSWORD}"}}', **version}],
        **{f"{verb}User{kind}": [{}] for verb in ("Create", "Modify", "Delete") for kind in ("", "Group")},
    }
    return simulated


def user(status: str = "active", **changed: Any) -> dict[str, Any]:
    """An answer of DescribeUsers."""
    one = {"UserId": USER_ID, "UserName": "iotapp", "Status": status, "Engine": "redis", "ARN": "arn"}
    login = {"AccessString": "on ~* +@all", "Authentication": {"Type": "no-password", "PasswordCount": 0}}
    return {"Users": [{**one, **login, **changed}]}


def group(status: str = "active", *users: str) -> dict[str, Any]:
    """An answer of DescribeUserGroups."""
    return {"UserGroups": [{"UserGroupId": GROUP_ID, "Status": status, "UserIds": list(users), "ARN": "arn"}]}


def run_user(**options: Any) -> ModuleResult:
    return run_module("elasticache_user", **CONNECTION, user_id=USER_ID, **options)


def run_group(*users: str, **options: Any) -> ModuleResult:
    return run_module("elasticache_user_group", **CONNECTION, user_group_id=GROUP_ID, user_ids=list(users), **options)


def test_a_user_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUsers"] = [error("UserNotFound"), user("modifying"), user("modifying"), user()]

    assert run_user(**NEW)["user"]["status"] == "active" and len(aws.slept) == 2


def test_a_user_being_deleted_is_created_anew(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUsers"] = [user("deleting"), user("deleting"), error("UserNotFound"), user()]

    assert run_user(**NEW)["changed"] and aws.operations.count("CreateUser") == 1


def test_a_user_whose_answer_was_lost_is_not_created_twice(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUsers"] = [error("UserNotFound"), user()]
    aws.answers["CreateUser"] = [error("InternalFailure", status=500)]

    assert run_user(**NEW)["changed"] and aws.operations.count("CreateUser") == 1


@pytest.mark.parametrize(
    ("authentication", "sent"),
    [
        ("password", {"Passwords": [PASSWORD]}),
        ("iam", {"AuthenticationMode": {"Type": "iam"}}),
        ("no_password", {"NoPasswordRequired": True}),
    ],
)
def test_how_a_user_logs_in_is_changed(aws: SimulatedAWS, authentication: str, sent: dict[str, Any]) -> None:
    other = "password" if authentication == "no_password" else "no-password"
    aws.answers["DescribeUsers"] = [user(Authentication={"Type": other})]
    result = run_user(authentication=authentication, password_secret=SECRET)

    assert aws.sent("ModifyUser") == [{"UserId": USER_ID, **sent}] and PASSWORD not in result.output
    assert result["diff"]["after"] == {"authentication": authentication}


def test_what_aws_writes_out_is_no_change(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUsers"] = [user(AccessString="on ~app:* resetchannels +@read")]

    assert not run_user(access_string="on ~app:* +@read")["changed"]
    assert run_user(access_string="on ~app:* +@write")["changed"]


def test_a_password_that_elasticache_refuses_is_not_shown(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUsers"] = [user()]
    version = {"VersionId": "a" * 36, "CreatedDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.answers["GetSecretValue"] = [{"SecretString": '{"password": "too-short"}', **version}]
    result = run_user(authentication="password", password_secret=SECRET)

    assert "is no auth token: allowed are 16 to 128" in result["msg"] and "too-short" not in result.output
    assert "ModifyUser" not in aws.operations


def test_a_group_that_is_busy_is_waited_for_and_changed(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUserGroups"] = [group("modifying", "a"), group("modifying", "a"), group("active", "a", "c")]
    result = run_group("b", "c")

    assert result["changed"] and len(aws.slept) == 1
    before = aws.operations[: aws.operations.index("ModifyUserGroup")]
    assert before.count("DescribeUserGroups") == 4, "it is waited for, and read again, before it is changed"
    assert aws.sent("ModifyUserGroup") == [{"UserGroupId": GROUP_ID, "UserIdsToAdd": ["b"], "UserIdsToRemove": ["a"]}]


def test_a_group_that_is_still_in_use_is_tried_again(aws: SimulatedAWS) -> None:
    aws.answers["DescribeUserGroups"] = [group("active", "a"), group("deleting"), error("UserGroupNotFound")]
    aws.answers["DeleteUserGroup"] = [error("InvalidUserGroupState"), {}]

    assert run_group(state="absent")["changed"] and aws.operations.count("DeleteUserGroup") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"user_name": "two words"}, "user_name is 'two words': allowed is a name without spaces"),
        ({"access_string": " "}, "access_string is ' ': allowed is an access string"),
        ({"authentication": "password"}, "authentication is 'password': allowed is it with password_secret"),
        ({"authentication": "iam", "user_name": "other"}, "allowed with authentication iam is the user_id"),
        ({"password_secret": "a b"}, "password_secret is 'a b': allowed is the name of a secret"),
        ({"wait_timeout": 0}, "wait_timeout is 0: allowed is 1 to 86400 seconds"),
    ],
)
def test_bad_options_of_a_user_are_refused_before_any_call(
    aws: SimulatedAWS, options: dict[str, Any], message: str
) -> None:
    result = run_user(**options)

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_awss_own_user_is_left_alone(aws: SimulatedAWS) -> None:
    result = run_module("elasticache_user", **CONNECTION, user_id="default", state="absent")

    assert "user_id is 'default': that user belongs to AWS" in result["msg"] and result.calls == []


@pytest.mark.parametrize(
    ("users", "message"), [((), "user_ids is []: allowed is at least one"), (("a--b",), "user_ids is 'a--b'")]
)
def test_bad_users_of_a_group_are_refused_before_any_call(
    aws: SimulatedAWS, users: tuple[str, ...], message: str
) -> None:
    result = run_group(*users)

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_the_password_of_a_user_is_rotated_with_both_valid_in_between(aws: SimulatedAWS) -> None:
    first, second = "a" * 36, "b" * 36
    stages = {first: ["AWSCURRENT"]}
    aws.answers |= {
        "DescribeSecret": [{"ARN": "arn", "Name": SECRET, "VersionIdsToStages": stages}],
        "DescribeUsers": [user(Authentication={"Type": "password", "PasswordCount": 1})],
        "GetRandomPassword": [{"RandomPassword": "theNextOne"}],
        "PutSecretValue": [{"VersionId": second}],
        "UpdateSecretVersionStage": [{}],
    }
    result = run_module("elasticache_rotation", **CONNECTION, user_id=USER_ID, secret=SECRET)

    passwords = [request["Passwords"] for request in aws.sent("ModifyUser")]
    assert passwords == [[PASSWORD, "theNextOne"], ["theNextOne"]] and result["rotation"]["version_id"] == second
    writes = [name for name in aws.operations if not name.startswith(("Describe", "Get"))]
    assert writes == [
        "PutSecretValue",
        "ModifyUser",
        "UpdateSecretVersionStage",
        "ModifyUser",
        "UpdateSecretVersionStage",
    ]
    assert PASSWORD not in result.output and "theNextOne" not in result.output


def test_a_user_without_a_password_has_none_to_rotate(aws: SimulatedAWS) -> None:
    aws.answers |= {"DescribeSecret": [{"ARN": "arn", "Name": SECRET}], "DescribeUsers": [user()]}
    result = run_module("elasticache_rotation", **CONNECTION, user_id=USER_ID, secret=SECRET)

    assert f"user {USER_ID} does not log in by password" in result["msg"]
