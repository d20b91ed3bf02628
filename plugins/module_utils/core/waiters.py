# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bounded waits that end at once when AWS says the resource has failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

try:
    import botocore
    import botocore.exceptions as botocore_exceptions
    import botocore.waiter as botocore_waiter
except ImportError:
    pass  # AnsibleAWSModule reports the missing library.

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report

POLL_SECONDS = 5


def build_waiter(operation: str, states: str, wanted: str, failed: list[str], missing: str | None) -> dict[str, Any]:
    """The model of a waiter on a state.

    :arg operation: the describe call, such as ``DescribeReplicationGroups``
    :arg states: the JMESPath of the states in its answer, such as ``ReplicationGroups[].Status``
    :arg wanted: the state to wait for, or ``deleted`` to wait until the resource is gone
    :arg failed: the states from which it will not recover by itself
    :arg missing: the error code of a resource that does not exist
    """
    acceptors: list[dict[str, Any]] = [
        {"state": "failure", "matcher": "pathAny", "expected": state, "argument": states} for state in failed
    ]
    if wanted == "deleted":
        gone = {"state": "success", "matcher": "path", "expected": True, "argument": f"length({states}) == `0`"}
        acceptors.append(gone)
        if missing:
            acceptors.append({"state": "success", "matcher": "error", "expected": missing})
    else:
        acceptors.append({"state": "success", "matcher": "pathAll", "expected": wanted, "argument": states})
        if missing:  # a new resource may be unknown to the first describe calls
            acceptors.append({"state": "retry", "matcher": "error", "expected": missing})
    return {"operation": operation, "delay": POLL_SECONDS, "maxAttempts": 1, "acceptors": acceptors}


def wait(
    factory: BaseWaiterFactory, client: Any, waiter: str, *, resource: str, states: str, timeout: int, **params: Any
) -> None:
    """Wait until the waiter's state is reached.

    :arg resource: the name for messages, such as ``replication group iot-redis-dev``
    :arg states: the JMESPath of the states, to report the last one seen
    :arg timeout: seconds
    :arg params: the arguments of the waiter's describe call
    :raises AnsibleAWSError: on a failure state, and when the time is up, with the last state seen
    """
    started = time.monotonic()
    # The first look is at once; the last one is when the time is up.
    delay = max(1, min(POLL_SECONDS, timeout))
    config = {"Delay": delay, "MaxAttempts": 1 + max(0, timeout) // delay}
    model = factory.get_waiter(client, waiter).config
    look = reported(client, model.operation, resource, states)
    try:
        botocore_waiter.Waiter(waiter, model, look).wait(WaiterConfig=config, **params)
    except botocore_exceptions.WaiterError as error:
        answer = error.last_response or {}
        # AWS refused to tell the state, such as with credentials that expired meanwhile.
        if "Error" in answer and "Max attempts exceeded" not in str(error):
            cause = botocore_exceptions.ClientError(answer, model.operation)
            raise AnsibleAWSError(message=f"Failed to wait for {resource}", exception=cause) from error
        raise AnsibleAWSError(message=_waiter_message(error, resource, waiter, states, timeout, started)) from error
    except botocore_exceptions.BotoCoreError as error:
        raise AnsibleAWSError(message=f"Failed to wait for {resource}", exception=error) from error


def reported(client: Any, operation: str, resource: str, states: str) -> Callable[..., dict[str, Any]]:
    """The describe call of a waiter, which reports the states in each of its answers, errors too.

    Around the call, not an event of the client, which would tell of the waits of all threads that share it.

    :arg operation: such as ``DescribeReplicationGroups``
    :arg states: the JMESPath of the states in its answer
    """
    call = botocore_waiter.NormalizedOperationMethod(getattr(client, botocore.xform_name(operation)))

    def look(**params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = call(**params)
        report(resource, seen_states(states, answer))
        return answer

    return look


def seen_states(states: str, answer: dict[str, Any]) -> str:
    """The states in an answer, each once, or its error code.

    :arg states: the JMESPath of the states
    """
    import jmespath  # pylint: disable=import-outside-toplevel

    seen = jmespath.search(states, answer) or answer.get("Error", {}).get("Code") or "unknown"
    return ", ".join(sorted(set(seen))) if isinstance(seen, list) else str(seen)


def _waiter_message(error: Any, resource: str, waiter: str, states: str, timeout: int, started: float) -> str:
    last = seen_states(states, error.last_response or {})
    if "Max attempts exceeded" in str(error):
        return (
            f"{resource} did not become {waiter} within {timeout} seconds (wait_timeout); its last state was {last}. "
            "It may still get there: run again, or raise wait_timeout"
        )
    waited = int(time.monotonic() - started)
    return f"{resource} went to state {last} after {waited} seconds instead of {waiter}"
