# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the database of a live stack."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.parameter_groups import SCOPES
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    call,
    describe_groups,
    find_role,
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
        "asleep": "Asleep" in boto3_tag_list_to_ansible_dict(cluster.get("TagList")),
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
    if details:
        made = read_options(clients, name)
        facts |= made | {"security_groups": describe_groups(security_group)}
        parts |= dict.fromkeys(name_options(made), True)
    if details and cluster:
        facts |= database_details(clients["rds"], cluster)
    return summarize(facts, parts)


# Scope of a parameter group to how ours are called.
PARAMETER_GROUPS = {"cluster": "aurora-params", "instance": "aurora-instance-params"}


def read_options(clients: dict[str, Any], name: Name) -> dict[str, Any]:
    """What options of the role have made, whether they are still on or not: parameter groups of each major version, logs, a role."""
    region = clients["rds"].meta.region_name
    prefix = f"/aws/rds/cluster/{name('aurora')}/"
    logs = call(clients["logs"], "describe_log_groups", logGroupNamePrefix=prefix) or {}
    role = find_role(clients["iam"], name(f"rds-monitoring-{region}"))
    return {
        "parameter_groups": [
            {"scope": scope, "name": group}
            for scope in PARAMETER_GROUPS
            for group in parameter_groups(clients, name, scope)
        ],
        "log_groups": [group["logGroupName"] for group in logs.get("logGroups", [])],
        "roles": [role["RoleName"]] if role else [],
    }


def parameter_groups(clients: dict[str, Any], name: Name, scope: str) -> list[str]:
    """The names of the stack's parameter groups, of whatever major version."""
    api = SCOPES[scope]
    ours = re.escape(name(f"{PARAMETER_GROUPS[scope]}-MAJOR")).replace("MAJOR", r"\d+")
    groups = (call(clients["rds"], f"describe_{api.method}_groups") or {})[f"{api.noun}s"]
    found = [group[f"{api.noun}Name"] for group in groups]
    return [group for group in found if re.fullmatch(ours, group)]


def name_options(made: dict[str, Any]) -> list[str]:
    """Kind and name of each part that options have made."""
    return [
        *(f"{SCOPES[group['scope']].kind} {group['name']}" for group in made["parameter_groups"]),
        *(f"log group {group}" for group in made["log_groups"]),
        *(f"role {role}" for role in made["roles"]),
    ]


def database_details(rds: Any, cluster: dict[str, Any]) -> Facts:
    """Time of creation, tags, the instances, and what is not available."""
    members = [{"Name": "db-cluster-id", "Values": [cluster["DBClusterIdentifier"]]}]
    instances = (call(rds, "describe_db_instances", Filters=members) or {})["DBInstances"]
    states = {f"database cluster {cluster['DBClusterIdentifier']}": cluster["Status"]}
    states |= {f"database instance {one['DBInstanceIdentifier']}": one["DBInstanceStatus"] for one in instances}
    writers = {member["DBInstanceIdentifier"] for member in cluster["DBClusterMembers"] if member["IsClusterWriter"]}
    return {
        "created": as_text(cluster.get("ClusterCreateTime")),
        "tags": boto3_tag_list_to_ansible_dict(cluster.get("TagList")),
        "nodes": [
            {
                "name": one["DBInstanceIdentifier"],
                "role": "writer" if one["DBInstanceIdentifier"] in writers else "reader",
                "availability_zone": one.get("AvailabilityZone"),
                "state": one["DBInstanceStatus"],
            }
            for one in sorted(instances, key=lambda one: one["DBInstanceIdentifier"])
        ],
        "problems": not_available(states),
    }
