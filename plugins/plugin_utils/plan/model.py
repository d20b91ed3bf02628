# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a plan consists of; no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

ACTIONS = ("create", "change", "replace", "remove")


class FieldChange(NamedTuple):
    """A field's value on AWS and the value wanted; None stands for absent."""

    before: Any
    after: Any


@dataclass(frozen=True)
class ResourceChange:
    """What happens to one resource.

    tier: the role, such as ``cache``; resource: kind and name, such as ``replication group iot-redis-dev``; action: one
    of ACTIONS; fields: those that differ, by their dotted path, such as ``tags.Owner``; refused: AWS would have to replace
    the resource, and the run does not do that without being told to.
    """

    tier: str
    resource: str
    action: str
    fields: dict[str, FieldChange] = field(default_factory=dict)
    refused: bool = False


@dataclass
class HostPlan:
    """The changes of one stack in the order of the run, each resource once, and what went wrong."""

    changes: dict[str, ResourceChange] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, change: ResourceChange) -> None:
        """Add what one task does; with what earlier tasks do to the same resource it becomes one change."""
        known = self.changes.get(change.resource)
        merged = merge(known, change) if known else change
        self.changes[change.resource] = merged

    def count(self, action: str) -> int:
        """How many resources have this action and are not refused."""
        return sum(change.action == action and not change.refused for change in self.changes.values())


def merge(first: ResourceChange, second: ResourceChange) -> ResourceChange:
    """Two changes of one resource as one: what the first found, and what the second leaves."""
    if first.action == "create" and second.action != "remove":
        action = "create"
    elif first.action in ("remove", "replace") and second.action != "remove":
        action = "replace"
    else:
        action = second.action
    fields = dict(first.fields)
    for name, change in second.fields.items():
        before = fields[name].before if name in fields else change.before
        fields[name] = FieldChange(None if action == "create" else before, change.after)
    return ResourceChange(first.tier, first.resource, action, fields, first.refused or second.refused)
