# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Passwords of database users. The server only gets a verifier, so that no statement, and no log of statements, has one."""

from __future__ import annotations

import base64

import scramp
from pg8000.native import Connection

ITERATIONS = 4096


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (SCRAM-SHA-256)."""
    made = scramp.ScramMechanism("SCRAM-SHA-256").make_auth_info(password, iteration_count=ITERATIONS)
    salt, stored_key, server_key, iterations = made
    encoded = [base64.b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def exists(connection: Connection, role: str) -> bool:
    """Whether there is a user or role of this name."""
    return bool(connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role))


def set_password(connection: Connection, user: str, password: str) -> None:
    """Change a user's password."""
    run_formatted(connection, "ALTER ROLE %I PASSWORD %L", user, verifier(password))


def ensure_user(connection: Connection, user: str, password: str) -> None:
    """A user that may log in, with this password."""
    verb = "ALTER" if exists(connection, user) else "CREATE"
    run_formatted(connection, f"{verb} ROLE %I LOGIN PASSWORD %L", user, verifier(password))


def run_formatted(connection: Connection, template: str, *values: str) -> None:
    """Run a statement that takes no parameters; the server itself quotes its names (%I) and texts (%L)."""
    named = {f"value{position}": value for position, value in enumerate(values)}
    arguments = "".join(f", CAST(:{name} AS text)" for name in named)
    connection.run(connection.run(f"SELECT format(:template{arguments})", template=template, **named)[0][0])
