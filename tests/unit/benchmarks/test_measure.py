"""A job's usage is that of all its processes, and of no others."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from measure import CommandFailed, Job, Usage, measure
from processing import wait_for

BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
MIB = 1024 * 1024
HOLD = f"import time; held = bytearray(b'x') * (100 * {MIB}); time.sleep(1.2)"


def run(folder: Path, *programs: str, **environment: str) -> Usage:
    """Measure Python programs, one after the other."""
    commands = [[sys.executable, "-c", program] for program in programs]
    return measure(Job(commands, {**os.environ, **environment}, str(folder), str(folder / "log")))


def spawn(program: str, *, wait: bool) -> str:
    """A program that starts another one in a session of its own, and waits for it or leaves it alone."""
    return (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {program!r}], start_new_session=True)\n"
        f"{'child.wait()' if wait else ''}\n"
    )


def test_cpu_of_a_child(tmp_path: Path) -> None:
    usage = run(tmp_path, BURN.format(seconds=0.5))
    assert usage.cpu_s >= 0.5
    assert usage.wall_s >= 0.5


def test_cpu_of_several_commands_and_of_a_grandchild(tmp_path: Path) -> None:
    burn = BURN.format(seconds=0.4)
    assert run(tmp_path, burn, spawn(burn, wait=True)).cpu_s >= 0.8


def test_grandchild_that_outlives_its_parent_counts_as_cpu_and_not_as_time(tmp_path: Path) -> None:
    done = tmp_path / "done"
    program = f"{BURN.format(seconds=0.5)}time.sleep(2)\nopen({str(done)!r}, 'w').write(str(time.time()))\n"
    start = time.time()
    usage = run(tmp_path, spawn(program, wait=False))
    assert usage.cpu_s >= 0.5
    assert start + usage.wall_s < float(done.read_text())


def test_cpu_of_this_process_does_not_count(tmp_path: Path) -> None:
    while time.process_time() < 2:
        pass
    assert run(tmp_path, "pass").cpu_s < time.process_time()


def test_memory_is_the_most_at_one_moment(tmp_path: Path) -> None:
    usage = run(tmp_path, HOLD, HOLD)
    assert 100 <= usage.memory_mib < 200


def test_memory_of_all_processes_is_added(tmp_path: Path) -> None:
    program = (
        f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {HOLD!r}])\n{HOLD}\nchild.wait()"
    )
    usage = run(tmp_path, program)
    assert usage.memory_mib >= 200


def test_memory_that_processes_share_counts_once(tmp_path: Path) -> None:
    program = f"import os, time\nheld = bytearray(b'x') * (100 * {MIB})\nos.fork()\ntime.sleep(1.2)\n"
    usage = run(tmp_path, program)
    assert 100 <= usage.memory_mib < 180


def test_environment_folder_and_log_are_the_jobs(tmp_path: Path) -> None:
    run(tmp_path, "import os; print(os.getcwd(), os.environ['WORD'])", WORD="hello")
    assert (tmp_path / "log").read_text() == f"{tmp_path} hello\n"


def test_failed_command_stops_the_job_and_shows_its_output(tmp_path: Path) -> None:
    later = tmp_path / "later"
    with pytest.raises(CommandFailed, match=r"(?s)ended with code 3.*on the way"):
        run(tmp_path, "print('on the way'); raise SystemExit(3)", f"open({str(later)!r}, 'w')")
    assert not later.exists()


def test_failed_job_leaves_no_process_behind(tmp_path: Path) -> None:
    identity = tmp_path / "pid"
    partial = tmp_path / "partial"
    sleeper = (
        f"import os, time\nopen({str(partial)!r}, 'w').write(str(os.getpid()))\n"
        f"os.replace({str(partial)!r}, {str(identity)!r})\ntime.sleep(600)"
    )
    waits = f"\nimport os, time\nwhile not os.path.exists({str(identity)!r}): time.sleep(0.01)\nraise SystemExit(3)"
    with pytest.raises(CommandFailed):
        run(tmp_path, spawn(sleeper, wait=False) + waits)
    # Killed, but the system may take a moment to end it.
    assert wait_for(lambda: not running(int(identity.read_text())), 10)


def running(pid: int) -> bool:
    """Whether a process runs; one that is dead and not reaped yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
