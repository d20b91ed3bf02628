# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A key with its alias: what both its modules do."""

from __future__ import annotations

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
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import Kind, apply_entries
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


SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "policy": {"type": "json"},
    "rotation_enabled": {"type": "bool"},
    "rotation_period_in_days": {"type": "int"},
    "pending_window_in_days": {"type": "int", "default": 30},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}

KEY = Kind("kms", "key", SPEC, validate, ensure_present, ensure_absent)
