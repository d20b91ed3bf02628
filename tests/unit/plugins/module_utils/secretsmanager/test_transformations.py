"""The pure parts of Secrets Manager's utilities."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import REDACTED, Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import key_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import (
    CHANGED,
    merge_values,
    parse_value,
    pending_version,
    redact,
    rotation_request,
    same_json,
    value_of,
)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (5432, 5432.0, True),
        (1, True, False),
        (5432, "5432", False),
        ([1, 2], [2, 1], False),
        ({"a": {"b": [1.0]}}, {"a": {"b": [1]}}, True),
        (None, {}, False),
    ],
)
def test_json_is_compared_by_meaning(one: Any, two: Any, same: bool) -> None:
    assert same_json(one, two) is same


@pytest.mark.parametrize(
    ("text", "value"), [('{"a": 1}', {"a": 1}), ("[1]", "[1]"), ("12", "12"), ("", ""), (None, None)]
)
def test_only_json_objects_have_fields(text: str | None, value: Any) -> None:
    assert parse_value(text) == value


def test_binary_values_count_as_text() -> None:
    assert value_of({"SecretBinary": b"\x00"}) == "(binary)" and value_of(None) is None and value_of({}) is None


def test_merge_keeps_the_other_fields() -> None:
    assert merge_values({"a": 1, "b": 2, "c": 3}, {"b": 4}, ["c"]) == {"a": 1, "b": 4}


def test_the_diff_shows_the_values_given_as_not_secret_only() -> None:
    before = {"host": "old", "password": "p1", "token": "t1"}
    after = {"host": "new", "password": "p2", "token": "t1", "port": 5432, "pin": 7}
    change = redact(Change(before, after), {"host", "port"})

    assert change.before == {"host": "old", "password": REDACTED, "token": REDACTED}
    assert change.after == {"host": "new", "password": CHANGED, "token": REDACTED, "port": 5432, "pin": REDACTED}


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (Change(None, "text"), Change(None, REDACTED)),
        (Change("one", "two"), Change(REDACTED, CHANGED)),
        (Change("one", {"a": "x"}), Change(REDACTED, {"a": REDACTED})),
    ],
)
def test_texts_are_never_shown(change: Change, shown: Change) -> None:
    assert redact(change, ()) == shown


@pytest.mark.parametrize(
    ("stages", "pending"),
    [
        ({"v1": ["AWSCURRENT"]}, None),
        ({"v1": ["AWSCURRENT", "AWSPENDING"]}, None),
        ({"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"]}, "v2"),
        ({}, None),
    ],
)
def test_a_rotation_is_going_on_while_awspending_is_apart(stages: dict[str, list[str]], pending: str | None) -> None:
    assert pending_version({"VersionIdsToStages": stages}) == pending


def test_a_rotation_request_leaves_out_what_is_not_given() -> None:
    rotation = {
        "enabled": True,
        "lambda_arn": None,
        "automatically_after_days": None,
        "schedule_expression": "rate(30 days)",
        "rotate_immediately": False,
    }

    assert rotation_request(rotation) == {
        "RotationRules": {"ScheduleExpression": "rate(30 days)"},
        "RotateImmediately": False,
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("1234-5678", "key/1234-5678"),
        ("arn:aws:kms:ca-central-1:123456789012:key/1234-5678", "key/1234-5678"),
        ("alias/iot", "alias/iot"),
        ("arn:aws:kms:ca-central-1:123456789012:alias/iot", "alias/iot"),
    ],
)
def test_key_names(key: str, name: str) -> None:
    assert key_name(key) == name
