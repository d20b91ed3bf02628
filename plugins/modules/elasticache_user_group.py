#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_user_group
version_added: 0.2.0
short_description: Manage an ElastiCache user group
description:
  - Creates, changes and deletes a user group of Amazon ElastiCache, the users that a replication group lets in.
options:
  state:
    description: Whether the user group should exist.
    type: str
    choices: [present, absent]
    default: present
  user_group_id:
    description:
      - The ID of the user group.
      - 1 to 40 letters, digits and single hyphens, starting with a letter. ElastiCache stores it in lower case.
    type: str
    required: true
  engine:
    description: The engine, that of its users. A new group is one for V(redis), which Valkey takes too.
    type: str
    choices: [redis, valkey]
  user_ids:
    description:
      - The IDs of its users; it has exactly these. With O(engine=redis) one of them must have the name C(default).
      - Required with O(state=present).
    type: list
    elements: str
  wait_timeout:
    description: How many seconds to wait until the user group is active, or gone.
    type: int
    default: 300
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Let these two users in
  iot.sensor_stack.elasticache_user_group:
    user_group_id: iot-redis-users-dev
    user_ids: [iot-redis-default-dev, iot-redis-app-dev]
"""

RETURN = r"""
user_group:
  description: The user group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    user_group_id:
      description: Its ID, in lower case.
      type: str
      sample: iot-redis-users-dev
    arn:
      description: Its ARN; absent in check mode for a user group that does not exist yet.
      type: str
      sample: arn:aws:elasticache:ca-central-1:123456789012:usergroup:iot-redis-users-dev
    status:
      description: Its state; absent in check mode for a user group that does not exist yet.
      type: str
      sample: active
    engine:
      description: Its engine.
      type: str
      sample: redis
    user_ids:
      description: The IDs of its users, sorted.
      type: list
      elements: str
      sample: ["iot-redis-app-dev", "iot-redis-default-dev"]
    replication_groups:
      description: The replication groups that it is for, sorted; absent in check mode for a user group that does not exist yet.
      type: list
      elements: str
      sample: ["iot-redis-dev"]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

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
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import user_group_to_dict
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.waiters import wait_for_user


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against ElastiCache's limits."""
    problems = [
        *check_identifier("user_group_id", params["user_group_id"], 40),
        *(problem for user_id in params["user_ids"] or [] for problem in check_identifier("user_ids", user_id, 40)),
        *check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds"),
        *check_tags("tags", params["tags"]),
    ]
    if params["state"] == "present" and not params["user_ids"]:
        problems.append("user_ids is []: allowed is at least one user")
    return problems


def read_current(module: AnsibleAWSModule, client: Any, group_id: str) -> dict[str, Any] | None:
    """The user group as it is, or None; one that AWS is busy with is waited for, but not in check mode."""
    group, timeout = api.describe_user_group(client, group_id), module.params["wait_timeout"]
    if group and group.get("Status") == "deleting":
        if not module.check_mode:
            wait_for_user(client, "user group", group_id, "deleted", timeout)
        return None
    if group and group.get("Status") != "active" and not module.check_mode:
        wait_for_user(client, "user group", group_id, "active", timeout)
        group = api.describe_user_group(client, group_id)
    return user_group_to_dict(group, api.list_tags(client, group["ARN"])) if group else None


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The user group as it should be; None leaves a field as it is."""
    return {
        "engine": params["engine"] or (None if current else "redis"),
        "user_ids": sorted({user_id.lower() for user_id in params["user_ids"]}),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def create(module: AnsibleAWSModule, client: Any, group_id: str, wanted: dict[str, Any]) -> None:
    """Create the user group with its tags."""
    request = {"UserGroupId": group_id, "Engine": wanted["engine"], "UserIds": wanted["user_ids"]}
    if wanted["tags"]:
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    single_shot = single_shot_client(module, "elasticache")
    create_once(
        lambda: api.create_user_group(single_shot, **request), lambda: api.describe_user_group(client, group_id)
    )


def build_request(changes: Changes) -> dict[str, Any]:
    """The arguments of ModifyUserGroup."""
    request: dict[str, Any] = {"Engine": changes["engine"].after} if "engine" in changes else {}
    if "user_ids" in changes:
        before, after = (set(users) for users in changes["user_ids"])
        users = {"UserIdsToAdd": sorted(after - before), "UserIdsToRemove": sorted(before - after)}
        request |= {key: value for key, value in users.items() if value}
    return request


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the user group."""
    group_id = module.params["user_group_id"].lower()
    current = read_current(module, client, group_id)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"user group {group_id}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            create(module, client, group_id, wanted)
        else:
            apply_tags(client, current["arn"], changes)
            if request := build_request(changes):
                api.modify_user_group(client, group_id, **request)
        wait_for_user(client, "user group", group_id, "active", module.params["wait_timeout"])
        current = read_current(module, client, group_id)
    known = {key: value for key, value in wanted.items() if value is not None}
    after = {**(current or {"user_group_id": group_id}), **known}
    return {"changed": bool(changes), "diff": diff, "user_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the user group."""
    group_id = module.params["user_group_id"].lower()
    changes = build_removal(read_current(module, client, group_id) or {})
    if changes and not module.check_mode:
        api.delete_user_group(client, group_id)
        wait_for_user(client, "user group", group_id, "deleted", module.params["wait_timeout"])
    diff = build_diff(changes, f"user group {group_id}", "remove")
    return {"changed": bool(changes), "diff": diff, "user_group": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "user_group_id": {"type": "str", "required": True},
            "engine": {"type": "str", "choices": ["redis", "valkey"]},
            "user_ids": {"type": "list", "elements": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        },
        required_if=[("state", "present", ["user_ids"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "elasticache", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
