"""ec2.api: calls that are made at the same time."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.api import at_once


def test_calls_are_made_at_the_same_time_and_answered_in_order() -> None:
    all_here = threading.Barrier(3, timeout=30)

    def call(answer: str) -> str:
        all_here.wait()  # fails unless all three are under way
        return answer

    assert at_once(*(lambda answer=answer: call(answer) for answer in "abc")) == ["a", "b", "c"]


def test_the_error_of_a_call_arrives() -> None:
    def fail() -> None:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        at_once(lambda: 1, fail)
