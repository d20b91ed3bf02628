"""secretsmanager.access: who may read a secret."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager import access

ROLE = "arn:aws:iam::123456789012:role"
SESSION = "arn:aws:sts::123456789012:assumed-role/deploy/ci"


def allowed(principals: list[str], caller: str) -> list[str]:
    (statement,) = access.build_restriction(principals, caller)["Statement"]
    return statement["Condition"]["StringNotLike"]["aws:PrincipalArn"]


@pytest.mark.parametrize(
    ("caller", "patterns"),
    [
        (SESSION, [f"{ROLE}/*/deploy", f"{ROLE}/deploy"]),
        ("arn:aws:iam::123456789012:user/people/ann", ["arn:aws:iam::123456789012:user/people/ann"]),
        ("arn:aws:iam::123456789012:root", ["arn:aws:iam::123456789012:root"]),
    ],
)
def test_the_caller_is_never_locked_out(caller: str, patterns: list[str]) -> None:
    assert allowed([], caller) == patterns


@pytest.mark.parametrize("named", [f"{ROLE}/deploy", f"{ROLE}/dep*", f"{ROLE}/deplo?"])
def test_a_caller_that_is_named_already_is_not_added(named: str) -> None:
    assert allowed([named, f"{ROLE}/a"], SESSION) == [f"{ROLE}/a", named]


def test_a_name_is_no_regular_expression() -> None:
    assert not access.is_like(f"{ROLE}/d.ploy", f"{ROLE}/deploy")


@pytest.mark.parametrize(
    ("tags", "current", "restricted", "wanted"),
    [
        (None, {"A": "1"}, None, None),
        ({"A": "1"}, {}, None, {"A": "1"}),
        ({"A": "1"}, {"AccessRestricted": "true"}, None, {"A": "1", "AccessRestricted": "true"}),
        ({"A": "1"}, {}, True, {"A": "1", "AccessRestricted": "true"}),
        (None, {"A": "1"}, True, {"A": "1", "AccessRestricted": "true"}),
        (None, {"A": "1", "AccessRestricted": "true"}, True, None),
        (None, {"A": "1", "AccessRestricted": "true"}, False, {"A": "1"}),
        ({"A": "1", "AccessRestricted": "true"}, {}, False, {"A": "1"}),
    ],
)
def test_a_tag_tells_that_the_policy_is_ours(
    tags: dict[str, str] | None, current: dict[str, str], restricted: bool | None, wanted: dict[str, str] | None
) -> None:
    assert access.mark_tags(tags, current, restricted) == wanted
