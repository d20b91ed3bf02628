"""ec2.limits: what is refused before the first call."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.limits import check_network

ROUTE = {"destination_cidr_block": "0.0.0.0/0", "gateway": "internet_gateway"}


def subnet(name: str = "a", cidr: str = "10.0.0.0/24", **more: Any) -> dict[str, Any]:
    return {"name": name, "cidr": cidr, "availability_zone": None, "zone_index": 0, **more}


def table(name: str = "t", subnets: list[str] | None = None, routes: list[dict[str, str]] | None = None) -> Any:
    return {"name": name, "subnets": subnets, "routes": routes}


def check(**more: Any) -> list[str]:
    """Check good options with some of them changed."""
    options = {
        "name": "iot-vpc-dev",
        "cidr_block": "10.0.0.0/16",
        "dns_support": True,
        "dns_hostnames": True,
        "internet_gateway": "iot-igw-dev",
        "availability_zones": ["ca-central-1a"],
        "zone_count": 2,
        "parts": None,
        "state": "present",
        "nat_gateways": None,
        "absent_nat_gateways": None,
        "absent_route_tables": None,
        "subnets": [subnet(), subnet("b", "10.0.1.0/28", availability_zone="us-west-2-lax-1a")],
        "route_tables": [table("t", ["a"], [ROUTE]), table("u", ["b"])],
        "wait_timeout": 600,
        "tags": {"Environment": "dev"},
    }
    if "subnets" in more:
        options["route_tables"] = None  # they name the subnets
    return check_network({**options, **more})


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"cidr_block": None, "subnets": None, "route_tables": None, "internet_gateway": None, "tags": None},
        {"availability_zones": None, "dns_support": False, "dns_hostnames": False},
        {"name": "Réseau de l'eau".replace("'", "-")},
        {"route_tables": [table(routes=[{"destination_cidr_block": "192.168.0.0/16", "gateway": "nat-0a1"}])]},
    ],
)
def test_good_options_pass(good: dict[str, Any]) -> None:
    assert check(**good) == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ({"name": "iot*"}, "name is 'iot*': allowed is 1 to 256 letters, digits, spaces and _.:/=+-@"),
        ({"internet_gateway": ""}, "internet_gateway is '': allowed is 1 to 256 letters"),
        (
            {"cidr_block": "10.0.0.0/15"},
            "cidr_block is '10.0.0.0/15': allowed is an IPv4 range in CIDR notation, /16 to /28",
        ),
        ({"cidr_block": "10.0.0.1/16"}, "cidr_block is '10.0.0.1/16': allowed is an IPv4 range"),
        ({"cidr_block": "10.0.0.0/255.255.0.0"}, "cidr_block is '10.0.0.0/255.255.0.0': allowed is"),
        ({"cidr_block": "fd00::/56"}, "cidr_block is 'fd00::/56': allowed is an IPv4 range"),
        ({"dns_support": False}, "dns_hostnames is True with dns_support False: allowed are"),
        ({"availability_zones": ["CA1"]}, "availability_zones[0] is 'CA1': allowed is a zone such as ca-central-1a"),
        ({"subnets": [subnet(availability_zone="1a")]}, "subnets[0].availability_zone is '1a': allowed is a zone"),
        ({"subnets": [subnet(zone_index=-1)]}, "subnets[0].zone_index is -1: allowed is 0 to 99"),
        ({"subnets": [subnet("?")]}, "subnets[0].name is '?': allowed is"),
        ({"subnets": [subnet(cidr="10.0.0.0/29")]}, "subnets[0].cidr is '10.0.0.0/29': allowed is an IPv4 range"),
        (
            {"subnets": [subnet(cidr="10.1.0.0/24")]},
            "subnets[0].cidr is '10.1.0.0/24': allowed are ranges inside cidr_block",
        ),
        ({"subnets": [subnet(), subnet(cidr="10.0.1.0/24")]}, "subnets has 'a' 2 times: allowed is once"),
        (
            {"subnets": [subnet(), subnet("b", "10.0.0.128/25")]},
            "subnets[0].cidr is '10.0.0.0/24' and subnets[1].cidr is '10.0.0.128/25': allowed are ranges that do not overlap",
        ),
        ({"route_tables": [table(), table()]}, "route_tables has 't' 2 times: allowed is once"),
        ({"route_tables": [table("*")]}, "route_tables[0].name is '*': allowed is"),
        ({"route_tables": [table("t", ["c"])]}, "route_tables[0].subnets has 'c': allowed are the names in subnets"),
        (
            {"route_tables": [table("t", ["a"]), table("u", ["a"])]},
            "the subnets of route_tables has 'a' 2 times: allowed is once",
        ),
        ({"route_tables": [table(routes=[ROUTE, ROUTE])]}, "route_tables[0].routes has '0.0.0.0/0' 2 times"),
        (
            {"route_tables": [table(routes=[{**ROUTE, "destination_cidr_block": "0.0.0.0"}])]},
            "route_tables[0].routes[0].destination_cidr_block is '0.0.0.0': allowed is an IPv4 range in CIDR notation, /0 to /32",
        ),
        (
            {"route_tables": [table(routes=[{**ROUTE, "destination_cidr_block": "10.0.0.0/16"}])]},
            "route_tables[0].routes[0].destination_cidr_block is '10.0.0.0/16': the VPC's own range is always routed locally",
        ),
        (
            {"route_tables": [table(routes=[{**ROUTE, "gateway": "vpce-1"}])]},
            "route_tables[0].routes[0].gateway is 'vpce-1': allowed is internet_gateway, one of nat_gateways, or an ID that",
        ),
        (
            {"internet_gateway": None},
            "route_tables[0].routes[0].gateway is 'internet_gateway': allowed is that with the option internet_gateway",
        ),
        ({"wait_timeout": -1}, "wait_timeout is -1: allowed is 0 to 86400 seconds"),
        ({"tags": {"aws:x": "y"}}, "tags has the key 'aws:x'"),
        ({"tags": {str(index): "" for index in range(50)}}, "tags has 51 tags: allowed are 50"),
    ],
)
def test_bad_options_are_named(bad: dict[str, Any], problem: str) -> None:
    tables = {"route_tables": None} if "subnets" in bad else {}
    problems = check(**tables, **bad)

    assert len(problems) == 1 and problems[0].startswith(problem)
