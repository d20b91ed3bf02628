#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_subnet_group
version_added: 0.2.0
short_description: Manage a DB subnet group with its tags
description:
  - Creates, changes and deletes a DB subnet group of Amazon RDS.
  - M(amazon.aws.rds_subnet_group) does the same without a diff.
options:
  state:
    description: Whether the subnet group should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the subnet group.
      - 1 to 255 letters, digits, spaces, periods, underscores and hyphens, starting with a letter. RDS stores it in
        lower case.
    type: str
    required: true
  description:
    description: What the group is for. Required by AWS, so that O(name) is used when it is not given.
    type: str
  subnet_ids:
    description:
      - The subnets, at least two, which must be in two availability zones or more. Others are removed.
      - Required with O(state=present).
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - Needs the permissions C(rds:DescribeDBSubnetGroups), C(rds:ListTagsForResource), C(rds:CreateDBSubnetGroup),
    C(rds:ModifyDBSubnetGroup), C(rds:DeleteDBSubnetGroup), C(rds:AddTagsToResource) and
    C(rds:RemoveTagsFromResource).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure a subnet group over two private subnets
  iot.sensor_stack.rds_subnet_group:
    name: iot-aurora-subnets-dev
    description: Private subnets of iot-dev
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1
    tags:
      Environment: dev

- name: Remove the subnet group
  iot.sensor_stack.rds_subnet_group:
    name: iot-aurora-subnets-dev
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
      sample: iot-aurora-subnets-dev
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:rds:ca-central-1:123456789012:subgrp:iot-aurora-subnets-dev
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

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import check_subnet_group
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import subnet_group_to_dict


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The subnet group as it is, or None."""
    group = api.describe_subnet_group(client, name)
    return subnet_group_to_dict(group, api.list_tags(client, group["DBSubnetGroupArn"])) if group else None


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The subnet group as it should be; None leaves a field as it is."""
    return {
        "description": params["description"] or (None if current else params["name"]),
        "subnet_ids": sorted(set(params["subnet_ids"])),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def create(client: Any, name: str, wanted: dict[str, Any]) -> bool:
    """Create the group with its tags; False when it was there already."""
    tags = {"Tags": ansible_dict_to_boto3_tag_list(wanted["tags"])} if wanted["tags"] else {}
    request = {"DBSubnetGroupDescription": wanted["description"], "SubnetIds": wanted["subnet_ids"], **tags}
    try:
        api.create_subnet_group(client, name, **request)
    except AnsibleAWSError as error:
        if explain(error)[1] != "DBSubnetGroupAlreadyExists":
            raise
        return False
    return True


def change(client: Any, current: dict[str, Any], params: dict[str, Any]) -> None:
    """Make the group what is wanted, the tags in calls of their own."""
    wanted = build_wanted(params, current)
    changes = build_changes(current, wanted)
    if changes.keys() & {"description", "subnet_ids"}:
        description = {"DBSubnetGroupDescription": wanted["description"]} if "description" in changes else {}
        api.modify_subnet_group(client, current["name"], SubnetIds=wanted["subnet_ids"], **description)
    apply_tags(client, current["arn"], changes)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the subnet group."""
    name = module.params["name"].lower()
    current = read_current(client, name)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"DB subnet group {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None and not create(client, name, wanted):
            # Made since we looked, by another run or by a call of ours whose answer was lost: go on from there.
            current = read_current(client, name)
        if current:
            change(client, current, module.params)
        current = read_current(client, name)
    after = {**(current or {"name": name}), **{key: value for key, value in wanted.items() if value is not None}}
    return {"changed": bool(changes), "diff": diff, "subnet_group": after}


def delete(client: Any, name: str) -> None:
    """Delete the group.

    :raises AnsibleAWSError: when a cluster or an instance still uses it after some minutes
    """
    try:
        api.delete_subnet_group(client, name)
    except AnsibleAWSError as error:
        if explain(error)[1] != "InvalidDBSubnetGroupStateFault":
            raise
        message = f"DB subnet group {name} is in use: delete the database clusters and instances in it first"
        raise AnsibleAWSError(message=message, exception=error.exception) from error


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the subnet group."""
    name = module.params["name"].lower()
    changes = build_removal(read_current(client, name) or {})
    if changes and not module.check_mode:
        delete(client, name)
    diff = build_diff(changes, f"DB subnet group {name}", "remove")
    return {"changed": bool(changes), "diff": diff, "subnet_group": {}}


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
    module.exit_json(**ensure_state(module, "rds", check_subnet_group, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
