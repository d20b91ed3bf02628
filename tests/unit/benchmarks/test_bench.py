"""What is measured, and how results are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bench
import peers
import pytest

HEAD: dict[str, dict[str, Any]] = {"machine": {"cpu": "c", "cores": 2}, "versions": {"python": "3", "terraform": "1"}}


def samples(*walls: float) -> list[dict[str, float]]:
    return [{"wall_s": wall, "cpu_s": wall * 2, "memory_mib": 100 - wall, "calls": 7} for wall in walls]


def test_medians_are_of_each_measure() -> None:
    assert bench.medians(samples(1, 9, 2)) == {"wall_s": 2, "cpu_s": 4, "memory_mib": 98, "calls": 7}
    assert bench.medians(samples(1, 2))["wall_s"] == 1.5


def test_groups_cover_all_scenarios_of_the_report() -> None:
    assert sorted(name for group in bench.GROUPS.values() for name in group.steps) == sorted(bench.report.SCENARIOS)


def test_environments_are_as_many_as_the_stacks() -> None:
    environments = bench.GROUPS["stacks-50"].environments
    assert len(set(environments)) == 50


# Results


def test_merge_replaces_what_was_measured_again_and_keeps_the_rest() -> None:
    results = bench.load(Path("/does/not/exist"), HEAD)
    group = bench.GROUPS["provisioning"]
    bench.merge(results, group, "ansible", {"create-provisioning": samples(5)})
    bench.merge(results, group, "terraform", {"create-provisioning": samples(9)})
    bench.merge(results, group, "ansible", {"create-provisioning": samples(3, 4)})

    (scenario,) = results["scenarios"].values()
    assert scenario["stacks"] == 1
    assert {tool: [run["wall_s"] for run in found["runs"]] for tool, found in scenario["tools"].items()} == {
        "ansible": [3, 4],
        "terraform": [9],
    }
    assert scenario["tools"]["ansible"]["median"]["wall_s"] == 3.5


def test_results_come_back_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deeper" / "results.json"
    results = bench.load(file, HEAD)
    bench.merge(results, bench.GROUPS["stacks-1"], "ansible", {"stacks-1": samples(1.23456)})
    bench.save(file, results)

    found = bench.load(file, HEAD)
    assert found["scenarios"]["stacks-1"]["tools"]["ansible"]["runs"][0]["wall_s"] == 1.235
    assert (found["machine"], found["versions"]) == (HEAD["machine"], HEAD["versions"])
    assert [path.name for path in file.parent.iterdir()] == ["results.json"]


@pytest.mark.parametrize(("part", "name"), [("machine", "cores"), ("versions", "terraform")])
def test_results_of_another_place_are_not_mixed(tmp_path: Path, part: str, name: str) -> None:
    file = tmp_path / "results.json"
    bench.save(file, {**HEAD, "scenarios": {}})
    with pytest.raises(bench.OtherResults, match=rf"another {part} \({name}\)"):
        bench.load(file, {**HEAD, part: {**HEAD[part], name: "other"}})


def test_a_run_without_terraform_keeps_its_version(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    bench.save(file, {**HEAD, "scenarios": {}})
    assert bench.load(file, {**HEAD, "versions": {"python": "3"}})["versions"] == {"python": "3", "terraform": "1"}


def test_machine_has_no_name() -> None:
    assert set(bench.machine()) == {"cpu", "cores", "memory_gib"}


def test_versions_are_numbers() -> None:
    found = bench.versions(["ansible"])
    assert set(found) == {"python", "ansible-core", "amazon.aws", "iot.sensor_stack", "ministack"}
    assert all(version[0].isdigit() for version in found.values())


# Terraform that is not there


def test_no_terraform_is_told_on_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(peers.MIRROR, str(tmp_path))
    assert list(bench.available(["ansible", "terraform", "plain"])) == ["ansible", "plain"]
    assert capsys.readouterr().out == "Terraform is not measured: there is no terraform on the PATH.\n"


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        (None, "TERRAFORM_PLUGIN_MIRROR does not name a folder with its providers"),
        ("empty", "TERRAFORM_PLUGIN_MIRROR names a folder without registry.terraform.io/hashicorp/aws"),
    ],
)
def test_no_providers_are_told_on_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    mirror: str | None,
    reason: str,
) -> None:
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\n")
    terraform.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(peers.MIRROR, raising=False)
    if mirror:
        monkeypatch.setenv(peers.MIRROR, str(tmp_path / mirror))
    assert list(bench.available(["terraform"])) == []
    assert capsys.readouterr().out == f"Terraform is not measured: {reason}.\n"


def test_terraform_is_measured_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\n")
    terraform.chmod(0o755)
    (tmp_path / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(peers.MIRROR, str(tmp_path))
    assert list(bench.available(["terraform"])) == ["terraform"]


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--tools", "ansible,pulumi"]])
def test_unknown_names_are_refused_with_those_that_are_known(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        bench.parser().parse_args(arguments)
    error = capsys.readouterr().err
    assert "is none of" in error and ("stacks-50" in error or "terraform" in error)
