"""Schema versions, the application's user, counts and logins, with a real PostgreSQL and a master user as RDS has."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from data_tier import DATABASE, DATABASE_SECRET, Stack, reading
from pg8000.exceptions import DatabaseError
from sensor_functions import database, ingest, locks, migrate, partitions, query, schema
from sensor_functions.schema import MigrationError

Logged = Callable[[], list[dict[str, Any]]]
APPLICATION_SECRET = "iot-application-test"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's migrations, for more to be added."""
    copied = tmp_path / "migrations"
    shutil.copytree(schema.FOLDER, copied)
    monkeypatch.setattr(schema.migrate, "__defaults__", (copied,))
    return copied


def versions(stack: Stack) -> list[list[Any]]:
    return stack.sql("SELECT version, name FROM schema_versions ORDER BY version")


def test_an_empty_database_is_brought_up_to_date_once(bare_stack: Stack) -> None:
    first = migrate.handler({"action": "migrate"}, None)
    second = migrate.handler({}, None)

    assert first["applied"] == ["0001_readings.sql"] and first["version"] == 1
    assert first["partitions_created"] == partitions_there(bare_stack) and len(first["partitions_created"]) >= 6
    assert second == {"applied": [], "version": 1, "partitions_created": []}
    assert versions(bare_stack) == [[1, "0001_readings.sql"]]


def partitions_there(stack: Stack) -> list[str]:
    connection = stack.connect()
    try:
        return partitions.existing(connection)
    finally:
        connection.close()


def test_readings_are_kept_once_by_the_primary_key(stack: Stack) -> None:
    columns = stack.sql(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_name = 'readings' ORDER BY ordinal_position"
    )
    assert columns == [
        ["device", "text", "NO"],
        ["metric", "text", "NO"],
        ["time", "timestamp with time zone", "NO"],
        ["value", "double precision", "NO"],
        ["received_at", "timestamp with time zone", "NO"],
    ]
    insert = "INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', now(), 1), ('d', 'm', now(), 2)"
    with pytest.raises(DatabaseError) as refused:
        stack.sql(insert)
    assert database.sqlstate(refused.value) == "23505"


def test_two_migrations_at_once_apply_each_file_once(bare_stack: Stack) -> None:
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(migrate.handler({}, None))) for _unused in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(answer["applied"]) for answer in answers) == [0, 0, 1]
    assert sorted(bool(answer["partitions_created"]) for answer in answers) == [False, False, True]


def test_a_lock_that_is_held_ends_in_an_error(bare_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.3)
    holder = bare_stack.connect()
    with locks.advisory(holder, locks.MIGRATE):
        with pytest.raises(locks.LockTimeout, match=r"more than 0\.3 seconds"):
            migrate.handler({}, None)

    assert migrate.handler({}, None)["version"] == 1
    holder.close()


def test_new_files_are_applied_in_order(stack: Stack, folder: Path) -> None:
    (folder / "0010_b.sql").write_text("ALTER TABLE notes ADD COLUMN b int;")
    (folder / "0002_a.sql").write_text("CREATE TABLE notes (a int);\nINSERT INTO notes VALUES (1);")

    assert migrate.handler({}, None) == {
        "applied": ["0002_a.sql", "0010_b.sql"],
        "version": 10,
        "partitions_created": [],
    }
    assert stack.sql("SELECT a, b FROM notes") == [[1, None]]


def test_a_file_that_fails_leaves_nothing_behind_and_can_be_mended(stack: Stack, folder: Path) -> None:
    (folder / "0002_a.sql").write_text("CREATE TABLE notes (a int);")
    (folder / "0003_b.sql").write_text("CREATE TABLE more (a int); SELECT 1 / 0;")

    with pytest.raises(DatabaseError):
        migrate.handler({}, None)

    assert [row[0] for row in versions(stack)] == [1, 2]
    assert stack.sql("SELECT to_regclass('more')") == [[None]]
    (folder / "0003_b.sql").write_text("CREATE TABLE more (a int);")
    assert migrate.handler({}, None)["applied"] == ["0003_b.sql"]


def test_a_file_changed_after_it_was_applied_is_refused(stack: Stack, folder: Path) -> None:
    with (folder / "0001_readings.sql").open("a") as file:
        file.write("-- changed\n")

    with pytest.raises(MigrationError, match=r"0001_readings\.sql was changed after it was applied"):
        migrate.handler({}, None)


def test_a_newer_database_is_refused(stack: Stack) -> None:
    stack.sql("INSERT INTO schema_versions (version, name, checksum) VALUES (7, '0007_new.sql', 'x')")

    with pytest.raises(MigrationError, match=r"version 7, which this package \(up to 1\) does not know"):
        migrate.handler({}, None)


def test_a_file_before_what_is_applied_is_refused(stack: Stack, folder: Path) -> None:
    (folder / "0003_c.sql").write_text("SELECT 1;")
    migrate.handler({}, None)
    (folder / "0002_b.sql").write_text("SELECT 1;")

    with pytest.raises(MigrationError, match=r"0002_b\.sql comes before version 3"):
        migrate.handler({}, None)


@pytest.mark.parametrize(
    ("name", "message"), [("readings.sql", "has a wrong name"), ("0001_other.sql", "Two migrations have the version 1")]
)
def test_file_names_are_checked(bare_stack: Stack, folder: Path, name: str, message: str) -> None:
    (folder / name).write_text("SELECT 1;")

    with pytest.raises(MigrationError, match=message):
        migrate.handler({}, None)


def test_count_tells_whether_there_are_readings(bare_stack: Stack) -> None:
    assert migrate.handler({"action": "count"}, None) == {"holds_readings": False}
    migrate.handler({}, None)
    assert migrate.handler({"action": "count"}, None) == {"holds_readings": False}
    ingest.handler({"Records": [{"messageId": "m", "body": json.dumps(reading())}]}, None)
    assert migrate.handler({"action": "count"}, None) == {"holds_readings": True}


def test_verify_login_tells_which_versions_log_in(stack: Stack, logged: Logged) -> None:
    good = stack.secrets_manager._version(DATABASE_SECRET, "AWSCURRENT")
    bad = stack.secrets_manager.create(DATABASE_SECRET, stack.connection_values(password="not-the-password"))

    answer = migrate.handler({"action": "verify_login", "secret_id": DATABASE_SECRET, "version_ids": [good, bad]}, None)

    assert answer["logins"] == {good: True, bad: False}
    assert answer["users"] == dict.fromkeys((good, bad), stack.connection_values()["username"])
    assert stack.password not in json.dumps(logged())


def test_verify_login_leaves_out_versions_that_are_gone(stack: Stack) -> None:
    event = {"action": "verify_login", "secret_id": DATABASE_SECRET, "version_ids": ["0123-gone"]}

    assert migrate.handler(event, None) == {"logins": {}, "users": {}}


def test_verify_login_of_a_secret_that_rds_manages(stack: Stack) -> None:
    managed = stack.secrets_manager.create("rds!cluster-1", {"username": "iotadmin", "password": stack.password})

    event = {"action": "verify_login", "secret_id": "rds!cluster-1", "version_ids": [managed]}
    assert migrate.handler(event, None) == {"logins": {managed: True}, "users": {managed: "iotadmin"}}


def test_a_secret_that_points_at_one_that_rds_manages(bare_stack: Stack) -> None:
    values = bare_stack.connection_values(master_user_secret_arn="rds!cluster-1")
    del values["username"], values["password"]
    bare_stack.secrets_manager.create(DATABASE_SECRET, values)
    bare_stack.secrets_manager.create("rds!cluster-1", {"username": "iotadmin", "password": bare_stack.password})

    assert migrate.handler({}, None)["version"] == 1


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"action": "drop"}, "action is 'drop': allowed is migrate, count, verify_login"),
        ({"action": "verify_login", "version_ids": []}, "needs secret_id"),
        ({"action": "verify_login", "secret_id": "x", "version_ids": "y"}, "version_ids, a list"),
    ],
)
def test_a_bad_event_is_refused(stack: Stack, event: dict[str, Any], message: str) -> None:
    with pytest.raises(migrate.EventError, match=message):
        migrate.handler(event, None)


class TestApplicationUser:
    """The application's own user, made by a master user who is no superuser."""

    @pytest.fixture
    def application(self, bare_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        values = bare_stack.connection_values(
            username="iotapp", password='it\'s \\ a "password" ☃', masterarn=DATABASE_SECRET
        )
        bare_stack.secrets_manager.create(APPLICATION_SECRET, values)
        monkeypatch.setenv("APPLICATION_SECRET_ID", APPLICATION_SECRET)
        return values

    def test_it_may_add_and_read_readings_and_nothing_else(
        self, bare_stack: Stack, application: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        migrate.handler({}, None)
        monkeypatch.setenv("DATABASE_SECRET_ID", APPLICATION_SECRET)

        answer = ingest.handler({"Records": [{"messageId": "m", "body": json.dumps(reading(4))}]}, None)

        assert answer == {"batchItemFailures": []}
        assert [one.value for one in query.store.latest(query.reader(), "sensor-1")] == [4]
        connection = database.connect(application)
        partition = partitions_there(bare_stack)[0]
        for forbidden in (
            "CREATE TABLE mine (a int)",
            "DROP TABLE readings",
            "DELETE FROM readings",
            "UPDATE readings SET value = 0",
            "TRUNCATE readings",
            f"SELECT * FROM {partition}",
            "SELECT * FROM schema_versions",
            "CREATE ROLE other",
        ):
            with pytest.raises(DatabaseError) as refused:
                connection.run(forbidden)
            assert database.sqlstate(refused.value) == "42501", forbidden
        connection.close()

    def test_running_again_changes_nothing(self, bare_stack: Stack, application: dict[str, Any]) -> None:
        def roles() -> list[list[Any]]:
            with bare_stack.servers._database.administration(DATABASE) as connection:
                return connection.run(
                    "SELECT a.rolname, a.rolpassword, a.rolcanlogin, a.rolsuper, a.rolcreaterole FROM pg_authid a"
                    " WHERE a.rolname LIKE 'iot%' ORDER BY 1"
                )

        migrate.handler({}, None)
        before = roles()
        migrate.handler({}, None)

        assert roles() == before
        assert [row[0] for row in before] == ["iot_readings", "iotadmin", "iotapp"]
        assert before[0][2] is False and before[2][1].startswith("SCRAM-SHA-256$4096:")

    def test_a_user_with_another_password_or_without_the_role_is_put_right(
        self, bare_stack: Stack, application: dict[str, Any]
    ) -> None:
        migrate.handler({}, None)
        bare_stack.sql("ALTER ROLE iotapp PASSWORD 'another'")
        bare_stack.sql("REVOKE iot_readings FROM iotapp")

        migrate.handler({}, None)
        bare_stack.sql("REVOKE iot_readings FROM iotapp")
        migrate.handler({}, None)

        connection = database.connect(application)
        assert connection.run("SELECT count(*) FROM readings") == [[0]]
        connection.close()

    def test_the_pending_password_of_a_rotation_is_left_alone(
        self, bare_stack: Stack, application: dict[str, Any]
    ) -> None:
        migrate.handler({}, None)
        token = bare_stack.secrets_manager.begin_rotation(APPLICATION_SECRET)
        pending = application | {"password": "pending-password-0123456789"}
        bare_stack.secrets_manager.put_secret_value(APPLICATION_SECRET, token, json.dumps(pending), ["AWSPENDING"])
        bare_stack.sql("ALTER ROLE iotapp PASSWORD 'pending-password-0123456789'")

        migrate.handler({}, None)

        database.connect(pending).close()
