# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.common import RDSErrorHandler

# A cluster that has just become available may still be busy for some seconds.
BUSY = ("InvalidDBClusterStateFault", "InvalidResourceStateFault")


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
    """DescribeDBClusterSnapshots for one name; None when it does not exist."""
    snapshots = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)["DBClusterSnapshots"]
    return snapshots[0] if snapshots else None


@RDSErrorHandler.common_error_handler("describe the instances of the database cluster")
@retry()
def describe_members(client: Any, name: str) -> list[dict[str, Any]]:
    """DescribeDBInstances of a cluster, those being deleted included."""
    pages = client.get_paginator("describe_db_instances").paginate(Filters=[members_filter(name)])
    return pages.build_full_result().get("DBInstances", [])


def members_filter(name: str) -> dict[str, Any]:
    """The filter of DescribeDBInstances for the members of a cluster."""
    return {"Name": "db-cluster-id", "Values": [name]}


@RDSErrorHandler.deletion_error_handler("delete the database instance")
@retry("InvalidDBClusterStateFault")
def delete_member(client: Any, instance: str) -> bool:
    """DeleteDBInstance; AWS takes the final snapshot of a member with its cluster only."""
    client.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)
    return True


@RDSErrorHandler.common_error_handler("tag the database cluster")
@retry()
def add_tags(client: Any, arn: str, tags: dict[str, str]) -> None:
    """AddTagsToResource."""
    client.add_tags_to_resource(ResourceName=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@RDSErrorHandler.common_error_handler("remove tags from the database cluster")
@retry()
def remove_tags(client: Any, arn: str, keys: list[str]) -> None:
    """RemoveTagsFromResource."""
    client.remove_tags_from_resource(ResourceName=arn, TagKeys=keys)
