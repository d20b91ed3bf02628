# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Ansible's default output, and just the essence of plays that ask for it; see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: concise
type: stdout
short_description: Ansible's default output, without the task noise of plays that are reports
version_added: 0.2.0
description:
  - Shows plays as P(ansible.builtin.default#callback) does.
  - Of a play with the variable C(stack_concise=true), such as those of a plan or a status, it shows the messages of
    M(ansible.builtin.debug) as plain text, warnings and failures, and nothing else. With C(-v) it shows all.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - to be set as C(stdout_callback)
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

from typing import Any

from ansible.plugins.callback.default import CallbackModule as DefaultCallback

DEBUG = ("ansible.builtin.debug", "debug")


class CallbackModule(DefaultCallback):
    """The default output; each method is silent in a concise play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "iot.sensor_stack.concise"

    _concise = False

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Learn whether this play is concise."""
        self._concise = bool(play.get_vars().get("stack_concise")) and self._display.verbosity == 0
        if not self._concise:
            super().v2_playbook_on_play_start(play)
            return
        self._play = play
        # Without these, the default output prints a banner only above something it shows.
        self.set_option("display_ok_hosts", False)
        self.set_option("display_skipped_hosts", False)

    def v2_runner_on_ok(self, result: Any) -> None:
        """In a concise play, show messages and warnings."""
        if not self._concise:
            super().v2_runner_on_ok(result)
            return
        self._handle_warnings_and_exception(result)
        if result.task.action in DEBUG:
            self._display.display(str(result.result.get("msg", "")).rstrip())

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Silent in a concise play."""
        if not self._concise:
            super().v2_runner_item_on_ok(result)

    def v2_on_file_diff(self, result: Any) -> None:
        """Silent in a concise play."""
        if not self._concise:
            super().v2_on_file_diff(result)

    def v2_runner_retry(self, result: Any) -> None:
        """Silent in a concise play."""
        if not self._concise:
            super().v2_runner_retry(result)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """Silent in a concise play."""
        if not self._concise:
            super().v2_playbook_on_include(included_file)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Silent in a concise play."""
        if not self._concise:
            super().v2_playbook_on_stats(stats)
