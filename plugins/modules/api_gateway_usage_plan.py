#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_usage_plan
version_added: 0.1.0
short_description: Manage a usage plan of Amazon API Gateway
description:
  - Creates, changes and deletes a usage plan with its throttle, quota, stages and throttles of single methods.
  - A plan limits callers only where the method requires an API key, the stage is in the plan, and the key is in the plan,
    see M(iot.sensor_stack.api_gateway_api_key). The limits count for each key.
options:
  state:
    description: Whether the plan should exist. Before it is deleted, its stages are taken from it, as AWS asks.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the plan, 1 to 1024 characters, by which it is found.
      - AWS allows several plans of one name; two of them are an error that names their IDs.
    type: str
    required: true
  description:
    description: What the plan is for.
    type: str
  throttle:
    description:
      - How fast each key may call, over all methods. Leave it out to leave it alone; V({}) takes it away.
      - AWS applies the smaller of this and of what the account and the stage allow.
    type: dict
    suboptions:
      rate_limit:
        description: Requests per second in the long run, 0 and more.
        type: float
      burst_limit:
        description: Requests at once, 0 and more.
        type: int
  quota:
    description: How much each key may call. Leave it out to leave it alone; V({}) takes it away.
    type: dict
    suboptions:
      limit:
        description: Requests in a period, 1 and more. Goes with O(quota.period).
        type: int
      period:
        description: The period. Goes with O(quota.limit).
        type: str
        choices: [DAY, WEEK, MONTH]
      offset:
        description:
          - The day of the period on which it starts, counted from 0.
          - 0 with V(DAY), 0 to 6 with V(WEEK), 0 to 27 with V(MONTH). AWS takes 0 where it is not given.
        type: int
  api_stages:
    description: The stages that the plan covers. Leave it out to leave them alone.
    type: list
    elements: dict
    suboptions:
      rest_api_id:
        description: The ID of the REST API.
        type: str
        required: true
      stage:
        description: The name of the stage.
        type: str
        required: true
      throttle:
        description:
          - Limits of single methods, by path and method such as V(/sensor-data/POST).
          - Each value is a dict of C(rate_limit) (requests per second) and C(burst_limit) (requests).
          - Leave it out to leave them alone; V({}) takes all of them away.
        type: dict
  purge_api_stages:
    description: Whether stages that are not named in O(api_stages) leave the plan.
    type: bool
    default: true
  also_list:
    description: Beginnings of names. RV(also_listed) has the names of other plans that start with one of them, for no call more.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure a plan of 200 requests per second for each key
  iot.sensor_stack.api_gateway_usage_plan:
    name: iot-usage-plan-dev
    throttle:
      rate_limit: 200
      burst_limit: 400
    api_stages:
      - rest_api_id: a1b2c3d4e5
        stage: prod
        throttle:
          /sensor-data/POST:
            rate_limit: 100
            burst_limit: 200
    tags:
      Environment: dev

- name: Remove the plan
  iot.sensor_stack.api_gateway_usage_plan:
    name: iot-usage-plan-dev
    state: absent
"""

RETURN = r"""
usage_plan:
  description: The usage plan after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; absent in check mode for a plan that does not exist yet.
      type: str
      sample: u1v2w3
    name:
      description: Its name.
      type: str
      sample: iot-usage-plan-dev
    description:
      description: Its description.
      type: str
      sample: For the sensors
    throttle:
      description: Requests per second (C(rate_limit)) and at once (C(burst_limit)) for each key. Empty without a limit.
      type: dict
      sample: {"rate_limit": 200.0, "burst_limit": 400}
    quota:
      description: Its quota, in the form of the option. Empty without one.
      type: dict
      sample: {"limit": 100000, "period": "DAY", "offset": 0}
    api_stages:
      description: The stages it covers, in the form of the option, sorted.
      type: list
      elements: dict
      sample: [{"rest_api_id": "a1b2c3d4e5", "stage": "prod", "throttle": {}}]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
also_listed:
  description: The names of other plans that O(also_list) asks for, sorted.
  returned: with O(state=present)
  type: list
  elements: str
  sample: []
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, usage
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import (
    find_by_name,
    names_starting_with,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import (
    apply_tags,
    build_arn,
    confirm_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import check_usage_plan
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import (
    create_once,
    single_shot_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_tags


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits."""
    return check_usage_plan(params) + check_tags("tags", params["tags"])


def find(client: Any, name: str) -> dict[str, Any] | None:
    """The plan as AWS answers it, or None."""
    return find_by_name(api.get_usage_plans(client), name, "usage plan", "delete the others")


def read_current(client: Any, params: dict[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The plan as it is, or None."""
    found = find_by_name(listed, params["name"], "usage plan", "delete the others")
    if found is None:
        return None
    plan = usage.plan_to_dict(found)
    arn = build_arn(client, f"/usageplans/{plan['id']}")
    return {**plan, "tags": confirm_tags(client, arn, plan["tags"], params)}


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The plan as it should be; None leaves a field as it is."""
    tags = merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"])
    return {**usage.build_wanted_plan(params, current), "tags": tags}


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the plan; returns it."""
    single_shot, request = single_shot_client(module, "apigateway"), usage.create_plan_request(wanted)
    plan = create_once(
        lambda: api.create_usage_plan(single_shot, **request), lambda: find(client, module.params["name"])
    )
    return usage.plan_to_dict(plan)


def update(client: Any, plan_id: str, changes: Changes) -> None:
    """Change the plan and its tags."""
    operations = usage.build_plan_patches(changes)
    if operations:
        api.update_usage_plan(client, plan_id, operations)
    apply_tags(client, build_arn(client, f"/usageplans/{plan_id}"), changes)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the plan."""
    name = module.params["name"]
    listed = api.get_usage_plans(client)
    current = read_current(client, module.params, listed)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"usage plan {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            current = create(module, client, wanted)
        else:
            update(client, current["id"], changes)
    after = {**(current or {}), **{field: value for field, value in wanted.items() if value is not None}}
    others = names_starting_with(listed, name, module.params["also_list"])
    return {"changed": bool(changes), "diff": diff, "usage_plan": after, "also_listed": others}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the plan."""
    name = module.params["name"]
    found = find(client, name)
    current = usage.plan_to_dict(found) if found else None
    changes = build_removal(current or {})
    if current and not module.check_mode:
        operations = usage.detach_patches(current)
        if operations:
            api.update_usage_plan(client, current["id"], operations)
        api.delete_usage_plan(client, usagePlanId=current["id"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"usage plan {name}", "remove"), "usage_plan": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "throttle": {
                "type": "dict",
                "options": {"rate_limit": {"type": "float"}, "burst_limit": {"type": "int"}},
            },
            "quota": {
                "type": "dict",
                "options": {
                    "limit": {"type": "int"},
                    "period": {"type": "str", "choices": ["DAY", "WEEK", "MONTH"]},
                    "offset": {"type": "int"},
                },
            },
            "api_stages": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "rest_api_id": {"type": "str", "required": True},
                    "stage": {"type": "str", "required": True},
                    "throttle": {"type": "dict"},
                },
            },
            "purge_api_stages": {"type": "bool", "default": True},
            "also_list": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
