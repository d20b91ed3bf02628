"""ec2_security_group against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
REDIS = {"from_port": 6379, "to_port": 6379, "cidr_ip": "10.0.0.0/16", "description": "Redis"}
HTTPS = {"from_port": 443, "to_port": 443, "cidr_ip": "0.0.0.0/0"}


def options(account: Account, name: str = "redis", **more: Any) -> dict[str, Any]:
    """Options for a group in a new VPC."""
    vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {"name": name, "description": "Test", "vpc_id": vpc, "rules": [REDIS], "tags": {"Project": "iot"}, **more}


def live_group(account: Account, group: dict[str, Any]) -> dict[str, Any]:
    """The one group of the name and VPC, as AWS tells it."""
    filters = [{"Name": "vpc-id", "Values": [group["vpc_id"]]}, {"Name": "group-name", "Values": [group["name"]]}]
    (live,) = account.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    return live


def ports(permissions: list[dict[str, Any]]) -> list[int]:
    """The first port of each permission, sorted; those without ports are left out."""
    return sorted(permission["FromPort"] for permission in permissions if "FromPort" in permission)


@BOTH
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    planned = account.run("ec2_security_group", check_mode=True, **group)
    first = account.run("ec2_security_group", **group)
    second = account.run("ec2_security_group", **group)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["before_header"] == "security group redis" and first["diff"]["action"] == "create"
    assert first["diff"]["after"] == {
        "description": "Test",
        "vpc_id": group["vpc_id"],
        "rules": ["tcp 6379 from 10.0.0.0/16 (Redis)"],
        "tags": {"Project": "iot"},
    }
    assert first.calls == [
        "DescribeSecurityGroups",
        "CreateSecurityGroup",
        "DescribeSecurityGroups",
        "AuthorizeSecurityGroupIngress",
    ]
    assert not second["changed"] and second.calls == ["DescribeSecurityGroups"]
    live = live_group(account, group)
    assert first["security_group"]["id"] == live["GroupId"] and live["Tags"] == [{"Key": "Project", "Value": "iot"}]
    assert second["security_group"] == first["security_group"]
    assert planned["security_group"]["id"] == "sg-known-after-deploy"


@BOTH
def test_rules_made_and_removed_by_others_are_shown_and_repaired(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    group_id = account.run("ec2_security_group", **group)["security_group"]["id"]
    client = account.client("ec2")
    client.revoke_security_group_ingress(GroupId=group_id, IpPermissions=live_group(account, group)["IpPermissions"])
    client.authorize_security_group_ingress(
        GroupId=group_id, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    planned = account.run("ec2_security_group", check_mode=True, **group)
    repaired = account.run("ec2_security_group", **group)

    assert planned.writes == [] and planned["diff"] == repaired["diff"]
    assert repaired["diff"]["before"] == {"rules": ["tcp 22 from 0.0.0.0/0"]}
    assert repaired["diff"]["after"] == {"rules": ["tcp 6379 from 10.0.0.0/16 (Redis)"]}
    assert repaired.writes == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]
    assert ports(live_group(account, group)["IpPermissions"]) == [6379]
    assert not account.run("ec2_security_group", **group)["changed"]


@BOTH
def test_rules_of_others_stay_where_nothing_is_purged(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    account.run("ec2_security_group", **group)
    more = {**group, "rules": [HTTPS], "purge_rules": False}

    assert account.run("ec2_security_group", **more).writes == ["AuthorizeSecurityGroupIngress"]
    assert ports(live_group(account, group)["IpPermissions"]) == [443, 6379]
    assert not account.run("ec2_security_group", **more)["changed"]
    assert not account.run("ec2_security_group", **{**group, "rules": None})["changed"]


def test_a_description_is_changed_in_place(moto_account: Account) -> None:
    """MiniStack does not know the call."""
    group = options(moto_account)
    moto_account.run("ec2_security_group", **group)
    changed = moto_account.run("ec2_security_group", **{**group, "rules": [{**REDIS, "description": "Cache"}]})

    assert changed.writes == ["UpdateSecurityGroupRuleDescriptionsIngress"]
    assert changed["diff"]["before"] == {"rules": ["tcp 6379 from 10.0.0.0/16 (Redis)"]}
    assert live_group(moto_account, group)["IpPermissions"][0]["IpRanges"][0]["Description"] == "Cache"


@BOTH
def test_each_kind_of_rule_is_read_as_it_was_given(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    other = account.run("ec2_security_group", **{**group, "name": "other"})["security_group"]["id"]
    rules = [
        {"protocol": "all", "cidr_ip": "192.168.0.0/24"},
        {"protocol": "17", "from_port": 1000, "to_port": 2000, "source_security_group_id": other},
        {"protocol": "icmp", "from_port": 8, "cidr_ip": "10.0.0.0/16"},
        {"from_port": 443, "to_port": 443, "cidr_ipv6": "2001:DB8::/32"},
        HTTPS,
    ]
    first = account.run("ec2_security_group", **{**group, "rules": rules})
    second = account.run("ec2_security_group", **{**group, "rules": first["security_group"]["rules"]})

    assert first["diff"]["after"]["rules"] == [
        "all traffic from 192.168.0.0/24",
        "icmp 8 from 10.0.0.0/16",
        "tcp 443 from 0.0.0.0/0",
        "tcp 443 from 2001:db8::/32",
        f"udp 1000-2000 from {other}",
    ]
    assert not second["changed"] and second["security_group"]["rules"] == first["security_group"]["rules"]
    assert not account.run("ec2_security_group", **{**group, "rules": rules})["changed"]
    account.run("ec2_security_group", **{**group, "rules": []})
    assert live_group(account, group)["IpPermissions"] == []


def test_rules_on_prefix_lists(moto_account: Account) -> None:
    """MiniStack does not keep the prefix lists of a rule."""
    group = options(moto_account, rules=[{"from_port": 80, "to_port": 80, "prefix_list_id": "pl-0123456789abcdef0"}])
    first = moto_account.run("ec2_security_group", **group)

    assert first["diff"]["after"]["rules"] == ["tcp 80 from pl-0123456789abcdef0"]
    assert not moto_account.run("ec2_security_group", **group)["changed"]
    assert moto_account.run("ec2_security_group", **{**group, "rules": []}).writes == ["RevokeSecurityGroupIngress"]


@BOTH
def test_egress_is_managed_only_when_given(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    account.run("ec2_security_group", **group)
    assert len(live_group(account, group)["IpPermissionsEgress"]) == 1

    managed = {**group, "rules_egress": [HTTPS]}
    changed = account.run("ec2_security_group", **managed)
    assert changed["diff"]["before"] == {"rules_egress": ["all traffic to 0.0.0.0/0"]}
    assert changed["diff"]["after"] == {"rules_egress": ["tcp 443 to 0.0.0.0/0"]}
    assert changed.writes == ["AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress"]
    assert ports(live_group(account, group)["IpPermissionsEgress"]) == [443]
    assert not account.run("ec2_security_group", **managed)["changed"]
    assert not account.run("ec2_security_group", **group)["changed"]
    assert account.run("ec2_security_group", **{**group, "rules_egress": []}).writes == ["RevokeSecurityGroupEgress"]


@BOTH
def test_a_new_group_keeps_only_the_egress_that_is_given(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account, rules=[], rules_egress=[HTTPS])
    planned = account.run("ec2_security_group", check_mode=True, **group)
    first = account.run("ec2_security_group", **group)

    assert planned["diff"] == first["diff"] and first["diff"]["after"]["rules_egress"] == ["tcp 443 to 0.0.0.0/0"]
    assert ports(live_group(account, group)["IpPermissionsEgress"]) == [443]
    assert not account.run("ec2_security_group", **group)["changed"]


@BOTH
def test_a_group_of_another_tool_is_adopted(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group, client = options(account), account.client("ec2")
    made = client.create_security_group(
        GroupName=group["name"],
        Description="Test",
        VpcId=group["vpc_id"],
        TagSpecifications=[
            {"ResourceType": "security-group", "Tags": [{"Key": "ManagedBy", "Value": "Terraform"}]},
        ],
    )
    client.authorize_security_group_ingress(
        GroupId=made["GroupId"], IpProtocol="tcp", FromPort=6379, ToPort=6379, CidrIp="10.0.0.0/16"
    )
    group["rules"] = [{**REDIS, "description": None}]
    planned = account.run("ec2_security_group", check_mode=True, **group)
    adopted = account.run("ec2_security_group", **group)

    assert adopted["security_group"]["id"] == made["GroupId"] and planned["diff"] == adopted["diff"]
    assert adopted["diff"]["before"] == {"tags": {"ManagedBy": "Terraform"}}
    assert adopted.writes == ["DeleteTags", "CreateTags"]
    assert live_group(account, group)["Tags"] == [{"Key": "Project", "Value": "iot"}]
    kept = account.run("ec2_security_group", **{**group, "tags": {"a": "b"}, "purge_tags": False})
    assert kept.writes == ["CreateTags"] and kept["security_group"]["tags"] == {"Project": "iot", "a": "b"}


def test_a_group_keeps_its_description(account: Account) -> None:
    group = options(account)
    account.run("ec2_security_group", **group)
    for description in ("Other", None):
        result = account.run("ec2_security_group", **{**group, "description": description})
        assert not result["changed"] and result["security_group"]["description"] == "Test"


def test_a_new_group_needs_a_description(account: Account) -> None:
    result = account.try_run("ec2_security_group", **options(account, description=None))

    assert "description is not given" in result["msg"] and result.writes == []


@BOTH
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    group_id = account.run("ec2_security_group", **group)["security_group"]["id"]
    itself = {"protocol": "all", "source_security_group_id": group_id}
    account.run("ec2_security_group", **{**group, "rules": [itself]})
    absent = {"name": group["name"], "vpc_id": group["vpc_id"], "state": "absent"}
    planned = account.run("ec2_security_group", check_mode=True, **absent)
    first = account.run("ec2_security_group", **absent)
    second = account.run("ec2_security_group", **absent)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "remove" and first["diff"]["after"] == {}
    assert first.calls == ["DescribeSecurityGroups", "DescribeSecurityGroups", "DeleteSecurityGroup"]
    assert not second["changed"] and second.calls == ["DescribeSecurityGroups"]


@BOTH
def test_a_group_that_others_name_is_not_deleted(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    group = options(account)
    group_id = account.run("ec2_security_group", **group)["security_group"]["id"]
    naming = {"protocol": "all", "source_security_group_id": group_id}
    other = account.run("ec2_security_group", **{**group, "name": "client", "rules": [], "rules_egress": [naming]})
    result = account.try_run("ec2_security_group", name=group["name"], vpc_id=group["vpc_id"], state="absent")

    assert result["msg"].endswith(f"rules of other groups name it: client ({other['security_group']['id']})")
    assert result.writes == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": "default", "state": "absent"}, "name is 'default'"),
        ({"name": "Default"}, "name is 'Default'"),
        ({"vpc_id": ""}, "vpc_id is ''"),
        ({"rules": [{**REDIS, "cidr_ip": "10.0.0.1/16"}]}, "rules[0].cidr_ip is '10.0.0.1/16'"),
        ({"rules_egress": [HTTPS, HTTPS]}, "rules_egress[1] is 'tcp 443 to 0.0.0.0/0'"),
        ({"tags": {"aws:x": "y"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, changed: dict[str, Any], problem: str) -> None:
    good = {"name": "redis", "description": "Test", "vpc_id": "vpc-0123456789abcdef0", "rules": [REDIS]}
    result = account.try_run("ec2_security_group", **{**good, **changed})

    assert result["failed"] and problem in result["msg"] and result.calls == []
