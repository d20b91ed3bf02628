"""plan.results: what results of our and of other modules say."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, build_diff
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.results import compare, read_result


def test_a_diff_of_our_modules() -> None:
    changes = {"throttle": Change({"rate_limit": 200.0, "burst_limit": 400}, {"rate_limit": 50.0, "burst_limit": 400})}
    result = {"changed": True, "diff": build_diff(changes, "usage plan iot-usage-plan-dev", "change")}
    (read,) = read_result(result, "api", "Ensure the usage plan")

    assert (read.tier, read.resource, read.action) == ("api", "usage plan iot-usage-plan-dev", "change")
    assert read.fields == {"throttle.rate_limit": FieldChange(200.0, 50.0)} and not read.refused


def test_a_module_of_several_resources() -> None:
    diffs = [build_diff({"cidr": Change(None, "10.0.0.0/24")}, f"subnet {name}", "create") for name in ("a", "b")]
    read = read_result({"changed": True, "diff": diffs}, "network", "Ensure the network")

    assert [change.resource for change in read] == ["subnet a", "subnet b"]


def test_an_error_with_a_diff_is_a_refusal() -> None:
    diff = build_diff({"encrypted": Change(False, True)}, "replication group x", "replace")
    (read,) = read_result({"diff": diff, "msg": "no"}, "cache", "Ensure", failed=True)

    assert read.refused and read.fields == {"encrypted": FieldChange(False, True)}


def test_what_was_done_in_spite_of_an_error_is_no_refusal() -> None:
    done = {**build_diff({"size": Change(1, 2)}, "function a", "change"), "refused": False}
    refused = build_diff({"encrypted": Change(False, True)}, "function b", "replace")
    read = read_result({"changed": True, "diff": [done, refused], "msg": "no"}, "processing", "Ensure", failed=True)

    assert [(change.resource, change.refused) for change in read] == [("function a", False), ("function b", True)]


@pytest.mark.parametrize("result", [{"changed": False, "diff": {"before": "", "after": ""}}, {}])
def test_nothing_changed(result: dict[str, Any]) -> None:
    assert read_result(result, "x", "y") == []
    assert read_result({**result, "changed": True}, "x", "y", failed=True) == []


@pytest.mark.parametrize(
    ("task", "item", "resource"),
    [
        ("Ensure the key iot-key-dev", None, "key iot-key-dev"),
        ("Remove the instances", "iot-1", "instances iot-1"),
        ("Something else", None, "Something else"),
    ],
)
def test_of_other_modules_the_task_names_the_resource(task: str, item: str | None, resource: str) -> None:
    (read,) = read_result({"changed": True}, "keys", task, item)

    assert (read.resource, read.action, read.fields) == (resource, "change", {})


@pytest.mark.parametrize(
    ("result", "action"),
    [
        ({"changed": True, "invocation": {"module_args": {"state": "absent"}}}, "remove"),
        ({"changed": True, "diff": {"before": "", "after": "text"}}, "create"),
        ({"changed": True, "diff": [{"before": {"mode": "0600"}, "after": {"mode": "0644"}}]}, "change"),
    ],
)
def test_actions_of_other_modules(result: dict[str, Any], action: str) -> None:
    assert read_result(result, "x", "y")[0].action == action


def test_leaves_by_dotted_paths() -> None:
    before = {"none": {}, "tags": {"a": "1", "b": "2"}, "routes": ["x"], "responses": [{"code": "200", "body": "old"}]}
    after = {"tags": {"a": "1", "c": "3"}, "routes": ["x", "y"], "responses": [{"code": "200", "body": "new"}]}

    assert compare(before, after) == {
        "tags.b": FieldChange("2", None),
        "tags.c": FieldChange(None, "3"),
        "routes": FieldChange(["x"], ["x", "y"]),
        "responses.0.body": FieldChange("old", "new"),
    }
