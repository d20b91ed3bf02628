# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.common import ElastiCacheErrorHandler

# A replication group takes one change at a time, and is busy for a moment after each; its tags are changes too.
BUSY = ("InvalidReplicationGroupState", "InvalidCacheClusterState")


@ElastiCacheErrorHandler.list_error_handler("describe the cache parameter group")
@retry()
def describe_parameter_group(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeCacheParameterGroups for one name; None when it does not exist."""
    return client.describe_cache_parameter_groups(CacheParameterGroupName=name)["CacheParameterGroups"][0]


@ElastiCacheErrorHandler.common_error_handler("describe the parameters of the cache parameter group")
@retry()
def describe_user_parameters(client: Any, name: str) -> list[dict[str, Any]]:
    """DescribeCacheParameters with the source ``user``: the parameters that differ from the family's defaults."""
    pages = client.get_paginator("describe_cache_parameters").paginate(CacheParameterGroupName=name, Source="user")
    return pages.build_full_result().get("Parameters", [])


@ElastiCacheErrorHandler.common_error_handler("create the cache parameter group")
@retry()
def create_parameter_group(client: Any, **request: Any) -> dict[str, Any]:
    """CreateCacheParameterGroup."""
    return client.create_cache_parameter_group(**request)["CacheParameterGroup"]


@ElastiCacheErrorHandler.common_error_handler("modify the cache parameter group")
@retry("InvalidCacheParameterGroupState")
def modify_parameter_group(client: Any, name: str, values: dict[str, str]) -> None:
    """ModifyCacheParameterGroup; AWS takes up to 20 parameters a call."""
    pairs = [{"ParameterName": key, "ParameterValue": value} for key, value in values.items()]
    for start in range(0, len(pairs), 20):
        client.modify_cache_parameter_group(CacheParameterGroupName=name, ParameterNameValues=pairs[start : start + 20])


@ElastiCacheErrorHandler.common_error_handler("reset parameters of the cache parameter group")
@retry("InvalidCacheParameterGroupState")
def reset_parameters(client: Any, name: str, parameters: list[str]) -> None:
    """ResetCacheParameterGroup for the named parameters; AWS takes up to 20 a call."""
    for start in range(0, len(parameters), 20):
        client.reset_cache_parameter_group(
            CacheParameterGroupName=name,
            ParameterNameValues=[{"ParameterName": key} for key in parameters[start : start + 20]],
        )


@ElastiCacheErrorHandler.deletion_error_handler("delete the cache parameter group")
@retry("InvalidCacheParameterGroupState")
def delete_parameter_group(client: Any, name: str) -> bool:
    """DeleteCacheParameterGroup; False when it was gone already."""
    client.delete_cache_parameter_group(CacheParameterGroupName=name)
    return True


@ElastiCacheErrorHandler.list_error_handler("describe the replication group")
@retry()
def describe_replication_group(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeReplicationGroups for one name; None when it does not exist."""
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


@ElastiCacheErrorHandler.list_error_handler("describe the cache cluster")
@retry()
def describe_cache_cluster(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeCacheClusters for one name; None when it does not exist."""
    return client.describe_cache_clusters(CacheClusterId=name)["CacheClusters"][0]


@ElastiCacheErrorHandler.common_error_handler("describe the engine versions of ElastiCache")
@retry()
def describe_engine_versions(client: Any, engine: str) -> list[str]:
    """DescribeCacheEngineVersions for one engine."""
    pages = client.get_paginator("describe_cache_engine_versions").paginate(Engine=engine)
    return [item["EngineVersion"] for item in pages.build_full_result()["CacheEngineVersions"]]


@ElastiCacheErrorHandler.common_error_handler("create the replication group")
def create_replication_group(client: Any, **request: Any) -> dict[str, Any]:
    """CreateReplicationGroup, once: see ``core.errors.create_once``."""
    return client.create_replication_group(**request)["ReplicationGroup"]


@ElastiCacheErrorHandler.common_error_handler("modify the replication group")
@retry(*BUSY)
def modify_replication_group(client: Any, name: str, **request: Any) -> None:
    """ModifyReplicationGroup."""
    client.modify_replication_group(ReplicationGroupId=name, **request)


@ElastiCacheErrorHandler.common_error_handler("add nodes to the replication group")
@retry(*BUSY)
def increase_replica_count(client: Any, name: str, **request: Any) -> None:
    """IncreaseReplicaCount; AWS knows no other way than at once."""
    client.increase_replica_count(ReplicationGroupId=name, ApplyImmediately=True, **request)


@ElastiCacheErrorHandler.common_error_handler("remove nodes from the replication group")
@retry(*BUSY)
def decrease_replica_count(client: Any, name: str, **request: Any) -> None:
    """DecreaseReplicaCount; AWS knows no other way than at once."""
    client.decrease_replica_count(ReplicationGroupId=name, ApplyImmediately=True, **request)


@ElastiCacheErrorHandler.common_error_handler("change the shards of the replication group")
@retry(*BUSY)
def modify_shard_configuration(client: Any, name: str, **request: Any) -> None:
    """ModifyReplicationGroupShardConfiguration; AWS knows no other way than at once."""
    client.modify_replication_group_shard_configuration(ReplicationGroupId=name, ApplyImmediately=True, **request)


@ElastiCacheErrorHandler.deletion_error_handler("delete the replication group")
@retry(*BUSY)
def delete_replication_group(client: Any, name: str, **request: Any) -> bool:
    """DeleteReplicationGroup; False when it was gone already."""
    client.delete_replication_group(ReplicationGroupId=name, **request)
    return True


@ElastiCacheErrorHandler.list_error_handler("describe the cache subnet group")
@retry()
def describe_subnet_group(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeCacheSubnetGroups for one name; None when it does not exist."""
    return client.describe_cache_subnet_groups(CacheSubnetGroupName=name)["CacheSubnetGroups"][0]


@ElastiCacheErrorHandler.common_error_handler("create the cache subnet group")
@retry()
def create_subnet_group(client: Any, **request: Any) -> dict[str, Any]:
    """CreateCacheSubnetGroup."""
    return client.create_cache_subnet_group(**request)["CacheSubnetGroup"]


@ElastiCacheErrorHandler.common_error_handler("modify the cache subnet group")
@retry()
def modify_subnet_group(client: Any, **request: Any) -> None:
    """ModifyCacheSubnetGroup."""
    client.modify_cache_subnet_group(**request)


@ElastiCacheErrorHandler.deletion_error_handler("delete the cache subnet group")
@retry("CacheSubnetGroupInUse")
def delete_subnet_group(client: Any, name: str) -> bool:
    """DeleteCacheSubnetGroup; False when it was gone already. In use until a deleted group's nodes are gone."""
    client.delete_cache_subnet_group(CacheSubnetGroupName=name)
    return True


@ElastiCacheErrorHandler.common_error_handler("list the tags of the ElastiCache resource")
@retry(*BUSY)
def list_tags(client: Any, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource."""
    return client.list_tags_for_resource(ResourceName=arn)["TagList"]


@ElastiCacheErrorHandler.common_error_handler("tag the ElastiCache resource")
@retry(*BUSY)
def add_tags(client: Any, arn: str, tags: dict[str, str]) -> None:
    """AddTagsToResource."""
    client.add_tags_to_resource(ResourceName=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@ElastiCacheErrorHandler.common_error_handler("remove tags from the ElastiCache resource")
@retry(*BUSY)
def remove_tags(client: Any, arn: str, keys: list[str]) -> None:
    """RemoveTagsFromResource."""
    client.remove_tags_from_resource(ResourceName=arn, TagKeys=keys)


@ElastiCacheErrorHandler.list_error_handler("describe the ElastiCache user")
@retry()
def describe_user(client: Any, user_id: str) -> dict[str, Any] | None:
    """DescribeUsers for one ID; None when it does not exist."""
    return next(iter(client.describe_users(UserId=user_id)["Users"]), None)


@ElastiCacheErrorHandler.common_error_handler("create the ElastiCache user")
def create_user(client: Any, **request: Any) -> dict[str, Any]:
    """CreateUser, once: see ``core.errors.create_once``."""
    return client.create_user(**request)


@ElastiCacheErrorHandler.common_error_handler("modify the ElastiCache user")
@retry("InvalidUserState")
def modify_user(client: Any, user_id: str, **request: Any) -> None:
    """ModifyUser."""
    client.modify_user(UserId=user_id, **request)


@ElastiCacheErrorHandler.deletion_error_handler("delete the ElastiCache user")
@retry("InvalidUserState")
def delete_user(client: Any, user_id: str) -> bool:
    """DeleteUser; False when it was gone already."""
    client.delete_user(UserId=user_id)
    return True


@ElastiCacheErrorHandler.list_error_handler("describe the ElastiCache user group")
@retry()
def describe_user_group(client: Any, group_id: str) -> dict[str, Any] | None:
    """DescribeUserGroups for one ID; None when it does not exist."""
    return next(iter(client.describe_user_groups(UserGroupId=group_id)["UserGroups"]), None)


@ElastiCacheErrorHandler.common_error_handler("create the ElastiCache user group")
def create_user_group(client: Any, **request: Any) -> dict[str, Any]:
    """CreateUserGroup, once: see ``core.errors.create_once``."""
    return client.create_user_group(**request)


@ElastiCacheErrorHandler.common_error_handler("modify the ElastiCache user group")
@retry("InvalidUserGroupState")
def modify_user_group(client: Any, group_id: str, **request: Any) -> None:
    """ModifyUserGroup."""
    client.modify_user_group(UserGroupId=group_id, **request)


@ElastiCacheErrorHandler.deletion_error_handler("delete the ElastiCache user group")
@retry("InvalidUserGroupState")
def delete_user_group(client: Any, group_id: str) -> bool:
    """DeleteUserGroup; False when it was gone already. In use until a deleted replication group is gone."""
    client.delete_user_group(UserGroupId=group_id)
    return True
