# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Show what a module waits for while it waits, in place of silence.

The module writes the states it sees to a file (``module_utils/core/progress.py``). The base class of its action plugin reads
that file in a thread, and shows each wait on stderr: on one line that is kept up to date where the run has a terminal and one
stack, and as plain lines elsewhere, as in AWX or with several stacks at a time.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import PROGRESS_FILE

# Looked at here, since Ansible loads action plugins before it forks: its workers have no terminal.
TERMINAL = sys.stderr.isatty()
COLUMNS = shutil.get_terminal_size().columns

LOOK_SECONDS = 0.5
CLEAR_LINE = "\r\033[K"


@dataclass
class Wait:
    """One resource that is waited for: its state, and when (monotonic seconds) it was first seen and last shown."""

    state: str
    since: float
    shown: float | None = None


class Waits:
    """All that a module waits for, as text; no input or output."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._waits: dict[str, Wait] = {}
        self._last: str | None = None

    def see(self, line: str, now: float) -> str | None:
        """Take in a line of the module's file; the text to show, or None when it was shown a moment ago.

        :arg now: monotonic seconds
        """
        seen = json.loads(line)
        resource, state = seen["resource"], seen["state"]
        wait = self._waits.setdefault(resource, Wait(state, now))
        changed, wait.state, self._last = wait.state != state, state, resource
        if wait.shown is None or changed or now - wait.shown >= pause(now - wait.since):
            wait.shown = now
            return self._text(resource, now)
        return None

    def current(self, now: float) -> str | None:
        """What is waited for at this moment."""
        return self._text(self._last, now) if self._last else None

    def _text(self, resource: str, now: float) -> str:
        wait = self._waits[resource]
        return f"waiting: [{self._host}] {resource} is {wait.state} ({duration(now - wait.since)})"


def pause(elapsed: float) -> float:
    """The seconds between two plain lines about the same state: 5 in the first minute, later up to 15."""
    return min(15.0, max(5.0, elapsed / 12))


def duration(seconds: float) -> str:
    """Seconds as text, such as ``35 s`` and ``2 min 5 s``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class ProgressReader(threading.Thread):
    """Reads the module's file until it is stopped, and shows what it says."""

    def __init__(self, file: TextIO, waits: Waits, show: Callable[..., None], in_place: bool) -> None:
        """:arg show: Display.display; in_place: whether to keep one line up to date"""
        super().__init__(daemon=True)
        self._file, self._waits, self._show, self._in_place = file, waits, show, in_place
        self._stopped = threading.Event()
        self._partial = ""
        self._drawn = False

    def run(self) -> None:
        """Look twice a second."""
        while not self._stopped.wait(LOOK_SECONDS):
            self._look()

    def stop(self) -> None:
        """End the thread, and clear the line where one was drawn."""
        self._stopped.set()
        self.join()
        if self._drawn:
            self._show(CLEAR_LINE, stderr=True, screen_only=True, newline=False)

    def _look(self) -> None:
        now = time.monotonic()
        *lines, self._partial = (self._partial + self._file.read()).split("\n")
        texts = [text for line in lines if (text := self._waits.see(line, now))]
        if not self._in_place:
            for text in texts:
                self._show(text, stderr=True)
        elif current := self._waits.current(now):
            self._drawn = True
            self._show(CLEAR_LINE + current[: COLUMNS - 1], stderr=True, screen_only=True, newline=False)


class ProgressAction(NormalAction):
    """Runs the module of its name as Ansible does, and shows what it waits for."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the module a file for its progress, and read it until the module ends."""
        known = task_vars or {}
        with tempfile.NamedTemporaryFile(prefix="progress-") as made, open(made.name, encoding="utf-8") as file:
            self._task.environment = [*(self._task.environment or []), {PROGRESS_FILE: made.name}]
            in_place = TERMINAL and len(known.get("ansible_play_batch", [])) == 1
            waits = Waits(str(known.get("inventory_hostname", "")))
            reader = ProgressReader(file, waits, self._display.display, in_place)
            reader.start()
            try:
                return super().run(tmp, task_vars)
            finally:
                reader.stop()
