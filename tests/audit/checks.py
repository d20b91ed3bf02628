"""The lists of checks.yml, and what Prowler's rows say about them; pure functions."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str]
Checks = dict[str, Any]

CHECKS: Checks = yaml.safe_load(Path(__file__).with_name("checks.yml").read_text())


def patterns(checks: Checks, *, rows: str | None = None) -> list[str]:
    """The patterns that are left out; with rows, only those of which that is said."""
    groups = [group for group in checks["left_out"] if rows in (None, group.get("rows"))]
    return [pattern for group in groups for pattern in group["checks"]]


def uncounted(checks: Checks, known: Collection[str]) -> list[str]:
    """What is wrong with the lists: each check that Prowler knows must be in one of them, and they hold no other.

    :arg known: the names of all checks that Prowler has for the services
    """
    left_out = patterns(checks)
    times = {name: (name in checks["claimed"]) + _fits(name, left_out) for name in sorted(known)}
    return [
        *(f"{name} is in {count} lists" for name, count in times.items() if count != 1),
        *(f"{name} is claimed, and Prowler does not have it" for name in checks["claimed"] if name not in known),
        *(f"{one} fits no check of Prowler" for one in left_out if not any(fnmatch(name, one) for name in known)),
    ]


def problems(checks: Checks, rows: list[Row], foreign: Collection[str]) -> list[str]:
    """A line for each claimed check without a row, each row of one that is not PASS, each row where there must be none.

    A resource that is excepted must be there, and not PASS: else nothing need be excepted.

    :arg rows: as scan.py answers
    :arg foreign: the IDs of what is in the account, and not of the stack
    """
    ours = [row for row in rows if row["id"] not in foreign]
    found = {row["check"] for row in ours}
    none = patterns(checks, rows="none")
    excepted = {(name, one) for name, resources in checks["excepted"].items() for one in resources}
    failed = [row for row in ours if row["check"] in checks["claimed"] and row["status"] != "PASS"]
    needed = {(row["check"], row["id"]) for row in failed}
    return [
        *(_line(name, "NO ROW", "", "") for name in checks["claimed"] if name not in found),
        *(_of(row) for row in failed if (row["check"], row["id"]) not in excepted),
        *(_line(name, "PASS", one, "or not there, and excepted") for name, one in sorted(excepted - needed)),
        *(_of(row) for row in ours if _fits(row["check"], none)),
    ]


def _fits(name: str, wanted: list[str]) -> int:
    return sum(fnmatch(name, pattern) for pattern in wanted)


def _of(row: Row) -> str:
    return _line(row["check"], row["status"], row["id"], row["reason"])


def _line(check: str, status: str, resource: str, reason: str) -> str:
    return f"{status:6}  {check}  {resource}  {reason}".rstrip()
