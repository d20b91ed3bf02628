#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sqs_queue
version_added: 0.2.0
short_description: Manage a standard queue of Amazon SQS
description:
  - Creates, changes and deletes a standard queue of Amazon SQS. FIFO queues are refused.
  - Whatever is left out stays as it is, and is AWS's default in a new queue.
  - AWS takes up to 60 seconds to spread a change of attributes, and up to 15 minutes for O(message_retention_period).
options:
  state:
    description: Whether the queue should exist. A queue is deleted with the messages in it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name of the queue, 1 to 80 letters, digits, hyphens and underscores. AWS cannot change it.
    type: str
    required: true
  visibility_timeout:
    description:
      - Seconds for which a received message is hidden from other receivers, 0 to 43200. A new queue has 30.
      - For a Lambda function that reads the queue, AWS advises six times the function's timeout.
    type: int
  message_retention_period:
    description: Seconds for which a message is kept, 60 to 1209600 (14 days). A new queue has 345600 (4 days).
    type: int
  receive_message_wait_time:
    description: Seconds for which a receiver waits for a message, 0 to 20. A new queue has 0.
    type: int
  delay:
    description: Seconds for which a new message is hidden from all receivers, 0 to 900. A new queue has 0.
    type: int
  maximum_message_size:
    description: The bytes that a message may have, 1024 to 1048576. A new queue has 1048576.
    type: int
  sqs_managed_sse:
    description:
      - Whether messages are encrypted with keys that SQS owns, which a new queue has switched on.
      - V(true) takes the KMS key away from a queue that has one, unless O(keep_kms_master_key=true).
    type: bool
  keep_kms_master_key:
    description: Whether O(sqs_managed_sse=true) leaves a queue alone that is encrypted with a KMS key.
    type: bool
    default: false
  kms_master_key_id:
    description:
      - The KMS key that encrypts messages, as its ID, ARN, alias or alias ARN. It replaces O(sqs_managed_sse).
      - An empty string takes the key away.
    type: str
  kms_data_key_reuse_period:
    description:
      - Seconds for which SQS uses a data key before it asks KMS again, 60 to 86400. AWS's default is 300.
      - Only with O(kms_master_key_id).
    type: int
  redrive_policy:
    description:
      - Where messages go that were received too often. V({}) removes it.
    type: dict
    suboptions:
      dead_letter_target_arn:
        description:
          - The ARN of the dead-letter queue, a standard queue in the same account and region.
          - In check mode, C(known-after-deploy) stands for a queue that is still to be made.
        type: str
      max_receive_count:
        description: How often a message is received before it goes there, 1 to 1000.
        type: int
  redrive_allow_policy:
    description: Which queues may use this one as their dead-letter queue; by default all may. V({}) removes it.
    type: dict
    suboptions:
      redrive_permission:
        description: All queues of the account and region, none, or those in O(redrive_allow_policy.source_queue_arns).
        type: str
        choices: [allowAll, denyAll, byQueue]
      source_queue_arns:
        description: The ARNs of 1 to 10 queues, with V(byQueue).
        type: list
        elements: str
  policy:
    description: The queue's access policy, compared by meaning. V({}) removes it.
    type: dict
  wait:
    description:
      - Whether to wait with O(state=absent) until AWS has deleted the queue, which takes up to 60 seconds.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for a deletion, and with O(state=present) until AWS takes the name of a queue again that was
        deleted less than 60 seconds ago.
    type: int
    default: 120
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the dead-letter queue
  iot.sensor_stack.sqs_queue:
    name: iot-readings-dlq-dev
    message_retention_period: 1209600
  register: dead_letters

- name: Ensure the queue
  iot.sensor_stack.sqs_queue:
    name: iot-readings-dev
    visibility_timeout: 180
    sqs_managed_sse: true
    redrive_policy:
      dead_letter_target_arn: "{{ dead_letters.queue.arn }}"
      max_receive_count: 5
    tags:
      Environment: dev

- name: Remove the queue with its messages
  iot.sensor_stack.sqs_queue:
    name: iot-readings-dev
    state: absent
"""

RETURN = r"""
queue:
  description: The queue after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-readings-dev
    url:
      description: Its URL; C(known-after-deploy) in check mode for a queue that does not exist yet.
      type: str
      sample: https://sqs.ca-central-1.amazonaws.com/123456789012/iot-readings-dev
    arn:
      description:
        - Its ARN. In check mode, that of a queue that does not exist yet is told where the ARN of its dead-letter queue
          tells the account, and is C(known-after-deploy) elsewhere.
      type: str
      sample: arn:aws:sqs:ca-central-1:123456789012:iot-readings-dev
    visibility_timeout:
      description: Seconds for which a received message is hidden.
      type: int
      sample: 180
    message_retention_period:
      description: Seconds for which a message is kept.
      type: int
      sample: 345600
    receive_message_wait_time:
      description: Seconds for which a receiver waits.
      type: int
      sample: 0
    delay:
      description: Seconds for which a new message is hidden.
      type: int
      sample: 0
    maximum_message_size:
      description: The bytes that a message may have.
      type: int
      sample: 1048576
    sqs_managed_sse:
      description: Whether messages are encrypted with keys that SQS owns.
      type: bool
      sample: true
    kms_master_key_id:
      description: The KMS key that encrypts messages; empty without one.
      type: str
      sample: ""
    kms_data_key_reuse_period:
      description: Seconds for which a data key is used; absent without a KMS key.
      type: int
      sample: 300
    redrive_policy:
      description: Where messages go that were received too often; empty without one.
      type: dict
      sample:
        dead_letter_target_arn: arn:aws:sqs:ca-central-1:123456789012:iot-readings-dlq-dev
        max_receive_count: 5
    redrive_allow_policy:
      description: Which queues may use this one as their dead-letter queue; empty without a rule.
      type: dict
      sample: {}
    policy:
      description: Its access policy; empty without one.
      type: dict
      sample: {}
    approximate_number_of_messages:
      description: About how many messages wait in it; absent in check mode for a queue that does not exist yet.
      type: int
      sample: 0
    approximate_number_of_messages_not_visible:
      description: About how many messages are received and not yet deleted; absent as above.
      type: int
      sample: 0
    approximate_number_of_messages_delayed:
      description: About how many messages are not yet shown to receivers; absent as above.
      type: int
      sample: 0
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
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
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import same_key_as
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.common import NAME_EXISTS
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.limits import check_queue
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.transformations import (
    DEFAULTS,
    NOTHING,
    encryption_wanted,
    policy_wanted,
    predict_arn,
    queue_to_dict,
    redrive_wanted,
    to_attributes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.waiters import retry_while_deleted, wait_deleted
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

PLAIN = ("visibility_timeout", "message_retention_period", "receive_message_wait_time", "delay", "maximum_message_size")


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against SQS's limits."""
    return check_queue(params)


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The queue as it is, or None; one that is being deleted meanwhile counts as gone."""
    url = api.get_queue_url(client, name)
    attributes = api.get_queue_attributes(client, url) if url else None
    tags = api.list_queue_tags(client, url) if url and attributes else None
    return None if url is None or attributes is None or tags is None else queue_to_dict(name, url, attributes, tags)


def build_wanted(module: AnsibleAWSModule, current: dict[str, Any] | None) -> dict[str, Any]:
    """The queue as it should be; None leaves a field as it is."""
    params, have = module.params, current or NOTHING
    encryption = encryption_wanted(params, have["kms_master_key_id"])
    return {
        **{field: params[field] for field in PLAIN},
        **encryption,
        "kms_master_key_id": same_key_as(module, encryption["kms_master_key_id"], have["kms_master_key_id"]),
        "redrive_policy": redrive_wanted(params["redrive_policy"]),
        "redrive_allow_policy": redrive_wanted(params["redrive_allow_policy"]),
        "policy": policy_wanted(params["policy"], have["policy"]),
        "tags": merge_tags(have["tags"], params["tags"], params["purge_tags"]),
    }


def plan(module: AnsibleAWSModule, current: dict[str, Any] | None) -> tuple[dict[str, Any], Changes]:
    """The fields as they should be, without those that stay, and what has to change."""
    wanted = {field: value for field, value in build_wanted(module, current).items() if value is not None}
    changes = build_changes(current or NOTHING, wanted)
    if current is None:
        changes = {field: Change(None, value) for field, (_nothing, value) in changes.items()}
        changes = {"name": Change(None, module.params["name"]), **changes}
    return wanted, changes


def create(module: AnsibleAWSModule, client: Any, changes: Changes) -> dict[str, Any]:
    """Create the queue; returns it as it then is."""
    name = module.params["name"]
    values = {field: change.after for field, change in changes.items()}
    attributes, tags = to_attributes(values), values.get("tags", {})
    try:
        url = retry_while_deleted(
            lambda: api.create_queue(client, name, attributes, tags), f"queue {name}", module.params["wait_timeout"]
        )
    except AnsibleAWSError as error:
        current = read_current(client, name) if explain(error)[1] in NAME_EXISTS else None
        if current is None:
            raise
        # Another run has made it meanwhile, with other attributes.
        update(client, current, plan(module, current)[1])
        return current
    return queue_to_dict(name, url, api.get_new_queue_attributes(client, url), tags)


def update(client: Any, current: dict[str, Any], changes: Changes) -> None:
    """Change attributes and tags."""
    attributes = to_attributes({field: change.after for field, change in changes.items()})
    if attributes:
        api.set_queue_attributes(client, current["url"], attributes)
    untag, tag = (partial(call, client, current["url"]) for call in (api.untag_queue, api.tag_queue))
    apply_entries(changes.get("tags"), untag, tag)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the queue."""
    name = module.params["name"]
    current = read_current(client, name)
    wanted, changes = plan(module, current)
    diff = build_diff(changes, f"queue {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            current = create(module, client, changes)
        else:
            update(client, current, changes)
    arn = predict_arn(name, wanted.get("redrive_policy"))
    planned = {"name": name, "url": KNOWN_AFTER_DEPLOY, "arn": arn, **DEFAULTS}
    # AWS tells changed attributes late, so that what is wanted over what was there is the answer.
    return {"changed": bool(changes), "diff": diff, "queue": {**(current or planned), **wanted}}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the queue."""
    name = module.params["name"]
    current = read_current(client, name)
    changes = build_removal(current or {})
    if current and not module.check_mode:
        api.delete_queue(client, current["url"])
        if module.params["wait"]:
            wait_deleted(client, name, module.params["wait_timeout"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"queue {name}", "remove"), "queue": {}}


REDRIVE_SPEC = {"dead_letter_target_arn": {"type": "str"}, "max_receive_count": {"type": "int"}}
REDRIVE_ALLOW_SPEC = {
    "redrive_permission": {"type": "str", "choices": ["allowAll", "denyAll", "byQueue"]},
    "source_queue_arns": {"type": "list", "elements": "str"},
}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "visibility_timeout": {"type": "int"},
            "message_retention_period": {"type": "int"},
            "receive_message_wait_time": {"type": "int"},
            "delay": {"type": "int"},
            "maximum_message_size": {"type": "int"},
            "sqs_managed_sse": {"type": "bool"},
            "keep_kms_master_key": {"type": "bool", "default": False, "no_log": False},
            "kms_master_key_id": {"type": "str"},
            "kms_data_key_reuse_period": {"type": "int", "no_log": False},
            "redrive_policy": {"type": "dict", "options": REDRIVE_SPEC},
            "redrive_allow_policy": {"type": "dict", "options": REDRIVE_ALLOW_SPEC},
            "policy": {"type": "dict"},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 120},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "sqs", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
