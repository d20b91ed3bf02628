#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: events_rule
version_added: 0.2.0
short_description: Manage a rule of Amazon EventBridge that calls a Lambda function on a schedule or at events
description:
  - Creates, changes and deletes a rule on the default event bus, with one Lambda function as its target, or none.
  - The function must also allow EventBridge to call it, with the rule's ARN as the source. That is not done here.
options:
  state:
    description: Whether the rule should exist. Its targets are removed with it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name of the rule, 1 to 64 letters, digits and C(._-). AWS cannot change it.
    type: str
    required: true
  schedule_expression:
    description:
      - When the function is called, in UTC. With O(state=present), either this or O(event_pattern) is required.
      - V(rate(5 minutes\)), also with hours and days; the singular for 1, as in V(rate(1 hour\)).
      - V(cron(0 3 * * ? *\)), the fields being minutes, hours, day of month, month, day of week and year; one of the two
        fields for days is V(?).
      - A rule of this name that matches events loses its event pattern.
    type: str
  event_pattern:
    description:
      - The events that the rule matches, as EventBridge's "Event patterns" says, up to 4096 characters as JSON. CloudWatch counts them as
        C(TriggeredRules), also without a target.
      - A rule of this name that has a schedule loses it.
    type: dict
  description:
    description: What the rule is for, up to 512 characters. An empty string removes it.
    type: str
  enabled:
    description: Whether the rule calls its function.
    type: bool
    default: true
  target_arn:
    description:
      - The ARN of the function, of one of its versions or of an alias. Other targets of the rule are removed.
      - Left out, the targets stay as they are.
      - In check mode, C(known-after-deploy) stands for a function that is still to be made.
    type: str
  target_id:
    description: The ID of the target in the rule, 1 to 64 letters, digits and C(._-). By default O(name).
    type: str
  input:
    description:
      - What the function gets, up to 8192 characters as JSON. Without it the function gets the event itself.
      - It is shown in the diff, and is no place for secrets.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Call the maintenance function every night
  iot.sensor_stack.events_rule:
    name: iot-maintain-dev
    description: Makes and drops partitions of the readings
    schedule_expression: cron(0 3 * * ? *)
    target_arn: arn:aws:lambda:ca-central-1:123456789012:function:iot-maintain-dev
    input:
      action: partitions
    tags:
      Environment: dev

- name: Have CloudWatch count the rotations that failed
  iot.sensor_stack.events_rule:
    name: iot-rotation-failed-dev
    event_pattern:
      source: [aws.secretsmanager]
      detail:
        eventName: [RotationFailed]

- name: Remove the rule
  iot.sensor_stack.events_rule:
    name: iot-maintain-dev
    state: absent
"""

RETURN = r"""
rule:
  description: The rule after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-maintain-dev
    arn:
      description: Its ARN; C(known-after-deploy) in check mode for a rule that does not exist yet.
      type: str
      sample: arn:aws:events:ca-central-1:123456789012:rule/iot-maintain-dev
    event_pattern:
      description: The events that it matches; empty with a schedule.
      type: dict
      sample: {}
    schedule_expression:
      description: When its function is called; empty with an event pattern.
      type: str
      sample: cron(0 3 * * ? *)
    description:
      description: Its description.
      type: str
      sample: Makes and drops partitions of the readings
    enabled:
      description: Whether it calls its function.
      type: bool
      sample: true
    role_arn:
      description: The role it has, if somebody gave it one; empty otherwise.
      type: str
      sample: ""
    targets:
      description: Its targets, with what AWS tells of each.
      type: list
      elements: dict
      sample:
        - id: iot-maintain-dev
          arn: arn:aws:lambda:ca-central-1:123456789012:function:iot-maintain-dev
          input: {"action": "partitions"}
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.events import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.rules import (
    NOTHING,
    RULE_FIELDS,
    check_rule,
    rule_request,
    rule_to_dict,
    target_steps,
    target_wanted,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against EventBridge's limits."""
    return check_rule(params)


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The rule as it is with its targets and tags, or None."""
    rule = api.describe_rule(client, name)
    if rule is None:
        return None
    return rule_to_dict(rule, api.list_targets(client, name), api.list_tags(client, rule["Arn"]))


def build_wanted(params: dict[str, Any], current: dict[str, Any]) -> dict[str, Any]:
    """The fields as they should be, without those that stay."""
    wanted = {
        "schedule_expression": params["schedule_expression"] or "",
        "event_pattern": params["event_pattern"] or {},
        "description": params["description"],
        "enabled": params["enabled"],
        "targets": target_wanted(params),
        "tags": merge_tags(current["tags"], params["tags"], params["purge_tags"]),
    }
    return {field: value for field, value in wanted.items() if value is not None}


def plan(params: dict[str, Any], current: dict[str, Any] | None) -> tuple[dict[str, Any], Changes]:
    """The fields as they should be, and what has to change."""
    wanted = build_wanted(params, current or NOTHING)
    changes = build_changes(current or NOTHING, wanted)
    return wanted, changes if current else {field: Change(None, change.after) for field, change in changes.items()}


def apply(client: Any, current: dict[str, Any] | None, after: dict[str, Any], changes: Changes) -> str:
    """Make the changes; returns the rule's ARN.

    :arg after: the rule as it should be
    """
    name, arn = after["name"], after["arn"]
    if current is None:
        arn = api.put_rule(client, **rule_request(after, after["tags"]))
    elif any(field in changes for field in RULE_FIELDS):
        api.put_rule(client, **rule_request(after))
    if "targets" in changes:
        remove, put = target_steps(changes["targets"].before or [], changes["targets"].after)
        # The new target first, so that no call of the schedule is missed; a rule has up to 5.
        if put:
            api.put_targets(client, name, put)
        if remove:
            api.remove_targets(client, name, remove)
    if current is not None:
        apply_entries(changes.get("tags"), partial(api.untag_rule, client, arn), partial(api.tag_rule, client, arn))
    return arn


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the rule."""
    name = module.params["name"]
    current = read_current(client, name)
    wanted, changes = plan(module.params, current)
    diff = build_diff(changes, f"rule {name}", present_action(current))
    planned = {"name": name, "arn": KNOWN_AFTER_DEPLOY, "role_arn": "", **NOTHING}
    after = {**(current or planned), **wanted}
    if changes and not module.check_mode:
        after["arn"] = apply(client, current, after, changes)
    return {"changed": bool(changes), "diff": diff, "rule": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove the targets, then delete the rule."""
    name = module.params["name"]
    current = read_current(client, name)
    changes = build_removal(current or {})
    if current and not module.check_mode:
        if current["targets"]:
            api.remove_targets(client, name, [target["id"] for target in current["targets"]])
        api.delete_rule(client, name)
    return {"changed": bool(changes), "diff": build_diff(changes, f"rule {name}", "remove"), "rule": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "schedule_expression": {"type": "str"},
            "event_pattern": {"type": "dict"},
            "description": {"type": "str"},
            "enabled": {"type": "bool", "default": True},
            "target_arn": {"type": "str"},
            "target_id": {"type": "str"},
            "input": {"type": "dict"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "events", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
