# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the cache of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    call,
    describe_groups,
    find_security_group,
    not_available,
    summarize,
)


def read_cache(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Security group, subnet group and replication group."""
    subnets = call(clients["elasticache"], "describe_cache_subnet_groups", CacheSubnetGroupName=name("redis-subnets"))
    subnet_group = subnets["CacheSubnetGroups"][0] if subnets else {}
    security_group = find_security_group(clients["ec2"], name("redis-sg"), subnet_group.get("VpcId"))
    answer = call(clients["elasticache"], "describe_replication_groups", ReplicationGroupId=name("redis"))
    group = answer["ReplicationGroups"][0] if answer else {}
    node = (group.get("NodeGroups") or [{}])[0]
    # With cluster mode on, clients find all shards, and their replicas, at the configuration endpoint.
    configuration = (group.get("ConfigurationEndpoint") if group.get("ClusterEnabled") else None) or {}
    primary = configuration or node.get("PrimaryEndpoint") or {}
    reader = configuration or node.get("ReaderEndpoint") or {}
    facts = {
        "replication_group_id": group.get("ReplicationGroupId"),
        "state": group.get("Status"),
        "engine": group.get("Engine"),
        "node_type": group.get("CacheNodeType"),
        "member_clusters": group.get("MemberClusters", []),
        "redis_endpoint": primary.get("Address"),
        "redis_reader_endpoint": reader.get("Address"),
        "port": primary.get("Port"),
        "security_group_id": security_group["GroupId"] if security_group else None,
    }
    parts = {
        f"security group {name('redis-sg')}": security_group,
        f"subnet group {name('redis-subnets')}": subnet_group,
        f"replication group {name('redis')}": group,
    }
    if details:
        facts["security_groups"] = describe_groups(security_group)
    if details and group:
        facts |= cache_details(clients["elasticache"], group)
    return summarize(facts, parts)


def cache_details(elasticache: Any, group: dict[str, Any]) -> Facts:
    """Version, time of creation, the nodes, and those that are not available. AWS tells the version of nodes only."""
    nodes = (call(elasticache, "describe_cache_clusters") or {})["CacheClusters"]
    nodes = [node for node in nodes if node["CacheClusterId"] in group["MemberClusters"]]
    states = {f"replication group {group['ReplicationGroupId']}": group["Status"]}
    states |= {f"node {node['CacheClusterId']}": node["CacheClusterStatus"] for node in nodes}
    created = group.get("ReplicationGroupCreateTime") or min(
        (node["CacheClusterCreateTime"] for node in nodes if "CacheClusterCreateTime" in node), default=None
    )
    return {
        "engine_version": nodes[0].get("EngineVersion") if nodes else None,
        "created": as_text(created),
        "nodes": [describe_node(node, group) for node in sorted(nodes, key=lambda node: node["CacheClusterId"])],
        "problems": not_available(states),
    }


def describe_node(node: dict[str, Any], group: dict[str, Any]) -> Facts:
    """A node: name, role (``primary``, ``replica``; None where AWS does not tell, with cluster mode on), availability_zone, state."""
    members = [member for shard in group.get("NodeGroups") or [] for member in shard.get("NodeGroupMembers") or []]
    role = next((one.get("CurrentRole") for one in members if one["CacheClusterId"] == node["CacheClusterId"]), None)
    return {
        "name": node["CacheClusterId"],
        "role": role,
        "availability_zone": node.get("PreferredAvailabilityZone"),
        "state": node["CacheClusterStatus"],
    }
