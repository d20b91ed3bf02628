# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Schedule expressions of Secrets Manager's rotation, checked before the first call; pure functions that return sentences.

Source: "Schedule expressions in Secrets Manager rotation" in the Secrets Manager user guide.
"""

from __future__ import annotations

import re

from ansible_collections.iot.sensor_stack.plugins.module_utils.events.schedules import FIELDS, MAX_LENGTH, check_cron

ALLOWED = "rate(<number> hours|days), such as rate(30 days), or cron(0 <hours> <day of month> <month> <day of week> *)"
LEAST_HOURS, MOST_DAYS = 4, 999


def check_rotation_schedule(name: str, expression: str | None) -> list[str]:
    """Check a rate or cron expression; None is not checked."""
    if expression is None:
        return []
    said = f"{name} is '{expression}'"
    if rate := re.fullmatch(r"rate\((\d{1,5}) (hour|day)s?\)", expression):
        hours = int(rate[1]) * (24 if rate[2] == "day" else 1)
        return (
            []
            if LEAST_HOURS <= hours <= MOST_DAYS * 24
            else [f"{said}: allowed is {LEAST_HOURS} hours to {MOST_DAYS} days"]
        )
    cron = re.fullmatch(r"cron\(([^()]*)\)", expression)
    if not cron or len(expression) > MAX_LENGTH:
        return [f"{said}: allowed is {ALLOWED}"]
    return check_fields(said, cron[1].split())


def check_fields(said: str, fields: list[str]) -> list[str]:
    """As in EventBridge, but on the hour, in every year, and with hours that may begin with their step.

    :arg said: the start of a sentence
    """
    if len(fields) == len(FIELDS) and (fields[0], fields[5]) != ("0", "*"):
        return [f"{said}: allowed are the minutes 0 and the year *"]
    return check_cron(said, [*fields[:1], *(re.sub(r"^/", "0/", hours) for hours in fields[1:2]), *fields[2:]])
