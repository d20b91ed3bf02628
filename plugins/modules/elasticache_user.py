#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_user
version_added: 0.2.0
short_description: Manage an ElastiCache user
description:
  - Creates, changes and deletes a user of Amazon ElastiCache for role-based access control, for Redis OSS and Valkey.
  - An option that is left out leaves the user as it is.
options:
  state:
    description: Whether the user should exist.
    type: str
    choices: [present, absent]
    default: present
  user_id:
    description:
      - The ID of the user.
      - 1 to 40 letters, digits and single hyphens, starting with a letter. ElastiCache stores it in lower case.
    type: str
    required: true
  user_name:
    description:
      - The name that clients give, which only one user of a user group may have. Required to create a user. AWS cannot change it.
      - The user of the name V(default) is who clients are that give none; each user group for Redis OSS needs one.
    type: str
  engine:
    description: The engine. A user group has users of its own engine. A new user is one for V(redis), which Valkey takes too.
    type: str
    choices: [redis, valkey]
  access_string:
    description: What the user may do, in the words of Redis' ACL, such as V(on ~app:* +@read). Required to create a user.
    type: str
  authentication:
    description:
      - How the user logs in, by V(password), by V(iam), or without (V(no_password)). Required to create a user.
      - With V(iam), O(user_name) must be O(user_id).
    type: str
    choices: [password, no_password, iam]
  password_secret:
    description:
      - The name or ARN of the secret of AWS Secrets Manager whose value is a JSON object with the password, of 16 to 128 letters, digits
        and V(!&#$^<>-). It never passes through Ansible. Needed with O(authentication=password).
      - It is read when the user is created, and when it is to log in by password from then on. AWS tells no password, so that later changes
        of the secret are not applied; M(iot.sensor_stack.elasticache_rotation) changes both.
    type: str
  password_secret_key:
    description: The field of the secret's JSON value that holds the password.
    type: str
    default: password
  wait_timeout:
    description: How many seconds to wait until the user is active, or gone.
    type: int
    default: 300
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Let nobody in who gives no name
  iot.sensor_stack.elasticache_user:
    user_id: iot-redis-default-dev
    user_name: default
    access_string: "off -@all"
    authentication: no_password

- name: Let applications read and write, but not manage
  iot.sensor_stack.elasticache_user:
    user_id: iot-redis-app-dev
    user_name: iotapp
    access_string: "on ~* &* +@all -@admin -@dangerous"
    authentication: password
    password_secret: iot-redis-auth-dev
"""

RETURN = r"""
user:
  description: The user after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    user_id:
      description: Its ID, in lower case.
      type: str
      sample: iot-redis-app-dev
    arn:
      description: Its ARN; absent in check mode for a user that does not exist yet.
      type: str
      sample: arn:aws:elasticache:ca-central-1:123456789012:user:iot-redis-app-dev
    status:
      description: Its state; absent in check mode for a user that does not exist yet.
      type: str
      sample: active
    user_name:
      description: Its name.
      type: str
      sample: iotapp
    engine:
      description: Its engine.
      type: str
      sample: redis
    access_string:
      description: What it may do.
      type: str
      sample: "on ~* &* +@all -@admin -@dangerous"
    authentication:
      description: How it logs in.
      type: str
      sample: password
    user_group_ids:
      description: The user groups that it is in, sorted; absent in check mode for a user that does not exist yet.
      type: list
      elements: str
      sample: ["iot-redis-users-dev"]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_pattern,
    check_range,
    check_tags,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api, limits
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.rotation import PasswordSecret
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import (
    same_access,
    user_to_dict,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.waiters import wait_for_user
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.limits import (
    SECRET_ID,
    SECRET_ID_IN_WORDS,
)

IMMUTABLE = {"user_name": "make a user of another ID, and put it into the user group in place of this one"}
CREATION = ("user_name", "access_string", "authentication")


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against ElastiCache's limits."""
    problems = [
        *check_identifier("user_id", params["user_id"], 40),
        *check_pattern("user_name", params["user_name"], r"\S+", "a name without spaces"),
        *check_pattern("access_string", params["access_string"], r".*\S.*", "an access string such as on ~* +@all"),
        *check_pattern("password_secret", params["password_secret"], SECRET_ID, SECRET_ID_IN_WORDS),
        *check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds"),
        *check_tags("tags", params["tags"]),
    ]
    if params["authentication"] == "password" and not params["password_secret"]:
        problems.append("authentication is 'password': allowed is it with password_secret")
    if params["authentication"] == "iam" and params["user_name"] not in (None, params["user_id"]):
        problems.append(f"user_name is '{params['user_name']}': allowed with authentication iam is the user_id")
    if params["user_id"].lower() == "default":
        problems.append("user_id is 'default': that user belongs to AWS and cannot be changed")
    return problems


def read_current(module: AnsibleAWSModule, client: Any, user_id: str) -> dict[str, Any] | None:
    """The user as it is, or None; one that is being deleted is waited for, but not in check mode."""
    user = api.describe_user(client, user_id)
    if user and user.get("Status") == "deleting":
        if not module.check_mode:
            wait_for_user(client, "user", user_id, "deleted", module.params["wait_timeout"])
        return None
    return user_to_dict(user, api.list_tags(client, user["ARN"])) if user else None


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The user as it should be; None leaves a field as it is."""
    access = params["access_string"]
    if current and access and same_access(access, current["access_string"]):
        access = current["access_string"]
    return {
        "user_name": params["user_name"],
        "engine": params["engine"] or (None if current else "redis"),
        "access_string": access,
        "authentication": params["authentication"],
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def authentication_request(module: AnsibleAWSModule, authentication: str) -> dict[str, Any]:
    """How the user logs in, as AWS is asked for it."""
    if authentication == "no_password":
        return {"NoPasswordRequired": True}
    if authentication == "iam":
        return {"AuthenticationMode": {"Type": "iam"}}
    name, key = module.params["password_secret"], module.params["password_secret_key"]
    password = PasswordSecret(module.client("secretsmanager"), name, key, module.no_log_values.add).read().password
    refuse(limits.check_auth_token(f"the field '{key}' of secret '{name}'", password))
    return {"Passwords": [password]}


def build_request(module: AnsibleAWSModule, changes: Changes) -> dict[str, Any]:
    """The arguments of CreateUser and ModifyUser but for ID, name and tags."""
    parameters = {"engine": "Engine", "access_string": "AccessString"}
    request = {parameters[field]: changes[field].after for field in parameters if field in changes}
    if "authentication" in changes:
        request |= authentication_request(module, changes["authentication"].after)
    return request


def create(module: AnsibleAWSModule, client: Any, user_id: str, wanted: dict[str, Any], changes: Changes) -> None:
    """Create the user with its tags."""
    request = {"UserId": user_id, "UserName": wanted["user_name"], **build_request(module, changes)}
    if wanted["tags"]:
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    single_shot = single_shot_client(module, "elasticache")
    create_once(lambda: api.create_user(single_shot, **request), lambda: api.describe_user(client, user_id))


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the user."""
    user_id = module.params["user_id"].lower()
    current = read_current(module, client, user_id)
    wanted = build_wanted(module.params, current)
    if current is None:
        refuse(f"{field} is not given: it is needed to create a user" for field in CREATION if wanted[field] is None)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"user {user_id}", present_action(current))
    if current is not None:
        refuse_immutable(changes, IMMUTABLE, f"user {user_id}")
    if changes and not module.check_mode:
        if current is None:
            create(module, client, user_id, wanted, changes)
        else:
            apply_tags(client, current["arn"], changes)
            if request := build_request(module, changes):
                api.modify_user(client, user_id, **request)
        wait_for_user(client, "user", user_id, "active", module.params["wait_timeout"])
        current = read_current(module, client, user_id)
    after = {**(current or {"user_id": user_id}), **{key: value for key, value in wanted.items() if value is not None}}
    return {"changed": bool(changes), "diff": diff, "user": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the user."""
    user_id = module.params["user_id"].lower()
    changes = build_removal(read_current(module, client, user_id) or {})
    if changes and not module.check_mode:
        api.delete_user(client, user_id)
        wait_for_user(client, "user", user_id, "deleted", module.params["wait_timeout"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"user {user_id}", "remove"), "user": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "user_id": {"type": "str", "required": True},
            "user_name": {"type": "str"},
            "engine": {"type": "str", "choices": ["redis", "valkey"]},
            "access_string": {"type": "str"},
            "authentication": {"type": "str", "choices": ["password", "no_password", "iam"]},
            "password_secret": {"type": "str", "no_log": False},
            "password_secret_key": {"type": "str", "default": "password", "no_log": False},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "elasticache", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
