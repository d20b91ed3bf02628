# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A query's parameters, checked all together: each error names the parameter, its value and what is allowed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sensor_functions.readings import DEVICE, METRIC, ReadingError, from_microseconds, microseconds, parse_time
from sensor_functions.store import Page

NAMES = ("metric", "from", "to", "limit", "cursor")
LIMIT = 100
MOST = 1000
SHOWN = 64

Result = TypeVar("Result")


class ParameterErrors(Exception):
    """Parameters that are not allowed, a sentence each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("The request is not valid")
        self.errors = errors


def device(value: str) -> str:
    """The device's name in the path; raises ParameterErrors."""
    errors: list[str] = []
    name = _check(errors, "device_id", value, _device)
    if name is None:
        raise ParameterErrors(errors)
    return name


def page(device_id: str, query: Mapping[str, Any]) -> Page:
    """What the query string asks for; raises ParameterErrors with all that is wrong."""
    errors: list[str] = []
    given = {str(name): str(value) for name, value in query.items()}
    errors += [
        f"{_shown(name)} is not a parameter: allowed is {', '.join(NAMES)}" for name in given if name not in NAMES
    ]
    name = _check(errors, "device_id", device_id, _device)
    metric = _check(errors, "metric", given.get("metric"), _metric)
    start = _check(errors, "from", given.get("from"), _time)
    end = _check(errors, "to", given.get("to"), _time)
    limit = _check(errors, "limit", given.get("limit"), _limit)
    after = _check(errors, "cursor", given.get("cursor"), decode_cursor)
    if start and end and start >= end:
        errors.append(f"from is {_shown(given['from'])}: allowed is a time before to")
    if errors or name is None:
        raise ParameterErrors(errors)
    return Page(name, limit or LIMIT, metric, start, end, after)


def encode_cursor(time: datetime, metric: str) -> str:
    """Where the next page goes on: after the reading of this time and metric."""
    return base64.urlsafe_b64encode(json.dumps([microseconds(time), metric]).encode()).decode().rstrip("=")


def decode_cursor(text: str) -> tuple[datetime, str]:
    """Time and metric of a cursor; raises ReadingError."""
    try:
        time, metric = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        if isinstance(time, bool) or not isinstance(time, int) or not METRIC.fullmatch(metric):
            raise ValueError
        return from_microseconds(time), metric
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise ReadingError("what next was in the answer before") from None


def _check(errors: list[str], name: str, value: str | None, parse: Callable[[str], Result]) -> Result | None:
    if value is None:
        return None
    try:
        return parse(value)
    except ReadingError as failure:
        errors.append(f"{name} is {_shown(value)}: allowed is {failure}")
        return None


def _shown(value: str) -> str:
    return f"'{value if len(value) <= SHOWN else value[:SHOWN] + '...'}'"


def _device(value: str) -> str:
    if not DEVICE.fullmatch(value):
        raise ReadingError("1 to 128 characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'")
    return value


def _metric(value: str) -> str:
    if not METRIC.fullmatch(value):
        raise ReadingError("1 to 64 characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'")
    return value


def _time(value: str) -> datetime:
    try:
        return parse_time(value)
    except ReadingError:
        raise ReadingError("an ISO 8601 time with zone, such as 2026-11-01T12:30:00Z (in a URL, + is %2B)") from None


def _limit(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and 1 <= int(value) <= MOST):
        raise ReadingError(f"1 to {MOST}")
    return int(value)
