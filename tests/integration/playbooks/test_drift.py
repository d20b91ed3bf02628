"""What is changed behind our back shows in the plan, with the value found and the value wanted, and site.yml puts it right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import SMALL, Plan, Stack

ONE_NODE = {key: value for key, value in SMALL.items() if key.startswith("cache_")}


def ids(account: Account) -> dict[str, str]:
    """The IDs that the changes by hand need."""
    ec2, api = account.client("ec2"), account.client("apigateway")

    def tagged(operation: str, key: str, name: str, id_key: str) -> str:
        return getattr(ec2, operation)(Filters=[{"Name": "tag:Name", "Values": [name]}])[key][0][id_key]

    rest_api = api.get_rest_apis()["items"][0]["id"]
    resources = {item["path"]: item["id"] for item in api.get_resources(restApiId=rest_api)["items"]}
    return {
        "redis_sg": tagged("describe_security_groups", "SecurityGroups", "iot-redis-sg-dev", "GroupId"),
        "public_rt": tagged("describe_route_tables", "RouteTables", "iot-public-rt-dev", "RouteTableId"),
        "private_1": tagged("describe_subnets", "Subnets", "iot-private-1-dev", "SubnetId"),
        "public_2": tagged("describe_subnets", "Subnets", "iot-public-2-dev", "SubnetId"),
        "rest_api": rest_api,
        "resource": resources["/sensor-data"],
        "plan": api.get_usage_plans()["items"][0]["id"],
        "key": api.get_api_keys()["items"][0]["id"],
    }


def change_by_hand(account: Account) -> None:
    """One change of each kind, as somebody with a console would make it."""
    found = ids(account)
    ec2, api, rds = account.client("ec2"), account.client("apigateway"), account.client("rds")
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=found["redis_sg"], IpPermissions=[rule])
    ec2.delete_route(RouteTableId=found["public_rt"], DestinationCidrBlock="0.0.0.0/0")
    ec2.create_tags(Resources=[found["private_1"]], Tags=[{"Key": "Environment", "Value": "tampered"}])
    ec2.modify_subnet_attribute(SubnetId=found["public_2"], MapPublicIpOnLaunch={"Value": False})
    method = {"restApiId": found["rest_api"], "resourceId": found["resource"], "httpMethod": "POST"}
    api.update_usage_plan(usagePlanId=found["plan"], patchOperations=[replace("/throttle/rateLimit", "5")])
    api.delete_usage_plan_key(usagePlanId=found["plan"], keyId=found["key"])
    api.update_method(**method, patchOperations=[replace("/apiKeyRequired", "false")])
    api.put_integration_response(
        **method, statusCode="200", responseTemplates={"application/json": '{"message": "no"}'}
    )
    api.update_stage(restApiId=found["rest_api"], stageName="prod", patchOperations=[replace("/variables/added", "x")])
    scaling = {"MinCapacity": 0.5, "MaxCapacity": 8.0}
    rds.modify_db_cluster(DBClusterIdentifier="iot-aurora-dev", ServerlessV2ScalingConfiguration=scaling)
    rds.delete_db_instance(DBInstanceIdentifier="iot-aurora-2-dev", SkipFinalSnapshot=True)
    account.client("elasticache").modify_replication_group(
        ReplicationGroupId="iot-redis-dev", SnapshotRetentionLimit=9, ApplyImmediately=True
    )
    secrets = account.client("secretsmanager")
    value = json.loads(secrets.get_secret_value(SecretId="iot-aurora-password-dev")["SecretString"])
    secrets.put_secret_value(
        SecretId="iot-aurora-password-dev", SecretString=json.dumps({**value, "host": "elsewhere.example"})
    )


def replace(path: str, value: str) -> dict[str, str]:
    """A patch operation."""
    return {"op": "replace", "path": path, "value": value}


@dataclass
class Drifted:
    """A stack that was changed by hand: the plan, and what site.yml and a second plan did."""

    stack: Stack
    plan: Plan
    plan_writes: list[dict[str, str]]
    repaired: dict[str, Any]
    again: Plan

    def change(self, resource: str) -> dict[str, Any]:
        """The planned change of a resource."""
        (found,) = [
            change for change in self.plan.document["stacks"]["dev"]["changes"] if change["resource"] == resource
        ]
        return found


@pytest.fixture(scope="module")
def drifted(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Drifted:
    """All changes at once, so that one plan and one deploy show them all."""
    stack = Stack(Account(ministack), tmp_path_factory.mktemp("drift") / "stack", {"dev": ONE_NODE})
    stack.deploy()
    change_by_hand(stack.account)
    before = len(stack.account.emulator.recorded(stack.account.number))
    plan = stack.plan()
    written = [call for call in stack.account.emulator.recorded(stack.account.number)[before:] if is_write(call)]
    return Drifted(stack, plan, written, stack.deploy_changes(), stack.plan())


@pytest.mark.parametrize(
    ("resource", "field", "found", "wanted"),
    [
        (
            "security group iot-redis-sg-dev",
            "rules",
            ["tcp 22 from 10.9.0.0/16", "tcp 6379 from 10.0.0.0/16 (Redis)"],
            ["tcp 6379 from 10.0.0.0/16 (Redis)"],
        ),
        ("route table iot-public-rt-dev", "routes", [], ["0.0.0.0/0 -> internet gateway"]),
        ("subnet iot-private-1-dev", "tags.Environment", "tampered", "dev"),
        ("subnet iot-public-2-dev", "map_public_ip_on_launch", False, True),
        ("usage plan iot-usage-plan-dev", "throttle.rate_limit", 5.0, 200.0),
        ("REST API iot-sensor-api-dev", "POST /sensor-data.api_key_required", False, True),
        (
            "REST API iot-sensor-api-dev",
            "POST /sensor-data.responses.0.integration.templates.application/json",
            '{"message": "no"}',
            '{"message": "Data received"}',
        ),
        ("stage prod", "variables.added", "x", None),
        ("database cluster iot-aurora-dev", "serverless_v2_scaling.max_capacity", 8.0, 1.0),
        ("replication group iot-redis-dev", "snapshot_retention_limit", 9, 0),
        ("secret iot-aurora-password-dev", "value.host", "elsewhere.example", "localhost"),
    ],
)
def test_a_field_shows_what_was_found_and_what_is_wanted(
    drifted: Drifted, resource: str, field: str, found: Any, wanted: Any
) -> None:
    change = drifted.change(resource)

    assert change["action"] == "change"
    assert change["fields"][field] == {"before": found, "after": wanted}, change["fields"]


def test_a_key_out_of_its_plan(drifted: Drifted) -> None:
    field = drifted.change("API key iot-api-key-dev")["fields"]["usage_plan_ids"]

    assert field == {"before": [], "after": [ids(drifted.stack.account)["plan"]]}


def test_a_member_that_was_deleted(drifted: Drifted) -> None:
    assert drifted.change("database instance iot-aurora-2-dev")["action"] == "create"


def test_the_plan_names_what_drifted_and_nothing_else(drifted: Drifted) -> None:
    names = {change["resource"] for change in drifted.plan.document["stacks"]["dev"]["changes"]}

    assert len(names) == 12 and drifted.plan.code == 2 and drifted.plan_writes == []
    assert "Plan: 1 to create, 11 to change, 0 to remove" in drifted.plan.output
    assert "snapshot_retention_limit: 9 -> 0" in drifted.plan.output


def test_a_deploy_does_what_was_planned_and_puts_all_of_it_right(drifted: Drifted) -> None:
    def actions(document: dict[str, Any]) -> dict[str, tuple[str, set[str]]]:
        changes = document["stacks"]["dev"]["changes"]
        return {change["resource"]: (change["action"], set(change["fields"])) for change in changes}

    assert actions(drifted.repaired) == actions(drifted.plan.document)
    assert drifted.again.code == 0 and actions(drifted.again.document) == {}


def test_aws_has_it_right_again(drifted: Drifted) -> None:
    account = drifted.stack.account
    found = ids(account)
    ec2, api = account.client("ec2"), account.client("apigateway")
    (group,) = ec2.describe_security_groups(GroupIds=[found["redis_sg"]])["SecurityGroups"]
    (table,) = ec2.describe_route_tables(RouteTableIds=[found["public_rt"]])["RouteTables"]
    (members,) = account.client("rds").describe_db_clusters()["DBClusters"]
    secret = account.client("secretsmanager").get_secret_value(SecretId="iot-aurora-password-dev")

    assert [rule["FromPort"] for rule in group["IpPermissions"]] == [6379]
    assert "0.0.0.0/0" in [route.get("DestinationCidrBlock") for route in table["Routes"]]
    assert api.get_usage_plans()["items"][0]["throttle"]["rateLimit"] == 200.0
    assert [key["id"] for key in api.get_usage_plan_keys(usagePlanId=found["plan"])["items"]] == [found["key"]]
    method = api.get_method(restApiId=found["rest_api"], resourceId=found["resource"], httpMethod="POST")
    assert method["apiKeyRequired"] is True
    assert len(members["DBClusterMembers"]) == 2 and members["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 1.0
    assert json.loads(secret["SecretString"])["host"] == members["Endpoint"]


def test_a_subnet_with_another_range_fails_clearly_and_changes_nothing(drifted: Drifted) -> None:
    account = drifted.stack.account
    before = len(account.emulator.recorded(account.number))
    refused = drifted.stack.plan(network_private_subnet_cidrs=["10.0.20.0/24", "10.0.11.0/24"])
    output = " ".join(refused.output.split())

    assert refused.code == 1 and "subnet iot-private-1-dev" in output and "cannot be changed in place" in output
    assert "'10.0.10.0/24'" in output and "'10.0.20.0/24'" in output
    deployed = drifted.stack.try_run(
        "site", variables={"network_private_subnet_cidrs": ["10.0.20.0/24", "10.0.11.0/24"]}
    )
    assert deployed.code == 2
    assert not [call for call in account.emulator.recorded(account.number)[before:] if is_write(call)]
