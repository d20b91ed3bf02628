"""plan.meaning: what interrupts service, and what does not."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.meaning import (
    INTERRUPTIONS,
    NODES_REPLACED,
    REMOVED_INSTANCE,
    REPLACED,
    RESTART,
    interruptions,
)
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange, ResourceChange


def change(resource: str, action: str, *fields: str) -> ResourceChange:
    """A change of these fields."""
    return ResourceChange("tier", resource, action, {name: FieldChange("a", "b") for name in fields})


@pytest.mark.parametrize(
    ("resource", "action", "fields", "found"),
    [
        ("replication group x", "change", ["node_type"], [NODES_REPLACED]),
        ("replication group x", "change", ["node_type", "engine_version"], [NODES_REPLACED]),
        ("replication group x", "change", ["snapshot_retention_limit", "tags.Owner"], []),
        ("replication group x", "create", ["node_type"], []),
        ("replication group x", "replace", ["at_rest_encryption_enabled"], [REPLACED]),
        ("database cluster x", "change", ["engine_version"], [RESTART]),
        ("database cluster x", "change", ["serverless_v2_scaling.max_capacity"], []),
        ("database instance x", "remove", [], [REMOVED_INSTANCE]),
        ("subnet group x", "change", ["engine_version"], []),
    ],
)
def test_interruptions(resource: str, action: str, fields: list[str], found: list[str]) -> None:
    assert interruptions(change(resource, action, *fields)) == found


@pytest.mark.parametrize(("kind", "field", "sentence"), INTERRUPTIONS)
def test_each_entry_is_reached_by_its_field(kind: str, field: str, sentence: str) -> None:
    assert interruptions(change(f"{kind} x", "change", field)) == [sentence]
