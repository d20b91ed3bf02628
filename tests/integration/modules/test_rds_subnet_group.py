"""rds_subnet_group against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "rds_subnet_group"
READS = ["DescribeDBSubnetGroups", "ListTagsForResource"]


def make_group(account: Account, name: str, **more: Any) -> dict[str, Any]:
    """Options for a subnet group over two new subnets in two availability zones."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.78.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.78.{index}.0/24", AvailabilityZone=f"ca-central-1{zone}")
        for index, zone in enumerate("abd")
    ]
    ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    return {"name": name, "description": "Test", "subnet_ids": ids[:2], "tags": {"Environment": "dev"}, **more}


def describe(account: Account, name: str) -> dict[str, Any]:
    client = account.client("rds")
    group = client.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"][0]
    tags = client.list_tags_for_resource(ResourceName=group["DBSubnetGroupArn"])["TagList"]
    return {
        "description": group["DBSubnetGroupDescription"],
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        "vpc_id": group["VpcId"],
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = make_group(account, "DB-subnets-created-once")
    planned = account.run(MODULE, check_mode=True, **group)
    first = account.run(MODULE, **group)
    second = account.run(MODULE, **group)

    assert planned["changed"] and planned.calls == READS[:1] and planned["diff"] == first["diff"]
    assert first["diff"]["after_header"] == "DB subnet group db-subnets-created-once"
    assert first["diff"]["action"] == "create" and first["diff"]["before"] == {}
    assert first.writes == ["CreateDBSubnetGroup"] and not second["changed"] and second.calls == READS
    assert second["diff"]["before"] == second["diff"]["after"] == {}
    live = describe(account, "db-subnets-created-once")
    assert live["subnet_ids"] == sorted(group["subnet_ids"]) and live["tags"] == {"Environment": "dev"}
    assert second["subnet_group"] == first["subnet_group"]
    assert second["subnet_group"]["name"] == "db-subnets-created-once"
    assert {key: second["subnet_group"][key] for key in live} == live
    assert planned["subnet_group"]["subnet_ids"] == live["subnet_ids"]


@pytest.mark.parametrize(
    ("change", "writes"),
    [
        ({"description": "Other"}, ["ModifyDBSubnetGroup"]),
        ({"tags": {"a": "b"}}, ["RemoveTagsFromResource", "AddTagsToResource"]),
        ({"tags": {"a": "b"}, "purge_tags": False}, ["AddTagsToResource"]),
    ],
)
def test_one_field_changes_alone(account: Account, change: dict[str, Any], writes: list[str]) -> None:
    group = make_group(account, "db-subnets-changed")
    account.run(MODULE, **group)
    planned = account.run(MODULE, check_mode=True, **{**group, **change})
    changed = account.run(MODULE, **{**group, **change})

    assert planned.writes == [] and planned["diff"] == changed["diff"] and changed.writes == writes
    assert list(changed["diff"]["after"]) == [next(iter(change))] and changed["diff"]["action"] == "change"
    live = describe(account, "db-subnets-changed")
    kept = {"Environment": "dev"} if change.get("purge_tags") is False else {}
    assert live["description"] == change.get("description", "Test")
    assert live["tags"] == ({**kept, **change["tags"]} if "tags" in change else {"Environment": "dev"})
    assert changed["subnet_group"]["tags"] == live["tags"]
    assert not account.run(MODULE, **{**group, **change})["changed"]


def test_subnets_are_a_set_and_drift_is_repaired(account: Account) -> None:
    group = make_group(account, "db-subnets-drifted")
    account.run(MODULE, **group)
    subnets = group["subnet_ids"]
    same = account.run(MODULE, **{**group, "subnet_ids": [*reversed(subnets), subnets[0]]})
    client = account.client("rds")
    vpc = describe(account, "db-subnets-drifted")["vpc_id"]
    other = account.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.78.9.0/24")["Subnet"]["SubnetId"]
    client.modify_db_subnet_group(DBSubnetGroupName="db-subnets-drifted", SubnetIds=[subnets[0], other])
    repaired = account.run(MODULE, **group)

    assert not same["changed"] and repaired.writes == ["ModifyDBSubnetGroup"]
    assert repaired["diff"]["before"] == {"subnet_ids": sorted([subnets[0], other])}
    assert describe(account, "db-subnets-drifted")["subnet_ids"] == sorted(subnets)
    assert describe(account, "db-subnets-drifted")["description"] == "Test"


def test_a_missing_description_is_the_name_and_is_left_alone(account: Account) -> None:
    group = make_group(account, "db-subnets-described")
    first = account.run(MODULE, **{**group, "description": None})
    account.run(MODULE, **group)

    assert first["subnet_group"]["description"] == "db-subnets-described"
    assert not account.run(MODULE, **{**group, "description": None, "tags": None})["changed"]


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    made = account.run(MODULE, **make_group(account, "db-subnets-removed"))
    gone = {"name": "db-subnets-removed", "state": "absent"}
    planned = account.run(MODULE, check_mode=True, **gone)
    first = account.run(MODULE, **gone)
    second = account.run(MODULE, **gone)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "remove" and first["diff"]["before"] == made["subnet_group"]
    assert first.writes == ["DeleteDBSubnetGroup"] and first["subnet_group"] == {}
    assert not second["changed"] and second.calls == READS[:1]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "1a", "subnet_ids": ["subnet-1", "subnet-2"]}, "name is '1a': allowed is 1 to 255 letters"),
        ({"name": "Default", "subnet_ids": ["subnet-1", "subnet-2"]}, "name is 'default'"),
        ({"name": "x", "subnet_ids": []}, "subnet_ids is []: allowed are at least two subnets"),
        ({"name": "x", "subnet_ids": ["subnet-1", "subnet-1"]}, "subnet_ids is ['subnet-1']"),
        ({"name": "x"}, "state is present but all of the following are missing: subnet_ids"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], problem: str) -> None:
    result = account.try_run(MODULE, **options)

    assert result["failed"] and problem in result["msg"] and result.calls == []
