"""Secrets read and kept, against moto; and what is logged of errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pg8000.exceptions import DatabaseError
from sensor_functions import logs, secrets, settings
from sensor_functions.secrets import Secret, SecretError
from sensor_functions.settings import SettingError

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """moto's Secrets Manager, by a client of the test's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        secrets.client.cache_clear()
        yield boto3.client("secretsmanager")
        secrets.client.cache_clear()


def put(manager: Any, name: str, value: Any) -> str:
    return manager.create_secret(Name=name, SecretString=value if isinstance(value, str) else json.dumps(value))["ARN"]


def test_a_secret_is_kept_until_it_is_refreshed_or_too_old(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(manager, "s", {"password": "one"})
    secret = Secret("s")
    assert secret.values() == {"password": "one"}
    manager.put_secret_value(SecretId="s", SecretString='{"password": "two"}')

    assert secret.values() == {"password": "one"}
    assert secret.refresh() == {"password": "two"} == secret.values()

    manager.put_secret_value(SecretId="s", SecretString='{"password": "three"}')
    now = secrets.time.time()
    monkeypatch.setattr(secrets.time, "time", lambda: now + 299)
    assert secret.values() == {"password": "two"}
    monkeypatch.setattr(secrets.time, "time", lambda: now + 301)
    assert secret.values() == {"password": "three"}


def test_user_and_password_come_from_the_secret_that_rds_manages(manager: Any) -> None:
    managed = put(manager, "rds!cluster-1", {"username": "u", "password": "p", "host": "not this one"})
    put(manager, "s", {"host": "h", "port": 5432, "master_user_secret_arn": managed})

    values = Secret("s").values()

    assert {name: values[name] for name in ("username", "password", "host")} == {
        "username": "u",
        "password": "p",
        "host": "h",
    }


@pytest.mark.parametrize("value", ["s3cret {", "[]", '"s3cret"'])
def test_an_error_never_quotes_the_secret(manager: Any, logged: Logged, value: str) -> None:
    put(manager, "s", value)

    with pytest.raises(SecretError, match="The secret s does not hold a JSON object") as error:
        Secret("s").values()
    logs.error("failed", **logs.describe(error.value))

    assert error.value.__cause__ is None and "s3cret" not in json.dumps(logged())


def test_a_missing_secret_is_told_with_aws_own_code(manager: Any, logged: Logged) -> None:
    with pytest.raises(SecretError, match="The secret s cannot be read") as error:
        Secret("s").values()
    logs.error("failed", **logs.describe(error.value))

    cause = logged()[0]["cause"]
    assert (cause["aws_code"], cause["operation"]) == ("ResourceNotFoundException", "GetSecretValue")


class TestLogs:
    """One JSON object a line."""

    def test_a_line_names_time_level_event_and_request(self, logged: Logged) -> None:
        class Context:
            aws_request_id = "request-1"

        logs.start(Context())
        logs.info("done", count=3)
        logs.start(None)
        logs.info("next")

        first, second = logged()
        assert first.pop("time").endswith("+00:00")
        assert first == {"level": "INFO", "event": "done", "count": 3, "request_id": "request-1"}
        assert "request_id" not in second

    def test_the_level_is_that_of_the_environment(self, logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOG_LEVEL", "warning")
        for write in (logs.debug, logs.info, logs.warning, logs.error):
            write("event")

        assert [line["level"] for line in logged()] == ["WARNING", "ERROR"]

    def test_of_the_databases_messages_only_those_without_values_are_logged(self) -> None:
        told = logs.describe(DatabaseError({"C": "28P01", "M": "password authentication failed"}))
        untold = logs.describe(DatabaseError({"C": "22P02", "M": 'invalid input syntax: "payload"', "D": "payload"}))

        assert told["reason"] == "password authentication failed"
        assert "payload" not in json.dumps(untold) and untold["sqlstate"] == "22P02"


@pytest.mark.parametrize("value", ["x", "0", "-5", "1.5", "٣"])
def test_a_setting_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CREDENTIALS_SECONDS", value)

    with pytest.raises(SettingError, match=f"CREDENTIALS_SECONDS is '{value}': allowed is a whole number from 1"):
        settings.credentials_seconds()


def test_a_setting_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_SECRET_ID")

    with pytest.raises(SettingError, match="DATABASE_SECRET_ID is missing"):
        settings.database_secret_id()
