# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Rules between AWS's answers and the form of the module's options, and their limits; pure functions.

Sources: PutRule and PutTargets in the Amazon EventBridge API reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.schedules import check_schedule
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

NAME = r"[A-Za-z0-9._-]{1,64}"
NAME_IN_WORDS = "1 to 64 letters, digits and ._-"
FUNCTION_ARN = r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?"
MAX_INPUT = 8192
MAX_PATTERN = 4096
# What a rule that was just made has nothing of; an option that asks for nothing of it changes nothing.
NOTHING: dict[str, Any] = {
    "schedule_expression": "",
    "event_pattern": {},
    "description": "",
    "targets": [],
    "tags": {},
}
# The fields that PutRule sets, all of them at once.
RULE_FIELDS = ("schedule_expression", "event_pattern", "description", "enabled")


def check_rule(params: Mapping[str, Any]) -> list[str]:
    """Check all options of a rule."""
    arn, target_input = params["target_arn"], params["input"]
    problems = [
        *check_pattern("name", params["name"], NAME, NAME_IN_WORDS),
        *check_schedule("schedule_expression", params["schedule_expression"]),
        *check_length("description", params["description"], 0, 512),
        *check_pattern("target_id", params["target_id"], NAME, NAME_IN_WORDS),
        *check_tags("tags", params["tags"]),
    ]
    problems += check_occasion(params)
    if KNOWN_AFTER_DEPLOY not in (arn or ""):
        problems += check_pattern("target_arn", arn, FUNCTION_ARN, "the ARN of a Lambda function")
    if target_input is not None and len(json.dumps(target_input)) > MAX_INPUT:
        problems.append(f"input has {len(json.dumps(target_input))} characters as JSON: allowed are up to {MAX_INPUT}")
    given = [option for option in ("target_id", "input") if params[option] is not None]
    return problems + [f"{option} is given without target_arn: it is needed with it" for option in given if arn is None]


def check_occasion(params: Mapping[str, Any]) -> list[str]:
    """Check that a rule has one occasion, a schedule or events."""
    schedule, pattern = params["schedule_expression"], params["event_pattern"]
    if params["state"] == "present" and (schedule is None) == (not pattern):
        said = "neither of" if schedule is None else "both"
        return [f"{said} schedule_expression and event_pattern are given: allowed is one of them with state present"]
    if pattern and len(json.dumps(pattern)) > MAX_PATTERN:
        return [f"event_pattern has {len(json.dumps(pattern))} characters as JSON: allowed are up to {MAX_PATTERN}"]
    return []


def rule_to_dict(rule: dict[str, Any], targets: list[dict[str, Any]], tags: dict[str, str]) -> dict[str, Any]:
    """A rule in the form of the module's options and return values."""
    return {
        "name": rule["Name"],
        "arn": rule["Arn"],
        "schedule_expression": rule.get("ScheduleExpression") or "",
        "event_pattern": json.loads(rule.get("EventPattern") or "{}"),
        "description": rule.get("Description") or "",
        "enabled": rule.get("State") != "DISABLED",
        "role_arn": rule.get("RoleArn") or "",
        "targets": sorted((target_to_dict(target) for target in targets), key=lambda target: target["id"]),
        "tags": tags,
    }


def target_to_dict(target: dict[str, Any]) -> dict[str, Any]:
    """A target with all that AWS tells of it; its input as what the JSON means."""
    found = camel_dict_to_snake_dict({member: value for member, value in target.items() if member != "Input"})
    return {**found, "input": json.loads(target["Input"])} if target.get("Input") else found


def target_wanted(params: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The one target of the rule; None leaves the targets alone."""
    if params["target_arn"] is None:
        return None
    target = {"id": params["target_id"] or params["name"], "arn": params["target_arn"]}
    return [target if params["input"] is None else {**target, "input": params["input"]}]


def rule_request(rule: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The request of PutRule. AWS keeps nothing that is left out of it.

    :arg tags: the tags of a new rule
    """
    request = {
        "Name": rule["name"],
        "ScheduleExpression": rule["schedule_expression"],
        "EventPattern": json.dumps(rule["event_pattern"]) if rule["event_pattern"] else None,
        "State": "ENABLED" if rule["enabled"] else "DISABLED",
        "Description": rule.get("description"),
        "RoleArn": rule.get("role_arn"),
        "Tags": ansible_dict_to_boto3_tag_list(dict(tags or {})),
    }
    return {member: value for member, value in request.items() if value}


def target_steps(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The IDs of the targets to remove, and the targets to put, in AWS's form."""
    kept = {target["id"] for target in after}
    remove = [target["id"] for target in before if target["id"] not in kept]
    return remove, [target_request(target) for target in after if target not in before]


def target_request(target: Mapping[str, Any]) -> dict[str, str]:
    """A target in AWS's form."""
    request = {"Id": target["id"], "Arn": target["arn"]}
    return {**request, "Input": json.dumps(target["input"])} if "input" in target else request
