"""Schedule expressions of EventBridge."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.events.schedules import check_schedule


@pytest.mark.parametrize(
    "expression",
    [
        None,
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(12 hours)",
        "rate(1 day)",
        "rate(7 days)",
        "cron(0 10 * * ? *)",
        "cron(15 12 * * ? *)",
        "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)",
        "cron(0/10 * ? * mon-fri *)",
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0,30 0-23/2 1-15,20 JAN,MAR-DEC ? 2026-2030)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 9 ? * FRI#2 *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 3W * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 ? * 6L *)",
        "cron(*/15 * * * ? 2199)",
    ],
)
def test_what_aws_takes(expression: str | None) -> None:
    assert check_schedule("schedule", expression) == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("", "allowed is rate("),
        ("daily", "allowed is rate("),
        ("rate(5 weeks)", "allowed is rate("),
        ("rate(1.5 hours)", "allowed is rate("),
        ("cron(0 10 * * ? *", "allowed is rate("),
        ("rate(0 minutes)", "allowed is a number from 1"),
        ("rate(1 minutes)", "allowed is rate(1 minute)"),
        ("rate(5 minute)", "allowed is rate(5 minutes)"),
        ("cron(0 10 * * ?)", "it has 5 fields, allowed are 6"),
        ("cron(60 10 * * ? *)", "the field minutes is '60', allowed is 0 to 59"),
        ("cron(0 24 * * ? *)", "the field hours is '24', allowed is 0 to 23"),
        ("cron(0 0 0 * ? *)", "the field day of month is '0', allowed is 1 to 31"),
        ("cron(0 0 32W * ? *)", "the field day of month is '32W'"),
        ("cron(0 0 1 13 ? *)", "the field month is '13', allowed is 1 to 12 or JAN to DEC"),
        ("cron(0 0 1 MAI ? *)", "the field month is 'MAI'"),
        ("cron(0 0 ? * 8 *)", "the field day of week is '8', allowed is 1 to 7 or SUN to SAT"),
        ("cron(0 0 ? * 2#6 *)", "the field day of week is '2#6'"),
        ("cron(0 0 1 1 ? 1969)", "the field year is '1969', allowed is 1970 to 2199"),
        ("cron(0/0 0 1 1 ? *)", "the field minutes is '0/0'"),
        ("cron(1-2-3 0 1 1 ? *)", "the field minutes is '1-2-3'"),
        ("cron(1, 0 1 1 ? *)", "the field minutes is '1,'"),
        ("cron(² 0 1 1 ? *)", "the field minutes is '²'"),
        ("cron(? 0 1 1 ? *)", "the field minutes is '?'"),
        ("cron(0 10 * * * *)", "one of the fields day of month and day of week is ?, and only one"),
        ("cron(0 10 ? * ? *)", "one of the fields day of month and day of week is ?, and only one"),
    ],
)
def test_what_aws_refuses(expression: str, allowed: str) -> None:
    problems = "; ".join(check_schedule("schedule", expression))

    assert problems.startswith(f"schedule is '{expression}': ") and allowed in problems
