# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where the subnets of a VPC lie when nobody lists their ranges; pure functions."""

from __future__ import annotations

import ipaddress
from itertools import islice

# A VPC has room for 16 subnets of this layout: the public ones from the first on, the private ones from the eleventh on.
FIRST_SLOTS = {"public": 0, "private": 10}
# No region of AWS has more zones.
MAX_ZONES = 6
# AWS's longest prefix of a subnet is /28; see CreateSubnet in the Amazon EC2 API reference.
LONGEST_VPC_PREFIX = 28 - 4


def lay_out_subnets(vpc_cidr: str, kind: str, count: int) -> list[str]:
    """The ranges of the subnets of a kind: /24 in a VPC of /16 to /20, a sixteenth of a smaller VPC.

    :arg kind: ``public`` or ``private``
    :arg count: how many, up to MAX_ZONES
    :returns: such as 10.0.0.0/24 and 10.0.1.0/24, private 10.0.10.0/24 and 10.0.11.0/24
    :raises ValueError: when the VPC is smaller than /24, or its range is none
    """
    vpc, first = ipaddress.IPv4Network(vpc_cidr), FIRST_SLOTS[kind]
    if vpc.prefixlen > LONGEST_VPC_PREFIX:
        raise ValueError(f"a VPC of /{vpc.prefixlen} has no room for subnets that are laid out: list their ranges")
    slots = vpc.subnets(new_prefix=max(24, vpc.prefixlen + 4))
    return [str(subnet) for subnet in islice(slots, first, first + count)]
