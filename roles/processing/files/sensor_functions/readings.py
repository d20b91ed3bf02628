# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Readings as they come in: parsed and checked strictly, with sentences that name the field but quote no value."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

DEVICE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
METRIC = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# ISO 8601 as RFC 3339 has it, seconds optional; fromisoformat alone would also take weeks, days of the year and more.
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})"
)
MOST = 100
AHEAD = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReadingError(ValueError):
    """A message, or a parameter, is not what it must be."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that a device measured; the time is in UTC."""

    device: str
    metric: str
    time: datetime
    value: float

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What makes a reading the same as another."""
        return self.device, self.metric, self.time


def microseconds(time: datetime) -> int:
    """Microseconds since 1970, a number that Lua, too, holds exactly."""
    return (time - EPOCH) // timedelta(microseconds=1)


def from_microseconds(number: int) -> datetime:
    """The time of so many microseconds since 1970; raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=number)


def format_time(time: datetime) -> str:
    """ISO 8601 in UTC with Z, such as 2026-11-01T12:30:00.5Z without the needless zeros."""
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def parse_time(text: str) -> datetime:
    """A time with zone, in UTC; raises ReadingError. More than six decimals of a second are cut off."""
    if not TIME.fullmatch(text):
        raise ReadingError("must be an ISO 8601 time with zone, such as 2026-11-01T12:30:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ReadingError("is not a real date and time") from None


def parse_message(body: str, now: datetime, retention_days: int) -> list[Reading]:
    """The readings of a message's body, which is one reading or an array of them; raises ReadingError."""
    try:
        content = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ReadingError("the message is not JSON") from None
    if isinstance(content, dict):
        return [_reading("", content, now, retention_days)]
    if not isinstance(content, list) or not 1 <= len(content) <= MOST:
        raise ReadingError(f"the message must be one reading or an array of 1 to {MOST} readings")
    return [_reading(f"[{position}].", item, now, retention_days) for position, item in enumerate(content)]


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python's parser would take."""
    raise ValueError(name)


def _reading(where: str, item: Any, now: datetime, retention_days: int) -> Reading:
    if not isinstance(item, dict):
        raise ReadingError(f"{where.rstrip('.')} must be an object".strip())
    return Reading(
        device=_name(f"{where}device", item.get("device"), DEVICE, 128),
        metric=_name(f"{where}metric", item.get("metric"), METRIC, 64),
        time=_time(f"{where}time", item.get("time"), now, retention_days),
        value=_number(f"{where}value", item.get("value")),
    )


def _name(field: str, value: Any, pattern: re.Pattern[str], most: int) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ReadingError(f"{field} must be 1 to {most} characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'")
    return value


def _number(field: str, value: Any) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.nan
    if not math.isfinite(number):
        raise ReadingError(f"{field} must be a finite number")
    return number


def _time(field: str, value: Any, now: datetime, retention_days: int) -> datetime:
    if not isinstance(value, str):
        raise ReadingError(f"{field} must be a string")
    try:
        time = parse_time(value)
    except ReadingError as failure:
        raise ReadingError(f"{field} {failure}") from None
    if time < now - timedelta(days=retention_days):
        raise ReadingError(f"{field} is older than the {retention_days} days that readings are kept")
    if time > now + AHEAD:
        raise ReadingError(f"{field} is more than a day ahead")
    return time
