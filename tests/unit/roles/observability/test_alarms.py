"""The alarms as the role's template makes them: each threshold of the inventory is one of an alarm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plays import Play
from variables import NAMES, ROLES, read_defaults

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.observability import OBSERVABILITY_RANGES

ROLE = ROLES / "observability"
# What the alarm's threshold is for a variable's value, where AWS counts in other units.
IN_UNITS = {"percent of calls": lambda value: value / 100, "MB": lambda value: value * 1048576}
UNITS = {
    "observability_api_4xx_percent": "percent of calls",
    "observability_api_5xx_percent": "percent of calls",
    "observability_database_free_memory_mb": "MB",
}
PERIODS = ("observability_period", "observability_evaluation_periods")
# A number of its own for each, within the ranges.
VALUES = {name: 11 + number for number, name in enumerate(OBSERVABILITY_RANGES) if name not in PERIODS}


def make_alarms(folder: Path, **variables: Any) -> list[dict[str, Any]]:
    """All alarms of a stack with these variables."""
    result = folder / "alarms.json"
    task = {
        "name": "Write the alarms",
        "ansible.builtin.copy": {
            "dest": str(result),
            "content": "{{ __observability_alarms | to_json }}",
            "mode": "0600",
        },
    }
    done = Play(folder).run(
        [task],
        vars={**read_defaults("observability"), **NAMES, **variables, "role_path": str(ROLE)},
        vars_files=[str(ROLE / "vars" / "main.yml"), write_template_path(folder)],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(result.read_text())


@pytest.fixture(scope="module")
def alarms(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All alarms of a stack with queue and rotation."""
    stack = {"api_integration": "queue", "secrets_rotation": "function"}
    given = {"observability_period": 120, "observability_evaluation_periods": 7}
    return make_alarms(tmp_path_factory.mktemp("alarms"), **stack, **given, **VALUES)


def write_template_path(folder: Path) -> str:
    """Variables that have the template found outside of the role."""
    path = folder / "alarms.yml"
    template = f"{{{{ lookup('ansible.builtin.template', '{ROLE}/templates/alarms.yml.j2') | from_yaml }}}}"
    path.write_text(json.dumps({"__observability_alarms": template}))
    return str(path)


@pytest.mark.parametrize("name", VALUES)
def test_a_threshold_is_that_of_an_alarm(name: str, alarms: list[dict[str, Any]]) -> None:
    wanted = IN_UNITS.get(UNITS.get(name, ""), float)(VALUES[name])

    assert [alarm["name"] for alarm in alarms if alarm["threshold"] == pytest.approx(wanted)]


def test_periods_are_those_of_the_inventory(alarms: list[dict[str, Any]]) -> None:
    assert {alarm["period"] for alarm in alarms} == {120}
    assert {alarm["evaluation_periods"] for alarm in alarms} == {1, 7}
    assert len({alarm["name"] for alarm in alarms}) == len(alarms)


SHARDED = ["iot-redis-dev-0001-001", "iot-redis-dev-0001-002", "iot-redis-dev-0002-001", "iot-redis-dev-0002-002"]


@pytest.mark.parametrize(
    ("cache", "nodes"),
    [
        ({}, ["iot-redis-dev-001", "iot-redis-dev-002"]),
        ({"cache_num_cache_clusters": 1}, ["iot-redis-dev-001"]),
        (
            {"cache_facts": {"member_clusters": ["iot-redis-dev-003", "iot-redis-dev-001"]}},
            ["iot-redis-dev-001", "iot-redis-dev-003"],
        ),
        ({"cache_facts": {"member_clusters": ["iot-redis-dev-001"]}}, ["iot-redis-dev-001", "iot-redis-dev-002"]),
        ({"cache_num_node_groups": 2}, SHARDED),
        ({"cache_num_node_groups": 2, "cache_facts": {"member_clusters": SHARDED}}, SHARDED),
        ({"cache_num_node_groups": 1, "cache_replicas_per_node_group": 0}, ["iot-redis-dev-0001-001"]),
    ],
)
def test_each_node_of_the_cache_is_watched(tmp_path: Path, cache: dict[str, Any], nodes: list[str]) -> None:
    """By the names that AWS has given, and by the usual ones before the nodes are there."""
    watched = [alarm for alarm in make_alarms(tmp_path, **cache) if alarm["metric_name"] == "EngineCPUUtilization"]

    assert [alarm["dimensions"] for alarm in watched] == [{"CacheClusterId": node} for node in nodes]
    assert [alarm["name"] for alarm in watched] == [
        f"iot-alarm-redis-engine-cpu-{node.removeprefix('iot-redis-dev-')}-dev" for node in nodes
    ]
