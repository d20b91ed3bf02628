# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.kms.common import KmsErrorHandler

TAG_NAMES = ("TagKey", "TagValue")

# A key that was just made, brought back or enabled is so everywhere after some seconds. Source: "KMS eventual consistency" in the KMS
# developer guide.
retry_new = retry("NotFoundException", "KMSInvalidStateException", retries=6)


@KmsErrorHandler.list_error_handler("describe the KMS key")
@retry()
def describe_key(client: Any, key_id: str) -> dict[str, Any] | None:
    """DescribeKey by any of a key's names, also of one pending deletion; None when it does not exist."""
    return client.describe_key(KeyId=key_id)["KeyMetadata"]


@KmsErrorHandler.common_error_handler("read the policy of the KMS key")
@retry()
def get_policy(client: Any, key_id: str) -> str:
    """GetKeyPolicy as JSON; a key has one, always of the same name."""
    return client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]


@KmsErrorHandler.common_error_handler("read the rotation of the KMS key")
@retry()
def get_rotation(client: Any, key_id: str) -> dict[str, Any]:
    """GetKeyRotationStatus."""
    return client.get_key_rotation_status(KeyId=key_id)


@KmsErrorHandler.common_error_handler("list the tags of the KMS key")
@retry()
def list_tags(client: Any, key_id: str) -> dict[str, str]:
    """ListResourceTags, all pages."""
    pages = client.get_paginator("list_resource_tags").paginate(KeyId=key_id)
    return boto3_tag_list_to_ansible_dict([tag for page in pages for tag in page["Tags"]], *TAG_NAMES)


@KmsErrorHandler.common_error_handler("list the KMS keys")
@retry()
def list_keys(client: Any) -> list[str]:
    """ListKeys, all pages: the IDs of the account's keys in the region."""
    pages = client.get_paginator("list_keys").paginate()
    return [key["KeyId"] for page in pages for key in page["Keys"]]


@KmsErrorHandler.common_error_handler("create the KMS key")
def create_key(client: Any, **request: Any) -> dict[str, Any]:
    """CreateKey, which has no idempotency token: AWS would make another key if asked again."""
    return client.create_key(**request)["KeyMetadata"]


@KmsErrorHandler.common_error_handler("create the alias of the KMS key")
@retry_new
def create_alias(client: Any, alias: str, key_id: str) -> None:
    """CreateAlias; a name that is taken is an error."""
    client.create_alias(AliasName=alias, TargetKeyId=key_id)


@KmsErrorHandler.common_error_handler("update the description of the KMS key")
@retry_new
def update_description(client: Any, key_id: str, description: str) -> None:
    """UpdateKeyDescription."""
    client.update_key_description(KeyId=key_id, Description=description)


@KmsErrorHandler.common_error_handler("set the policy of the KMS key")
@retry_new
def put_policy(client: Any, key_id: str, policy: str) -> None:
    """PutKeyPolicy; AWS refuses one that would keep the caller from changing it again."""
    client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy)


@KmsErrorHandler.common_error_handler("turn on the rotation of the KMS key")
@retry_new
def enable_rotation(client: Any, key_id: str, days: int) -> None:
    """EnableKeyRotation, which also changes the period of a rotation that is on."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)


@KmsErrorHandler.common_error_handler("turn off the rotation of the KMS key")
@retry_new
def disable_rotation(client: Any, key_id: str) -> None:
    """DisableKeyRotation."""
    client.disable_key_rotation(KeyId=key_id)


@KmsErrorHandler.common_error_handler("enable the KMS key")
@retry_new
def enable_key(client: Any, key_id: str) -> None:
    """EnableKey."""
    client.enable_key(KeyId=key_id)


@KmsErrorHandler.common_error_handler("cancel the deletion of the KMS key")
@retry()
def cancel_deletion(client: Any, key_id: str) -> None:
    """CancelKeyDeletion, which leaves the key disabled."""
    client.cancel_key_deletion(KeyId=key_id)


@KmsErrorHandler.common_error_handler("schedule the deletion of the KMS key")
@retry()
def schedule_deletion(client: Any, key_id: str, days: int) -> None:
    """ScheduleKeyDeletion."""
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)


@KmsErrorHandler.common_error_handler("tag the KMS key")
@retry_new
def tag(client: Any, key_id: str, tags: dict[str, str]) -> None:
    """TagResource."""
    client.tag_resource(KeyId=key_id, Tags=ansible_dict_to_boto3_tag_list(tags, *TAG_NAMES))


@KmsErrorHandler.common_error_handler("remove tags from the KMS key")
@retry_new
def untag(client: Any, key_id: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(KeyId=key_id, TagKeys=keys)
