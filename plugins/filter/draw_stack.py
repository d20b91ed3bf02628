# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter draw_stack."""

from __future__ import annotations

DOCUMENTATION = r"""
name: draw_stack
version_added: 0.2.0
short_description: Draw a live stack as SVG
description:
  - A picture of a stack from the facts of M(iot.sensor_stack.stack_info), read with
    O(iot.sensor_stack.stack_info#module:details=true).
  - It is for a page that has it inline, and that has the colours and fonts of its classes. Everything in it is escaped.
  - Empty where there is nothing to draw.
positional: what
options:
  _input:
    description: The facts by tier, RV(iot.sensor_stack.stack_info#module:stack).
    type: dict
    required: true
  what:
    description:
      - V(places) for what there is, by zone and subnet, and the way of the readings through it.
      - V(traffic) for the security groups, with an arrow for each of their rules.
    type: str
    choices: [places, traffic]
    required: true
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Write a page with a picture of the stack
  ansible.builtin.copy:
    content: "<!DOCTYPE html><title>iot-dev</title>{{ live.stack | iot.sensor_stack.draw_stack('places') }}"
    dest: iot-dev.html
    mode: "0600"
"""

RETURN = r"""
_value:
  description: An C(svg) element.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.places import draw_places
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.traffic import draw_traffic

PICTURES: dict[str, Callable[[dict[str, Any]], str]] = {"places": draw_places, "traffic": draw_traffic}


def draw_stack(stack: dict[str, Any], what: str) -> str:
    """The picture, or an error of Ansible's."""
    if what not in PICTURES:
        raise AnsibleFilterError(f"draw_stack: what is '{what}': allowed are {', '.join(PICTURES)}")
    return PICTURES[what](stack)


class FilterModule:
    """Ansible's list of filters in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"draw_stack": draw_stack}
