#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_function
version_added: 0.2.0
short_description: Manage a function of AWS Lambda with its log group, permissions and queue
description:
  - Creates, changes and deletes a function of AWS Lambda whose code is a zip, and what belongs to it alone. That is its log
    group, who may invoke it, and the queue it works on (an event source mapping of Amazon SQS).
  - The code is uploaded only when its checksum differs. An option that is left out leaves its setting alone.
  - The module waits until the function is active and its last update has succeeded, and until the queue's mapping is in the
    state asked for.
options:
  state:
    description:
      - Whether the function should exist.
      - V(absent) removes its event source mappings, the function and its log group, each where it is there.
    type: str
    choices: [present, absent]
    default: present
  function_name:
    description: The name of the function, 1 to 64 letters, digits, hyphens and underscores.
    type: str
    required: true
    aliases: [name]
  description:
    description: What the function is for, up to 256 characters.
    type: str
  runtime:
    description: The runtime, such as V(python3.13). Needed to create the function.
    type: str
  handler:
    description: What is called, such as V(sensor_functions.query.handler), up to 128 characters. Needed to create the function.
    type: str
  role:
    description:
      - The ARN of the role the function runs as. Needed to create the function.
      - A role that was made a moment ago is tried again for up to a minute.
    type: str
  zip_path:
    description: The zip with the code, up to 50 MB, as M(iot.sensor_stack.lambda_package) writes it. Needed to create the function.
    type: path
  code_sha256:
    description:
      - The SHA-256 of the zip in base64. It is compared with that of the code on AWS.
      - Worked out from O(zip_path) when it is left out; where both are given they must agree.
    type: str
  memory_size:
    description: The memory, 128 to 10240 MB; the share of the CPU grows with it. A new function gets 128.
    type: int
  timeout:
    description: How long an invocation may take, 1 to 900 seconds. A new function gets 3.
    type: int
  architectures:
    description: The kind of processor. AWS takes one. A new function gets V(x86_64).
    type: list
    elements: str
    choices: [x86_64, arm64]
  environment:
    description:
      - Environment variables, name to value, up to 4096 bytes. All others are removed; V({}) removes all.
      - Names and values are shown in diffs and results, and to everyone who may read the function. Secrets do not belong here;
        names such as C(DB_PASSWORD) are refused. Give the name of a secret of AWS Secrets Manager.
    type: dict
  vpc:
    description:
      - The subnets and security groups that the function's network interfaces are in. V({}) takes it out of the VPC.
    type: dict
    suboptions:
      subnet_ids:
        description: The subnets, 1 to 16.
        type: list
        elements: str
      security_group_ids:
        description: The security groups, 1 to 5.
        type: list
        elements: str
  reserved_concurrency:
    description:
      - How many invocations can run at a time; as many are kept free for it out of the account's number.
      - V(0) stops the function, V(-1) reserves none.
    type: int
  tracing_mode:
    description: Whether invocations are traced by AWS X-Ray (V(Active)), or those only that come traced already.
    type: str
    choices: [Active, PassThrough]
  kms_key_arn:
    description: The ARN of the KMS key that encrypts the environment variables; an empty text stands for AWS's own key.
    type: str
  dead_letter_arn:
    description:
      - The ARN of the queue (or topic) that gets asynchronous calls, such as those of a schedule, which failed at all tries. The function's
        role must be allowed to send to it. An empty text ends that.
    type: str
  log_group:
    description:
      - The log group C(/aws/lambda/<function_name>). It is made before the function, since AWS would make one that keeps the log
        for ever. It has the tags of O(tags).
      - Left out, it is left alone.
    type: dict
    suboptions:
      retention_in_days:
        description:
          - How long the log is kept. AWS takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
            2922, 3288 and 3653 days; V(0) keeps it for ever.
        type: int
      kms_key_id:
        description: The ARN of the KMS key that encrypts the log; an empty text stands for AWS's own key.
        type: str
  permissions:
    description:
      - Who may invoke the function besides roles of its account. All other statements are removed; left out, they are left alone.
      - A statement that differs is removed and added again, since AWS cannot change one.
    type: list
    elements: dict
    suboptions:
      statement_id:
        description: The name of the statement, 1 to 100 letters, digits, hyphens and underscores.
        type: str
        required: true
      principal:
        description:
          - The service, account or ARN that may invoke it, such as V(apigateway.amazonaws.com).
          - A service needs O(permissions[].source_arn), O(permissions[].source_account) or both.
        type: str
        required: true
      source_arn:
        description: The ARN of the service's resource, in which V(*) and V(?) are wildcards.
        type: str
      source_account:
        description: The account of the service's resource.
        type: str
  event_source:
    description:
      - The queue that the function works on. Mappings of other queues are removed; V({}) removes all of queues.
      - What is left out of it has AWS's default. Left out as a whole, it is left alone.
    type: dict
    suboptions:
      queue_arn:
        description: The ARN of the queue. Its visibility timeout must not be shorter than O(timeout).
        type: str
      batch_size:
        description:
          - The most messages in an invocation, 1 to 10000, for a FIFO queue up to 10. Left out, 10.
          - More than 10 need O(event_source.maximum_batching_window_seconds).
        type: int
      maximum_batching_window_seconds:
        description: How long messages are gathered for a batch, 0 to 300 seconds. Left out, 0, the only one for a FIFO queue.
        type: int
      maximum_concurrency:
        description: How many invocations the queue can have at a time, 2 to 1000. Left out, there is no limit.
        type: int
      report_batch_item_failures:
        description: Whether the function's answer names the messages that failed, so that the others are not delivered again. Left out, no.
        type: bool
      enabled:
        description: Whether messages are delivered. Left out, yes.
        type: bool
  wait_timeout:
    description: How long each wait may take, in seconds. A function in a VPC can take minutes.
    type: int
    default: 300
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - The tag C(InvokedFor) belongs to M(iot.sensor_stack.lambda_invoke). It is neither removed nor shown.
  - The event source mapping gets the tags when it is made, and their changes together with the function.
  - The network interfaces of a function in a VPC stay for some minutes after its removal, until AWS removes them; so long its
    subnets and security groups cannot be deleted.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: A function that stores the readings of a queue
  iot.sensor_stack.lambda_function:
    function_name: iot-ingest-dev
    description: Stores readings
    runtime: python3.13
    handler: sensor_functions.ingest.handler
    role: arn:aws:iam::123456789012:role/iot-ingest-role-ca-central-1-dev
    zip_path: "{{ package.path }}"
    code_sha256: "{{ package.sha256 }}"
    memory_size: 256
    timeout: 30
    environment:
      DATABASE_SECRET_ID: iot-aurora-password-dev
    vpc:
      subnet_ids: [subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]
      security_group_ids: [sg-0a1b2c3d4e5f60001]
    log_group:
      retention_in_days: 30
    event_source:
      queue_arn: arn:aws:sqs:ca-central-1:123456789012:iot-readings-dev
      batch_size: 100
      maximum_batching_window_seconds: 1
      maximum_concurrency: 10
      report_batch_item_failures: true
    tags:
      Environment: dev

- name: Let one API invoke a function
  iot.sensor_stack.lambda_function:
    function_name: iot-query-dev
    permissions:
      - statement_id: api
        principal: apigateway.amazonaws.com
        source_arn: arn:aws:execute-api:ca-central-1:123456789012:a1b2c3d4e5/*/GET/*

- name: Remove the function
  iot.sensor_stack.lambda_function:
    function_name: iot-ingest-dev
    state: absent
"""

RETURN = r"""
function:
  description: The function after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-ingest-dev
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for a function that does not exist yet.
      type: str
      sample: arn:aws:lambda:ca-central-1:123456789012:function:iot-ingest-dev
    state:
      description: Its state; V(planned) in check mode for a function that does not exist yet.
      type: str
      sample: Active
    code_sha256:
      description: The SHA-256 of its code in base64.
      type: str
      sample: 2VpbIRC9pXk5tHDIuuM1Z1Uv8QfFQzfkzwfqkpBzcNE=
    version:
      description: Its version, which is always the unpublished one.
      type: str
      sample: $LATEST
    log_group:
      description: The name of its log group.
      type: str
      sample: /aws/lambda/iot-ingest-dev
    event_source_uuid:
      description: The UUID of the mapping of its queue, when O(event_source) is given; none when there is no mapping.
      type: str
      sample: 14e0db71-5d35-4eb5-b481-8945cf9d10c2
    description:
      description: Its description.
      type: str
      sample: Stores readings
    runtime:
      description: Its runtime.
      type: str
      sample: python3.13
    handler:
      description: What is called.
      type: str
      sample: sensor_functions.ingest.handler
    role:
      description: The ARN of its role.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-ingest-role-ca-central-1-dev
    memory_size:
      description: Its memory in MB.
      type: int
      sample: 256
    timeout:
      description: How long an invocation may take, in seconds.
      type: int
      sample: 30
    architectures:
      description: The kind of processor.
      type: list
      elements: str
      sample: [x86_64]
    environment:
      description: Its environment variables.
      type: dict
      sample: {"DATABASE_SECRET_ID": "iot-aurora-password-dev"}
    vpc:
      description: Its subnets and security groups, sorted.
      type: dict
      sample: {"subnet_ids": ["subnet-0a1b2c3d4e5f60001"], "security_group_ids": ["sg-0a1b2c3d4e5f60001"]}
    reserved_concurrency:
      description: Its reserved concurrency; -1 when there is none.
      type: int
      sample: -1
    tracing_mode:
      description: How it is traced.
      type: str
      sample: PassThrough
    kms_key_arn:
      description: The KMS key of its environment variables; empty for AWS's own.
      type: str
      sample: ""
    dead_letter_arn:
      description: Where asynchronous calls that failed go; empty for nowhere.
      type: str
      sample: ""
    permissions:
      description: Who may invoke it, by statement ID, when O(permissions) is given.
      type: dict
      sample: {"api": {"principal": "apigateway.amazonaws.com"}}
    event_source:
      description: The queue it works on, when O(event_source) is given.
      type: dict
      sample: {}
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_one
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.functions import FUNCTION


def main() -> None:
    """Module entry point."""
    ensure_one(FUNCTION)


if __name__ == "__main__":
    main()
