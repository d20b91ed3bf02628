# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The resource policy of a REST API: read as data, and built from address ranges and VPC endpoints; pure functions.

Source: "API Gateway resource policy examples" in the API Gateway developer guide. An allowing statement for everybody, and
one that denies for each restriction: a request is taken only when none of them denies it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.transformations import Policy, same_policy

# AWS stores the short form of a resource, "execute-api:/*", as the ARN that it stands for.
RESOURCE = "execute-api:/*"

# The statements that are built here, by which a policy of ours is known when it is no longer wanted.
ALLOW, DENY_ADDRESSES, DENY_ENDPOINTS = "AllowAll", "DenyOtherAddresses", "DenyOtherVpcEndpoints"


def read_policy(text: str | None, api_id: str) -> Policy:
    """The policy of GetRestApi as data, empty for none, with resources in their short form.

    AWS answers with its quotes escaped, as text inside of text.
    """
    if not text:
        return {}
    short = re.sub(rf"arn:[^:\"]+:execute-api:[^:\"]*:[^:\"]*:{re.escape(api_id)}(?=/)", "execute-api:", text)
    try:
        return json.loads(short)
    except ValueError:
        return json.loads(json.loads(f'"{short}"'))


def build_policy(endpoint_type: str, vpc_endpoint_ids: list[str], allowed_cidrs: list[str]) -> Policy:
    """The policy that keeps out whoever does not come from these ranges and endpoints; empty without either."""
    address = "aws:VpcSourceIp" if endpoint_type == "PRIVATE" else "aws:SourceIp"
    denied = [
        _statement(DENY_ADDRESSES, "Deny", {"NotIpAddress": {address: allowed_cidrs}}) if allowed_cidrs else None,
        _statement(DENY_ENDPOINTS, "Deny", {"StringNotEquals": {"aws:SourceVpce": vpc_endpoint_ids}})
        if vpc_endpoint_ids
        else None,
    ]
    restrictions = [statement for statement in denied if statement]
    if not restrictions:
        return {}
    return {"Version": "2012-10-17", "Statement": [_statement(ALLOW, "Allow"), *restrictions]}


def _statement(sid: str, effect: str, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement = {
        "Sid": sid,
        "Effect": effect,
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": RESOURCE,
    }
    return {**statement, "Condition": condition} if condition else statement


def is_built(policy: Policy) -> bool:
    """Whether all statements of a policy are of the kind that is built here."""
    statements = policy.get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return bool(listed) and {statement.get("Sid") for statement in listed} <= {ALLOW, DENY_ADDRESSES, DENY_ENDPOINTS}


def wanted_policy(params: dict[str, Any], current: Policy) -> Policy | None:
    """The policy as it should be, in AWS's words where it means the same; None leaves it alone, empty is none.

    A policy that somebody else wrote is never taken away because restrictions are no longer wanted: that would open the API.
    """
    if params["policy"] is not None:
        return same_policy(params["policy"], current)
    if params["allowed_cidrs"] is None:
        return None
    built = build_policy(params["endpoint_type"], params["vpc_endpoint_ids"] or [], params["allowed_cidrs"])
    if built:
        return same_policy(built, current)
    return {} if is_built(current) else None
