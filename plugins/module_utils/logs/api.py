# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.common import LogsErrorHandler

# Another change of the same log group is going on.
BUSY = "OperationAbortedException"


@LogsErrorHandler.common_error_handler("describe the log group")
@retry()
def describe_log_group(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeLogGroups, of which one has exactly this name; None when there is none."""
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    found = (group for page in pages for group in page["logGroups"])
    return next((group for group in found if group["logGroupName"] == name), None)


@LogsErrorHandler.list_error_handler("list the tags of the log group", {})
@retry()
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource."""
    return client.list_tags_for_resource(resourceArn=arn).get("tags", {})


@LogsErrorHandler.common_error_handler("create the log group")
@retry(BUSY)
def create_log_group(client: Any, name: str, **request: Any) -> None:
    """CreateLogGroup; a name that is taken is an error."""
    client.create_log_group(logGroupName=name, **request)


@LogsErrorHandler.common_error_handler("set the retention of the log group")
@retry(BUSY)
def put_retention(client: Any, name: str, days: int) -> None:
    """PutRetentionPolicy."""
    client.put_retention_policy(logGroupName=name, retentionInDays=days)


@LogsErrorHandler.deletion_error_handler("remove the retention of the log group")
@retry(BUSY)
def delete_retention(client: Any, name: str) -> bool:
    """DeleteRetentionPolicy: the log is kept for ever."""
    client.delete_retention_policy(logGroupName=name)
    return True


@LogsErrorHandler.common_error_handler("set the KMS key of the log group")
@retry(BUSY)
def associate_kms_key(client: Any, name: str, key: str) -> None:
    """AssociateKmsKey."""
    client.associate_kms_key(logGroupName=name, kmsKeyId=key)


@LogsErrorHandler.common_error_handler("remove the KMS key of the log group")
@retry(BUSY)
def disassociate_kms_key(client: Any, name: str) -> None:
    """DisassociateKmsKey."""
    client.disassociate_kms_key(logGroupName=name)


@LogsErrorHandler.common_error_handler("tag the log group")
@retry(BUSY)
def tag(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource."""
    client.tag_resource(resourceArn=arn, tags=tags)


@LogsErrorHandler.common_error_handler("remove tags from the log group")
@retry(BUSY)
def untag(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(resourceArn=arn, tagKeys=keys)


@LogsErrorHandler.deletion_error_handler("delete the log group")
@retry(BUSY)
def delete_log_group(client: Any, name: str) -> bool:
    """DeleteLogGroup; False when it was gone already."""
    client.delete_log_group(logGroupName=name)
    return True
