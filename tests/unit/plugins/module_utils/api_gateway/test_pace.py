"""Calls kept below AWS's quotas, on a clock of the test's own."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.pace import Pacer


class Clock:
    """A clock that stands still but for sleep."""

    now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def pace(rate: float, *operations: str) -> list[float]:
    """When each call is made, in seconds after the first."""
    clock = Clock()
    pacer = Pacer(rate, lambda: clock.now, clock.sleep)
    times = []
    for operation in operations:
        pacer.wait(operation)
        times.append(clock.now - 100)
    return times


def test_keys_come_at_half_the_rate_and_changes_of_plans_every_twenty_seconds() -> None:
    assert pace(10, "create_key", "join", "create_key", "create_key") == pytest.approx([0, 0.1, 0.2, 0.4])
    assert pace(10, "update_plan", "update_plan", "join") == pytest.approx([0, 20, 20.1])


def test_no_rate_is_no_wait() -> None:
    assert pace(0, *["update_plan"] * 3) == [0, 0, 0]
