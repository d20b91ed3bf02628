#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_vpc_flow_log
version_added: 0.2.0
short_description: Manage a flow log of a VPC that goes to CloudWatch Logs
description:
  - Creates, replaces and deletes a flow log, by which Amazon VPC writes down which connections were accepted and rejected.
  - The flow log is found by its tag Name and its VPC, whoever made it.
  - AWS can change nothing of a flow log but its tags. It is replaced instead, in the same log group if that stays, without the
    traffic of the moment in between.
options:
  state:
    description: Whether the flow log should exist. The log group and what is in it stay either way.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the flow log, in its tag Name, 1 to 256 letters, digits, spaces and C(_.:/=+-@).
      - One flow log of the VPC may have it.
    type: str
    required: true
  vpc_id:
    description:
      - The VPC.
      - In check mode, an ID with C(known-after-deploy) in it stands for a VPC that is still to be made. The flow log is then
        planned as a new one, without any call to AWS.
    type: str
    required: true
  log_group_name:
    description: The log group, which should exist. Required with O(state=present).
    type: str
  role_arn:
    description:
      - The ARN of the role with which Amazon VPC writes to the log group. Required with O(state=present).
      - In check mode, C(known-after-deploy) stands for a role that is still to be made.
    type: str
  traffic_type:
    description: Which connections are logged.
    type: str
    choices: [ACCEPT, REJECT, ALL]
    default: ALL
  max_aggregation_interval:
    description: For how many seconds at most packets of a connection are gathered into one record.
    type: int
    choices: [60, 600]
    default: 600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - A role that was just made is waited for, up to two minutes.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Log all connections of the VPC
  iot.sensor_stack.ec2_vpc_flow_log:
    name: iot-flow-log-dev
    vpc_id: vpc-0123456789abcdef0
    log_group_name: /iot/flow-log-dev
    role_arn: arn:aws:iam::123456789012:role/iot-flow-log-role-ca-central-1-dev
    tags:
      Environment: dev

- name: Log no more
  iot.sensor_stack.ec2_vpc_flow_log:
    name: iot-flow-log-dev
    vpc_id: vpc-0123456789abcdef0
    state: absent
"""

RETURN = r"""
flow_log:
  description: The flow log after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; C(fl-known-after-deploy) in check mode for a flow log that is still to be made.
      type: str
      sample: fl-0123456789abcdef0
    vpc_id:
      description: Its VPC.
      type: str
      sample: vpc-0123456789abcdef0
    log_group_name:
      description: Its log group.
      type: str
      sample: /iot/flow-log-dev
    role_arn:
      description: The role it writes with.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-flow-log-role-ca-central-1-dev
    traffic_type:
      description: Which connections are logged.
      type: str
      sample: ALL
    max_aggregation_interval:
      description: Seconds in a record.
      type: int
      sample: 600
    tags:
      description: Its tags, Name among them.
      type: dict
      sample: {"Name": "iot-flow-log-dev", "Environment": "dev"}
"""

import uuid
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import api, flow_logs
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network import wanted_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import only
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

NEW_ID = f"fl-{KNOWN_AFTER_DEPLOY}"

FlowLog = dict[str, Any]


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against EC2's limits."""
    return flow_logs.check_flow_log(params)


def read_current(client: Any, params: dict[str, Any]) -> FlowLog | None:
    """The flow log as it is, or None; there is none of a VPC that is only planned."""
    if KNOWN_AFTER_DEPLOY in params["vpc_id"]:
        return None
    return only(flow_logs.find_flow_logs(client, params["name"], params["vpc_id"]), "flow log", params["name"])


def build_wanted(params: dict[str, Any], current: FlowLog | None) -> FlowLog:
    """The flow log as it should be."""
    fields = {field: params[field] for field in ("vpc_id", *flow_logs.REQUEST)}
    return {**fields, "tags": wanted_tags(params, params["name"], current)}


def apply(client: Any, name: str, current: FlowLog | None, wanted: FlowLog, changes: Changes) -> str:
    """Make the changes; returns the ID. AWS takes no second flow log to the same log group, so that the old one goes first."""
    if current and not is_replaced(current, changes):
        untag, tag = (partial(call, client, current["id"]) for call in (api.delete_tags, api.create_tags))
        apply_entries(changes["tags"], untag, tag)
        return current["id"]
    if current:
        flow_logs.delete_flow_log(client, current["id"])
    return flow_logs.create_flow_log(client, name, **flow_logs.create_request(wanted, str(uuid.uuid4())))


def is_replaced(current: FlowLog | None, changes: Changes) -> bool:
    """Whether a flow log that is there has to be made anew."""
    return current is not None and bool(set(changes) - {"tags"})


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or replace the flow log, or change its tags."""
    name = module.params["name"]
    current = read_current(client, module.params)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    action = "replace" if is_replaced(current, changes) else present_action(current)
    flow_log_id = NEW_ID if action != "change" or current is None else current["id"]
    if changes and not module.check_mode:
        flow_log_id = apply(client, name, current, wanted, changes)
    diff = build_diff(changes, f"flow log {name}", action)
    return {"changed": bool(changes), "diff": diff, "flow_log": {"id": flow_log_id, **wanted}}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the flow log."""
    name = module.params["name"]
    current = read_current(client, module.params)
    shown = {field: value for field, value in (current or {}).items() if field != "id"}
    if current and not module.check_mode:
        flow_logs.delete_flow_log(client, current["id"])
    diff = build_diff(build_removal(shown), f"flow log {name}", "remove")
    return {"changed": bool(current), "diff": diff, "flow_log": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "vpc_id": {"type": "str", "required": True},
            "log_group_name": {"type": "str"},
            "role_arn": {"type": "str"},
            "traffic_type": {"type": "str", "choices": ["ACCEPT", "REJECT", "ALL"], "default": "ALL"},
            "max_aggregation_interval": {"type": "int", "choices": [60, 600], "default": 600},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["log_group_name", "role_arn"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "ec2", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
