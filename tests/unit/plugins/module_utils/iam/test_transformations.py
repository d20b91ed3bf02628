"""Between IAM's answers and the module's options."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.transformations import (
    role_to_dict,
    same_policies,
    same_policy,
    trust_of_service,
)

ONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:B"], "Resource": "*"}]}
SAME = {"Version": "2012-10-17", "Statement": {"Resource": ["*"], "Action": "a:B", "Effect": "Allow"}}
OTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a:C", "Resource": "*"}]}


def test_what_aws_leaves_out_has_its_meaning() -> None:
    role = role_to_dict({"RoleName": "r", "Arn": "arn:r", "RoleId": "A", "Path": "/"})

    assert role["description"] == "" and role["permissions_boundary"] == "" and role["tags"] == {}
    assert role["max_session_duration"] == 3600


def test_a_policy_of_the_same_meaning_stays_as_it_is() -> None:
    assert same_policy(SAME, ONE) is ONE and same_policy(OTHER, ONE) is OTHER
    assert same_policy(None, ONE) is None and same_policy(ONE, None) is ONE and same_policy(ONE, {}) is ONE


def test_policies_are_compared_one_by_one() -> None:
    assert same_policies({"a": SAME, "b": OTHER}, {"a": ONE, "b": ONE, "c": ONE}) == {"a": ONE, "b": OTHER}
    assert same_policies({}, {"a": ONE}) == {} and same_policies(None, {"a": ONE}) is None


def test_a_service_is_trusted_and_nobody_else() -> None:
    statement = trust_of_service("lambda.amazonaws.com")["Statement"]

    assert statement == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]
