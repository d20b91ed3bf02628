"""Prowler has nothing to say against inventories/prod, and has looked at it."""

from __future__ import annotations

from typing import Any

import pytest
from audit.checks import CHECKS, problems, uncounted
from prod import Prod


def test_each_check_of_prowler_is_claimed_or_left_out(answer: dict[str, Any]) -> None:
    """A new version of Prowler must not bring a check that nobody has looked at."""
    assert "\n".join(uncounted(CHECKS, answer["known"])) == ""


def test_what_is_claimed_passes(answer: dict[str, Any], foreign: set[str]) -> None:
    assert "\n".join(problems(CHECKS, answer["rows"], foreign)) == ""


@pytest.mark.usefixtures("answer", "foreign")
def test_a_second_run_changes_nothing_and_all_can_be_removed(prod: Prod) -> None:
    """The other fixtures look at the stack while it is there."""
    assert prod.deploy().changed == 0

    protected = prod.try_run("destroy", "-e", "stack_destroy=iot-prod")
    assert protected.code != 0 and "set database_deletion_protection to false" in protected.output
    prod.deploy("--tags", "database", database_deletion_protection=False)
    assert "Nothing of it is left" in prod.destroy().output
