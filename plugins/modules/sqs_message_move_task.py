#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sqs_message_move_task
version_added: 0.2.0
short_description: Move the messages of a dead-letter queue back to where they came from
description:
  - Starts a message move task of Amazon SQS and waits until it has moved the messages.
  - An empty dead-letter queue is left alone, and a task that runs already is waited for.
  - Messages that a receiver has at the moment are not moved.
options:
  source:
    description:
      - The dead-letter queue, by its name or ARN. It must be a standard queue that another queue of SQS names in its
        redrive policy.
    type: str
    required: true
  destination_arn:
    description: The ARN of the standard queue that gets the messages. By default each goes back to its source queue.
    type: str
  max_messages_per_second:
    description: The messages to move in a second, 1 to 500. SQS chooses by itself when it is not given.
    type: int
  wait_timeout:
    description: Seconds to wait until the messages are moved. The task goes on when they are over.
    type: int
    default: 600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Send the readings that could not be processed through the queue again
  iot.sensor_stack.sqs_message_move_task:
    source: iot-readings-dlq-dev

- name: Move them to another queue, slowly
  iot.sensor_stack.sqs_message_move_task:
    source: iot-readings-dlq-dev
    destination_arn: arn:aws:sqs:ca-central-1:123456789012:iot-inspection-dev
    max_messages_per_second: 10
    wait_timeout: 3600
"""

RETURN = r"""
task:
  description: What was moved.
  returned: always
  type: dict
  contains:
    source_arn:
      description: The ARN of the dead-letter queue.
      type: str
      sample: arn:aws:sqs:ca-central-1:123456789012:iot-readings-dlq-dev
    destination_arn:
      description: The ARN of the queue that got the messages; empty when each went back to its source queue.
      type: str
      sample: ""
    started:
      description: Whether this run started the task, or would do so in check mode.
      type: bool
      sample: true
    status:
      description: AWS's word for the task's state; empty without a task and in check mode.
      type: str
      sample: COMPLETED
    moved:
      description: About how many messages were moved; in check mode by the task that runs already, or 0.
      type: int
      sample: 12
    total:
      description: About how many messages there were to move.
      type: int
      sample: 12
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, Changes, build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_pattern,
    check_range,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.limits import (
    ARN,
    ARN_IN_WORDS,
    check_name,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.moves import (
    Task,
    is_newer,
    is_running,
    task_to_dict,
    wait_for_task,
)


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against SQS's limits."""
    source = params["source"]
    is_arn = source.startswith("arn:")
    return [
        *(check_pattern("source", source, ARN, ARN_IN_WORDS) if is_arn else check_name("source", source)),
        *check_pattern("destination_arn", params["destination_arn"], ARN, ARN_IN_WORDS),
        *check_range("max_messages_per_second", params["max_messages_per_second"], 1, 500, "messages a second"),
        *check_range("wait_timeout", params["wait_timeout"], 0, 86400, "seconds"),
    ]


def read_source(client: Any, source: str) -> tuple[str, int]:
    """The ARN of the dead-letter queue, and about how many messages can be moved from it."""
    name, account = source, None
    if source.startswith("arn:"):
        account, name = source.split(":")[4:]
    url = api.get_queue_url(client, name, account)
    attributes = api.get_queue_attributes(client, url) if url else None
    if attributes is None:
        raise AnsibleAWSError(message=f"queue {source} does not exist in region {client.meta.region_name}")
    if account and attributes["QueueArn"] != source:
        raise AnsibleAWSError(message=f"source is '{source}', and the queue found is {attributes['QueueArn']}")
    return attributes["QueueArn"], int(attributes.get("ApproximateNumberOfMessages", 0))


def start(client: Any, params: dict[str, Any], source_arn: str, before: Task | None) -> None:
    """Start the task; another one that came up meanwhile will do."""
    request = {
        "SourceArn": source_arn,
        "DestinationArn": params["destination_arn"],
        "MaxNumberOfMessagesPerSecond": params["max_messages_per_second"],
    }
    try:
        api.start_move_task(client, **{member: value for member, value in request.items() if value is not None})
    except AnsibleAWSError:
        # A queue has one task at a time. This one was started by another run, or by a call of ours whose answer was lost.
        if not is_newer(api.newest_move_task(client, source_arn), before):
            raise


def move(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Start a task where there are messages and none runs, and wait for its end."""
    params = module.params
    source_arn, messages = read_source(client, params["source"])
    newest = api.newest_move_task(client, source_arn)
    running = is_running(newest)
    changed = messages > 0 and not running
    task = newest if running else None
    if changed and not module.check_mode:
        start(client, params, source_arn, newest)
        task = wait_for_task(client, source_arn, newest, params["wait_timeout"])
    elif running and not module.check_mode:
        task = wait_for_task(client, source_arn, None, params["wait_timeout"])
    planned = {"destination_arn": params["destination_arn"] or "", "status": "", "moved": 0, "total": messages}
    return {
        "changed": changed,
        "diff": build_diff(build_changes(messages, params) if changed else {}, f"queue {params['source']}", "change"),
        "task": {"source_arn": source_arn, "started": changed, **planned, **(task_to_dict(task) if task else {})},
    }


def build_changes(messages: int, params: dict[str, Any]) -> Changes:
    """What moving the messages changes."""
    return {
        "approximate_number_of_messages": Change(messages, 0),
        "messages_go_to": Change(None, params["destination_arn"] or "their source queues"),
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "source": {"type": "str", "required": True},
            "destination_arn": {"type": "str"},
            "max_messages_per_second": {"type": "int"},
            "wait_timeout": {"type": "int", "default": 600},
        },
        supports_check_mode=True,
    )
    try:
        refuse(validate(module.params))
        result = move(module, module.client("sqs"))
    except AnsibleAWSError as error:
        fail(module, error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
