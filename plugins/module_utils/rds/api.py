# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_message
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.common import RDSErrorHandler

# A cluster that has just become available may still be busy for some seconds.
BUSY = ("InvalidDBClusterStateFault", "InvalidResourceStateFault")
# So may an instance, and its cluster is busy while another instance is made or deleted.
INSTANCE_BUSY = ("InvalidDBInstanceState", "InvalidDBClusterStateFault")


@RDSErrorHandler.list_error_handler("describe the database cluster")
@retry()
def describe_cluster(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeDBClusters for one name, with its tags; None when it does not exist."""
    clusters = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    return clusters[0] if clusters else None


@RDSErrorHandler.common_error_handler("create the database cluster")
@retry()
def create_cluster(client: Any, **request: Any) -> dict[str, Any]:
    """CreateDBCluster; AWS refuses a second cluster of the same name."""
    return client.create_db_cluster(**request)["DBCluster"]


@RDSErrorHandler.common_error_handler("modify the database cluster")
@retry(*BUSY)
def modify_cluster(client: Any, name: str, **request: Any) -> dict[str, Any]:
    """ModifyDBCluster."""
    return client.modify_db_cluster(DBClusterIdentifier=name, **request)["DBCluster"]


@RDSErrorHandler.common_error_handler("switch the HTTP endpoint of the database cluster")
@retry(*BUSY)
def switch_http_endpoint(client: Any, arn: str, enabled: bool) -> None:
    """EnableHttpEndpoint or DisableHttpEndpoint, the switch of Serverless v2 and provisioned clusters."""
    switch = client.enable_http_endpoint if enabled else client.disable_http_endpoint
    switch(ResourceArn=arn)


@RDSErrorHandler.deletion_error_handler("delete the database cluster")
@retry(*BUSY)
def delete_cluster(client: Any, name: str, **request: Any) -> bool:
    """DeleteDBCluster; False when it was gone already."""
    client.delete_db_cluster(DBClusterIdentifier=name, **request)
    return True


@RDSErrorHandler.list_error_handler("describe the database cluster's snapshot")
@retry()
def describe_cluster_snapshot(client: Any, snapshot: str) -> dict[str, Any] | None:
    """DescribeDBClusterSnapshots for one name, or the ARN of one that another account shares; None when it does not exist."""
    shared = {"IncludeShared": True} if snapshot.startswith("arn:") else {}
    snapshots = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot, **shared)[
        "DBClusterSnapshots"
    ]
    return snapshots[0] if snapshots else None


@RDSErrorHandler.common_error_handler("fail over database cluster {name}")
@retry("InvalidDBClusterStateFault")
def failover_cluster(client: Any, name: str, target: str) -> None:
    """FailoverDBCluster: make the instance ``target`` the writer."""
    client.failover_db_cluster(DBClusterIdentifier=name, TargetDBInstanceIdentifier=target)


@RDSErrorHandler.list_error_handler("describe the instances of the database cluster", [])
@retry()
def describe_members(client: Any, name: str) -> list[dict[str, Any]]:
    """DescribeDBInstances of a cluster with their tags, those being deleted included; empty without such a cluster."""
    pages = client.get_paginator("describe_db_instances").paginate(Filters=[members_filter(name)])
    return pages.build_full_result().get("DBInstances", [])


def members_filter(name: str) -> dict[str, Any]:
    """The filter of DescribeDBInstances for the members of a cluster."""
    return {"Name": "db-cluster-id", "Values": [name]}


@RDSErrorHandler.list_error_handler("describe database instances", [])
@retry()
def describe_instances(client: Any, names: list[str]) -> list[dict[str, Any]]:
    """DescribeDBInstances for those of the names that exist, in whatever cluster."""
    filters = [{"Name": "db-instance-id", "Values": names}]
    pages = client.get_paginator("describe_db_instances").paginate(Filters=filters)
    return pages.build_full_result().get("DBInstances", [])


@RDSErrorHandler.common_error_handler("create database instance {name}")
@retry()
def create_instance(client: Any, name: str, **request: Any) -> None:
    """CreateDBInstance; AWS refuses a second instance of the same name."""
    client.create_db_instance(DBInstanceIdentifier=name, **request)


@RDSErrorHandler.common_error_handler("modify database instance {name}")
@retry(*INSTANCE_BUSY)
def modify_instance(client: Any, name: str, **request: Any) -> None:
    """ModifyDBInstance."""
    client.modify_db_instance(DBInstanceIdentifier=name, **request)


@RDSErrorHandler.deletion_error_handler("delete database instance {instance}")
@retry(*INSTANCE_BUSY)
def delete_member(client: Any, instance: str) -> bool:
    """DeleteDBInstance; AWS takes the final snapshot of a member with its cluster only. False when it was going already."""
    try:
        client.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)
    except is_boto3_error_message("already being deleted"):
        return False
    return True


@RDSErrorHandler.list_error_handler("describe DB subnet group {name}")
@retry()
def describe_subnet_group(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeDBSubnetGroups for one name; None when it does not exist."""
    groups = client.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    return groups[0] if groups else None


@RDSErrorHandler.common_error_handler("create DB subnet group {name}")
@retry()
def create_subnet_group(client: Any, name: str, **request: Any) -> None:
    """CreateDBSubnetGroup; AWS refuses a second group of the same name."""
    client.create_db_subnet_group(DBSubnetGroupName=name, **request)


@RDSErrorHandler.common_error_handler("modify DB subnet group {name}")
@retry()
def modify_subnet_group(client: Any, name: str, **request: Any) -> None:
    """ModifyDBSubnetGroup; AWS wants all subnets in each request."""
    client.modify_db_subnet_group(DBSubnetGroupName=name, **request)


@RDSErrorHandler.deletion_error_handler("delete DB subnet group {name}")
@retry("InvalidDBSubnetGroupStateFault", "InvalidDBSubnetStateFault")
def delete_subnet_group(client: Any, name: str) -> bool:
    """DeleteDBSubnetGroup; False when it was gone already. In use until a deleted cluster is gone."""
    client.delete_db_subnet_group(DBSubnetGroupName=name)
    return True


@RDSErrorHandler.common_error_handler("list the tags of {arn}")
@retry()
def list_tags(client: Any, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource."""
    return client.list_tags_for_resource(ResourceName=arn)["TagList"]


@RDSErrorHandler.common_error_handler("tag {arn}")
@retry()
def add_tags(client: Any, arn: str, tags: dict[str, str]) -> None:
    """AddTagsToResource."""
    client.add_tags_to_resource(ResourceName=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@RDSErrorHandler.common_error_handler("remove tags from {arn}")
@retry()
def remove_tags(client: Any, arn: str, keys: list[str]) -> None:
    """RemoveTagsFromResource."""
    client.remove_tags_from_resource(ResourceName=arn, TagKeys=keys)
