"""plan.yml announces what site.yml does: the same resources, the same fields; and writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import SMALL, Plan, Stack, changes

EVERYTHING = [
    "secret iot-aurora-password-dev",
    "VPC iot-vpc-dev",
    "internet gateway iot-igw-dev",
    "subnet iot-public-1-dev",
    "subnet iot-public-2-dev",
    "subnet iot-private-1-dev",
    "subnet iot-private-2-dev",
    "route table iot-public-rt-dev",
    "route table iot-private-rt-dev",
    "security group iot-aurora-sg-dev",
    "DB subnet group iot-aurora-subnets-dev",
    "database cluster iot-aurora-dev",
    "database instance iot-aurora-1-dev",
    "security group iot-redis-sg-dev",
    "subnet group iot-redis-subnets-dev",
    "replication group iot-redis-dev",
    "REST API iot-sensor-api-dev",
    "stage prod",
    "usage plan iot-usage-plan-dev",
    "API key iot-api-key-dev",
]


def writes(account: Account, since: int) -> list[dict[str, str]]:
    """The write calls of the account since then."""
    return [call for call in account.emulator.recorded(account.number)[since:] if is_write(call)]


@dataclass
class First:
    """The plan on the empty account, what it wrote there, and what the deploy after it did."""

    plan: Plan
    writes: list[dict[str, str]]
    made: dict[str, Any]


@pytest.fixture(scope="module")
def stack(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A small stack, not yet deployed."""
    return Stack(Account(ministack), tmp_path_factory.mktemp("plan") / "stack", {"dev": SMALL})


@pytest.fixture(scope="module")
def first(stack: Stack) -> First:
    """The first plan and the first deploy."""
    plan = stack.plan()
    written = writes(stack.account, 0)
    return First(plan, written, stack.deploy_changes())


@pytest.fixture
def deployed(stack: Stack, first: First) -> Stack:
    """The stack after its first deploy."""
    return stack


def test_the_first_plan_is_what_the_first_deploy_does(first: First) -> None:
    planned, made = changes(first.plan.document), changes(first.made)

    assert list(planned) == EVERYTHING and first.plan.code == 2
    assert {action for action, _fields in planned.values()} == {"create"}
    assert planned == made
    assert first.plan.output.splitlines()[-1] == "Plan: 20 to create, 0 to change, 0 to remove"
    assert first.writes == [], "the plan wrote"


def test_a_plan_of_a_deployed_stack_is_empty(deployed: Stack) -> None:
    before = len(deployed.account.emulator.recorded(deployed.account.number))
    plan = deployed.plan()

    assert plan.code == 0 and changes(plan.document) == {}
    assert "Nothing to do" in plan.output and writes(deployed.account, before) == []


def test_changes_are_announced_with_from_and_to_and_what_they_interrupt(deployed: Stack) -> None:
    variables = {
        "cache_node_type": "cache.t3.small",
        "database_max_capacity": 4,
        "api_throttle_rate_limit": 50,
        "stack_tags": {"Owner": "team-a"},
    }
    before = len(deployed.account.emulator.recorded(deployed.account.number))
    plan = deployed.plan(**variables)

    assert plan.code == 2 and writes(deployed.account, before) == []
    found = changes(plan.document)
    assert set(found) == set(EVERYTHING) and {action for action, _fields in found.values()} == {"change"}
    lines = [line.strip() for line in plan.output.splitlines()]
    for line in (
        "~ change replication group iot-redis-dev",
        "node_type: cache.t3.micro -> cache.t3.small",
        "serverless_v2_scaling.max_capacity: 1.0 -> 4.0",
        "throttle.rate_limit: 200.0 -> 50.0",
        "tags.Owner: (none) -> team-a",
        "Plan: 0 to create, 20 to change, 0 to remove",
    ):
        assert line in lines, plan.output
    assert any(line.startswith("! interrupts service: AWS replaces the nodes") for line in lines)

    made = deployed.deploy_changes(**variables)
    assert changes(made) == found
    deployed.deploy()


def test_check_mode_of_site_has_the_same_summary_and_its_own_exit_code(deployed: Stack) -> None:
    run = deployed.run("site", "--check", variables={"api_throttle_rate_limit": 50})

    assert "throttle.rate_limit: 200.0 -> 50.0" in run.output and "PLAY RECAP" in run.output
    assert run.output.strip().splitlines()[-1] == "Plan: 0 to create, 1 to change, 0 to remove"


def test_a_replacement_is_refused_unless_it_is_allowed_by_name(deployed: Stack) -> None:
    refused = deployed.plan(cache_at_rest_encryption_enabled=False)
    assert refused.code == 1
    assert "-/+ replace replication group iot-redis-dev  (refused" in refused.output
    assert "stack_allow_replacement=iot-redis-dev" in " ".join(refused.output.split())

    misspelt = deployed.plan(cache_at_rest_encryption_enabled=False, stack_allow_replacement="iot-redis")
    assert misspelt.code == 1
    assert "stack_allow_replacement has 'iot-redis': allowed are iot-redis-dev" in " ".join(misspelt.output.split())

    allowed = {"cache_at_rest_encryption_enabled": False, "stack_allow_replacement": "iot-redis-dev"}
    plan = deployed.plan(**allowed)
    assert plan.code == 2 and changes(plan.document) == {
        "replication group iot-redis-dev": ("replace", {"at_rest_encryption_enabled"})
    }
    assert "1 to replace" in plan.output and "its data with it" in plan.output
    assert changes(deployed.deploy_changes(**allowed)) == changes(plan.document)
    assert deployed.plan(cache_at_rest_encryption_enabled=False).code == 0
    deployed.deploy(stack_allow_replacement="iot-redis-dev")


def test_removed_instances_and_bad_input(deployed: Stack) -> None:
    deployed.deploy("--tags", "database", database_instance_count=2)
    plan = deployed.plan()
    assert changes(plan.document)["database instance iot-aurora-2-dev"][0] == "remove"
    assert "- remove database instance iot-aurora-2-dev" in plan.output
    assert changes(deployed.deploy_changes()) == changes(plan.document)

    before = len(deployed.account.emulator.recorded(deployed.account.number))
    bad = deployed.plan(database_max_capacity=0.3)
    assert bad.code == 1 and "database_max_capacity is 0.3" in bad.output
    assert len(deployed.account.emulator.recorded(deployed.account.number)) == before


def test_no_secret_in_the_plan(deployed: Stack, first: First) -> None:
    secret = deployed.account.client("secretsmanager").get_secret_value(SecretId="iot-aurora-password-dev")
    password = json.loads(secret["SecretString"])["password"]
    written = json.dumps([first.plan.document, first.made]) + first.plan.output

    assert "value.username" in written and password not in written
