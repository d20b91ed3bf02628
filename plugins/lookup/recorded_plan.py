# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lookup recorded_plan."""

from __future__ import annotations

DOCUMENTATION = r"""
name: recorded_plan
version_added: 0.2.0
short_description: What this run's tasks in check mode would change
description:
  - What the tasks of this host that ran in check mode would have changed so far, for tasks that come after them in the same run.
  - It is collected by the callback P(iot.sensor_stack.plan#callback), which must be listed in C(callbacks_enabled).
  - Secret values are not in it.
options:
  _terms:
    description: Nothing.
    type: list
    elements: str
    default: []
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Show which resources a deploy would change
  ansible.builtin.debug:
    msg: "{{ lookup('iot.sensor_stack.recorded_plan').changes | map(attribute='resource') }}"
"""

RETURN = r"""
_raw:
  description:
    - C(recorded), whether the plan was collected; C(changes), each with C(tier), C(resource), C(action), C(fields) with C(before)
      and C(after), C(interrupts) and C(refused); C(errors), the messages of the tasks that failed; and C(summary), how many
      resources each action has.
  type: list
  elements: dict
  sample:
    - recorded: true
      changes: []
      errors: []
      summary: {create: 0, change: 0, replace: 0, remove: 0}
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.recorded import recorded_plan

NOTHING: dict[str, Any] = {"changes": [], "errors": [], "summary": {}}


class LookupModule(LookupBase):
    """The plan of the host that the task runs for."""

    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        """One dict."""
        plan = recorded_plan(variables["inventory_hostname"])
        return [{"recorded": plan is not None, **(plan or NOTHING)}]
