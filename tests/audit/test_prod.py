"""Prowler has nothing to say against inventories/prod, and has looked at it."""

from __future__ import annotations

from typing import Any

from audit.checks import CHECKS, problems, uncounted
from audit.conftest import Prod


def test_each_check_of_prowler_is_claimed_or_left_out(answer: dict[str, Any]) -> None:
    """A new version of Prowler must not bring a check that nobody has looked at."""
    assert "\n".join(uncounted(CHECKS, answer["known"])) == ""


def test_what_is_claimed_passes(answer: dict[str, Any], foreign: set[str]) -> None:
    assert "\n".join(problems(CHECKS, answer["rows"], foreign)) == ""


def test_a_second_run_changes_nothing(prod: Prod) -> None:
    assert prod.deploy().changed == 0
