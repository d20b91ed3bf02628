# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The application's own database user: it may read and add readings, and nothing else."""

from __future__ import annotations

from pg8000.native import Connection

from sensor_functions import database, passwords, secrets
from sensor_functions.secrets import SecretError, Values

ROLE = "iot_readings"


def ensure(connection: Connection, secret_id: str) -> str:
    """Ensure the role with its privileges, and the secret's user as its member; answers the user's name.

    The master user is no superuser (RDS): it may change roles because it made them.
    """
    values = secrets.read_values(secret_id)
    user, password = values.get("username"), values.get("password")
    if not user or not password:
        raise SecretError(f"The secret {secret_id} has no username or no password")
    with database.transaction(connection):
        if not passwords.exists(connection, ROLE):
            connection.run(f"CREATE ROLE {ROLE} NOLOGIN")
        connection.run(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        connection.run(f"GRANT SELECT, INSERT ON readings TO {ROLE}")
    if not _logs_in(connection, values, secret_id):
        with database.transaction(connection):
            passwords.ensure_user(connection, str(user), str(password))
            passwords.run_formatted(connection, f"GRANT {ROLE} TO %I", str(user))
    elif not _is_member(connection, str(user)):
        passwords.run_formatted(connection, f"GRANT {ROLE} TO %I", str(user))
    return str(user)


def _logs_in(connection: Connection, values: Values, secret_id: str) -> bool:
    """Whether the user is there with the secret's password, or with the next one of a rotation that is under way."""
    if not passwords.exists(connection, str(values["username"])):
        return False
    for login in (values, _pending(secret_id)):
        if login and login.get("username") == values["username"]:
            opened = database.try_login(values | {"password": login.get("password")})
            if opened:
                database.close(opened)
                return True
    return False


def _pending(secret_id: str) -> Values | None:
    try:
        return secrets.read_values(secret_id, VersionStage="AWSPENDING")
    except SecretError:
        return None


def _is_member(connection: Connection, user: str) -> bool:
    return bool(
        connection.run(
            "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
            " WHERE r.rolname = :role AND u.rolname = :name",
            role=ROLE,
            name=user,
        )
    )
