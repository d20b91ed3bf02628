#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: logs_log_group
version_added: 0.2.0
short_description: Manage a log group of Amazon CloudWatch Logs
description:
  - Creates, changes and deletes a log group with its retention, KMS key and tags.
  - Unlike M(amazon.aws.cloudwatchlogs_log_group) it changes the key of a log group that exists, takes every retention of AWS, and
    shows a diff.
options:
  state:
    description: Whether the log group should exist. Its log goes with it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name, 1 to 512 letters, digits and C(_-/.#). AWS cannot change it.
    type: str
    required: true
  retention_in_days:
    description:
      - Days that the log is kept, one of those that AWS takes, such as V(30) or V(365); V(0) keeps it for ever.
      - Left out, the retention stays as it is.
    type: int
  kms_key_id:
    description:
      - The ARN of the KMS key that encrypts what is logged from then on, whose policy must allow CloudWatch Logs to use it. An empty
        string ends that.
      - Left out, the key stays as it is.
      - In check mode, C(known-after-deploy) stands for a key that is still to be made.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Keep the flow log for a year
  iot.sensor_stack.logs_log_group:
    name: /iot/flow-log-dev
    retention_in_days: 365
    kms_key_id: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    tags:
      Environment: dev

- name: Remove the log group
  iot.sensor_stack.logs_log_group:
    name: /iot/flow-log-dev
    state: absent
"""

RETURN = r"""
log_group:
  description: The log group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: /iot/flow-log-dev
    arn:
      description: Its ARN, without C(:*) at the end; C(known-after-deploy) in check mode for one that does not exist yet.
      type: str
      sample: arn:aws:logs:ca-central-1:123456789012:log-group:/iot/flow-log-dev
    retention_in_days:
      description: Days that the log is kept; 0 for ever.
      type: int
      sample: 365
    kms_key_id:
      description: The ARN of its KMS key; empty without one.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    tags:
      description: Its tags; empty when O(tags) is left out, since they are not read then.
      type: dict
      sample: {"Environment": "dev"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    build_changes,
    build_diff,
    build_removal,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.api import delete_log_group
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import (
    NEW,
    build_log_group,
    check_name,
    check_retention,
    ensure_log_group,
    read_log_group,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against CloudWatch Logs' limits."""
    days = params["retention_in_days"]
    return [
        *check_name("name", params["name"]),
        *(check_retention("retention_in_days", days) if days is not None else []),
        *check_pattern(
            "kms_key_id", params["kms_key_id"] or "", rf"|arn:.+|{KNOWN_AFTER_DEPLOY}", "the ARN of a KMS key"
        ),
    ]


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the log group."""
    params, name = module.params, module.params["name"]
    current = read_log_group(client, name, with_tags=params["tags"] is not None)
    wanted = build_log_group(current, params, params["tags"], params["purge_tags"])
    changes = build_changes(current or NEW, wanted)
    if current is None:
        changes = {"name": Change(None, name), **changes}
    after = {"name": name, "arn": KNOWN_AFTER_DEPLOY, **wanted}
    if changes and not module.check_mode:
        ensure_log_group(client, name, Change(current, wanted))
        after = current or read_log_group(client, name, with_tags=False) or after
        after = {**after, **wanted, "arn": after["arn"]}
    diff = build_diff(changes, f"log group {name}", present_action(current))
    return {"changed": bool(changes), "diff": diff, "log_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the log group."""
    name = module.params["name"]
    current = read_log_group(client, name, with_tags=False)
    changes = build_removal(current or {})
    if current and not module.check_mode:
        delete_log_group(client, name)
    return {"changed": bool(changes), "diff": build_diff(changes, f"log group {name}", "remove"), "log_group": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "retention_in_days": {"type": "int"},
            "kms_key_id": {"type": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "logs", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
