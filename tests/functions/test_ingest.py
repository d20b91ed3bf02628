"""From the queue into PostgreSQL and Redis, with a real PostgreSQL and a real Redis."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from data_tier import CACHE_SECRET, DATABASE_SECRET, Stack, free_port, reading
from sensor_functions import cache, database, ingest, secrets
from sensor_functions.database import Database
from sensor_functions.latest import Latest

Logged = Callable[[], list[dict[str, Any]]]


def record(message: str, body: Any) -> dict[str, Any]:
    return {"messageId": message, "body": body if isinstance(body, str) else json.dumps(body)}


def take(*bodies: Any) -> list[str]:
    """The messages of a batch, m0, m1, ..., that failed."""
    records = [record(f"m{position}", body) for position, body in enumerate(bodies)]
    answer = ingest.handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_each_reading_is_stored_once_whatever_comes_twice(stack: Stack, logged: Logged) -> None:
    one, two = reading(1, ago=2), reading(2, ago=1)

    assert take(one, [one, two], one) == []
    batch = logged()[-1]
    assert take(two, reading(3)) == []

    assert (batch["event"], batch["readings"], batch["stored"], batch["duplicates"]) == ("batch", 4, 2, 2)
    assert [row[0] for row in stack.sql("SELECT value FROM readings ORDER BY time")] == [1, 2, 3]
    second = logged()[-1]
    assert (second["stored"], second["duplicates"]) == (1, 1)


def test_two_handlers_at_once_store_each_reading_once(stack: Stack) -> None:
    readings = [reading(number, device=f"d{number % 7}", ago=number) for number in range(300)]
    failures: list[Any] = []

    def work(seed: int) -> None:
        mine = random.Random(seed).sample(readings, len(readings))
        own = Database(secrets.Secret(DATABASE_SECRET))
        latest = Latest(cache.Cache(secrets.Secret(CACHE_SECRET)))
        for start in range(0, len(mine), 20):
            failures.extend(ingest.process([record("m", mine[start : start + 20])], own, latest))
        own.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert stack.count() == 300
    for device in range(7):
        newest = json.loads(stack.redis().hget(f"latest:d{device}", "temperature"))
        assert newest["value"] == device, "the least old one is the one of the least number"


def test_bad_messages_fail_alone(stack: Stack, logged: Logged) -> None:
    bad = ["{", reading(device="a b"), [reading(), reading(value="x")], []]

    assert take(reading(1, ago=1), *bad, reading(2)) == ["m1", "m2", "m3", "m4"]

    assert stack.count() == 2
    refused = [line for line in logged() if line["event"] == "message_refused"]
    assert [line["message"] for line in refused] == ["m1", "m2", "m3", "m4"]
    assert refused[2]["reason"] == "[1].value must be a finite number"


def test_values_and_times_arrive_exactly(stack: Stack) -> None:
    when = reading()["time"][:19]
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 123456789.123456789, 3]
    bodies = [
        reading(value, device="NULL", metric=f"m{position}", time=f"{when}.123456+00:00")
        for position, value in enumerate(values)
    ]

    assert take(bodies) == []

    assert [row[0] for row in stack.sql("SELECT value FROM readings ORDER BY metric")] == values
    assert {row[0] for row in stack.sql("SELECT device FROM readings")} == {"NULL"}
    assert stack.sql("SELECT DISTINCT time FROM readings")[0][0].microsecond == 123456


def test_only_the_message_whose_data_the_database_refuses_fails(stack: Stack, logged: Logged) -> None:
    old = reading(ago=70 * 86400)
    stack.sql(f"DROP TABLE readings_y{old['time'][:4]}m{old['time'][5:7]}")

    assert take(reading(1, ago=2), [reading(2, ago=1), old], reading(3)) == ["m1"]

    assert [row[0] for row in stack.sql("SELECT value FROM readings ORDER BY time")] == [1, 3]
    lines = logged()
    assert [line["sqlstate"] for line in lines if line["event"] == "message_not_stored"] == ["23514"]
    assert old["time"][:10] not in json.dumps(lines), "what the database says quotes the reading"


def test_all_fail_while_the_database_is_away_and_none_afterwards(stack: Stack, logged: Logged) -> None:
    assert take(reading(0, ago=9)) == []

    stack.servers.stop_database()
    assert take(reading(1), "bad", reading(2, ago=1)) == ["m1", "m0", "m2"]
    assert [line["error"] for line in logged() if line["event"] == "batch_not_stored"] == ["DatabaseAway"]

    stack.servers.start_database()
    assert take(reading(1), reading(2, ago=1)) == []
    assert stack.count() == 3


def test_a_connection_that_broke_in_between_is_opened_again(stack: Stack, logged: Logged) -> None:
    assert take(reading(1, ago=1)) == []
    stack.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
    )

    assert take(reading(2)) == []

    assert stack.count() == 2
    assert [line["kept"] for line in logged() if line["event"] == "connection_lost"] == [True]


def test_without_a_schema_all_fail_and_the_log_says_why(bare_stack: Stack, logged: Logged) -> None:
    assert take(reading()) == ["m0"]

    failed = next(line for line in logged() if line["event"] == "batch_not_stored")
    assert failed["sqlstate"] == "42P01" and "readings" in failed["reason"]


def test_a_rotated_password_is_read_again(stack: Stack) -> None:
    assert take(reading(1, ago=1)) == []
    ingest.writer().close()
    stack.servers.set_password("iotadmin", "another-password-0123456789")
    stack.secrets_manager.create(DATABASE_SECRET, stack.connection_values(password="another-password-0123456789"))
    stack.secrets_manager.calls.clear()

    assert take(reading(2)) == []

    assert stack.secrets_manager.calls == ["GetSecretValue"], "once, because the login failed"


def test_a_password_that_stays_wrong_fails_the_batch(stack: Stack, logged: Logged) -> None:
    stack.servers.set_password("iotadmin", "another-password-0123456789")

    assert take(reading(1)) == ["m0"]

    assert stack.password not in json.dumps(logged())


def test_secrets_are_kept_and_go_on_serving_while_secrets_manager_is_away(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take(reading(1, ago=1)) == []
    calls = len(stack.secrets_manager.calls)
    monkeypatch.setenv("CREDENTIALS_SECONDS", "1")
    monkeypatch.setattr(secrets.secret(DATABASE_SECRET), "_read_at", 0.0)
    stack.secrets_manager.away = True
    ingest.writer().close()

    assert take(reading(2)) == []

    assert stack.secrets_manager.calls[calls:] == ["GetSecretValue"]


def test_a_server_with_another_name_or_authority_is_refused(
    stack: Stack, logged: Logged, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    import trustme

    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setattr(database, "CA_FILE", tmp_path / "other.pem")
    assert take(reading(1)) == ["m0"]
    assert "certificate" in json.dumps(logged())

    monkeypatch.setattr(database, "CA_FILE", stack.servers.ca_file)
    stack.secrets_manager.create(DATABASE_SECRET, stack.connection_values(host="127.1"))
    secrets.secret.cache_clear()
    ingest.writer.cache_clear()
    assert take(reading(1)) == ["m0"]
    assert "mismatch" in json.dumps(logged())


def test_no_password_token_or_payload_is_logged(stack: Stack, logged: Logged) -> None:
    secret_value, device = 73737.25, "device-of-somebody"
    take(reading(secret_value, device=device), '{"device": "device-of-somebody", "value": 73737.25}', "73737.25 {")
    stack.servers.stop_cache()
    stack.servers.stop_database()
    take(reading(secret_value, device=device))
    stack.servers.set_auth_token("another-token-0123456789")
    stack.servers.start()
    stack.servers.set_password("iotadmin", "another-password-0123456789")
    take(reading(secret_value, device=device))

    text = json.dumps(logged())

    assert "batch_not_stored" in text and "message_refused" in text
    for private in (stack.password, stack.token, "73737", device):
        assert private not in text


class TestLatest:
    """What Redis holds after readings were stored."""

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
    def test_the_newest_wins_in_any_order(self, stack: Stack, order: tuple[int, ...]) -> None:
        for number in order:
            assert (
                take(reading(number, ago=30 - number * 10), reading(number, metric="other", ago=30 - number * 10)) == []
            )

        held = stack.redis().hgetall("latest:sensor-1")
        assert {metric: json.loads(text)["value"] for metric, text in held.items()} == {"temperature": 3, "other": 3}

    def test_times_are_compared_as_numbers(self, stack: Stack) -> None:
        when = reading(ago=3600)["time"]
        later = reading(2, time=when.replace("+00:00", "-00:30"))
        assert take(later, reading(1, time=when)) == []
        assert take(reading(3, time=when)) == []

        assert json.loads(stack.redis().hget("latest:sensor-1", "temperature"))["value"] == 2

    def test_of_a_duplicate_with_another_value_the_stored_one_counts(self, stack: Stack) -> None:
        first = reading(1, ago=5)
        assert take(first) == []
        stack.servers.flush_cache()

        assert take(first | {"value": 2}) == []

        assert json.loads(stack.redis().hget("latest:sensor-1", "temperature"))["value"] == 1

    def test_redis_being_away_fails_nothing_and_stale_devices_are_forgotten_afterwards(
        self, stack: Stack, logged: Logged
    ) -> None:
        assert take(reading(1, ago=20), reading(1, device="other", ago=20)) == []
        stack.servers.stop_cache()

        assert take(reading(2, ago=10)) == []
        assert any(line["event"] == "cache_not_updated" and line["level"] == "WARNING" for line in logged())

        stack.servers.start_cache()
        assert stack.redis().exists("latest:sensor-1"), "Redis came back with its data from before"
        assert take(reading(1, device="third")) == []
        assert not stack.redis().exists("latest:sensor-1")
        assert stack.redis().exists("latest:other", "latest:third") == 2

    def test_of_too_many_stale_devices_all_are_forgotten(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sensor_functions.latest.MOST_DIRTY", 3)
        assert take([reading(1, device=f"d{number}", ago=20) for number in range(9)]) == []
        stack.redis().set("other", "kept")
        stack.servers.stop_cache()
        assert take([reading(2, device=f"d{number}", ago=10) for number in range(5)]) == []
        assert ingest.latest()._dirty == set()

        stack.servers.start_cache()
        assert take(reading(1, device="new")) == []

        assert sorted(stack.redis().keys("*")) == ["latest:new", "other"]

    def test_a_changed_auth_token_is_read_again(self, stack: Stack) -> None:
        assert take(reading(1, ago=20)) == []
        stack.servers.set_auth_token("another-token-0123456789")
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(auth_token="another-token-0123456789"))
        stack.token = "another-token-0123456789"
        ingest.latest()._cache.close()

        assert take(reading(2)) == []

        assert json.loads(stack.redis().hget("latest:sensor-1", "temperature"))["value"] == 2

    def test_a_port_where_nothing_answers_costs_seconds_only(self, stack: Stack) -> None:
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(port=free_port()))

        assert take(reading(1)) == []
        assert stack.count() == 1

    def test_a_batch_cut_off_after_its_commit_is_completed_when_it_comes_again(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        def die(*_: Any) -> None:
            raise Killed

        assert take(reading(1, ago=20)) == []
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(Latest, "update", die)
            take(reading(2, ago=10))
        assert stack.count() == 2, "it was committed"

        assert take(reading(2, ago=10)) == []

        assert stack.count() == 2
        assert json.loads(stack.redis().hget("latest:sensor-1", "temperature"))["value"] == 2
