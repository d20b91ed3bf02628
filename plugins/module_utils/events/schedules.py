# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Schedule expressions of Amazon EventBridge, checked before the first call; pure functions that return sentences.

Source: "Cron expressions reference" and "Rate expressions" in the Amazon EventBridge user guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ALLOWED = "rate(<number> minutes|hours|days), such as rate(1 day), or cron(<minutes> <hours> <day of month> <month> <day of week> <year>)"
MAX_LENGTH = 256


def check_schedule(name: str, expression: str | None) -> list[str]:
    """Check a rate or cron expression; None is not checked."""
    if expression is None:
        return []
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression)
    if rate:
        return check_rate(f"{name} is '{expression}'", *rate.groups())
    cron = re.fullmatch(r"cron\(([^()]*)\)", expression)
    if cron and len(expression) <= MAX_LENGTH:
        return check_cron(f"{name} is '{expression}'", cron[1].split())
    return [f"{name} is '{expression}': allowed is {ALLOWED}"]


def check_rate(said: str, number: str, unit: str, plural: str) -> list[str]:
    """AWS wants the singular for 1, and the plural for more.

    :arg said: the start of a sentence
    """
    if int(number) < 1:
        return [f"{said}: allowed is a number from 1"]
    if (int(number) == 1) == bool(plural):
        return [f"{said}: allowed is rate({int(number)} {unit}{'' if int(number) == 1 else 's'})"]
    return []


def check_cron(said: str, fields: list[str]) -> list[str]:
    """Six fields, each with its values, and one of the two fields for days without any.

    :arg said: the start of a sentence
    """
    if len(fields) != len(FIELDS):
        return [f"{said}: it has {len(fields)} fields, allowed are 6 ({', '.join(FIELDS)})"]
    problems = [
        f"{said}: the field {name} is '{field}', allowed is {words}"
        for field, (name, (check, words)) in zip(fields, FIELDS.items(), strict=True)
        if not check(field)
    ]
    if (fields[2], fields[4]).count("?") != 1:
        problems.append(f"{said}: one of the fields day of month and day of week is ?, and only one")
    return problems


def is_list_of(field: str, least: int, most: int, names: tuple[str, ...] = (), also: str = "") -> bool:
    """Whether a field is a list of values, ranges and steps.

    :arg names: what may stand for the numbers from ``least`` on
    :arg also: a regular expression of what the field may be as well, as a whole or in a list
    """
    return all(
        bool(also and re.fullmatch(also, part)) or is_step(part, least, most, names)
        for part in field.upper().split(",")
    )


def is_step(part: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    """Whether it is ``*``, a value or a range, each with or without a step such as ``/10``."""
    whole, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and 1 <= int(step) <= most):
        return False
    if whole == "*":
        return True
    values = [to_number(value, least, names) for value in whole.split("-")]
    return len(values) <= 2 and all(least <= value <= most for value in values)


def to_number(value: str, least: int, names: tuple[str, ...]) -> int:
    """A value of a field as a number, and -1 for what is none."""
    if value in names:
        return names.index(value) + least
    return int(value) if value.isascii() and value.isdigit() else -1


Check = Callable[[str], bool]

# Field to its check, and what is allowed in words.
FIELDS: dict[str, tuple[Check, str]] = {
    "minutes": (partial(is_list_of, least=0, most=59), "0 to 59 with , - * /"),
    "hours": (partial(is_list_of, least=0, most=23), "0 to 23 with , - * /"),
    "day of month": (
        partial(is_list_of, least=1, most=31, also=r"\?|L|LW|([1-9]|[12]\d|3[01])W"),
        "1 to 31 with , - * ? / L W",
    ),
    "month": (partial(is_list_of, least=1, most=12, names=MONTHS), "1 to 12 or JAN to DEC with , - * /"),
    "day of week": (
        partial(is_list_of, least=1, most=7, names=DAYS, also=rf"\?|L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])"),
        "1 to 7 or SUN to SAT with , - * ? L #",
    ),
    "year": (partial(is_list_of, least=1970, most=2199), "1970 to 2199 with , - * /"),
}
