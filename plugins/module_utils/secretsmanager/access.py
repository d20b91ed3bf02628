# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A resource policy that lets named principals alone read and replace a secret's value; pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Says that the policy of a secret is ours: DescribeSecret tells tags, but no policy.
TAG = "AccessRestricted"
# Who may change the policy is left to IAM, so that nobody can be locked out for good.
ACTIONS = ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
PRINCIPAL = r"arn:(aws[a-z-]*|\{partition\}):(iam|sts)::(\d{12}|\{account_id\}):(root|(role|user|federated-user)/.+)"
PRINCIPAL_IN_WORDS = (
    "the ARN of a role or user, such as arn:aws:iam::123456789012:role/readers, where * and ? stand for any text"
)


def build_restriction(principals: Iterable[str], caller: str) -> dict[str, Any]:
    """The policy that denies the value to all but these principals and the caller, whom it must never lock out.

    :arg principals: their ARNs, with ``*`` and ``?`` for any text
    :arg caller: the ARN as STS tells it
    """
    named, own = sorted(set(principals)), patterns_of(caller)
    allowed = named if any(is_like(like, caller_of(caller)) for like in named) else sorted({*named, *own})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyAllButNamed",
                "Effect": "Deny",
                "Principal": "*",
                "Action": [f"secretsmanager:{action}" for action in ACTIONS],
                "Resource": "*",
                "Condition": {"StringNotLike": {"aws:PrincipalArn": allowed}},
            }
        ],
    }


def caller_of(arn: str) -> str:
    """Whom ``aws:PrincipalArn`` names when this caller calls: of a role's session, the role, without its path.

    >>> caller_of("arn:aws:sts::123456789012:assumed-role/deploy/ci")
    'arn:aws:iam::123456789012:role/deploy'
    """
    session = re.fullmatch(r"(arn:[^:]+):sts::(\d+):assumed-role/([^/]+)/.*", arn)
    return f"{session[1]}:iam::{session[2]}:role/{session[3]}" if session else arn


def patterns_of(arn: str) -> list[str]:
    """What ``aws:PrincipalArn`` of this caller is like: a session's ARN does not tell the path of its role."""
    role = caller_of(arn)
    return [role] if role == arn else [role, role.replace(":role/", ":role/*/")]


def is_like(pattern: str, arn: str) -> bool:
    """Whether IAM's StringLike holds."""
    parts = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(parts.get(one, re.escape(one)) for one in pattern), arn))


def mark_tags(
    tags: Mapping[str, str] | None, current: Mapping[str, str], restricted: bool | None
) -> dict[str, str] | None:
    """The tags to have, of which one says that access is restricted.

    :arg tags: what they are to be without it; None leaves them alone
    :arg restricted: None leaves the mark alone too
    """
    if tags is None and restricted in (None, TAG in current):
        return None
    marked = TAG in current if restricted is None else restricted
    plain = {key: value for key, value in (current if tags is None else tags).items() if key != TAG}
    return {**plain, TAG: "true"} if marked else plain
