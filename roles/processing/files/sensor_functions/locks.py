# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Advisory locks: one migration, or one change of partitions, at a time, whoever runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pg8000.native import Connection

from sensor_functions import database

MIGRATE = 7_305_001
PARTITIONS = 7_305_002
PAUSE = 0.2


class LockTimeout(Exception):
    """Somebody else held a lock for too long."""


@contextmanager
def advisory(connection: Connection, key: int, seconds: float = 60) -> Iterator[None]:
    """Hold a lock of the session; it ends with the connection, too. Raises LockTimeout after `seconds`."""
    until = time.monotonic() + seconds
    while not connection.run("SELECT pg_try_advisory_lock(CAST(:key AS bigint))", key=str(key))[0][0]:
        if time.monotonic() >= until:
            raise LockTimeout(f"Another run held the lock {key} for more than {seconds:g} seconds")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        try:
            connection.run("SELECT pg_advisory_unlock(CAST(:key AS bigint))", key=str(key))
        except Exception:
            database.close(connection)  # which ends the lock; what happened before matters more
