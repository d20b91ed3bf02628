"""elasticache.steps: which calls, in which order."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import build_changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.steps import (
    Step,
    build_create_request,
    build_steps,
)

CURRENT: dict[str, Any] = {
    "engine": "redis",
    "engine_version": "7.0.7",
    "num_cache_clusters": 2,
    "member_clusters": ["x-001", "x-002"],
    "automatic_failover_enabled": True,
    "snapshot_retention_limit": 0,
    "transit_encryption_enabled": False,
    "transit_encryption_mode": None,
    "node_group_ids": ["0001", "0002", "0003"],
    "num_node_groups": 3,
    "replicas_per_node_group": 1,
}


def steps(apply_immediately: bool = True, current: dict[str, Any] | None = None, **wanted: Any) -> list[Step]:
    have = {**CURRENT, **(current or {})}
    return build_steps(have, build_changes(have, wanted), apply_immediately)


def test_no_changes_no_calls() -> None:
    assert steps(num_cache_clusters=2) == [] and steps(tags={"a": "b"}) == []


def test_nodes_come_before_failover_and_go_after_it() -> None:
    up = steps(current={"num_cache_clusters": 1, "automatic_failover_enabled": False}, num_cache_clusters=3,
               automatic_failover_enabled=True)  # fmt: skip
    down = steps(num_cache_clusters=1, automatic_failover_enabled=False)

    assert [step.operation for step in up] == ["increase", "modify"] and up[0].request == {"NewReplicaCount": 2}
    assert [step.operation for step in down] == ["modify", "decrease"] and down[1].request == {"NewReplicaCount": 0}


def test_heavy_changes_have_a_call_each_and_light_ones_share_one() -> None:
    made = steps(
        apply_immediately=False,
        description="d",
        snapshot_window="03:00-04:00",
        cache_parameter_group_name="iot-valkey8",
        engine="valkey",
        engine_version="8.0",
        node_type="cache.m7g.large",
    )

    assert [step.request for step in made] == [
        {"ReplicationGroupDescription": "d", "SnapshotWindow": "03:00-04:00", "ApplyImmediately": False},
        {
            "CacheParameterGroupName": "iot-valkey8",
            "Engine": "valkey",
            "EngineVersion": "8.0",
            "ApplyImmediately": False,
        },
        {"CacheNodeType": "cache.m7g.large", "ApplyImmediately": False},
    ]


@pytest.mark.parametrize(
    ("start", "end", "levels"),
    [
        ("off", "required", [True, "preferred", True, "required"]),
        ("off", "preferred", [True, "preferred"]),
        ("preferred", "required", [True, "required"]),
        ("required", "preferred", [True, "preferred"]),
        ("required", "off", [True, "preferred", False, None]),
        ("required", "required", []),
    ],
)
def test_encryption_in_transit_moves_one_level_at_a_time(start: str, end: str, levels: list[Any]) -> None:
    made = steps(current=level(start), apply_immediately=False, **level(end))

    sent = [(step.request["TransitEncryptionEnabled"], step.request.get("TransitEncryptionMode")) for step in made]
    assert [value for pair in sent for value in pair] == levels
    assert all(step.request["ApplyImmediately"] for step in made)


def level(name: str) -> dict[str, Any]:
    enabled = name != "off"
    return {"transit_encryption_enabled": enabled, "transit_encryption_mode": name if enabled else None}


@pytest.mark.parametrize(("before", "after", "source"), [(0, 3, "x-001"), (1, 3, None), (3, 0, None)])
def test_first_snapshots_need_a_source(before: int, after: int, source: str | None) -> None:
    (step,) = steps(current={"snapshot_retention_limit": before}, snapshot_retention_limit=after)

    assert step.request["SnapshotRetentionLimit"] == after and step.request.get("SnapshottingClusterId") == source


def test_a_step_shows_in_the_group() -> None:
    (version,) = steps(engine_version="7.1")

    assert not version.is_shown(CURRENT) and version.is_shown({**CURRENT, "engine_version": "7.1.0"})
    assert not version.is_shown({**CURRENT, "engine_version": None})


def test_creation_leaves_out_what_is_not_given() -> None:
    wanted = {"engine": "redis", "num_cache_clusters": 1, "multi_az_enabled": False, "port": None, "tags": {"a": "b"}}

    assert build_create_request("x", wanted) == {
        "ReplicationGroupId": "x",
        "Engine": "redis",
        "NumCacheClusters": 1,
        "MultiAZEnabled": False,
        "Tags": [{"Key": "a", "Value": "b"}],
    }


def test_shards_and_replicas_are_changed_while_the_group_serves() -> None:
    up = steps(num_node_groups=5, replicas_per_node_group=2)
    down = steps(num_node_groups=1, replicas_per_node_group=0)

    assert [(step.operation, step.request) for step in up] == [
        ("reshard", {"NodeGroupCount": 5}),
        ("increase", {"NewReplicaCount": 2}),
    ]
    assert [(step.operation, step.request) for step in down] == [
        ("reshard", {"NodeGroupCount": 1, "NodeGroupsToRemove": ["0002", "0003"]}),
        ("decrease", {"NewReplicaCount": 0}),
    ]
