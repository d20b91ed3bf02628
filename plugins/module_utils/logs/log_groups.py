# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A log group that belongs to another resource, such as a function: compare it and bring it about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    merge_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_length, check_pattern
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs import api

# Source: PutRetentionPolicy in the CloudWatch Logs API reference; 0 is ours and stands for ever.
RETENTION_DAYS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# What AWS gives a new log group.
NEW: dict[str, Any] = {"retention_in_days": 0, "kms_key_id": "", "tags": {}}

LogGroup = dict[str, Any]


def check_log_group(name: str, option: Mapping[str, Any] | None) -> list[str]:
    """Check the option of a log group, which has ``retention_in_days`` and ``kms_key_id``."""
    days = (option or {}).get("retention_in_days")
    return [] if days is None else check_retention(f"{name}.retention_in_days", days)


def check_name(option: str, name: str | None) -> list[str]:
    """Check the name of a log group; None is not checked. Source: CreateLogGroup in the CloudWatch Logs API reference."""
    pattern = check_pattern(option, name, r"[\w./#-]*", "letters, digits and _-/.#")
    return [*check_length(option, name, 1, 512), *pattern]


def check_retention(name: str, days: int) -> list[str]:
    """Check a retention in days, of which 0 is for ever."""
    if days in RETENTION_DAYS:
        return []
    allowed = ", ".join(str(known) for known in RETENTION_DAYS)
    return [f"{name} is {days}: allowed are {allowed} days (0 keeps the log for ever)"]


def read_log_group(client: Any, name: str, with_tags: bool) -> LogGroup | None:
    """The log group in the form of the option, or None; its tags need another call."""
    group = api.describe_log_group(client, name)
    if group is None:
        return None
    arn = group.get("logGroupArn") or group["arn"].removesuffix(":*")
    return {
        "name": name,
        "arn": arn,
        "retention_in_days": group.get("retentionInDays") or 0,
        "kms_key_id": group.get("kmsKeyId") or "",
        "tags": api.list_tags(client, arn) if with_tags else {},
    }


def build_log_group(
    current: LogGroup | None, option: Mapping[str, Any], tags: Mapping[str, str] | None, purge: bool
) -> LogGroup:
    """The log group as it should be: what is given over what is there."""
    have = current or NEW
    given = {key: option[key] for key in ("retention_in_days", "kms_key_id") if option.get(key) is not None}
    merged = merge_tags(have["tags"], tags, purge)
    return {**have, **given, **({} if merged is None else {"tags": merged})}


def ensure_log_group(client: Any, name: str, change: Change | None) -> None:
    """Create the log group or change it in place; nothing without a change."""
    if change is None:
        return
    current, wanted = change
    if current is None:
        current = create(client, name, wanted)
        # In one that was made since we looked, what nobody asked for stays as it is.
        wanted = {field: value for field, value in wanted.items() if value != NEW.get(field)}
    apply(client, current, build_changes(current, wanted))


def create(client: Any, name: str, wanted: LogGroup) -> LogGroup:
    """Create the log group; what it is like then."""
    request = {"kmsKeyId": wanted["kms_key_id"], "tags": wanted["tags"]}
    try:
        api.create_log_group(client, name, **{key: value for key, value in request.items() if value})
    except AnsibleAWSError as error:
        # Made since we looked, by another run, by the function itself or by a call of ours whose answer was lost.
        found = (
            read_log_group(client, name, with_tags=True)
            if explain(error)[1] == "ResourceAlreadyExistsException"
            else None
        )
        if found is None:
            raise
        return found
    return {**NEW, "name": name, "kms_key_id": wanted["kms_key_id"], "tags": wanted["tags"]}


def apply(client: Any, current: LogGroup, changes: Changes) -> None:
    """Change retention, key and tags."""
    name = current["name"]
    if "retention_in_days" in changes:
        if days := changes["retention_in_days"].after:
            api.put_retention(client, name, days)
        else:
            api.delete_retention(client, name)
    if "kms_key_id" in changes:
        if key := changes["kms_key_id"].after:
            api.associate_kms_key(client, name, key)
        else:
            api.disassociate_kms_key(client, name)
    if "tags" in changes:
        arn = current["arn"]
        apply_entries(changes["tags"], partial(api.untag, client, arn), partial(api.tag, client, arn))
