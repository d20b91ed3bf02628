# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From the queue into PostgreSQL and Redis: each reading once, and only the messages that are at fault fail."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

from pg8000.exceptions import DatabaseError

from sensor_functions import logs, secrets, settings, store
from sensor_functions.cache import Cache, CacheAway
from sensor_functions.database import Database, DatabaseAway, sqlstate
from sensor_functions.latest import Latest
from sensor_functions.readings import Reading, ReadingError, parse_message
from sensor_functions.store import Stored

Messages = dict[str, list[Reading]]
Failures = list[dict[str, str]]

# SQLSTATE classes: data exception, integrity constraint violation; and a statement that took too long.
_SPLIT = ("22", "23", "57014")
_REPEATABLE = ("40001", "40P01")  # serialization failure, deadlock


@functools.lru_cache
def writer() -> Database:
    """The database, kept between calls."""
    return Database(secrets.secret(settings.database_secret_id()))


@functools.lru_cache
def latest() -> Latest:
    """The latest readings in Redis, kept between calls."""
    return Latest(Cache(secrets.secret(settings.cache_secret_id())))


def handler(event: dict[str, Any], context: Any) -> dict[str, Failures]:
    """Take a batch of SQS messages; answers which of them to deliver again (ReportBatchItemFailures)."""
    logs.start(context)
    return {"batchItemFailures": process(event["Records"], writer(), latest())}


def process(records: list[dict[str, Any]], database: Database, latest_readings: Latest) -> Failures:
    """Store what the messages bring; answers the messages that failed."""
    messages, failed = parse(records)
    done, refused = insert(database, messages)
    failed += refused
    cached = update(latest_readings, done.latest) if done.latest else False
    logs.info(
        "batch",
        messages=len(records),
        failed=len(failed),
        readings=sum(len(readings) for readings in messages.values()),
        stored=done.stored,
        duplicates=done.duplicates,
        cached=cached,
    )
    return [{"itemIdentifier": message} for message in failed]


def parse(records: list[dict[str, Any]]) -> tuple[Messages, list[str]]:
    """The readings of each message, and the messages that hold none."""
    now, days = datetime.now(UTC), settings.retention_days()
    messages: Messages = {}
    failed: list[str] = []
    for record in records:
        message = str(record["messageId"])
        try:
            messages[message] = parse_message(record["body"], now, days)
        except ReadingError as failure:
            logs.warning("message_refused", message=message, reason=str(failure))
            failed.append(message)
    return messages, failed


def insert(database: Database, messages: Messages) -> tuple[Stored, list[str]]:
    """Store all in one statement; if the data are at fault, or too many, message by message."""
    try:
        return _insert(database, [reading for readings in messages.values() for reading in readings]), []
    except (DatabaseAway, DatabaseError) as failure:
        if not sqlstate(failure).startswith(_SPLIT):
            logs.error("batch_not_stored", messages=len(messages), **logs.describe(failure))
            return Stored(), list(messages)
        logs.warning("batch_refused", messages=len(messages), **logs.describe(failure))
    done = Stored()
    failed = []
    for message, readings in messages.items():
        try:
            done.add(_insert(database, readings))
        except (DatabaseAway, DatabaseError) as failure:
            logs.warning("message_not_stored", message=message, **logs.describe(failure))
            failed.append(message)
    return done, failed


def _insert(database: Database, readings: list[Reading]) -> Stored:
    try:
        return store.insert(database, readings)
    except DatabaseError as failure:
        if not sqlstate(failure).startswith(_REPEATABLE):
            raise
        return store.insert(database, readings)


def update(latest_readings: Latest, readings: list[Reading]) -> bool:
    """Tell Redis of the latest. The readings are stored already, so that Redis being away fails nothing."""
    try:
        latest_readings.update(readings)
    except CacheAway as failure:
        logs.warning("cache_not_updated", **logs.describe(failure))
        return False
    return True
