"""Messages are parsed strictly, and errors name the field but quote nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sensor_functions.readings import (
    ReadingError,
    format_time,
    from_microseconds,
    microseconds,
    parse_message,
    parse_time,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {"device": "sensor-1", "metric": "temperature", "value": 1.0, "time": "2026-11-01T11:00:00Z"}
NAME = "must be 1 to"
NUMBER = "value must be a finite number"
ZONE = "time must be an ISO 8601 time with zone"


def parse(content: Any) -> list[Any]:
    return parse_message(content if isinstance(content, str) else json.dumps(content), NOW, 90)


def test_one_reading_or_an_array_of_them() -> None:
    one = parse(GOOD)
    assert [(r.device, r.metric, r.value, r.time) for r in one] == [
        ("sensor-1", "temperature", 1.0, datetime(2026, 11, 1, 11, tzinfo=UTC))
    ]
    assert parse([GOOD] * 100) == one * 100
    assert parse(GOOD | {"unit": "C"}) == one, "what is not asked for is no fault"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (json.dumps(GOOD).replace("1.0", "NaN"), "not JSON"),
        (json.dumps(GOOD).replace("1.0", "-Infinity"), "not JSON"),
        (json.dumps(GOOD).replace("1.0", "9" * 5000), "not JSON"),
        ([], "one reading or an array of 1 to 100"),
        ([GOOD] * 101, "one reading or an array of 1 to 100"),
        ("null", "one reading or an array of 1 to 100"),
        ('"text"', "one reading or an array of 1 to 100"),
        ([GOOD, 1], r"\[1\] must be an object"),
        ([[GOOD]], r"\[0\] must be an object"),
        (json.dumps(GOOD).replace("1.0", "1e999"), NUMBER),
        (GOOD | {"value": True}, NUMBER),
        (GOOD | {"value": "1"}, NUMBER),
        (GOOD | {"value": None}, NUMBER),
        (GOOD | {"value": 10**400}, NUMBER),
        (GOOD | {"device": ""}, f"device {NAME} 128"),
        (GOOD | {"device": "a b"}, f"device {NAME} 128"),
        (GOOD | {"device": "a\n"}, f"device {NAME} 128"),
        (GOOD | {"device": "a\0"}, f"device {NAME} 128"),
        (GOOD | {"device": "d" * 129}, f"device {NAME} 128"),
        (GOOD | {"device": None}, f"device {NAME} 128"),
        (GOOD | {"metric": "m" * 65}, f"metric {NAME} 64"),
        (GOOD | {"metric": "ä"}, f"metric {NAME} 64"),
        (GOOD | {"time": "2026-02-30T00:00:00Z"}, "time is not a real date"),
        (GOOD | {"time": "2026-11-01T23:59:60Z"}, "time is not a real date"),
        (GOOD | {"time": "0001-01-01T00:00:00+01:00"}, "time is not a real date"),
        (GOOD | {"time": "2026-11-01T00:00:00"}, ZONE),
        (GOOD | {"time": "2026-11-01"}, ZONE),
        (GOOD | {"time": "2026-W01-1T00:00:00Z"}, ZONE),
        (GOOD | {"time": "٢026-11-01T00:00:00Z"}, ZONE),
        (GOOD | {"time": 1}, "time must be a string"),
        (GOOD | {"time": "2026-08-03T11:59:59Z"}, "older than the 90 days"),
        (GOOD | {"time": "2026-11-02T12:00:01Z"}, "more than a day ahead"),
    ],
)
def test_what_is_not_allowed_is_named(content: Any, message: str) -> None:
    with pytest.raises(ReadingError, match=message) as error:
        parse(content)

    assert len(str(error.value)) < 150 and "sensor-1" not in str(error.value)


def test_all_fields_are_needed() -> None:
    for name in GOOD:
        with pytest.raises(ReadingError, match=f"^{name} must be"):
            parse({other: value for other, value in GOOD.items() if other != name})


@pytest.mark.parametrize("text", ["2026-08-03T12:00:00Z", "2026-11-02T12:00:00Z"])
def test_the_ends_of_what_is_kept_are_allowed(text: str) -> None:
    assert format_time(parse(GOOD | {"time": text})[0].time) == text


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("2026-11-01T12:30Z", "2026-11-01T12:30:00Z"),
        ("2026-11-01t12:30:00z", "2026-11-01T12:30:00Z"),
        ("2026-11-01T12:30:00.500-08:00", "2026-11-01T20:30:00.5Z"),
        ("2026-11-01T12:30:00.123456789+0530", "2026-11-01T07:00:00.123456Z"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
    ],
)
def test_times_are_told_in_utc(text: str, formatted: str) -> None:
    assert format_time(parse_time(text)) == formatted


def test_microseconds_are_exact() -> None:
    for time in (datetime(2026, 11, 1, 0, 0, 0, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)):
        assert from_microseconds(microseconds(time)) == time
    assert microseconds(datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == 0
