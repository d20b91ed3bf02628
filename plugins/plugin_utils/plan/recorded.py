# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The plan of this run, where its own tasks find it: each task's process is a fork of the one that collects the plan."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.document import plan_document
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import HostPlan

_runs: list[dict[str, HostPlan]] = []


def record(plans: dict[str, HostPlan]) -> None:
    """Keep what the callback collects in this process."""
    _runs[:] = [plans]


def recorded_plan(host: str) -> dict[str, Any] | None:
    """What the tasks of a host in check mode would have done up to now, as in the plan's document; None when nobody collects it."""
    if not _runs:
        return None
    return plan_document({host: _runs[0].get(host, HostPlan())}, "plan")["stacks"][host]
