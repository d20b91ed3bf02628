#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_subnet_group
version_added: 0.1.0
short_description: Manage an ElastiCache subnet group with its tags
description:
  - Creates, changes and deletes a subnet group of Amazon ElastiCache.
  - M(community.aws.elasticache_subnet_group) does the same without tags.
options:
  state:
    description: Whether the subnet group should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the subnet group.
      - 1 to 255 letters, digits and single hyphens, starting with a letter. ElastiCache stores it in lower case.
    type: str
    required: true
  description:
    description: What the group is for. Required by AWS, so that O(name) is used when it is not given.
    type: str
  subnet_ids:
    description:
      - The subnets, at least one; for Multi-AZ in two availability zones.
      - Required with O(state=present).
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure a subnet group over two private subnets
  iot.sensor_stack.elasticache_subnet_group:
    name: iot-redis-subnets-dev
    description: Private subnets of iot-dev
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1
    tags:
      Environment: dev

- name: Remove the subnet group
  iot.sensor_stack.elasticache_subnet_group:
    name: iot-redis-subnets-dev
    state: absent
"""

RETURN = r"""
subnet_group:
  description: The subnet group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name, in lower case.
      type: str
      sample: iot-redis-subnets-dev
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:elasticache:ca-central-1:123456789012:subnetgroup:iot-redis-subnets-dev
    description:
      description: Its description.
      type: str
      sample: Private subnets of iot-dev
    vpc_id:
      description: The VPC of its subnets; absent in check mode for a group that does not exist yet.
      type: str
      sample: vpc-0123456789abcdef0
    subnet_ids:
      description: Its subnets, sorted.
      type: list
      elements: str
      sample: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
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
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import subnet_group_to_dict


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against ElastiCache's limits."""
    problems = check_identifier("name", params["name"], 255) + check_tags("tags", params["tags"])
    if params["name"].lower() == "default":
        problems.append("name is 'default': the group of that name belongs to AWS and cannot be changed")
    if params["state"] == "present" and not params["subnet_ids"]:
        problems.append("subnet_ids is []: allowed is at least one subnet")
    return problems


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The subnet group as it is, or None."""
    group = api.describe_subnet_group(client, name)
    return subnet_group_to_dict(group, api.list_tags(client, group["ARN"])) if group else None


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The subnet group as it should be; None leaves a field as it is."""
    return {
        "description": params["description"] or (None if current else params["name"]),
        "subnet_ids": sorted(set(params["subnet_ids"])),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def create(client: Any, name: str, wanted: dict[str, Any]) -> None:
    """Create the group with its tags."""
    request = {
        "CacheSubnetGroupName": name,
        "CacheSubnetGroupDescription": wanted["description"],
        "SubnetIds": wanted["subnet_ids"],
    }
    if wanted["tags"]:
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    api.create_subnet_group(client, **request)


def change(client: Any, current: dict[str, Any], changes: Changes) -> None:
    """Make the changes, the tags in calls of their own."""
    parameters = {"description": "CacheSubnetGroupDescription", "subnet_ids": "SubnetIds"}
    request = {parameters[field]: changes[field].after for field in parameters if field in changes}
    if request:
        api.modify_subnet_group(client, CacheSubnetGroupName=current["name"], **request)
    apply_tags(client, current["arn"], changes)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the subnet group."""
    name = module.params["name"].lower()
    current = read_current(client, name)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"subnet group {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            create(client, name, wanted)
        else:
            change(client, current, changes)
        current = read_current(client, name)
    after = {**(current or {"name": name}), **{key: value for key, value in wanted.items() if value is not None}}
    return {"changed": bool(changes), "diff": diff, "subnet_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the subnet group."""
    name = module.params["name"].lower()
    changes = build_removal(read_current(client, name) or {})
    if changes and not module.check_mode:
        api.delete_subnet_group(client, name)
    return {"changed": bool(changes), "diff": build_diff(changes, f"subnet group {name}", "remove"), "subnet_group": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "subnet_ids": {"type": "list", "elements": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["subnet_ids"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "elasticache", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
