#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: secretsmanager_rotation
version_added: 0.2.0
short_description: Rotate a secret of AWS Secrets Manager now
description:
  - Starts a rotation of a secret and waits until it has ended. The secret's rotation must have been set up before.
  - Where an earlier rotation was not completed, AWS tries that one again, and it is waited for.
  - Each run rotates, so that it always says changed. In check mode no call is made to AWS.
  - The secret's value is not read.
options:
  name:
    description: The name of the secret, or its ARN.
    type: str
    required: true
  wait_timeout:
    description:
      - Seconds to wait until the new version is the current one. AWS does not tell that a rotation failed, but tries
        again for some time.
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
- name: Change the database's password now
  iot.sensor_stack.secretsmanager_rotation:
    name: iot-aurora-password-dev
"""

RETURN = r"""
rotation:
  description: The rotation.
  returned: always
  type: dict
  contains:
    name:
      description: The name of the secret; in check mode the name or ARN that was given.
      type: str
      sample: iot-aurora-password-dev
    arn:
      description: The ARN of the secret; absent in check mode.
      type: str
      sample: arn:aws:secretsmanager:ca-central-1:123456789012:secret:iot-aurora-password-dev-AbCdEf
    version_id:
      description: The ID of the new version; C(known-after-deploy) in check mode.
      type: str
      sample: 6dd7e1c5-3ed6-4a4b-a6ab-0c2a0cd3d2b1
    previous_version_id:
      description: The ID of the version that was current before; absent in check mode.
      type: str
      sample: 0c1b3c8e-8f43-4f8e-9b7c-6a3d5b8b1a11
    older_version_ids:
      description: The IDs of the versions with the label AWSPREVIOUS before the rotation; absent in check mode.
      type: list
      elements: str
      sample: [9a1f0a52-1df8-4a5e-8a0e-3a1b0c9d7e10]
    resumed:
      description: Whether a rotation that was not completed was taken up; absent in check mode.
      type: bool
      sample: false
"""

import uuid
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_pattern,
    check_range,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.limits import (
    SECRET_ID,
    SECRET_ID_IN_WORDS,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.rotation import (
    begin,
    check_rotatable,
    wait_rotated,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import version_of
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against Secrets Manager's limits."""
    return [
        *check_pattern("name", params["name"], SECRET_ID, SECRET_ID_IN_WORDS),
        *check_range("wait_timeout", params["wait_timeout"], 0, 86400, "seconds"),
    ]


def rotate(client: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Rotate the secret and wait for the end; returns what is known of the rotation."""
    secret = check_rotatable(api.describe_secret(client, params["name"]), params["name"])
    version, resumed = begin(client, secret, str(uuid.uuid4()))
    wait_rotated(client, secret, version, params["wait_timeout"])
    stages = secret.get("VersionIdsToStages") or {}
    return {
        "name": secret["Name"],
        "arn": secret["ARN"],
        "version_id": version,
        "previous_version_id": version_of(secret, "AWSCURRENT"),
        "older_version_ids": sorted(version for version, labels in stages.items() if "AWSPREVIOUS" in labels),
        "resumed": resumed,
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "wait_timeout": {"type": "int", "default": 600},
        },
        supports_check_mode=True,
    )
    rotation = {"name": module.params["name"], "version_id": KNOWN_AFTER_DEPLOY}
    try:
        refuse(validate(module.params))
        if not module.check_mode:
            rotation = rotate(module.client("secretsmanager"), module.params)
    except AnsibleAWSError as error:
        fail(module, error)
    changes = {"version_id": Change(rotation.get("previous_version_id"), rotation["version_id"])}
    module.exit_json(changed=True, diff=build_diff(changes, f"secret {rotation['name']}", "change"), rotation=rotation)


if __name__ == "__main__":
    main()
