#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_role
version_added: 0.2.0
short_description: Manage an IAM role with its policies
description:
  - Creates, changes and deletes a role of AWS IAM, with the policies in it and the managed policies attached to it.
  - Policies are compared by meaning, not as text.
options:
  state:
    description:
      - Whether the role should exist.
      - V(absent) deletes the policies in it and detaches the managed ones first. A role in an instance profile is refused.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name of the role, 1 to 64 letters, digits and the characters V(_+=,.@-).
    type: str
    required: true
  path:
    description:
      - The path of the role, which starts and ends with a slash. A new role gets V(/) when it is left out.
      - AWS cannot change it afterwards.
    type: str
  description:
    description: What the role is for, up to 1000 characters.
    type: str
  assume_role_policy:
    description: The policy that says who may assume the role. Excludes O(service).
    type: dict
  service:
    description:
      - The service of AWS that may assume the role, such as V(lambda.amazonaws.com), in place of O(assume_role_policy).
    type: str
  service_own_account_only:
    description:
      - Whether O(service) may assume the role for resources of the role's own account only, which keeps others from having
        the service use it for them (the "confused deputy"); by the condition C(aws:SourceAccount).
      - Not every service says for whom it assumes a role.
    type: bool
    default: false
  policies:
    description:
      - The policies in the role (inline policies), name to document; of all together up to 10240 characters.
      - Others in the role are removed. Left out, all are left alone.
    type: dict
  managed_policy_arns:
    description:
      - The ARNs of the managed policies that are attached, up to 20.
      - Others are detached. Left out, all are left alone.
    type: list
    elements: str
  permissions_boundary:
    description: The ARN of the policy that bounds what the role may do. An empty text removes it.
    type: str
  max_session_duration:
    description: How long a session of the role may last, 3600 to 43200 seconds. A new role gets 3600.
    type: int
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - Other services of AWS know a new role some seconds after it was made. M(iot.sensor_stack.lambda_function) waits for that.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: A role for a function that writes its log and reads one secret
  iot.sensor_stack.iam_role:
    name: iot-query-role-ca-central-1-dev
    description: What iot-query-dev may do
    service: lambda.amazonaws.com
    policies:
      logs:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [logs:CreateLogStream, logs:PutLogEvents]
            Resource: arn:aws:logs:ca-central-1:123456789012:log-group:/aws/lambda/iot-query-dev:*
      secret:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: secretsmanager:GetSecretValue
            Resource: arn:aws:secretsmanager:ca-central-1:123456789012:secret:iot-cache-connection-dev-*
    managed_policy_arns: []
    tags:
      Environment: dev

- name: Remove the role
  iot.sensor_stack.iam_role:
    name: iot-query-role-ca-central-1-dev
    state: absent
"""

RETURN = r"""
role:
  description: The role after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-query-role-ca-central-1-dev
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for a role that does not exist yet.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-query-role-ca-central-1-dev
    role_id:
      description: Its ID; absent in check mode for a role that does not exist yet.
      type: str
      sample: AROA1234567890EXAMPLE
    path:
      description: Its path.
      type: str
      sample: /
    description:
      description: Its description.
      type: str
      sample: What iot-query-dev may do
    assume_role_policy:
      description: Who may assume it.
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    policies:
      description: The policies in it, when O(policies) is given.
      type: dict
      sample: {}
    managed_policy_arns:
      description: The managed policies attached to it, when O(managed_policy_arns) is given.
      type: list
      elements: str
      sample: []
    permissions_boundary:
      description: The ARN of its permissions boundary, or an empty text.
      type: str
      sample: ""
    max_session_duration:
      description: How long a session may last, in seconds.
      type: int
      sample: 3600
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_one
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.roles import ROLE


def main() -> None:
    """Module entry point."""
    ensure_one(ROLE)


if __name__ == "__main__":
    main()
