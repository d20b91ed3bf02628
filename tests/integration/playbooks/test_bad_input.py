"""Bad input gets one clear error before any AWS call."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from emulators import Emulator
from modules import Account
from stacks import Stack

ROUTE: dict[str, Any] = {
    "path": "/sensor-data",
    "method": "POST",
    "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
    "responses": [{"status_code": "200"}],
}

BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"stack_region": "mars-north-1"}, ["stack_region is 'mars-north-1'", "ca-central-1"]),
    (
        {"stack_name": "a-very-long-name-for-a-sensor-stack"},
        ["stack_name", "a-very-long-name", "up to 33", "ElastiCache"],
    ),
    ({"stack_name": "Iot_"}, ["stack_name is 'Iot_'", "lower-case"]),
    ({"network_vpc_cidr": "10.0.0.1/16"}, ["network_vpc_cidr is '10.0.0.1/16'", "host bits"]),
    ({"network_vpc_cidr": "8.0.0.0/16"}, ["network_vpc_cidr is '8.0.0.0/16'", "RFC 1918"]),
    (
        {"network_private_subnet_cidrs": ["10.0.1.128/25", "10.0.11.0/24"]},
        ["network_private_subnet_cidrs[0] is '10.0.1.128/25'", "do not overlap"],
    ),
    (
        {"network_private_subnet_cidrs": ["10.1.10.0/24", "10.0.11.0/24"]},
        ["network_private_subnet_cidrs[0] is '10.1.10.0/24'", "inside network_vpc_cidr 10.0.0.0/16"],
    ),
    (
        {"network_availability_zones": ["ca-central-1a"]},
        ["network_availability_zones is ['ca-central-1a']", "at least two"],
    ),
    (
        {"cache_num_cache_clusters": 1},
        ["cache_automatic_failover_enabled is true", "cache_num_cache_clusters 1", "2 to 6"],
    ),
    ({"database_min_capacity": 0.7}, ["database_min_capacity is 0.7", "half steps"]),
    (
        {"database_min_capacity": 8, "database_max_capacity": 4},
        ["database_min_capacity is 8", "database_max_capacity 4"],
    ),
    ({"api_throttle_rate_limit": -1}, ["api_throttle_rate_limit is -1", "0 to 10000"]),
    ({"api_stage_variables": {"a-b": "1"}}, ["api_stage_variables is 'a-b'", "letters, digits and underscores"]),
    ({"api_method_settings": {"x": {}}}, ["api_method_settings", "'x'"]),
    ({"api_throttle_burst_limit": -1}, ["api_throttle_burst_limit is -1", "0 to 5000"]),
    ({"api_routes": [{**ROUTE, "path": "sensor-data"}]}, ["api_routes[0].path is 'sensor-data'", "/"]),
    ({"api_routes": [{**ROUTE, "integration": {"type": "LAMBADA"}}]}, ["api_routes", "LAMBADA", "MOCK"]),
    (
        {"api_clients": [{"name": "a", "tier": "gold"}, {"name": "a"}]},
        ["api_clients has 'a' 2 times", "api_clients[0].tier is 'gold'", "standard"],
    ),
    ({"cache_port": "redis"}, ["cache_port", "redis", "int"]),
    ({"cache_engine": "memcached"}, ["cache_engine", "memcached", "redis, valkey"]),
]


@pytest.fixture(scope="module")
def errors(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one deploy says to each of the bad inputs, each the variables of a host of its own; AWS hears nothing of it."""
    hosts = {
        f"bad-{index}": {"stack_environment": "dev", **variables} for index, (variables, _expected) in enumerate(BAD)
    }
    stack = Stack(Account(ministack), tmp_path_factory.mktemp("bad") / "stack", hosts)
    run = stack.try_run("site", ANSIBLE_CALLBACK_RESULT_FORMAT="json")
    assert run.code != 0 and "Traceback" not in run.output
    assert stack.account.emulator.recorded(stack.account.number) == []
    found = dict(re.findall(r"^fatal: \[([\w-]+)\]: FAILED! => (.*)$", run.output, re.M))
    return [json.loads(found[host])["msg"] for host in hosts]


@pytest.mark.parametrize("index", range(len(BAD)), ids=[json.dumps(variables)[:50] for variables, _expected in BAD])
def test_bad_input(errors: list[str], index: int) -> None:
    for part in BAD[index][1]:
        assert part in errors[index]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        (
            "cache",
            "The cache needs the network of iot-dev, where VPC iot-vpc-dev is missing: run with --tags network first",
        ),
        (
            "database",
            "The database needs the network of iot-dev, where VPC iot-vpc-dev is missing: run with --tags network first",
        ),
    ],
)
def test_a_tier_whose_needs_are_missing(stack: Stack, tier: str, expected: str) -> None:
    run = stack.try_run("site", "--tags", tier)

    assert run.code != 0 and expected in " ".join(run.output.split())


def test_the_database_needs_its_secret(stack: Stack) -> None:
    stack.deploy("--tags", "network")
    run = stack.try_run("site", "--tags", "database")

    expected = "The database needs the secret iot-aurora-password-dev, which is missing: run with --tags secrets first"
    assert run.code != 0 and expected in " ".join(run.output.split())


@pytest.mark.parametrize("tier", ["secrets", "api"])
def test_tiers_that_need_no_other(stack: Stack, tier: str) -> None:
    stack.deploy("--tags", tier)
    assert stack.deploy("--tags", tier).changed == 0


def test_ranges_that_aws_cannot_change_are_refused(stack: Stack) -> None:
    stack.deploy("--tags", "network")
    moved = {
        "network_vpc_cidr": "10.9.0.0/16",
        "network_public_subnet_cidrs": ["10.9.0.0/24", "10.9.1.0/24"],
        "network_private_subnet_cidrs": ["10.9.10.0/24", "10.9.11.0/24"],
    }
    vpc = stack.try_run("site", "--tags", "network", variables=moved)
    subnet = stack.try_run(
        "site", "--tags", "network", variables={"network_private_subnet_cidrs": ["10.0.20.0/24", "10.0.11.0/24"]}
    )

    for refused, resource, found, wanted in (
        (vpc, "VPC iot-vpc-dev", "cidr_block is '10.0.0.0/16' on AWS", "'10.9.0.0/16' is wanted"),
        (subnet, "subnet iot-private-1-dev", "cidr is '10.0.10.0/24' on AWS", "'10.0.20.0/24' is wanted"),
    ):
        output = " ".join(refused.output.split())
        assert refused.code != 0 and resource in output and found in output and wanted in output
    assert stack.deploy("--tags", "network").changed == 0
