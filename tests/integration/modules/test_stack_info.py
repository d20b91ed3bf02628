"""stack_info against MiniStack and moto, on stacks made with boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

TIERS = ["network", "secrets", "cache", "database", "processing", "api", "observability"]
PASSWORD = "a-password-that-nobody-may-see"
KEY_VALUE = "a-value-of-a-key-that-nobody-may-see"
# The calls each tier may cost, by names: a budget.
BUDGET = {
    "network": [
        "DescribeInternetGateways",
        "DescribeRouteTables",
        "DescribeSubnets",
        "DescribeVpcEndpoints",
        "DescribeVpcs",
    ],
    "secrets": ["DescribeSecret"] * 3,
    "cache": ["DescribeCacheSubnetGroups", "DescribeReplicationGroups", "DescribeSecurityGroups"],
    "database": ["DescribeDBClusters", "DescribeDBSubnetGroups", "DescribeSecurityGroups"],
    "processing": [
        *["GetFunctionConfiguration"] * 5,
        *["GetQueueUrl"] * 2,
        *["GetRole"] * 6,
        *("DescribeRule", "DescribeSecurityGroups"),
    ],
    "api": ["GetApiKeys", "GetRestApis", "GetStage", "GetUsagePlans"],
    "observability": ["DescribeAlarms", "DescribeRule", "GetCallerIdentity", "GetDashboard", "GetTopicAttributes"],
}


def tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}, {"Key": "ManagedBy", "Value": "Ansible"}]


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tags(name)}]


def make_network(account: Account, stack: str = "iot") -> dict[str, Any]:
    """A network as the role makes it; returns its IDs."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", f"{stack}-vpc-dev"))["Vpc"]["VpcId"]
    subnets = {}
    for kind, first in (("public", 0), ("private", 10)):
        subnets[kind] = [
            ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"10.0.{first + index}.0/24",
                AvailabilityZone=f"ca-central-1{zone}",
                TagSpecifications=tagged("subnet", f"{stack}-{kind}-{index + 1}-dev"),
            )["Subnet"]["SubnetId"]
            for index, zone in enumerate("ab")
        ]
        ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", f"{stack}-{kind}-rt-dev"))
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    return {"vpc": vpc, **subnets, "gateway": gateway}


def make_group(account: Account, vpc: str, name: str) -> str:
    return account.client("ec2").create_security_group(
        GroupName=name, Description="Test", VpcId=vpc, TagSpecifications=tagged("security-group", name)
    )["GroupId"]


def make_secret(account: Account, stack: str = "iot") -> str:
    value = json.dumps({"username": "iotadmin", "password": PASSWORD})
    return account.client("secretsmanager").create_secret(Name=f"{stack}-aurora-password-dev", SecretString=value)[
        "ARN"
    ]


def make_api(account: Account, stack: str = "iot") -> dict[str, str]:
    """REST API, stage, plan and key; returns their IDs."""
    client = account.client("apigateway")
    api = client.create_rest_api(name=f"{stack}-sensor-api-dev")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    client.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    client.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    client.create_deployment(restApiId=api, stageName="prod")
    plan = client.create_usage_plan(name=f"{stack}-usage-plan-dev", throttle={"rateLimit": 200.0, "burstLimit": 400})
    key = client.create_api_key(name=f"{stack}-api-key-dev", value=KEY_VALUE, enabled=True)
    client.create_api_key(name=f"{stack}-api-key-dev-second", enabled=True)
    return {"api": api, "plan": plan["id"], "key": key["id"]}


def make_services(account: Account, network: dict[str, Any]) -> dict[str, str]:
    """Cache and database; returns the IDs of their security groups."""
    cache, rds, subnets = account.client("elasticache"), account.client("rds"), network["private"]
    groups = {thing: make_group(account, network["vpc"], f"iot-{thing}-sg-dev") for thing in ("redis", "aurora")}
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="iot-redis-subnets-dev", CacheSubnetGroupDescription="Test", SubnetIds=subnets
    )
    cache.create_replication_group(
        ReplicationGroupId="iot-redis-dev", ReplicationGroupDescription="Test", Engine="redis", NumCacheClusters=2
    )
    rds.create_db_subnet_group(
        DBSubnetGroupName="iot-aurora-subnets-dev", DBSubnetGroupDescription="Test", SubnetIds=subnets
    )
    rds.create_db_cluster(
        DBClusterIdentifier="iot-aurora-dev",
        Engine="aurora-postgresql",
        MasterUsername="iot",
        MasterUserPassword=PASSWORD,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="iot-aurora-1-dev",
        DBClusterIdentifier="iot-aurora-dev",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )
    return groups


def read(account: Account, *tiers: str, stack: str = "iot", **options: Any) -> Any:
    """Run stack_info for some tiers; it must change nothing."""
    result = account.run("stack_info", stack_name=stack, stack_environment="dev", gather_subset=[*tiers], **options)
    assert result["changed"] is False and result.writes == []
    return result


def test_a_whole_stack_within_its_budget(account: Account) -> None:
    network = make_network(account)
    arn, api, groups = make_secret(account), make_api(account), make_services(account, network)
    result = account.run("stack_info", stack_name="iot", stack_environment="dev")
    stack = result["stack"]

    # The processing has tests of its own, in tests/integration/processing, and so has the observability.
    made = {tier: facts["status"] for tier, facts in stack.items() if tier not in ("processing", "observability")}
    assert list(stack) == TIERS and set(made.values()) == {"present"}
    assert stack["processing"]["status"] == stack["observability"]["status"] == "missing"
    assert stack["network"]["vpc_id"] == network["vpc"] and stack["network"]["vpc_cidr"] == "10.0.0.0/16"
    assert stack["network"]["public_subnet_ids"] == network["public"]
    assert stack["network"]["private_subnet_ids"] == network["private"]
    assert stack["network"]["internet_gateway_id"] == network["gateway"]
    assert stack["secrets"]["secret_arn"] == arn
    assert stack["cache"]["redis_endpoint"] and stack["cache"]["port"] and stack["cache"]["state"] == "available"
    assert stack["cache"]["security_group_id"] == groups["redis"]
    assert stack["database"]["instances"] == [{"name": "iot-aurora-1-dev", "writer": True}]
    assert stack["database"]["security_group_id"] == groups["aurora"] and stack["database"]["aurora_endpoint"]
    assert (stack["api"]["rest_api_id"], stack["api"]["usage_plan_id"]) == (api["api"], api["plan"])
    assert stack["api"]["api_key_id"] == api["key"] and api["api"] in stack["api"]["api_gateway_url"]
    assert PASSWORD not in result.output and KEY_VALUE not in result.output
    assert result.writes == [] and sorted(result.calls) == sorted(sum(BUDGET.values(), []))


def test_details_have_what_a_picture_needs_and_limits_what_clients_may_do(account: Account) -> None:
    network = make_network(account)
    made, groups = make_api(account), make_services(account, network)
    access = [{"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
    account.client("ec2").authorize_security_group_ingress(GroupId=groups["redis"], IpPermissions=access)
    account.client("apigateway").create_usage_plan_key(usagePlanId=made["plan"], keyId=made["key"], keyType="API_KEY")
    result = read(account, "network", "cache", "database", "api", details=True, limits=True)
    stack = result["stack"]

    (redis,), (aurora,) = stack["cache"]["security_groups"], stack["database"]["security_groups"]
    rule = {"protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_ip": "10.0.0.0/16"}
    assert (redis["id"], redis["name"], redis["rules"]) == (groups["redis"], "iot-redis-sg-dev", [rule])
    assert aurora["rules"] == [] and aurora["rules_egress"] == [{"protocol": "-1", "cidr_ip": "0.0.0.0/0"}]
    nodes = stack["cache"]["nodes"]
    assert [(one["role"], one["state"]) for one in nodes] == [("primary", "available"), ("replica", "available")]
    assert all(one["availability_zone"].startswith("ca-central-1") for one in nodes)
    (instance,) = stack["database"]["nodes"]
    assert (instance["name"], instance["role"], instance["state"]) == ("iot-aurora-1-dev", "writer", "available")
    assert stack["network"]["tags"] == {"Name": "iot-vpc-dev", "ManagedBy": "Ansible"}
    # Deployed by hand.
    assert stack["api"]["deployment"]["created"] and stack["api"]["deployment"]["version"] is None
    (plan,) = stack["api"]["limits"]["plans"]
    assert (plan["of"], plan["rate_limit"], plan["burst_limit"]) == ("standard", 200.0, 400)
    assert plan["clients"] == [{"client": None, "key": "iot-api-key-dev", "enabled": True}]
    assert "limits" not in read(account, "api", details=True)["stack"]["api"] and KEY_VALUE not in result.output


@pytest.mark.parametrize("tier", TIERS)
def test_one_tier_that_is_missing(account: Account, tier: str) -> None:
    result = read(account, tier)

    assert list(result["stack"]) == [tier] and result["stack"][tier]["status"] == "missing"
    assert result["stack"][tier]["missing"] and result["stack"][tier]["found"] == []
    assert set(result.calls) <= set(BUDGET[tier]) and len(result.calls) <= len(BUDGET[tier])


def test_placeholders_only_in_check_mode_and_only_on_request(account: Account) -> None:
    network = make_network(account)
    planned = read(account, *TIERS, placeholders=True, check_mode=True)["stack"]
    asked = read(account, *TIERS, check_mode=True)
    real = read(account, *TIERS, placeholders=True)

    assert planned["network"]["status"] == "present" and planned["network"]["vpc_id"] == network["vpc"]
    assert {planned[tier]["status"] for tier in TIERS[1:]} == {"planned"}
    assert planned["database"]["aurora_endpoint"] == "known-after-deploy"
    assert asked["stack"] == real["stack"]
    assert "known-after-deploy" not in asked.output and "planned" not in real.output


def test_a_network_that_was_interrupted_is_planned_to_its_end(account: Account) -> None:
    network = make_network(account)
    account.client("ec2").delete_subnet(SubnetId=network["private"][1])
    live = read(account, "network")["stack"]["network"]
    planned = read(account, "network", placeholders=True, check_mode=True)["stack"]["network"]

    assert live["status"] == "incomplete" and live["missing"] == ["subnet iot-private-2-dev"]
    assert planned["private_subnet_ids"][0] == network["private"][0] and len(planned["private_subnet_ids"]) == 2


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_the_keys_value_only_on_request(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    stack = f"key-{emulator[:4]}"
    key = make_api(account, stack)["key"]
    hidden = read(account, "api", stack=stack)
    shown = read(account, "api", stack=stack, show_api_key=True)

    assert "api_key_value" not in hidden["stack"]["api"] and KEY_VALUE not in hidden.output
    assert shown["stack"]["api"]["api_key_value"] == KEY_VALUE and shown["stack"]["api"]["api_key_id"] == key
    assert [call for call in shown.calls if call not in BUDGET["api"]] == ["GetApiKey"]


def test_the_keys_value_of_a_missing_key(account: Account) -> None:
    assert "api_key_value" not in read(account, "api", show_api_key=True)["stack"]["api"]


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_two_vpcs_of_one_name_are_refused(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    stack = f"twice-{emulator[:4]}"
    vpcs = sorted(make_network(account, stack)["vpc"] for _number in range(2))
    message = account.fail("stack_info", stack_name=stack, stack_environment="dev", gather_subset=["network"])

    assert message == (f"There are 2 VPCs named {stack}-vpc-dev ({', '.join(vpcs)}): remove or rename all but one")


def test_two_usage_plans_of_one_name_are_refused(account: Account) -> None:
    plans = sorted(make_api(account)["plan"] for _number in range(2))
    account.client("apigateway").delete_rest_api(
        restApiId=account.client("apigateway").get_rest_apis()["items"][0]["id"]
    )
    message = account.fail("stack_info", stack_name="iot", stack_environment="dev")

    assert f"2 usage plans have it ({', '.join(plans)})" in message and "remove or rename all but one" in message


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_a_secret_pending_deletion_is_missing(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    stack = f"gone-{emulator[:4]}"
    arn = make_secret(account, stack)
    before = read(account, "secrets", stack=stack)
    account.client("secretsmanager").delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    after = read(account, "secrets", stack=stack)

    assert before["stack"]["secrets"]["secret_arn"] == arn and after["stack"]["secrets"]["status"] == "missing"
    assert PASSWORD not in before.output + after.output


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_security_groups_of_other_vpcs_do_not_count(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    stack = f"foreign-{emulator[:4]}"
    ec2, cache = account.client("ec2"), account.client("elasticache")
    foreign = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.create_security_group(GroupName=f"{stack}-redis-sg-dev", Description="Test", VpcId=foreign)
    alone = read(account, "cache", stack=stack)["stack"]["cache"]
    network = make_network(account, stack)
    ours = make_group(account, network["vpc"], f"{stack}-redis-sg-dev")
    half = read(account, "cache", stack=stack)["stack"]["cache"]
    cache.create_cache_subnet_group(
        CacheSubnetGroupName=f"{stack}-redis-subnets-dev",
        CacheSubnetGroupDescription="Test",
        SubnetIds=network["private"],
    )
    whole = read(account, "cache", stack=stack)["stack"]["cache"]

    assert alone["status"] == "missing" and alone["security_group_id"] is None
    assert half["security_group_id"] == whole["security_group_id"] == ours
    assert whole["missing"] == [f"replication group {stack}-redis-dev"]


def test_another_environment_and_another_region_are_not_seen(account: Account) -> None:
    make_network(account)
    other = account.run("stack_info", stack_name="iot", stack_environment="qa", gather_subset=["network"])
    abroad = read(account, "network", region="eu-central-1")

    assert other["stack"]["network"]["status"] == abroad["stack"]["network"]["status"] == "missing"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stack_name": "Iot"}, "stack_name is 'Iot'"),
        ({"stack_environment": "e" * 40}, "up to 33"),
        ({"gather_subset": ["netwrok"]}, "gather_subset"),
    ],
)
def test_bad_input_before_any_call(account: Account, options: dict[str, Any], said: str) -> None:
    result = account.try_run("stack_info", **{"stack_name": "iot", "stack_environment": "dev", **options})

    assert result["failed"] and said in result["msg"] and result.calls == []


def test_clients_are_told_by_their_names(account: Account) -> None:
    client = account.client("apigateway")
    for name in ("iot-api-key-dev", "iot-client-a-dev", "iot-client-a-next-dev", "iot-client-b-qa"):
        client.create_api_key(name=name)
    client.create_api_key(name="iot-client-x-a-dev", tags={"Environment": "a-dev"})
    for name in ("iot-tier-gold-plan-dev", "iot-client-a-plan-dev", "iot-tier-gold-plan-qa"):
        client.create_usage_plan(name=name)
    options = {"stack_name": "iot", "stack_environment": "dev"}
    facts = account.run("stack_info", **options, gather_subset=["api"], show_api_key=True)["stack"]["api"]
    removal = account.run("stack_removal_info", **options, tiers=["api"])

    clients = [
        "usage plan iot-tier-gold-plan-dev",
        "usage plan iot-client-a-plan-dev",
        "API key iot-client-a-dev",
        "API key iot-client-a-next-dev",
    ]
    assert facts["found"] == ["API key iot-api-key-dev", *clients] == removal["resources"]["api"]
    assert list(facts["client_keys"]) == ["a", "a-next"] and facts["status"] == "incomplete"
    values = {key["name"]: key["value"] for key in client.get_api_keys(includeValues=True)["items"]}
    assert facts["client_key_values"] == {
        "a": values["iot-client-a-dev"],
        "a-next": values["iot-client-a-next-dev"],
    }


def test_a_plan_of_clients_with_a_foreign_stage_blocks_the_removal(account: Account) -> None:
    client = account.client("apigateway")
    client.create_usage_plan(name="iot-tier-gold-plan-dev", apiStages=[{"apiId": "other", "stage": "prod"}])
    blockers = account.run("stack_removal_info", stack_name="iot", stack_environment="dev", tiers=["api"])["blockers"]

    assert blockers == ["usage plan iot-tier-gold-plan-dev also limits stage prod of API other: take it out first"]
