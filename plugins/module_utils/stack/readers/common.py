# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read a tier of a live stack by name and tag. Each reader makes read-only calls and returns the tier's facts; a module a tier.

All facts have ``status``: ``present``, ``incomplete`` (a part is missing) or ``missing``, and the parts by kind and name, such
as ``VPC iot-vpc-dev``: ``found`` and ``missing``. Resources are told by their names, whoever made them. With details, the facts
have ``problems`` (what is not healthy, one sentence each), ``created``, versions and rules as well, for a few calls more. Here is what the
readers share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import ErrorHandler, retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.security_groups import security_group_to_dict

Name = Callable[[str], str]
Facts = dict[str, Any]


class StackErrorHandler(ErrorHandler):
    """Raises AnsibleAWSError; a resource that does not exist reads as None."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(
            [
                "CacheSubnetGroupNotFoundFault",
                "DBClusterNotFoundFault",
                "DBSubnetGroupNotFoundFault",
                "NoSuchEntity",
                "NotFoundException",
                "QueueDoesNotExist",
                "AWS.SimpleQueueService.NonExistentQueue",
                "ReplicationGroupNotFoundFault",
                "ResourceNotFoundException",
            ]
        )


def call(client: Any, operation: str, **params: Any) -> dict[str, Any] | None:
    """Make one read-only call, all its pages; None when the resource does not exist.

    :arg operation: the boto3 method, such as ``describe_vpcs``
    """

    @StackErrorHandler.list_error_handler(f"{operation.replace('_', ' ')}")
    @retry()
    def read() -> dict[str, Any]:
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**params).build_full_result()
        return getattr(client, operation)(**params)

    return read()


def only(found: Iterable[dict[str, Any]], kind: str, name: str, id_key: str) -> dict[str, Any] | None:
    """The one resource of a name, or None.

    :raises AnsibleAWSError: when there are several, listing their IDs
    """
    items = list(found)
    if len(items) > 1:
        ids = ", ".join(sorted(item[id_key] for item in items))
        raise AnsibleAWSError(
            message=f"There are {len(items)} {kind}s named {name} ({ids}): remove or rename all but one"
        )
    return items[0] if items else None


def summarize(facts: Facts, parts: dict[str, Any]) -> Facts:
    """Add status, found and missing to a tier's facts.

    :arg parts: kind and name of each part of the tier to something true when it exists
    """
    found = [name for name, part in parts.items() if part]
    missing = [name for name, part in parts.items() if not part]
    status = "present" if not missing else "incomplete" if found else "missing"
    return {"status": status, "found": found, "missing": missing, **facts}


def tag_name(resource: dict[str, Any]) -> str | None:
    """The value of the Name tag."""
    return boto3_tag_list_to_ansible_dict(resource.get("Tags")).get("Name")


def by_name(names: Iterable[str]) -> list[dict[str, Any]]:
    """EC2's filter on Name tags."""
    return [{"Name": "tag:Name", "Values": list(names)}]


def arn_of(found: dict[str, Any] | None, key: str) -> str | None:
    """A field of what was found, or None."""
    return found[key] if found else None


def not_available(states: dict[str, str]) -> list[str]:
    """A sentence for each state that is not ``available``."""
    return [f"{resource} is {state}" for resource, state in states.items() if state != "available"]


def find_role(client: Any, role_name: str) -> dict[str, Any] | None:
    """A role of the account."""
    return (call(client, "get_role", RoleName=role_name) or {}).get("Role")


def find_security_group(ec2: Any, group_name: str, vpc_id: str | None) -> dict[str, Any] | None:
    """The stack's security group of a name: names are unique in a VPC only, and other VPCs may have the same.

    :arg vpc_id: the VPC of the tier's subnet group; without one, the group is told by its Name tag too
    """
    where = {"vpc-id": vpc_id} if vpc_id else {"tag:Name": group_name}
    filters = [{"Name": key, "Values": [value]} for key, value in {"group-name": group_name, **where}.items()]
    found = (call(ec2, "describe_security_groups", Filters=filters) or {})["SecurityGroups"]
    return only(found, "security group", group_name, "GroupId")


def describe_groups(*groups: dict[str, Any] | None) -> list[Facts]:
    """The security groups that there are, with their rules: id, name, rules, rules_egress."""
    found = [security_group_to_dict(group) for group in groups if group]
    return [{field: group[field] for field in ("id", "name", "rules", "rules_egress")} for group in found]


def as_text(moment: Any) -> str | None:
    """A datetime as ISO 8601 text."""
    return moment.isoformat() if moment else None
