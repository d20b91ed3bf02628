# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for functions, their event sources, and roles that AWS does not know everywhere yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait

T = TypeVar("T")

# A function has two states: its own, and that of the last update. It is ready when neither is under way or failed.
# An error's answer holds no state.
FUNCTION_STATES = (
    "[Configuration][?@].[(State == 'Pending' || State == 'Failed') && State || LastUpdateStatus || 'Successful'][]"
)
MAPPING_STATES = "[State][?@]"
MISSING = "ResourceNotFoundException"
# AWS, and the emulators too, are ready a moment after a change: looking at once would cost a whole pause.
MOMENT = 1

# What CreateFunction and others say of a role that was made, or whose policies were, some seconds ago; if it lasts, the
# role itself is wrong. Source: the AWS provider of Terraform retries the same.
NEW_ROLE = (
    "cannot be assumed by Lambda",
    "role does not have permissions",
    "throttled by EC2",
    "KMS key is invalid for CreateGrant",
)
NEW_ROLE_SECONDS = 60


class LambdaWaiters(BaseWaiterFactory):
    """Waiters on functions and event source mappings."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        mapping = "GetEventSourceMapping"
        return {
            "ready": build_waiter("GetFunction", FUNCTION_STATES, "Successful", ["Failed"], MISSING),
            "enabled": build_waiter(mapping, MAPPING_STATES, "Enabled", ["Deleting"], MISSING),
            "disabled": build_waiter(mapping, MAPPING_STATES, "Disabled", ["Deleting"], MISSING),
            "deleted": build_waiter(mapping, MAPPING_STATES, "deleted", [], MISSING),
        }


def wait_ready(client: Any, name: str, timeout: int) -> None:
    """Wait until a new or changed function can be invoked, and changed again.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when the function or its update has failed, with AWS's reason; when the time is up
    """
    resource = f"function {name}"
    time.sleep(MOMENT)
    try:
        wait(
            LambdaWaiters(),
            client,
            "ready",
            resource=resource,
            states=FUNCTION_STATES,
            timeout=timeout,
            FunctionName=name,
        )
    except AnsibleAWSError as error:
        answer = getattr(error.__cause__, "last_response", None) or {}
        reason = failure_reason(answer.get("Configuration") or {})
        raise AnsibleAWSError(message=f"{error.message}{reason}", exception=error.exception) from error


def failure_reason(configuration: dict[str, Any]) -> str:
    """Why a function or its last update failed, as the end of a sentence."""
    for state, reason in (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason")):
        if configuration.get(state) == "Failed":
            return f": {configuration.get(reason) or 'AWS gives no reason'}"
    return ""


def wait_mapping(client: Any, uuid: str, waiter: str, name: str, timeout: int) -> None:
    """Wait until a function's event source mapping is ``enabled``, ``disabled`` or ``deleted``.

    :arg name: the function's
    :arg timeout: seconds
    """
    resource = f"event source of function {name}"
    wait(LambdaWaiters(), client, waiter, resource=resource, states=MAPPING_STATES, timeout=timeout, UUID=uuid)


def retry_new_role(name: str, call: Callable[[], T], timeout: int) -> T:
    """Repeat a call for as long as Lambda refuses a role that may be too new, up to a minute.

    :arg name: the function's
    :arg timeout: seconds, when they are fewer
    :raises AnsibleAWSError: any other error at once, and this one when the time is up
    """

    def is_new_role(error: AnsibleAWSError) -> bool:
        message, code = explain(error)
        return code == "InvalidParameterValueException" and any(words in message for words in NEW_ROLE)

    return retry_while(call, is_new_role, min(timeout, NEW_ROLE_SECONDS), f"function {name}", "waiting for its role")


def retry_while(
    call: Callable[[], T], is_temporary: Callable[[AnsibleAWSError], bool], seconds: int, resource: str, state: str
) -> T:
    """Repeat a call while it ends in a temporary error, with pauses of 1 to 10 seconds.

    :arg resource: what is waited for, and its state, to show both
    """
    pause, waited = 1, 0
    while True:
        try:
            return call()
        except AnsibleAWSError as error:
            if waited >= seconds or not is_temporary(error):
                raise
        report(resource, state)
        time.sleep(pause)
        waited, pause = waited + pause, min(2 * pause, 10)
