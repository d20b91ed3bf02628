# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A plan as data for programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.meaning import interruptions
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import ACTIONS, HostPlan, ResourceChange


def plan_document(plans: dict[str, HostPlan], mode: str) -> dict[str, Any]:
    """The plans with all values in full.

    :arg plans: by inventory host
    :arg mode: ``plan`` for what a run would do, ``deploy`` for what it did
    """
    stacks = {
        host: {
            "changes": [change_document(change) for change in plan.changes.values()],
            "errors": plan.errors,
            "summary": {action: plan.count(action) for action in ACTIONS},
        }
        for host, plan in plans.items()
    }
    summary = {action: sum(plan.count(action) for plan in plans.values()) for action in ACTIONS}
    return {"format": 1, "mode": mode, "stacks": stacks, "summary": summary}


def change_document(change: ResourceChange) -> dict[str, Any]:
    """One resource."""
    return {
        "tier": change.tier,
        "resource": change.resource,
        "action": change.action,
        "refused": change.refused,
        "fields": {name: field._asdict() for name, field in change.fields.items()},
        "interrupts": interruptions(change),
    }


def write_document(path: str, document: dict[str, Any]) -> None:
    """Write it for the user alone, whole or not at all."""
    target = Path(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(document, indent=2, default=str) + "\n")
    partial.replace(target)
