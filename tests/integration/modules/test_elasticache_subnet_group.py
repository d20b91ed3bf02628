"""elasticache_subnet_group against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account


def make_group(account: Account, name: str, **more: Any) -> dict[str, Any]:
    """Options for a subnet group over two new subnets."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{index}.0/24")["Subnet"]["SubnetId"] for index in range(2)
    ]
    return {"name": name, "description": "Test", "subnet_ids": subnets, "tags": {"Environment": "dev"}, **more}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = make_group(account, "subnets-created-once")
    planned = account.run("elasticache_subnet_group", check_mode=True, **group)
    first = account.run("elasticache_subnet_group", **group)
    second = account.run("elasticache_subnet_group", **group)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["changed"] and not second["changed"] and second.writes == []
    client = account.client("elasticache")
    live = client.describe_cache_subnet_groups(CacheSubnetGroupName="subnets-created-once")["CacheSubnetGroups"][0]
    assert sorted(subnet["SubnetIdentifier"] for subnet in live["Subnets"]) == sorted(group["subnet_ids"])
    assert client.list_tags_for_resource(ResourceName=live["ARN"])["TagList"] == [
        {"Key": "Environment", "Value": "dev"}
    ]


def test_subnets_and_tags_are_changed_alone(account: Account) -> None:
    group = make_group(account, "subnets-changed")
    account.run("elasticache_subnet_group", **group)
    fewer = account.run("elasticache_subnet_group", **{**group, "subnet_ids": group["subnet_ids"][:1]})
    tagged = account.run(
        "elasticache_subnet_group", **{**group, "subnet_ids": group["subnet_ids"][:1], "tags": {"a": "b"}}
    )

    assert fewer.writes == ["ModifyCacheSubnetGroup"] and list(fewer["diff"]["after"])[0] == "subnet_ids"
    assert tagged.writes == ["RemoveTagsFromResource", "AddTagsToResource"]
    assert tagged["subnet_group"]["tags"] == {"a": "b"}


def test_removal_is_repeatable(account: Account) -> None:
    account.run("elasticache_subnet_group", **make_group(account, "subnets-removed"))
    planned = account.run("elasticache_subnet_group", check_mode=True, name="subnets-removed", state="absent")
    first = account.run("elasticache_subnet_group", name="subnets-removed", state="absent")
    second = account.run("elasticache_subnet_group", name="subnets-removed", state="absent")

    assert planned["changed"] and planned.writes == [] and first["changed"] and not second["changed"]
    assert second.writes == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "a--b", "subnet_ids": ["subnet-1"]}, "name is 'a--b'"),
        ({"name": "default", "subnet_ids": ["subnet-1"]}, "name is 'default'"),
        ({"name": "x", "subnet_ids": []}, "subnet_ids is []"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], problem: str) -> None:
    result = account.try_run("elasticache_subnet_group", **options)

    assert result["failed"] and problem in result["msg"] and result.calls == []
