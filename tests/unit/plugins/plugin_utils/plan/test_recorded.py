"""The plan of a run, for its own tasks."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan import recorded
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import HostPlan, ResourceChange


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_runs", [])


def test_nobody_knows_what_nobody_collects() -> None:
    assert recorded.recorded_plan("dev") is None


def test_it_is_that_of_the_host_and_grows_with_the_run() -> None:
    plans = {"dev": HostPlan()}
    recorded.record(plans)
    plans["dev"].add(ResourceChange("cache", "subnet group x", "remove"))
    found, other = recorded.recorded_plan("dev"), recorded.recorded_plan("qa")

    assert found and [change["resource"] for change in found["changes"]] == ["subnet group x"]
    assert other and other["changes"] == [] and "qa" not in plans
