# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Called by a deploy: brings the schema up to date, tells whether there are readings, and which passwords log in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pg8000.native import Connection

from sensor_functions import application, database, locks, logs, partitions, schema, secrets, settings

LOCK_SECONDS = 60
STATEMENT_SECONDS = 600


class EventError(Exception):
    """The event is not what it must be."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do the event's action: migrate (when none is named), count or verify_login."""
    logs.start(context)
    action = (event or {}).get("action", "migrate")
    if action not in ("migrate", "count", "verify_login"):
        raise EventError(f"action is {str(action)[:40]!r}: allowed is migrate, count, verify_login")
    if action == "verify_login":
        return verify_login(event)
    connection = database.open_connection(secrets.secret(settings.database_secret_id()), seconds=STATEMENT_SECONDS)
    try:
        return migrate(connection) if action == "migrate" else count(connection)
    finally:
        database.close(connection)


def migrate(connection: Connection) -> dict[str, Any]:
    """Schema, partitions and the application's user."""
    days = settings.retention_days()
    with locks.advisory(connection, locks.MIGRATE, LOCK_SECONDS):
        applied, version = schema.migrate(connection)
        created = partitions.ensure(connection, datetime.now(UTC), days)
        secret_id = settings.application_secret_id()
        if secret_id:
            application.ensure(connection, secret_id)
    logs.info("migrated", applied=applied, version=version, partitions_created=created)
    return {"applied": applied, "version": version, "partitions_created": created}


def count(connection: Connection) -> dict[str, bool]:
    """Whether there is any reading; a table that does not exist has none."""
    if connection.run("SELECT to_regclass('readings')")[0][0] is None:
        return {"holds_readings": False}
    return {"holds_readings": bool(connection.run("SELECT EXISTS (SELECT 1 FROM readings)")[0][0])}


def verify_login(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Whether user name and password of each version of a secret log in, at the host the secret has now; and the user's name."""
    secret_id, version_ids = event.get("secret_id"), event.get("version_ids")
    if not isinstance(secret_id, str) or not isinstance(version_ids, list):
        raise EventError("verify_login needs secret_id, a string, and version_ids, a list")
    current = secrets.read_values(secret_id)
    if not current.get("host"):  # a secret that RDS manages holds user name and password only
        current = secrets.secret(settings.database_secret_id()).values() | current
    logins: dict[str, bool] = {}
    names: dict[str, str] = {}
    for version_id in version_ids:
        values = secrets.read_version(secret_id, str(version_id))
        if values is None:  # Secrets Manager removes versions without a label
            continue
        login = {name: values.get(name) for name in ("username", "password")}
        opened = database.try_login(current | login)
        logins[str(version_id)] = opened is not None
        names[str(version_id)] = str(values.get("username"))
        if opened:
            database.close(opened)
    logs.info("logins_verified", secret=secret_id, logins=logins)
    return {"logins": logins, "users": names}
