# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read from the result of any task what it changes, or would change; pure functions.

Our modules say it exactly: a diff a resource, with kind and name in its header and the action beside it. Of other modules,
the diff is used where there is one, and the name of the task stands for the resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import ACTIONS, FieldChange, ResourceChange


def read_result(
    result: Mapping[str, Any], tier: str, task: str, item: str | None = None, failed: bool = False
) -> list[ResourceChange]:
    """What a task's result, or one item of its loop, changes.

    :arg result: the result, as Ansible gives it to callbacks: what ``no_log`` hides is hidden already
    :arg failed: whether the task failed; a diff it comes with is what was refused, where it does not say ``refused: false``
    :arg task: the task's name, for modules that name no resource
    :arg item: the label of the loop's item
    """
    diffs = result.get("diff") or []
    diffs = [diffs] if isinstance(diffs, Mapping) else list(diffs)
    named = [diff for diff in diffs if diff.get("action") in ACTIONS]
    if named and (failed or result.get("changed")):
        return [read_named(diff, tier, refused=failed and diff.get("refused", True)) for diff in named]
    if failed or not result.get("changed"):
        return []
    return [read_foreign(diffs, result, tier, task, item)]


def read_named(diff: Mapping[str, Any], tier: str, refused: bool) -> ResourceChange:
    """The change in a diff of our modules; one that comes with an error was refused."""
    fields = compare(diff.get("before") or {}, diff.get("after") or {})
    return ResourceChange(tier, diff["after_header"], diff["action"], fields, refused)


def read_foreign(diffs: list[Any], result: Mapping[str, Any], tier: str, task: str, item: str | None) -> ResourceChange:
    """The change of a module that is not ours."""
    fields: dict[str, FieldChange] = {}
    for diff in diffs:
        before, after = diff.get("before"), diff.get("after")
        if isinstance(before, Mapping) or isinstance(after, Mapping):
            fields |= compare(before or {}, after or {})
        elif before != after:
            fields["content"] = FieldChange(before or None, after or None)
    name = re.sub(r"^(Ensure|Create|Add|Remove|Delete|Set) (the )?", "", task)
    return ResourceChange(tier, f"{name} {item}" if item else name, foreign_action(result, diffs), fields)


def foreign_action(result: Mapping[str, Any], diffs: list[Any]) -> str:
    """What a module that is not ours does, told by its options and its diff."""
    arguments = (result.get("invocation") or {}).get("module_args") or {}
    if arguments.get("state") in ("absent", "deleted"):
        return "remove"
    return "create" if diffs and not any(diff.get("before") for diff in diffs) else "change"


def compare(before: Any, after: Any) -> dict[str, FieldChange]:
    """The leaves that differ, by their dotted paths."""
    have, want = dict(flatten(before)), dict(flatten(after))
    changes = {
        path: FieldChange(have.get(path), want.get(path)) for path in [*have, *(p for p in want if p not in have)]
    }
    return {path: change for path, change in changes.items() if change.before != change.after}


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested dicts and of lists of dicts; a list of plain values is a leaf, an empty dict is nothing."""
    children: list[tuple[Any, Any]] | None = None
    if isinstance(value, Mapping):
        children = list(value.items())
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        children = list(enumerate(value))
    if children is None:
        yield path, value
        return
    for key, child in children:
        yield from flatten(child, f"{path}.{key}" if path else str(key))
