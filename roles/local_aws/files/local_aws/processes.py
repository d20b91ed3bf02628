# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Processes that go on after their starter has ended, each known by a PID file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class ServerError(Exception):
    """A server that cannot be started, stopped or spoken to; the message is one sentence for the user."""


class Process:
    """One process: how it is started, where its PID and its log are kept.

    :arg marker: the argument of the command that no other program's command has: the path of its folder or file
    :arg runs_as: what the command is prefixed with, such as ``unshare -U``, and which replaces itself by the command
    """

    def __init__(self, name: str, folder: Path, command: list[str], marker: Path, runs_as: Sequence[str] = ()) -> None:
        self.name = name
        self.folder = folder
        self.command = command
        self.marker = str(marker)
        self.runs_as = runs_as
        self.log = folder / f"{name}.log"
        self.pid_file = folder / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None

    def pid(self) -> int | None:
        """The PID of the running process. A PID that another program was given since is not it."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if self.marker in command_of(pid) else None

    def is_as_wanted(self) -> bool:
        """Whether it runs, and with this command."""
        pid = self.pid()
        return pid is not None and command_of(pid) == self.command

    def start(self, cwd: Path) -> None:
        """Start it in the background, apart from the terminal, with a small environment: none of AWS's credentials."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
            self._child = subprocess.Popen(
                [*self.runs_as, *self.command],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{self._child.pid}\n")

    def exited(self) -> bool:
        """Whether the process that this object started has ended."""
        return self._child is not None and self._child.poll() is not None

    def failure(self, what: str) -> ServerError:
        """The error that says what went wrong, with the end of the log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return ServerError(f"{what}; the last lines of {self.log}: {' | '.join(lines[-5:]) or '(empty)'}")

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
        """End it, by force when it has not ended in time."""
        for last, one in enumerate((how, signal.SIGKILL)):
            end = time.monotonic() + (5 if last else seconds)
            while (pid := self.pid()) is not None and time.monotonic() < end:
                try:
                    os.kill(pid, one)
                except ProcessLookupError:
                    break
                self._gone(pid, end)
        if self.pid() is not None:
            raise ServerError(f"{self.name} (PID {self.pid()}) does not end")
        self.exited()  # collects a child's exit status
        self.pid_file.unlink(missing_ok=True)

    def _gone(self, pid: int, end: float) -> None:
        while self.pid() == pid and time.monotonic() < end:
            time.sleep(0.02)


def command_of(pid: int) -> list[str]:
    """The command line of a process; empty when there is none, or it has ended."""
    try:
        return [os.fsdecode(part) for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        return []


def require_free_port(port: int, option: str) -> None:
    """Fail when something listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerError(
                f"Port {port} of 127.0.0.1 is not free ({error.strerror}): stop what holds it, or choose another with {option}"
            ) from error


def wait_until(ready: Callable[[], object], process: Process, seconds: float = 30) -> None:
    """Wait until a check passes that raises OSError before; fail as soon as the process ends."""
    end = time.monotonic() + seconds
    while True:
        try:
            ready()
            return
        except OSError as error:
            if process.exited():
                raise process.failure(f"{process.name} ended at its start") from error
            if time.monotonic() > end:
                raise process.failure(
                    f"{process.name} did not answer within {seconds:.0f} seconds ({error})"
                ) from error
        time.sleep(0.05)
