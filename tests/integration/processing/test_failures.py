"""What was accepted is never lost: a database that is away, messages that cannot be stored, passwords that change."""

from __future__ import annotations

import json
import threading
import time

import pytest
import redis
from awx_jobs import Runner, runner_of
from live import Live
from load import ACCEPTED, Connection, Load
from local_aws.data_servers import DataServers
from processing import ARRIVAL_SECONDS, keys, reading, tried_again_after, unique, wait_for
from stacks import Stack

# Seconds and rates count here.
pytestmark = pytest.mark.load


@pytest.fixture(scope="module")
def awx(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """What runs jobs on the stack as AWX does."""
    return runner_of(stack, tmp_path_factory.mktemp("awx") / "runner")


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
    live: Live, url: str, awx: Runner, data: DataServers
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
        redriven = awx.run("redrive")
        assert redriven.code == 0, redriven.output[-3000:]
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


def test_a_rotation_under_load_loses_nothing_and_proves_itself(live: Live, url: str, awx: Runner) -> None:
    names = unique("one", "two")
    before, token = live.secret("aurora-password"), live.secret("redis-auth")
    with live.clients(names, rate=30) as clients:
        load = Load(url, clients, connections=2)
        posting = threading.Thread(target=load.run, args=(18,))
        posting.start()
        time.sleep(3)
        rotated = awx.run("rotate")
        posting.join()

        assert set(load.statuses()) == {ACCEPTED} and live.wait_until_stored(ARRIVAL_SECONDS)
        assert keys([one for name in names for one in live.stored(f"{name}-")]) == keys(load.accepted())
    after = live.secret("aurora-password")
    assert after["password"] != before["password"] and {**after, "password": ""} == {**before, "password": ""}
    assert rotated.code == 0 and "of iotadmin logs in; the old one no longer does" in " ".join(rotated.output.split())
    told = rotated.output + json.dumps(rotated.events)
    tokens = [token["auth_token"], live.secret("redis-auth")["auth_token"]]
    assert not [secret for secret in (before["password"], after["password"], *tokens) if secret in told]
    assert live.messages("readings-dlq") == 0
    # The real Redis takes the new token only, and the functions have found their way to it.
    assert live.secret("redis-auth") == {**token, "auth_token": live.secret("redis-auth")["auth_token"]}
    assert token["auth_token"] != live.secret("redis-auth")["auth_token"] and live.cached(f"{names[0]}-0")
    with live.redis(auth_token=token["auth_token"]) as old, pytest.raises(redis.AuthenticationError):
        old.ping()


@pytest.mark.parametrize("verbosity", ["-vvvv"])
def test_no_password_and_no_token_in_any_output(live: Live, stack: Stack, verbosity: str) -> None:
    secrets = [live.secret("aurora-password")["password"], live.secret("redis-auth")["auth_token"]]
    output = stack.run("site", verbosity, "--diff").output + stack.run("rotate", verbosity, "--diff").output
    secrets += [live.secret("aurora-password")["password"], live.secret("redis-auth")["auth_token"]]

    assert not [secret for secret in secrets if secret in output]
    facts = json.dumps([path.read_text() for path in (stack.folder / "outputs").iterdir()])
    assert not [secret for secret in secrets if secret in facts]
