"""plan.model: several tasks on one resource are one change."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange, HostPlan, ResourceChange


def change(action: str, **fields: tuple[object, object]) -> ResourceChange:
    """A change of one secret."""
    changed = {name: FieldChange(*pair) for name, pair in fields.items()}
    return ResourceChange("secrets", "secret x", action, changed)


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ("create", "create", "create"),
        ("create", "change", "create"),
        ("change", "change", "change"),
        ("change", "remove", "remove"),
        ("remove", "create", "replace"),
        ("replace", "change", "replace"),
    ],
)
def test_two_changes_of_a_resource(first: str, second: str, merged: str) -> None:
    plan = HostPlan()
    plan.add(change(first))
    plan.add(change(second))

    assert [item.action for item in plan.changes.values()] == [merged]


def test_fields_keep_what_was_found_first_and_what_is_left_last() -> None:
    plan = HostPlan()
    plan.add(change("change", host=("a", "b"), port=(1, 2)))
    plan.add(change("change", host=("b", "c"), user=(None, "u")))

    fields = plan.changes["secret x"].fields
    assert fields == {"host": FieldChange("a", "c"), "port": FieldChange(1, 2), "user": FieldChange(None, "u")}


def test_a_new_resource_had_nothing_before() -> None:
    plan = HostPlan()
    plan.add(change("create", user=(None, "u")))
    plan.add(change("change", host=("x", "y")))

    assert plan.changes["secret x"].fields == {"user": FieldChange(None, "u"), "host": FieldChange(None, "y")}


def test_refused_changes_are_not_counted() -> None:
    plan = HostPlan()
    plan.add(ResourceChange("cache", "replication group x", "replace", refused=True))
    plan.add(ResourceChange("cache", "replication group y", "replace"))

    assert plan.count("replace") == 1
