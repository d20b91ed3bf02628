"""The report says what was measured, and whether that is what was aimed for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import report

PLACE = {"machine": {"cpu": "Fast", "cores": 2, "memory_gib": 8}, "versions": {"python": "3.13.1"}}


def results(**scenarios: dict[str, tuple[float, float, float, float]]) -> dict[str, Any]:
    """Results with these medians: wall_s, cpu_s, memory_mib, calls by scenario (with _ for -) and tool."""
    found = {}
    for name, tools in scenarios.items():
        medians = {tool: dict(zip(report.MEASURES, values, strict=True)) for tool, values in tools.items()}
        found[name.replace("_", "-")] = {
            "tools": {
                tool: {"date": "2026-01-02", "runs": [median] * 3, "median": median} for tool, median in medians.items()
            }
        }
    return {**PLACE, "scenarios": found}


def rows(found: dict[str, Any]) -> dict[str, list[str]]:
    """The rows of one scenario, by measure."""
    return {row[1]: row[2:] for row in report.rows(found)}


def test_rows_hold_values_ratio_and_target() -> None:
    found = results(unchanged_0ms={"ansible": (2, 3, 100, 1234), "terraform": (4, 4, 400, 50)})
    assert rows(found) == {
        "Time": ["2.0 s", "4.0 s", "0.50", "≤ 0.5 of Terraform's", "yes"],
        "CPU": ["3.0 s", "4.0 s", "0.75", "≤ 0.5 of Terraform's", "**no**"],
        "Peak memory": ["100 MiB", "400 MiB", "0.25", "≤ 0.25 of Terraform's", "yes"],
        "API calls": ["1,234", "50", "24.68", "–", "–"],
    }


def test_without_terraform_there_is_no_ratio_and_no_answer() -> None:
    found = rows(results(unchanged_0ms={"ansible": (2, 3, 100, 30)}))
    assert found["Time"] == ["2.0 s", "–", "≤ 0.5 of Terraform's", "–"]


def test_scenario_that_only_one_tool_has_is_told_with_a_dash() -> None:
    found = results(
        stacks_10={"ansible": (2, 3, 100, 30)}, stacks_1={"ansible": (1, 1, 1, 1), "terraform": (1, 1, 1, 1)}
    )
    (time,) = [row for row in report.rows(found) if row[0] == "10 stacks unchanged" and row[1] == "Time"]
    assert time[2:5] == ["2.0 s", "–", "–"]


@pytest.mark.parametrize(("wall", "met"), [(75.9, "yes"), (76.1, "**no**")])
def test_target_with_provisioning_times_needs_no_terraform(wall: float, met: str) -> None:
    found = rows(results(create_provisioning={"ansible": (wall, 3, 100, 30)}))
    assert found["Time"][-2:] == ["≤ 76 s", met]


@pytest.mark.parametrize(("wall", "met"), [(50, "yes"), (51, "**no**")])
def test_target_of_many_stacks_is_the_time_of_each(wall: float, met: str) -> None:
    found = results(stacks_10={"ansible": (10, 1, 1, 1)}, stacks_50={"ansible": (wall, 1, 1, 1)})
    (time,) = [row for row in report.rows(found) if row[0] == "50 stacks unchanged" and row[1] == "Time"]
    assert time[-2:] == ["≤ 10 stacks unchanged, for each stack", met]


def test_target_of_many_stacks_is_open_without_the_few() -> None:
    assert rows(results(stacks_50={"ansible": (50, 1, 1, 1)}))["Time"][-1] == "–"


def test_rows_come_in_the_order_of_the_report_whatever_the_order_of_measuring() -> None:
    tools = {"ansible": (1.0, 1.0, 1.0, 1.0)}
    found = report.rows(results(stacks_1=tools, destroy_0ms=tools, create_0ms=tools))
    titles = list(dict.fromkeys(row[0] for row in found))
    assert titles == ["create", "destroy", "1 stack unchanged"]


def test_table_has_a_column_for_each_tool_that_was_measured() -> None:
    found = results(create_0ms={"plain": (1, 1, 1, 1), "terraform": (1, 1, 1, 1), "ansible": (1, 1, 1, 1)})
    head, alignment, *body = report.table(found).splitlines()
    assert head == "| Scenario | Measure | Ours | Terraform | Ours, plain | Ratio | Target | Met |"
    assert {line.count("|") for line in [alignment, *body]} == {9}


def test_sample_on_one_line() -> None:
    sample = {"wall_s": 1.26, "cpu_s": 2.0, "memory_mib": 99.7, "calls": 31}
    assert report.sample_text(sample) == "time 1.3 s, cpu 2.0 s, peak memory 100 MiB, api calls 31"


def test_page_tells_runs_date_machine_and_versions() -> None:
    page = report.page(results(create_0ms={"ansible": (1, 1, 1, 1)}))
    assert "the median of 3 runs;" in page
    assert "Fast, 2 cores, 8 GiB of memory, on 2026-01-02." in page
    assert "| python | 3.13.1 |" in page
    assert "stacks.png" not in page


def test_everything_is_written_beside_the_results(tmp_path: Path) -> None:
    tools = {"ansible": (1.0, 1.0, 1.0, 1.0), "terraform": (2.0, 2.0, 2.0, 2.0)}
    found = results(create_0ms=tools, stacks_1=tools, stacks_10={"ansible": (3.0, 1.0, 1.0, 1.0)})
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    report.write(found, folder)

    assert {path.name for path in folder.iterdir()} == {"compare.png", "compare.svg", "stacks.png", "stacks.svg"}
    assert (folder / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert "benchmarks/stacks.png" in (tmp_path / "benchmarks.md").read_text()
    first = (folder / "compare.svg").read_bytes()
    report.write(found, folder)
    assert (folder / "compare.svg").read_bytes() == first
