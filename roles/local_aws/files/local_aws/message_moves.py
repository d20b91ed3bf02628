# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Message move tasks of SQS, which MiniStack lacks: the messages of a dead-letter queue go back to their queues, or elsewhere.

Tasks are kept in memory, the last ten of a queue, as SQS keeps them for a while only.
"""

from __future__ import annotations

import base64
import contextvars
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid
from ministack.services import sqs

from local_aws.patches import require

KEPT = 10
BATCH = 100

_tasks = AccountRegionScopedDict()
_lock = threading.Lock()


@dataclass
class _Task:
    source: str
    destination: str | None
    rate: int | None
    to_move: int
    id: str = field(default_factory=new_uuid)
    status: str = "RUNNING"
    moved: int = 0
    failure: str | None = None
    started: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def handle(self) -> str:
        return base64.b64encode(json.dumps({"taskId": self.id, "sourceArn": self.source}).encode()).decode()

    def described(self) -> dict[str, Any]:
        described = {
            "TaskHandle": self.handle if self.status in ("RUNNING", "CANCELLING") else None,
            "Status": self.status,
            "SourceArn": self.source,
            "DestinationArn": self.destination,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": self.started,
        }
        return {name: value for name, value in described.items() if value is not None}


def install() -> None:
    """Put it into MiniStack."""
    require(
        sqs,
        "_HANDLERS",
        "_Err",
        "_queues",
        "_queues_lock",
        "_queue_by_arn",
        "_ensure_msg_fields",
        "_expire_retained",
        "esm_wake",
    )
    sqs._HANDLERS.update(
        {"StartMessageMoveTask": _start, "ListMessageMoveTasks": _list, "CancelMessageMoveTask": _cancel}
    )


def _start(data: dict[str, Any], _url: str) -> dict[str, Any]:
    source = str(data.get("SourceArn") or "")
    destination, rate = data.get("DestinationArn"), data.get("MaxNumberOfMessagesPerSecond")
    queue = _queue(source, "SourceArn")
    if not any(_dead_letter_target(one) == source for one in sqs._queues.values()):
        raise sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    if destination is not None:
        target = _queue(destination, "DestinationArn")
        if destination == source:
            raise sqs._Err("InvalidParameterValue", "Source queue and destination queue must be different.")
        if bool(target["is_fifo"]) != bool(queue["is_fifo"]):
            raise sqs._Err("InvalidParameterValue", "Source queue and destination queue must be of the same type.")
    if rate is not None and not 1 <= int(rate) <= 500:
        raise sqs._Err(
            "InvalidParameterValue", "Value for parameter MaxNumberOfMessagesPerSecond must be between 1 and 500."
        )
    task = _Task(source, destination, rate, len(queue["messages"]))
    with _lock:
        tasks = _tasks.setdefault(source, [])
        if any(one.status in ("RUNNING", "CANCELLING") for one in tasks):
            message = "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
            raise sqs._Err("UnsupportedOperation", message)
        tasks.insert(0, task)
        del tasks[KEPT:]
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(_move_all, task), daemon=True, name="message-move").start()
    return {"TaskHandle": task.handle}


def _list(data: dict[str, Any], _url: str) -> dict[str, Any]:
    count = int(data.get("MaxResults", 1))
    if not 1 <= count <= KEPT:
        raise sqs._Err("InvalidParameterValue", f"Value for parameter MaxResults must be between 1 and {KEPT}.")
    _queue(data.get("SourceArn"), "SourceArn")
    return {"Results": [task.described() for task in _tasks.get(data["SourceArn"], [])[:count]]}


def _cancel(data: dict[str, Any], _url: str) -> dict[str, Any]:
    for tasks in _tasks.values():
        for task in tasks:
            if task.handle == data.get("TaskHandle") and task.status == "RUNNING":
                task.status = "CANCELLING"
                return {"ApproximateNumberOfMessagesMoved": task.moved}
    raise sqs._Err("ResourceNotFoundException", "Task does not exist or is not running.", 404)


def _queue(arn: str | None, parameter: str) -> dict[str, Any]:
    """A queue of the account by its ARN."""
    if not arn:
        raise sqs._Err("MissingParameter", f"The request must contain the parameter {parameter}.")
    try:
        spec = parse_arn(arn)
    except ArnParseError:
        raise sqs._Err("InvalidAddress", f"The specified {parameter} is not valid.", 404) from None
    queue = sqs._queue_by_arn(arn)
    if queue is None or (spec.account_id, spec.region) != (get_account_id(), get_region()):
        message = "The resource that you specified for the SourceArn parameter doesn't exist."
        raise sqs._Err("ResourceNotFoundException", message.replace("SourceArn", parameter), 404)
    return queue


def _dead_letter_target(queue: dict[str, Any]) -> str | None:
    try:
        return json.loads(queue["attributes"].get("RedrivePolicy") or "{}").get("deadLetterTargetArn")
    except (ValueError, AttributeError):
        return None


def _move_all(task: _Task) -> None:
    """Move what is there, in batches, as fast as wished."""
    try:
        while task.status == "RUNNING":
            began = time.monotonic()
            # A tenth of a second's messages at a time keeps the rate, and lets a cancellation through.
            limit = max(1, task.rate // 10) if task.rate else BATCH
            with sqs._queues_lock:
                moved = _move(task, limit)
            if moved:
                sqs.esm_wake.set()
            if moved == 0 or task.failure:
                break
            if task.rate:
                time.sleep(max(0.0, moved / task.rate - (time.monotonic() - began)))
    except Exception as error:
        task.failure = type(error).__name__
        raise
    finally:
        ended = "FAILED" if task.failure else "COMPLETED"
        task.status = "CANCELLED" if task.status == "CANCELLING" and not task.failure else ended


def _move(task: _Task, limit: int) -> int:
    """Move some messages that no receiver holds; returns how many."""
    source = sqs._queue_by_arn(task.source)
    if source is None:
        task.failure = "AWS.SimpleQueueService.NonExistentQueue"
        return 0
    sqs._expire_retained(source)
    kept, moved, now = [], 0, time.time()
    for message in source["messages"]:
        if moved == limit or task.failure or message.get("visible_at", 0) > now or not _deliver(task, message, now):
            kept.append(message)
        else:
            moved += 1
    source["messages"] = kept
    task.moved += moved
    return moved


def _deliver(task: _Task, message: dict[str, Any], now: float) -> bool:
    """Put a message into the queue it goes to, as a new one; notes why it cannot."""
    sqs._ensure_msg_fields(message)
    system = dict(message["sys"])
    origin = system.pop("DeadLetterQueueSourceArn", None)
    wanted = task.destination or origin
    target = sqs._queue_by_arn(wanted) if wanted else None
    if target is None:
        task.failure = "AWS.SimpleQueueService.NonExistentQueue" if wanted else "CouldNotDetermineMessageSource"
        return False
    system["SentTimestamp"] = str(int(now * 1000))
    fresh = {"id": new_uuid(), "sent_at": now, "visible_at": now, "enqueued_at": now, "sys": system}
    unread = {"receipt_handle": None, "receive_count": 0, "first_receive_at": None}
    if target["is_fifo"]:
        target["fifo_seq"] += 1
        fresh["seq"] = str(target["fifo_seq"]).zfill(20)
    target["messages"].append({**message, **fresh, **unread})
    return True
