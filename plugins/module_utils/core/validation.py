# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""AWS's limits, checked before the first call; pure functions.

Each check returns a list of sentences, empty when all is well. A sentence names the variable, its value and what is
allowed. The modules check their own options, and the ``validate_stack`` action checks a whole inventory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

# A time of day; days as AWS's windows name them.
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
DAILY_WINDOW = f"{TIME}-{TIME}"
WEEKLY_WINDOW = "-".join([f"(?i:{'|'.join(DAYS)}):{TIME}"] * 2)


def check_range(name: str, value: float | None, minimum: float, maximum: float, unit: str = "") -> list[str]:
    """Check minimum <= value <= maximum; None is not checked."""
    if value is None or minimum <= value <= maximum:
        return []
    return [f"{name} is {value}: allowed is {minimum} to {maximum}{' ' + unit if unit else ''}"]


def check_length(name: str, value: str | None, minimum: int, maximum: int) -> list[str]:
    """Check the number of characters; None is not checked."""
    if value is None or minimum <= len(value) <= maximum:
        return []
    return [f"{name} is '{value}' ({len(value)} characters): allowed are {minimum} to {maximum} characters"]


def check_pattern(name: str, value: str | None, pattern: str, allowed: str) -> list[str]:
    """Check the whole value against a regular expression; None is not checked.

    :arg allowed: the rule in words, which completes "allowed is …"
    """
    if value is None or re.fullmatch(pattern, value):
        return []
    return [f"{name} is '{value}': allowed is {allowed}"]


def check_json_object(name: str, text: str | None, maximum: int, unit: str = "characters") -> list[str]:
    """Check that a text is a JSON object and not too long; None is not checked.

    :arg unit: of the maximum, ``characters`` or ``bytes``
    """
    try:
        is_object = text is None or isinstance(json.loads(text), dict)
    except ValueError:
        is_object = False
    if is_object and len((text or "").encode() if unit == "bytes" else text or "") <= maximum:
        return []
    return [f"{name} is '{text}': allowed is a JSON object of up to {maximum} {unit}"]


def window_minutes(window: str) -> int:
    """The length of a daily (``03:00-04:00``) or weekly (``sun:05:00-sun:06:00``) window, over midnight too."""
    start, end = (minute_of(moment) for moment in window.split("-"))
    return (end - start) % (DAY_MINUTES if window[0].isdigit() else WEEK_MINUTES)


def minute_of(moment: str) -> int:
    """The minute of the day (``05:00``) or of the week (``sun:05:00``)."""
    *day, hours, minutes = moment.lower().split(":")
    return (DAYS.index(day[0]) * DAY_MINUTES if day else 0) + int(hours) * 60 + int(minutes)


def check_identifier(name: str, value: str | None, maximum: int) -> list[str]:
    """Check an identifier of RDS or ElastiCache.

    1 to ``maximum`` letters, digits and hyphens; it starts with a letter, and does not end with a hyphen or hold two in
    a row. Source: CreateReplicationGroup and CreateDBCluster in the AWS API references.
    """
    return check_length(name, value, 1, maximum) or check_pattern(
        name,
        value,
        r"[A-Za-z](?:-?[A-Za-z0-9])*",
        "letters, digits and single hyphens, starting with a letter, not ending with a hyphen",
    )


def check_tags(name: str, tags: dict[str, Any] | None) -> list[str]:
    """Check AWS's general tag rules: keys of 1-128 characters not starting with aws:, values up to 256, 50 in all."""
    problems = []
    if tags and len(tags) > 50:
        problems.append(f"{name} has {len(tags)} tags: allowed are 50")
    for key, value in (tags or {}).items():
        if not 1 <= len(str(key)) <= 128 or str(key).lower().startswith("aws:"):
            problems.append(f"{name} has the key '{key}': allowed are 1 to 128 characters not starting with aws:")
        if len(str(value)) > 256:
            problems.append(f"{name}['{key}'] has {len(str(value))} characters: allowed are up to 256")
    return problems


def refuse(problems: Iterable[str]) -> None:
    """Raise all problems as one error.

    :raises AnsibleAWSError: when there is at least one problem
    """
    found = list(problems)
    if found:
        raise AnsibleAWSError(message="; ".join(found))
