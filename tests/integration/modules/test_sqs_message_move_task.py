"""sqs_message_move_task against the local AWS, which moves messages as AWS does."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "sqs_message_move_task"
READS = ["GetQueueUrl", "GetQueueAttributes", "ListMessageMoveTasks"]


@pytest.fixture
def queues(account: Account) -> dict[str, Any]:
    """A queue ``readings`` with the dead-letter queue ``dead``, which has three messages."""
    dead = account.run("sqs_queue", name="dead")["queue"]
    policy = {"dead_letter_target_arn": dead["arn"], "max_receive_count": 1}
    readings = account.run("sqs_queue", name="readings", redrive_policy=policy)["queue"]
    client = account.client("sqs")
    for number in range(3):
        client.send_message(QueueUrl=readings["url"], MessageBody=str(number))
    for _receive in range(2):  # the second receive is one too many
        client.receive_message(QueueUrl=readings["url"], MaxNumberOfMessages=10, VisibilityTimeout=0)
    assert waiting(account, "dead") == 3 and waiting(account, "readings") == 0
    return {"dead": dead, "readings": readings}


def waiting(account: Account, name: str) -> int:
    """How many messages wait in a queue."""
    return account.run("sqs_queue", name=name)["queue"]["approximate_number_of_messages"]


def test_messages_go_back_once(account: Account, queues: dict[str, Any]) -> None:
    planned = account.run(MODULE, check_mode=True, source="dead")
    first = account.run(MODULE, source="dead")
    second = account.run(MODULE, source=queues["dead"]["arn"])

    assert planned["changed"] and planned.calls == READS and planned["diff"] == first["diff"]
    assert first.writes == ["StartMessageMoveTask"] and first["task"]["status"] == "COMPLETED"
    assert first["task"]["moved"] == first["task"]["total"] == 3 and first["task"]["started"]
    assert waiting(account, "readings") == 3 and waiting(account, "dead") == 0
    assert not second["changed"] and second.calls == READS and second["task"]["moved"] == 0


def test_messages_go_elsewhere(account: Account, queues: dict[str, Any]) -> None:
    elsewhere = account.run("sqs_queue", name="elsewhere")["queue"]["arn"]
    result = account.run(MODULE, source="dead", destination_arn=elsewhere, max_messages_per_second=100)

    assert result["task"]["destination_arn"] == elsewhere and waiting(account, "elsewhere") == 3


def test_a_queue_that_is_no_dead_letter_queue_is_refused(account: Account) -> None:
    url = account.run("sqs_queue", name="alone")["queue"]["url"]
    account.client("sqs").send_message(QueueUrl=url, MessageBody="{}")

    assert "Dead Letter Queue" in account.fail(MODULE, source="alone") and waiting(account, "alone") == 1


def test_a_missing_queue_is_told(account: Account) -> None:
    assert account.fail(MODULE, source="nowhere") == "queue nowhere does not exist in region ca-central-1"
