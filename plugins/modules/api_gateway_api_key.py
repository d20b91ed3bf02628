#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_api_key
version_added: 0.1.0
short_description: Manage an API key of Amazon API Gateway and the usage plans it is in
description:
  - Creates, changes and deletes an API key, and puts it into usage plans.
  - The limits of a usage plan count for each key, so give every client a key of its own.
options:
  state:
    description: Whether the key should exist. A deleted key leaves its usage plans.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the key, 1 to 1024 characters, by which it is found.
      - AWS allows several keys of one name; two of them are an error that names their IDs.
    type: str
    required: true
  description:
    description: Whose key it is.
    type: str
  enabled:
    description: Whether callers can use it.
    type: bool
    default: true
  value:
    description:
      - The key itself, 20 to 128 characters. Without it, AWS generates one, which is safer.
      - AWS cannot change it afterwards. When it differs from the key on AWS, the module fails.
    type: str
  show_value:
    description:
      - Whether the result has the key's value, a secret, in plain text. Otherwise the value is nowhere in the output.
      - It costs one more call. Use C(no_log) on the task where the output is kept.
    type: bool
    default: false
  usage_plan_ids:
    description:
      - The IDs of the usage plans the key is in. Leave it out to leave them alone.
      - AWS refuses two plans that cover the same stage.
    type: list
    elements: str
  purge_usage_plans:
    description: Whether the key leaves usage plans that are not named in O(usage_plan_ids).
    type: bool
    default: true
  also_list:
    description:
      - Beginnings of names. RV(also_listed) has the names of other keys that start with one of them, for no call more as long as they
        share their beginning with O(name).
    type: list
    elements: str
    default: []
notes:
  - Callers may get 403 for some seconds after a key was created or joined a plan.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the key of one client, in its plan
  iot.sensor_stack.api_gateway_api_key:
    name: iot-api-key-dev
    usage_plan_ids: ["{{ __plan.usage_plan.id }}"]
    tags:
      Environment: dev

- name: Block a client
  iot.sensor_stack.api_gateway_api_key:
    name: iot-api-key-dev
    enabled: false

- name: Remove the key
  iot.sensor_stack.api_gateway_api_key:
    name: iot-api-key-dev
    state: absent
"""

RETURN = r"""
api_key:
  description: The API key after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID, which is no secret; absent in check mode for a key that does not exist yet.
      type: str
      sample: k1l2m3n4o5
    name:
      description: Its name.
      type: str
      sample: iot-api-key-dev
    description:
      description: Its description.
      type: str
      sample: The sensors of building 7
    enabled:
      description: Whether callers can use it.
      type: bool
      sample: true
    usage_plan_ids:
      description: The usage plans it is in, sorted.
      returned: when O(usage_plan_ids) is given
      type: list
      elements: str
      sample: ["u1v2w3"]
    value:
      description: The key itself, a secret.
      returned: when O(show_value=true) and the key exists
      type: str
      sample: an-example-value-of-a-key
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
also_listed:
  description: The names of other keys that O(also_list) asks for, sorted.
  returned: with O(state=present)
  type: list
  elements: str
  sample: []
"""

from functools import partial
from os.path import commonprefix
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
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
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    REDACTED,
    Change,
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
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_tags,
)


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits. The value, a secret, is not repeated."""
    problems = check_length("name", params["name"], 1, 1024) + check_tags("tags", params["tags"])
    if params["value"] is not None and not 20 <= len(params["value"]) <= 128:
        problems.append(f"value has {len(params['value'])} characters: allowed are 20 to 128 characters")
    return problems


def find(client: Any, name: str) -> dict[str, Any] | None:
    """The key as AWS answers it, or None."""
    return find_by_name(api.get_api_keys(client, name), name, "API key", "delete the others")


def read_current(client: Any, params: dict[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The key as it is, without its value, or None."""
    found = find_by_name(listed, params["name"], "API key", "delete the others")
    if found is None:
        return None
    key = usage.key_to_dict(found)
    arn = build_arn(client, f"/apikeys/{key['id']}")
    return {
        **key,
        "tags": confirm_tags(client, arn, key["tags"], params),
        "usage_plan_ids": read_plans(client, key["id"], params["usage_plan_ids"], params["purge_usage_plans"]),
    }


def read_plans(client: Any, key_id: str, wanted: list[str] | None, purge: bool) -> list[str]:
    """The plans the key is in, of those that matter: all of them when purging, otherwise the wanted ones.

    Each is confirmed by GetUsagePlanKey, because not every endpoint heeds GetUsagePlans' filter by key.
    """
    if wanted is None:
        return []
    candidates = [plan["id"] for plan in api.get_usage_plans(client, keyId=key_id)] if purge else wanted
    return sorted(plan for plan in set(candidates) if api.get_usage_plan_key(client, plan, key_id))


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The key as it should be; None leaves a field as it is."""
    plans = params["usage_plan_ids"]
    return {
        "name": params["name"],
        "description": params["description"],
        "enabled": params["enabled"],
        "usage_plan_ids": None if plans is None else sorted(set(plans)),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def read_value(client: Any, key_id: str) -> str | None:
    """The key's value."""
    return (api.get_api_key_with_value(client, key_id) or {}).get("value")


def refuse_other_value(client: Any, params: dict[str, Any], key_id: str) -> None:
    """Fail when the key on AWS has another value, without saying which."""
    if params["value"] is not None and read_value(client, key_id) != params["value"]:
        raise AnsibleAWSError(
            message=f"API key {params['name']} cannot be changed in place. value differs from that on AWS: remove the "
            "key first, or make one of another name"
        )


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the key; returns it, without its value and in no plan yet."""
    single_shot = single_shot_client(module, "apigateway")
    fields = {field: wanted[field] for field in ("name", "description", "enabled", "tags")}
    request = drop_empty({**fields, "value": module.params["value"]})
    key = create_once(lambda: api.create_api_key(single_shot, **request), lambda: find(client, module.params["name"]))
    return {**usage.key_to_dict(key), "usage_plan_ids": []}


def update(client: Any, key_id: str, changes: Changes) -> None:
    """Change the key and its tags."""
    operations = usage.build_key_patches(changes)
    if operations:
        api.update_api_key(client, key_id, operations)
    apply_tags(client, build_arn(client, f"/apikeys/{key_id}"), changes)


def apply_plans(module: AnsibleAWSModule, client: Any, key_id: str, change: Change) -> None:
    """Leave and join plans; leaving first, since two plans of one key must not cover the same stage."""
    before, after = set(change.before or []), set(change.after)
    for plan in sorted(before - after) if module.params["purge_usage_plans"] else []:
        api.delete_usage_plan_key(client, usagePlanId=plan, keyId=key_id)
    single_shot = single_shot_client(module, "apigateway")
    for plan in sorted(after - before):
        create_once(
            partial(api.create_usage_plan_key, single_shot, plan, key_id),
            partial(api.get_usage_plan_key, client, plan, key_id),
        )


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the key."""
    params, name = module.params, module.params["name"]
    listed = api.get_api_keys(client, commonprefix([name, *params["also_list"]]))
    current = read_current(client, params, listed)
    if current is not None:
        refuse_other_value(client, params, current["id"])
    wanted = build_wanted(params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"API key {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            current = create(module, client, wanted)
        else:
            update(client, current["id"], changes)
        if "usage_plan_ids" in changes:
            apply_plans(module, client, current["id"], changes["usage_plan_ids"])
    after = {**(current or {}), **{field: value for field, value in wanted.items() if value is not None}}
    if params["usage_plan_ids"] is None:
        after.pop("usage_plan_ids", None)
    if params["show_value"] and "id" in after:
        after["value"] = read_value(client, after["id"])
    others = names_starting_with(listed, name, params["also_list"])
    return {"changed": bool(changes), "diff": diff, "api_key": after, "also_listed": others}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the key."""
    name = module.params["name"]
    found = find(client, name)
    changes = build_removal(usage.key_to_dict(found) if found else {})
    if found and not module.check_mode:
        api.delete_api_key(client, apiKey=found["id"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"API key {name}", "remove"), "api_key": {}}


def answer(module: AnsibleAWSModule, result: dict[str, Any]) -> None:
    """End the module. A value that was given is censored by Ansible wherever it occurs, also where it is asked for."""
    if module.params["show_value"]:
        module.no_log_values.discard(module.params["value"])
        result["invocation"] = {"module_args": {**module.params, "value": module.params["value"] and REDACTED}}
    module.exit_json(**result)


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "enabled": {"type": "bool", "default": True},
            "value": {"type": "str", "no_log": True},
            "show_value": {"type": "bool", "default": False},
            "usage_plan_ids": {"type": "list", "elements": "str"},
            "purge_usage_plans": {"type": "bool", "default": True},
            "also_list": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    answer(module, ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
