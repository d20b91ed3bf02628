"""Run commands and measure what they took, with all the processes they started.

Run as a program, it takes a ``Job`` as JSON on stdin, and writes a ``Usage`` as JSON to stdout: the commands get a parent of
their own, so that nothing else counts. That parent is a subreaper (Linux): processes that leave their own parent become its
children, and count as well.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.2
# How long a process may outlive the last command.
LINGER_SECONDS = 60
MIB = 1024 * 1024


class CommandFailed(Exception):
    """A measured command ended with another code than 0; says which, and the end of its output."""


@dataclass(frozen=True)
class Job:
    """Commands to be run one after the other, with their environment, working directory, and a file for their output."""

    commands: list[list[str]]
    environment: dict[str, str]
    folder: str
    log: str


@dataclass(frozen=True)
class Usage:
    """What a job took.

    :param wall_s: seconds from the start of the first command to the end of the last
    :param cpu_s: seconds of CPU, user and system, of all processes, also those that ended after their command
    :param memory_mib: the most memory of all processes together at one moment, in MiB. What processes share counts once (PSS).
    """

    wall_s: float
    cpu_s: float
    memory_mib: float


def measure(job: Job) -> Usage:
    """Run a job under a parent of its own; raises CommandFailed."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(asdict(job)), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        log = Path(job.log)
        output = log.read_text(errors="replace")[-4000:] if log.exists() else ""
        raise CommandFailed(f"{done.stderr.strip()}\n{output}")
    return Usage(**json.loads(done.stdout))


def run(job: Job) -> Usage:
    """Run a job as children of this process, which must have no others; leaves none behind, also when it fails."""
    _become_subreaper()
    sampler = MemorySampler()
    sampler.start()
    try:
        with open(job.log, "w", encoding="utf-8") as log:
            start = time.monotonic()
            for command in job.commands:
                code = subprocess.call(
                    command, cwd=job.folder, env=job.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
                if code != 0:
                    raise CommandFailed(f"{command[0]} ended with code {code}")
            wall = time.monotonic() - start
        _wait_for_all_children()
    finally:
        sampler.stop()
        for child in psutil.Process().children(recursive=True):
            child.kill()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Usage(wall, used.ru_utime + used.ru_stime, sampler.peak / MIB)


def _become_subreaper() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _wait_for_all_children() -> None:
    end = time.monotonic() + LINGER_SECONDS
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
        except ChildProcessError:
            return
    raise CommandFailed(f"processes are left {LINGER_SECONDS} seconds after the last command")


class MemorySampler(threading.Thread):
    """Looks at the memory of all processes below this one at intervals.

    ``peak`` is the greatest sum found, in bytes.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._end = threading.Event()

    def run(self) -> None:
        parent = psutil.Process()
        while True:
            self.peak = max(self.peak, sum(memory(child) for child in parent.children(recursive=True)))
            if self._end.wait(SAMPLE_SECONDS):
                return

    def stop(self) -> None:
        """End the thread."""
        self._end.set()
        self.join()


def memory(process: psutil.Process) -> int:
    """A process's memory in bytes, where each page counts in part with all that share it; 0 if it has ended."""
    try:
        return process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(run(Job(**json.load(sys.stdin))))))
    except CommandFailed as failure:
        sys.exit(str(failure))
