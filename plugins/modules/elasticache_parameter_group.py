#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_parameter_group
version_added: 0.1.0
short_description: Manage an ElastiCache parameter group
description:
  - Creates, changes and deletes a parameter group of Amazon ElastiCache, for Redis OSS, Valkey and Memcached.
  - Parameters that are not named go back to their family's defaults.
options:
  state:
    description: Whether the parameter group should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the parameter group.
      - 1 to 255 letters, digits and single hyphens, starting with a letter. ElastiCache stores it in lower case.
    type: str
    required: true
  family:
    description:
      - The parameter group family, such as V(redis7) or V(valkey8).
      - Required with O(state=present). AWS cannot change it afterwards.
    type: str
  description:
    description:
      - What the group is for. Required by AWS, so that O(name) is used when it is not given.
      - AWS cannot change it afterwards.
    type: str
  parameters:
    description:
      - Parameter name to value. Values are strings for AWS; numbers and booleans are converted (V(yes) and V(no)).
      - Leave it out to leave the parameters alone; V({}) resets all of them.
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
- name: Evict the least recently used keys when memory is full
  iot.sensor_stack.elasticache_parameter_group:
    name: iot-redis-params-dev
    family: redis7
    description: Parameters of iot-redis-dev
    parameters:
      maxmemory-policy: allkeys-lru
    tags:
      Environment: dev

- name: Remove the parameter group
  iot.sensor_stack.elasticache_parameter_group:
    name: iot-redis-params-dev
    state: absent
"""

RETURN = r"""
parameter_group:
  description: The parameter group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name, in lower case.
      type: str
      sample: iot-redis-params-dev
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:elasticache:ca-central-1:123456789012:parametergroup:iot-redis-params-dev
    family:
      description: Its parameter group family.
      type: str
      sample: redis7
    description:
      description: Its description.
      type: str
      sample: Parameters of iot-redis-dev
    parameters:
      description: The parameters that differ from the family's defaults, all values as strings.
      type: dict
      sample: {"maxmemory-policy": "allkeys-lru"}
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import (
    parameter_group_to_dict,
)

IMMUTABLE = {
    "family": "make a parameter group of another name and move the replication group to it",
    "description": "keep the description, or make a parameter group of another name",
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against ElastiCache's limits."""
    problems = check_identifier("name", params["name"], 255) + check_tags("tags", params["tags"])
    if "." in params["name"]:
        problems.append(f"name is '{params['name']}': default.* groups belong to AWS and cannot be changed")
    return problems


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The parameter group as it is, or None."""
    group = api.describe_parameter_group(client, name)
    if group is None:
        return None
    return parameter_group_to_dict(
        group, api.describe_user_parameters(client, name), api.list_tags(client, group["ARN"])
    )


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The parameter group as it should be; None leaves a field as it is."""
    parameters = params["parameters"]
    return {
        "family": params["family"],
        "description": params["description"] or (None if current else params["name"]),
        "parameters": None if parameters is None else {key: to_value(value) for key, value in parameters.items()},
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def to_value(value: Any) -> str:
    """A parameter's value as AWS writes it: booleans are yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def create(client: Any, name: str, wanted: dict[str, Any]) -> str:
    """Create the group; returns its ARN."""
    request = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": wanted["family"],
        "Description": wanted["description"],
    }
    if wanted["tags"]:
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    return api.create_parameter_group(client, **request)["ARN"]


def apply_parameters(client: Any, name: str, changes: Changes) -> None:
    """Reset what is no longer wanted, then set what differs."""
    apply_entries(
        changes.get("parameters"),
        partial(api.reset_parameters, client, name),
        partial(api.modify_parameter_group, client, name),
    )


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the parameter group."""
    name = module.params["name"].lower()
    current = read_current(client, name)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"parameter group {name}", present_action(current))
    if current is not None:
        refuse_immutable(changes, IMMUTABLE, f"parameter group {name}")
    if changes and not module.check_mode:
        if current is None:
            create(client, name, wanted)
        else:
            apply_tags(client, current["arn"], changes)
        apply_parameters(client, name, changes)
        current = read_current(client, name)
    # In check mode, and where nothing changed, what is wanted over what is there is the answer without another call.
    after = {**(current or {"name": name}), **{key: value for key, value in wanted.items() if value is not None}}
    return {"changed": bool(changes), "diff": diff, "parameter_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the parameter group."""
    name = module.params["name"].lower()
    current = read_current(client, name)
    changes = build_removal(current or {})
    if changes and not module.check_mode:
        api.delete_parameter_group(client, name)
    return {
        "changed": bool(changes),
        "diff": build_diff(changes, f"parameter group {name}", "remove"),
        "parameter_group": {},
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "family": {"type": "str"},
            "description": {"type": "str"},
            "parameters": {"type": "dict"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["family"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "elasticache", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
