# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter lay_out_subnets."""

from __future__ import annotations

DOCUMENTATION = r"""
name: lay_out_subnets
version_added: 0.2.0
short_description: Lay out the subnets of a VPC
description:
  - The address ranges of public or private subnets, one for each availability zone, out of the range of a VPC.
  - In a VPC of /16 to /20 the subnets are /24, in a smaller one a sixteenth of it. Public subnets begin with the first range,
    private ones with the eleventh.
positional: kind, count
options:
  _input:
    description: The address range of the VPC, /16 to /24.
    type: str
    required: true
  kind:
    description: Which subnets.
    type: str
    choices: [public, private]
    required: true
  count:
    description: How many, up to 6.
    type: int
    required: true
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: The private subnets over three zones
  ansible.builtin.debug:
    msg: "{{ '10.0.0.0/16' | iot.sensor_stack.lay_out_subnets('private', 3) }}"
"""

RETURN = r"""
_value:
  description: The address ranges.
  type: list
  elements: str
  sample: [10.0.10.0/24, 10.0.11.0/24, 10.0.12.0/24]
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import layout


def lay_out_subnets(vpc_cidr: str, kind: str, count: int) -> list[str]:
    """The ranges, or an error of Ansible's."""
    try:
        return layout.lay_out_subnets(vpc_cidr, kind, count)
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(f"lay_out_subnets: {error}") from error


class FilterModule:
    """Ansible's list of filters in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"lay_out_subnets": lay_out_subnets}
