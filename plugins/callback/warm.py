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
  - It prints nothing and changes no result.
requirements:
  - to be listed in C(callbacks_enabled)
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

import gc
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import action_loader, connection_loader, shell_loader
from ansible.template import Templar, trust_as_template

CONNECTION = "iot.sensor_stack.warm"


class CallbackModule(CallbackBase):
    """Ansible calls it in the process that all workers are forked from."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "iot.sensor_stack.warm"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Load before the first fork."""
        # The first filter, and the first test, load all that come with Ansible.
        Templar().template(trust_as_template("{{ '' | trim is defined }}"))
        for loader, name in (
            (connection_loader, CONNECTION),
            (shell_loader, "sh"),
            (action_loader, "ansible.builtin.normal"),
        ):
            loader.get(name, class_only=True)
        gc.freeze()
