"""Writes the lists of checks.yml into docs/audit.md: ``.venv/bin/python tests/audit/document.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from audit.checks import CHECKS, Checks

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
MARK = "<!-- From here on written by tests/audit/document.py from tests/audit/checks.yml; changes belong there. -->\n"


def page(text: str, checks: Checks) -> str:
    """The page with these lists."""
    head, mark, _lists = text.partition(MARK)
    return head + mark + "\n" + _claimed(checks) + "\n" + _excepted(checks) + "\n" + _left_out(checks)


def _claimed(checks: Checks) -> str:
    lines = [f"## The {len(checks['claimed'])} checks that pass", ""]
    for service in sorted(checks["services"]):
        names = [name for name in checks["claimed"] if name.startswith(f"{service}_")]
        lines += [f"### {service}", "", "| Check | Shows that |", "|---|---|"]
        lines += [f"| `{name}` | {checks['claimed'][name]} |" for name in sorted(names)]
        lines += [""]
    return "\n".join(lines)


def _excepted(checks: Checks) -> str:
    lines = ["## What may fail", "", "| Check | Resource | Because |", "|---|---|---|"]
    for name, resources in checks["excepted"].items():
        lines += [f"| `{name}` | `{resource}` | {reason} |" for resource, reason in resources.items()]
    return "\n".join(lines) + "\n"


def _left_out(checks: Checks) -> str:
    lines = ["## What is left out", "", "| Checks | Because | Held against Prowler's rows |", "|---|---|---|"]
    for group in checks["left_out"]:
        names = ", ".join(f"`{name}`" for name in group["checks"])
        lines += [f"| {names} | {group['reason']} | {'no row' if group.get('rows') == 'none' else '–'} |"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(), CHECKS))
