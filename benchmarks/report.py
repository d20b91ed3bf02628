"""The benchmark's report: a table with the targets, and plots, from the results as bench.py writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

OURS, THEIRS = "ansible", "terraform"
Results = Mapping[str, Any]

# Of an unchanged run of site.yml: tasks that run a module on the controller, other tasks, skipped ones.
IDLE_MODULES, IDLE_TASKS, IDLE_SKIPPED = 16, 15, 13

# The scenarios by their names in the results, in the order of the report.
SCENARIOS = {
    "create-0ms": "create",
    "create-50ms": "create, calls of 50 ms",
    "create-provisioning": "create, with provisioning times",
    "unchanged-0ms": "unchanged",
    "unchanged-50ms": "unchanged, calls of 50 ms",
    "change-0ms": "one change",
    "change-50ms": "one change, calls of 50 ms",
    "destroy-0ms": "destroy",
    "destroy-50ms": "destroy, calls of 50 ms",
    "idle": "as many tasks that do nothing",
    "stacks-1": "1 stack unchanged",
    "stacks-10": "10 stacks unchanged",
    "stacks-50": "50 stacks unchanged",
}
STACKS = {"stacks-1": 1, "stacks-10": 10, "stacks-50": 50}


class Measure(NamedTuple):
    """How a measure is shown."""

    title: str
    unit: str
    decimals: int


# By their names in the results.
MEASURES = {
    "wall_s": Measure("Time", "s", 1),
    "cpu_s": Measure("CPU", "s", 1),
    "memory_mib": Measure("Peak memory", "MiB", 0),
    "calls": Measure("API calls", "", 0),
}


# Targets


@dataclass(frozen=True)
class Ratio:
    """Ours is at most so much of Terraform's."""

    limit: float

    def text(self) -> str:
        return f"≤ {self.limit:g} of Terraform's"

    def met(self, results: Results, scenario: str, measure: str) -> bool | None:
        found = ratio(results, scenario, measure)
        return None if found is None else found <= self.limit


@dataclass(frozen=True)
class Seconds:
    """Ours takes at most so many seconds."""

    limit: float

    def text(self) -> str:
        return f"≤ {self.limit:g} s"

    def met(self, results: Results, scenario: str, measure: str) -> bool | None:
        found = median(results, scenario, OURS, measure)
        return None if found is None else found <= self.limit


@dataclass(frozen=True)
class PerStack:
    """Ours takes no more for each stack than in another scenario with fewer stacks."""

    other: str

    def text(self) -> str:
        return f"≤ {SCENARIOS[self.other]}, for each stack"

    def met(self, results: Results, scenario: str, measure: str) -> bool | None:
        found, other = (median(results, name, OURS, measure) for name in (scenario, self.other))
        if found is None or other is None:
            return None
        return found / STACKS[scenario] <= other / STACKS[self.other]


Target = Ratio | Seconds | PerStack

# With provisioning times: the slowest chain is the database, 20 s for the cluster and then 40 s for its instances, or the
# cache with 60 s; a tenth on top and ten seconds for all the rest.
SLOWEST_CHAIN_SECONDS = 60
TIME_TARGETS: dict[str, Target] = {
    "create-0ms": Ratio(0.3),
    "create-50ms": Ratio(0.3),
    "create-provisioning": Seconds(SLOWEST_CHAIN_SECONDS * 1.1 + 10),
    "unchanged-0ms": Ratio(0.5),
    "unchanged-50ms": Ratio(0.6),
    "destroy-0ms": Ratio(0.5),
    "destroy-50ms": Ratio(0.5),
    "stacks-10": Ratio(0.25),
    "stacks-50": PerStack("stacks-10"),
}
OTHER_TARGETS: dict[str, Target] = {"cpu_s": Ratio(0.5), "memory_mib": Ratio(0.25)}


def target(scenario: str, measure: str) -> Target | None:
    """The target of a measure in a scenario."""
    if scenario == "idle":
        return None
    return TIME_TARGETS.get(scenario) if measure == "wall_s" else OTHER_TARGETS.get(measure)


# Reading the results


def median(results: Results, scenario: str, tool: str, measure: str) -> float | None:
    """A tool's median in a scenario, if it was measured."""
    found = results["scenarios"].get(scenario, {}).get("tools", {}).get(tool)
    return found["median"][measure] if found else None


def ratio(results: Results, scenario: str, measure: str) -> float | None:
    """Ours as a part of Terraform's."""
    ours, theirs = (median(results, scenario, tool, measure) for tool in (OURS, THEIRS))
    return ours / theirs if ours is not None and theirs else None


def measured_tools(results: Results) -> list[str]:
    """The tools that have been measured in any scenario, ours first."""
    return [tool for tool in LABELS if any(tool in scenario["tools"] for scenario in results["scenarios"].values())]


def number(value: float | None, measure: str) -> str:
    """A value with its unit; a dash for what was not measured."""
    if value is None:
        return "–"
    shown = MEASURES[measure]
    return f"{value:,.{shown.decimals}f} {shown.unit}".strip()


def sample_text(sample: Mapping[str, float]) -> str:
    """The measures of one run on a line."""
    return ", ".join(f"{MEASURES[name].title.lower()} {number(value, name)}" for name, value in sample.items())


# The table


LABELS = {OURS: "Ours", THEIRS: "Terraform", "plain": "Ours, plain"}
ANSWERS = {True: "yes", False: "**no**", None: "–"}


def rows(results: Results) -> Iterator[list[str]]:
    """The table's rows: scenario, measure, one column a tool, ratio, target, met."""
    for scenario, title in SCENARIOS.items():
        if scenario not in results["scenarios"]:
            continue
        for measure, shown in MEASURES.items():
            values = [number(median(results, scenario, tool, measure), measure) for tool in measured_tools(results)]
            found, wanted = ratio(results, scenario, measure), target(scenario, measure)
            yield [
                title,
                shown.title,
                *values,
                "–" if found is None else f"{found:.2f}",
                wanted.text() if wanted else "–",
                ANSWERS[wanted.met(results, scenario, measure)] if wanted else "–",
            ]


def table(results: Results) -> str:
    """The results as a table in Markdown."""
    labels = [LABELS[tool] for tool in measured_tools(results)]
    head = ["Scenario", "Measure", *labels, "Ratio", "Target", "Met"]
    alignment = ["---", "---", *["---:"] * (len(labels) + 1), "---", "---"]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, alignment, *rows(results)])


PAGE = """\
# Benchmarks

<!-- Written by benchmarks/report.py from docs/benchmarks/results.json; changes belong there. -->

The same stack, made, looked at, changed and removed by this collection and by Terraform, each against an emulator of AWS of its own on one
machine. `make bench` measures again; `make bench ARGS=--help` shows how to measure a part.

![Time, CPU, memory and calls for each scenario](benchmarks/compare.png)

{stacks_plot}{table}

Each number is the median of {runs}; the single runs are in [results.json](benchmarks/results.json). Ratio is ours divided by Terraform's.

## What is measured

- **Time** from start to end of the command; for several stacks that of all of them. Ours handles them in one run, five at a time as Ansible
  does by default, Terraform one workspace after the other.
- **CPU**, user and system, of all processes of the command, also those that end after it.
- **Peak memory** of all these processes together, looked at every 0.2 s. A page that processes share counts once.
- **API calls** as the emulator records them.

Neither tool's setup is counted: Ansible is installed, `terraform init` has run. Terraform refreshes as it does by default, ten resources
at a time, with a provider that makes no calls of its own; its resources: [benchmarks/terraform](../benchmarks/terraform/main.tf). Before
the unchanged run, Terraform has applied once more than ours, because it settles some values that the emulator reads back unlike AWS.

With provisioning times, a database cluster is ready after 20 s, its instances 40 s after that, and a replication group after 60 s;
otherwise the emulator makes everything at once. Terraform's provider has waits of its own, such as 30 s for each step of a database and
10 s for a public subnet, which then are most of its time; AWS takes minutes for a database, so that they matter less there.

## Where the time of an unchanged run goes

Ansible starts up, reads playbook and roles, and forks a process for each task. *As many tasks that do nothing* is a run with as many
tasks as an unchanged deploy of one stack ({modules} that run a module, {tasks} others, {skipped} skipped), with pings and messages in place
of all of ours: below that no playbook of this shape gets. What is above it is templates of the variables, boto3's clients, and the calls.
Terraform reads in one process, with ten calls at a time.

## Where

{machine}

| Component | Version |
|---|---|
{versions}
"""


def page(results: Results) -> str:
    """The whole report in Markdown."""
    place = results["machine"]
    counts = {len(tool["runs"]) for scenario in results["scenarios"].values() for tool in scenario["tools"].values()}
    low, high = min(counts), max(counts)
    runs = f"{low} to {high} runs" if low != high else f"{low} runs" if low > 1 else "one run"
    dates = sorted(tool["date"] for scenario in results["scenarios"].values() for tool in scenario["tools"].values())
    when = f"on {dates[0]}" if dates[0] == dates[-1] else f"from {dates[0]} to {dates[-1]}"
    several = any(name in results["scenarios"] for name in STACKS)
    return PAGE.format(
        table=table(results),
        runs=runs,
        stacks_plot="![Time for each stack](benchmarks/stacks.png)\n\n" if several else "",
        modules=IDLE_MODULES,
        tasks=IDLE_TASKS,
        skipped=IDLE_SKIPPED,
        machine=f"{place['cpu']}, {place['cores']} cores, {place['memory_gib']} GiB of memory, {when}.",
        versions="\n".join(f"| {name} | {version} |" for name, version in results["versions"].items()),
    )


# The plots

COLOURS = {OURS: "#1a6faf", THEIRS: "#8a5cc2", "plain": "#9ec5e3"}


def draw_comparison(results: Results, path: Path) -> None:
    """Bars for each scenario, one panel a measure; path without its ending."""
    import matplotlib.pyplot as plot

    scenarios = [name for name in SCENARIOS if name in results["scenarios"] and name not in STACKS]
    found = measured_tools(results)
    height = 0.8 / len(found)
    figure, panels = plot.subplots(
        1, 4, sharey=True, figsize=(15, 1.5 + 0.28 * len(found) * len(scenarios)), layout="constrained"
    )
    for panel, (measure, shown) in zip(panels, MEASURES.items(), strict=True):
        for index, tool in enumerate(found):
            values = [median(results, scenario, tool, measure) for scenario in scenarios]
            places = [line + (index - (len(found) - 1) / 2) * height for line in range(len(scenarios))]
            bars = panel.barh(places, [value or 0 for value in values], height, color=COLOURS[tool], label=LABELS[tool])
            panel.bar_label(
                bars, [number(value, measure).removesuffix(f" {shown.unit}") for value in values], padding=3, fontsize=8
            )
        panel.set_title(f"{shown.title} ({shown.unit})" if shown.unit else shown.title, loc="left", fontsize=11)
        panel.margins(x=0.18)
        panel.locator_params(axis="x", nbins=4)
        _plain(panel)
    panels[0].set_yticks(range(len(scenarios)), [SCENARIOS[name] for name in scenarios])
    panels[0].invert_yaxis()
    figure.suptitle("One stack: less is better", x=0.01, ha="left", fontsize=13)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="upper right", ncols=len(found), frameon=False)
    _save(figure, path)


def draw_stacks(results: Results, path: Path) -> None:
    """How time for each stack, and memory, go with the number of stacks; path without its ending."""
    import matplotlib.pyplot as plot

    figure, panels = plot.subplots(1, 2, figsize=(11, 4), layout="constrained")
    titles = {"wall_s": "Time for each stack (s)", "memory_mib": "Peak memory of all (MiB)"}
    for panel, (measure, title) in zip(panels, titles.items(), strict=True):
        for tool in measured_tools(results):
            values = {count: median(results, name, tool, measure) for name, count in STACKS.items()}
            points = {
                count: value / count if measure == "wall_s" else value
                for count, value in values.items()
                if value is not None
            }
            panel.plot(list(points), list(points.values()), marker="o", color=COLOURS[tool], label=LABELS[tool])
            for count, value in points.items():
                text = f"{value:,.{MEASURES[measure].decimals}f}"
                panel.annotate(text, (count, value), textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8)
        panel.set_title(title, loc="left", fontsize=11)
        panel.set_xscale("log")
        panel.set_xticks(list(STACKS.values()), [str(count) for count in STACKS.values()])
        panel.minorticks_off()
        panel.set_xlabel("stacks, nothing to do")
        panel.set_ylim(bottom=0)
        panel.margins(x=0.1, y=0.15)
        _plain(panel)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    _save(figure, path)


def _plain(panel: Any) -> None:
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize=9)


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plot

    figure.savefig(path.with_suffix(".png"), dpi=110)
    # The same file for the same numbers.
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    plot.close(figure)


def write(results: Results, folder: Path) -> None:
    """Write the plots into a folder, and the page beside it, named after it."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    if any(name not in STACKS for name in results["scenarios"]):
        draw_comparison(results, folder / "compare")
    if any(name in results["scenarios"] for name in STACKS):
        draw_stacks(results, folder / "stacks")
    folder.with_suffix(".md").write_text(page(results))
