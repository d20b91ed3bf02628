"""ec2.layout: the subnets that are laid out."""

from __future__ import annotations

import ipaddress
from itertools import combinations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.iot.sensor_stack.plugins.filter.lay_out_subnets import FilterModule
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.layout import MAX_ZONES, lay_out_subnets


def test_two_zones_in_the_usual_vpc() -> None:
    """The subnets that the stack had before they could be laid out."""
    assert lay_out_subnets("10.0.0.0/16", "public", 2) == ["10.0.0.0/24", "10.0.1.0/24"]
    assert lay_out_subnets("10.0.0.0/16", "private", 2) == ["10.0.10.0/24", "10.0.11.0/24"]


@pytest.mark.parametrize("prefix", range(16, 25))
def test_all_zones_fit_into_every_vpc(prefix: int) -> None:
    vpc = ipaddress.IPv4Network(f"10.32.0.0/{prefix}")
    cidrs = [cidr for kind in ("public", "private") for cidr in lay_out_subnets(str(vpc), kind, MAX_ZONES)]
    subnets = list(map(ipaddress.IPv4Network, cidrs))

    assert len(subnets) == 12 and all(subnet.subnet_of(vpc) and subnet.prefixlen <= 28 for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


def test_another_zone_moves_no_subnet() -> None:
    for kind in ("public", "private"):
        assert lay_out_subnets("10.0.0.0/20", kind, 3)[:2] == lay_out_subnets("10.0.0.0/20", kind, 2)


def test_the_filter_says_what_is_wrong() -> None:
    lay_out = FilterModule().filters()["lay_out_subnets"]

    assert lay_out("10.0.0.0/24", "private", 1) == ["10.0.0.160/28"]
    with pytest.raises(AnsibleFilterError, match="a VPC of /25 has no room for subnets that are laid out"):
        lay_out("10.0.0.0/25", "private", 2)
