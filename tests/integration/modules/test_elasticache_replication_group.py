"""elasticache_replication_group against MiniStack and moto.

MiniStack has no waiting states; what it drops of changes is added by roles/local_aws. moto has no member clusters and keeps deleted
groups. The unit tests of the module show those with simulated AWS answers.
"""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account, ModuleResult

MODULE = "elasticache_replication_group"
NAME = "iot-redis-dev"
GROUP: dict[str, Any] = {
    "name": NAME,
    "description": "Cache of the sensor readings",
    "engine": "redis",
    "engine_version": "7.0",
    "node_type": "cache.t3.micro",
    "num_cache_clusters": 2,
    "automatic_failover_enabled": True,
    "multi_az_enabled": True,
    "port": 6379,
    "cache_parameter_group_name": "default.redis7",
    "cache_subnet_group_name": "iot-redis-subnets-dev",
    "security_group_ids": ["sg-0fedcba9876543210", "sg-0123456789abcdef0"],
    "at_rest_encryption_enabled": True,
    "transit_encryption_enabled": True,
    "snapshot_retention_limit": 1,
    "snapshot_window": "03:00-04:00",
    "preferred_maintenance_window": "sun:05:00-sun:06:00",
    "auto_minor_version_upgrade": True,
    "tags": {"Environment": "dev"},
}
UNCHANGED = ["DescribeReplicationGroups", "DescribeCacheClusters", "ListTagsForResource"]


def run(account: Account, **changed: Any) -> ModuleResult:
    return account.run(MODULE, **{**GROUP, **changed})


def on_aws(account: Account, name: str = NAME) -> dict[str, Any]:
    return account.client("elasticache").describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def groups(account: Account) -> list[str]:
    found = account.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    return [group["ReplicationGroupId"] for group in found]


def test_is_created_once(account: Account) -> None:
    first, second = run(account), run(account)

    assert first["changed"] and first.writes == ["CreateReplicationGroup"]
    assert not second["changed"] and second.calls == UNCHANGED
    assert second["replication_group"] == first["replication_group"]


def test_is_on_aws_as_asked_for(account: Account) -> None:
    made = run(account)["replication_group"]
    group = on_aws(account)
    cache = account.client("elasticache")
    member = cache.describe_cache_clusters(CacheClusterId=made["member_clusters"][0])["CacheClusters"][0]

    assert group["AutomaticFailover"] == group["MultiAZ"] == "enabled"
    assert group["AtRestEncryptionEnabled"] and group["TransitEncryptionEnabled"]
    assert len(group["MemberClusters"]) == 2 and group["CacheNodeType"] == "cache.t3.micro"
    assert group["Description"] == GROUP["description"] and group["SnapshotRetentionLimit"] == 1
    assert member["EngineVersion"].startswith("7.0") and member["CacheSubnetGroupName"] == "iot-redis-subnets-dev"
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert {item["SecurityGroupId"] for item in member["SecurityGroups"]} == set(GROUP["security_group_ids"])
    assert cache.list_tags_for_resource(ResourceName=group["ARN"])["TagList"] == [
        {"Key": "Environment", "Value": "dev"}
    ]
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    assert made["primary_endpoint"] == {"address": endpoint["Address"], "port": endpoint["Port"]}
    assert made["arn"] == group["ARN"] and made["status"] == "available" and made["tags"] == {"Environment": "dev"}


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run(MODULE, check_mode=True, **GROUP)

    assert result["changed"] and result.writes == [] and groups(account) == []
    assert result["replication_group"]["num_cache_clusters"] == 2
    assert result["diff"]["after"]["engine_version"] == "7.0" and result["diff"]["before"] == {}


def test_check_mode_shows_one_change(account: Account) -> None:
    run(account)
    result = account.run(MODULE, check_mode=True, **{**GROUP, "node_type": "cache.t3.small"})

    assert result["changed"] and result.calls == UNCHANGED
    assert result["diff"]["before"] == {"node_type": "cache.t3.micro"}
    assert result["diff"]["after"] == {"node_type": "cache.t3.small"}
    assert on_aws(account)["CacheNodeType"] == "cache.t3.micro"


@pytest.mark.parametrize(
    ("option", "value", "field", "expected"),
    [
        ("node_type", "cache.t3.small", "CacheNodeType", "cache.t3.small"),
        ("description", "Another one", "Description", "Another one"),
        ("snapshot_retention_limit", 7, "SnapshotRetentionLimit", 7),
        ("snapshot_window", "23:30-00:30", "SnapshotWindow", "23:30-00:30"),
        ("multi_az_enabled", False, "MultiAZ", "disabled"),
    ],
)
def test_one_option_changes_just_itself(account: Account, option: str, value: Any, field: str, expected: Any) -> None:
    run(account)
    before = on_aws(account)
    result = run(account, **{option: value})

    assert (
        result["changed"] and result.writes == ["ModifyReplicationGroup"] and list(result["diff"]["after"]) == [option]
    )
    after = on_aws(account)
    assert after.pop(field) == expected and before.pop(field) != expected
    assert {**after, "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}
    assert run(account, **{option: value})["changed"] is False


def test_options_left_out_leave_the_group_alone(account: Account) -> None:
    run(account)
    result = account.run(MODULE, name=NAME.upper())

    assert not result["changed"] and result.calls == UNCHANGED


def test_one_node_and_back(account: Account) -> None:
    run(account)
    one: dict[str, Any] = {
        "num_cache_clusters": 1,
        "automatic_failover_enabled": False,
        "multi_az_enabled": False,
    }
    down, again, up = run(account, **one), run(account, **one), run(account)

    assert down.writes == ["ModifyReplicationGroup", "DecreaseReplicaCount"] and again.writes == []
    assert up.writes == ["IncreaseReplicaCount", "ModifyReplicationGroup"]
    assert len(on_aws(account)["NodeGroups"][0]["NodeGroupMembers"]) == 2
    assert on_aws(account)["AutomaticFailover"] == "enabled"


def test_tags_are_set_and_purged(account: Account) -> None:
    run(account)
    added = run(account, tags={"Team": "iot"}, purge_tags=False)
    purged = run(account, tags={"Team": "iot"})

    assert added["replication_group"]["tags"] == {"Environment": "dev", "Team": "iot"}
    assert added.writes == ["AddTagsToResource"] and purged.writes == ["RemoveTagsFromResource"]
    tags = account.client("elasticache").list_tags_for_resource(ResourceName=on_aws(account)["ARN"])["TagList"]
    assert tags == [{"Key": "Team", "Value": "iot"}]


def test_what_nodes_tell_is_changed_in_place(account: Account) -> None:
    run(account)
    changed = {
        "security_group_ids": ["sg-0123456789abcdef0"],
        "cache_parameter_group_name": "default.redis7.cluster.on",
        "preferred_maintenance_window": "mon:05:00-mon:06:00",
        "auto_minor_version_upgrade": False,
        "engine_version": "7.1",
    }
    result = run(account, **changed)

    assert set(result["diff"]["after"]) == set(changed) and run(account, **changed).calls == UNCHANGED
    assert result["replication_group"]["security_group_ids"] == ["sg-0123456789abcdef0"]


def test_logs_and_key_are_on_aws_as_asked_for(account: Account) -> None:
    key = "arn:aws:kms:ca-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-0123456789ab"
    slow = {"log_type": "slow-log", "log_group": "/iot/redis-slow-log-dev"}
    run(account, kms_key_id=key, log_delivery=[slow])
    group = on_aws(account)

    assert group["KmsKeyId"] == key
    (log,) = group["LogDeliveryConfigurations"]
    assert (log["LogType"], log["LogFormat"], log["DestinationType"]) == ("slow-log", "json", "cloudwatch-logs")
    assert log["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"] == slow["log_group"]
    assert run(account, kms_key_id=key, log_delivery=[slow]).calls == UNCHANGED
    assert run(account).calls == UNCHANGED, "without the options, key and logs stay"
    assert run(account, log_delivery=[]).writes == ["ModifyReplicationGroup"]
    assert on_aws(account)["LogDeliveryConfigurations"] == []
    other = account.try_run(MODULE, **{**GROUP, "kms_key_id": key.replace("0a1b", "ffff")})
    assert other["failed"] and f"kms_key_id is '{key}' on AWS" in other["msg"] and other.writes == []


def test_cluster_mode(account: Account) -> None:
    shards = {"num_node_groups": 3, "replicas_per_node_group": 1}
    cluster = {**GROUP, **shards, "cache_parameter_group_name": "default.redis7.cluster.on"}
    del cluster["num_cache_clusters"]
    made = account.run(MODULE, **cluster)["replication_group"]
    group = on_aws(account)

    assert group["ClusterEnabled"] and [len(one["NodeGroupMembers"]) for one in group["NodeGroups"]] == [2, 2, 2]
    assert made["configuration_endpoint"]["address"] == group["ConfigurationEndpoint"]["Address"]
    assert made["num_node_groups"] == 3 and account.run(MODULE, **cluster).calls == UNCHANGED
    up = account.run(MODULE, **{**cluster, "replicas_per_node_group": 2})
    assert up.writes == ["IncreaseReplicaCount"] and up["replication_group"]["replicas_per_node_group"] == 2
    off = account.try_run(MODULE, **GROUP)
    assert off["failed"] and "cluster_enabled is True on AWS and False is wanted" in off["msg"] and off.writes == []


def test_major_version_takes_the_newest_minor(account: Account) -> None:
    result = run(account, engine="valkey", engine_version="8", cache_parameter_group_name="default.valkey8")

    assert result["replication_group"]["engine_version"].startswith("8.1")
    assert run(account, engine="valkey", engine_version="8", cache_parameter_group_name=None).calls == UNCHANGED


def test_major_version_that_aws_does_not_offer(account: Account) -> None:
    message = account.fail(MODULE, **{**GROUP, "engine_version": "12"})

    assert "engine_version is '12': AWS offers 5.0.6, 6.2.14" in message and groups(account) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [("cache_subnet_group_name", "another"), ("at_rest_encryption_enabled", False), ("port", 6380)],
)
def test_what_aws_cannot_change_is_refused(account: Account, option: str, value: Any) -> None:
    run(account)
    result = account.try_run(MODULE, **{**GROUP, option: value})

    assert result["failed"] and result.writes == []
    assert (
        f"{option} is {GROUP[option]!r} on AWS and {value!r} is wanted. Keep it, or let it be deleted" in result["msg"]
    )


def test_older_version_is_refused(account: Account) -> None:
    run(account)
    result = account.try_run(MODULE, **{**GROUP, "engine_version": "6.2"})

    assert result["failed"] and result.writes == []
    assert "engine_version is '6.2' and the group runs 7.0" in result["msg"]


def test_one_node_under_failover_is_refused(account: Account) -> None:
    run(account)
    result = account.try_run(MODULE, name=NAME, num_cache_clusters=1)

    assert result["failed"] and result.writes == []
    assert "num_cache_clusters is 1: automatic_failover_enabled needs 2 to 6 nodes" in result["msg"]


@pytest.mark.parametrize("missing", ["engine", "node_type"])
def test_a_new_group_needs_engine_and_node_type(account: Account, missing: str) -> None:
    message = account.fail(MODULE, **{option: value for option, value in GROUP.items() if option != missing})

    assert f"{missing} is not given" in message and groups(account) == []


def test_removal_is_repeatable_and_takes_nothing_else(account: Account) -> None:
    run(account)
    run(account, name="another")
    planned = account.run(MODULE, name=NAME, state="absent", check_mode=True)
    first = account.run(MODULE, name=NAME, state="absent", final_snapshot_identifier="last-one")
    second = account.run(MODULE, name=NAME, state="absent")

    assert planned["changed"] and planned.writes == []
    assert first["changed"] and first["diff"]["after"] == {} and first["replication_group"] == {}
    assert not second["changed"] and second.calls == ["DescribeReplicationGroups"]
    assert groups(account) == ["another"]


def test_moto_creates_and_changes(moto_account: Account) -> None:
    """moto has no member clusters, so that only what the group itself tells is compared."""
    group: dict[str, Any] = {
        "name": "iot-moto-dev",
        "engine": "valkey",
        "node_type": "cache.t4g.micro",
        "transit_encryption_enabled": True,
        "tags": {"Environment": "dev"},
    }
    first, second = moto_account.run(MODULE, **group), moto_account.run(MODULE, **group)
    third = moto_account.run(MODULE, **{**group, "description": "Changed", "node_type": "cache.t4g.small"})

    assert first["changed"] and not second["changed"] and second.writes == []
    assert third.writes == ["ModifyReplicationGroup", "ModifyReplicationGroup"]
    assert on_aws(moto_account, "iot-moto-dev")["CacheNodeType"] == "cache.t4g.small"
    assert on_aws(moto_account, "iot-moto-dev")["Description"] == "Changed"


def test_moto_a_group_being_deleted_is_not_deleted_again(moto_account: Account) -> None:
    group = {"name": "iot-moto-gone", "engine": "redis", "node_type": "cache.t4g.micro"}
    moto_account.run(MODULE, **group)
    first = moto_account.run(MODULE, name=group["name"], state="absent", wait=False)
    second = moto_account.run(MODULE, name=group["name"], state="absent", wait=False)

    assert first.writes == ["DeleteReplicationGroup"] and second.writes == [] and not second["changed"]


def test_a_refusal_says_what_differs(account: Account) -> None:
    run(account)
    refused = account.try_run(MODULE, **{**GROUP, "at_rest_encryption_enabled": False}, check_mode=True)

    assert refused["failed"] and "stack_allow_replacement=iot-redis-dev" in refused["msg"] and refused.writes == []
    assert refused["diff"]["action"] == "replace"
    assert refused["diff"]["before"] == {"at_rest_encryption_enabled": True}
    assert refused["diff"]["after"] == {"at_rest_encryption_enabled": False}


def test_a_replacement_that_is_allowed_makes_the_group_anew(account: Account) -> None:
    run(account)
    other = {"at_rest_encryption_enabled": False, "allow_replacement": True, "final_snapshot_identifier": "last"}
    planned = account.run(MODULE, **{**GROUP, **other}, check_mode=True)
    replaced = run(account, **other)
    again = run(account, **other)

    assert planned.writes == [] and planned["diff"] == replaced["diff"] and replaced["diff"]["action"] == "replace"
    assert replaced.writes == ["DeleteReplicationGroup", "CreateReplicationGroup"]
    assert on_aws(account)["AtRestEncryptionEnabled"] is False and not again["changed"] and again.writes == []
    (group,) = account.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    assert len(group["MemberClusters"]) == 2


def test_a_replacement_that_cannot_be_made_deletes_nothing(account: Account) -> None:
    run(account)
    bad = {"at_rest_encryption_enabled": False, "allow_replacement": True, "node_type": None}
    planned = account.try_run(MODULE, **{**GROUP, **bad}, check_mode=True)
    result = account.try_run(MODULE, **{**GROUP, **bad})

    assert planned["failed"] and result["failed"] and result.writes == [] and groups(account) == [NAME]
