"""ec2_vpc_endpoint against moto and MiniStack."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "ec2_vpc_endpoint"
NAME = "iot-secretsmanager-dev"
SERVICE = "com.amazonaws.ca-central-1.secretsmanager"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])


def options(account: Account, **more: Any) -> dict[str, Any]:
    """Options for an endpoint in two subnets of a new VPC."""
    client = account.client("ec2")
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        client.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"ca-central-1{zone}")
        for number, zone in ((10, "a"), (11, "b"))
    ]
    ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    tags = {"Environment": "dev"}
    return {"name": NAME, "vpc_id": vpc, "service": "secretsmanager", "subnet_ids": ids, "tags": tags, **more}


def group(account: Account, vpc: str, name: str) -> str:
    return account.client("ec2").create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]


def live(account: Account, vpc: str) -> list[dict[str, Any]]:
    """The endpoints of a VPC that are not deleted, as AWS tells them."""
    found = account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    return [endpoint for endpoint in found if endpoint["VpcId"] == vpc and endpoint["State"] != "deleted"]


@BOTH
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account, private_dns_enabled=True)
    planned = account.run(MODULE, check_mode=True, **endpoint)
    first = account.run(MODULE, **endpoint)
    second = account.run(MODULE, **{**endpoint, "subnet_ids": endpoint["subnet_ids"][::-1]})

    tags = {"Environment": "dev", "Name": NAME}
    assert planned["changed"] and planned.calls == ["DescribeVpcEndpoints"] and planned["diff"] == first["diff"]
    assert planned["endpoint"]["id"] == "vpce-known-after-deploy" and planned["endpoint"]["state"] == "planned"
    assert first["diff"]["action"] == "create" and first["diff"]["after_header"] == f"VPC endpoint {NAME}"
    assert first["diff"]["after"] == {
        "service_name": SERVICE,
        "vpc_id": endpoint["vpc_id"],
        "subnet_ids": sorted(endpoint["subnet_ids"]),
        "private_dns_enabled": True,
        "tags": tags,
    }
    assert first.writes == ["CreateVpcEndpoint"] and first["endpoint"]["state"] == "available"
    assert not second["changed"] and second.calls == ["DescribeVpcEndpoints"]
    assert second["endpoint"] == first["endpoint"]
    (found,) = live(account, endpoint["vpc_id"])
    assert found["VpcEndpointType"] == "Interface" and found["ServiceName"] == SERVICE
    assert found["VpcEndpointId"] == first["endpoint"]["id"] and sorted(found["SubnetIds"]) == sorted(
        endpoint["subnet_ids"]
    )
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == tags


@BOTH
def test_security_groups_and_private_dns_are_set(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account, private_dns_enabled=True)
    endpoint["security_group_ids"] = [group(account, endpoint["vpc_id"], "one")]
    account.run(MODULE, **endpoint)
    second = account.run(MODULE, **endpoint)

    (found,) = live(account, endpoint["vpc_id"])
    assert [item["GroupId"] for item in found["Groups"]] == endpoint["security_group_ids"]
    assert found["PrivateDnsEnabled"] and not second["changed"]
    assert second["endpoint"]["security_group_ids"] == endpoint["security_group_ids"]


def test_interfaces_and_names_are_told(moto_account: Account) -> None:
    """MiniStack makes neither."""
    endpoint = moto_account.run(MODULE, **options(moto_account))["endpoint"]

    assert len(endpoint["network_interface_ids"]) == 2 and "secretsmanager" in endpoint["dns_names"][0]


def test_private_dns_changes_in_place(account: Account) -> None:
    """moto does not change it."""
    endpoint = options(account)
    account.run(MODULE, **endpoint, private_dns_enabled=True)
    changed = account.run(MODULE, **endpoint, private_dns_enabled=False)

    assert changed.writes == ["ModifyVpcEndpoint"] and changed["diff"]["before"] == {"private_dns_enabled": True}
    assert live(account, endpoint["vpc_id"])[0]["PrivateDnsEnabled"] is False
    assert not account.run(MODULE, **endpoint, private_dns_enabled=False)["changed"]


@BOTH
def test_subnets_and_tags_change_in_place(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    one, two = endpoint["subnet_ids"]
    first = account.run(MODULE, **{**endpoint, "subnet_ids": [one]})
    more = {**endpoint, "subnet_ids": [two], "tags": {"Project": "iot"}}
    planned = account.run(MODULE, check_mode=True, **more)
    changed = account.run(MODULE, **more)

    assert planned.writes == [] and planned["diff"] == changed["diff"]
    assert changed["diff"]["before"] == {"subnet_ids": [one], "tags": {"Environment": "dev", "Name": NAME}}
    assert changed["diff"]["after"] == {"subnet_ids": [two], "tags": {"Project": "iot", "Name": NAME}}
    assert changed.writes == ["ModifyVpcEndpoint", "DeleteTags", "CreateTags"]
    (found,) = live(account, endpoint["vpc_id"])
    assert found["SubnetIds"] == [two] and found["VpcEndpointId"] == first["endpoint"]["id"]
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {"Project": "iot", "Name": NAME}
    again = account.run(MODULE, **more)
    assert not again["changed"] and again.writes == []


@BOTH
def test_security_groups_change_in_place(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    one, two = (group(account, endpoint["vpc_id"], name) for name in ("one", "two"))
    account.run(MODULE, **endpoint, security_group_ids=[one])
    changed = account.run(MODULE, **endpoint, security_group_ids=[two])
    left = account.run(MODULE, **endpoint)

    assert changed.writes == ["ModifyVpcEndpoint"] and changed["diff"]["before"] == {"security_group_ids": [one]}
    assert not left["changed"] and left["endpoint"]["security_group_ids"] == [two]


@BOTH
def test_a_policy_is_set_and_compared_by_meaning(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    account.run(MODULE, **endpoint)
    statement = {"Effect": "Allow", "Principal": "*", "Action": ["s3:*"], "Resource": "*"}
    own = {"Condition": {"StringEquals": {"aws:PrincipalAccount": "{account_id}"}}}
    planned = account.run(MODULE, check_mode=True, **endpoint, policy={"Statement": [{**statement, **own}]})
    changed = account.run(MODULE, **endpoint, policy={"Statement": [{**statement, **own}]})
    again = account.run(MODULE, **endpoint, policy={"Statement": {**statement, **own, "Action": "s3:*"}})
    left = account.run(MODULE, **endpoint)

    assert planned.writes == [] and planned["diff"] == changed["diff"] and list(changed["diff"]["after"]) == ["policy"]
    assert changed.writes == ["ModifyVpcEndpoint"] and changed.calls.count("GetCallerIdentity") == 0
    assert not again["changed"] and not left["changed"]
    (found,) = live(account, endpoint["vpc_id"])
    (stated,) = json.loads(found["PolicyDocument"])["Statement"]
    assert stated["Condition"]["StringEquals"] == {"aws:PrincipalAccount": found["OwnerId"]}
    assert left["endpoint"]["policy"] == json.loads(found["PolicyDocument"])


def test_a_new_endpoint_has_its_policy_at_once(account: Account) -> None:
    endpoint = options(account)
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:{partition}:iam::{account_id}:root"}, "Action": "*"}
    first = account.run(MODULE, **endpoint, policy={"Statement": [{**statement, "Resource": "*"}]})
    second = account.run(MODULE, **endpoint, policy={"Statement": [{**statement, "Resource": "*"}]})

    assert first.writes == ["CreateVpcEndpoint"] and not second["changed"] and second.calls == ["DescribeVpcEndpoints"]
    (found,) = live(account, endpoint["vpc_id"])
    assert f"arn:aws:iam::{account.number}:root" in found["PolicyDocument"]


@BOTH
def test_tags_left_out_are_left_alone(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    account.run(MODULE, **endpoint)

    assert not account.run(MODULE, **{**endpoint, "tags": None})["changed"]
    kept = account.run(MODULE, **{**endpoint, "tags": {"a": "b"}, "purge_tags": False})
    assert kept["endpoint"]["tags"] == {"Environment": "dev", "Name": NAME, "a": "b"}


@BOTH
def test_the_service_cannot_change(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    account.run(MODULE, **endpoint)
    message = account.fail(MODULE, **{**endpoint, "service": "sqs"})

    assert f"service_name is '{SERVICE}' on AWS and 'com.amazonaws.ca-central-1.sqs' is wanted" in message
    assert not account.run(MODULE, **{**endpoint, "service": SERVICE})["changed"]


@BOTH
def test_endpoints_of_other_vpcs_names_and_types_are_left_alone(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint, elsewhere = options(account), options(account)
    account.run(MODULE, **elsewhere)
    account.run(MODULE, **{**endpoint, "name": "other"})
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": NAME}]}]
    service = "com.amazonaws.ca-central-1.s3"
    account.client("ec2").create_vpc_endpoint(
        VpcEndpointType="Gateway", VpcId=endpoint["vpc_id"], ServiceName=service, TagSpecifications=tags
    )
    result = account.run(MODULE, **endpoint)
    account.run(MODULE, name=NAME, vpc_id=endpoint["vpc_id"], state="absent")

    assert result["diff"]["action"] == "create" and len(live(account, endpoint["vpc_id"])) == 2
    assert len(live(account, elsewhere["vpc_id"])) == 1


def test_two_of_one_name_are_told(account: Account) -> None:
    endpoint = options(account)
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": NAME}]}]
    for _number in range(2):
        account.client("ec2").create_vpc_endpoint(
            VpcEndpointType="Interface", VpcId=endpoint["vpc_id"], ServiceName=SERVICE, TagSpecifications=tags
        )

    assert f"There are 2 VPC endpoints named {NAME} (vpce-" in account.fail(MODULE, **endpoint)


def test_a_vpc_that_is_still_to_be_made_needs_no_call(account: Account) -> None:
    planned = account.run(
        MODULE,
        check_mode=True,
        name=NAME,
        vpc_id="vpc-known-after-deploy",
        service="secretsmanager",
        subnet_ids=["subnet-known-after-deploy-private-1", "subnet-known-after-deploy-private-2"],
        security_group_ids=["sg-known-after-deploy"],
    )

    assert planned["changed"] and planned.calls == [] and planned["diff"]["action"] == "create"
    assert planned["endpoint"]["service_name"] == SERVICE and planned["endpoint"]["private_dns_enabled"]


@BOTH
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    endpoint = options(account)
    account.run(MODULE, **endpoint)
    absent = {"name": NAME, "vpc_id": endpoint["vpc_id"], "state": "absent"}
    planned = account.run(MODULE, check_mode=True, **absent)
    first = account.run(MODULE, **absent)
    second = account.run(MODULE, **absent)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["DeleteVpcEndpoints"] and first["diff"]["before"]["service_name"] == SERVICE
    assert first["endpoint"] == {} and live(account, endpoint["vpc_id"]) == []
    assert not second["changed"] and second.calls == ["DescribeVpcEndpoints"]
    assert account.run(MODULE, **endpoint)["diff"]["action"] == "create"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "a*"}, "name is 'a*': allowed is 1 to 256 letters"),
        ({"vpc_id": "10.0.0.0/16"}, "vpc_id is '10.0.0.0/16': allowed is the ID of a VPC"),
        ({"service": "secrets manager"}, "service is 'secrets manager': allowed is a service such as secretsmanager"),
        ({"service": None}, "service is not given: it is needed with state present"),
        ({"subnet_ids": ["vpc-1"]}, "subnet_ids[0] is 'vpc-1': allowed is an ID such as subnet-0123"),
        ({"subnet_ids": ["subnet-1", "subnet-1"]}, "subnet_ids has 'subnet-1' 2 times: allowed is once"),
        ({"subnet_ids": []}, "subnet_ids is empty: allowed is at least one"),
        ({"security_group_ids": ["default"]}, "security_group_ids[0] is 'default': allowed is an ID such as sg-0123"),
        ({"policy": "[]"}, "policy is '[]': allowed is a JSON object of up to 20480 characters"),
        ({"policy": "{"}, "policy is '{': allowed is a JSON object"),
        ({"wait_timeout": -1}, "wait_timeout is -1: allowed is 0 to 86400 seconds"),
        ({"tags": {str(number): "" for number in range(50)}}, "tags has 51 tags: allowed are 50"),
        ({"region": "cn-north-1"}, "service is 'secretsmanager': allowed is the whole name in region cn-north-1"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, changed: dict[str, Any], message: str) -> None:
    given = {"name": NAME, "vpc_id": "vpc-1", "service": "secretsmanager", "subnet_ids": ["subnet-1"]}
    result = account.try_run(MODULE, **{**given, **changed})

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_a_new_endpoint_needs_subnets(account: Account) -> None:
    message = account.fail(MODULE, name=NAME, vpc_id="vpc-1", service="secretsmanager")

    assert message == "subnet_ids is not given: it is needed to create a VPC endpoint"


def test_a_gateway_endpoint_follows_its_route_tables(account: Account) -> None:
    """moto forgets to move the routes."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    one, two = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _number in range(2))
    given = {"name": "iot-s3", "type": "gateway", "vpc_id": vpc, "service": "s3", "route_table_ids": [one]}
    planned = account.run(MODULE, check_mode=True, **given)
    first, second = account.run(MODULE, **given), account.run(MODULE, **given)
    moved = account.run(MODULE, **{**given, "route_table_ids": [two]})

    assert planned["diff"] == first["diff"] and planned.writes == [] and first.writes == ["CreateVpcEndpoint"]
    assert first["diff"]["after"] == {
        "service_name": "com.amazonaws.ca-central-1.s3",
        "vpc_id": vpc,
        "route_table_ids": [one],
        "tags": {"Name": "iot-s3"},
    }
    assert not second["changed"] and second.writes == []
    assert moved.writes == ["ModifyVpcEndpoint"] and moved["diff"]["after"] == {"route_table_ids": [two]}
    (found,) = live(account, vpc)
    assert found["VpcEndpointType"] == "Gateway" and found["RouteTableIds"] == [two]
    interface = account.run(MODULE, name="iot-s3", vpc_id=vpc, state="absent")
    removed = account.run(MODULE, name="iot-s3", vpc_id=vpc, state="absent", type="gateway")
    assert not interface["changed"] and removed["diff"]["before"]["route_table_ids"] == [two]
    assert live(account, vpc) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"type": "gateway", "subnet_ids": ["subnet-1"]}, "subnet_ids is given: allowed is that with type interface"),
        ({"type": "gateway", "private_dns_enabled": False}, "private_dns_enabled is given: allowed is that with type"),
        ({"route_table_ids": ["rtb-1"]}, "route_table_ids is given: allowed is that with type gateway"),
        ({"type": "gateway", "route_table_ids": ["a"]}, "route_table_ids[0] is 'a': allowed is an ID such as rtb-0123"),
    ],
)
def test_each_type_has_its_own_options(account: Account, given: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, name="iot-s3", vpc_id="vpc-1", service="s3", **given)

    assert result["failed"] and message in result["msg"] and result.calls == []
