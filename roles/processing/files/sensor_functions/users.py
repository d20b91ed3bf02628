# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whose password a rotation changes, and who changes it."""

from __future__ import annotations

from pg8000.native import Connection

from sensor_functions import database, passwords, secrets
from sensor_functions.secrets import SecretError, Values

SUFFIX = "_clone"
LONGEST = 63  # bytes of a name in PostgreSQL

_MEMBERSHIPS = """
SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
WHERE u.rolname = :name AND r.rolname <> :other ORDER BY r.rolname
"""


class UserError(Exception):
    """A user's password cannot be changed. The message never has a password in it."""


def next_name(current: Values) -> str:
    """The user of the next version: the same one, or the other of two that take turns."""
    user = str(current["username"])
    if not current.get("masterarn"):
        return user
    name = user.removesuffix(SUFFIX) if user.endswith(SUFFIX) else user + SUFFIX
    if len(name.encode()) > LONGEST:
        raise UserError(f"The user name {name} is longer than {LONGEST} bytes")
    return name


def set_single(current: Values, previous: Values | None, pending: Values) -> None:
    """The user logs in with the current password, else with the one before, and changes it to the pending one."""
    for values in (current, previous):
        # The version before may be of another server or user, which is none of this rotation's business.
        if not values or any(values.get(name) != pending.get(name) for name in ("host", "port", "username")):
            continue
        connection = database.try_login(values)
        if connection:
            try:
                passwords.set_password(connection, str(pending["username"]), str(pending["password"]))
            finally:
                database.close(connection)
            return
    raise UserError(
        f"The database refuses {pending['username']} with the pending, the current and the previous password"
    )


def set_alternating(current: Values, pending: Values) -> None:
    """The master user gives the pending user its password, and makes it first, alike to the current one."""
    connection = _master_login(current)
    try:
        with database.transaction(connection):
            original, clone = str(current["username"]), str(pending["username"])
            if not passwords.exists(connection, original):
                raise UserError(f"The database has no user {original} to take as the pattern")
            passwords.ensure_user(connection, clone, str(pending["password"]))
            _copy_memberships(connection, original, clone)
    finally:
        database.close(connection)


def _master_login(current: Values) -> Connection:
    secret_id = str(current["masterarn"])
    values = secrets.complete(secrets.read_values(secret_id))
    # A secret that RDS manages has user name and password only.
    master = {name: current.get(name) for name in ("host", "port", "dbname")} | values
    if any(master.get(name) != current.get(name) for name in ("host", "port")):
        raise UserError(f"The master secret {secret_id} is of another server")
    connection = database.try_login(master | {"dbname": current["dbname"]})
    if connection is None:
        raise SecretError(f"The database refuses the user of the master secret {secret_id}")
    return connection


def _copy_memberships(connection: Connection, original: str, clone: str) -> None:
    # Needs ADMIN OPTION on each role, which PostgreSQL 16 gives to the user who made it.
    for (role,) in connection.run(_MEMBERSHIPS, name=original, other=clone):
        passwords.run_formatted(connection, "GRANT %I TO %I", role, clone)
