# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits around the deletion of a queue, which AWS takes up to 60 seconds for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.common import DELETED_RECENTLY

T = TypeVar("T")


def retry_while_deleted(call: Callable[[], T], resource: str, timeout: int) -> T:
    """Repeat a creation for as long as AWS refuses it because a queue of that name was just deleted.

    :arg resource: the name for messages, such as ``queue iot-readings-dev``
    :arg timeout: seconds
    :raises AnsibleAWSError: any other error at once, and this one when the time is up
    """
    for _attempt in range(timeout // POLL_SECONDS):
        try:
            return call()
        except AnsibleAWSError as error:
            if explain(error)[1] not in DELETED_RECENTLY:
                raise
        report(resource, "deleted recently")
        time.sleep(POLL_SECONDS)
    return call()


def wait_deleted(client: Any, name: str, timeout: int) -> None:
    """Wait until AWS knows the queue no more.

    :arg timeout: seconds
    :raises AnsibleAWSError: when the time is up
    """
    for left in range(timeout // POLL_SECONDS, -1, -1):
        if api.get_queue_url(client, name) is None:
            return
        report(f"queue {name}", "deleting")
        if left:
            time.sleep(POLL_SECONDS)
    raise AnsibleAWSError(
        message=f"queue {name} was still there {timeout} seconds (wait_timeout) after it was deleted. AWS takes up to "
        "60 seconds: run again, or raise wait_timeout"
    )
