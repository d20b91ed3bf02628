# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.common import IAMErrorHandler

# Another change of the same role is going on.
BUSY = "ConcurrentModification"
# A role that was made a moment ago is not known to all of IAM at once; a policy that does not exist has the same code, so
# that there are a few tries only.
NEW = (BUSY, "NoSuchEntity")
NEW_TRIES = 5


@IAMErrorHandler.list_error_handler("read the role")
@retry()
def get_role(client: Any, name: str) -> dict[str, Any] | None:
    """GetRole, with its tags; None when it does not exist."""
    return client.get_role(RoleName=name)["Role"]


@IAMErrorHandler.list_error_handler("list the policies in the role", [])
@retry()
def list_role_policies(client: Any, name: str) -> list[str]:
    """ListRolePolicies: the names of the inline policies."""
    pages = client.get_paginator("list_role_policies").paginate(RoleName=name)
    return pages.build_full_result()["PolicyNames"]


@IAMErrorHandler.common_error_handler("read a policy in the role")
@retry(*NEW, retries=NEW_TRIES)
def get_role_policy(client: Any, name: str, policy: str) -> dict[str, Any]:
    """GetRolePolicy: the document of an inline policy."""
    return client.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]


@IAMErrorHandler.list_error_handler("list the managed policies of the role", [])
@retry()
def list_attached_role_policies(client: Any, name: str) -> list[str]:
    """ListAttachedRolePolicies: the ARNs of the managed policies."""
    pages = client.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return [policy["PolicyArn"] for policy in pages.build_full_result()["AttachedPolicies"]]


@IAMErrorHandler.list_error_handler("list the instance profiles of the role", [])
@retry()
def list_instance_profiles(client: Any, name: str) -> list[str]:
    """ListInstanceProfilesForRole: their names."""
    pages = client.get_paginator("list_instance_profiles_for_role").paginate(RoleName=name)
    return [profile["InstanceProfileName"] for profile in pages.build_full_result()["InstanceProfiles"]]


@IAMErrorHandler.common_error_handler("create the role")
@retry(BUSY)
def create_role(client: Any, **request: Any) -> dict[str, Any]:
    """CreateRole; a name that is taken is an error, so that a repeated call does no harm."""
    return client.create_role(**request)["Role"]


@IAMErrorHandler.common_error_handler("update the role")
@retry(BUSY)
def update_role(client: Any, name: str, **request: Any) -> None:
    """UpdateRole, for description and session duration."""
    client.update_role(RoleName=name, **request)


@IAMErrorHandler.common_error_handler("set who may assume the role")
@retry(BUSY)
def update_assume_role_policy(client: Any, name: str, policy: dict[str, Any]) -> None:
    """UpdateAssumeRolePolicy."""
    client.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))


@IAMErrorHandler.common_error_handler("set the permissions boundary of the role")
@retry(BUSY)
def put_permissions_boundary(client: Any, name: str, arn: str) -> None:
    """PutRolePermissionsBoundary."""
    client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)


@IAMErrorHandler.deletion_error_handler("remove the permissions boundary of the role")
@retry(BUSY)
def delete_permissions_boundary(client: Any, name: str) -> bool:
    """DeleteRolePermissionsBoundary; False when there was none."""
    client.delete_role_permissions_boundary(RoleName=name)
    return True


@IAMErrorHandler.common_error_handler("set policy {policy} in the role")
@retry(*NEW, retries=NEW_TRIES)
def put_role_policy(client: Any, name: str, policy: str, document: dict[str, Any]) -> None:
    """PutRolePolicy: an inline policy."""
    client.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


@IAMErrorHandler.deletion_error_handler("delete policy {policy} in the role")
@retry(BUSY)
def delete_role_policy(client: Any, name: str, policy: str) -> bool:
    """DeleteRolePolicy; False when it was gone already."""
    client.delete_role_policy(RoleName=name, PolicyName=policy)
    return True


@IAMErrorHandler.common_error_handler("attach {arn} to the role")
@retry(*NEW, retries=NEW_TRIES)
def attach_role_policy(client: Any, name: str, arn: str) -> None:
    """AttachRolePolicy."""
    client.attach_role_policy(RoleName=name, PolicyArn=arn)


@IAMErrorHandler.deletion_error_handler("detach {arn} from the role")
@retry(BUSY)
def detach_role_policy(client: Any, name: str, arn: str) -> bool:
    """DetachRolePolicy; False when it was detached already."""
    client.detach_role_policy(RoleName=name, PolicyArn=arn)
    return True


@IAMErrorHandler.common_error_handler("tag the role")
@retry(BUSY)
def tag_role(client: Any, name: str, tags: dict[str, str]) -> None:
    """TagRole."""
    client.tag_role(RoleName=name, Tags=ansible_dict_to_boto3_tag_list(tags))


@IAMErrorHandler.common_error_handler("remove tags from the role")
@retry(BUSY)
def untag_role(client: Any, name: str, keys: list[str]) -> None:
    """UntagRole."""
    client.untag_role(RoleName=name, TagKeys=keys)


@IAMErrorHandler.deletion_error_handler("delete the role")
@retry(BUSY)
def delete_role(client: Any, name: str) -> bool:
    """DeleteRole; False when it was gone already."""
    client.delete_role(RoleName=name)
    return True
