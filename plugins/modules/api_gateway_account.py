#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_account
version_added: 0.2.0
short_description: Give Amazon API Gateway a role to write logs with, where it has none
description:
  - All REST APIs of an account write their logs to CloudWatch with one role a region. This module reads which one that is, and sets
    it where there is none.
  - A role that is there stays, whichever it is, since other APIs write with it. For the same reason it is never taken away.
options:
  cloudwatch_role_arn:
    description:
      - The ARN of the role, which C(apigateway.amazonaws.com) may assume, and which may write to CloudWatch Logs. It is set only
        where the account has none.
      - Left out, the account is only read.
      - In check mode, C(known-after-deploy) stands for a role that is still to be made.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - API Gateway knows a new role some seconds after it was made; the module waits for that, two minutes at most.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Look with which role API Gateway writes its logs
  iot.sensor_stack.api_gateway_account:
  register: __account

- name: Give it one
  iot.sensor_stack.api_gateway_account:
    cloudwatch_role_arn: arn:aws:iam::123456789012:role/iot-api-gateway-logs
"""

RETURN = r"""
account:
  description: The settings after the run; in check mode as they would be.
  returned: always
  type: dict
  contains:
    cloudwatch_role_arn:
      description: The role; empty without one.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-api-gateway-logs
"""

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import build_changes, build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain, fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

TRIES = 24
PAUSE = 5


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options."""
    return check_pattern(
        "cloudwatch_role_arn",
        params["cloudwatch_role_arn"],
        rf"arn:[^:]+:iam::\d{{12}}:role/.+|{KNOWN_AFTER_DEPLOY}",
        "the ARN of a role, such as arn:aws:iam::123456789012:role/iot-api-gateway-logs",
    )


def set_role(client: Any, arn: str) -> None:
    """UpdateAccount, again as long as API Gateway does not know the new role."""
    for attempt in range(1, TRIES + 1):
        try:
            api.update_account(client, [patches.replace("/cloudwatchRoleArn", arn)])
            return
        except AnsibleAWSError as error:
            # The code is that of any bad request. The message: "The role ARN does not have required permissions configured …".
            if attempt == TRIES or explain(error)[1] != "BadRequestException" or "role" not in str(error).lower():
                raise
        time.sleep(PAUSE)


def ensure(module: AnsibleAWSModule) -> dict[str, Any]:
    """Read the role, and set it where there is none."""
    client = module.client("apigateway")
    current = {"cloudwatch_role_arn": api.get_account(client).get("cloudwatchRoleArn") or ""}
    wanted = {"cloudwatch_role_arn": current["cloudwatch_role_arn"] or module.params["cloudwatch_role_arn"]}
    changes = build_changes(current, wanted)
    if changes and not module.check_mode:
        set_role(client, module.params["cloudwatch_role_arn"])
    name = f"account's settings of API Gateway in {client.meta.region_name}"
    account = {"cloudwatch_role_arn": wanted["cloudwatch_role_arn"] or ""}
    return {"changed": bool(changes), "diff": build_diff(changes, name, "change"), "account": account}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={"cloudwatch_role_arn": {"type": "str"}},
        supports_check_mode=True,
    )
    try:
        refuse(validate(module.params))
        module.exit_json(**ensure(module))
    except AnsibleAWSError as error:
        fail(module, error)


if __name__ == "__main__":
    main()
