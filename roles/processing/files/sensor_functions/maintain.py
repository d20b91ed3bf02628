# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Scheduled: makes the partitions that will be needed, and drops those whose readings are too old."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sensor_functions import database, logs, partitions, secrets, settings

SECONDS = 120


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Answers the names of the partitions created and dropped."""
    logs.start(context)
    days, now = settings.retention_days(), datetime.now(UTC)
    connection = database.open_connection(secrets.secret(settings.database_secret_id()), seconds=SECONDS)
    try:
        if connection.run("SELECT to_regclass('readings')")[0][0] is None:
            logs.info("nothing_to_maintain")  # the schedule began before the first migration
            return {"created": [], "dropped": []}
        created = partitions.ensure(connection, now, days)
        dropped = partitions.drop_expired(connection, now, days)
    finally:
        database.close(connection)
    logs.info("maintained", created=created, dropped=dropped)
    return {"created": created, "dropped": dropped}
