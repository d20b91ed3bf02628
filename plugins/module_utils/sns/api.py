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
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns.common import TEMPORARY, SNSErrorHandler


@SNSErrorHandler.list_error_handler("get the attributes of the topic {arn}")
@retry(*TEMPORARY)
def get_topic_attributes(client: Any, arn: str) -> dict[str, str] | None:
    """GetTopicAttributes; None when it does not exist."""
    return client.get_topic_attributes(TopicArn=arn)["Attributes"]


@SNSErrorHandler.list_error_handler("list the tags of the topic {arn}", {})
@retry(*TEMPORARY)
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource; none when the topic is gone."""
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceArn=arn)["Tags"])


@SNSErrorHandler.list_error_handler("list the subscriptions of the topic {arn}", [])
@retry(*TEMPORARY)
def list_subscriptions(client: Any, arn: str) -> list[dict[str, str]]:
    """ListSubscriptionsByTopic, all pages; none when the topic is gone."""
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return pages.build_full_result().get("Subscriptions", [])


@SNSErrorHandler.common_error_handler("create the topic {name}")
@retry(*TEMPORARY)
def create_topic(client: Any, name: str, attributes: dict[str, str], tags: dict[str, str]) -> None:
    """CreateTopic; one that is there with the same attributes is no error."""
    client.create_topic(Name=name, Attributes=attributes, Tags=ansible_dict_to_boto3_tag_list(tags))


@SNSErrorHandler.common_error_handler("set {attribute} of the topic {arn}")
@retry(*TEMPORARY)
def set_topic_attribute(client: Any, arn: str, attribute: str, value: str) -> None:
    """SetTopicAttributes, which takes one at a time."""
    client.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=value)


@SNSErrorHandler.common_error_handler("subscribe to the topic {arn} by {protocol}")
@retry(*TEMPORARY)
def subscribe(client: Any, arn: str, protocol: str, endpoint: str) -> None:
    """Subscribe: for e-mail and HTTPS, AWS asks the receiver to confirm. The same once more changes nothing."""
    client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)


@SNSErrorHandler.deletion_error_handler("unsubscribe {arn}")
@retry(*TEMPORARY)
def unsubscribe(client: Any, arn: str) -> bool:
    """Unsubscribe; False when it was gone already."""
    client.unsubscribe(SubscriptionArn=arn)
    return True


@SNSErrorHandler.common_error_handler("tag the topic {arn}")
@retry(*TEMPORARY)
def tag(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource: sets tags, others stay."""
    client.tag_resource(ResourceArn=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@SNSErrorHandler.common_error_handler("remove tags from the topic {arn}")
@retry(*TEMPORARY)
def untag(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(ResourceArn=arn, TagKeys=keys)


@SNSErrorHandler.deletion_error_handler("delete the topic {arn}")
@retry(*TEMPORARY)
def delete_topic(client: Any, arn: str) -> bool:
    """DeleteTopic with its subscriptions; False when it was gone already."""
    client.delete_topic(TopicArn=arn)
    return True
