# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits on a secret's deletion, which AWS carries out some time after it was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS, build_waiter, wait

T = TypeVar("T")

# DescribeSecret reports no state, only a date when the secret is pending deletion.
STATES = "[DeletedDate && 'pending deletion' || 'active']"


class SecretWaiters(BaseWaiterFactory):
    """Waiters on a secret."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {"deleted": build_waiter("DescribeSecret", STATES, "deleted", [], "ResourceNotFoundException")}


def wait_deleted(client: Any, name: str, timeout: int) -> None:
    """Wait until the secret is really gone, for up to ``timeout`` seconds."""
    wait(SecretWaiters(), client, "deleted", resource=f"secret {name}", states=STATES, timeout=timeout, SecretId=name)


def retry_while_deleting(call: Callable[[], T], timeout: int) -> T:
    """Repeat a call for as long as AWS refuses it because of a deletion that is still going on.

    After a forced deletion the name stays taken for some seconds, and after a restore the value is not readable at
    once. Both come as InvalidRequestException.

    :arg timeout: seconds
    :raises AnsibleAWSError: any other error at once, and this one when the time is up
    """
    for _attempt in range(timeout // POLL_SECONDS):
        try:
            return call()
        except AnsibleAWSError as error:
            if not _is_deleting(error):
                raise
        time.sleep(POLL_SECONDS)
    return call()


def _is_deleting(error: AnsibleAWSError) -> bool:
    message, code = explain(error)
    return code == "InvalidRequestException" and "delet" in message
