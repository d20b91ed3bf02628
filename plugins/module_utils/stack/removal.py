# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What would stop the removal of a stack half way, and what stays behind; read-only calls.

A blocker is a sentence that names the resource and says what to do. All of them are found before the first delete.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.domains import own_domain
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.api import client_names, stages_of
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import Facts, Name, call, tag_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.network import (
    GONE_NATS,
    NATS,
    PRIVATE_TABLES,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2 import api as waf

Clients = dict[str, Any]
Stack = dict[str, Facts]


def find_blockers(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """What would stop the removal of these tiers.

    :arg clients: boto3 clients by service
    :arg stack: the facts of all tiers, as the readers return them
    """
    return [blocker for tier in tiers for blocker in BLOCKERS[tier](clients, name, stack, tiers)]


def block_network(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """Everything inside the VPC that is not the stack's, or that stays with its tier."""
    facts = stack["network"]
    if "vpc_id" not in facts:
        return []
    vpc = f"VPC {name('vpc')} ({facts['vpc_id']})"
    staying = [tier for tier in IN_VPC if tier not in tiers and stack[tier]["found"]]
    blockers = [
        f"{vpc} holds the {tier} ({', '.join(stack[tier]['found'])}): remove it too, with --tags network,{tier}"
        for tier in staying
    ]
    foreign = find_foreign(clients["ec2"], facts, own_groups(stack))
    return blockers + [f"{vpc} holds {thing}, which is not part of the stack: remove it first" for thing in foreign]


# The tiers that live inside the VPC, each with a security group.
IN_VPC = ("cache", "database", "processing")


def own_groups(stack: Stack) -> set[str]:
    """The IDs of the stack's security groups."""
    found = [stack[tier].get("security_group_id") for tier in IN_VPC]
    return {group for group in (*found, stack["network"].get("endpoints_security_group_id")) if group}


def find_foreign(ec2: Any, facts: Facts, groups: set[str]) -> list[str]:
    """What is in the VPC besides the stack, such as ``instance i-1 (web)``.

    Network interfaces of the stack's cache and database have the stack's security groups and no others.
    """
    in_vpc = [{"Name": "vpc-id", "Values": [facts["vpc_id"]]}]
    subnets = {subnet["id"] for kind in ("public", "private") for subnet in facts[f"{kind}_subnets"]}
    endpoints = {endpoint["id"] for kind in ("interface", "gateway") for endpoint in facts.get(f"{kind}_endpoints", [])}
    nats = {nat["id"] for nat in facts["nat_gateways"]}
    tables = {facts["public_route_table_id"], *facts["private_route_table_ids"]}
    own: dict[str, Callable[[dict[str, Any]], bool]] = {
        "instance": lambda instance: instance["State"]["Name"] in ("terminated", "shutting-down"),
        "NAT gateway": lambda gateway: gateway["NatGatewayId"] in nats or gateway["State"] in GONE_NATS,
        "VPC endpoint": lambda endpoint: (
            endpoint["VpcEndpointId"] in endpoints or endpoint["State"] in ("deleted", "deleting")
        ),
        "network interface": lambda card: (
            card.get("InterfaceType") == "nat_gateway"  # goes with its gateway, which is among these itself
            or (bool(card["Groups"]) and {g["GroupId"] for g in card["Groups"]} <= groups)
        ),
        "subnet": lambda subnet: subnet["SubnetId"] in subnets,
        "route table": lambda table: table["RouteTableId"] in tables or is_main(table),
        "security group": lambda group: group["GroupId"] in groups or group["GroupName"] == "default",
    }
    return [
        describe(kind, id_key, item)
        for kind, (operation, filter_key, key, id_key) in KINDS.items()
        for item in items_of(call(ec2, operation, **{filter_key: in_vpc}) or {}, key)
        if not own[kind](item)
    ]


# Kind to boto3 method, name of its filter, key of its answer, key of the ID.
KINDS = {
    "instance": ("describe_instances", "Filters", "Reservations", "InstanceId"),
    "NAT gateway": ("describe_nat_gateways", "Filter", "NatGateways", "NatGatewayId"),
    "VPC endpoint": ("describe_vpc_endpoints", "Filters", "VpcEndpoints", "VpcEndpointId"),
    "network interface": ("describe_network_interfaces", "Filters", "NetworkInterfaces", "NetworkInterfaceId"),
    "subnet": ("describe_subnets", "Filters", "Subnets", "SubnetId"),
    "route table": ("describe_route_tables", "Filters", "RouteTables", "RouteTableId"),
    "security group": ("describe_security_groups", "Filters", "SecurityGroups", "GroupId"),
}


def items_of(answer: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The items of an answer; instances come in reservations."""
    if key == "Reservations":
        return [instance for reservation in answer.get(key, []) for instance in reservation["Instances"]]
    return answer.get(key, [])


def is_main(table: dict[str, Any]) -> bool:
    """Whether a route table is the VPC's main one, which goes with it."""
    return any(association.get("Main") for association in table.get("Associations", []))


def describe(kind: str, id_key: str, item: dict[str, Any]) -> str:
    """Kind, ID and what else tells a person what it is."""
    said = tag_name(item) or item.get("GroupName") or item.get("ServiceName") or item.get("Description")
    return f"{kind} {item[id_key]} ({said})" if said else f"{kind} {item[id_key]}"


def block_references(clients: Clients, group_id: str | None, own: set[str], label: str) -> list[str]:
    """Rules of other security groups that name this one: AWS deletes no group that another refers to."""
    if not group_id:
        return []
    groups = [
        group
        for direction in ("ip-permission", "egress.ip-permission")
        for group in (
            call(
                clients["ec2"],
                "describe_security_groups",
                Filters=[{"Name": f"{direction}.group-id", "Values": [group_id]}],
            )
            or {}
        )["SecurityGroups"]
        if group["GroupId"] not in own and refers_to(group, group_id)
    ]
    found = sorted({f"{group['GroupId']} ({group['GroupName']})" for group in groups})
    return [f"security group {one} has a rule for {label}: remove the rule first" for one in found]


def refers_to(group: dict[str, Any], group_id: str) -> bool:
    """Whether a rule of the group names the other one."""
    rules = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
    return any(pair.get("GroupId") == group_id for rule in rules for pair in rule.get("UserIdGroupPairs", []))


def block_cache(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """Other nodes in the subnet group, and rules that name the security group."""
    facts = stack["cache"]
    if not facts["found"]:
        return []
    nodes = (call(clients["elasticache"], "describe_cache_clusters") or {})["CacheClusters"]
    return [
        f"cache cluster {node['CacheClusterId']} uses subnet group {name('redis-subnets')}: move or remove it first"
        for node in nodes
        if node.get("CacheSubnetGroupName") == name("redis-subnets")
        and node["CacheClusterId"] not in facts["member_clusters"]
        and node.get("ReplicationGroupId") != facts["replication_group_id"]
    ] + block_references(clients, facts.get("security_group_id"), own_groups(stack), name("redis-sg"))


def block_database(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """Deletion protection, other clusters in the subnet group, and rules that name the security group."""
    facts = stack["database"]
    blockers = []
    if facts.get("deletion_protection"):
        blockers.append(
            f"database cluster {name('aurora')} has deletion protection: set database_deletion_protection to false and run "
            "site.yml with --tags database first"
        )
    if not facts["found"]:
        return blockers
    clusters = (call(clients["rds"], "describe_db_clusters") or {})["DBClusters"]
    blockers += [
        f"database cluster {cluster['DBClusterIdentifier']} uses DB subnet group {name('aurora-subnets')}: remove it first"
        for cluster in clusters
        if cluster.get("DBSubnetGroup") == name("aurora-subnets")
        and cluster["DBClusterIdentifier"] != facts["cluster_id"]
    ]
    return blockers + block_references(clients, facts.get("security_group_id"), own_groups(stack), name("aurora-sg"))


def block_secrets(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """What stays behind without its password or its keys."""
    facts = stack["secrets"]
    blockers = []
    if facts["found"] and "database" not in tiers and stack["database"].get("cluster_id"):
        blockers.append(
            f"secret {name('aurora-password')} holds the password of {name('aurora')}, which stays: remove it too, with "
            "--tags secrets,database"
        )
    if facts.get("kms_key_arns"):
        keys = ", ".join(name(f"{purpose}-key") for purpose in facts["kms_key_arns"])
        blockers += [
            f"KMS keys ({keys}) may encrypt the {tier} ({', '.join(found['found'])}), which stays: remove it too, with "
            f"--tags secrets,{tier}"
            for tier, found in stack.items()
            if tier not in tiers and tier != "secrets" and found["found"]
        ]
    return blockers


def block_processing(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """An API that goes on sending to the queue, a secret that goes on calling its rotation, and rules for the functions."""
    facts, blockers = stack["processing"], []
    if not facts["found"]:
        return []
    if "api" not in tiers and uses(clients, stack["api"].get("rest_api_id"), (name("readings"), name("query"))):
        blockers.append(
            f"API {name('sensor-api')} leads to queue {name('readings')}: remove it too, with --tags processing,api, or set "
            "api_integration to mock and run site.yml with --tags api first"
        )
    if "secrets" not in tiers and facts["rotate_function_arn"]:
        blockers += [
            f"secret {secret} is rotated by function {name('rotate')}: set secrets_rotation to none and run site.yml with "
            "--tags secrets first"
            for secret in stack["secrets"].get("rotated_secrets", [])
        ]
    return blockers + block_references(clients, facts["security_group_id"], own_groups(stack), name("functions-sg"))


def block_observability(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """Nothing: AWS deletes alarms, dashboards and topics whatever refers to them."""
    return []


def uses(clients: Clients, rest_api_id: str | None, names: tuple[str, ...]) -> bool:
    """Whether a method of the API leads to a queue or function of one of these names."""
    resources = api.get_resources(clients["apigateway"], rest_api_id) if rest_api_id else []
    methods = [method for resource in resources for method in resource.get("resourceMethods", {}).values()]
    uris = [method.get("methodIntegration", {}).get("uri", "") for method in methods]
    return any(name in re.split(r"[:/]", uri) for uri in uris for name in names)


def block_api(clients: Clients, name: Name, stack: Stack, tiers: list[str]) -> list[str]:
    """Usage plans that share stages with others, and custom domains that lead to the API."""
    facts, client = stack["api"], clients["apigateway"]
    if not facts["found"]:
        return []
    api_id, blockers = facts["rest_api_id"], []
    plans = api.get_usage_plans(client)
    own = {facts["usage_plan_id"], *(plan["id"] for plan in client_names(name).client_plans(plans))}
    for plan in plans:
        others = [stage for stage in stages_of(plan) if stage["apiId"] != api_id]
        if plan["id"] in own:
            blockers += [
                f"usage plan {plan['name']} also limits stage {stage['stage']} of API {stage['apiId']}: take it out first"
                for stage in others
            ]
        elif len(others) < len(stages_of(plan)):
            blockers.append(
                f"usage plan {plan.get('name', plan['id'])} holds a stage of {name('sensor-api')}: take it out first"
            )
    return (
        blockers
        + (block_domains(client, name, api_id) if api_id else [])
        + (block_web_acl(clients["wafv2"], name, api_id) if f"web ACL {name('api-waf')}" in facts["found"] else [])
    )


def block_domains(client: Any, name: Name, api_id: str) -> list[str]:
    """Custom domains of others that lead to the API, and the stack's own one where it leads to other APIs too."""
    found = api.get_domain_names(client)
    own, blockers = (own_domain(found, name("api-domain")) or {}).get("domainName"), []
    for domain in found:
        mapped = mapped_apis(client, domain["domainName"])
        if domain["domainName"] == own:
            others = sorted({one for one in mapped if one != api_id})
            blockers += [
                f"domain {domain['domainName']} leads to API {one} too: remove its base path mapping first"
                for one in others
            ]
        elif api_id in mapped:
            blockers.append(
                f"domain {domain['domainName']} leads to {name('sensor-api')}: remove its base path mapping first"
            )
    return blockers


def block_web_acl(client: Any, name: Name, api_id: str | None) -> list[str]:
    """What else the stack's web ACL guards: AWS deletes none that is in use."""
    acl = next((acl for acl in waf.list_web_acls(client) if acl["Name"] == name("api-waf")), None)
    guarded = waf.list_guarded(client, acl["ARN"], "API_GATEWAY") if acl else []
    return [
        f"web ACL {name('api-waf')} guards {arn}: take it off first"
        for arn in guarded
        if f"/restapis/{api_id}/stages/" not in arn
    ]


def mapped_apis(client: Any, domain: str) -> list[str]:
    """The IDs of the APIs a custom domain leads to."""
    return [mapping["restApiId"] for mapping in api.get_base_path_mappings(client, domain)]


BLOCKERS: dict[str, Callable[[Clients, Name, Stack, list[str]], list[str]]] = {
    "network": block_network,
    "secrets": block_secrets,
    "cache": block_cache,
    "database": block_database,
    "processing": block_processing,
    "api": block_api,
    "observability": block_observability,
}


def find_tagged(clients: Clients, name: Name) -> list[str]:
    """What EC2 still has under a Name tag of the stack, such as ``subnet subnet-1 (iot-public-3-dev)``.

    Each kind is asked for by itself: AWS's index of tags goes on listing what has just been deleted.
    """
    filters = [{"Name": "tag:Name", "Values": [name(thing) for thing in EC2_THINGS]}]
    return [
        describe(kind, id_key, item)
        for kind, (operation, filter_key, key, id_key) in TAGGED_KINDS.items()
        for item in (call(clients["ec2"], operation, **{filter_key: filters}) or {})[key]
        if item.get("State") not in GONE_NATS
    ]


# Kind to boto3 method, name of its filter, key of its answer, key of the ID.
TAGGED_KINDS = {
    "VPC": ("describe_vpcs", "Filters", "Vpcs", "VpcId"),
    "internet gateway": ("describe_internet_gateways", "Filters", "InternetGateways", "InternetGatewayId"),
    "flow log": ("describe_flow_logs", "Filter", "FlowLogs", "FlowLogId"),
    **{kind: KINDS[kind] for kind in ("NAT gateway", "subnet", "route table", "security group")},
}

# A filter takes up to 200 values.
EC2_THINGS = [
    *(
        "vpc",
        "igw",
        "public-rt",
        *NATS,
        *PRIVATE_TABLES,
        "redis-sg",
        "aurora-sg",
        "functions-sg",
        "endpoints-sg",
        "default-sg",
        "flow-log",
    ),
    *(f"{kind}-{number}" for kind in ("public", "private") for number in range(1, 51)),
]


def find_kept(clients: Clients, name: Name, stack: Stack, snapshots: dict[str, str | None]) -> list[str]:
    """What stays on purpose: last snapshots and their KMS keys, secrets and keys in their windows, and Elastic IPs.

    :arg snapshots: as find_snapshots returns them
    """
    filters = [{"Name": "tag:Name", "Values": [name(thing) for thing in NATS]}]
    kept = [
        f"Elastic IP {address['PublicIp']} ({tag_name(address)}), which AWS bills until it is released"
        for address in (call(clients["ec2"], "describe_addresses", Filters=filters) or {})["Addresses"]
    ]
    for thing in ("aurora-password", "aurora-app-password", "redis-auth"):
        secret = call(clients["secretsmanager"], "describe_secret", SecretId=name(thing))
        if secret and secret.get("DeletedDate"):
            kept.append(
                f"secret {secret['Name']}, deleted for good after its recovery window, until then restored by a deploy"
            )
    kept += [
        f"KMS key {name(f'{purpose}-key')}, deleted for good at {date}, until then taken back by a deploy"
        for purpose, date in stack["secrets"].get("kms_keys_pending_deletion", {}).items()
    ]
    kept += [
        f"KMS key {name(f'{purpose}-key')}, without which nobody can read {', '.join(readable)}"
        for purpose, readable in kept_keys(stack, snapshots).items()
    ]
    return kept + list(snapshots)


def find_snapshots(clients: Clients, name: Name) -> dict[str, str | None]:
    """The snapshots that outlive the stack, such as ``cluster snapshot iot-aurora-dev-final-…``, each with its KMS key."""
    of_cluster = call(
        clients["rds"], "describe_db_cluster_snapshots", DBClusterIdentifier=name("aurora"), SnapshotType="manual"
    )
    of_cache = call(
        clients["elasticache"], "describe_snapshots", ReplicationGroupId=name("redis"), SnapshotSource="manual"
    )
    return {
        **{
            f"cluster snapshot {one['DBClusterSnapshotIdentifier']}": one.get("KmsKeyId")
            for one in (of_cluster or {}).get("DBClusterSnapshots", [])
        },
        **{
            f"cache snapshot {one['SnapshotName']}": one.get("KmsKeyId")
            for one in (of_cache or {}).get("Snapshots", [])
        },
    }


def kept_keys(stack: Stack, snapshots: dict[str, str | None]) -> dict[str, list[str]]:
    """The stack's KMS keys that stay for as long as there are snapshots of theirs: purpose to snapshots."""
    using = {
        purpose: [snapshot for snapshot, used in snapshots.items() if used == key]
        for purpose, key in stack["secrets"].get("kms_key_arns", {}).items()
    }
    return {purpose: found for purpose, found in using.items() if found}
