#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: stack_removal_info
version_added: 0.2.0
short_description: Tell what the removal of a sensor stack takes away, and what would stop it half way
description:
  - Reads the stack by name and tag, and everything that would make AWS refuse one of the deletions, such as deletion
    protection, or instances and network interfaces in the VPC that are not the stack's.
  - Called again after a removal, it tells what is left, and what stays on purpose.
  - Only read-only calls are made, and no secret value is read.
options:
  stack_name:
    description: The first part of every name.
    type: str
    required: true
  stack_environment:
    description: The last part of every name, such as V(dev).
    type: str
    required: true
  tiers:
    description: The tiers that are to be removed.
    type: list
    elements: str
    choices: [network, secrets, cache, database, processing, api, observability]
    default: [network, secrets, cache, database, processing, api, observability]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: iot.sensor_stack.stack_info
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Look at what a removal would do
  iot.sensor_stack.stack_removal_info:
    stack_name: iot
    stack_environment: dev
  register: removal

- name: Verify that nothing stands in the way
  ansible.builtin.assert:
    that: removal.blockers | length == 0
    fail_msg: "{{ removal.blockers | join('; ') }}"
"""

RETURN = r"""
resources:
  description: What the removal of the tiers takes away, by tier.
  returned: always
  type: dict
  sample: {"cache": ["security group iot-redis-sg-dev", "replication group iot-redis-dev"], "api": []}
blockers:
  description: What would stop it, one sentence each, with what to do.
  returned: always
  type: list
  elements: str
  sample: ["VPC iot-vpc-dev (vpc-1) holds instance i-1 (web), which is not part of the stack: remove it first"]
left_by_tag:
  description: Resources of EC2 with a Name tag of the stack, whether or not they are among RV(resources).
  returned: always
  type: list
  elements: str
  sample: ["subnet subnet-1 (iot-public-1-dev)"]
kept:
  description: What stays behind on purpose, such as last snapshots with their KMS keys, and secrets and keys until AWS deletes them.
  returned: always
  type: list
  elements: str
  sample: ["cluster snapshot iot-aurora-dev-final-20260101120000"]
kept_keys:
  description: The purposes of the stack's KMS keys that stay, since snapshots that stay are encrypted with them.
  returned: always
  type: list
  elements: str
  sample: [data]
migrate_function:
  description: The name of the function that can tell whether the database holds readings; null without it, or without a database.
  returned: always
  type: str
  sample: iot-migrate-dev
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import TIERS, check_stack_name, resource_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.tiers import make_clients, read_tiers
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.removal import (
    find_blockers,
    find_kept,
    find_snapshots,
    find_tagged,
    kept_keys,
)

# What only the look for leftovers calls.
LEFTOVER_SERVICES = ("logs", "wafv2")


def can_tell(stack: dict[str, Any]) -> bool:
    """Whether there is a database, and the function that can look into it."""
    return bool(stack["database"].get("cluster_id") and stack["processing"].get("migrate_function_arn"))


def look(module: AnsibleAWSModule) -> dict[str, Any]:
    """Read the whole stack, since tiers hold on to each other, and look for what stands in the way."""
    name = partial(resource_name, module.params["stack_name"], stack_environment=module.params["stack_environment"])
    tiers = [tier for tier in TIERS if tier in module.params["tiers"]]
    clients = make_clients(module, list(TIERS), details=True) | {
        service: module.client(service) for service in LEFTOVER_SERVICES
    }
    stack = read_tiers(clients, name, list(TIERS), details=True, options={"api": {"leftovers": True}})
    snapshots = find_snapshots(clients, name)
    keys = kept_keys(stack, snapshots)
    stays = {f"KMS key {name(f'{purpose}-key')}" for purpose in keys}
    return {
        "resources": {tier: [one for one in stack[tier]["found"] if one not in stays] for tier in tiers},
        "blockers": find_blockers(clients, name, stack, tiers),
        "left_by_tag": find_tagged(clients, name),
        "kept": find_kept(clients, name, stack, snapshots),
        "kept_keys": sorted(keys),
        "migrate_function": name("migrate") if can_tell(stack) else None,
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "stack_name": {"type": "str", "required": True},
            "stack_environment": {"type": "str", "required": True},
            "tiers": {"type": "list", "elements": "str", "choices": list(TIERS), "default": list(TIERS)},
        },
        supports_check_mode=True,
    )
    try:
        refuse(check_stack_name(module.params["stack_name"], module.params["stack_environment"]))
        module.exit_json(changed=False, **look(module))
    except AnsibleAWSError as error:
        fail(module, error)


if __name__ == "__main__":
    main()
