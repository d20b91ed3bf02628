"""How many calls a run makes, and in which order: what a run on AWS costs in time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack, changes

# The most calls that an unchanged run may make, of the site and of a tier alone with what it reads of the others.
BUDGETS = {"all": 32, "network": 19, "secrets": 18, "cache": 26, "database": 32, "api": 25}
# Of these, by service, in the run of the whole site.
SITE = {"ec2": 8, "secretsmanager": 4, "elasticache": 5, "rds": 4, "apigateway": 11}


@pytest.fixture(scope="module")
def stack(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployed stack."""
    stack = Stack(Account(ministack), tmp_path_factory.mktemp("calls") / "stack")
    stack.deploy()
    yield stack


def calls_of(stack: Stack, *arguments: str, **variables: Any) -> list[dict[str, Any]]:
    """The AWS calls of a run of site.yml, which changes nothing."""
    before = len(stack.account.emulator.recorded(stack.account.number))
    assert stack.deploy(*arguments, **variables).changed == 0
    return stack.account.emulator.recorded(stack.account.number)[before:]


@pytest.mark.parametrize("tags", BUDGETS)
def test_an_unchanged_run_keeps_its_budget(tags: str, stack: Stack) -> None:
    calls = calls_of(stack, "--tags", tags)

    assert not any(map(is_write, calls))
    assert len(calls) <= BUDGETS[tags], Counter(f"{call['service']} {call['action']}" for call in calls)
    if tags == "all":
        assert Counter(call["service"] for call in calls) == SITE


def test_what_sleep_would_do_is_shown(stack: Stack) -> None:
    file = stack.folder / "sleep.json"
    may = {"stack_may_sleep": True}
    run = stack.try_run("sleep", "--check", variables=may, IOT_SENSOR_STACK_PLAN_FILE=str(file))

    assert run.code == 0, run.output[-3000:]
    assert changes(json.loads(file.read_text())) == {
        "database cluster iot-aurora-dev": (
            "change",
            {"serverless_v2_scaling.min_capacity", "serverless_v2_scaling.seconds_until_auto_pause", "tags.Asleep"},
        ),
        "database instance iot-aurora-2-dev": ("remove", ANY),
        "replication group iot-redis-dev": (
            "change",
            {"num_cache_clusters", "automatic_failover_enabled", "multi_az_enabled"},
        ),
    }


def test_a_second_stack_costs_as_much_as_the_first(stack: Stack) -> None:
    both = Stack(stack.account, stack.folder.with_name("both"), {"dev": {}, "qa": {}})
    both.deploy()
    assert len(calls_of(both)) <= 2 * BUDGETS["all"]


def test_what_takes_long_is_asked_for_first_and_waited_for_last(ministack: Emulator, tmp_path: Any) -> None:
    slow = Stack(Account(ministack), tmp_path / "stack")
    ministack.behave(slow.account.number, creating_seconds=8)
    first = slow.deploy()
    calls = [call["action"] for call in ministack.recorded(slow.account.number)]

    creations = [calls.index(action) for action in ("CreateDBCluster", "CreateReplicationGroup", "POST /restapis")]
    instances = [index for index, action in enumerate(calls) if action == "CreateDBInstance"]
    waits = [index for index, action in enumerate(calls) if action == "DescribeDBInstances"]
    assert creations == sorted(creations) and creations[0] < instances[0] < instances[1] < creations[1]
    # None of the looks that make up the wait is before the API is there.
    usable = next(index for index, action in enumerate(calls) if action.endswith("/keys"))
    before = [index for index in waits if index < usable]
    assert len(before) == 3, "what is there, whether the names are free, what was made"
    assert len(waits) >= len(before) + 2
    assert first.output.count("waiting: [dev]") >= 1
    assert slow.deploy().changed == 0


def test_a_run_that_was_stopped_while_it_waited_is_taken_up(ministack: Emulator, tmp_path: Any) -> None:
    slow = Stack(Account(ministack), tmp_path / "stack")
    ministack.behave(slow.account.number, creating_seconds=12)
    # The waits' own limit stops the run as a kill would: everything is asked for, nothing is there.
    stopped = slow.try_run("site", variables={"database_wait_timeout": 1, "cache_wait_timeout": 1})
    assert stopped.code == 2 and "creating" in stopped.output

    second = slow.deploy()
    calls = Counter(call["action"] for call in ministack.recorded(slow.account.number))
    assert calls["CreateDBCluster"] == calls["CreateReplicationGroup"] == 1 and calls["CreateDBInstance"] == 2
    assert second.changed_tasks == [
        "Ensure the host in the connection secret iot-aurora-password-dev",
        "Ensure the folder of the outputs",
        "Write the outputs",
    ]
    secret = slow.account.client("secretsmanager").get_secret_value(SecretId="iot-aurora-password-dev")
    assert json.loads(secret["SecretString"])["host"] == "localhost"
    assert slow.deploy().changed == 0
