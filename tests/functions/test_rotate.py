"""The four steps of a rotation, with a real PostgreSQL; Secrets Manager's answers are simulated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from data_tier import DATABASE_SECRET, Stack, reading
from pg8000.native import Connection
from sensor_functions import database, ingest, migrate, passwords, rotate, secrets, users
from sensor_functions.rotate import RotationError
from simulated_secrets import SimulatedSecretsManager

Logged = Callable[[], list[dict[str, Any]]]
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
APPLICATION_SECRET = "iot-application-test"


def step(secret_id: str, token: str, name: str) -> None:
    rotate.handler({"SecretId": secret_id, "ClientRequestToken": token, "Step": name}, None)


def rotate_all(secret_id: str, token: str) -> None:
    for name in STEPS:
        step(secret_id, token, name)


def logs_in(values: dict[str, Any]) -> bool:
    opened = database.try_login(values)
    if opened:
        opened.close()
    return opened is not None


@pytest.fixture
def application(bare_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The stack with the application's user, whose secret is of alternating users."""
    values = bare_stack.connection_values(username="iotapp", password="first-password", masterarn=DATABASE_SECRET)
    bare_stack.secrets_manager.create(APPLICATION_SECRET, values)
    monkeypatch.setenv("APPLICATION_SECRET_ID", APPLICATION_SECRET)
    migrate.handler({}, None)
    return bare_stack


class Killed(BaseException):
    """The function's process ends here."""


class Killer:
    """Ends the function before or after its nth call of Secrets Manager or PostgreSQL; nothing works after that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        self.after = False
        self.dead = False
        self.connections: list[Connection] = []
        for name in ("get_secret_value", "describe_secret", "put_secret_value", "update_secret_version_stage"):
            monkeypatch.setattr(SimulatedSecretsManager, name, self.counted(getattr(SimulatedSecretsManager, name)))
        monkeypatch.setattr(Connection, "run", self.counted(Connection.run))

    def arm(self, calls: int, after: bool) -> None:
        self.left, self.after, self.dead = calls, after, False

    def disarm(self) -> bool:
        """Live again; the server notices that the connections are gone. Tells whether the end had come."""
        dead, self.left, self.dead = self.dead, None, False
        for connection in self.connections:
            if connection._usock is not None:
                connection._usock.close()
        self.connections.clear()
        return dead

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(owner: Any, *arguments: Any, **named: Any) -> Any:
            if isinstance(owner, Connection):
                self.connections.append(owner)
            if self.dead:
                raise Killed
            if self.left is None:
                return call(owner, *arguments, **named)
            self.left -= 1
            if self.left == 0 and not self.after:
                self.dead = True
                raise Killed
            try:
                return call(owner, *arguments, **named)
            finally:
                if self.left == 0:
                    self.dead = True
                    raise Killed

        return counted


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Killer]:
    made = Killer(monkeypatch)
    yield made
    made.disarm()


class TestSingleUser:
    """The secret's own user changes its own password."""

    def test_ends_with_the_new_password_valid_and_the_old_refused(self, bare_stack: Stack) -> None:
        manager = bare_stack.secrets_manager
        before = manager.current(DATABASE_SECRET)
        token = manager.begin_rotation(DATABASE_SECRET)

        rotate_all(DATABASE_SECRET, token)

        after = manager.current(DATABASE_SECRET)
        assert {name for name in after if after[name] != before[name]} == {"password"}
        assert len(after["password"]) == 32 and not set(after["password"]) & set("/@\"'\\` ")
        assert logs_in(after) and not logs_in(before)
        assert manager.staged(DATABASE_SECRET, "AWSPREVIOUS") == before

    def test_every_step_may_be_repeated(self, bare_stack: Stack) -> None:
        token = bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET)
        for name in STEPS:
            step(DATABASE_SECRET, token, name)
            step(DATABASE_SECRET, token, name)
        rotate_all(DATABASE_SECRET, token)

        assert logs_in(bare_stack.secrets_manager.current(DATABASE_SECRET))

    def test_a_second_rotation_follows_the_first(self, bare_stack: Stack) -> None:
        seen = set()
        for _unused in range(3):
            rotate_all(DATABASE_SECRET, bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET))
            current = bare_stack.secrets_manager.current(DATABASE_SECRET)
            assert logs_in(current)
            seen.add(current["password"])

        assert len(seen) == 3

    def test_ingest_goes_on_with_the_new_password(self, stack: Stack) -> None:
        def take(value: float) -> Any:
            return ingest.handler(
                {"Records": [{"messageId": "m", "body": json.dumps(reading(value, ago=value))}]}, None
            )

        assert take(1) == {"batchItemFailures": []}
        rotate_all(DATABASE_SECRET, stack.secrets_manager.begin_rotation(DATABASE_SECRET))
        assert take(2) == {"batchItemFailures": []}, "the connection that is open serves on"
        ingest.writer().close()
        assert take(3) == {"batchItemFailures": []}, "the next one reads the secret again"

    def test_the_previous_password_serves_when_the_current_was_never_set(self, bare_stack: Stack) -> None:
        manager = bare_stack.secrets_manager
        manager.create(DATABASE_SECRET, bare_stack.connection_values(password="never-set"))

        rotate_all(DATABASE_SECRET, manager.begin_rotation(DATABASE_SECRET))

        assert logs_in(manager.current(DATABASE_SECRET))

    def test_no_password_that_logs_in_is_an_error(self, bare_stack: Stack) -> None:
        bare_stack.servers.set_password("iotadmin", "set-by-somebody")
        token = bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET)
        step(DATABASE_SECRET, token, "createSecret")

        with pytest.raises(users.UserError, match="refuses iotadmin with the pending, the current and the previous"):
            step(DATABASE_SECRET, token, "setSecret")
        with pytest.raises(RotationError, match="refuses the pending password"):
            step(DATABASE_SECRET, token, "testSecret")

    def test_no_password_is_logged_or_told(self, bare_stack: Stack, logged: Logged) -> None:
        manager = bare_stack.secrets_manager
        token = manager.begin_rotation(DATABASE_SECRET)
        rotate_all(DATABASE_SECRET, token)
        bare_stack.servers.set_password("iotadmin", "set-by-somebody")
        failed = manager.begin_rotation(DATABASE_SECRET)
        step(DATABASE_SECRET, failed, "createSecret")
        with pytest.raises(users.UserError) as error:
            step(DATABASE_SECRET, failed, "setSecret")

        text = json.dumps(logged()) + repr(error.value)

        assert '"step": "finishSecret"' in text and "rotation_failed" in text
        for version in manager.values[DATABASE_SECRET].values():
            assert json.loads(version)["password"] not in text

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_cut_off_at_any_call_and_run_again_ends_with_one_valid_password(
        self, bare_stack: Stack, killer: Killer, after: bool
    ) -> None:
        manager = bare_stack.secrets_manager
        calls = cut_off_everywhere(manager, killer, DATABASE_SECRET, after)

        assert calls > 10
        for value in manager.values[DATABASE_SECRET].values():
            values = json.loads(value)
            assert logs_in(values) == (values == manager.current(DATABASE_SECRET))


def cut_off_everywhere(manager: SimulatedSecretsManager, killer: Killer, secret_id: str, after: bool) -> int:
    """Rotate again and again, each time ended at the next call, and then carried out; answers how many calls there are."""
    for call in range(1, 200):
        before = manager.current(secret_id)
        token = manager.begin_rotation(secret_id)
        killer.arm(call, after)
        try:
            rotate_all(secret_id, token)
        except Killed:
            pass
        cut_off = killer.disarm()
        rotate_all(secret_id, token)
        current = manager.current(secret_id)
        assert manager.stages[secret_id][token] == ["AWSCURRENT"], "a label left over would stop later rotations"
        assert current["password"] != before["password"] and logs_in(current)
        if not before.get("masterarn"):
            assert not logs_in(before)
        if not cut_off:
            return call
    raise AssertionError("the rotation has no end")


class TestAlternatingUsers:
    """The master user sets the password of the one that is not in use."""

    def test_the_clone_is_made_with_the_same_rights_and_the_users_take_turns(self, application: Stack) -> None:
        manager = application.secrets_manager
        names, valid = [], []
        for _unused in range(3):
            rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))
            current = manager.current(APPLICATION_SECRET)
            names.append(current["username"])
            connection = database.connect(current)
            connection.run("INSERT INTO readings (device, metric, time, value) VALUES ('d', 'm', clock_timestamp(), 1)")
            valid.append(connection.run("SELECT count(*) FROM readings")[0][0])
            connection.close()

        assert names == ["iotapp_clone", "iotapp", "iotapp_clone"] and valid == [1, 2, 3]

    def test_the_user_in_use_goes_on_with_its_password(self, application: Stack) -> None:
        manager = application.secrets_manager
        before = manager.current(APPLICATION_SECRET)

        rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))

        assert logs_in(before) and logs_in(manager.current(APPLICATION_SECRET))
        rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))
        assert not logs_in(before), "its next turn changed its password"

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_cut_off_at_any_call_and_run_again_ends_with_one_valid_password(
        self, application: Stack, killer: Killer, after: bool
    ) -> None:
        manager = application.secrets_manager
        calls = cut_off_everywhere(manager, killer, APPLICATION_SECRET, after)

        assert calls > 15
        current, previous = (manager.staged(APPLICATION_SECRET, stage) for stage in ("AWSCURRENT", "AWSPREVIOUS"))
        for value in manager.values[APPLICATION_SECRET].values():
            values = json.loads(value)
            assert logs_in(values) == (values in (current, previous)), "one password for each of the two users"

    def test_migrate_takes_the_users_as_they_are(self, application: Stack) -> None:
        manager = application.secrets_manager
        rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))

        migrate.handler({}, None)

        assert logs_in(manager.current(APPLICATION_SECRET))

    def test_a_master_secret_that_rds_manages_holds_no_host(self, application: Stack) -> None:
        manager = application.secrets_manager
        manager.create("rds!cluster-1", {"username": "iotadmin", "password": application.password})
        manager.create(APPLICATION_SECRET, manager.current(APPLICATION_SECRET) | {"masterarn": "rds!cluster-1"})

        rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))

        assert logs_in(manager.current(APPLICATION_SECRET))

    def test_the_masters_connection_secret_may_point_at_one_that_rds_manages(self, application: Stack) -> None:
        manager = application.secrets_manager
        manager.create("rds!cluster-1", {"username": "iotadmin", "password": application.password})
        values = application.connection_values(master_user_secret_arn="rds!cluster-1")
        del values["username"], values["password"]
        manager.create(DATABASE_SECRET, values)

        rotate_all(APPLICATION_SECRET, manager.begin_rotation(APPLICATION_SECRET))

        assert logs_in(manager.current(APPLICATION_SECRET))

    def test_a_master_of_another_server_is_refused(self, application: Stack) -> None:
        manager = application.secrets_manager
        manager.create(DATABASE_SECRET, application.connection_values(host="elsewhere.invalid"))
        token = manager.begin_rotation(APPLICATION_SECRET)
        step(APPLICATION_SECRET, token, "createSecret")

        with pytest.raises(users.UserError, match="is of another server"):
            step(APPLICATION_SECRET, token, "setSecret")

    def test_a_name_that_would_be_too_long_is_refused(self) -> None:
        with pytest.raises(users.UserError, match="longer than 63 bytes"):
            users.next_name({"username": "u" * 60, "masterarn": "m"})


class TestChecks:
    """What is refused before anything is changed."""

    @pytest.mark.parametrize(
        "changed",
        [{"host": "elsewhere.invalid"}, {"dbname": "other"}, {"port": 1}, {"username": "rdsadmin"}, {"masterarn": "x"}],
    )
    def test_a_pending_value_of_somewhere_else(self, bare_stack: Stack, changed: dict[str, Any]) -> None:
        manager = bare_stack.secrets_manager
        token = manager.begin_rotation(DATABASE_SECRET)
        step(DATABASE_SECRET, token, "createSecret")
        manager.values[DATABASE_SECRET][token] = json.dumps(
            json.loads(manager.values[DATABASE_SECRET][token]) | changed
        )

        with pytest.raises(RotationError, match=next(iter(changed))):
            step(DATABASE_SECRET, token, "setSecret")
        assert logs_in(manager.current(DATABASE_SECRET))

    def test_a_secret_without_rotation(self, bare_stack: Stack) -> None:
        with pytest.raises(RotationError, match="not enabled for rotation"):
            step(DATABASE_SECRET, "token", "createSecret")

    def test_a_version_that_is_not_there(self, bare_stack: Stack) -> None:
        bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET)
        with pytest.raises(RotationError, match="has no version other"):
            step(DATABASE_SECRET, "other", "createSecret")

    def test_a_version_that_is_not_pending(self, bare_stack: Stack) -> None:
        manager = bare_stack.secrets_manager
        token = manager.begin_rotation(DATABASE_SECRET)
        manager.stages[DATABASE_SECRET][token] = ["other"]
        with pytest.raises(RotationError, match="is not AWSPENDING"):
            step(DATABASE_SECRET, token, "createSecret")

    def test_a_step_that_does_not_exist(self, bare_stack: Stack) -> None:
        with pytest.raises(RotationError, match="Step is 'other': allowed is createSecret, setSecret"):
            step(DATABASE_SECRET, "token", "other")

    def test_a_step_before_the_first(self, bare_stack: Stack) -> None:
        token = bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET)
        with pytest.raises(RotationError, match="createSecret comes first"):
            step(DATABASE_SECRET, token, "setSecret")

    @pytest.mark.parametrize("value", ["no json", "[]", '{"username": "u"}', '{"engine": "mysql"}'])
    def test_a_secret_that_holds_something_else(self, bare_stack: Stack, value: str) -> None:
        bare_stack.secrets_manager.create(DATABASE_SECRET, value)
        token = bare_stack.secrets_manager.begin_rotation(DATABASE_SECRET)
        with pytest.raises(secrets.SecretError) as error:
            step(DATABASE_SECRET, token, "createSecret")
        assert "no json" not in str(error.value)


class TestPasswords:
    """Any password, without it being in a statement."""

    @pytest.mark.parametrize("password", ["simple", 'it\'s \\ "quoted" %s $1', "ünïcödé ☃", "\u00ad soft"])
    def test_the_verifier_is_the_passwords(self, bare_stack: Stack, password: str) -> None:
        connection = bare_stack.connect()
        passwords.ensure_user(connection, 'odd "user\'s" name', password)
        connection.close()

        assert logs_in(bare_stack.connection_values(username='odd "user\'s" name', password=password))
        assert not logs_in(bare_stack.connection_values(username='odd "user\'s" name', password=password + "x"))
