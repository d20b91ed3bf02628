"""core.changes: pure comparisons."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    REDACTED,
    Change,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    refuse_immutable,
    tag_calls,
)


@pytest.mark.parametrize(
    ("current", "wanted", "changes"),
    [
        ({"rate": 200}, {"rate": 200}, {}),
        ({"rate": 200}, {"rate": 300}, {"rate": Change(200, 300)}),
        ({"rate": 200}, {"rate": None}, {}),
        ({"enabled": True}, {"enabled": False}, {"enabled": Change(True, False)}),
        ({"limit": 5}, {"limit": 0}, {"limit": Change(5, 0)}),
        ({"groups": ["a"]}, {"groups": []}, {"groups": Change(["a"], [])}),
        ({"rate": 200, "other": 1}, {"rate": 200}, {}),
        (None, {"rate": 200, "burst": None}, {"rate": Change(None, 200)}),
        ({}, {"tags": {}}, {"tags": Change(None, {})}),
    ],
)
def test_changes_name_what_differs(current: Any, wanted: dict[str, Any], changes: dict[str, Change]) -> None:
    assert build_changes(current, wanted) == changes


def test_changes_keep_the_order_of_what_is_wanted() -> None:
    assert list(build_changes({}, {"b": 1, "a": 2})) == ["b", "a"]


@pytest.mark.parametrize(
    ("current", "wanted", "purge", "merged"),
    [
        ({"a": "1"}, None, True, None),
        ({"a": "1"}, {}, True, {}),
        ({"a": "1"}, {}, False, {"a": "1"}),
        ({"a": "1"}, {"b": 2}, True, {"b": "2"}),
        ({"a": "1"}, {"a": "2"}, False, {"a": "2"}),
        ({"aws:cloudformation:stack-name": "x", "a": "1"}, {}, True, {"aws:cloudformation:stack-name": "x"}),
        (None, {"a": True}, True, {"a": "True"}),
    ],
)
def test_tags_are_merged(current: Any, wanted: Any, purge: bool, merged: Any) -> None:
    assert merge_tags(current, wanted, purge) == merged


def test_tags_to_set_and_to_remove() -> None:
    change = Change({"keep": "1", "change": "1", "z": "1", "b": "1"}, {"keep": "1", "change": "2", "new": "3"})

    assert tag_calls(change) == ({"change": "2", "new": "3"}, ["b", "z"])
    assert tag_calls(Change(None, {"new": "3"})) == ({"new": "3"}, [])


def test_diff_shows_both_sides_and_hides_secrets() -> None:
    changes = {"rate": Change(None, 200), "password": Change("old-secret", "new-secret"), "gone": Change("x", None)}
    diff = build_diff(changes, "usage plan iot-usage-plan-dev", "change", secrets=["password"])

    assert diff["before"] == {"password": REDACTED, "gone": "x"}
    assert diff["after"] == {"rate": 200, "password": REDACTED}
    assert diff["before_header"] == diff["after_header"] == "usage plan iot-usage-plan-dev"
    assert "secret" not in str(diff)


def test_removal_takes_every_field() -> None:
    assert build_removal({"name": "x", "key": None}) == {"name": Change("x", None)}
    assert build_removal({}) == {}


def test_immutable_fields_are_refused_with_both_values_and_advice() -> None:
    changes = {"port": Change(6379, 6380), "family": Change("redis7", "valkey8"), "rate": Change(1, 2)}
    advice = {"port": "keep it", "family": "make another", "engine": "never"}

    with pytest.raises(AnsibleAWSError) as caught:
        refuse_immutable(changes, advice, "thing x")
    assert caught.value.message == (
        "thing x cannot be changed in place. port is 6379 on AWS and 6380 is wanted: keep it; "
        "family is 'redis7' on AWS and 'valkey8' is wanted: make another"
    )
    refuse_immutable({"rate": Change(1, 2)}, advice, "thing x")
