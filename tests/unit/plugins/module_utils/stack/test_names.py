"""The names of a stack's resources."""

from __future__ import annotations

import pytest
from variables import TIERS, read_vars

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import check_stack_name, resource_name


@pytest.mark.parametrize(
    ("stack_name", "environment"),
    [("iot", "dev"), ("i", "1"), ("a" * 30, "dev"), ("iot-2-north", "qa-2"), ("iot", "d" * 30)],
)
def test_good_names(stack_name: str, environment: str) -> None:
    assert check_stack_name(stack_name, environment) == []
    assert len(resource_name(stack_name, "redis", environment)) <= 40


@pytest.mark.parametrize(
    ("stack_name", "environment", "named"),
    [
        ("a" * 31, "dev", "up to 33"),
        ("iot", "d" * 31, "up to 33"),
        ("", "dev", "stack_name is ''"),
        ("1iot", "dev", "stack_name is '1iot'"),
        ("iot-", "dev", "stack_name is 'iot-'"),
        ("iot--a", "dev", "stack_name is 'iot--a'"),
        ("Iot", "dev", "stack_name is 'Iot'"),
        ("iot_a", "dev", "stack_name is 'iot_a'"),
        ("iot\n", "dev", "stack_name is 'iot\n'"),
        ("iot", "-dev", "stack_environment is '-dev'"),
        ("iot", "dev-", "stack_environment is 'dev-'"),
        ("iot", "", "stack_environment is ''"),
    ],
)
def test_bad_names(stack_name: str, environment: str, named: str) -> None:
    problems = check_stack_name(stack_name, environment)

    assert len(problems) == 1 and named in problems[0]


def test_the_roles_use_the_same_names() -> None:
    """The roles build the names that the readers look for."""
    built = " ".join(str(read_vars(tier)) for tier in TIERS)
    things = ["redis", "redis-sg", "redis-subnets", "aurora", "aurora-sg", "aurora-subnets", "aurora-password"]
    for thing in [*things, "sensor-api", "usage-plan", "api-key"]:
        assert resource_name("{{ stack_name }}", thing, "{{ stack_environment }}") in built, thing
