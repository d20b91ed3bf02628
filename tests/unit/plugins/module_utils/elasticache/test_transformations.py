"""elasticache.transformations over simulated AWS answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import (
    compare_version,
    endpoint_to_dict,
    parameter_group_to_dict,
    replication_group_to_dict,
)

GROUP: dict[str, Any] = {
    "ReplicationGroupId": "iot-redis-dev",
    "ARN": "arn",
    "Status": "available",
    "Engine": "redis",
    "CacheNodeType": "cache.t3.micro",
    "MemberClusters": ["iot-redis-dev-001", "iot-redis-dev-002"],
    "AutomaticFailover": "enabling",
    "MultiAZ": "enabled",
    "NodeGroups": [
        {
            "PrimaryEndpoint": {"Address": "master", "Port": 6380},
            "ReaderEndpoint": {"Address": "replica", "Port": 6380},
            "NodeGroupMembers": [{"CacheClusterId": "iot-redis-dev-002"}, {"CacheClusterId": "iot-redis-dev-001"}],
        }
    ],
}
MEMBER: dict[str, Any] = {
    "EngineVersion": "7.0.7",
    "CacheNodeType": "cache.t3.micro",
    "CacheParameterGroup": {"CacheParameterGroupName": "default.redis7", "ParameterApplyStatus": "in-sync"},
    "SecurityGroups": [{"SecurityGroupId": "sg-2", "Status": "active"}, {"SecurityGroupId": "sg-1"}],
    "PendingModifiedValues": {"EngineVersion": "7.1.0"},
}


def test_group_and_member_are_one() -> None:
    group = replication_group_to_dict(GROUP, MEMBER, [{"Key": "a", "Value": "b"}])

    assert group["num_cache_clusters"] == 2 and group["member_clusters"] == ["iot-redis-dev-001", "iot-redis-dev-002"]
    assert group["primary_endpoint"] == {"address": "master", "port": 6380} and group["port"] == 6380
    assert group["security_group_ids"] == ["sg-1", "sg-2"] and group["cache_parameter_group_name"] == "default.redis7"
    assert group["automatic_failover_enabled"] is group["multi_az_enabled"] is True
    assert group["engine_version"] == "7.0.7" and group["tags"] == {"a": "b"}


def test_shards_are_counted_and_found_at_one_endpoint() -> None:
    shards = [
        {
            "NodeGroupId": f"000{shard}",
            "NodeGroupMembers": [{"CacheClusterId": f"x-000{shard}-00{one}"} for one in (1, 2)],
        }
        for shard in (2, 1)
    ]
    endpoint = {"Address": "clustercfg", "Port": 6380}
    answer = {**GROUP, "ClusterEnabled": True, "NodeGroups": shards, "ConfigurationEndpoint": endpoint}
    group = replication_group_to_dict(answer, MEMBER, [])

    assert group["cluster_enabled"] and group["num_node_groups"] == 2 and group["replicas_per_node_group"] == 1
    assert group["node_group_ids"] == ["0001", "0002"] and len(group["member_clusters"]) == 4
    assert group["configuration_endpoint"] == {"address": "clustercfg", "port": 6380} and group["port"] == 6380


def test_a_group_without_cluster_mode_has_no_configuration_endpoint() -> None:
    group = replication_group_to_dict(GROUP, MEMBER, [])

    assert group["configuration_endpoint"] is None and not group["cluster_enabled"] and group["num_node_groups"] == 1


@pytest.mark.parametrize(("status", "enabled"), [("enabled", True), ("disabling", False), ("disabled", False)])
def test_failover_on_its_way_counts(status: str, enabled: bool) -> None:
    group = replication_group_to_dict({**GROUP, "AutomaticFailover": status}, MEMBER, [])

    assert group["automatic_failover_enabled"] is enabled


def test_scheduled_changes_count_on_request() -> None:
    group = replication_group_to_dict(GROUP, MEMBER, [], scheduled=True)

    assert group["engine_version"] == "7.1.0" and group["node_type"] == "cache.t3.micro"


def test_group_that_is_only_just_being_created() -> None:
    bare = {
        "ReplicationGroupId": "x",
        "Status": "creating",
        "MemberClusters": ["x-001"],
        "CacheNodeType": "cache.t3.micro",
    }
    group = replication_group_to_dict(bare, None, None)

    assert group["num_cache_clusters"] == 1 and group["primary_endpoint"] is None and group["port"] is None
    assert group["security_group_ids"] is group["engine_version"] is group["tags"] is None


@pytest.mark.parametrize(
    ("enabled", "mode", "expected"),
    [(False, None, None), (True, "preferred", "preferred"), (True, None, "required")],
)
def test_encryption_in_transit(enabled: bool, mode: str | None, expected: str | None) -> None:
    told = {"TransitEncryptionEnabled": enabled, **({"TransitEncryptionMode": mode} if mode else {})}
    group = replication_group_to_dict({**GROUP, **told}, MEMBER, [])

    assert (group["transit_encryption_enabled"], group["transit_encryption_mode"]) == (enabled, expected)


@pytest.mark.parametrize("endpoint", [None, {}, {"Port": 6379}])
def test_no_endpoint_yet(endpoint: dict[str, Any] | None) -> None:
    assert endpoint_to_dict(endpoint) is None


@pytest.mark.parametrize(
    ("asked", "current", "result"),
    [
        ("7", "7.1.0", 0),
        ("7.1", "7.1.0", 0),
        ("7.0", "7.1.0", -1),
        ("7.2", "7.1.0", 1),
        ("10", "9.1.0", 1),
        ("8.10", "8.2.0", 1),
        ("5.0.6", "5.0.6", 0),
        ("6", "7.0.7", -1),
    ],
)
def test_versions_are_compared_as_far_as_asked(asked: str, current: str, result: int) -> None:
    assert compare_version(asked, current) == result


def test_parameter_group_holds_what_the_user_set() -> None:
    group = {"CacheParameterGroupName": "iot", "CacheParameterGroupFamily": "redis7", "Description": "d", "ARN": "arn"}
    parameters = [
        {"ParameterName": "timeout", "ParameterValue": "30", "Source": "user"},
        {"ParameterName": "databases", "ParameterValue": "16", "Source": "system"},
        {"ParameterName": "notify-keyspace-events", "Source": "user"},
    ]

    assert parameter_group_to_dict(group, parameters, [])["parameters"] == {
        "timeout": "30",
        "notify-keyspace-events": "",
    }
