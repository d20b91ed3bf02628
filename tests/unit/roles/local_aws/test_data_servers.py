"""The local PostgreSQL and Redis: real servers, on loopback, with TLS only, whose data survive a stop."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import emulators
import pg8000.native
import pytest
from local_aws import certificates, processes
from local_aws.data_servers import DataServers, ServerError

PROGRAM = Path(certificates.__file__).with_name("data_servers.py")
DATABASE_ERRORS = (pg8000.exceptions.DatabaseError, pg8000.exceptions.InterfaceError)


@contextlib.contextmanager
def database(servers: DataServers, user: str, password: str, name: str, tls: Any = "verified") -> Iterator[Any]:
    context = ssl.create_default_context(cafile=str(servers.ca_file)) if tls == "verified" else tls
    connection = pg8000.native.Connection(
        user, "localhost", name, servers.database_port, password, ssl_context=context, timeout=10
    )
    try:
        yield connection
    finally:
        connection.close()


class Client:
    """A client of Redis that speaks no more than the tests need."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("rb")

    def ask(self, *words: str) -> str:
        """One command, and its answer: a line, or the text of a bulk string."""
        parts = b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
        self._connection.sendall(b"*%d\r\n%s" % (len(words), parts))
        line = self._answers.readline().decode().rstrip("\r\n")
        if line.startswith("$") and line != "$-1":
            return self._answers.read(int(line[1:]) + 2)[:-2].decode()
        return line

    def close(self) -> None:
        self._answers.close()
        self._connection.close()


@contextlib.contextmanager
def cache(servers: DataServers, token: str | None = None, context: ssl.SSLContext | None = None) -> Iterator[Client]:
    context = context or ssl.create_default_context(cafile=str(servers.ca_file))
    plain = socket.create_connection(("localhost", servers.cache_port), timeout=10)
    try:
        client = Client(context.wrap_socket(plain, server_hostname="localhost"))
    except OSError:
        plain.close()
        raise
    try:
        if token is not None:
            assert client.ask("AUTH", token) == "+OK"
        yield client
    finally:
        client.close()


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def logs(servers: DataServers) -> str:
    return "".join(path.read_text() for path in servers.folder.glob("*.log"))


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_second_start_changes_nothing(servers: DataServers) -> None:
    before = {path.name: path.read_text() for path in servers.folder.glob("*.pid")}
    servers.start()
    assert servers.status() == {"database": True, "cache": True}
    assert {path.name: path.read_text() for path in servers.folder.glob("*.pid")} == before
    assert set(before) == {"database.pid", "cache.pid", "cache-proxy.pid"}


def test_secrets_are_for_the_owner_only(servers: DataServers) -> None:
    servers.set_auth_token(None)
    private = {"database-administrator", "cache-administrator", "cache-tokens", "cache.conf"}
    assert {modes(servers.folder)[name] for name in private} == {0o600}
    assert {modes(servers.folder / "tls")[name] for name in ("ca.key", "server.key")} == {0o600}
    assert stat.S_IMODE(servers.folder.stat().st_mode) == 0o700


def test_a_master_user_is_as_on_rds(servers: DataServers) -> None:
    password = secrets.token_urlsafe(24) + "'\"\\%"
    servers.create_master("iotadmin", password, "iotdb")
    with database(servers, "iotadmin", password, "iotdb") as sql:
        sql.run("CREATE TABLE readings (device text)")
        sql.run("CREATE ROLE iotapp LOGIN PASSWORD 'application'")
        sql.run("GRANT rds_superuser TO iotapp")
        sql.run("CREATE DATABASE other")
        may = sql.run("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert may == [[False, True, True]]
        assert sql.run("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [[True]]
        with pytest.raises(pg8000.exceptions.DatabaseError, match="permission denied"):
            sql.run("COPY readings TO PROGRAM 'cat'")


def test_creating_a_master_again_brings_it_in_line(servers: DataServers) -> None:
    servers.create_master("again", "the first password", "againdb")
    with database(servers, "again", "the first password", "againdb") as sql:
        sql.run("CREATE TABLE kept (value int)")
    servers.create_master("again", "the second password", "againdb")
    with pytest.raises(DATABASE_ERRORS, match="authentication failed"):
        with database(servers, "again", "the first password", "againdb"):
            pass
    with database(servers, "again", "the second password", "againdb") as sql:
        assert sql.run("SELECT count(*) FROM kept") == [[0]]


def test_a_changed_password_replaces_the_old_one(servers: DataServers) -> None:
    servers.create_master("changes", "before", None)
    servers.set_password("changes", "after")
    with database(servers, "changes", "after", "postgres"):
        pass
    with pytest.raises(DATABASE_ERRORS, match="authentication failed"):
        with database(servers, "changes", "before", "postgres"):
            pass


@pytest.mark.parametrize("user", ["rdsadmin", "rds_superuser", "pg_monitor"])
def test_reserved_users_are_refused(servers: DataServers, user: str) -> None:
    for refused in (lambda: servers.create_master(user, "x", None), lambda: servers.drop_master(user)):
        with pytest.raises(ServerError, match=f"{user} is reserved"):
            refused()


def test_a_dropped_master_takes_its_users_and_databases_along(servers: DataServers) -> None:
    servers.create_master("leaving", "password", "leavingdb")
    with database(servers, "leaving", "password", "leavingdb") as sql:
        sql.run("CREATE ROLE leavingapp LOGIN PASSWORD 'x'")
        sql.run("CREATE TABLE mine (value int)")
        sql.run("GRANT SELECT ON mine TO leavingapp")
        sql.run("CREATE DATABASE leavingother")
    servers.drop_database("leavingdb")
    servers.drop_database("leavingdb")
    servers.drop_master("leaving")
    servers.drop_master("leaving")
    servers.create_master("watching", "password", None)
    with database(servers, "watching", "password", "postgres") as sql:
        assert sql.run("SELECT rolname FROM pg_roles WHERE rolname LIKE 'leaving%'") == []
        assert sql.run("SELECT datname FROM pg_database WHERE datname LIKE 'leaving%'") == []


def test_the_servers_own_databases_stay(servers: DataServers) -> None:
    with pytest.raises(ServerError, match="postgres is PostgreSQL's own"):
        servers.drop_database("postgres")


def test_the_database_takes_no_connection_without_tls(servers: DataServers) -> None:
    servers.create_master("plain", "password", None)
    with pytest.raises(DATABASE_ERRORS, match="no encryption"):
        with database(servers, "plain", "password", "postgres", tls=False):
            pass


def test_the_servers_are_verified_by_their_own_authority_only(servers: DataServers) -> None:
    servers.create_master("verified", "password", None)
    with pytest.raises(ssl.SSLCertVerificationError):
        with cache(servers, context=ssl.create_default_context()):
            pass
    with pytest.raises((ssl.SSLCertVerificationError, *DATABASE_ERRORS), match="(?i)certificate"):
        with database(servers, "verified", "password", "postgres", tls=ssl.create_default_context()):
            pass


def test_passwords_and_tokens_reach_no_log_and_no_command_line(servers: DataServers) -> None:
    password, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    servers.create_master("discreet", password, None)
    with pytest.raises(ServerError) as refused:
        servers.set_password("nobody", password)
    servers.set_auth_token(token)
    try:
        with database(servers, "discreet", password, "postgres") as sql:
            with pytest.raises(DATABASE_ERRORS):
                sql.run(f"ALTER ROLE nobody PASSWORD '{password}'")
        commands = b"".join(
            Path(f"/proc/{path.read_text().strip()}/cmdline").read_bytes() for path in servers.folder.glob("*.pid")
        ).decode()
        written = (servers.folder / "cache.conf").read_text() + (servers.folder / "cache-tokens").read_text()
        for text in (str(refused.value), logs(servers), commands, written):
            assert password not in text and token not in text
        assert "does not exist" in str(refused.value) and commands
    finally:
        servers.set_auth_token(None)


def test_the_cache_wants_its_token(servers: DataServers) -> None:
    servers.set_auth_token("the-first-token-of-all")
    try:
        with cache(servers) as client:
            assert client.ask("GET", "x").startswith("-NOAUTH")
            assert client.ask("AUTH", "something-else").startswith("-WRONGPASS")
        servers.set_auth_token("the-second-token-of-all", keep=True)
        for token in ("the-first-token-of-all", "the-second-token-of-all"):
            with cache(servers, token) as client:
                assert client.ask("PING") == "+PONG"
        servers.set_auth_token("the-second-token-of-all")
        with cache(servers) as client:
            assert client.ask("AUTH", "the-first-token-of-all").startswith("-WRONGPASS")
    finally:
        servers.set_auth_token(None)
    with cache(servers) as client:
        assert client.ask("SET", "key", "value") == "+OK"
    servers.flush_cache()
    with cache(servers) as client:
        assert client.ask("GET", "key") == "$-1"


def test_a_token_kept_beside_none_leaves_the_cache_open(servers: DataServers) -> None:
    servers.set_auth_token("a-token-to-come-soon", keep=True)
    try:
        with cache(servers) as client:
            assert client.ask("PING") == "+PONG"
            assert client.ask("AUTH", "default", "a-token-to-come-soon") == "+OK"
    finally:
        servers.set_auth_token(None)


def test_large_values_pass_the_proxy(servers: DataServers) -> None:
    value = secrets.token_hex(500_000)
    with cache(servers) as client:
        assert client.ask("SET", "large", value) == "+OK"
        assert client.ask("GET", "large") == value


def test_data_password_and_token_survive_a_restart(servers: DataServers) -> None:
    servers.create_master("lasting", "password", "lastingdb")
    with database(servers, "lasting", "password", "lastingdb") as sql:
        sql.run("CREATE TABLE kept AS SELECT 7 AS value")
    servers.set_auth_token("the-token-that-lasts")
    try:
        with cache(servers, "the-token-that-lasts") as client:
            client.ask("SET", "kept", "seven")
        authority = servers.ca_file.read_bytes()
        servers.stop()
        assert servers.status() == {"database": False, "cache": False}
        assert not is_listening(servers.database_port) and not is_listening(servers.cache_port)
        servers.start()
        assert servers.ca_file.read_bytes() == authority
        with database(servers, "lasting", "password", "lastingdb") as sql:
            assert sql.run("SELECT value FROM kept") == [[7]]
        with cache(servers) as client:
            assert client.ask("GET", "kept").startswith("-NOAUTH")
        with cache(servers, "the-token-that-lasts") as client:
            assert client.ask("GET", "kept") == "seven"
    finally:
        servers.start()
        servers.set_auth_token(None)


def test_a_stopped_cache_is_refused_at_once_and_open_connections_end(servers: DataServers) -> None:
    with cache(servers) as client:
        assert client.ask("PING") == "+PONG"
        servers.stop_cache()
        try:
            assert client.ask("PING") == ""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", servers.cache_port), timeout=2)
            servers.set_auth_token("a-token-set-meanwhile")
            with pytest.raises(ServerError, match="does not answer"):
                servers.flush_cache()
        finally:
            servers.start_cache()
    with cache(servers, "a-token-set-meanwhile") as client:
        assert client.ask("PING") == "+PONG"
    servers.set_auth_token(None)


def test_a_cache_that_died_ends_connections_and_is_started_again(servers: DataServers) -> None:
    os.kill(int((servers.folder / "cache.pid").read_text()), 9)
    with cache(servers) as client, contextlib.suppress(ConnectionResetError):
        assert client.ask("PING") == ""
    assert servers.status() == {"database": True, "cache": False}
    servers.start()
    with cache(servers) as client:
        assert client.ask("PING") == "+PONG"


def test_a_killed_database_starts_again(servers: DataServers) -> None:
    servers.create_master("surviving", "password", None)
    os.kill(int((servers.folder / "database.pid").read_text()), 9)
    processes.wait_until(lambda: require_gone(servers), servers._database.process)
    with pytest.raises(ServerError, match="does not run"):
        servers.set_password("surviving", "other")
    servers.start_database()
    with database(servers, "surviving", "password", "postgres"):
        pass


def require_gone(servers: DataServers) -> None:
    if servers.status()["database"]:
        raise OSError("still there")


def test_a_lost_pid_file_does_not_make_a_second_server(servers: DataServers) -> None:
    pid = (servers.folder / "database.pid").read_text()
    (servers.folder / "database.pid").unlink()
    servers.start_database()
    assert (servers.folder / "database.pid").read_text() == pid


def test_a_stale_pid_of_another_program_is_left_alone(tmp_path: Path, servers: DataServers) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        other = DataServers(tmp_path / "data", servers.database_port, servers.cache_port)
        (tmp_path / "data" / "database").mkdir(parents=True)
        for name in ("database.pid", "cache.pid", "cache-proxy.pid", "database/postmaster.pid"):
            (tmp_path / "data" / name).write_text(f"{stranger.pid}\n")
        assert other.status() == {"database": False, "cache": False}
        other.stop()
        assert stranger.poll() is None
        assert not list((tmp_path / "data").rglob("*.pid"))
    finally:
        stranger.kill()
        stranger.wait()


def test_a_port_that_is_held_is_named(tmp_path: Path, servers: DataServers) -> None:
    taken = DataServers(tmp_path / "data", servers.database_port, servers.cache_port)
    with pytest.raises(
        ServerError, match=rf"Port {servers.database_port} of 127.0.0.1 is not free .*local_aws_database_port"
    ):
        taken.start_database()
    with pytest.raises(ServerError, match="local_aws_cache_port"):
        taken.start_cache()
    taken.stop()


def test_certificates_are_renewed_before_they_expire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert certificates.ensure(tmp_path) and not certificates.ensure(tmp_path)
    authority, server = ((tmp_path / name).read_bytes() for name in ("ca.pem", "server.pem"))
    monkeypatch.setattr(certificates, "RENEWED_BEFORE", certificates.VALID)
    assert certificates.ensure(tmp_path)
    assert (tmp_path / "ca.pem").read_bytes() == authority
    assert (tmp_path / "server.pem").read_bytes() != server


def test_a_missing_package_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "trustme" else found(name))
    with pytest.raises(ServerError, match=r"\(trustme\): pip install -r requirements-local-data.txt"):
        DataServers(tmp_path / "data", 1, 2).start()
    assert not (tmp_path / "data").exists()


def test_the_program_starts_and_stops_by_its_arguments(tmp_path: Path) -> None:
    ports = ["--database-port", str(emulators.free_port()), "--cache-port", str(emulators.free_port())]

    def run(action: str) -> dict[str, bool]:
        command = [sys.executable, str(PROGRAM), action, "--dir", str(tmp_path / "data"), *ports]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    try:
        assert run("start-cache") == {"database": False, "cache": True, "changed": True}
        assert run("start") == {"database": True, "cache": True, "changed": True}
        assert run("start") == {"database": True, "cache": True, "changed": False}
        assert run("stop-database") == {"database": False, "cache": True, "changed": True}
    finally:
        assert run("stop") == {"database": False, "cache": False, "changed": True}
    assert run("status") == {"database": False, "cache": False, "changed": False}
