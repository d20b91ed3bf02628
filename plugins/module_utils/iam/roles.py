# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A role with its policies: what both its modules do."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import account_of, caller_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import Kind, apply_entries
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.transformations import (
    role_to_dict,
    same_policies,
    same_policy,
    trust_of_service,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

IMMUTABLE = {"path": "keep the path, or remove the role (state=absent) and run again"}
# AWS's names of the fields that CreateRole and UpdateRole take as they are.
REQUEST = {
    "path": "Path",
    "description": "Description",
    "max_session_duration": "MaxSessionDuration",
    "permissions_boundary": "PermissionsBoundary",
}
# What AWS gives a new role.
NEW: dict[str, Any] = {
    "path": "/",
    "description": "",
    "max_session_duration": 3600,
    "permissions_boundary": "",
    "tags": {},
}
# Source: "IAM and AWS STS quotas" in the IAM user guide; white space does not count.
MAX_POLICY_CHARACTERS = 10240
MAX_MANAGED_POLICIES = 20
POLICY_ARN = r"arn:[^:]+:iam::(\d{12}|aws):policy/.+"
POLICY_ARN_WORDS = "the ARN of a managed policy, such as arn:aws:iam::aws:policy/AWSLambdaExecute"


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against IAM's limits."""
    return [
        *check_pattern("name", params["name"], r"[A-Za-z0-9_+=,.@-]{1,64}", "1 to 64 letters, digits and _+=,.@-"),
        *check_pattern(
            "path", params["path"], r"/([!-~]{1,510}/)?", "/, or a path such as /iot/, up to 512 characters"
        ),
        *check_length("description", params["description"], 0, 1000),
        *check_pattern(
            "service",
            params["service"],
            r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?",
            "a service such as lambda.amazonaws.com",
        ),
        *check_policies(params["policies"] or {}),
        *check_document("assume_role_policy", params["assume_role_policy"]),
        *check_managed(params["managed_policy_arns"] or []),
        *check_pattern("permissions_boundary", params["permissions_boundary"] or None, POLICY_ARN, POLICY_ARN_WORDS),
        *check_range("max_session_duration", params["max_session_duration"], 3600, 43200, "seconds"),
        *check_tags("tags", params["tags"]),
    ]


def check_managed(arns: list[str]) -> list[str]:
    """Managed policies are named by ARN, and there are not too many."""
    problems = [
        p for arn in arns for p in check_pattern("managed_policy_arns has one that", arn, POLICY_ARN, POLICY_ARN_WORDS)
    ]
    if len(set(arns)) > MAX_MANAGED_POLICIES:
        problems.append(f"managed_policy_arns has {len(set(arns))} policies: allowed are {MAX_MANAGED_POLICIES}")
    return problems


def check_policies(policies: dict[str, Any]) -> list[str]:
    """Inline policies have a name, a document, and a limit for all of them."""
    words = "1 to 128 letters, digits and _+=,.@-"
    problems = [
        problem
        for name, document in policies.items()
        for problem in [
            *check_pattern("policies has a name that", name, r"[A-Za-z0-9_+=,.@-]{1,128}", words),
            *check_document(f"policies['{name}']", document),
        ]
    ]
    size = sum(len(json.dumps(document, separators=(",", ":"))) for document in policies.values())
    if size > MAX_POLICY_CHARACTERS:
        problems.append(
            f"policies have {size} characters: allowed are {MAX_POLICY_CHARACTERS} for all of them together"
        )
    return problems


def check_document(name: str, document: Any) -> list[str]:
    """A policy's document is a dict with statements; IAM checks the rest."""
    if document is None or (isinstance(document, dict) and document.get("Statement")):
        return []
    return [f"{name} is {document!r}: allowed is a policy document, a dict with Version and Statement"]


def read_current(module: AnsibleAWSModule, client: Any) -> dict[str, Any] | None:
    """The role as it is, with the policies that are asked about, or None."""
    name = module.params["name"]
    role = api.get_role(client, name)
    if role is None:
        return None
    current = role_to_dict(role)
    if module.params["policies"] is not None or module.params["state"] == "absent":
        names = api.list_role_policies(client, name)
        current["policies"] = {policy: api.get_role_policy(client, name, policy) for policy in names}
    if module.params["managed_policy_arns"] is not None or module.params["state"] == "absent":
        current["managed_policy_arns"] = sorted(api.list_attached_role_policies(client, name))
    return current


def own_account(module: AnsibleAWSModule, current: dict[str, Any] | None) -> str | None:
    """The account of the role, where its trust depends on it; told by its ARN once there is a role."""
    if not module.params["service_own_account_only"]:
        return None
    return account_of(current["arn"] if current else caller_arn(module)).account_id


def build_wanted(params: dict[str, Any], current: dict[str, Any], account: str | None) -> dict[str, Any]:
    """The role as it should be; None leaves a field as it is.

    :arg current: empty when there is no role yet
    :arg account: the only one that the service may assume the role for
    """
    trust = trust_of_service(params["service"], account) if params["service"] else params["assume_role_policy"]
    arns = params["managed_policy_arns"]
    return {
        "path": params["path"],
        "description": params["description"],
        "assume_role_policy": same_policy(trust, current.get("assume_role_policy")),
        "max_session_duration": params["max_session_duration"],
        "permissions_boundary": params["permissions_boundary"],
        "policies": same_policies(params["policies"], current.get("policies", {})),
        "managed_policy_arns": None if arns is None else sorted(set(arns)),
        "tags": merge_tags(current.get("tags"), params["tags"], params["purge_tags"]),
    }


def create(client: Any, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the role; returns what AWS gave it."""
    request = {REQUEST[field]: wanted[field] for field in REQUEST if wanted[field]}
    if wanted["tags"]:
        request["Tags"] = ansible_dict_to_boto3_tag_list(wanted["tags"])
    role = api.create_role(
        client, RoleName=name, AssumeRolePolicyDocument=json.dumps(wanted["assume_role_policy"]), **request
    )
    return {"arn": role["Arn"], "role_id": role["RoleId"]}


def update(client: Any, name: str, changes: Changes) -> None:
    """Change the role itself; its policies are apart from it."""
    fields = ("description", "max_session_duration")
    request = {REQUEST[field]: changes[field].after for field in fields if field in changes}
    if request:
        api.update_role(client, name, **request)
    if "assume_role_policy" in changes:
        api.update_assume_role_policy(client, name, changes["assume_role_policy"].after)
    if "permissions_boundary" in changes:
        if arn := changes["permissions_boundary"].after:
            api.put_permissions_boundary(client, name, arn)
        else:
            api.delete_permissions_boundary(client, name)
    apply_entries(changes.get("tags"), partial(api.untag_role, client, name), partial(api.tag_role, client, name))


def apply_policies(client: Any, name: str, changes: Changes) -> None:
    """Set what the role may do: first what is new, then what is no longer wanted is removed."""
    if "policies" in changes:
        before, after = changes["policies"].before or {}, changes["policies"].after
        for policy, document in after.items():
            if before.get(policy) != document:
                api.put_role_policy(client, name, policy, document)
        for policy in sorted(set(before) - set(after)):
            api.delete_role_policy(client, name, policy)
    if "managed_policy_arns" in changes:
        have, want = (set(arns or ()) for arns in changes["managed_policy_arns"])
        for arn in sorted(want - have):
            api.attach_role_policy(client, name, arn)
        for arn in sorted(have - want):
            api.detach_role_policy(client, name, arn)


def converge(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the role."""
    name = module.params["name"]
    current = read_current(module, client)
    wanted = build_wanted(module.params, current or {}, own_account(module, current))
    # An empty wish for a role that is not there yet is none, as that of no managed policies.
    changes = {field: change for field, change in build_changes(current, wanted).items() if current or change.after}
    if current is None:
        changes = {**build_changes(None, {"name": name}), **changes}
    diff = build_diff(changes, f"role {name}", present_action(current))
    refuse_immutable(changes if current else {}, IMMUTABLE, f"role {name}")
    after = {**(current or {**NEW, "name": name, "arn": KNOWN_AFTER_DEPLOY})}
    after |= {key: value for key, value in wanted.items() if value is not None}
    if changes and not module.check_mode:
        if current is None:
            after |= create(client, name, wanted)
        else:
            update(client, name, changes)
        apply_policies(client, name, changes)
    return {"changed": bool(changes), "diff": diff, "role": after}


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the role."""
    try:
        return converge(module, client)
    except AnsibleAWSError as error:
        if explain(error)[1] != "EntityAlreadyExists":
            raise
    # It was made since we looked, by another run or by a call of ours whose answer was lost: go on from there.
    return {**converge(module, client), "changed": True}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the role, once nothing is in it or attached to it."""
    name = module.params["name"]
    current = read_current(module, client)
    changes = build_removal(current or {})
    if current is not None:
        profiles = api.list_instance_profiles(client, name)
        if profiles:
            raise AnsibleAWSError(
                message=f"role {name} is in the instance profile {', '.join(profiles)}, and servers may use it: "
                "take it out of there, and run again"
            )
    if current is not None and not module.check_mode:
        for arn in current["managed_policy_arns"]:
            api.detach_role_policy(client, name, arn)
        for policy in current["policies"]:
            api.delete_role_policy(client, name, policy)
        api.delete_role(client, name)
    return {"changed": bool(changes), "diff": build_diff(changes, f"role {name}", "remove"), "role": {}}


SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "path": {"type": "str"},
    "description": {"type": "str"},
    "assume_role_policy": {"type": "dict"},
    "service": {"type": "str"},
    "service_own_account_only": {"type": "bool", "default": False},
    "policies": {"type": "dict"},
    "managed_policy_arns": {"type": "list", "elements": "str"},
    "permissions_boundary": {"type": "str"},
    "max_session_duration": {"type": "int"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}

ROLE = Kind(
    "iam",
    "role",
    SPEC,
    validate,
    ensure_present,
    ensure_absent,
    rules={
        "required_if": [("state", "present", ["assume_role_policy", "service"], True)],
        "mutually_exclusive": [("assume_role_policy", "service")],
    },
)
