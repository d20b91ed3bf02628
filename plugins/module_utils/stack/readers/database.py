# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the database of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    call,
    find_security_group,
    not_available,
    summarize,
)


def read_database(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Security group, subnet group, cluster and its instances."""
    subnets = call(clients["rds"], "describe_db_subnet_groups", DBSubnetGroupName=name("aurora-subnets"))
    subnet_group = subnets["DBSubnetGroups"][0] if subnets else {}
    security_group = find_security_group(clients["ec2"], name("aurora-sg"), subnet_group.get("VpcId"))
    answer = call(clients["rds"], "describe_db_clusters", DBClusterIdentifier=name("aurora"))
    cluster = answer["DBClusters"][0] if answer else {}
    members = sorted(cluster.get("DBClusterMembers", []), key=lambda member: member["DBInstanceIdentifier"])
    facts = {
        "cluster_id": cluster.get("DBClusterIdentifier"),
        "cluster_arn": cluster.get("DBClusterArn"),
        "cluster_resource_id": cluster.get("DbClusterResourceId"),
        "state": cluster.get("Status"),
        "engine_version": cluster.get("EngineVersion"),
        "deletion_protection": cluster.get("DeletionProtection", False),
        "instances": [
            {"name": member["DBInstanceIdentifier"], "writer": member["IsClusterWriter"]} for member in members
        ],
        "aurora_endpoint": cluster.get("Endpoint"),
        "aurora_reader_endpoint": cluster.get("ReaderEndpoint"),
        "port": cluster.get("Port"),
        "master_user_secret_arn": (cluster.get("MasterUserSecret") or {}).get("SecretArn"),
        "security_group_id": security_group["GroupId"] if security_group else None,
    }
    instances = [member["DBInstanceIdentifier"] for member in members]
    parts = {
        f"security group {name('aurora-sg')}": security_group,
        f"DB subnet group {name('aurora-subnets')}": subnet_group,
        f"database cluster {name('aurora')}": cluster,
        **{f"database instance {instance}": True for instance in instances},
        **({} if instances else {f"database instance {name('aurora-1')}": False}),
    }
    if details and cluster:
        facts |= database_details(clients["rds"], cluster)
    return summarize(facts, parts)


def database_details(rds: Any, cluster: dict[str, Any]) -> Facts:
    """Time of creation, and what is not available."""
    members = [{"Name": "db-cluster-id", "Values": [cluster["DBClusterIdentifier"]]}]
    instances = (call(rds, "describe_db_instances", Filters=members) or {})["DBInstances"]
    states = {f"database cluster {cluster['DBClusterIdentifier']}": cluster["Status"]}
    states |= {f"database instance {one['DBInstanceIdentifier']}": one["DBInstanceStatus"] for one in instances}
    return {"created": as_text(cluster.get("ClusterCreateTime")), "problems": not_available(states)}
