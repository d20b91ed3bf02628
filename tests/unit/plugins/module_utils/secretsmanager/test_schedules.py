"""secretsmanager.schedules: what Secrets Manager takes as a rotation's schedule."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.schedules import check_rotation_schedule


@pytest.mark.parametrize(
    "expression",
    [
        *(None, "rate(30 days)", "rate(4 hours)", "rate(1 day)", "rate(999 days)"),
        *("cron(0 4 1 * ? *)", "cron(0 /10 * * ? *)", "cron(0 8/4 ? JAN,JUL SUN#1 *)", "cron(0 23 L * ? *)"),
    ],
)
def test_what_aws_takes(expression: str | None) -> None:
    assert check_rotation_schedule("schedule", expression) == []


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("daily", "allowed is rate(<number> hours|days), such as rate(30 days)"),
        ("rate(30 minutes)", "allowed is rate(<number> hours|days)"),
        ("rate(3 hours)", "allowed is 4 hours to 999 days"),
        ("rate(1000 days)", "allowed is 4 hours to 999 days"),
        ("rate(0 days)", "allowed is 4 hours to 999 days"),
        ("cron(30 4 1 * ? *)", "allowed are the minutes 0 and the year *"),
        ("cron(0 4 1 * ? 2027)", "allowed are the minutes 0 and the year *"),
        ("cron(0 24 1 * ? *)", "the field hours is '24', allowed is 0 to 23"),
        ("cron(0 4 1 * * *)", "one of the fields day of month and day of week is ?"),
        ("cron(0 4 1)", "it has 3 fields, allowed are 6"),
        ("cron()", "it has 0 fields, allowed are 6"),
        (f"cron(0 {'4,' * 128}4 1 * ? *)", "allowed is rate(<number> hours|days)"),
    ],
)
def test_what_aws_refuses(expression: str, sentence: str) -> None:
    (problem,) = check_rotation_schedule("schedule", expression)

    assert problem.startswith(f"schedule is '{expression}': ") and sentence in problem
