# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""PostgreSQL: connections that are always encrypted and verified, and one that is kept between a function's calls."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from sensor_functions import logs, settings
from sensor_functions.secrets import Secret, SecretError

CA_FILE = Path(__file__).parent.parent / "database-ca.pem"
CONNECT_SECONDS = 5  # until what was sent over a connection must be acknowledged
IDLE_SECONDS = 240  # networks drop connections that are silent for longer, without a word
STATEMENT_SECONDS = 10

Endpoint = Literal["host", "reader_host"]
Rows = list[list[Any]]

LOGIN_REFUSED = frozenset({"28P01", "28000"})
# The server shuts down, starts up, or has become a reader at a failover: another connection may serve.
_CONNECTION_LOST = ("08", "57P01", "57P02", "57P03", "25006")


class DatabaseAway(Exception):
    """The database cannot be reached, or lets nobody in."""


def sqlstate(failure: BaseException) -> str:
    """PostgreSQL's code of an error, empty for errors that are not PostgreSQL's."""
    details = failure.args[0] if isinstance(failure, DatabaseError) and failure.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def is_refused(failure: BaseException) -> bool:
    """Whether the server refused user name and password."""
    return sqlstate(failure) in LOGIN_REFUSED


def is_broken(failure: BaseException) -> bool:
    """Whether the connection is of no more use."""
    # pg8000 turns some network errors into InterfaceError, leaves others as they are, and writes to None once closed.
    if isinstance(failure, InterfaceError | OSError | AttributeError | ValueError):
        return True
    return sqlstate(failure).startswith(_CONNECTION_LOST)


def tls_context() -> ssl.SSLContext:
    """Trusts the CAs of the zip's database-ca.pem, without it the system's; host names are checked."""
    context = ssl.create_default_context(cafile=str(CA_FILE) if CA_FILE.is_file() else None)
    # From Python 3.13 on, certificates must by default also follow RFC 5280 to the letter, which AWS does not promise
    # of Aurora's: chain, dates and name are checked on both versions alike, that one formality on neither.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def connect(values: Mapping[str, Any], endpoint: Endpoint = "host", seconds: int = STATEMENT_SECONDS) -> Connection:
    """A new connection with a secret's values; a statement may take `seconds`. Raises pg8000's and network errors."""
    missing = [name for name in ("username", "password", "host", "dbname") if not values.get(name)]
    if missing:
        raise SecretError(f"The connection secret has no {', '.join(missing)}")
    host = str(values.get(endpoint) or values["host"])
    connection = Connection(
        str(values["username"]),
        host=host,
        port=int(values.get("port") or 5432),
        database=str(values["dbname"]),
        password=str(values["password"]),
        timeout=settings.connect_seconds(),
        ssl_context=tls_context(),
        application_name="sensor_functions",
        startup_params={"TimeZone": "UTC", "statement_timeout": str(seconds * 1000)},
    )
    # The server ends a statement that takes too long; these only end the wait for a server that went silent.
    connection._usock.settimeout(seconds + CONNECT_SECONDS)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection._usock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, CONNECT_SECONDS * 1000)
    return connection


def try_login(values: Mapping[str, Any]) -> Connection | None:
    """A new connection, or None if the server refuses user name and password."""
    try:
        return connect(values)
    except DatabaseError as failure:
        if is_refused(failure):
            return None
        raise


def open_connection(secret: Secret, endpoint: Endpoint = "host", seconds: int = STATEMENT_SECONDS) -> Connection:
    """A new connection. A refused login may mean a rotated password: the secret is then read again, once."""
    try:
        try:
            return connect(secret.values(), endpoint, seconds)
        except DatabaseError as failure:
            if not is_refused(failure):
                raise
            logs.warning("login_refused", retry=True, **logs.describe(failure))
        return connect(secret.refresh(), endpoint, seconds)
    except (DatabaseError, InterfaceError, OSError, SecretError) as failure:
        raise DatabaseAway("The database cannot be reached") from failure


def close(connection: Connection) -> None:
    """Close a connection that may be broken."""
    try:
        connection.close()
    except (InterfaceError, OSError, AttributeError, ValueError):
        pass


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All or nothing; after an error the connection is usable again, unless it is broken."""
    connection.run("BEGIN")
    try:
        yield connection
        connection.run("COMMIT")
    except BaseException:
        try:
            connection.run("ROLLBACK")
        except (DatabaseError, InterfaceError, OSError, AttributeError, ValueError):
            close(connection)
        raise


class Database:
    """A connection kept between calls, opened when it is first needed."""

    def __init__(self, secret: Secret, endpoint: Endpoint = "host", seconds: int = STATEMENT_SECONDS) -> None:
        self._secret = secret
        self._endpoint = endpoint
        self._seconds = seconds
        self._connection: Connection | None = None
        self._used_at = 0.0

    def run(self, sql: str, **parameters: Any) -> Rows:
        """One statement, in a transaction of its own. A broken connection is reopened once and the statement repeated.

        The first try may have been carried out, so the statement must be one that can be repeated. Raises DatabaseAway,
        and pg8000's DatabaseError for what the server says of the statement.
        """
        kept = self._connection is not None
        try:
            return self._run(sql, parameters)
        except Exception as failure:
            if isinstance(failure, DatabaseAway) or not is_broken(failure):
                raise
            logs.warning("connection_lost", kept=kept, **logs.describe(failure))
        try:
            return self._run(sql, parameters)
        except Exception as failure:
            if is_broken(failure):
                raise DatabaseAway("The database cannot be reached") from failure
            raise

    def _run(self, sql: str, parameters: dict[str, Any]) -> Rows:
        # A function that is not called is frozen, and a monotonic clock with it.
        if self._connection is not None and not 0 <= time.time() - self._used_at < IDLE_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = open_connection(self._secret, self._endpoint, self._seconds)
        try:
            rows = self._connection.run(sql, **parameters) or []
            self._used_at = time.time()
            return rows
        except BaseException as failure:
            if not isinstance(failure, DatabaseError) or is_broken(failure):
                self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next statement opens another."""
        if self._connection is not None:
            close(self._connection)
            self._connection = None
