# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read a tier of a live stack by name and tag. Each reader makes read-only calls and returns the tier's facts.

All facts have ``status``: ``present``, ``incomplete`` (a part is missing) or ``missing``, and the parts by kind and name, such
as ``VPC iot-vpc-dev``: ``found`` and ``missing``. Resources are told by their names, whoever made them. With details, the facts
have ``problems`` (what is not healthy, one sentence each), ``created`` and versions as well, for a few calls more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import Names
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import find_by_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.stages import build_invoke_url
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry

Name = Callable[[str], str]
Facts = dict[str, Any]

SERVICES = {
    "network": ["ec2"],
    "secrets": ["secretsmanager"],
    "cache": ["ec2", "elasticache"],
    "database": ["ec2", "rds"],
    "processing": ["ec2", "events", "iam", "lambda", "sqs"],
    "api": ["apigateway"],
}


class StackErrorHandler(AWSErrorHandler):
    """Raises AnsibleAWSError; a resource that does not exist reads as None."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code(
            [
                "CacheSubnetGroupNotFoundFault",
                "DBClusterNotFoundFault",
                "DBSubnetGroupNotFoundFault",
                "NoSuchEntity",
                "QueueDoesNotExist",
                "AWS.SimpleQueueService.NonExistentQueue",
                "ReplicationGroupNotFoundFault",
                "ResourceNotFoundException",
            ]
        )


def call(client: Any, operation: str, **params: Any) -> dict[str, Any] | None:
    """Make one read-only call, all its pages; None when the resource does not exist.

    :arg operation: the boto3 method, such as ``describe_vpcs``
    """

    @StackErrorHandler.list_error_handler(f"{operation.replace('_', ' ')}")
    @retry()
    def read() -> dict[str, Any]:
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**params).build_full_result()
        return getattr(client, operation)(**params)

    return read()


def only(found: Iterable[dict[str, Any]], kind: str, name: str, id_key: str) -> dict[str, Any] | None:
    """The one resource of a name, or None.

    :raises AnsibleAWSError: when there are several, listing their IDs
    """
    items = list(found)
    if len(items) > 1:
        ids = ", ".join(sorted(item[id_key] for item in items))
        raise AnsibleAWSError(
            message=f"There are {len(items)} {kind}s named {name} ({ids}): remove or rename all but one"
        )
    return items[0] if items else None


def summarize(facts: Facts, parts: dict[str, Any]) -> Facts:
    """Add status, found and missing to a tier's facts.

    :arg parts: kind and name of each part of the tier to something true when it exists
    """
    found = [name for name, part in parts.items() if part]
    missing = [name for name, part in parts.items() if not part]
    status = "present" if not missing else "incomplete" if found else "missing"
    return {"status": status, "found": found, "missing": missing, **facts}


def tag_name(resource: dict[str, Any]) -> str | None:
    """The value of the Name tag."""
    return boto3_tag_list_to_ansible_dict(resource.get("Tags")).get("Name")


def by_name(names: Iterable[str]) -> list[dict[str, Any]]:
    """EC2's filter on Name tags."""
    return [{"Name": "tag:Name", "Values": list(names)}]


def read_network(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """VPC, subnets, internet gateway and route tables. AWS does not tell when it made them."""
    ec2, vpc_name = clients["ec2"], name("vpc")
    vpc = only((call(ec2, "describe_vpcs", Filters=by_name([vpc_name])) or {})["Vpcs"], "VPC", vpc_name, "VpcId")
    if vpc is None:
        return summarize({}, {f"VPC {vpc_name}": False})
    in_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = (call(ec2, "describe_subnets", Filters=in_vpc) or {})["Subnets"]
    tables = (call(ec2, "describe_route_tables", Filters=in_vpc) or {})["RouteTables"]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    gateways = (call(ec2, "describe_internet_gateways", Filters=attached) or {})["InternetGateways"]
    public = stack_subnets(subnets, name, "public")
    private = stack_subnets(subnets, name, "private")
    existing = [subnet["name"] for subnet in public + private]
    subnet_names = dict.fromkeys([name("public-1"), name("private-1"), name("private-2"), *existing])
    public_table = only(
        (t for t in tables if tag_name(t) == name("public-rt")), "route table", name("public-rt"), "RouteTableId"
    )
    private_table = only(
        (t for t in tables if tag_name(t) == name("private-rt")), "route table", name("private-rt"), "RouteTableId"
    )
    endpoints = stack_endpoints((call(ec2, "describe_vpc_endpoints", Filters=in_vpc) or {})["VpcEndpoints"], name)
    endpoint_group = find_security_group(ec2, name("endpoints-sg"), vpc["VpcId"]) if endpoints or details else None
    facts = {
        "vpc_id": vpc["VpcId"],
        "vpc_cidr": vpc["CidrBlock"],
        "internet_gateway_id": gateways[0]["InternetGatewayId"] if gateways else None,
        "public_subnets": public,
        "private_subnets": private,
        "public_subnet_ids": [subnet["id"] for subnet in public],
        "private_subnet_ids": [subnet["id"] for subnet in private],
        "public_route_table_id": public_table["RouteTableId"] if public_table else None,
        "private_route_table_id": private_table["RouteTableId"] if private_table else None,
        "interface_endpoints": endpoints,
        "endpoints_security_group_id": endpoint_group["GroupId"] if endpoint_group else None,
    }
    parts = {
        f"VPC {vpc_name}": vpc,
        f"internet gateway {name('igw')}": gateways,
        **{f"subnet {part}": part in existing for part in subnet_names},
        f"route table {name('public-rt')}": public_table,
        f"route table {name('private-rt')}": private_table,
        **{f"VPC endpoint {endpoint['name']}": True for endpoint in endpoints},
        **({f"security group {name('endpoints-sg')}": True} if endpoint_group else {}),
    }
    if details:
        facts["problems"] = network_problems(public_table, gateways, name)
    return summarize(facts, parts)


def network_problems(public_table: dict[str, Any] | None, gateways: list[dict[str, Any]], name: Name) -> list[str]:
    """A public route table must lead out."""
    gateway_ids = {gateway["InternetGatewayId"] for gateway in gateways}
    routes = public_table["Routes"] if public_table else []
    if any(route.get("GatewayId") in gateway_ids and route.get("State") != "blackhole" for route in routes):
        return []
    return [f"route table {name('public-rt')} has no route to the internet gateway"] if public_table else []


def stack_subnets(subnets: list[dict[str, Any]], name: Name, kind: str) -> list[Facts]:
    """The stack's subnets of a kind (public, private) in the order of their number: name, id, cidr, availability_zone."""
    numbered = {name(f"{kind}-{number}"): number for number in range(1, 100)}
    found = [subnet for subnet in subnets if tag_name(subnet) in numbered]
    found.sort(key=lambda subnet: numbered[str(tag_name(subnet))])
    return [
        {
            "name": tag_name(subnet),
            "id": subnet["SubnetId"],
            "cidr": subnet["CidrBlock"],
            "availability_zone": subnet["AvailabilityZone"],
        }
        for subnet in found
    ]


def stack_endpoints(endpoints: list[dict[str, Any]], name: Name) -> list[dict[str, str]]:
    """The stack's interface endpoints that are not on their way out: name, id, service such as ``secretsmanager``."""
    found = []
    for endpoint in endpoints:
        service = endpoint["ServiceName"].split(".", 3)[-1]  # com.amazonaws.<region>.<service>
        if tag_name(endpoint) == name(f"{service}-endpoint") and endpoint["State"].lower() not in (
            "deleting",
            "deleted",
        ):
            found.append({"name": name(f"{service}-endpoint"), "id": endpoint["VpcEndpointId"], "service": service})
    return sorted(found, key=lambda endpoint: endpoint["name"])


def read_secrets(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """The connection secret, and those of the applications' user and the cache where there are any; never their values."""
    secret_name = name("aurora-password")
    secret = find_secret(clients["secretsmanager"], secret_name)
    more = {
        thing: find_secret(clients["secretsmanager"], name(thing)) for thing in ("aurora-app-password", "redis-auth")
    }
    parts = {
        f"secret {secret_name}": secret,
        **{f"secret {name(thing)}": True for thing, found in more.items() if found},
    }
    if secret is None:
        return summarize({}, parts)
    facts = {
        "secret_arn": secret["ARN"],
        "secret_name": secret["Name"],
        "rotation_enabled": secret.get("RotationEnabled", False),
        "replica_regions": [replica["Region"] for replica in secret.get("ReplicationStatus", [])],
        "rotated_secrets": [one["Name"] for one in (secret, *more.values()) if one and one.get("RotationEnabled")],
        "application_secret_arn": (more["aurora-app-password"] or {}).get("ARN"),
        "auth_secret_arn": (more["redis-auth"] or {}).get("ARN"),
    }
    if details:
        facts |= {
            "created": as_text(secret.get("CreatedDate")),
            "last_changed": as_text(secret.get("LastChangedDate")),
            "last_rotated": as_text(secret.get("LastRotatedDate")),
            "problems": [],
        }
    return summarize(facts, parts)


def find_secret(client: Any, secret_name: str) -> dict[str, Any] | None:
    """A secret that is not pending deletion."""
    secret = call(client, "describe_secret", SecretId=secret_name)
    return None if secret is None or secret.get("DeletedDate") else secret


def read_cache(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Security group, subnet group and replication group."""
    subnets = call(clients["elasticache"], "describe_cache_subnet_groups", CacheSubnetGroupName=name("redis-subnets"))
    subnet_group = subnets["CacheSubnetGroups"][0] if subnets else {}
    security_group = find_security_group(clients["ec2"], name("redis-sg"), subnet_group.get("VpcId"))
    answer = call(clients["elasticache"], "describe_replication_groups", ReplicationGroupId=name("redis"))
    group = answer["ReplicationGroups"][0] if answer else {}
    node = (group.get("NodeGroups") or [{}])[0]
    primary, reader = node.get("PrimaryEndpoint") or {}, node.get("ReaderEndpoint") or {}
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
    if details and group:
        facts |= cache_details(clients["elasticache"], group)
    return summarize(facts, parts)


def cache_details(elasticache: Any, group: dict[str, Any]) -> Facts:
    """Version, time of creation, and nodes that are not available. AWS tells the version of nodes only."""
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
        "problems": not_available(states),
    }


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


# What each function of the stack may be: their names, and those of their roles.
FUNCTIONS = ("ingest", "query", "migrate", "maintain", "rotate")


def read_processing(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Queues, functions, their roles and security group, and the schedule.

    Without a queue there may be the functions that rotate passwords, and nothing else is missing then.
    """
    functions = {function: find_function(clients["lambda"], name(function)) for function in FUNCTIONS}
    queues = {thing: find_queue(clients["sqs"], name(thing)) for thing in ("readings", "readings-dlq")}
    region = clients["lambda"].meta.region_name
    roles = {role: find_role(clients["iam"], name(f"{role}-role-{region}")) for role in (*FUNCTIONS, "api-queue")}
    security_group = find_security_group(clients["ec2"], name("functions-sg"), None)
    rule = call(clients["events"], "describe_rule", Name=name("maintain"))
    parts: dict[str, Any] = {
        f"queue {name('readings')}": queues["readings"],
        f"queue {name('readings-dlq')}": queues["readings-dlq"],
        f"security group {name('functions-sg')}": security_group,
        **{f"function {name(function)}": found for function, found in functions.items()},
        **{f"role {name(f'{role}-role-{region}')}": found for role, found in roles.items()},
        f"rule {name('maintain')}": rule,
    }
    expected = bool(queues["readings"] or functions["ingest"])
    optional = [part for part in parts if not expected or "rotate" in part]
    facts = {
        "queue_arn": arn_of(queues["readings"], "QueueArn"),
        "queue_url": arn_of(queues["readings"], "QueueUrl"),
        "dead_letter_queue_arn": arn_of(queues["readings-dlq"], "QueueArn"),
        "dead_letter_queue_url": arn_of(queues["readings-dlq"], "QueueUrl"),
        "security_group_id": security_group["GroupId"] if security_group else None,
        "api_role_arn": arn_of(roles["api-queue"], "Arn"),
        **{f"{function}_function_arn": arn_of(found, "FunctionArn") for function, found in functions.items()},
    }
    if details and any(parts.values()):
        facts |= processing_details(queues, functions, name)
    kept = {part: found for part, found in parts.items() if found or part not in optional}
    return summarize(facts, kept or {f"queue {name('readings')}": False})


def find_function(client: Any, function_name: str) -> dict[str, Any] | None:
    """The configuration of a function."""
    return call(client, "get_function_configuration", FunctionName=function_name)


def find_role(client: Any, role_name: str) -> dict[str, Any] | None:
    """A role of the account."""
    return (call(client, "get_role", RoleName=role_name) or {}).get("Role")


def find_queue(client: Any, queue_name: str) -> dict[str, Any] | None:
    """A queue's attributes, and its URL as QueueUrl."""
    found = call(client, "get_queue_url", QueueName=queue_name)
    if found is None:
        return None
    answer = call(client, "get_queue_attributes", QueueUrl=found["QueueUrl"], AttributeNames=["All"])
    return {**answer["Attributes"], "QueueUrl": found["QueueUrl"]} if answer else None


def arn_of(found: dict[str, Any] | None, key: str) -> str | None:
    """A field of what was found, or None."""
    return found[key] if found else None


def processing_details(queues: dict[str, Facts | None], functions: dict[str, Facts | None], name: Name) -> Facts:
    """How many messages wait, and what keeps readings from arriving."""
    states = {f"function {name(key)}": found["State"] for key, found in functions.items() if found and "State" in found}
    problems = [f"{resource} is {state}" for resource, state in states.items() if state not in ("Active", "Inactive")]
    failed, waiting = (messages_in(queues[thing]) for thing in ("readings-dlq", "readings"))
    if failed:
        problems.append(
            f"queue {name('readings-dlq')} holds {failed} messages that could not be stored: look at the log of "
            f"{name('ingest')}, then bring them back with redrive.yml"
        )
    return {"messages_waiting": waiting, "messages_failed": failed, "problems": problems}


def messages_in(queue: Facts | None) -> int:
    """The messages that a queue holds, about."""
    return int(queue.get("ApproximateNumberOfMessages", 0)) if queue else 0


def not_available(states: dict[str, str]) -> list[str]:
    """A sentence for each state that is not ``available``."""
    return [f"{resource} is {state}" for resource, state in states.items() if state != "available"]


def read_api(clients: dict[str, Any], name: Name, details: bool = False, stage_name: str = "prod") -> Facts:
    """REST API, stage, usage plan and key, and the keys and plans of the clients; not the keys' values."""
    client, advice = clients["apigateway"], "remove or rename all but one"
    api_name, plan_name, key_name = name("sensor-api"), name("usage-plan"), name("api-key")
    rest_api = find_by_name(api.get_rest_apis(client), api_name, "REST API", advice)
    stage = api.get_stage(client, rest_api["id"], stage_name) if rest_api else None
    plans, keys = api.get_usage_plans(client), api.get_api_keys(client, f"{client_names(name).stack_name}-")
    plan = find_by_name(plans, plan_name, "usage plan", advice)
    key = find_by_name(keys, key_name, "API key", advice)
    names = client_names(name)
    client_plans, client_keys = names.client_plans(plans), names.client_keys(keys)
    facts = {
        "rest_api_id": rest_api["id"] if rest_api else None,
        "stage_name": stage_name if stage else None,
        "deployment_id": stage.get("deploymentId") if stage else None,
        "api_gateway_url": api_url(client, rest_api["id"], stage_name) if rest_api and stage else None,
        "usage_plan_id": plan["id"] if plan else None,
        "throttle": plan.get("throttle") if plan else None,
        "api_key_id": key["id"] if key else None,
        "client_keys": names.key_ids(client_keys),
    }
    parts = {
        f"REST API {api_name}": rest_api,
        f"stage {stage_name}": stage,
        f"usage plan {plan_name}": plan,
        f"API key {key_name}": key,
        **{f"usage plan {one['name']}": True for one in client_plans},
        **{f"API key {one['name']}": True for one in client_keys},
    }
    if details and rest_api:
        facts |= {
            "created": as_text(rest_api.get("createdDate")),
            "deployed": as_text((stage or {}).get("lastUpdatedDate")),
        }
        facts["problems"] = api_problems(client, rest_api, stage, plan, key)
    return summarize(facts, parts)


def client_names(name: Name) -> Names:
    """The names of the clients' keys and plans, in a stack whose resources have such names."""
    stack_name, _thing, stack_environment = name("*").partition("-*-")
    return Names(stack_name, stack_environment)


def api_problems(client: Any, rest_api: Facts, stage: Facts | None, plan: Facts | None, key: Facts | None) -> list[str]:
    """What keeps the client from the API, or its limits from working."""
    problems = []
    if stage and plan and {"apiId": rest_api["id"], "stage": stage["stageName"]} not in stages_of(plan):
        problems.append(f"usage plan {plan['name']} does not hold stage {stage['stageName']}: it limits nobody")
    if key and str(key["enabled"]).lower() == "false":
        problems.append(f"API key {key['name']} is disabled")
    if key and plan and api.get_usage_plan_key(client, plan["id"], key["id"]) is None:
        problems.append(f"API key {key['name']} is not in usage plan {plan['name']}: clients get 403")
    return problems


def stages_of(plan: Facts) -> list[dict[str, str]]:
    """The stages of a usage plan, without their throttles."""
    return [{"apiId": stage["apiId"], "stage": stage["stage"]} for stage in plan.get("apiStages", [])]


def api_url(client: Any, api_id: str, stage_name: str) -> str:
    """The URL of a stage, on AWS or on the emulator the client talks to."""
    return build_invoke_url(client.meta.endpoint_url, client.meta.region_name, api_id, stage_name)


def read_api_key_value(clients: dict[str, Any], key_id: str) -> str | None:
    """The value of an API key, None when it has been deleted since. A secret: only for a user who asked for it."""
    return (api.get_api_key_with_value(clients["apigateway"], key_id) or {}).get("value")


def read_client_key_values(clients: dict[str, Any], name: Name) -> dict[str, str]:
    """The values of the clients' keys by client. Secrets: only for a user who asked for them."""
    names = client_names(name)
    return names.label(api.get_api_key_values(clients["apigateway"], f"{names.stack_name}-client-"))


def find_security_group(ec2: Any, group_name: str, vpc_id: str | None) -> dict[str, Any] | None:
    """The stack's security group of a name: names are unique in a VPC only, and other VPCs may have the same.

    :arg vpc_id: the VPC of the tier's subnet group; without one, the group is told by its Name tag too
    """
    where = {"vpc-id": vpc_id} if vpc_id else {"tag:Name": group_name}
    filters = [{"Name": key, "Values": [value]} for key, value in {"group-name": group_name, **where}.items()]
    found = (call(ec2, "describe_security_groups", Filters=filters) or {})["SecurityGroups"]
    return only(found, "security group", group_name, "GroupId")


def as_text(moment: Any) -> str | None:
    """A datetime as ISO 8601 text."""
    return moment.isoformat() if moment else None


def health(facts: Facts) -> str:
    """``missing``, ``degraded`` (parts are missing, or have problems), or ``healthy``; for facts with details."""
    if facts["status"] == "missing":
        return "missing"
    return "degraded" if facts["missing"] or facts.get("problems") else "healthy"


def age_text(created: str, now: datetime) -> str:
    """The time since then in its two largest units, such as ``3 d 4 h``.

    :arg created: a time in ISO 8601 with its zone
    """
    minutes, _seconds = divmod(max(0, int((now - datetime.fromisoformat(created)).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


READERS: dict[str, Callable[..., Facts]] = {
    "network": read_network,
    "secrets": read_secrets,
    "cache": read_cache,
    "database": read_database,
    "processing": read_processing,
    "api": read_api,
}


def make_clients(module: AnsibleAWSModule, tiers: Iterable[str]) -> dict[str, Any]:
    """The boto3 clients that the readers of these tiers need, by service."""
    return {service: module.client(service) for tier in tiers for service in SERVICES[tier]}


def read_tiers(clients: dict[str, Any], name: Name, tiers: list[str], details: bool = False) -> dict[str, Facts]:
    """The facts of each tier, read at the same time. boto3 clients may be shared by threads, but must be made by one."""
    with ThreadPoolExecutor(max_workers=max(1, len(tiers))) as pool:
        readings = {tier: pool.submit(READERS[tier], clients, name, details) for tier in tiers}
        return {tier: reading.result() for tier, reading in readings.items()}
