"""iam_role against MiniStack and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "iam_role"
LOGS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}]}
READ = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": "arn:aws:sqs:*:*:q"}
    ],
}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture(params=["account", "moto_account"])
def any_account(request: pytest.FixtureRequest) -> Account:
    return request.getfixturevalue(request.param)


def options(thing: str, **more: Any) -> dict[str, Any]:
    wish = {
        "name": f"iot-{thing}-role-dev",
        "description": "What iot-query-dev may do",
        "service": "lambda.amazonaws.com",
        "policies": {"logs": LOGS, "queue": READ},
        "tags": {"Environment": "dev"},
    }
    return {**wish, **more}


def managed(account: Account, name: str) -> str:
    """A managed policy of the account's own: moto does not have those of AWS."""
    policy = account.client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(LOGS))
    return policy["Policy"]["Arn"]


def inline(account: Account, name: str) -> dict[str, Any]:
    iam = account.client("iam")
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return {policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names}


def attached(account: Account, name: str) -> list[str]:
    answer = account.client("iam").list_attached_role_policies(RoleName=name)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def test_is_created_once(any_account: Account) -> None:
    arn = managed(any_account, "iot-once")
    wish = options("once", managed_policy_arns=[arn])
    planned = any_account.run(MODULE, check_mode=True, **wish)
    first = any_account.run(MODULE, **wish)
    second = any_account.run(MODULE, **wish)

    role = any_account.client("iam").get_role(RoleName=wish["name"])["Role"]
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert planned["changed"] and planned.calls == ["GetRole"] and planned["role"]["arn"] == "known-after-deploy"
    assert first["diff"] == planned["diff"] and first["diff"]["action"] == "create"
    assert first.writes == ["CreateRole", "PutRolePolicy", "PutRolePolicy", "AttachRolePolicy"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"} and statement["Action"] == "sts:AssumeRole"
    assert role["Description"] == wish["description"] and role["Tags"] == [{"Key": "Environment", "Value": "dev"}]
    assert inline(any_account, wish["name"]) == wish["policies"] and attached(any_account, wish["name"]) == [arn]
    assert not second["changed"] and second["role"] == first["role"] and second["role"]["arn"] == role["Arn"]
    reads = ["GetRole", "ListRolePolicies", "GetRolePolicy", "GetRolePolicy", "ListAttachedRolePolicies"]
    assert second.calls == reads and second["role"]["role_id"] == role["RoleId"]


def test_what_differs_is_changed(any_account: Account) -> None:
    old, arn = managed(any_account, "iot-changed-old"), managed(any_account, "iot-changed-new")
    wish = options("changed", managed_policy_arns=[old])
    any_account.run(MODULE, **wish)
    wider = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    new = {
        **wish,
        "description": "More",
        "max_session_duration": 7200,
        "service": "events.amazonaws.com",
        "policies": {"logs": wider, "more": READ},
        "managed_policy_arns": [arn],
        "tags": {"Project": "iot"},
    }
    planned = any_account.run(MODULE, check_mode=True, **new)
    result = any_account.run(MODULE, **new)
    again = any_account.run(MODULE, **new)

    assert planned.writes == [] and planned["diff"] == result["diff"]
    assert result.writes == [
        "UpdateRole",
        "UpdateAssumeRolePolicy",
        "UntagRole",
        "TagRole",
        "PutRolePolicy",
        "PutRolePolicy",
        "DeleteRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
    ]
    role = any_account.client("iam").get_role(RoleName=wish["name"])["Role"]
    assert role["Description"] == "More" and role["MaxSessionDuration"] == 7200
    assert inline(any_account, wish["name"]) == new["policies"] and attached(any_account, wish["name"]) == [arn]
    assert not again["changed"] and again.writes == []


def test_policies_are_compared_by_meaning(any_account: Account) -> None:
    wish = options("meaning")
    any_account.run(MODULE, **wish)
    same = {"Statement": {"Resource": ["*"], "Action": "logs:PutLogEvents", "Effect": "Allow"}, "Version": "2012-10-17"}
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Action": ["sts:AssumeRole"],
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com"]},
        },
    }
    new = {key: value for key, value in wish.items() if key != "service"}
    result = any_account.run(MODULE, **{**new, "policies": {"logs": same, "queue": READ}, "assume_role_policy": trust})

    assert not result["changed"] and result.writes == []


def test_policies_that_are_not_given_are_left_alone(account: Account) -> None:
    wish = options("alone", managed_policy_arns=[BASIC])
    account.run(MODULE, **wish)
    result = account.run(MODULE, name=wish["name"], service="lambda.amazonaws.com")

    assert not result["changed"] and result.calls == ["GetRole"]
    assert set(inline(account, wish["name"])) == {"logs", "queue"} and attached(account, wish["name"]) == [BASIC]


def test_the_permissions_boundary_is_set_and_removed(any_account: Account) -> None:
    iam = any_account.client("iam")
    boundary = iam.create_policy(PolicyName="iot-boundary", PolicyDocument=json.dumps(LOGS))["Policy"]["Arn"]
    wish = options("bounded")
    any_account.run(MODULE, **wish)
    put = any_account.run(MODULE, **wish, permissions_boundary=boundary)
    again = any_account.run(MODULE, **wish, permissions_boundary=boundary)
    removed = any_account.run(MODULE, **wish, permissions_boundary="")

    assert put.writes == ["PutRolePermissionsBoundary"] and not again["changed"]
    assert removed.writes == ["DeleteRolePermissionsBoundary"]
    assert "PermissionsBoundary" not in iam.get_role(RoleName=wish["name"])["Role"]


def test_the_path_cannot_be_changed(account: Account) -> None:
    account.run(MODULE, **options("path"))
    message = account.fail(MODULE, **options("path"), path="/iot/")

    assert "cannot be changed in place" in message and "path is '/' on AWS and '/iot/' is wanted" in message


def test_removal_is_repeatable(any_account: Account) -> None:
    wish = options("removed", managed_policy_arns=[managed(any_account, "iot-removed")])
    any_account.run(MODULE, **wish)
    planned = any_account.run(MODULE, check_mode=True, name=wish["name"], state="absent")
    first = any_account.run(MODULE, name=wish["name"], state="absent")
    second = any_account.run(MODULE, name=wish["name"], state="absent")

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRolePolicy", "DeleteRole"]
    assert not second["changed"] and second.calls == ["GetRole"]
    assert wish["name"] not in [role["RoleName"] for role in any_account.client("iam").list_roles()["Roles"]]


def test_a_role_in_an_instance_profile_is_kept(any_account: Account) -> None:
    wish, iam = options("profile"), any_account.client("iam")
    any_account.run(MODULE, **wish)
    iam.create_instance_profile(InstanceProfileName="iot-servers")
    iam.add_role_to_instance_profile(InstanceProfileName="iot-servers", RoleName=wish["name"])
    result = any_account.try_run(MODULE, name=wish["name"], state="absent")

    assert result["failed"] and "is in the instance profile iot-servers" in result["msg"] and result.writes == []
    assert set(inline(any_account, wish["name"])) == {"logs", "queue"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"name": "a b"}, "name is 'a b': allowed is 1 to 64 letters"),
        ({"name": "a" * 65}, "allowed is 1 to 64 letters"),
        ({"path": "iot"}, "path is 'iot': allowed is /, or a path such as /iot/"),
        ({"service": "lambda"}, "service is 'lambda': allowed is a service such as lambda.amazonaws.com"),
        ({"policies": {"a b": LOGS}}, "policies has a name that is 'a b'"),
        ({"policies": {"a": "text"}}, "policies['a'] is 'text': allowed is a policy document"),
        (
            {"policies": {"a": {"Statement": [{"Resource": "x" * 11000}]}}},
            "characters: allowed are 10240 for all of them together",
        ),
        ({"managed_policy_arns": ["AWSLambdaExecute"]}, "managed_policy_arns has one that is 'AWSLambdaExecute'"),
        ({"managed_policy_arns": [f"{BASIC}{n}" for n in range(21)]}, "managed_policy_arns has 21 policies"),
        ({"permissions_boundary": "x"}, "permissions_boundary is 'x': allowed is the ARN of a managed policy"),
        ({"max_session_duration": 60}, "max_session_duration is 60: allowed is 3600 to 43200 seconds"),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
        ({"service": None}, "any of the following are missing: assume_role_policy, service"),
        ({"assume_role_policy": {"Statement": []}, "service": None}, "assume_role_policy is {'Statement': []}"),
        ({"assume_role_policy": LOGS}, "mutually exclusive"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, more: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{k: v for k, v in options("bad", **more).items() if v is not None})

    assert result["failed"] and message in result["msg"] and result.calls == []
