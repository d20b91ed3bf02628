"""The callbacks plan and concise around plays on this machine, without AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plays import Play

PLAN = {"vars": {"stack_plan": True, "stack_concise": True}, "check_mode": True}


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A folder for plays."""
    return Play(tmp_path)


def test_changes_end_with_2(play: Play) -> None:
    (play.folder / "old").write_text("before\n")
    done = play.run([play.copy("new", "x\n"), play.copy("old", "after\n")], "--diff", **PLAN)

    assert done.returncode == 2, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == ["Stack localhost", "  playbook", "    + create file new"]
    assert "    ~ change file old" in lines and "        content: before -> after" in lines
    assert lines[-1] == "Plan: 1 to create, 1 to change, 0 to remove"
    assert play.document["summary"] == {"create": 1, "change": 1, "replace": 0, "remove": 0}
    assert not (play.folder / "new").exists()


def test_nothing_to_do_ends_with_0(play: Play) -> None:
    done = play.run([{"name": "Look", "ansible.builtin.stat": {"path": "/"}}], **PLAN)

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "Plan: 0 to create, 0 to change, 0 to remove"
    assert play.document["stacks"] == {
        "localhost": {"changes": [], "errors": [], "summary": {"create": 0, "change": 0, "replace": 0, "remove": 0}}
    }


def test_errors_end_with_1_and_are_shown(play: Play) -> None:
    fail = {"name": "Verify", "ansible.builtin.fail": {"msg": "this is wrong"}}
    done = play.run([play.copy("new", "x"), fail, play.copy("later", "x")], **PLAN)

    assert done.returncode == 1 and "this is wrong" in done.stdout + done.stderr
    assert "Incomplete" in done.stdout and play.document["stacks"]["localhost"]["errors"] == ["this is wrong"]
    assert [change["resource"] for change in play.document["stacks"]["localhost"]["changes"]] == ["file new"]


LOOK = {
    "name": "Look",
    "check_mode": False,
    "ansible.builtin.debug": {"msg": "{{ lookup('iot.sensor_stack.recorded_plan') | to_json }}"},
}


def looked(output: str) -> dict[str, Any]:
    """What the task Look has shown."""
    (line,) = [line for line in output.splitlines() if line.startswith("{")]
    return json.loads(line)


def test_later_tasks_find_the_plan_and_a_quiet_play_neither_shows_nor_writes_it(play: Play) -> None:
    fail = {"name": "Verify", "ansible.builtin.fail": {"msg": "this is wrong"}}
    block = {"block": [play.copy("new", "x\n"), fail], "rescue": [{"ansible.builtin.meta": "noop"}], "check_mode": True}
    done = play.run([block, LOOK], "--diff", vars={"stack_plan_quiet": True, "stack_concise": True})
    plan = looked(done.stdout)

    assert done.returncode == 0 and plan["recorded"] is True and plan["errors"] == ["this is wrong"]
    assert [(one["resource"], one["action"]) for one in plan["changes"]] == [("file new", "create")]
    assert plan["summary"] == {"create": 1, "change": 0, "replace": 0, "remove": 0}
    assert "Plan:" not in done.stdout and not (play.folder / "outputs").exists()


def test_a_plan_with_nothing_in_it_is_recorded_too(play: Play) -> None:
    plan = looked(play.run([LOOK], vars={"stack_concise": True}).stdout)

    assert (plan["recorded"], plan["changes"], plan["errors"]) == (True, [], [])


def test_ignored_errors_are_none(play: Play) -> None:
    fail = {"name": "Verify", "ansible.builtin.fail": {"msg": "never mind"}, "ignore_errors": True}

    assert play.run([fail], **PLAN).returncode == 0


def test_items_of_a_loop_are_resources(play: Play) -> None:
    task = {**play.copy("{{ item }}", "x"), "name": "Ensure the files", "loop": ["a", "b"]}
    play.run([task], **PLAN)

    assert [change["resource"] for change in play.document["stacks"]["localhost"]["changes"]] == ["files a", "files b"]


def test_tasks_that_run_in_spite_of_check_mode_are_not_planned(play: Play) -> None:
    task = {**play.copy("really", "x"), "check_mode": False}

    assert play.run([task], **PLAN).returncode == 0 and (play.folder / "really").exists()


def test_hidden_results_stay_hidden(play: Play) -> None:
    task = {**play.copy("secret", "hush-hush"), "no_log": True}
    done = play.run([task], "--diff", **PLAN)

    assert done.returncode == 2 and "hush-hush" not in done.stdout + done.stderr + json.dumps(play.document)


def test_check_mode_of_any_play_gets_a_summary_and_its_usual_exit_code(play: Play) -> None:
    done = play.run([play.copy("new", "x")], "--check")

    assert done.returncode == 0 and "PLAY RECAP" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Plan: ")


def test_a_run_that_is_no_plan_prints_none(play: Play) -> None:
    done = play.run([play.copy("new", "x")])

    assert done.returncode == 0 and "Plan:" not in done.stdout and not (play.folder / "outputs").exists()


def test_a_file_that_cannot_be_written_is_a_warning(play: Play) -> None:
    (play.folder / "outputs").write_text("a file in the way")
    done = play.run([play.copy("new", "x")], **PLAN)

    assert done.returncode == 2 and "could not be written to outputs/plan.json" in done.stdout + done.stderr
