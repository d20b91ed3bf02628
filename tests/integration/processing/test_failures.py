"""What was accepted is never lost: a database that is away, messages that cannot be stored, passwords that change."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from live import Live
from load import ACCEPTED, Connection, Load
from local_aws.data_servers import DataServers
from stacks import Stack

ARRIVAL_SECONDS = 120


def unique(*names: str) -> list[str]:
    """Names that no other test has."""
    mark = uuid.uuid4().hex[:8]
    return [f"{name}-{mark}" for name in names]


def keys(readings: list[dict[str, Any]]) -> Counter[tuple[str, str, str, float]]:
    """Readings, each with how often it is there."""
    return Counter((one["device"], one["metric"], one["time"], one["value"]) for one in readings)


def reading(device: str, **changed: Any) -> dict[str, Any]:
    moment = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"device": device, "metric": "temperature", "value": 21.5, "time": moment, **changed}


@contextlib.contextmanager
def tried_again_after(live: Live, seconds: int) -> Iterator[None]:
    """Have the queue hide messages for so long only, so that a test need not wait for six times the function's time-out."""
    sqs = live.client("sqs")
    url = sqs.get_queue_url(QueueName=live.resource("readings"))["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def wait_for(condition: Any, seconds: float) -> bool:
    """Whether the condition came true in this time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


def test_a_database_that_is_away_for_twenty_seconds_loses_nothing(live: Live, url: str, data: DataServers) -> None:
    names = unique("one", "two")
    with live.clients(names, rate=30) as clients, tried_again_after(live, 8):
        load = Load(url, clients, connections=2)
        posting = threading.Thread(target=load.run, args=(28,))
        posting.start()
        time.sleep(4)
        data.stop_database()
        stopped = time.monotonic()
        time.sleep(20)
        data.start_database()
        away = time.monotonic() - stopped
        posting.join()

        assert away >= 20 and set(load.statuses()) == {ACCEPTED} and len(load.answers) > 1000
        assert live.wait_until_stored(ARRIVAL_SECONDS) and live.messages("readings-dlq") == 0
        assert keys([one for name in names for one in live.stored(f"{name}-")]) == keys(load.accepted())


def test_a_poison_message_fails_alone_and_comes_back_when_asked(
    live: Live, url: str, stack: Stack, data: DataServers
) -> None:
    device, other = unique("good", "late")
    with live.clients(unique("client")) as (client,), tried_again_after(live, 1):
        connection = Connection(url, client.key)
        # The API cannot know that there is no such day; whoever may send to the queue can send anything.
        assert connection.post(reading("poison", time="2026-02-31T00:00:00Z"))[0] == ACCEPTED
        sqs = live.client("sqs")
        queue = sqs.get_queue_url(QueueName=live.resource("readings"))["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="no JSON at all")
        good = [reading(device, metric=f"m{number}") for number in range(20)]
        for one in good:
            assert connection.post(one)[0] == ACCEPTED
        assert wait_for(lambda: live.messages("readings-dlq") == 2 and live.messages() == 0, 60)
        assert keys(live.stored(device)) == keys(good)

        # A good one that had bad luck: the database was away for all its tries.
        data.stop_database()
        assert connection.post(reading(other))[0] == ACCEPTED
        assert wait_for(lambda: live.messages("readings-dlq") == 3, 90)
        data.start_database()
        assert live.stored(other) == []
        redriven = stack.run("redrive")
        assert "3 messages went back to iot-readings-load" in redriven.output
        assert wait_for(lambda: live.messages("readings-dlq") == 2 and live.messages() == 0, 60)
        assert len(live.stored(other)) == 1, "the poison is poison still, the good one is stored"
        connection.close()
    dlq = sqs.get_queue_url(QueueName=live.resource("readings-dlq"))["QueueUrl"]
    sqs.purge_queue(QueueUrl=dlq)


def test_redriving_nothing_changes_nothing(stack: Stack, live: Live) -> None:
    assert live.messages("readings-dlq") == 0
    redriven = stack.run("redrive")

    assert redriven.changed == 0 and "0 messages went back" in redriven.output


def test_a_rotation_under_load_loses_nothing_and_proves_itself(live: Live, url: str, stack: Stack) -> None:
    names = unique("one", "two")
    before = live.secret("aurora-password")
    with live.clients(names, rate=30) as clients:
        load = Load(url, clients, connections=2)
        posting = threading.Thread(target=load.run, args=(18,))
        posting.start()
        time.sleep(3)
        rotated = stack.run("rotate")
        posting.join()

        assert set(load.statuses()) == {ACCEPTED} and live.wait_until_stored(ARRIVAL_SECONDS)
        assert keys([one for name in names for one in live.stored(f"{name}-")]) == keys(load.accepted())
    after = live.secret("aurora-password")
    assert after["password"] != before["password"] and {**after, "password": ""} == {**before, "password": ""}
    assert "logs in; the old one" in rotated.output and "no longer does" in rotated.output
    assert before["password"] not in rotated.output and after["password"] not in rotated.output
    assert live.messages("readings-dlq") == 0


@pytest.mark.parametrize("verbosity", ["-vvvv"])
def test_no_password_and_no_token_in_any_output(live: Live, stack: Stack, verbosity: str) -> None:
    secrets = [live.secret("aurora-password")["password"], live.secret("redis-auth")["auth_token"]]
    output = stack.run("site", verbosity, "--diff").output + stack.run("rotate", verbosity, "--diff").output
    secrets.append(live.secret("aurora-password")["password"])

    assert not [secret for secret in secrets if secret in output]
    facts = json.dumps([path.read_text() for path in (stack.folder / "outputs").iterdir()])
    assert not [secret for secret in secrets if secret in facts]
