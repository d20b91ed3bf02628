"""progress: what is shown of a wait, and when."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import PROGRESS_FILE, report
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.progress import (
    CLEAR_LINE,
    ProgressReader,
    Waits,
    duration,
    pause,
)


def line(state: str, resource: str = "database cluster x") -> str:
    """What a module writes."""
    return json.dumps({"resource": resource, "state": state})


def test_a_state_is_shown_at_once_then_every_few_seconds() -> None:
    waits = Waits("dev")
    shown = [waits.see(line("creating"), float(now)) for now in range(12)]

    assert [bool(text) for text in shown] == [True, *[False] * 4, True, *[False] * 4, True, False]
    assert shown[0] == "waiting: [dev] database cluster x is creating (0 s)"
    assert shown[10] == "waiting: [dev] database cluster x is creating (10 s)"


def test_a_new_state_is_shown_at_once() -> None:
    waits = Waits("dev")
    waits.see(line("creating"), 0)

    assert waits.see(line("backing-up"), 1) == "waiting: [dev] database cluster x is backing-up (1 s)"


def test_each_resource_has_a_time_of_its_own() -> None:
    waits = Waits("dev")
    waits.see(line("creating"), 0)

    assert (
        waits.see(line("creating", "replication group y"), 90) == "waiting: [dev] replication group y is creating (0 s)"
    )
    assert waits.current(100) == "waiting: [dev] replication group y is creating (10 s)"


@pytest.mark.parametrize(("elapsed", "seconds"), [(0, 5), (60, 5), (120, 10), (3600, 15)])
def test_pause(elapsed: float, seconds: float) -> None:
    assert pause(elapsed) == seconds


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (125, "2 min 5 s"), (3600, "60 min 0 s")])
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def read(path: Path, in_place: bool) -> list[tuple[str, dict[str, Any]]]:
    """What a reader shows of a module's reports."""
    shown: list[tuple[str, dict[str, Any]]] = []
    with path.open() as file:
        reader = ProgressReader(file, Waits("dev"), lambda text, **how: shown.append((text, how)), in_place)
        reader.start()
        report("replication group r", "creating")
        report("replication group r", "modifying")
        while len(shown) < (1 if in_place else 2):
            assert reader.is_alive()
        reader.stop()
    return shown


def test_reports_reach_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress"
    path.touch()
    monkeypatch.setenv(PROGRESS_FILE, str(path))

    assert [text.rsplit(" (", 1)[0] for text, how in read(path, in_place=False) if how["stderr"]] == [
        "waiting: [dev] replication group r is creating",
        "waiting: [dev] replication group r is modifying",
    ]


def test_on_a_terminal_one_line_is_kept_and_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress"
    path.touch()
    monkeypatch.setenv(PROGRESS_FILE, str(path))
    shown = read(path, in_place=True)

    assert all(text.startswith(CLEAR_LINE) and not how["newline"] for text, how in shown)
    assert "is modifying" in shown[-2][0] and shown[-1][0] == CLEAR_LINE


def test_without_a_file_nothing_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRESS_FILE, str(tmp_path / "gone"))
    report("replication group r", "creating")
    monkeypatch.delenv(PROGRESS_FILE)
    report("replication group r", "creating")

    assert list(tmp_path.iterdir()) == []


def test_lines_of_several_threads_stay_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress"
    path.touch()
    monkeypatch.setenv(PROGRESS_FILE, str(path))
    names = [f"function iot-{number}-{'x' * 1000}" for number in range(400)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: report(name, "Pending"), names))

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(line["resource"] for line in lines) == sorted(names)
