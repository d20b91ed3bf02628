# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What every worker of a run would load on its own, loaded once before they are forked; see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
type: aggregate
short_description: Load what each task's worker process would load again
version_added: 0.2.0
description:
  - Ansible forks a process for each task and host. This loads Ansible's filters and tests and the connection
    P(iot.sensor_stack.warm#connection) once, at the start of a run, so that they need not.
  - A template, such as a variable of a role, is compiled once a run, not in each worker that needs it. That is on
    Linux only, and kept in memory only.
  - If the first host has that connection and an interpreter of its own word, the connection's server is started at once, with what
    modules of earlier runs needed, so that it has loaded that when the first module comes.
  - It prints nothing and changes no result.
requirements:
  - to be listed in C(callbacks_enabled)
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

import gc
import os
from typing import Any

from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.playbook.play_context import PlayContext
from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import action_loader, connection_loader, shell_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.templates import Templates, is_supported

CONNECTION = "iot.sensor_stack.warm"
KIND = "ansible_connection"
INTERPRETER = "ansible_python_interpreter"
PROFILE = "legacy"  # of the JSON that modules get and return


class CallbackModule(CallbackBase):
    """Ansible calls it in the process that all workers are forked from."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "iot.sensor_stack.warm"
    CALLBACK_NEEDS_ENABLED = True

    _looked = False
    _templates: Templates | None = None

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Load before the first fork."""
        if is_supported():
            self._templates = Templates()
            self._templates.install()
        # The first filter, and the first test, load all that come with Ansible.
        Templar().template(trust_as_template("{{ '' | trim is defined }}"))
        connection_loader.get(CONNECTION, class_only=True)
        shell_loader.get("sh", class_only=True)
        action_loader.get("ansible.builtin.normal", class_only=True)
        for direction in Direction:
            get_module_encoder(PROFILE, direction)
            get_module_decoder(PROFILE, direction)
        gc.freeze()  # what is loaded stays: the workers' collections need not look at it, and copy it

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Give the task's workers what those before them have compiled."""
        if self._templates:
            self._templates.learn()

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Start the server for the first host while its first task does something else."""
        if self._looked:
            return
        self._looked = True
        known = task.get_variable_manager().get_vars(host=host, include_hostvars=False)
        names = [name for name in known if name.startswith("ansible_warm_") or name in (KIND, INTERPRETER)]
        variables = {name: Templar(variables=known).template(known[name]) for name in names}
        interpreter = str(variables.get(INTERPRETER, ""))
        if variables.get(KIND, task.connection) == CONNECTION and os.path.isabs(interpreter) and not task.become:
            connection = connection_loader.get(CONNECTION, PlayContext())
            connection.set_options(var_options=variables)
            connection.cwd = task.get_loader().get_basedir()  # as Ansible does for a task
            connection.start(interpreter)
