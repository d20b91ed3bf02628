# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Message move tasks: which one to wait for, and what it tells; the waiting is bounded."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs import api

RUNNING = ("RUNNING", "CANCELLING")
ENDED_BADLY = ("FAILED", "CANCELLED")

Task = dict[str, Any]


def is_running(task: Task | None) -> bool:
    """Whether the task goes on."""
    return task is not None and task.get("Status") in RUNNING


def is_newer(task: Task | None, than: Task | None) -> bool:
    """Whether a task was started after another one. AWS tells a task's handle only while it runs."""
    started = (than or {}).get("StartedTimestamp", 0)
    return task is not None and task.get("StartedTimestamp", 0) > started


def task_to_dict(task: Task) -> dict[str, Any]:
    """A task in the form of the return values."""
    moved = task.get("ApproximateNumberOfMessagesMoved") or 0
    return {
        "status": task["Status"],
        "destination_arn": task.get("DestinationArn") or "",
        "moved": moved,
        "total": task.get("ApproximateNumberOfMessagesToMove") or moved,
    }


def wait_for_task(client: Any, source_arn: str, before: Task | None, timeout: int) -> Task:
    """Wait until the task that was started after ``before`` has moved everything.

    :arg before: the newest task that is not the one to wait for
    :arg timeout: seconds
    :raises AnsibleAWSError: at once when the task failed or was cancelled, and when the time is up
    """
    resource = f"move of messages from queue {source_arn.rpartition(':')[2]}"
    task: Task | None = None
    for left in range(timeout // POLL_SECONDS, -1, -1):
        newest = api.newest_move_task(client, source_arn)
        task = newest if is_newer(newest, before) else None
        if task and task["Status"] == "COMPLETED":
            return task
        if task and task["Status"] in ENDED_BADLY:
            raise AnsibleAWSError(message=f"The {resource} {_ended(task)}")
        report(resource, _progress(task))
        if left:
            time.sleep(POLL_SECONDS)
    raise AnsibleAWSError(
        message=f"The {resource} was not completed within {timeout} seconds (wait_timeout): {_progress(task)}. It goes "
        "on without this run: run again to wait for it, or raise wait_timeout"
    )


def _progress(task: Task | None) -> str:
    if task is None:
        return "AWS does not show the task yet"
    told = task_to_dict(task)
    return f"{told['status']}, {told['moved']} of {told['total']} moved"


def _ended(task: Task) -> str:
    told = task_to_dict(task)
    moved = f"after {told['moved']} of {told['total']} messages"
    if told["status"] == "CANCELLED":
        return f"was cancelled {moved}"
    return f"failed {moved}: {task.get('FailureReason') or 'AWS tells no reason'}"
