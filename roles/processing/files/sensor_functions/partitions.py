# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The monthly partitions of the table readings, in UTC: readings_y2026m11 holds November 2026."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from pg8000.exceptions import DatabaseError
from pg8000.native import Connection

from sensor_functions import locks, logs
from sensor_functions.database import sqlstate, transaction

AHEAD = 3
LOCK_MILLISECONDS = 1000
TRIES = 10
NAME = re.compile(r"readings_y([0-9]{4})m([0-9]{2})")

_EXISTING = (
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'readings'::regclass"
)
_LOCK_NOT_AVAILABLE = "55P03"
_DEADLOCK = "40P01"


def month_of(day: datetime, months: int = 0) -> datetime:
    """The start of the day's month, or of the one so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def name_of(month: datetime) -> str:
    return f"readings_y{month.year:04}m{month.month:02}"


def wanted(now: datetime, retention_days: int) -> list[datetime]:
    """The months that need a partition: those of readings that are kept, and some ahead."""
    month, last = month_of(now - timedelta(days=retention_days)), month_of(now, AHEAD)
    months = []
    while month <= last:
        months.append(month)
        month = month_of(month, 1)
    return months


def expired(names: list[str], now: datetime, retention_days: int) -> list[str]:
    """The partitions that end before the oldest reading that is kept. Tables of other names are not ours."""
    oldest = now - timedelta(days=retention_days)
    found = []
    for name in names:
        match = NAME.fullmatch(name)
        if match and 1 <= int(match[2]) <= 12 and month_of(datetime(int(match[1]), int(match[2]), 1), 1) <= oldest:
            found.append(name)
    return sorted(found)


def existing(connection: Connection) -> list[str]:
    """The names of the partitions that are there."""
    return sorted(row[0] for row in connection.run(_EXISTING))


def ensure(connection: Connection, now: datetime, retention_days: int) -> list[str]:
    """Create the partitions that are missing; answers their names. Waits for another run that does the same."""
    with locks.advisory(connection, locks.PARTITIONS):
        there = set(existing(connection))
        missing = [month for month in wanted(now, retention_days) if name_of(month) not in there]
        for month in missing:
            _patiently(connection, _creation(month))
    return [name_of(month) for month in missing]


def drop_expired(connection: Connection, now: datetime, retention_days: int) -> list[str]:
    """Drop the partitions whose readings are all too old; answers their names."""
    with locks.advisory(connection, locks.PARTITIONS):
        names = expired(existing(connection), now, retention_days)
        for name in names:
            # The short wait for the lock on the whole table keeps inserts from piling up behind it.
            _patiently(connection, [f"DROP TABLE {name}"])
    return names


def _creation(month: datetime) -> list[str]:
    name, following = name_of(month), month_of(month, 1)
    # CREATE TABLE ... PARTITION OF would lock all readers and writers out; ATTACH does not.
    return [
        f"CREATE TABLE {name} (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"ALTER TABLE readings ATTACH PARTITION {name} "
        f"FOR VALUES FROM ('{month.isoformat()}') TO ('{following.isoformat()}')",
    ]


def _patiently(connection: Connection, statements: list[str]) -> None:
    """Run them in a transaction that waits for locks only shortly; repeated where that was too short."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction(connection):
                connection.run(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
                for statement in statements:
                    connection.run(statement)
            return
        except DatabaseError as failure:
            if sqlstate(failure) not in (_LOCK_NOT_AVAILABLE, _DEADLOCK) or attempt == TRIES:
                raise
            logs.info("lock_not_available", attempt=attempt)
            time.sleep(0.1 * attempt)
