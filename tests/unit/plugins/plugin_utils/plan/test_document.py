"""plan.document: the plan for programs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.document import plan_document, write_document
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange, HostPlan, ResourceChange


def test_document(tmp_path: Path) -> None:
    plan = HostPlan(errors=["no"])
    plan.add(ResourceChange("cache", "replication group r", "change", {"node_type": FieldChange("a", "b")}))
    path = tmp_path / "new" / "plan.json"
    write_document(str(path), plan_document({"dev": plan}, "plan"))
    read = json.loads(path.read_text())

    assert read["mode"] == "plan" and read["summary"] == {"create": 0, "change": 1, "replace": 0, "remove": 0}
    (change,) = read["stacks"]["dev"]["changes"]
    assert change["fields"] == {"node_type": {"before": "a", "after": "b"}} and change["interrupts"]
    assert read["stacks"]["dev"]["errors"] == ["no"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
