# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the module's options; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

Policy = dict[str, Any]


def role_to_dict(role: dict[str, Any]) -> dict[str, Any]:
    """A role of GetRole in the form of the module's options; its policies are read apart from it."""
    return {
        "name": role["RoleName"],
        "arn": role["Arn"],
        "role_id": role["RoleId"],
        "path": role["Path"],
        "description": role.get("Description") or "",
        "assume_role_policy": role.get("AssumeRolePolicyDocument") or {},
        "max_session_duration": role.get("MaxSessionDuration") or 3600,
        "permissions_boundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "",
        "tags": boto3_tag_list_to_ansible_dict(role.get("Tags") or []),
    }


def trust_of_service(service: str, account: str | None = None) -> Policy:
    """The policy that lets a service of AWS assume the role.

    :arg account: the only account whose resources it may do that for
    """
    statement: Policy = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if account:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def same_policy(wanted: Policy | None, current: Policy | None) -> Policy | None:
    """``current`` when it means the same as ``wanted``, and ``wanted`` when it does not."""
    if wanted is None or not current:
        return wanted
    return wanted if compare_policies(current, wanted) else current


def same_policies(wanted: Mapping[str, Policy] | None, current: Mapping[str, Policy]) -> dict[str, Any] | None:
    """The wanted policies by name, each as it is on AWS when it means the same."""
    if wanted is None:
        return None
    return {name: same_policy(document, current.get(name)) for name, document in wanted.items()}
