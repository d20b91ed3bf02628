# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who may invoke a function: the statements of its policy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, tag_calls
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_ import api

ACTION = "lambda:InvokeFunction"
REQUEST = {"principal": "Principal", "source_arn": "SourceArn", "source_account": "SourceAccount"}
CONDITIONS = {"aws:sourcearn": "source_arn", "aws:sourceaccount": "source_account"}

# Statement ID to what it allows.
Permissions = dict[str, dict[str, Any]]


def parse_policy(text: str | None) -> Permissions:
    """The statements of a function's policy in the form of the module's option.

    What the option cannot express is kept as it is, under names the option does not have, so that it counts as a difference.
    """
    statements = json.loads(text)["Statement"] if text else []
    return {statement["Sid"]: parse_statement(statement) for statement in statements}


def parse_statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What one statement allows."""
    allowed: dict[str, Any] = {"principal": parse_principal(statement.get("Principal"))}
    for operator, conditions in (statement.get("Condition") or {}).items():
        for key, value in conditions.items():
            allowed[CONDITIONS.get(key.lower(), f"{operator} {key}")] = value
    if statement.get("Action") != ACTION or statement.get("Effect") != "Allow":
        allowed |= {"action": statement.get("Action"), "effect": statement.get("Effect")}
    return allowed


def parse_principal(principal: Any) -> Any:
    """A principal as AddPermission takes it: a service, an ARN, or an account, which AWS turns into its root's ARN."""
    name = next(iter(principal.values())) if isinstance(principal, Mapping) and len(principal) == 1 else principal
    root = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):root", name) if isinstance(name, str) else None
    return root.group(1) if root else name


def build_permissions(option: Iterable[Mapping[str, Any]] | None) -> Permissions | None:
    """The module's option by statement ID."""
    if option is None:
        return None
    return {
        statement["statement_id"]: {
            field: parse_principal(statement[field]) for field in REQUEST if statement.get(field) is not None
        }
        for statement in option
    }


def apply_permissions(client: Any, name: str, change: Change | None) -> None:
    """Add, replace and remove statements; AWS cannot change one in place."""
    if change is None:
        return
    to_add, to_remove = tag_calls(change)
    for statement_id in [*to_remove, *(known for known in to_add if known in (change.before or {}))]:
        api.remove_permission(client, name, statement_id)
    for statement_id, allowed in change.after.items():
        if statement_id in to_add:
            add(client, name, statement_id, allowed)


def add(client: Any, name: str, statement_id: str, allowed: Mapping[str, Any]) -> None:
    """Add one statement, once: a call whose answer was lost comes back as a conflict with itself."""
    request = {"StatementId": statement_id, **{REQUEST[field]: value for field, value in allowed.items()}}
    try:
        api.add_permission(client, name, request)
    except AnsibleAWSError as error:
        conflict = explain(error)[1] == "ResourceConflictException"
        if not conflict or parse_policy(api.get_policy(client, name)).get(statement_id) != allowed:
            raise
