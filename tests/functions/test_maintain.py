"""Monthly partitions, made and dropped, with a real PostgreSQL."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from data_tier import Stack, reading
from pg8000.exceptions import DatabaseError
from sensor_functions import ingest, maintain, partitions, schema
from sensor_functions.settings import SettingError

JANUARY = datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
def connection(bare_stack: Stack) -> Iterator[Any]:
    """A connection to a database with the table but no partition."""
    opened = bare_stack.connect()
    schema.migrate(opened)
    yield opened
    opened.close()


def partition_names(stack: Stack) -> list[str]:
    opened = stack.connect()
    try:
        return partitions.existing(opened)
    finally:
        opened.close()


def names(*months: str) -> list[str]:
    return [f"readings_{month}" for month in months]


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        (JANUARY, 30, ["y2026m01", "y2026m02", "y2026m03", "y2026m04"]),
        (JANUARY, 31, ["y2025m12", "y2026m01", "y2026m02", "y2026m03", "y2026m04"]),
        (JANUARY + timedelta(microseconds=1), 1, ["y2026m01", "y2026m02", "y2026m03", "y2026m04", "y2026m05"]),
        (datetime(2028, 3, 1, tzinfo=UTC), 1, ["y2028m02", "y2028m03", "y2028m04", "y2028m05", "y2028m06"]),
        (datetime(2026, 12, 31, tzinfo=UTC), 1, ["y2026m12", "y2027m01", "y2027m02", "y2027m03"]),
    ],
)
def test_from_the_oldest_reading_kept_to_three_months_ahead(now: datetime, days: int, expected: list[str]) -> None:
    assert [partitions.name_of(month) for month in partitions.wanted(now, days)] == names(*expected)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC), []),
        (datetime(2026, 3, 3, tzinfo=UTC), ["y2026m01"]),
        (datetime(2026, 3, 30, 23, tzinfo=UTC), ["y2026m01"]),
        (datetime(2026, 3, 31, tzinfo=UTC), ["y2026m01", "y2026m02"]),
        (datetime(2027, 1, 1, tzinfo=UTC), ["y2026m01", "y2026m02"]),
    ],
)
def test_a_partition_is_dropped_once_it_lies_wholly_before_what_is_kept(now: datetime, expected: list[str]) -> None:
    there = [*names("y2026m01", "y2026m02", "y9999m99", "old"), "readings_y2020m01_backup"]

    assert partitions.expired(there, now, 30) == names(*expected)


def test_partitions_follow_the_months(connection: Any) -> None:
    first = partitions.ensure(connection, JANUARY, 30)
    again = partitions.ensure(connection, JANUARY, 30)
    later = partitions.ensure(connection, JANUARY + timedelta(seconds=1), 30)

    assert first == names("y2026m01", "y2026m02", "y2026m03", "y2026m04")
    assert again == [] and later == names("y2026m05")
    assert partitions.drop_expired(connection, datetime(2026, 4, 2, tzinfo=UTC), 30) == names("y2026m01", "y2026m02")
    assert partitions.drop_expired(connection, datetime(2026, 4, 2, tzinfo=UTC), 30) == []
    assert partitions.existing(connection) == names("y2026m03", "y2026m04", "y2026m05")


def test_bounds_are_the_months_of_utc_whatever_the_sessions_zone(connection: Any) -> None:
    connection.run("SET TimeZone = 'America/Vancouver'")
    partitions.ensure(connection, JANUARY, 30)
    for text in ("2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00Z"):
        connection.run(
            "INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', CAST(:t AS timestamptz), 1)", t=text
        )

    rows = connection.run("SELECT tableoid::regclass::text FROM readings ORDER BY time")
    assert [row[0] for row in rows] == names("y2026m01", "y2026m02")


def test_a_partition_has_the_tables_keys(connection: Any) -> None:
    partitions.ensure(connection, JANUARY, 1)

    rows = connection.run("SELECT indexdef FROM pg_indexes WHERE tablename = 'readings_y2026m01' ORDER BY 1")

    assert len(rows) == 2 and "UNIQUE" in rows[1][0] and '(device, metric, "time")' in rows[1][0]


def test_the_handler_makes_and_drops(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    assert maintain.handler({}, None) == {"created": [], "dropped": []}
    gone = partition_names(stack)
    stack.sql(f"DROP TABLE {gone[-1]}")
    monkeypatch.setenv("RETENTION_DAYS", "1")

    answer = maintain.handler({"time": "ignored"}, None)

    assert answer["created"] == [gone[-1]] and answer["dropped"] == gone[: len(answer["dropped"])] != []


def test_without_a_retention_nothing_is_dropped(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "0", "-1", "x"):
        monkeypatch.setenv("RETENTION_DAYS", value)
        with pytest.raises(SettingError, match="RETENTION_DAYS"):
            maintain.handler({}, None)


def test_two_runs_at_once_make_each_partition_once(bare_stack: Stack, connection: Any) -> None:
    answers: list[dict[str, list[str]]] = []
    threads = [threading.Thread(target=lambda: answers.append(maintain.handler({}, None))) for _unused in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(bool(answer["created"]) for answer in answers) == [False, False, True]


def test_making_a_partition_does_not_wait_for_an_insert_nor_block_one(stack: Stack) -> None:
    last = partition_names(stack)[-1]
    stack.sql(f"DROP TABLE {last}")
    writer = stack.connect()
    writer.run("BEGIN")
    writer.run("INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', now(), 1)")

    began = time.monotonic()
    assert maintain.handler({}, None)["created"] == [last]
    assert time.monotonic() - began < partitions.LOCK_MILLISECONDS / 1000

    writer.run("COMMIT")
    writer.close()


def test_dropping_waits_shortly_and_tries_again_while_readings_come_in(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DAYS", "1")
    monkeypatch.setattr(partitions, "LOCK_MILLISECONDS", 100)
    writer = stack.connect()
    writer.run("BEGIN")
    writer.run("INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', now(), 1)")
    answers: list[Any] = []
    maintaining = threading.Thread(target=lambda: answers.append(maintain.handler({}, None)))
    maintaining.start()
    time.sleep(0.5)

    monkeypatch.setenv("RETENTION_DAYS", "90")
    body = json.dumps(reading(1))
    assert ingest.handler({"Records": [{"messageId": "m", "body": body}]}, None) == {"batchItemFailures": []}
    assert answers == []
    writer.run("COMMIT")
    writer.close()
    maintaining.join(timeout=20)

    assert answers[0]["dropped"] != [] and stack.count() == 2


def test_a_lock_that_never_comes_is_an_error(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS", "1")
    monkeypatch.setattr(partitions, "LOCK_MILLISECONDS", 20)
    monkeypatch.setattr(partitions, "TRIES", 2)
    writer = stack.connect()
    writer.run("BEGIN")
    writer.run("INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', now(), 1)")

    with pytest.raises(DatabaseError, match="55P03"):
        maintain.handler({}, None)

    writer.close()
    assert maintain.handler({}, None)["dropped"] != []


def test_before_the_first_migration_there_is_nothing_to_do(bare_stack: Stack) -> None:
    assert maintain.handler({}, None) == {"created": [], "dropped": []}
