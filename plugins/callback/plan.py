# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Print and write what a run in check mode would change; see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
type: aggregate
short_description: One readable plan at the end of a run in check mode
version_added: 0.2.0
description:
  - Collects what the tasks of a run in check mode would change, and prints it at the end by stack, tier and resource, with the
    fields that differ, and what interrupts service. The last line has the totals.
  - Works for every task of every play. Modules of this collection name the resource and all its fields; of other modules it
    shows the task's name, and the fields of the diff where they return one (some need C(--diff) for that).
  - Writes the same as JSON.
  - In a play with the variable C(stack_plan=true), as in the playbook C(plan.yml), the exit code of ansible-playbook is 0
    when there is nothing to do, 2 when something would change, and 1 after an error.
  - In a play with the variable C(stack_plan_quiet=true), as in the playbook C(report.yml), the plan is neither shown nor written;
    tasks find it by the lookup P(iot.sensor_stack.recorded_plan#lookup), as they do in any run.
  - List it last in C(callbacks_enabled), since with C(stack_plan=true) it ends the run.
options:
  plan_file:
    description:
      - Where the plan is written as JSON; relative to the folder of the run. Empty for no file.
    type: str
    default: outputs/plan.json
    env:
      - name: IOT_SENSOR_STACK_PLAN_FILE
    ini:
      - section: callback_plan
        key: plan_file
  deploy_file:
    description:
      - Where a run without check mode writes what it changed, in the same form. Empty for no file.
    type: str
    default: ""
    env:
      - name: IOT_SENSOR_STACK_DEPLOY_FILE
    ini:
      - section: callback_plan
        key: deploy_file
requirements:
  - to be listed in C(callbacks_enabled)
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

from collections import defaultdict
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.document import plan_document, write_document
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import HostPlan
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.recorded import record
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.results import read_result
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.text import plan_lines

# Files and processes of the controller: not part of a stack on AWS.
OWN_ROLES = ("iot.sensor_stack.local_aws", "iot.sensor_stack.stack")
NOTHING = 0
ERROR = 1
CHANGES = 2


class CallbackModule(CallbackBase):
    """Collects results, and shows the plan when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "iot.sensor_stack.plan"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._plans: dict[str, HostPlan] = defaultdict(HostPlan)  # what tasks in check mode would do
        self._deployed: dict[str, HostPlan] = defaultdict(HostPlan)  # what the others did
        self._ends_run = False
        self._quiet = False
        record(self._plans)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Learn whether this play is a plan, and whether another one is to show."""
        self._ends_run = self._ends_run or bool(play.get_vars().get("stack_plan"))
        self._quiet = bool(play.get_vars().get("stack_plan_quiet"))

    def v2_runner_on_ok(self, result: Any) -> None:
        """Collect a task; the items of a loop have come one by one."""
        if not (result.task.loop and "results" in result.result):
            self._collect(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Collect an item of a loop."""
        self._collect(result, self._get_item_label(result.result))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Collect an error, and what was refused with it."""
        if not ignore_errors:
            self._collect(result)
            self._target(result).errors.append(str(result.result.get("msg", "failed")))

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Collect what was refused."""
        self._collect(result, self._get_item_label(result.result))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Collect an error."""
        self._target(result).errors.append(str(result.result.get("msg", "unreachable")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Show the plan, write it, and end a plan with its exit code."""
        if self._quiet:
            return
        planned = {host: self._plans[host] for host in sorted(stats.processed) if self._ends_run or host in self._plans}
        if planned:
            for line, colour in plan_lines(planned, show_created=self._display.verbosity > 0):
                self._display.display(line, color=colour)
            self._write("plan_file", planned, "plan")
        else:
            self._write("deploy_file", {host: self._deployed[host] for host in sorted(stats.processed)}, "deploy")
        if self._ends_run:
            raise SystemExit(exit_code(planned, bool(stats.failures or stats.dark)))

    def _collect(self, result: Any, item: str | None = None) -> None:
        role = result.task._role.get_name() if result.task._role else ""
        if role not in OWN_ROLES:
            tier = role.rsplit(".", 1)[-1] or "playbook"
            task = result.task.get_name().removeprefix(f"{role} : ")
            for change in read_result(result.result, tier, task, item, failed=result.is_failed()):
                self._target(result).add(change)

    def _target(self, result: Any) -> HostPlan:
        return (self._plans if result.task.check_mode else self._deployed)[result.host.get_name()]

    def _write(self, option: str, plans: dict[str, HostPlan], mode: str) -> None:
        path = self.get_option(option)
        if path:
            try:
                write_document(path, plan_document(plans, mode))
            except OSError as error:
                self._display.warning(f"The {mode} could not be written to {path}: {error}")


def exit_code(plans: dict[str, HostPlan], failed: bool) -> int:
    """0 for nothing to do, 2 for changes, 1 for errors."""
    if failed:
        return ERROR
    return CHANGES if any(plan.changes for plan in plans.values()) else NOTHING
