# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A plan as lines of text, each with a colour or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.meaning import interruptions
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import FieldChange, HostPlan, ResourceChange

Line = tuple[str, str | None]

# Ansible's names of colours.
SIGNS = {
    "create": ("+ create", "green"),
    "change": ("~ change", "yellow"),
    "replace": ("-/+ replace", "bright red"),
    "remove": ("- remove", "red"),
}
LONGEST_VALUE = 72


def plan_lines(plans: dict[str, HostPlan], show_created: bool = False) -> Iterator[Line]:
    """The plan of each stack, its changes by tier, and the last line with the totals.

    :arg plans: by inventory host
    :arg show_created: whether the fields of new resources are shown too
    """
    for host, plan in plans.items():
        yield f"Stack {host}", "bright blue"
        if not plan.changes and not plan.errors:
            yield "  Nothing to do: AWS has what the inventory wants.", "green"
        ordered = list(plan.changes.values())
        tiers = list(dict.fromkeys(change.tier for change in ordered))
        for tier, changes in groupby(sorted(ordered, key=lambda change: tiers.index(change.tier)), lambda c: c.tier):
            yield f"  {tier}", None
            for change in changes:
                yield from change_lines(change, show_created)
        if plan.errors:
            yield "  Incomplete: the run stopped here at an error, shown above.", "red"
        yield "", None
    yield totals(plans), None


def change_lines(change: ResourceChange, show_created: bool) -> Iterator[Line]:
    """One resource: what happens to it, the fields, and what that interrupts."""
    sign, colour = SIGNS[change.action]
    refused = "  (refused: it needs to be allowed by name, see the error)" if change.refused else ""
    yield f"    {sign} {change.resource}{refused}", colour
    if change.action != "remove" and (change.action != "create" or show_created):
        for name, field in change.fields.items():
            yield f"        {name}: {field_text(change.action, field)}", None
    for sentence in interruptions(change):
        yield f"        ! interrupts service: {sentence}", "bright red"


def field_text(action: str, field: FieldChange) -> str:
    """From and to, or the value of a new resource."""
    return value_text(field.after) if action == "create" else f"{value_text(field.before)} -> {value_text(field.after)}"


def value_text(value: Any) -> str:
    """A value on one line, shortened where it is long; the JSON file has all of it."""
    if value is None:
        return "(none)"
    if isinstance(value, list):
        text = (
            "["
            + ", ".join(entry if isinstance(entry, str) else json.dumps(entry, default=str) for entry in value)
            + "]"
        )
    else:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = " ".join(text.split()) if text.strip() else json.dumps(text)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def totals(plans: dict[str, HostPlan]) -> str:
    """The last line, such as ``Plan: 31 to create, 2 to change, 0 to remove``."""
    counts = {action: sum(plan.count(action) for plan in plans.values()) for action in SIGNS}
    replaced = f"{counts['replace']} to replace, " if counts["replace"] else ""
    return f"Plan: {counts['create']} to create, {counts['change']} to change, {replaced}{counts['remove']} to remove"
