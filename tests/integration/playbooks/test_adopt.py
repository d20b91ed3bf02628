"""A stack of these names that another tool made is taken over: nothing is made twice, and only what differs is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import SMALL, Plan, Stack

TAGS = {"ManagedBy": "Terraform", "Environment": "dev"}


def listed(name: str | None = None) -> list[dict[str, str]]:
    """The other tool's tags as a list."""
    tags = {**TAGS, "Name": name} if name else TAGS
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def specification(kind: str, name: str) -> list[dict[str, Any]]:
    """The other tool's tags for a new resource of EC2."""
    return [{"ResourceType": kind, "Tags": listed(name)}]


def make_network(account: Account) -> dict[str, Any]:
    """VPC, gateway, subnets, route tables and security groups."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc", "iot-vpc-dev"))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway(TagSpecifications=specification("internet-gateway", "iot-igw-dev"))
    gateway_id = gateway["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc)
    subnets: dict[str, list[str]] = {"public": [], "private": []}
    for kind, first in (("public", 0), ("private", 10)):
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=specification("route-table", f"iot-{kind}-rt-dev"))
        table_id = table["RouteTable"]["RouteTableId"]
        if kind == "public":
            ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
        for number, zone in ((1, "a"), (2, "b")):
            subnet = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"10.0.{first + number - 1}.0/24",
                AvailabilityZone=f"ca-central-1{zone}",
                TagSpecifications=specification("subnet", f"iot-{kind}-{number}-dev"),
            )["Subnet"]["SubnetId"]
            subnets[kind].append(subnet)
            ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": kind == "public"})
            ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet)
    groups = {}
    for name, port, what in (("iot-redis-sg-dev", 6379, "Redis"), ("iot-aurora-sg-dev", 5432, "PostgreSQL")):
        made = ec2.create_security_group(
            GroupName=name,
            Description="Managed by Terraform",
            VpcId=vpc,
            TagSpecifications=specification("security-group", name),
        )
        ranges = [{"CidrIp": "10.0.0.0/16", "Description": what}]  # the emulator cannot change descriptions
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
        ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[rule])
        groups[name] = made["GroupId"]
    return {"subnets": subnets, "groups": groups}


def make_data(account: Account, network: dict[str, Any]) -> None:
    """Secret, cache and database."""
    cache, rds = account.client("elasticache"), account.client("rds")
    password = "made-by-another-tool-1"
    value = {"username": "iotadmin", "password": password, "engine": "postgres", "port": 5432, "dbname": "iotdb"}
    account.client("secretsmanager").create_secret(
        Name="iot-aurora-password-dev", SecretString=json.dumps(value), Tags=listed()
    )
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="iot-redis-subnets-dev",
        CacheSubnetGroupDescription="Managed by Terraform",
        SubnetIds=network["subnets"]["private"],
        Tags=listed(),
    )
    cache.create_replication_group(
        ReplicationGroupId="iot-redis-dev",
        ReplicationGroupDescription="Redis",
        Engine="redis",
        EngineVersion="7.0",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=1,
        AutomaticFailoverEnabled=False,
        Port=6379,
        CacheParameterGroupName="default.redis7",
        CacheSubnetGroupName="iot-redis-subnets-dev",
        SecurityGroupIds=[network["groups"]["iot-redis-sg-dev"]],
        AtRestEncryptionEnabled=True,
        TransitEncryptionEnabled=True,
        Tags=listed(),
    )
    rds.create_db_subnet_group(
        DBSubnetGroupName="iot-aurora-subnets-dev",
        DBSubnetGroupDescription="Managed by Terraform",
        SubnetIds=network["subnets"]["private"],
        Tags=listed(),
    )
    rds.create_db_cluster(
        DBClusterIdentifier="iot-aurora-dev",
        Engine="aurora-postgresql",
        EngineVersion="16",
        DatabaseName="iotdb",
        MasterUsername="iotadmin",
        MasterUserPassword=password,
        DBSubnetGroupName="iot-aurora-subnets-dev",
        VpcSecurityGroupIds=[network["groups"]["iot-aurora-sg-dev"]],
        StorageEncrypted=True,
        EnableHttpEndpoint=True,
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 1.0},
        Tags=listed(),
    )
    rds.create_db_instance(
        DBInstanceIdentifier="iot-aurora-1-dev",
        DBClusterIdentifier="iot-aurora-dev",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
        Tags=listed(),
    )


def make_api(account: Account) -> None:
    """REST API, deployment, stage, usage plan and key; the method needs no key, as in many a first attempt."""
    api = account.client("apigateway")
    rest_api = api.create_rest_api(name="iot-sensor-api-dev", endpointConfiguration={"types": ["REGIONAL"]}, tags=TAGS)[
        "id"
    ]
    root = api.get_resources(restApiId=rest_api)["items"][0]["id"]
    resource = api.create_resource(restApiId=rest_api, parentId=root, pathPart="sensor-data")["id"]
    method = {"restApiId": rest_api, "resourceId": resource, "httpMethod": "POST"}
    api.put_method(**method, authorizationType="NONE", apiKeyRequired=False)
    api.put_method_response(**method, statusCode="200")
    api.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    template = {"application/json": '{"message": "Data received"}'}
    api.put_integration_response(**method, statusCode="200", responseTemplates=template)
    deployment = api.create_deployment(restApiId=rest_api)["id"]
    api.create_stage(restApiId=rest_api, stageName="prod", deploymentId=deployment)
    # The emulator drops the tags of a new stage.
    api.tag_resource(resourceArn=f"arn:aws:apigateway:ca-central-1::/restapis/{rest_api}/stages/prod", tags=TAGS)
    plan = api.create_usage_plan(
        name="iot-usage-plan-dev",
        throttle={"rateLimit": 200.0, "burstLimit": 400},
        apiStages=[{"apiId": rest_api, "stage": "prod"}],
        tags=TAGS,
    )["id"]
    key = api.create_api_key(name="iot-api-key-dev", enabled=True, tags=TAGS)["id"]
    api.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")


@pytest.fixture(scope="module")
def foreign(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack as Terraform would have left it."""
    stack = Stack(Account(ministack), tmp_path_factory.mktemp("adopt") / "stack", {"dev": SMALL})
    make_data(stack.account, make_network(stack.account))
    make_api(stack.account)
    return stack


def changes(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The planned changes by resource."""
    return {change["resource"]: change for change in plan["stacks"]["dev"]["changes"]}


def identities(account: Account) -> dict[str, Any]:
    """What must stay the same."""
    ec2, api = account.client("ec2"), account.client("apigateway")
    secret = account.client("secretsmanager").get_secret_value(SecretId="iot-aurora-password-dev")
    return {
        "vpcs": sorted(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]),
        "subnets": sorted(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]),
        "tables": sorted(table["RouteTableId"] for table in ec2.describe_route_tables()["RouteTables"]),
        "groups": sorted(group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]),
        "apis": [item["id"] for item in api.get_rest_apis()["items"]],
        "plans": [item["id"] for item in api.get_usage_plans()["items"]],
        "keys": [(item["id"], item["value"]) for item in api.get_api_keys(includeValues=True)["items"]],
        "password": json.loads(secret["SecretString"])["password"],
        "instances": [
            one["DBInstanceIdentifier"] for one in account.client("rds").describe_db_instances()["DBInstances"]
        ],
    }


# What differs besides tags, and why it is a real difference.
REAL = {
    "secret iot-aurora-password-dev": {"description", "value.host"},
    "subnet group iot-redis-subnets-dev": {"description"},
    "DB subnet group iot-aurora-subnets-dev": {"description"},
    "replication group iot-redis-dev": {"description"},
    "REST API iot-sensor-api-dev": {"description", "POST /sensor-data.api_key_required"},
    "stage prod": {"definition_hash"},  # nobody knows what is deployed
    "usage plan iot-usage-plan-dev": {"description"},
    "API key iot-api-key-dev": {"description"},
}

# The emulator drops the tags of these when they are made.
WITHOUT_TAGS = {"usage plan iot-usage-plan-dev", "API key iot-api-key-dev"}


def test_a_foreign_stack_is_taken_over(foreign: Stack) -> None:
    account = foreign.account
    before, recorded = identities(account), len(account.emulator.recorded(account.number))
    plan: Plan = foreign.plan()
    planned = changes(plan.document)

    assert plan.code == 2 and not [c for c in account.emulator.recorded(account.number)[recorded:] if is_write(c)]
    assert {change["action"] for change in planned.values()} == {"change"}, plan.output
    for resource, change in planned.items():
        differing = {field for field in change["fields"] if not field.startswith("tags.")}
        assert differing == REAL.get(resource, set()), (resource, differing)
        found = None if resource in WITHOUT_TAGS else "Terraform"
        assert change["fields"]["tags.ManagedBy"] == {"before": found, "after": "Ansible"}, resource
    assert len(planned) == 20

    made = foreign.deploy_changes()
    assert {name: set(one["fields"]) for name, one in changes(made).items()} == {
        name: set(one["fields"]) for name, one in planned.items()
    }
    assert identities(account) == before
    assert foreign.plan().code == 0


def make_vpc(account: Account) -> None:
    """One more VPC of the stack's name."""
    ec2 = account.client("ec2")
    ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc", "iot-vpc-dev"))


def make_rest_api(account: Account) -> None:
    """One more REST API of the stack's name."""
    account.client("apigateway").create_rest_api(name="iot-sensor-api-dev")


@pytest.mark.parametrize(("kind", "create"), [("VPC", make_vpc), ("REST API", make_rest_api)])
def test_two_candidates_are_an_error_that_lists_both(
    ministack: Emulator, tmp_path: Any, kind: str, create: Any
) -> None:
    account = Account(ministack)
    create(account)
    create(account)
    stack = Stack(account, tmp_path / "stack")
    tier = "network" if kind == "VPC" else "api"
    before = len(account.emulator.recorded(account.number))
    refused = stack.plan("--tags", tier)
    deployed = stack.try_run("site", "--tags", tier)
    found = (
        [vpc["VpcId"] for vpc in account.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
        if kind == "VPC"
        else [item["id"] for item in account.client("apigateway").get_rest_apis()["items"]]
    )

    assert refused.code == 1 and deployed.code == 2 and len(found) == 2
    for one in found:
        assert one in refused.output and one in deployed.output
    assert not [call for call in account.emulator.recorded(account.number)[before:] if is_write(call)]
