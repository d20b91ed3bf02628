"""A change of one variable changes just what it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack

ROUTE = {
    "path": "/sensor-data",
    "method": "POST",
    "api_key_required": True,
    "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
    "responses": [
        {"status_code": "200", "integration": {"templates": {"application/json": '{"message": "Data received"}'}}}
    ],
}


@pytest.fixture(scope="module")
def stack(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployed stack, two nodes and one instance."""
    stack = Stack(
        Account(ministack), tmp_path_factory.mktemp("changes") / "stack", {"dev": {"database_instance_count": 1}}
    )
    stack.deploy()
    yield stack


def change(stack: Stack, tier: str, **variables: Any) -> tuple[list[str], list[str]]:
    """Deploy a tier with other variables; the tasks that changed something, and the write calls."""
    before = len(stack.account.emulator.recorded(stack.account.number))
    run = stack.deploy("--tags", tier, **variables)
    calls = stack.account.emulator.recorded(stack.account.number)[before:]
    assert stack.deploy("--tags", tier, **variables).changed == 0, "the second run changed something"
    return run.changed_tasks, [call["action"] for call in calls if is_write(call)]


@pytest.fixture(autouse=True)
def put_back(stack: Stack) -> Iterator[None]:
    """Each test starts from the stack without extra variables."""
    yield
    stack.deploy()


def deployments(stack: Stack) -> int:
    """How many deployments the API has."""
    client = stack.account.client("apigateway")
    return len(client.get_deployments(restApiId=client.get_rest_apis()["items"][0]["id"])["items"])


def test_node_type(stack: Stack) -> None:
    tasks, writes = change(stack, "cache", cache_node_type="cache.t3.small")

    assert tasks == ["Ensure the replication group iot-redis-dev"] and writes == ["ModifyReplicationGroup"]
    (group,) = stack.account.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    assert group["CacheNodeType"] == "cache.t3.small"


def test_capacity(stack: Stack) -> None:
    tasks, writes = change(stack, "database", database_max_capacity=4.5)

    assert tasks == ["Ensure the cluster iot-aurora-dev"] and writes == ["ModifyDBCluster"]
    (cluster,) = stack.account.client("rds").describe_db_clusters()["DBClusters"]
    assert cluster["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4.5


def test_rate(stack: Stack) -> None:
    before = deployments(stack)
    tasks, _writes = change(stack, "api", api_throttle_rate_limit=50)

    assert tasks == ["Ensure the usage plan iot-usage-plan-dev"] and deployments(stack) == before
    (plan,) = stack.account.client("apigateway").get_usage_plans()["items"]
    assert plan["throttle"] == {"rateLimit": 50.0, "burstLimit": 400}


def test_response_body_and_routes(stack: Stack) -> None:
    before = deployments(stack)
    answer = {
        **ROUTE,
        "responses": [{"status_code": "200", "integration": {"templates": {"application/json": '{"ok": true}'}}}],
    }
    tasks, _writes = change(stack, "api", api_routes=[answer])
    assert tasks == ["Ensure the REST API iot-sensor-api-dev", "Ensure the deployment and the stage prod"]
    assert deployments(stack) == before + 1

    second = {**ROUTE, "path": "/devices/{device_id}", "method": "GET"}
    tasks, _writes = change(stack, "api", api_routes=[answer, second])
    assert deployments(stack) == before + 2 and paths(stack) == {
        "/",
        "/sensor-data",
        "/devices",
        "/devices/{device_id}",
    }

    change(stack, "api", api_routes=[answer])
    assert deployments(stack) == before + 3 and paths(stack) == {"/", "/sensor-data"}


def paths(stack: Stack) -> set[str]:
    """The paths of the API's resources."""
    client = stack.account.client("apigateway")
    return {item["path"] for item in client.get_resources(restApiId=client.get_rest_apis()["items"][0]["id"])["items"]}


def test_a_tag_reaches_every_resource_and_changes_nothing_else(stack: Stack) -> None:
    before = len(stack.account.emulator.recorded(stack.account.number))
    ec2 = stack.account.client("ec2")
    resources = {key: len(getattr(ec2, operation)()[key]) for key, operation in COUNTED.items()}
    run = stack.deploy(stack_tags={"CostCenter": "42"})
    writes = {
        call["action"] for call in stack.account.emulator.recorded(stack.account.number)[before:] if is_write(call)
    }

    assert len(run.changed_tasks) == 13, run.changed_tasks  # two tasks make several resources
    assert all("Tag" in action or action.startswith(("PUT /tags/", "PATCH ")) for action in writes), writes
    assert {key: len(getattr(ec2, operation)()[key]) for key, operation in COUNTED.items()} == resources
    tagged = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["CostCenter"]}])["Tags"]
    assert {tag["Value"] for tag in tagged} == {"42"} and len(tagged) == 10
    assert stack.deploy(stack_tags={"CostCenter": "42"}).changed == 0


COUNTED = {
    "Vpcs": "describe_vpcs",
    "Subnets": "describe_subnets",
    "RouteTables": "describe_route_tables",
    "SecurityGroups": "describe_security_groups",
}
