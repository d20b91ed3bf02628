"""site.yml from nothing to the whole stack, read back with boto3."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import DEFAULT_ACCOUNT, Account
from stacks import Run, Stack

TAGS = {"Environment": "dev", "Project": "IoT-Sensor-Processing", "ManagedBy": "Ansible", "Owner": "team-a"}


@dataclass
class Deployed:
    """A stack, its first deploy at the highest verbosity, and what AWS had before."""

    stack: Stack
    first: Run

    def client(self, service: str) -> Any:
        return self.stack.account.client(service)


@pytest.fixture(scope="module")
def deployed(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The stack of the design's table, deployed once for this module."""
    # The emulator serves the APIs of its default account: a reading is posted without a signature.
    account = Account(ministack, number=DEFAULT_ACCOUNT)
    stack = Stack(account, tmp_path_factory.mktemp("site") / "stack", {"dev": {"stack_tags": {"Owner": "team-a"}}})
    cache = stack.folder / "facts"
    first = stack.run(
        "site",
        "-vvvv",
        "--diff",
        ANSIBLE_CACHE_PLUGIN="ansible.builtin.jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(cache),
    )
    yield Deployed(stack, first)


def named(pairs: list[dict[str, str]]) -> dict[str, str]:
    """A list of Key and Value as a dict."""
    return {pair["Key"]: pair["Value"] for pair in pairs}


def with_name(name: str) -> dict[str, str]:
    """The tags of a resource."""
    return {**TAGS, "Name": name}


def find(client: Any, operation: str, key: str, name: str) -> dict[str, Any]:
    """The one EC2 resource with this Name tag."""
    (found,) = getattr(client, operation)(Filters=[{"Name": "tag:Name", "Values": [name]}])[key]
    return found


def test_vpc(deployed: Deployed) -> None:
    ec2 = deployed.client("ec2")
    vpc = find(ec2, "describe_vpcs", "Vpcs", "iot-vpc-dev")

    assert vpc["CidrBlock"] == "10.0.0.0/16" and named(vpc["Tags"]) == with_name("iot-vpc-dev")
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        name = attribute[0].lower() + attribute[1:]
        answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=name)
        assert answer[attribute]["Value"] is True
    gateway = find(ec2, "describe_internet_gateways", "InternetGateways", "iot-igw-dev")
    assert gateway["Attachments"][0]["VpcId"] == vpc["VpcId"] and named(gateway["Tags"]) == with_name("iot-igw-dev")


@pytest.mark.parametrize(
    ("name", "cidr", "zone", "public"),
    [
        ("iot-public-1-dev", "10.0.0.0/24", "ca-central-1a", True),
        ("iot-public-2-dev", "10.0.1.0/24", "ca-central-1b", True),
        ("iot-private-1-dev", "10.0.10.0/24", "ca-central-1a", False),
        ("iot-private-2-dev", "10.0.11.0/24", "ca-central-1b", False),
    ],
)
def test_subnets(deployed: Deployed, name: str, cidr: str, zone: str, public: bool) -> None:
    subnet = find(deployed.client("ec2"), "describe_subnets", "Subnets", name)

    assert (subnet["CidrBlock"], subnet["AvailabilityZone"], subnet["MapPublicIpOnLaunch"]) == (cidr, zone, public)
    assert named(subnet["Tags"]) == with_name(name)


@pytest.mark.parametrize("kind", ["public", "private"])
def test_route_tables(deployed: Deployed, kind: str) -> None:
    ec2 = deployed.client("ec2")
    table = find(ec2, "describe_route_tables", "RouteTables", f"iot-{kind}-rt-dev")
    subnets = {find(ec2, "describe_subnets", "Subnets", f"iot-{kind}-{number}-dev")["SubnetId"] for number in (1, 2)}
    gateway = find(ec2, "describe_internet_gateways", "InternetGateways", "iot-igw-dev")["InternetGatewayId"]
    outward = {r["DestinationCidrBlock"]: r["GatewayId"] for r in table["Routes"] if r.get("GatewayId") != "local"}

    assert {association["SubnetId"] for association in table["Associations"]} == subnets
    assert outward == ({"0.0.0.0/0": gateway} if kind == "public" else {})
    assert named(table["Tags"]) == with_name(f"iot-{kind}-rt-dev")


def test_secret(deployed: Deployed) -> None:
    client = deployed.client("secretsmanager")
    secret = client.describe_secret(SecretId="iot-aurora-password-dev")
    value = json.loads(client.get_secret_value(SecretId="iot-aurora-password-dev")["SecretString"])
    cluster = deployed.client("rds").describe_db_clusters(DBClusterIdentifier="iot-aurora-dev")["DBClusters"][0]

    assert named(secret["Tags"]) == with_name("iot-aurora-password-dev")
    assert len(value.pop("password")) == 32
    assert value == {
        "username": "iotadmin",
        "engine": "postgres",
        "host": cluster["Endpoint"],
        "port": 5432,
        "dbname": "iotdb",
    }


@pytest.mark.parametrize(("name", "port"), [("iot-redis-sg-dev", 6379), ("iot-aurora-sg-dev", 5432)])
def test_security_groups(deployed: Deployed, name: str, port: int) -> None:
    ec2 = deployed.client("ec2")
    group = find(ec2, "describe_security_groups", "SecurityGroups", name)
    (rule,) = group["IpPermissions"]

    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", port, port)
    assert [ip_range["CidrIp"] for ip_range in rule["IpRanges"]] == ["10.0.0.0/16"]
    assert group["VpcId"] == find(ec2, "describe_vpcs", "Vpcs", "iot-vpc-dev")["VpcId"]
    assert named(group["Tags"]) == with_name(name)


def private_subnets(deployed: Deployed) -> set[str]:
    """The IDs of the private subnets."""
    ec2 = deployed.client("ec2")
    return {find(ec2, "describe_subnets", "Subnets", f"iot-private-{number}-dev")["SubnetId"] for number in (1, 2)}


def test_cache(deployed: Deployed) -> None:
    client = deployed.client("elasticache")
    (group,) = client.describe_replication_groups(ReplicationGroupId="iot-redis-dev")["ReplicationGroups"]
    (subnets,) = client.describe_cache_subnet_groups(CacheSubnetGroupName="iot-redis-subnets-dev")["CacheSubnetGroups"]
    member = client.describe_cache_clusters(CacheClusterId=group["MemberClusters"][0])["CacheClusters"][0]

    assert (group["AutomaticFailover"], group["MultiAZ"], group["CacheNodeType"]) == (
        "enabled",
        "enabled",
        "cache.t3.micro",
    )
    assert group["AtRestEncryptionEnabled"] is True and group["TransitEncryptionEnabled"] is True
    assert len(group["MemberClusters"]) == 2 and group["NodeGroups"][0]["PrimaryEndpoint"]["Port"] == 6379
    assert (member["Engine"], member["EngineVersion"][:3]) == ("redis", "7.0")
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert member["CacheSubnetGroupName"] == "iot-redis-subnets-dev"
    assert {subnet["SubnetIdentifier"] for subnet in subnets["Subnets"]} == private_subnets(deployed)
    for resource, name in ((group, "iot-redis-dev"), (subnets, "iot-redis-subnets-dev")):
        assert named(client.list_tags_for_resource(ResourceName=resource["ARN"])["TagList"]) == with_name(name)


def test_database(deployed: Deployed) -> None:
    client = deployed.client("rds")
    (cluster,) = client.describe_db_clusters(DBClusterIdentifier="iot-aurora-dev")["DBClusters"]
    (subnets,) = client.describe_db_subnet_groups(DBSubnetGroupName="iot-aurora-subnets-dev")["DBSubnetGroups"]
    group = find(deployed.client("ec2"), "describe_security_groups", "SecurityGroups", "iot-aurora-sg-dev")

    assert (cluster["Engine"], cluster["EngineMode"], cluster["DatabaseName"]) == (
        "aurora-postgresql",
        "provisioned",
        "iotdb",
    )
    assert cluster["MasterUsername"] == "iotadmin" and cluster["StorageEncrypted"] is True
    assert cluster["HttpEndpointEnabled"] is True and cluster["Port"] == 5432
    scaling = cluster["ServerlessV2ScalingConfiguration"]
    assert (scaling["MinCapacity"], scaling["MaxCapacity"]) == (0.5, 1.0)
    assert [item["VpcSecurityGroupId"] for item in cluster["VpcSecurityGroups"]] == [group["GroupId"]]
    assert {subnet["SubnetIdentifier"] for subnet in subnets["Subnets"]} == private_subnets(deployed)
    assert named(cluster["TagList"]) == with_name("iot-aurora-dev")
    tags = client.list_tags_for_resource(ResourceName=subnets["DBSubnetGroupArn"])["TagList"]
    assert named(tags) == with_name("iot-aurora-subnets-dev")


@pytest.mark.parametrize("name", ["iot-aurora-1-dev", "iot-aurora-2-dev"])
def test_instances(deployed: Deployed, name: str) -> None:
    (instance,) = deployed.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]

    assert (instance["DBInstanceClass"], instance["DBClusterIdentifier"]) == ("db.serverless", "iot-aurora-dev")
    assert instance["PubliclyAccessible"] is False and named(instance["TagList"]) == with_name(name)


def rest_api(client: Any) -> dict[str, Any]:
    """The stack's REST API."""
    (api,) = [item for item in client.get_rest_apis()["items"] if item["name"] == "iot-sensor-api-dev"]
    return api


def test_rest_api(deployed: Deployed) -> None:
    client = deployed.client("apigateway")
    api = rest_api(client)
    resources = {item["path"]: item for item in client.get_resources(restApiId=api["id"], embed=["methods"])["items"]}
    stage = client.get_stage(restApiId=api["id"], stageName="prod")

    assert api["endpointConfiguration"]["types"] == ["REGIONAL"] and api["tags"] == with_name("iot-sensor-api-dev")
    assert set(resources) == {"/", "/sensor-data"} and list(resources["/sensor-data"]["resourceMethods"]) == ["POST"]
    method = client.get_method(restApiId=api["id"], resourceId=resources["/sensor-data"]["id"], httpMethod="POST")
    integration = method["methodIntegration"]
    assert method["apiKeyRequired"] is True and integration["type"] == "MOCK"
    assert integration["requestTemplates"] == {"application/json": '{"statusCode": 200}'}
    templates = integration["integrationResponses"]["200"]["responseTemplates"]
    assert templates == {"application/json": '{"message": "Data received"}'}
    assert stage["tags"] == with_name("prod") and stage["deploymentId"]


def test_usage_plan_and_key(deployed: Deployed) -> None:
    client = deployed.client("apigateway")
    (plan,) = client.get_usage_plans()["items"]
    (key,) = client.get_api_keys()["items"]

    assert plan["name"] == "iot-usage-plan-dev" and plan["throttle"] == {"rateLimit": 200.0, "burstLimit": 400}
    assert plan["apiStages"] == [{"apiId": rest_api(client)["id"], "stage": "prod"}]
    assert plan["tags"] == with_name("iot-usage-plan-dev")
    assert (key["name"], key["enabled"], key["tags"]) == ("iot-api-key-dev", True, with_name("iot-api-key-dev"))
    assert [item["id"] for item in client.get_usage_plan_keys(usagePlanId=plan["id"])["items"]] == [key["id"]]


def outputs(stack: Stack) -> dict[str, Any]:
    """The outputs file of the stack."""
    return json.loads((stack.folder / "outputs" / "iot-dev-ca-central-1.json").read_text())


def post(url: str, key: str | None) -> tuple[int, str]:
    """POST a reading; status and body."""
    headers = {"Content-Type": "application/json", **({"x-api-key": key} if key else {})}
    request = urllib.request.Request(
        f"{url}/sensor-data", data=b'{"device": "sensor-1"}', headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def key_value(deployed: Deployed) -> str:
    """The API key's value."""
    (key,) = deployed.client("apigateway").get_api_keys(includeValues=True)["items"]
    return key["value"]


def test_outputs(deployed: Deployed) -> None:
    live = outputs(deployed.stack)
    (cluster,) = deployed.client("rds").describe_db_clusters()["DBClusters"]
    (group,) = deployed.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    node = group["NodeGroups"][0]

    assert live == {
        "vpc_id": find(deployed.client("ec2"), "describe_vpcs", "Vpcs", "iot-vpc-dev")["VpcId"],
        "redis_endpoint": node["PrimaryEndpoint"]["Address"],
        "redis_reader_endpoint": node["ReaderEndpoint"]["Address"],
        "aurora_endpoint": cluster["Endpoint"],
        "aurora_reader_endpoint": cluster["ReaderEndpoint"],
        "api_gateway_url": live["api_gateway_url"],
        "api_key_id": deployed.client("apigateway").get_api_keys()["items"][0]["id"],
        "secrets_manager_secret_arn": deployed.client("secretsmanager").describe_secret(
            SecretId="iot-aurora-password-dev"
        )["ARN"],
    }
    for value in live.values():
        assert value in deployed.first.output


def test_clients_need_a_key(deployed: Deployed) -> None:
    url = outputs(deployed.stack)["api_gateway_url"]

    assert post(url, None)[0] == 403
    assert post(url, "wrong" * 6)[0] == 403
    assert post(url, key_value(deployed)) == (200, '{"message": "Data received"}')


def test_no_secret_anywhere(deployed: Deployed) -> None:
    """The first run was at -vvvv with --diff and a facts cache."""
    secret = deployed.client("secretsmanager").get_secret_value(SecretId="iot-aurora-password-dev")["SecretString"]
    written = [
        path.read_bytes().decode(errors="replace") for path in deployed.stack.folder.rglob("*") if path.is_file()
    ]

    assert len(deployed.first.output) > 50_000, "the run was not verbose"
    for hidden in (json.loads(secret)["password"], key_value(deployed)):
        assert hidden not in deployed.first.output
        assert not any(hidden in text for text in written)


def test_second_run_changes_nothing(deployed: Deployed) -> None:
    account = deployed.stack.account
    api = rest_api(deployed.client("apigateway"))["id"]
    deployments = deployed.client("apigateway").get_deployments(restApiId=api)["items"]
    versions = deployed.client("secretsmanager").list_secret_version_ids(SecretId="iot-aurora-password-dev")["Versions"]
    before = len(account.emulator.recorded(account.number))
    second = deployed.stack.deploy()

    writes = [call for call in account.emulator.recorded(account.number)[before:] if is_write(call)]
    assert second.changed == 0, second.changed_tasks
    assert writes == []
    assert deployed.client("apigateway").get_deployments(restApiId=api)["items"] == deployments
    after = deployed.client("secretsmanager").list_secret_version_ids(SecretId="iot-aurora-password-dev")["Versions"]
    assert [version["VersionId"] for version in after] == [version["VersionId"] for version in versions]


@pytest.mark.parametrize("tier", ["network", "secrets", "cache", "database", "api"])
def test_a_tier_alone_changes_nothing(deployed: Deployed, tier: str) -> None:
    assert deployed.stack.deploy("--tags", tier).changed == 0


def test_plan_of_a_deployed_stack_is_empty(deployed: Deployed) -> None:
    assert deployed.stack.deploy("--check", "--diff").changed == 0


def test_a_client_above_its_rate_is_throttled(deployed: Deployed) -> None:
    """Runs after the others in this file or before: the rate is put back."""
    stack = deployed.stack
    changed = stack.deploy("--tags", "api", api_throttle_rate_limit=2, api_throttle_burst_limit=3)
    url, key = outputs(stack)["api_gateway_url"], key_value(deployed)
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _number: post(url, key)[0], range(40)))
    back = stack.deploy("--tags", "api")

    assert changed.changed_tasks == ["Ensure the usage plan iot-usage-plan-dev"] == back.changed_tasks
    assert set(codes) == {200, 429} and codes.count(200) < 20
