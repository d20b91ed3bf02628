"""iam_role with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-query-role-dev"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
LOGS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}
ROLE = {
    "RoleName": NAME,
    "Arn": f"arn:aws:iam::123456789012:role/{NAME}",
    "RoleId": "AROA1",
    "Path": "/",
    "AssumeRolePolicyDocument": TRUST,
}
MISSING = error("NoSuchEntity", "cannot be found", 404)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def run(**options: Any) -> ModuleResult:
    return run_module("iam_role", name=NAME, **CONNECTION, **{"service": "lambda.amazonaws.com", **options})


def test_a_role_made_meanwhile_is_taken_over(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetRole": [MISSING, {"Role": ROLE}],
        "CreateRole": [error("EntityAlreadyExists", "exists", 409)],
        "ListRolePolicies": [{"PolicyNames": []}],
        "PutRolePolicy": [{}],
    }
    result = run(policies={"logs": LOGS})

    assert result["changed"] and result["role"]["arn"] == ROLE["Arn"]
    assert aws.operations == ["GetRole", "CreateRole", "GetRole", "ListRolePolicies", "PutRolePolicy"]


def test_nothing_asked_for_is_no_difference_of_a_new_role(aws: SimulatedAWS) -> None:
    aws.answers = {"GetRole": [MISSING]}
    result = run(policies={}, managed_policy_arns=[], description="", tags={}, check_mode=True)

    assert set(result["diff"]["after"]) == {"name", "assume_role_policy"}


def test_a_new_role_that_iam_does_not_know_everywhere_is_tried_again(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetRole": [MISSING],
        "CreateRole": [{"Role": ROLE}],
        "PutRolePolicy": [MISSING, MISSING, {}],
    }
    result = run(policies={"logs": LOGS})

    assert result["changed"] and aws.operations.count("PutRolePolicy") == 3


def test_a_managed_policy_that_does_not_exist_ends_in_one_sentence(aws: SimulatedAWS) -> None:
    arn = "arn:aws:iam::aws:policy/NotThere"
    aws.answers = {
        "GetRole": [{"Role": ROLE}],
        "ListAttachedRolePolicies": [{"AttachedPolicies": []}],
        "AttachRolePolicy": [error("NoSuchEntity", f"Policy {arn} does not exist", 404)],
    }
    result = run(managed_policy_arns=[arn])

    assert result["failed"] and f"Failed to attach {arn} to the role: NoSuchEntity: Policy {arn}" in result["msg"]
    assert len(aws.sent("AttachRolePolicy")) == 5 and sum(aws.slept) < 60


def test_a_malformed_policy_ends_in_one_sentence(aws: SimulatedAWS) -> None:
    malformed = error("MalformedPolicyDocument", "Syntax errors in policy.")
    aws.answers = {
        "GetRole": [{"Role": ROLE}],
        "ListRolePolicies": [{"PolicyNames": []}],
        "PutRolePolicy": [malformed],
    }
    result = run(policies={"logs": LOGS})

    assert result["msg"] == "Failed to set policy logs in the role: MalformedPolicyDocument: Syntax errors in policy."
    assert result["error"]["code"] == "MalformedPolicyDocument" and "Traceback" not in result.output


def test_a_change_of_the_same_role_elsewhere_is_waited_for(aws: SimulatedAWS) -> None:
    busy = error("ConcurrentModification", "try again", 409)
    aws.answers = {"GetRole": [{"Role": ROLE}], "UpdateRole": [busy, {}]}
    result = run(description="new")

    assert result["changed"] and aws.operations.count("UpdateRole") == 2


def test_removal_passes_when_parts_are_gone_already(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetRole": [{"Role": ROLE}],
        "ListRolePolicies": [{"PolicyNames": ["logs"]}],
        "GetRolePolicy": [{"PolicyDocument": LOGS}],
        "ListAttachedRolePolicies": [
            {
                "AttachedPolicies": [
                    {"PolicyArn": "arn:aws:iam::aws:policy/AWSLambdaExecute", "PolicyName": "AWSLambdaExecute"}
                ]
            }
        ],
        "ListInstanceProfilesForRole": [{"InstanceProfiles": []}],
        "DetachRolePolicy": [MISSING],
        "DeleteRolePolicy": [MISSING],
        "DeleteRole": [MISSING],
    }
    result = run(state="absent")

    assert result["changed"] and result["role"] == {}
