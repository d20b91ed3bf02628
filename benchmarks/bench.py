"""Measure this collection and Terraform side by side on the same stacks, on an emulator of AWS on this machine (Linux).

Results go into a JSON file, so that scenarios can be measured one by one; the report is written from that file.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "playbooks" / "collections")]

import emulators
import peers
import psutil
import report
import yaml
from measure import CommandFailed, Usage

RESULTS = ROOT / "docs" / "benchmarks" / "results.json"
CREATING_SECONDS = {"DBCluster": 20, "DBInstance": 40, "ReplicationGroup": 60}


@dataclass(frozen=True)
class Group:
    """Scenarios that are measured in one go, on an emulator of their own.

    :param steps: the scenarios' names, each with the step of a tool that it measures, in order
    :param stacks: how many stacks there are
    :param behaviour: how the emulator behaves, see tests/emulator_behaviour.py
    :param tools: which tools can do this
    """

    steps: dict[str, str]
    stacks: int = 1
    behaviour: dict[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = tuple(peers.TOOLS)

    @property
    def environments(self) -> list[str]:
        """The names of the environments, one for each stack."""
        return [f"e{number:02d}" for number in range(1, self.stacks + 1)]


def lifecycle(milliseconds: int) -> Group:
    """A stack's life, where AWS takes so long to answer a call."""
    steps = {f"{step}-{milliseconds}ms": step for step in ("create", "unchanged", "change", "destroy")}
    return Group(steps, behaviour={"latency_seconds": milliseconds / 1000})


GROUPS = {
    "lifecycle-0ms": lifecycle(0),
    "lifecycle-50ms": lifecycle(50),
    "idle": Group({"idle": "idle"}, tools=("ansible", "plain")),
    "provisioning": Group({"create-provisioning": "create"}, behaviour={"creating_seconds": CREATING_SECONDS}),
    **{f"stacks-{number}": Group({f"stacks-{number}": "unchanged"}, number) for number in (1, 10, 50)},
}

Sample = dict[str, float]


def measure_group(group: Group, tool: str, runs: int) -> dict[str, list[Sample]]:
    """The samples of each scenario of a group: wall_s, cpu_s, memory_mib, calls."""
    samples: dict[str, list[Sample]] = {name: [] for name in group.steps}
    # A creation needs an empty emulator each time; what changes nothing is measured again on the same stacks.
    fresh = "create" in group.steps.values()
    for _run in range(runs if fresh else 1):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, emulators.ministack(Path(folder)) as emulator:
            emulator.behave("*", **group.behaviour)
            made = peers.make(tool, Path(folder), emulator, group.environments)
            if not fresh:
                made.set_up()
            for _again in range(1 if fresh else runs):
                for name, step in group.steps.items():
                    samples[name].append(measure_step(getattr(made, step), emulator))
                    print(f"  {name}, {tool}: {report.sample_text(samples[name][-1])}", flush=True)
                    if step == "create" and len(group.steps) > 1:
                        made.settle()
    return samples


def measure_step(step: Callable[[], Usage], emulator: emulators.Emulator) -> Sample:
    """A step's usage, and how many calls the emulator got during it."""
    before = len(emulator.recorded())
    usage = step()
    return {**asdict(usage), "calls": len(emulator.recorded()) - before}


def medians(samples: list[Sample]) -> Sample:
    """The median of each measure, each on its own."""
    return {measure: statistics.median(sample[measure] for sample in samples) for measure in samples[0]}


# Results


class OtherResults(Exception):
    """The file holds results that these ones cannot be held against."""


def machine() -> dict[str, Any]:
    """What the results depend on: the CPU's model, its cores and the memory in GiB."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = round(psutil.virtual_memory().total / 2**30)
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_gib": memory}


def versions(measured: list[str]) -> dict[str, str]:
    """The versions of all that takes part."""
    from ansible_collections.amazon import aws

    manifest = json.loads((Path(next(iter(aws.__path__))) / "MANIFEST.json").read_text())
    found = {
        "python": platform.python_version(),
        "ansible-core": importlib.metadata.version("ansible-core"),
        "amazon.aws": manifest["collection_info"]["version"],
        "iot.sensor_stack": str(yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]),
        "ministack": importlib.metadata.version("ministack"),
    }
    return {**found, **(peers.terraform_versions(peers.terraform_mirror()) if "terraform" in measured else {})}


def load(path: Path, head: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The results so far, with machine and versions; raises OtherResults if they are of another machine or versions.

    :arg head: machine and versions of what will be measured
    """
    if not path.exists():
        return {**head, "scenarios": {}}
    known = json.loads(path.read_text())
    for part, here in head.items():
        different = sorted(name for name in here if known[part].get(name, here[name]) != here[name])
        if different:
            raise OtherResults(
                f"{path.name} holds results with another {part} ({', '.join(different)}): give --results"
            )
    return {**{part: {**known[part], **here} for part, here in head.items()}, "scenarios": known["scenarios"]}


def merge(results: dict[str, Any], group: Group, tool: str, samples: dict[str, list[Sample]]) -> None:
    """Put a tool's samples of a group in the place of those it had."""
    today = datetime.now(UTC).date().isoformat()
    for name, runs in samples.items():
        scenario = results["scenarios"].setdefault(name, {"tools": {}})
        scenario["stacks"] = group.stacks
        scenario["tools"][tool] = {"date": today, "runs": runs, "median": medians(runs)}


def save(path: Path, results: dict[str, Any]) -> None:
    """Write the results; a file is whole at every moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(rounded(results), indent=2) + "\n")
    partial.replace(path)


def rounded(value: Any) -> Any:
    """The same with numbers of three decimals."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 3) if isinstance(value, float) else value


# Command line


def names(known: list[str]) -> Callable[[str], list[str]]:
    """A command line type: some of these names, separated by commas."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return chosen

    return parse


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__)
    known = ", ".join(GROUPS)
    made.add_argument("--only", type=names(list(GROUPS)), default=list(GROUPS), help=f"some of {known}")
    made.add_argument(
        "--tools", type=names(list(peers.TOOLS)), default=["ansible", "terraform"], help=", ".join(peers.TOOLS)
    )
    made.add_argument("--runs", type=int, default=3, help="how often each scenario is measured (3)")
    made.add_argument(
        "--results",
        type=Path,
        default=RESULTS,
        help="the JSON file; plots go beside it, the table into its folder's .md",
    )
    made.add_argument("--report", action="store_true", help="measure nothing, write the report")
    return made


def available(wanted: list[str]) -> Iterator[str]:
    """Those of the tools that can be measured here; says on one line why Terraform cannot."""
    for tool in wanted:
        if tool == "terraform":
            try:
                peers.terraform_mirror()
            except peers.TerraformMissing as missing:
                print(f"Terraform is not measured: {missing}.", flush=True)
                continue
        yield tool


def main(arguments: list[str]) -> None:
    """Measure what is asked for, and write the report."""
    options = parser().parse_args(arguments)
    if not options.report:
        measured = list(available(options.tools))
        results = load(options.results, {"machine": machine(), "versions": versions(measured)})
        for group_name in options.only:
            for tool in (tool for tool in measured if tool in GROUPS[group_name].tools):
                print(f"{group_name}: {peers.TOOLS[tool]}", flush=True)
                merge(results, GROUPS[group_name], tool, measure_group(GROUPS[group_name], tool, options.runs))
                save(options.results, results)
    report.write(json.loads(options.results.read_text()), options.results.parent)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (CommandFailed, OtherResults) as problem:
        sys.exit(str(problem))
