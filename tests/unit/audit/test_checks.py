"""What the audit makes of Prowler's rows, and that its lists are those of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit import document
from audit.checks import CHECKS, patterns, problems, uncounted

ROOT = Path(__file__).parents[3]
LISTS = {
    "claimed": {"vpc_flow_logs_enabled": "Traffic is logged"},
    "excepted": {},
    "left_out": [
        {"checks": ["ec2_instance_*"], "reason": "No instance", "rows": "none"},
        {"checks": ["vpc_d*"], "reason": "One"},
    ],
}
KNOWN = ["ec2_instance_public_ip", "vpc_different_regions", "vpc_flow_logs_enabled"]


def row(**changed: str) -> dict[str, str]:
    return {"check": "vpc_flow_logs_enabled", "status": "PASS", "id": "vpc-1", "reason": "why", **changed}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row()], []),
        ([row(), row(id="vpc-0", status="FAIL")], []),
        ([row(), row(id="vpc-2", status="FAIL")], ["FAIL    vpc_flow_logs_enabled  vpc-2  why"]),
        ([row(status="MANUAL")], ["MANUAL  vpc_flow_logs_enabled  vpc-1  why"]),
        ([], ["NO ROW  vpc_flow_logs_enabled"]),
        ([row(id="vpc-0")], ["NO ROW  vpc_flow_logs_enabled"]),
        ([row(), row(check="ec2_instance_public_ip", id="i-1")], ["PASS    ec2_instance_public_ip  i-1  why"]),
        ([row(), row(check="vpc_different_regions", status="FAIL")], []),
    ],
)
def test_a_claim_needs_rows_that_pass(rows: list[dict[str, str]], expected: list[str]) -> None:
    assert problems(LISTS, rows, foreign={"vpc-0"}) == expected


def test_an_excepted_resource_may_fail_and_must() -> None:
    lists = {**LISTS, "excepted": {"vpc_flow_logs_enabled": {"vpc-2": "Old"}}}
    unneeded = ["PASS    vpc_flow_logs_enabled  vpc-2  or not there, and excepted"]

    assert problems(lists, [row(), row(id="vpc-2", status="FAIL")], foreign=set()) == []
    assert problems(lists, [row(), row(id="vpc-2")], foreign=set()) == unneeded
    assert problems(lists, [row()], foreign=set()) == unneeded
    assert problems(lists, [row(status="FAIL"), row(id="vpc-2", status="FAIL")], foreign=set()) != []


def test_each_check_is_in_one_list() -> None:
    assert uncounted(LISTS, KNOWN) == []
    assert uncounted(LISTS, [*KNOWN, "vpc_new"]) == ["vpc_new is in 0 lists"]
    assert uncounted(LISTS, KNOWN[:2]) == ["vpc_flow_logs_enabled is claimed, and Prowler does not have it"]
    assert uncounted(LISTS, KNOWN[1:]) == ["ec2_instance_* fits no check of Prowler"]
    both = {**LISTS, "claimed": {**LISTS["claimed"], "vpc_different_regions": "Twice"}}
    assert uncounted(both, KNOWN) == ["vpc_different_regions is in 2 lists"]


def test_each_check_has_its_sentence() -> None:
    assert all(CHECKS["claimed"].values()) and all(group["reason"] for group in CHECKS["left_out"])
    assert len(set(patterns(CHECKS))) == len(patterns(CHECKS))


def test_the_documentation_has_the_lists() -> None:
    text = document.PAGE.read_text()

    assert document.page(text, CHECKS) == text


def test_the_documentation_names_the_version_of_prowler() -> None:
    (line,) = [one for one in (ROOT / "requirements-audit.txt").read_text().splitlines() if one.startswith("prowler==")]

    assert f"lets Prowler {line.removeprefix('prowler==')} (the PyPI package" in document.PAGE.read_text()
