#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_functions
version_added: 0.2.0
short_description: Manage several functions of AWS Lambda at the same time
description:
  - Creates, changes and deletes functions of AWS Lambda, each with its log group, permissions and queue, as
    M(iot.sensor_stack.lambda_function) does one.
  - All are worked on at the same time, up to 8, so that many take about as long as one.
  - All options are checked before the first call. When one function fails, the others are brought about all the same; the message names
    all that failed, and what was done, which the diff has too.
options:
  state:
    description: Whether the functions should exist. It is the same for all of them.
    type: str
    choices: [present, absent]
    default: present
  functions:
    description:
      - The functions, each with the options of M(iot.sensor_stack.lambda_function), but for C(state) and those of the connection.
      - Each function can be there once.
    type: list
    elements: dict
    required: true
  defaults:
    description: Options for those of O(functions) that do not have them themselves. The value of an option is taken as a whole.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: iot.sensor_stack.lambda_function
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Two functions with the same code
  iot.sensor_stack.lambda_functions:
    defaults:
      runtime: python3.13
      zip_path: "{{ package.path }}"
      memory_size: 256
      vpc:
        subnet_ids: [subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]
        security_group_ids: [sg-0a1b2c3d4e5f60001]
      log_group:
        retention_in_days: 30
      tags:
        Environment: dev
    functions:
      - function_name: iot-ingest-dev
        handler: sensor_functions.ingest.handler
        role: arn:aws:iam::123456789012:role/iot-ingest-role-ca-central-1-dev
        timeout: 30
      - function_name: iot-query-dev
        handler: sensor_functions.query.handler
        role: arn:aws:iam::123456789012:role/iot-query-role-ca-central-1-dev
        memory_size: 128

- name: Remove them
  iot.sensor_stack.lambda_functions:
    functions:
      - function_name: iot-ingest-dev
      - function_name: iot-query-dev
    state: absent
"""

RETURN = r"""
functions:
  description:
    - The functions after the run, in the order given, each as M(iot.sensor_stack.lambda_function) returns it.
    - In check mode as they would be. Those that are absent are empty.
  returned: when none failed
  type: list
  elements: dict
  contains:
    name:
      description: Its name; the other values are those of M(iot.sensor_stack.lambda_function).
      type: str
      sample: iot-ingest-dev
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for a function that does not exist yet.
      type: str
      sample: arn:aws:lambda:ca-central-1:123456789012:function:iot-ingest-dev
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.several import ensure_several
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.functions import FUNCTION


def main() -> None:
    """Module entry point."""
    ensure_several(FUNCTION, "functions")


if __name__ == "__main__":
    main()
