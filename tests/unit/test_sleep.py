"""What sleep.yml wishes instead of the inventory's wishes is good input, also for the versions that cannot pause."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS
from variables import ROOT, find_problems, read_yaml

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.database import read_database

(SLEEP,) = read_yaml(ROOT / "playbooks" / "sleep.yml")
WISHES = {name: value for name, value in SLEEP["vars"].items() if name != "database_instances"}


def test_the_wishes_are_good_and_those_of_variables_that_exist() -> None:
    known = {
        option
        for role in ("cache", "database", "processing", "stack")
        for option in read_yaml(ROOT / "roles" / role / "defaults" / "main.yml")
    }

    assert set(WISHES) <= known and find_problems(WISHES, tiers=["cache", "database", "processing"]) == []


@pytest.mark.parametrize("inventory", ["dev", "qa", "prod", "local", "demo"])
def test_only_dev_and_qa_may_sleep(inventory: str) -> None:
    variables = read_yaml(ROOT / "inventories" / inventory / "group_vars" / "stacks" / "main.yml")

    assert variables.get("stack_may_sleep", False) is (inventory in ("dev", "qa"))


@pytest.mark.parametrize("asleep", [True, False])
def test_a_cluster_that_sleeps_is_told_by_its_tag(monkeypatch: pytest.MonkeyPatch, asleep: bool) -> None:
    aws, tags = SimulatedAWS(monkeypatch), [{"Key": "Name", "Value": "iot-aurora-dev"}]
    cluster: dict[str, Any] = {"DBClusterIdentifier": "iot-aurora-dev", "TagList": tags}
    cluster["TagList"] = [*tags, {"Key": "Asleep", "Value": "true"}] if asleep else tags
    aws.answers = {
        "DescribeDBSubnetGroups": [{"DBSubnetGroups": [{"VpcId": "vpc-1"}]}],
        "DescribeSecurityGroups": [{"SecurityGroups": []}],
        "DescribeDBClusters": [{"DBClusters": [cluster]}],
    }
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
    clients = {service: boto3.client(service, "ca-central-1", **keys) for service in ("ec2", "rds")}

    assert read_database(clients, lambda thing: f"iot-{thing}-dev")["asleep"] is asleep
