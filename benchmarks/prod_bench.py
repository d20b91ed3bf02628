"""Measure the plan and the deploy of inventories/prod, for each resource, beside those of the stack with all defaults (Linux).

Both run against a local AWS of their own, prod's with a real PostgreSQL and Redis. docs/prod.md is written from what was measured; the
targets come from what bench.py has measured of Terraform.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "playbooks" / "collections"), str(ROOT / "roles/local_aws/files")]

import emulators
from bench import RESULTS, machine
from modules import Account
from prod import prod_stack
from stacks import Run, Stack

PAGE = ROOT / "docs" / "prod.md"
STEPS = ("first plan", "first deploy", "plan of what is deployed", "deploy of what is deployed")
# Step to the scenario of the benchmarks whose target is its own, and the most of Terraform's time that it may take.
TARGETS = {
    "first deploy": ("create-0ms", 0.3),
    "plan of what is deployed": ("unchanged-0ms", 0.5),
    "deploy of what is deployed": ("unchanged-0ms", 0.5),
}

TEXT = """# How fast prod is

<!-- Written by benchmarks/prod_bench.py; changes belong there. -->

`make prod-bench` deploys [inventories/prod](../inventories/prod/group_vars/stacks/main.yml), and a stack with all defaults, each on a
local AWS of its own, prod's with a real PostgreSQL and Redis. A resource is what the first plan says it will create. One run of each.

| Stack | Resources | Step | Time | Calls | Time a resource | Calls a resource |
| --- | ---: | --- | ---: | ---: | ---: | ---: |
{rows}

The first deploy of prod includes what runs in the functions: the schema, the set-up of the rotation, and the waits for roles and
functions. The targets are those of [the benchmarks](benchmarks.md): so much of the time that Terraform takes there for a resource of
the stack with all defaults.

| Step of prod | Target for a resource | Met |
| --- | ---: | --- |
{targets}

{where}
"""


def timed(stack: Stack, run: Callable[[], Run]) -> tuple[Run, float, int]:
    """A run, its seconds, and how many calls it made."""
    before, began = len(stack.account.emulator.recorded()), time.monotonic()
    done = run()
    return done, time.monotonic() - began, len(stack.account.emulator.recorded()) - before


def measure(stack: Stack) -> tuple[int, dict[str, tuple[float, int]]]:
    """How many resources a stack has, and the seconds and calls of each step."""
    runs = dict(zip(STEPS, (stack.plan, stack.deploy, stack.plan, stack.deploy), strict=True))
    taken: dict[str, tuple[float, int]] = {}
    resources = 0
    for step, run in runs.items():
        done, seconds, calls = timed(stack, run)
        resources = resources or int(re.findall(r"Plan: (\d+) to create", done.output)[0])
        print(f"  {step}: {seconds:.1f} s, {calls} calls", flush=True)
        taken[step] = (seconds, calls)
    assert "changed=0" in done.output, "the last deploy changed something"
    return resources, taken


def targets_for(resources: int) -> dict[str, float]:
    """The most seconds for a resource, by step, from Terraform's time for a stack of so many resources."""
    scenarios = json.loads(RESULTS.read_text())["scenarios"]
    return {
        step: most * scenarios[scenario]["tools"]["terraform"]["median"]["wall_s"] / resources
        for step, (scenario, most) in TARGETS.items()
    }


def write(measured: dict[str, tuple[int, dict[str, tuple[float, int]]]]) -> None:
    """Write the page."""
    rows = [
        f"| {title} | {resources} | {step} | {seconds:.1f} s | {calls} | {seconds / resources:.2f} s | {calls / resources:.1f} |"
        for title, (resources, steps) in measured.items()
        for step, (seconds, calls) in steps.items()
    ]
    resources, steps = measured["inventories/prod"]
    targets = [
        f"| {step} | {target:.2f} s | {'yes' if steps[step][0] / resources <= target else '**no**'} |"
        for step, target in targets_for(measured["defaults"][0]).items()
    ]
    here = machine()
    where = f"{here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB of memory; {datetime.now(UTC).date().isoformat()}."
    PAGE.write_text(TEXT.format(rows="\n".join(rows), targets="\n".join(targets), where=where))


def main() -> None:
    """Measure both stacks and write the page."""
    with tempfile.TemporaryDirectory(prefix="prod-bench-") as name:
        folder = Path(name)
        for part in ("defaults", "prod"):
            (folder / part).mkdir()
        print("defaults", flush=True)
        with emulators.ministack(folder / "defaults") as emulator:
            defaults = measure(Stack(Account(emulator), folder / "defaults" / "stack"))
        print("inventories/prod", flush=True)
        with prod_stack(folder / "prod") as stack:
            prod = measure(stack)
    write({"defaults": defaults, "inventories/prod": prod})


if __name__ == "__main__":
    main()
