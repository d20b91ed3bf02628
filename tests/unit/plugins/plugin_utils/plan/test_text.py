"""plan.text: what a user reads."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange, HostPlan, ResourceChange
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.text import plan_lines, value_text


def plan_of(*changes: ResourceChange) -> HostPlan:
    """A plan with these changes."""
    plan = HostPlan()
    for change in changes:
        plan.add(change)
    return plan


def text(plans: dict[str, HostPlan], **options: bool) -> str:
    """The lines without colour."""
    return "\n".join(line for line, _colour in plan_lines(plans, **options))


CHANGES = (
    ResourceChange("network", "subnet a", "create", {"cidr": FieldChange(None, "10.0.0.0/24")}),
    ResourceChange("cache", "replication group r", "change", {"node_type": FieldChange("t3.micro", "t3.small")}),
    ResourceChange("network", "route table b", "remove", {"name": FieldChange("b", None)}),
)


def test_by_tier_and_resource() -> None:
    assert text({"dev": plan_of(*CHANGES)}) == (
        "Stack dev\n"
        "  network\n"
        "    + create subnet a\n"
        "    - remove route table b\n"
        "  cache\n"
        "    ~ change replication group r\n"
        "        node_type: t3.micro -> t3.small\n"
        "        ! interrupts service: AWS replaces the nodes one by one; connections drop at the failover, with one node "
        "for minutes\n"
        "\n"
        "Plan: 1 to create, 1 to change, 1 to remove"
    )


def test_fields_of_new_resources_on_request() -> None:
    assert "        cidr: 10.0.0.0/24" in text({"dev": plan_of(*CHANGES)}, show_created=True).splitlines()


def test_nothing_to_do() -> None:
    lines = text({"dev": HostPlan()}).splitlines()

    assert "Nothing to do" in lines[1] and lines[-1] == "Plan: 0 to create, 0 to change, 0 to remove"


def test_totals_over_stacks_and_replacements() -> None:
    replaced = ResourceChange("cache", "replication group r", "replace")
    refused = ResourceChange("cache", "replication group s", "replace", refused=True)
    lines = text({"dev": plan_of(*CHANGES), "qa": plan_of(replaced, refused)}).splitlines()

    assert lines[-1] == "Plan: 1 to create, 1 to change, 1 to replace, 1 to remove"
    assert "    -/+ replace replication group r" in lines
    assert "    -/+ replace replication group s  (refused: it needs to be allowed by name, see the error)" in lines


def test_errors_are_said() -> None:
    plan = plan_of(CHANGES[0])
    plan.errors.append("no")

    assert "Incomplete" in text({"dev": plan})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(none)"),
        ("", '""'),
        (True, "true"),
        (0.5, "0.5"),
        (["tcp 22 from 0.0.0.0/0", "b"], "[tcp 22 from 0.0.0.0/0, b]"),
        ([1, {"a": 1}], '[1, {"a": 1}]'),
        ("two\n  lines", "two lines"),
        ("x" * 100, "x" * 71 + "…"),
    ],
)
def test_values(value: Any, shown: str) -> None:
    assert value_text(value) == shown
