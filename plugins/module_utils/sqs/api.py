# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.common import MISSING, THROTTLED, SQSErrorHandler

# A new queue may be unknown to the next calls for a second or more. One that is gone stays unknown.
NEW_TRIES = 6


@SQSErrorHandler.list_error_handler("look up the queue {name}")
@retry(THROTTLED)
def get_queue_url(client: Any, name: str, account: str | None = None) -> str | None:
    """GetQueueUrl; None when there is no such queue.

    :arg account: the account of the queue where it is another one
    """
    owner = {"QueueOwnerAWSAccountId": account} if account else {}
    return client.get_queue_url(QueueName=name, **owner)["QueueUrl"]


@SQSErrorHandler.list_error_handler("read the attributes of the queue")
@retry(THROTTLED)
def get_queue_attributes(client: Any, url: str) -> dict[str, str] | None:
    """GetQueueAttributes, all of them; None when the queue is gone."""
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@SQSErrorHandler.common_error_handler("read the attributes of the new queue")
@retry(THROTTLED, *MISSING, retries=NEW_TRIES)
def get_new_queue_attributes(client: Any, url: str) -> dict[str, str]:
    """GetQueueAttributes of a queue that was made a moment ago."""
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


@SQSErrorHandler.list_error_handler("list the tags of the queue")
@retry(THROTTLED)
def list_queue_tags(client: Any, url: str) -> dict[str, str] | None:
    """ListQueueTags; None when the queue is gone."""
    return client.list_queue_tags(QueueUrl=url).get("Tags", {})


@SQSErrorHandler.common_error_handler("create the queue {name}")
@retry(THROTTLED)
def create_queue(client: Any, name: str, attributes: dict[str, str], tags: dict[str, str]) -> str:
    """CreateQueue; returns its URL, also of a queue that is there already with the same attributes."""
    return client.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]


@SQSErrorHandler.common_error_handler("set attributes of the queue")
@retry(THROTTLED)
def set_queue_attributes(client: Any, url: str, attributes: dict[str, str]) -> None:
    """SetQueueAttributes; the others stay as they are."""
    client.set_queue_attributes(QueueUrl=url, Attributes=attributes)


@SQSErrorHandler.common_error_handler("tag the queue")
@retry(THROTTLED)
def tag_queue(client: Any, url: str, tags: dict[str, str]) -> None:
    """TagQueue: sets tags, others stay."""
    client.tag_queue(QueueUrl=url, Tags=tags)


@SQSErrorHandler.common_error_handler("remove tags from the queue")
@retry(THROTTLED)
def untag_queue(client: Any, url: str, keys: list[str]) -> None:
    """UntagQueue."""
    client.untag_queue(QueueUrl=url, TagKeys=keys)


@SQSErrorHandler.deletion_error_handler("delete the queue")
@retry(THROTTLED)
def delete_queue(client: Any, url: str) -> bool:
    """DeleteQueue with its messages; False when it was gone already."""
    client.delete_queue(QueueUrl=url)
    return True


@SQSErrorHandler.common_error_handler("list the message move tasks of the queue")
@retry(THROTTLED)
def newest_move_task(client: Any, source_arn: str) -> dict[str, Any] | None:
    """ListMessageMoveTasks for the newest task; None when there was none."""
    return next(iter(client.list_message_move_tasks(SourceArn=source_arn, MaxResults=1).get("Results", [])), None)


@SQSErrorHandler.common_error_handler("start a message move task")
@retry(THROTTLED)
def start_move_task(client: Any, **request: Any) -> None:
    """StartMessageMoveTask. A queue has one task at a time, so that one whose answer was lost is refused again."""
    client.start_message_move_task(**request)
