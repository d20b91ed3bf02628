"""sqs_message_move_task with simulated AWS answers: no emulator knows the calls, or shows a task that runs."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-readings-dlq-dev"
ARN = f"arn:aws:sqs:ca-central-1:123456789012:{NAME}"
OTHER = "arn:aws:sqs:ca-central-1:123456789012:iot-inspection-dev"
STARTED: dict[str, Any] = {"TaskHandle": "handle"}
NONE: dict[str, Any] = {"Results": []}
READS = ["GetQueueUrl", "GetQueueAttributes", "ListMessageMoveTasks"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def told(status: str, started: int = 1000, moved: int = 12, total: int | None = 12, **more: Any) -> dict[str, Any]:
    """An answer of ListMessageMoveTasks."""
    task = {"Status": status, "SourceArn": ARN, "StartedTimestamp": started, "ApproximateNumberOfMessagesMoved": moved}
    return {"Results": [{**task, **({} if total is None else {"ApproximateNumberOfMessagesToMove": total}), **more}]}


def queue(aws: SimulatedAWS, messages: int, *tasks: Any, start: Any = None) -> None:
    """A dead-letter queue with so many messages, and what its tasks look like one look after the other."""
    attributes = {"QueueArn": ARN, "ApproximateNumberOfMessages": str(messages)}
    aws.answers = {
        "GetQueueUrl": [{"QueueUrl": f"https://sqs.ca-central-1.amazonaws.com/123456789012/{NAME}"}],
        "GetQueueAttributes": [{"Attributes": attributes}],
        "ListMessageMoveTasks": list(tasks),
        "StartMessageMoveTask": start if isinstance(start, list) else [start or STARTED],
    }


def run(source: str = NAME, **options: Any) -> ModuleResult:
    return run_module("sqs_message_move_task", source=source, **CONNECTION, **options)


def test_an_empty_queue_is_left_alone(aws: SimulatedAWS) -> None:
    queue(aws, 0, told("COMPLETED"))
    result = run()

    assert not result["changed"] and aws.operations == READS and result["diff"]["after"] == {}
    assert result["task"] == {
        "source_arn": ARN,
        "destination_arn": "",
        "started": False,
        "status": "",
        "moved": 0,
        "total": 0,
    }


def test_messages_are_moved_and_waited_for(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE, NONE, told("RUNNING", moved=5), told("COMPLETED"))
    result = run()

    assert aws.sent("StartMessageMoveTask") == [{"SourceArn": ARN}] and aws.slept == [5, 5]
    assert result["changed"] and result["task"]["moved"] == result["task"]["total"] == 12
    assert result["task"]["status"] == "COMPLETED" and result["task"]["started"]
    assert result["diff"]["before"] == {"approximate_number_of_messages": 12}
    assert result["diff"]["after"] == {
        "approximate_number_of_messages": 0,
        "messages_go_to": "their source queues",
    }


def test_where_and_how_fast_is_asked_for(aws: SimulatedAWS) -> None:
    queue(aws, 1, NONE, told("COMPLETED", moved=1, total=None, DestinationArn=OTHER))
    result = run(source=ARN, destination_arn=OTHER, max_messages_per_second=10)

    assert aws.sent("GetQueueUrl") == [{"QueueName": NAME, "QueueOwnerAWSAccountId": "123456789012"}]
    assert aws.sent("StartMessageMoveTask") == [
        {"SourceArn": ARN, "DestinationArn": OTHER, "MaxNumberOfMessagesPerSecond": 10}
    ]
    assert result["task"]["destination_arn"] == OTHER and result["task"]["total"] == 1


def test_an_earlier_task_is_not_taken_for_the_new_one(aws: SimulatedAWS) -> None:
    earlier = told("FAILED", started=500, FailureReason="CouldNotDetermineMessageSource")
    queue(aws, 12, earlier, earlier, told("COMPLETED", started=1000, moved=3, total=3))

    assert run()["task"]["moved"] == 3 and aws.slept == [5]


def test_a_task_that_runs_already_is_waited_for(aws: SimulatedAWS) -> None:
    queue(aws, 7, told("RUNNING", moved=5), told("RUNNING", moved=9), told("COMPLETED"))
    result = run()

    assert not result["changed"] and "StartMessageMoveTask" not in aws.operations
    assert result["task"]["moved"] == 12 and not result["task"]["started"] and aws.slept == [5]


def test_a_task_started_meanwhile_is_waited_for(aws: SimulatedAWS) -> None:
    refused = error("UnsupportedOperation", "There is already a task running.")
    queue(aws, 12, NONE, told("RUNNING", moved=0), told("COMPLETED"), start=refused)

    assert run()["task"]["moved"] == 12


def test_a_refusal_is_told(aws: SimulatedAWS) -> None:
    queue(
        aws, 12, NONE, start=error("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    )

    assert "Failed to start a message move task: InvalidParameterValue: Source queue must be" in run()["msg"]


def test_throttling_is_retried(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE, told("COMPLETED"), start=[error("RequestThrottled"), STARTED])

    assert run()["changed"] and aws.operations.count("StartMessageMoveTask") == 2


def test_a_failure_is_told_with_its_reason(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE, told("FAILED", moved=4, FailureReason="CouldNotDetermineMessageSource"))
    message = run()["msg"]

    assert message == (
        f"The move of messages from queue {NAME} failed after 4 of 12 messages: CouldNotDetermineMessageSource"
    )


def test_a_cancelled_task_is_told(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE, told("CANCELLING", moved=4), told("CANCELLED", moved=4))

    assert f"move of messages from queue {NAME} was cancelled after 4 of 12 messages" in run()["msg"]


def test_the_wait_is_bounded(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE, told("RUNNING", moved=4))
    message = run(wait_timeout=10)["msg"]

    assert "was not completed within 10 seconds (wait_timeout): RUNNING, 4 of 12 moved" in message
    assert aws.slept == [5, 5]


def test_check_mode_starts_nothing(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE)
    result = run_module("sqs_message_move_task", check_mode=True, source=NAME, **CONNECTION)

    assert result["changed"] and aws.operations == READS and result["task"]["total"] == 12
    assert result["task"]["started"] and result["task"]["status"] == "" and result["task"]["moved"] == 0


def test_check_mode_waits_for_nothing(aws: SimulatedAWS) -> None:
    queue(aws, 7, told("RUNNING", moved=5))
    result = run_module("sqs_message_move_task", check_mode=True, source=NAME, **CONNECTION)

    assert not result["changed"] and aws.operations == READS and result["task"]["moved"] == 5


def test_a_missing_queue_is_told(aws: SimulatedAWS) -> None:
    aws.answers = {"GetQueueUrl": [error("AWS.SimpleQueueService.NonExistentQueue")]}

    assert run()["msg"] == f"queue {NAME} does not exist in region ca-central-1"


def test_an_arn_of_another_region_is_refused(aws: SimulatedAWS) -> None:
    queue(aws, 12, NONE)
    source = ARN.replace("ca-central-1", "us-east-1")

    assert run(source=source)["msg"] == f"source is '{source}', and the queue found is {ARN}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "dead.fifo"}, "source is 'dead.fifo': allowed are standard queues"),
        ({"source": "arn:aws:sns:x"}, "source is 'arn:aws:sns:x': allowed is the ARN of a standard queue"),
        ({"destination_arn": "iot"}, "destination_arn is 'iot': allowed is the ARN of a standard queue"),
        ({"max_messages_per_second": 501}, "max_messages_per_second is 501: allowed is 1 to 500 messages a second"),
        ({"wait_timeout": -1}, "wait_timeout is -1: allowed is 0 to 86400 seconds"),
    ],
)
def test_bad_options_are_refused_before_any_call(aws: SimulatedAWS, options: dict[str, Any], message: str) -> None:
    result = run(**options)

    assert result["failed"] and message in result["msg"] and aws.requests == []
