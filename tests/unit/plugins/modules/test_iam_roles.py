"""iam_roles with simulated AWS answers; what one role is like is tested with iam_role."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAMES = ["iot-ingest-role-dev", "iot-query-role-dev", "iot-migrate-role-dev"]
NEW, SAME, OTHER = NAMES
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
WISH = {"service": "lambda.amazonaws.com", "description": "Of a function"}
MISSING = error("NoSuchEntity", "cannot be found", 404)


def role(name: str, description: str = "Of a function") -> dict[str, Any]:
    """An answer of GetRole and CreateRole."""
    arn = f"arn:aws:iam::123456789012:role/{name}"
    known = {"RoleName": name, "Arn": arn, "RoleId": "AROA1", "Path": "/", "AssumeRolePolicyDocument": TRUST}
    return {"Role": {**known, "Description": description}}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    """An account with the second of the roles, and the third with another description."""
    simulated = SimulatedAWS(monkeypatch)
    found = {NEW: MISSING, SAME: role(SAME), OTHER: role(OTHER, "old")}
    simulated.answers = {
        "GetRole": [lambda request: found[request["RoleName"]]],
        "CreateRole": [lambda request: role(request["RoleName"])],
        "UpdateRole": [{}],
    }
    return simulated


def run(**options: Any) -> ModuleResult:
    return run_module(
        "iam_roles", **CONNECTION, **{"roles": [{"name": name} for name in NAMES], "defaults": WISH, **options}
    )


def test_each_is_created_left_or_changed(aws: SimulatedAWS) -> None:
    result = run()

    assert [(diff["after_header"], diff["action"]) for diff in result["diff"]] == [
        (f"role {NEW}", "create"),
        (f"role {OTHER}", "change"),
    ]
    assert [answer["arn"].split("/")[-1] for answer in result["roles"]] == NAMES
    assert [request["RoleName"] for request in aws.sent("CreateRole")] == [NEW]
    assert aws.sent("UpdateRole") == [{"RoleName": OTHER, "Description": "Of a function"}]


def test_those_that_are_as_they_should_be_are_left(aws: SimulatedAWS) -> None:
    result = run(roles=[{"name": SAME}, {"name": OTHER, "description": "old"}])

    assert not result["changed"] and result["diff"] == [] and set(aws.operations) == {"GetRole"}


def test_check_mode_says_the_same_and_writes_nothing(aws: SimulatedAWS) -> None:
    planned = run(check_mode=True)

    assert set(aws.operations) == {"GetRole"} and planned["roles"][0]["arn"] == "known-after-deploy"
    assert planned["diff"] == run()["diff"]


def test_all_are_removed(aws: SimulatedAWS) -> None:
    aws.answers |= {
        "ListRolePolicies": [{"PolicyNames": []}],
        "ListAttachedRolePolicies": [{"AttachedPolicies": []}],
        "ListInstanceProfilesForRole": [{"InstanceProfiles": []}],
        "DeleteRole": [{}],
    }
    result = run(state="absent", defaults={})

    assert result["roles"] == [{}, {}, {}] and [diff["action"] for diff in result["diff"]] == ["remove"] * 2
    assert sorted(request["RoleName"] for request in aws.sent("DeleteRole")) == sorted([SAME, OTHER])


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ([{"name": NEW}, {"name": SAME, "services": "x"}], f"roles['{SAME}']: unknown option services. Supported"),
        (
            [{"name": NEW, "max_session_duration": "long"}],
            f"roles['{NEW}']: argument 'max_session_duration' is of type str",
        ),
        ([{"name": NEW, "assume_role_policy": TRUST}], f"roles['{NEW}']: parameters are mutually exclusive"),
        ([{"name": SAME}, {"name": "a b"}], "roles['a b']: name is 'a b': allowed is 1 to 64 letters"),
        ([{"name": NEW}, {"name": NEW}], f"roles has '{NEW}' 2 times: allowed is once"),
    ],
)
def test_bad_entries_are_refused_before_the_first_call(
    aws: SimulatedAWS, roles: list[dict[str, Any]], said: str
) -> None:
    result = run(roles=roles)

    assert result["failed"] and said in result["msg"] and aws.operations == []


def test_a_role_needs_to_say_who_may_assume_it(aws: SimulatedAWS) -> None:
    result = run(defaults={}, roles=[{"name": NEW}])

    assert result["msg"] == (
        f"roles['{NEW}']: state is present but any of the following are missing: assume_role_policy, service"
    )


def test_one_that_fails_is_named_and_the_others_are_done(aws: SimulatedAWS) -> None:
    aws.answers["CreateRole"] = [error("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000.", 409)]
    result = run()

    assert result["msg"] == (
        f"roles['{NEW}']: Failed to create the role: LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000.; "
        f"done all the same: change role {OTHER}"
    )
    assert result["error"]["code"] == "LimitExceeded" and len(aws.sent("UpdateRole")) == 1
    assert [diff["after_header"] for diff in result["diff"]] == [f"role {OTHER}"]


def test_a_throttled_call_is_tried_again(aws: SimulatedAWS) -> None:
    aws.answers["UpdateRole"] = [error("Throttling"), error("Throttling"), {}]

    assert run()["changed"] and len(aws.sent("UpdateRole")) == 3
