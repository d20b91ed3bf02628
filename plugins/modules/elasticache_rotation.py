#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_rotation
version_added: 0.2.0
short_description: Rotate the auth token or a user's password of ElastiCache now
description:
  - Gives a replication group a new auth token, or a user a new password, by way of the secret that its clients read, so that no client is
    without a valid one.
  - The new one is made by Secrets Manager and stored in the secret as version C(AWSPENDING). ElastiCache takes it beside the old one
    (of a token C(ROTATE)), C(AWSCURRENT) moves to it, and ElastiCache takes it alone (C(SET)). Clients that are refused from then on read
    the secret again.
  - A run that was cut off anywhere is taken up by the next one, from what the secret's labels say.
  - Each run rotates, so that it always says changed, but with O(complete_only=true).
  - No token or password passes through Ansible.
options:
  name:
    description: The ID of the replication group, which has a token. One of O(name) and O(user_id) is needed.
    type: str
  user_id:
    description: The ID of the user, who logs in by password.
    type: str
  secret:
    description: The name or ARN of the secret of AWS Secrets Manager whose value is a JSON object with the token or password.
    type: str
    required: true
  key:
    description: The field of the secret's JSON value that holds it; C(auth_token) of a replication group, C(password) of a user.
    type: str
  length:
    description: Characters of the new token or password, letters and digits, 16 to 128.
    type: int
    default: 64
  complete_only:
    description: Whether only a rotation that was cut off is taken up, and nothing is done where there is none.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds each wait for the replication group or user may take.
    type: int
    default: 3600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Change the cache's auth token now
  iot.sensor_stack.elasticache_rotation:
    name: iot-redis-dev
    secret: iot-redis-auth-dev

- name: Change the password of the applications' user now
  iot.sensor_stack.elasticache_rotation:
    user_id: iot-redis-app-dev
    secret: iot-redis-auth-dev

- name: Go on with a rotation that was cut off
  iot.sensor_stack.elasticache_rotation:
    name: iot-redis-dev
    secret: iot-redis-auth-dev
    complete_only: true
"""

RETURN = r"""
rotation:
  description: The rotation; in check mode as far as it is known. Empty where there was nothing to take up.
  returned: always
  type: dict
  contains:
    version_id:
      description: The ID of the secret's version with the new token or password; C(known-after-deploy) in check mode.
      type: str
      sample: 6dd7e1c5-3ed6-4a4b-a6ab-0c2a0cd3d2b1
    previous_version_id:
      description: The ID of the version that was current before.
      type: str
      sample: 0c1b3c8e-8f43-4f8e-9b7c-6a3d5b8b1a11
    resumed:
      description: Whether a rotation that was cut off was taken up.
      type: bool
      sample: false
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_pattern,
    check_range,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.credentials import (
    AuthToken,
    Credential,
    UserPassword,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.rotation import (
    CURRENT,
    PENDING,
    PasswordSecret,
    rotate,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.api import get_random_password
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.limits import (
    SECRET_ID,
    SECRET_ID_IN_WORDS,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import version_of
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against the limits of ElastiCache and Secrets Manager."""
    return [
        *check_identifier("name", params["name"], 40),
        *check_identifier("user_id", params["user_id"], 40),
        *check_pattern("secret", params["secret"], SECRET_ID, SECRET_ID_IN_WORDS),
        *check_range("length", params["length"], 16, 128, "characters"),
        *check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds"),
    ]


def check_group(client: Any, name: str) -> None:
    """Fail for a replication group that has no token to be replaced."""
    group = api.describe_replication_group(client, name)
    if group is None:
        raise AnsibleAWSError(message=f"replication group {name} does not exist")
    if not group.get("AuthTokenEnabled"):
        raise AnsibleAWSError(
            message=f"replication group {name} has no auth token: give it one first, with the option auth_token_secret of "
            "iot.sensor_stack.elasticache_replication_group"
        )


def check_user(client: Any, user_id: str) -> None:
    """Fail for a user without a password."""
    user = api.describe_user(client, user_id)
    if user is None:
        raise AnsibleAWSError(message=f"user {user_id} does not exist")
    if (user.get("Authentication") or {}).get("Type") != "password":
        raise AnsibleAWSError(message=f"user {user_id} does not log in by password: there is none to rotate")


def find_credential(module: AnsibleAWSModule) -> Credential:
    """What is to be rotated.

    :raises AnsibleAWSError: where there is nothing to rotate
    """
    client, params = module.client("elasticache"), module.params
    if params["name"]:
        check_group(client, params["name"].lower())
        return AuthToken(client, params["name"].lower(), params["wait_timeout"])
    check_user(client, params["user_id"].lower())
    return UserPassword(client, params["user_id"].lower(), params["wait_timeout"])


def ensure_rotated(module: AnsibleAWSModule) -> dict[str, Any]:
    """Rotate, or take up a rotation; what is known of it. Empty where there is nothing to do."""
    params, secrets = module.params, module.client("secretsmanager")
    key = params["key"] or ("auth_token" if params["name"] else "password")
    secret = PasswordSecret(secrets, params["secret"], key, module.no_log_values.add)
    described = secret.describe()
    resumed = version_of(described, PENDING) is not None
    if params["complete_only"] and not resumed:
        return {}
    credential = find_credential(module)
    if module.check_mode:
        before = version_of(described, CURRENT)
        return {"version_id": KNOWN_AFTER_DEPLOY, "previous_version_id": before, "resumed": resumed}
    generate = partial(get_random_password, secrets, PasswordLength=params["length"], ExcludePunctuation=True)
    return rotate(secret, credential, generate)


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str"},
            "user_id": {"type": "str"},
            "secret": {"type": "str", "required": True, "no_log": False},
            "key": {"type": "str", "no_log": False},
            "length": {"type": "int", "default": 64},
            "complete_only": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 3600},
        },
        required_one_of=[("name", "user_id")],
        mutually_exclusive=[("name", "user_id")],
        supports_check_mode=True,
    )
    rotation: dict[str, Any] = {}
    try:
        refuse(validate(module.params))
        rotation = ensure_rotated(module)
    except AnsibleAWSError as error:
        fail(module, error)
    versions = Change(rotation.get("previous_version_id"), rotation.get("version_id"))
    diff = build_diff({"version_id": versions} if rotation else {}, f"secret {module.params['secret']}", "change")
    module.exit_json(changed=bool(rotation), diff=diff, rotation=rotation)


if __name__ == "__main__":
    main()
