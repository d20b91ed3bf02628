"""The rules of the cache, with good values at AWS's limits and bad ones just past them."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

KEY = "arn:aws:kms:ca-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-0123456789ab"
CLUSTER = {"cache_num_node_groups": 3, "cache_parameter_group_name": "default.redis7.cluster.on"}
USERS = {"cache_authentication": "users"}


@pytest.mark.parametrize(
    "changed",
    [
        {"cache_snapshot_window": "23:30-00:30", "cache_maintenance_window": "sun:23:30-mon:00:30"},
        {"cache_kms_key_id": KEY},
        {"cache_transit_encryption_mode": "preferred"},
        {"cache_transit_encryption_mode": "required", "cache_auth_token_enabled": True},
        {**USERS, "cache_user_ids": ["team-reader"], "stack_name": "a" * 22},
        {**USERS, "cache_auth_token_enabled": True},
        CLUSTER,
        {**CLUSTER, "cache_num_node_groups": 500, "cache_replicas_per_node_group": 0, "cache_multi_az_enabled": False},
        {"cache_num_node_groups": 83, "cache_replicas_per_node_group": 5, "cache_parameters": {"timeout": 60}},
        {"cache_logs": ["engine-log", "slow-log"], "cache_logs_retention_days": 0, "cache_logs_kms_key_id": KEY},
        {"cache_logs": ["slow-log"], "cache_engine_version": "6.0", "cache_parameter_group_name": "default.redis6.x"},
        {"cache_parameters": {"maxmemory-policy": "allkeys-lru"}, "cache_auto_minor_version_upgrade": False},
    ],
)
def test_good_values(changed: dict[str, Any]) -> None:
    assert find_problems(changed) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"cache_snapshot_window": "03:00-03:30"},
            "cache_snapshot_window is '03:00-03:30': allowed is hh:mm-hh:mm in UTC",
        ),
        (
            {"cache_maintenance_window": "05:00-06:00"},
            "cache_maintenance_window is '05:00-06:00': allowed is ddd:hh:mm",
        ),
        ({"cache_kms_key_id": "alias/iot"}, "cache_kms_key_id is 'alias/iot': allowed is the ARN or the ID"),
        (
            {"cache_kms_key_id": KEY, "cache_at_rest_encryption_enabled": False},
            f"cache_kms_key_id is '{KEY}' without cache_at_rest_encryption_enabled",
        ),
        (
            {"cache_transit_encryption_mode": "required", "cache_transit_encryption_enabled": False},
            "cache_transit_encryption_mode is 'required' without cache_transit_encryption_enabled",
        ),
        (
            {"cache_transit_encryption_mode": "preferred", "cache_auth_token_enabled": True},
            "cache_transit_encryption_mode is 'preferred' with cache_authentication 'token': allowed is required",
        ),
        (
            {"cache_auth_token_enabled": True, "cache_transit_encryption_enabled": False},
            "cache_authentication is 'token' without cache_transit_encryption_enabled",
        ),
        ({"cache_authentication": "password"}, "cache_authentication"),
        ({**USERS, "cache_user_ids": ["two--hyphens"]}, "cache_user_ids is 'two--hyphens': allowed is letters"),
        ({**USERS, "cache_user_access_string": " "}, "cache_user_access_string is empty"),
        (
            {**USERS, "cache_engine_version": "5.0.6", "cache_parameter_group_name": "default.redis5.0"},
            "cache_authentication is 'users' with cache_engine_version '5.0.6': allowed is it from 6.0",
        ),
        ({**USERS, "stack_name": "a" * 23}, "allowed with cache_authentication 'users' are up to 25"),
        ({"cache_transit_encryption_mode": "always"}, "cache_transit_encryption_mode"),
        ({"cache_logs": ["slow-log", "slow-log"]}, "cache_logs has slow-log twice: allowed is each once"),
        ({"cache_logs": ["audit-log"]}, "cache_logs"),
        ({"cache_logs_retention_days": 31}, "cache_logs_retention_days is 31: allowed are 0, 1, 3"),
        (
            {
                "cache_logs": ["engine-log"],
                "cache_engine_version": "6.0",
                "cache_parameter_group_name": "default.redis6.x",
            },
            "cache_logs has engine-log with cache_engine_version '6.0': allowed is it from 6.2",
        ),
        ({**CLUSTER, "cache_num_node_groups": 501}, "cache_num_node_groups is 501: allowed is 0 to 500 shards"),
        ({**CLUSTER, "cache_replicas_per_node_group": 6}, "cache_replicas_per_node_group is 6: allowed is 0 to 5"),
        ({**CLUSTER, "cache_num_node_groups": 251}, "cache_replicas_per_node_group 1: allowed are 500 nodes"),
        ({"cache_num_node_groups": 3}, "'default.redis7' with cache_num_node_groups 3: allowed is one that ends with"),
        ({**CLUSTER, "cache_num_node_groups": 0}, "cache_num_node_groups 0: allowed is one that does not end with"),
        (
            {**CLUSTER, "cache_automatic_failover_enabled": False, "cache_multi_az_enabled": False},
            "allowed is cluster mode with failover",
        ),
        (
            {**CLUSTER, "cache_replicas_per_node_group": 0},
            "cache_replicas_per_node_group 0: allowed is it with replicas",
        ),
        (
            {**CLUSTER, "api_integration": "queue"},
            "without cache_clients_speak_cluster_mode: allowed is 0, as with the stack's functions",
        ),
        (
            {"cache_parameters": {"cluster-enabled": "yes"}},
            "cache_parameters has 'cluster-enabled': allowed is any other parameter, cache_num_node_groups turns",
        ),
        (
            {
                "cache_parameters": {"timeout": 60},
                "cache_engine_version": "4.0.10",
                "cache_parameter_group_name": "default.redis4.0",
            },
            "cache_parameters is given with cache_engine_version '4.0.10': allowed are they from 5",
        ),
    ],
)
def test_bad_values(changed: dict[str, Any], problem: str) -> None:
    (found,) = find_problems(changed)

    assert problem in found
