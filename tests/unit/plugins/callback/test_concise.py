"""The output of plays that are reports, and of all others."""

from __future__ import annotations

from pathlib import Path

import pytest
from plays import Play

TASKS = [
    {"name": "Look", "ansible.builtin.stat": {"path": "/"}},
    {"name": "Skip", "ansible.builtin.stat": {"path": "/"}, "when": False},
    {"name": "Say", "ansible.builtin.debug": {"msg": "first line\nsecond line\n"}},
]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A folder for plays."""
    return Play(tmp_path)


def test_messages_as_plain_text_and_nothing_else(play: Play) -> None:
    done = play.run([*TASKS, play.copy("new", "x")], vars={"stack_concise": True})

    assert done.stdout == "first line\nsecond line\n" and done.returncode == 0


def test_failures_are_shown(play: Play) -> None:
    fail = {"name": "Verify", "ansible.builtin.fail": {"msg": "this is wrong"}}
    done = play.run([fail], vars={"stack_concise": True})

    assert done.returncode == 2 and "this is wrong" in done.stdout + done.stderr


def test_verbose_shows_all(play: Play) -> None:
    done = play.run(TASKS, "-v", vars={"stack_concise": True})

    assert "TASK [Look]" in done.stdout and "PLAY RECAP" in done.stdout


def test_other_plays_are_as_ever(play: Play) -> None:
    done = play.run(TASKS)

    assert "TASK [Look]" in done.stdout and "skipping: [localhost]" in done.stdout and "PLAY RECAP" in done.stdout
