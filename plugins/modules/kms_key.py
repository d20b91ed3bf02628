#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kms_key
version_added: 0.2.0
short_description: Manage a customer key of AWS KMS, told by its alias
description:
  - Creates, changes and schedules for deletion a symmetric key that encrypts, with its alias, policy, rotation and tags.
  - Unlike M(amazon.aws.kms_key) it makes four calls for a key that is as it should be, at most, and takes a key back that is pending
    deletion.
options:
  state:
    description:
      - Whether the key should exist.
      - V(present) takes back a key that is pending deletion, and enables one that is disabled.
      - V(absent) schedules the deletion. The alias stays with the key until then, so that the key can be found and taken back; AWS
        deletes the two together. All that the key encrypts is lost with it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The alias, without C(alias/), which is what the key is found by - 1 to 250 letters, digits and C(/_-), not starting with C(aws/).
      - A key that has the alias already is taken as it is, whoever made it.
    type: str
    required: true
  description:
    description: What the key is for, up to 8192 characters. Left out, it stays as it is.
    type: str
  policy:
    description:
      - The key policy, which says alone who may use the key. Compared by meaning, up to 32768 bytes.
      - In it, C({account_id}), C({partition}) (such as C(aws)) and C({region}) stand for those of the key.
      - Left out, it stays as it is; a new key then gets that of AWS, which leaves everything to the account's IAM policies.
    type: json
  rotation_enabled:
    description:
      - Whether AWS makes new key material regularly; what the older encrypts stays readable. Left out, it stays as it is.
    type: bool
  rotation_period_in_days:
    description: Days between two rotations, 90 to 2560. Needs O(rotation_enabled=true).
    type: int
  pending_window_in_days:
    description: With O(state=absent), the days until AWS deletes the key, 7 to 30.
    type: int
    default: 30
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - Needs the permissions C(kms:DescribeKey), C(kms:GetKeyPolicy), C(kms:GetKeyRotationStatus) and C(kms:ListResourceTags), and for
    changes C(CreateKey), C(CreateAlias), C(PutKeyPolicy), C(EnableKeyRotation), C(DisableKeyRotation), C(UpdateKeyDescription),
    C(EnableKey), C(CancelKeyDeletion), C(ScheduleKeyDeletion), C(TagResource), C(UntagResource) and C(ListKeys).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: A key for logs, which CloudWatch Logs alone may use
  iot.sensor_stack.kms_key:
    name: iot-logs-key-dev
    description: Logs of iot-dev
    rotation_enabled: true
    rotation_period_in_days: 365
    policy:
      Version: "2012-10-17"
      Statement:
        - Sid: Administer
          Effect: Allow
          Principal: {AWS: "arn:{partition}:iam::{account_id}:root"}
          Action: kms:*
          Resource: "*"
        - Sid: Logs
          Effect: Allow
          Principal: {Service: "logs.{region}.amazonaws.com"}
          Action: [kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:Describe*]
          Resource: "*"
    tags:
      Environment: dev

- name: Have the key deleted in 30 days
  iot.sensor_stack.kms_key:
    name: iot-logs-key-dev
    state: absent
"""

RETURN = r"""
key:
  description: The key after the run; in check mode as it would be. Empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: Its alias, without C(alias/).
      type: str
      sample: iot-logs-key-dev
    arn:
      description: Its ARN; C(known-after-deploy) in check mode for a key that does not exist yet.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    key_id:
      description: Its ID; C(known-after-deploy) in check mode for a key that does not exist yet.
      type: str
      sample: 1234abcd-12ab-34cd-56ef-1234567890ab
    key_state:
      description: Its state, V(Enabled), or V(PendingDeletion) after O(state=absent).
      type: str
      sample: Enabled
    deletion_date:
      description: When AWS deletes it, or null. In check mode with O(state=absent) it is not known yet.
      type: str
      sample: "2026-01-31T00:00:00+00:00"
    description:
      description: Its description.
      type: str
      sample: Logs of iot-dev
    policy:
      description: Its policy, when O(policy) is given.
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    rotation_enabled:
      description: Whether it rotates, when O(rotation_enabled) is given.
      type: bool
      sample: true
    rotation_period_in_days:
      description: Days between two rotations, when O(rotation_enabled) is given; null without rotation.
      type: int
      sample: 365
    tags:
      description: Its tags, when O(tags) are given.
      type: dict
      sample: {"Environment": "dev"}
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import account_of, caller_arn, fill_account
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import (
    create_once,
    explain,
    single_shot_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_json_object,
    check_length,
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.kms import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.kms.transformations import (
    key_to_dict,
    rotation_to_dict,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# Source: "Resource quotas" in the KMS developer guide.
MAX_POLICY_BYTES = 32768
DEFAULT_PERIOD = 365
# What AWS gives a new key, besides its policy.
NEW: dict[str, Any] = {
    "description": "",
    "key_state": "Enabled",
    "rotation_enabled": False,
    "rotation_period_in_days": None,
    "tags": {},
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against KMS's limits."""
    period, problems = params["rotation_period_in_days"], []
    if period is not None and not params["rotation_enabled"]:
        problems.append(f"rotation_period_in_days is {period}: allowed is it with rotation_enabled true")
    return [
        *check_length("name", params["name"], 1, 250),
        *check_pattern("name", params["name"], r"(?!aws/)[A-Za-z0-9/_-]*", "letters, digits and /_-, not aws/..."),
        *check_length("description", params["description"], 0, 8192),
        *check_json_object("policy", params["policy"], MAX_POLICY_BYTES, "bytes"),
        *check_range("rotation_period_in_days", period, 90, 2560, "days"),
        *problems,
        *check_range("pending_window_in_days", params["pending_window_in_days"], 7, 30, "days"),
        *check_tags("tags", params["tags"]),
    ]


def read_key(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The key of the alias with as much as the options say something about, or None."""
    described = api.describe_key(client, f"alias/{params['name']}")
    if described is None:
        return None
    check_usable(described, params["name"])
    current = key_to_dict(described)
    if params["state"] == "absent":
        return current
    if params["policy"] is not None:
        current["policy"] = json.loads(api.get_policy(client, current["key_id"]))
    if params["rotation_enabled"] is not None:
        current |= rotation_to_dict(api.get_rotation(client, current["key_id"]))
    if params["tags"] is not None:
        current["tags"] = api.list_tags(client, current["key_id"])
    return current


def check_usable(key: dict[str, Any], name: str) -> None:
    """Refuse what is no customer key for encryption, or can be no more.

    :raises AnsibleAWSError: with what it is
    """
    usable = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
    kind = {field: key.get(field, value) for field, value in usable.items()}
    if kind != usable or key["KeyState"] not in ("Enabled", "Disabled", "PendingDeletion"):
        raise AnsibleAWSError(
            message=f"KMS key {name} is {', '.join((*kind.values(), key['KeyState']))}: allowed is a key that is "
            f"{', '.join(usable.values())} and can be enabled; "
            "give the alias to such a key, or take another name"
        )


def build_wanted(module: AnsibleAWSModule, client: Any, current: dict[str, Any] | None) -> dict[str, Any]:
    """The key as it should be; None leaves a field as it is."""
    params, have = module.params, current or NEW
    rotates = params["rotation_enabled"]
    period = params["rotation_period_in_days"] or have.get("rotation_period_in_days") or DEFAULT_PERIOD
    return {
        "key_state": "Enabled",
        "description": params["description"],
        "policy": build_policy(module, client, current),
        "rotation_enabled": rotates,
        "rotation_period_in_days": period if rotates else None,
        "tags": merge_tags(have.get("tags"), params["tags"], params["purge_tags"]),
    }


def build_policy(module: AnsibleAWSModule, client: Any, current: dict[str, Any] | None) -> dict[str, Any] | None:
    """The policy to set, or None when there is one that means the same."""
    policy = module.params["policy"]
    if policy is None:
        return None
    account = account_of(current["arn"] if current else caller_arn(module))
    wanted: dict[str, Any] = json.loads(fill_account(policy, account, client.meta.region_name))
    return wanted if current is None or compare_policies(current["policy"], wanted) else None


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the key and its alias; what it is like then."""
    name, started = module.params["name"], datetime.now(UTC) - timedelta(minutes=1)
    request = {
        "Description": wanted["description"],
        "Policy": json.dumps(wanted["policy"]) if wanted["policy"] else None,
        "Tags": ansible_dict_to_boto3_tag_list(wanted["tags"] or {}, *api.TAG_NAMES),
    }
    single_shot, request = single_shot_client(module, "kms"), {key: value for key, value in request.items() if value}
    key = create_once(
        lambda: api.create_key(single_shot, **request), lambda: find_made(client, started, wanted["description"])
    )
    name_key(client, f"alias/{name}", key["KeyId"])
    return {**NEW, **key_to_dict(key), **{field: wanted[field] for field in ("policy", "tags") if wanted[field]}}


def name_key(client: Any, alias: str, key_id: str) -> None:
    """Give a new key its alias; where another run was faster, the key goes again."""
    try:
        api.create_alias(client, alias, key_id)
    except AnsibleAWSError as error:
        if explain(error)[1] != "AlreadyExistsException":
            raise
        found = api.describe_key(client, alias)
        if found and found["KeyId"] == key_id:
            return  # a call of ours whose answer was lost
        api.schedule_deletion(client, key_id, 7)
        raise


def find_made(client: Any, started: datetime, description: str | None) -> dict[str, Any] | None:
    """The key that a call made whose answer was lost: made since then, with our description. Few accounts have many keys."""
    keys = (api.describe_key(client, key_id) for key_id in api.list_keys(client))
    return next(
        (
            key
            for key in keys
            if key and key["CreationDate"] >= started and (key.get("Description") or "") == (description or "")
        ),
        None,
    )


def apply(client: Any, key_id: str, changes: Changes) -> None:
    """Change the key in place; first it must be one that can be changed."""
    if "key_state" in changes:
        if changes["key_state"].before == "PendingDeletion":
            api.cancel_deletion(client, key_id)
        api.enable_key(client, key_id)
    if "description" in changes:
        api.update_description(client, key_id, changes["description"].after)
    if "policy" in changes:
        api.put_policy(client, key_id, json.dumps(changes["policy"].after))
    if "rotation_period_in_days" in changes:
        api.enable_rotation(client, key_id, changes["rotation_period_in_days"].after)
    elif "rotation_enabled" in changes:
        api.disable_rotation(client, key_id)
    apply_entries(changes.get("tags"), partial(api.untag, client, key_id), partial(api.tag, client, key_id))


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create the key, take it back, or change it."""
    name = module.params["name"]
    current = read_key(client, module.params)
    wanted = build_wanted(module, client, current)
    changes = build_changes(current or {**NEW, "key_state": None}, wanted)
    after = {"arn": KNOWN_AFTER_DEPLOY, "key_id": KNOWN_AFTER_DEPLOY, **(current or NEW)}
    if changes and not module.check_mode:
        made = current or create(module, client, wanted)
        after = after | made
        apply(client, made["key_id"], build_changes(made, wanted))
    after |= {"name": name, "deletion_date": None, **{key: value for key, value in wanted.items() if value is not None}}
    if wanted["rotation_enabled"] is False:
        after["rotation_period_in_days"] = None
    if current is None:
        changes = {"name": Change(None, name), **changes}
    diff = build_diff(changes, f"KMS key {name}", present_action(current))
    return {"changed": bool(changes), "diff": diff, "key": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Schedule the deletion of the key."""
    name = module.params["name"]
    current = read_key(client, module.params)
    changes = build_removal(current) if current and current["key_state"] != "PendingDeletion" else {}
    if current and changes and not module.check_mode:
        api.schedule_deletion(client, current["key_id"], module.params["pending_window_in_days"])
        current = key_to_dict(api.describe_key(client, current["key_id"]) or {})
    after = {"name": name, **current, "key_state": "PendingDeletion"} if current else {}
    return {"changed": bool(changes), "diff": build_diff(changes, f"KMS key {name}", "remove"), "key": after}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "policy": {"type": "json"},
            "rotation_enabled": {"type": "bool"},
            "rotation_period_in_days": {"type": "int"},
            "pending_window_in_days": {"type": "int", "default": 30},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "kms", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
