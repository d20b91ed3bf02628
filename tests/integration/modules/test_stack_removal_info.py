"""stack_removal_info against MiniStack: what would stop a removal half way, and what is left after one."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account, ModuleResult

NAMES = {"stack_name": "iot", "stack_environment": "dev"}


def look(account: Account, *tiers: str) -> ModuleResult:
    """Run the module; it never writes."""
    result = account.run("stack_removal_info", **NAMES, **({"tiers": list(tiers)} if tiers else {}))
    assert result.writes == [] and not result["changed"]
    return result


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    """The Name tag of a new resource."""
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


@pytest.fixture
def network(account: Account) -> dict[str, str]:
    """A VPC with one subnet and the cache's security group."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", "iot-vpc-dev"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", TagSpecifications=tagged("subnet", f"iot-private-{number}-dev")
        )["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(GroupName="iot-redis-sg-dev", Description="x", VpcId=vpc)["GroupId"]
    account.client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName="iot-redis-subnets-dev", CacheSubnetGroupDescription="x", SubnetIds=subnets
    )
    return {"vpc": vpc, "subnet": subnets[0], "group": group}


def test_nothing(account: Account) -> None:
    result = look(account)

    assert set(result["resources"]) == {"network", "secrets", "cache", "database", "processing", "api", "observability"}
    assert not any(result["resources"].values())
    assert result["blockers"] == result["left_by_tag"] == result["kept"] == []


def test_a_role_for_an_authorizer_is_found_without_its_api(account: Account) -> None:
    trust = '{"Version": "2012-10-17", "Statement": []}'
    account.client("iam").create_role(RoleName="iot-authorize-role-ca-central-1-dev", AssumeRolePolicyDocument=trust)

    assert look(account, "api")["resources"] == {"api": ["role iot-authorize-role-ca-central-1-dev"]}


def test_the_stack_itself_is_no_blocker(account: Account, network: dict[str, str]) -> None:
    account.client("ec2").create_network_interface(SubnetId=network["subnet"], Groups=[network["group"]])
    result = look(account)

    assert result["blockers"] == []
    assert "VPC iot-vpc-dev" in result["resources"]["network"]
    assert result["resources"]["cache"] == ["security group iot-redis-sg-dev", "subnet group iot-redis-subnets-dev"]
    assert f"VPC {network['vpc']} (iot-vpc-dev)" in result["left_by_tag"] and len(result["left_by_tag"]) == 3


def test_what_is_not_ours_inside_the_vpc(account: Account, network: dict[str, str]) -> None:
    ec2, vpc = account.client("ec2"), network["vpc"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = ec2.create_security_group(GroupName="foreign", Description="x", VpcId=vpc)["GroupId"]
    card = ec2.create_network_interface(SubnetId=subnet, Groups=[group], Description="of a function")
    instance = ec2.run_instances(
        ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet, TagSpecifications=tagged("instance", "web")
    )["Instances"][0]["InstanceId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.ca-central-1.s3")["VpcEndpoint"]
    blockers = look(account, "network", "cache")["blockers"]

    for thing in (
        f"instance {instance} (web)",
        f"VPC endpoint {endpoint['VpcEndpointId']} (com.amazonaws.ca-central-1.s3)",
        f"network interface {card['NetworkInterface']['NetworkInterfaceId']} (of a function)",
        f"subnet {subnet}",
        f"route table {table}",
        f"security group {group} (foreign)",
    ):
        sentence = f"VPC iot-vpc-dev ({vpc}) holds {thing}, which is not part of the stack: remove it first"
        assert sentence in blockers, blockers


def test_a_network_does_not_go_before_its_tiers(account: Account, network: dict[str, str]) -> None:
    (blocker,) = look(account, "network")["blockers"]

    assert "holds the cache (security group iot-redis-sg-dev, " in blocker and "--tags network,cache" in blocker


def test_a_rule_of_another_group_that_names_ours(account: Account, network: dict[str, str]) -> None:
    ec2 = account.client("ec2")
    other = ec2.create_security_group(GroupName="app", Description="x", VpcId=network["vpc"])["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": network["group"]}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[rule])

    assert look(account, "cache")["blockers"] == [
        f"security group {other} (app) has a rule for iot-redis-sg-dev: remove the rule first"
    ]


def test_deletion_protection_and_a_stranger_in_the_subnet_group(account: Account, network: dict[str, str]) -> None:
    rds = account.client("rds")
    subnets = [subnet["SubnetId"] for subnet in account.client("ec2").describe_subnets()["Subnets"]][:2]
    rds.create_db_subnet_group(
        DBSubnetGroupName="iot-aurora-subnets-dev", DBSubnetGroupDescription="x", SubnetIds=subnets
    )
    for name, protected in (("iot-aurora-dev", True), ("foreign", False)):
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            MasterUsername="iotadmin",
            MasterUserPassword="a-password-of-16",
            DBSubnetGroupName="iot-aurora-subnets-dev",
            DeletionProtection=protected,
        )
    protection, stranger = look(account, "database")["blockers"]

    assert "database cluster iot-aurora-dev has deletion protection" in protection
    assert stranger == "database cluster foreign uses DB subnet group iot-aurora-subnets-dev: remove it first"


def test_a_secret_does_not_go_before_its_cluster(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name="iot-aurora-password-dev", SecretString="{}")
    account.client("rds").create_db_cluster(
        DBClusterIdentifier="iot-aurora-dev",
        Engine="aurora-postgresql",
        MasterUsername="iotadmin",
        MasterUserPassword="a-password-of-16",
    )

    assert "--tags secrets,database" in look(account, "secrets")["blockers"][0]
    assert look(account, "secrets", "database")["blockers"] == []


def test_usage_plans_that_are_shared(account: Account) -> None:
    api = account.client("apigateway")
    ours, other = (api.create_rest_api(name=name)["id"] for name in ("iot-sensor-api-dev", "other"))
    for rest_api in (ours, other):
        deployment = api.create_deployment(restApiId=rest_api)["id"]
        api.create_stage(restApiId=rest_api, stageName="prod", deploymentId=deployment)
    both = [{"apiId": rest_api, "stage": "prod"} for rest_api in (ours, other)]
    api.create_usage_plan(name="iot-usage-plan-dev", apiStages=both)
    api.create_usage_plan(name="foreign", apiStages=both[:1])

    assert look(account, "api")["blockers"] == [
        f"usage plan iot-usage-plan-dev also limits stage prod of API {other}: take it out first",
        "usage plan foreign holds a stage of iot-sensor-api-dev: take it out first",
    ]


def test_what_stays_on_purpose(account: Account) -> None:
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="iot-aurora-password-dev", SecretString="{}")
    secrets.delete_secret(SecretId="iot-aurora-password-dev", RecoveryWindowInDays=7)
    result = look(account)

    assert result["resources"]["secrets"] == [] and "recovery window" in result["kept"][0]


def test_a_key_that_a_last_snapshot_needs_stays(account: Account) -> None:
    rds, alias = account.client("rds"), "iot-data-key-keys"
    key = account.run("kms_key", name=alias)["key"]["arn"]
    logs = account.run("kms_key", name="iot-logs-key-keys")
    cluster = {"DBClusterIdentifier": "iot-aurora-keys"}
    rds.create_db_cluster(
        **cluster,
        Engine="aurora-postgresql",
        MasterUsername="iotadmin",
        MasterUserPassword="not-a-real-password",
        StorageEncrypted=True,
        KmsKeyId=key,
    )
    rds.create_db_cluster_snapshot(**cluster, DBClusterSnapshotIdentifier="iot-aurora-keys-final-1")
    rds.delete_db_cluster(**cluster, SkipFinalSnapshot=True)
    looked = account.run("stack_removal_info", stack_name="iot", stack_environment="keys", tiers=["secrets"])

    assert logs["changed"] and looked["resources"] == {"secrets": ["KMS key iot-logs-key-keys"]}
    assert looked["kept_keys"] == ["data"] and looked["blockers"] == []
    assert any(one.startswith(f"KMS key {alias}, without which nobody can read") for one in looked["kept"])
