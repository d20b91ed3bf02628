#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_roles
version_added: 0.2.0
short_description: Manage several IAM roles at the same time
description:
  - Creates, changes and deletes roles of AWS IAM, each with its policies, as M(iot.sensor_stack.iam_role) does one.
  - All are worked on at the same time, up to 8, so that many take about as long as one.
  - All options are checked before the first call. When one role fails, the others are brought about all the same; the message names
    all that failed, and what was done, which the diff has too.
options:
  state:
    description: Whether the roles should exist. It is the same for all of them.
    type: str
    choices: [present, absent]
    default: present
  roles:
    description:
      - The roles, each with the options of M(iot.sensor_stack.iam_role), but for C(state) and those of the connection.
      - Each role can be there once.
    type: list
    elements: dict
    required: true
  defaults:
    description: Options for those of O(roles) that do not have them themselves. The value of an option is taken as a whole.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: iot.sensor_stack.iam_role
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Roles of two functions
  iot.sensor_stack.iam_roles:
    defaults:
      service: lambda.amazonaws.com
      managed_policy_arns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]
      tags:
        Environment: dev
    roles:
      - name: iot-ingest-role-ca-central-1-dev
        description: What iot-ingest-dev may do
      - name: iot-query-role-ca-central-1-dev
        description: What iot-query-dev may do

- name: Remove them
  iot.sensor_stack.iam_roles:
    roles:
      - name: iot-ingest-role-ca-central-1-dev
      - name: iot-query-role-ca-central-1-dev
    state: absent
"""

RETURN = r"""
roles:
  description:
    - The roles after the run, in the order given, each as M(iot.sensor_stack.iam_role) returns it.
    - In check mode as they would be. Those that are absent are empty.
  returned: when none failed
  type: list
  elements: dict
  contains:
    name:
      description: Its name; the other values are those of M(iot.sensor_stack.iam_role).
      type: str
      sample: iot-query-role-ca-central-1-dev
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for a role that does not exist yet.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-query-role-ca-central-1-dev
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.several import ensure_several
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.roles import ROLE


def main() -> None:
    """Module entry point."""
    ensure_several(ROLE, "roles")


if __name__ == "__main__":
    main()
