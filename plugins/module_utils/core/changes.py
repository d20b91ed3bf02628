# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compare what AWS has with what is wanted; pure functions, no AWS calls.

Every module of the collection works in the same order: read the current state, work out the wanted state, let
``build_changes`` name the fields that differ, stop there in check mode, and apply. ``changed`` and ``diff`` both come
from the changes, so that what is announced is what is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

REDACTED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Change(NamedTuple):
    """One field's value on AWS and the value wanted; None stands for absent."""

    before: Any
    after: Any


Changes = dict[str, Change]


def build_changes(current: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> Changes:
    """Name the fields of ``wanted`` whose value differs in ``current``.

    A wanted value of None means "leave as it is". Both sides must already have the same form (snake_case names,
    sorted lists, numbers as numbers): see each service's transformations.

    :arg current: the resource as it is, or None when it does not exist
    :arg wanted: the resource as it should be
    :returns: field name to Change, in the order of ``wanted``; empty when nothing differs
    """
    have = current or {}
    return {
        field: Change(have.get(field), value)
        for field, value in wanted.items()
        if value is not None and have.get(field) != value
    }


def merge_tags(
    current: Mapping[str, str] | None, wanted: Mapping[str, str] | None, purge: bool
) -> dict[str, str] | None:
    """Work out the tags a resource should end up with.

    :arg wanted: the tags asked for, or None to leave the tags alone
    :arg purge: whether tags that were not asked for are removed (tags of AWS itself, ``aws:…``, are always kept)
    """
    if wanted is None:
        return None
    have = dict(current or {})
    kept = {key: value for key, value in have.items() if not purge or key.startswith("aws:")}
    return {**kept, **{key: str(value) for key, value in wanted.items()}}


def tag_calls(change: Change) -> tuple[dict[str, str], list[str]]:
    """Split a change of tags into the tags to set and the keys to remove."""
    before, after = change.before or {}, change.after or {}
    to_set = {key: value for key, value in after.items() if before.get(key) != value}
    return to_set, sorted(key for key in before if key not in after)


def build_diff(changes: Changes, name: str, action: str, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Turn changes into Ansible's diff, one key per field, the values of ``secrets`` hidden.

    :arg name: what the diff is about, such as ``usage plan iot-usage-plan-dev``; shown as its header
    :arg action: ``create``, ``change``, ``replace`` or ``remove``; the ``iot.sensor_stack.plan`` callback shows it
    """
    hidden = set(secrets)

    def side(index: int) -> dict[str, Any]:
        values = {field: change[index] for field, change in changes.items() if change[index] is not None}
        return {field: REDACTED if field in hidden else value for field, value in values.items()}

    return {"before": side(0), "after": side(1), "before_header": name, "after_header": name, "action": action}


def present_action(current: Mapping[str, Any] | None) -> str:
    """What bringing about ``state: present`` is: ``create`` when there is nothing yet, or ``change``."""
    return "change" if current else "create"


def build_removal(current: Mapping[str, Any]) -> Changes:
    """The changes that stand for the removal of a whole resource."""
    return {field: Change(value, None) for field, value in current.items() if value is not None}


class ReplacementRefused(AnsibleAWSError):
    """AWS can only replace the resource, and that was not allowed; ``diff`` says what differs."""

    def __init__(self, message: str, diff: dict[str, Any]) -> None:
        super().__init__(message=message)
        self.diff = diff


def is_replacement(changes: Changes, immutable: Iterable[str], name: str, allowed: bool) -> bool:
    """Whether a change touches a field that AWS cannot change in place, so that the resource must be made anew.

    :arg immutable: the names of those fields
    :arg name: kind and name of the resource, such as ``replication group iot-redis-dev``
    :arg allowed: the option ``allow_replacement``
    :raises ReplacementRefused: when it was not allowed, naming each field, both values and what to do
    """
    found = {field: changes[field] for field in immutable if field in changes}
    if not found or allowed:
        return bool(found)
    differences = "; ".join(
        f"{field} is {before!r} on AWS and {after!r} is wanted" for field, (before, after) in found.items()
    )
    raise ReplacementRefused(
        f"{name} cannot be changed in place. {differences}. Keep it, or let it be deleted and made anew: "
        f"allow_replacement=true, in the playbooks stack_allow_replacement={name.rsplit(' ', 1)[-1]}",
        build_diff(found, name, "replace"),
    )


def refuse_immutable(changes: Changes, immutable: Mapping[str, str], name: str) -> None:
    """Fail when a change touches a field that AWS cannot change in place.

    :arg immutable: field name to the sentence that says what to do instead
    :arg name: the resource, such as ``replication group iot-redis-dev``
    :raises AnsibleAWSError: naming each field, both values and what to do
    """
    problems = [
        f"{field} is {changes[field].before!r} on AWS and {changes[field].after!r} is wanted: {advice}"
        for field, advice in immutable.items()
        if field in changes
    ]
    if problems:
        raise AnsibleAWSError(message=f"{name} cannot be changed in place. " + "; ".join(problems))
