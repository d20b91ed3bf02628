"""Connections to PostgreSQL and Redis: verified, bounded in time, usable after an error."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from data_tier import CACHE_SECRET, DATABASE_SECRET, Stack, free_port, reading
from pg8000.exceptions import DatabaseError
from sensor_functions import cache, database
from sensor_functions.cache import Cache, CacheAway
from sensor_functions.database import Database, DatabaseAway
from sensor_functions.latest import Latest
from sensor_functions.readings import parse_message
from sensor_functions.secrets import Secret, SecretError


@contextlib.contextmanager
def server(answer: bytes) -> Iterator[int]:
    """Something that takes connections, answers the first bytes so, and then says nothing more."""
    taken: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])
                if answer:
                    taken[-1].recv(8)
                    taken[-1].sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for one in taken:
        one.close()


class TestDatabase:
    def test_is_usable_after_an_error(self, stack: Stack) -> None:
        kept = Database(Secret(DATABASE_SECRET))
        session = kept.run("SELECT pg_backend_pid()")
        with pytest.raises(DatabaseError):
            kept.run("SELECT CAST(:x AS int)", x="no number")

        assert kept.run("SELECT pg_backend_pid()") == session
        kept.close()

    def test_a_transaction_that_fails_leaves_nothing_and_the_connection_usable(self, stack: Stack) -> None:
        connection = stack.connect()
        for wrong in ("SELECT 1 / 0", None):
            with pytest.raises((DatabaseError, RuntimeError)), database.transaction(connection):
                connection.run("CREATE TABLE notes (a int)")
                if wrong is None:
                    raise RuntimeError
                connection.run(wrong)

        assert connection.run("SELECT to_regclass('notes')") == [[None]]
        with database.transaction(connection):
            connection.run("CREATE TABLE notes (a int)")
        connection.close()
        assert stack.sql("SELECT to_regclass('notes')::text") == [["notes"]]

    def test_a_server_that_became_a_reader_is_left(self, stack: Stack) -> None:
        kept = Database(Secret(DATABASE_SECRET))
        kept.run("SET default_transaction_read_only = on")

        kept.run("CREATE TABLE notes (a int)")

        assert stack.sql("SELECT to_regclass('notes')::text") == [["notes"]]
        kept.close()

    def test_every_session_is_encrypted_in_utc_and_bounded(self, stack: Stack) -> None:
        connection = database.open_connection(Secret(DATABASE_SECRET), seconds=7)

        assert connection.run("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [[True]]
        assert connection.run("SHOW TimeZone") == [["UTC"]] and connection.run("SHOW statement_timeout") == [["7s"]]
        connection.close()

    def test_the_reader_is_the_host_where_there_is_no_other(self, stack: Stack) -> None:
        connection = database.open_connection(Secret(DATABASE_SECRET), "reader_host")
        connection.close()

    @pytest.mark.parametrize("answer", [b"", b"S"], ids=["silent", "silent after the start of TLS"])
    def test_a_server_that_says_nothing_costs_the_connect_timeout(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: bytes
    ) -> None:
        monkeypatch.setenv("CONNECT_SECONDS", "1")
        with server(answer) as port:
            stack.secrets_manager.create(DATABASE_SECRET, stack.connection_values(port=port))
            began = time.monotonic()
            with pytest.raises(DatabaseAway):
                Database(Secret(DATABASE_SECRET)).run("SELECT 1")

        assert 0.9 < time.monotonic() - began < 4

    def test_a_server_without_tls_gets_no_password(self, stack: Stack) -> None:
        with server(b"N") as port:
            stack.secrets_manager.create(DATABASE_SECRET, stack.connection_values(port=port))
            with pytest.raises(DatabaseAway) as error:
                Database(Secret(DATABASE_SECRET)).run("SELECT 1")

        assert "SSL" in str(error.value.__cause__)

    def test_what_a_secret_lacks_is_named(self) -> None:
        with pytest.raises(SecretError, match="has no password, host"):
            database.connect({"username": "u", "dbname": "d"})

    def test_a_wrong_password_is_tried_twice_and_not_more(self, stack: Stack) -> None:
        stack.servers.set_password("iotadmin", "another-password-0123456789")
        stack.secrets_manager.calls.clear()

        with pytest.raises(DatabaseAway):
            Database(Secret(DATABASE_SECRET)).run("SELECT 1")

        assert stack.secrets_manager.calls == ["GetSecretValue", "GetSecretValue"]


class TestCache:
    def test_a_client_is_kept_and_opened_again_when_redis_was_away(self, stack: Stack) -> None:
        kept = Cache(Secret(CACHE_SECRET))
        first = kept.use(lambda client: client.client_id())
        assert kept.use(lambda client: client.client_id()) == first

        stack.servers.stop_cache()
        with pytest.raises(CacheAway):
            kept.use(lambda client: client.ping())
        stack.servers.start_cache()

        assert kept.use(lambda client: client.ping())

    def test_a_connection_that_broke_is_opened_again(self, stack: Stack) -> None:
        kept = Cache(Secret(CACHE_SECRET))
        first = kept.use(lambda client: client.client_id())
        stack.redis().client_kill_filter(_id=first)

        assert kept.use(lambda client: client.client_id()) != first

    def test_a_refused_token_is_read_again_once(self, stack: Stack) -> None:
        stack.servers.set_auth_token("another-token-0123456789")
        kept = Cache(Secret(CACHE_SECRET))
        stack.secrets_manager.calls.clear()
        with pytest.raises(CacheAway):
            kept.use(lambda client: client.ping())
        assert stack.secrets_manager.calls == ["GetSecretValue", "GetSecretValue"]

        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(auth_token="another-token-0123456789"))
        assert kept.use(lambda client: client.ping())

    def test_a_token_may_come_and_go(self, stack: Stack) -> None:
        stack.servers.set_auth_token(None)
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(auth_token=None))
        kept = Cache(Secret(CACHE_SECRET))
        assert kept.use(lambda client: client.ping())

        stack.servers.set_auth_token("another-token-0123456789")
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(auth_token="another-token-0123456789"))
        kept.close()
        assert kept.use(lambda client: client.ping())

    def test_a_user_logs_in_by_name_and_may_do_what_the_functions_do(self, stack: Stack) -> None:
        # The default of cache_user_access_string in roles/cache.
        rules = ["on", "~*", "&*", "+@all", "-@admin", "-@dangerous"]
        stack.redis().execute_command("ACL", "SETUSER", "iotapp", "reset", *rules, ">aPasswordOfSomeLength")
        login = {"auth_token": None, "username": "iotapp", "password": "aPasswordOfSomeLength"}
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(**login))
        kept = Cache(Secret(CACHE_SECRET))

        assert kept.use(lambda client: client.acl_whoami()) == "iotapp"
        latest, stored = Latest(kept), parse_message(json.dumps(reading(device="by-user")), datetime.now(UTC), 30)
        known, epoch = latest.read("by-user")
        latest.update(stored)
        assert known is None and latest.fill("by-user", stored, epoch) and latest.read("by-user")[0] == stored
        with pytest.raises(CacheAway):
            kept.use(lambda client: client.flushall())

    @pytest.mark.parametrize("which", ["authority", "name"])
    def test_another_authority_or_name_is_refused(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, which: str
    ) -> None:
        if which == "authority":
            trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
            monkeypatch.setattr(cache, "CA_FILE", tmp_path / "other.pem")
        else:
            stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(host="127.1"))

        with pytest.raises(CacheAway) as error:
            Cache(Secret(CACHE_SECRET)).use(lambda client: client.ping())
        assert "certificate" in str(error.value.__cause__).lower()

    def test_a_server_that_says_nothing_costs_about_a_second(self, stack: Stack) -> None:
        with server(b"") as port:
            stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(port=port))
            began = time.monotonic()
            with pytest.raises(CacheAway):
                Cache(Secret(CACHE_SECRET)).use(lambda client: client.ping())

        assert time.monotonic() - began < 2.5

    def test_without_tls_it_talks_plainly_where_the_secret_says_so(self, stack: Stack) -> None:
        stack.secrets_manager.create(CACHE_SECRET, stack.cache_values(tls=False, port=free_port()))
        with pytest.raises(CacheAway):
            Cache(Secret(CACHE_SECRET)).use(lambda client: client.ping())
        assert (
            type(cache.connect(stack.cache_values(tls=False)).connection_pool.make_connection()).__name__
            == "Connection"
        )
        assert type(stack.redis().connection_pool.make_connection()).__name__ == "SSLConnection"
