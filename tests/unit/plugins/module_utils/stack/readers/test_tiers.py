"""The readers of a live stack with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers import tiers


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def name(thing: str) -> str:
    return f"iot-{thing}-dev"


def read(tier: str) -> dict[str, Any]:
    """The facts of a tier."""
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
    clients = {service: boto3.client(service, "ca-central-1", **keys) for service in tiers.SERVICES[tier]}
    return tiers.READERS[tier](clients, name)


def tagged(resource_name: str, **fields: Any) -> dict[str, Any]:
    return {**fields, "Tags": [{"Key": "Name", "Value": resource_name}]}


def subnet(kind: str, number: int) -> dict[str, Any]:
    return tagged(
        name(f"{kind}-{number}"),
        SubnetId=f"subnet-{kind}-{number}",
        CidrBlock=f"10.0.{number}.0/24",
        AvailabilityZone="ca-central-1a",
    )


VPC = tagged(name("vpc"), VpcId="vpc-1", CidrBlock="10.0.0.0/16")
TABLES = [tagged(name(f"{kind}-rt"), RouteTableId=f"rtb-{kind}") for kind in ("public", "private")]
NETWORK: dict[str, Any] = {
    "DescribeVpcs": [{"Vpcs": [VPC]}],
    "DescribeSubnets": [{"Subnets": [subnet(kind, number) for number in (2, 1) for kind in ("public", "private")]}],
    "DescribeRouteTables": [{"RouteTables": [{"RouteTableId": "rtb-main"}, *TABLES]}],
    "DescribeInternetGateways": [{"InternetGateways": [{"InternetGatewayId": "igw-1"}]}],
    "DescribeVpcEndpoints": [{"VpcEndpoints": []}],
}


def test_a_network_is_read_in_the_order_of_its_numbers(aws: SimulatedAWS) -> None:
    many = [subnet("private", number) for number in (10, 2, 1)] + [subnet("public", 1), tagged("other", SubnetId="s")]
    aws.answers = {**NETWORK, "DescribeSubnets": [{"Subnets": many}]}
    facts = read("network")

    assert facts["status"] == "present" and facts["missing"] == []
    assert facts["private_subnet_ids"] == ["subnet-private-1", "subnet-private-2", "subnet-private-10"]
    assert facts["public_route_table_id"] == "rtb-public" and facts["private_route_table_id"] == "rtb-private"


@pytest.mark.parametrize(
    ("operation", "answer", "missing"),
    [
        ("DescribeInternetGateways", {"InternetGateways": []}, ["internet gateway iot-igw-dev"]),
        ("DescribeRouteTables", {"RouteTables": TABLES[:1]}, ["route table iot-private-rt-dev"]),
        (
            "DescribeSubnets",
            {"Subnets": [subnet("public", 2), subnet("private", 2)]},
            ["subnet iot-public-1-dev", "subnet iot-private-1-dev"],
        ),
    ],
)
def test_an_incomplete_network_names_what_is_missing(
    aws: SimulatedAWS, operation: str, answer: dict[str, Any], missing: list[str]
) -> None:
    aws.answers = {**NETWORK, operation: [answer]}
    facts = read("network")

    assert facts["status"] == "incomplete" and facts["missing"] == missing and not set(missing) & set(facts["found"])


def test_route_tables_of_one_name_are_refused(aws: SimulatedAWS) -> None:
    aws.answers = {**NETWORK, "DescribeRouteTables": [{"RouteTables": [TABLES[0], {**TABLES[0], "RouteTableId": "b"}]}]}

    with pytest.raises(AnsibleAWSError, match=r"2 route tables named iot-public-rt-dev \(b, rtb-public\)"):
        read("network")


@pytest.mark.parametrize("deleted", [True, False])
def test_a_secret_pending_deletion_is_missing(aws: SimulatedAWS, deleted: bool) -> None:
    secret = {"ARN": "arn:aws:secretsmanager:::secret:iot", "Name": "iot-aurora-password-dev"}
    other = error("ResourceNotFoundException")
    aws.answers = {"DescribeSecret": [{**secret, "DeletedDate": "2026-01-01"} if deleted else secret, other]}
    facts = read("secrets")

    assert facts["status"] == ("missing" if deleted else "present") and ("secret_arn" in facts) is not deleted
    assert aws.operations == ["DescribeSecret"] * 3


def test_the_stacks_own_endpoints_are_told_by_name_and_state(aws: SimulatedAWS) -> None:
    def endpoint(number: int, resource_name: str, state: str = "available") -> dict[str, Any]:
        service = "com.amazonaws.ca-central-1.secretsmanager"
        return tagged(resource_name, VpcEndpointId=f"vpce-{number}", ServiceName=service, State=state)

    own = name("secretsmanager-endpoint")
    there = [endpoint(1, own), endpoint(2, own, "deleted"), endpoint(3, "somebody's")]
    group = {"GroupId": "sg-1", "GroupName": name("endpoints-sg")}
    aws.answers = {
        **NETWORK,
        "DescribeVpcEndpoints": [{"VpcEndpoints": there}],
        "DescribeSecurityGroups": [{"SecurityGroups": [group]}],
    }
    facts = read("network")

    assert facts["interface_endpoints"] == [{"name": own, "id": "vpce-1", "service": "secretsmanager"}]
    assert facts["endpoints_security_group_id"] == "sg-1" and f"VPC endpoint {own}" in facts["found"]


NOTHING_PROCESSED = {
    "GetFunctionConfiguration": [error("ResourceNotFoundException", status=404)],
    "GetQueueUrl": [error("AWS.SimpleQueueService.NonExistentQueue")],
    "GetRole": [error("NoSuchEntity", status=404)],
    "DescribeSecurityGroups": [{"SecurityGroups": []}],
    "DescribeRule": [error("ResourceNotFoundException")],
}
FUNCTION = {"FunctionArn": "arn:aws:lambda:ca-central-1:123456789012:function:iot", "State": "Active"}


def test_without_any_processing_nothing_but_the_queue_is_said_to_be_missing(aws: SimulatedAWS) -> None:
    aws.answers = dict(NOTHING_PROCESSED)
    facts = read("processing")

    assert facts["status"] == "missing" and facts["missing"] == ["queue iot-readings-dev"] and facts["found"] == []


def test_functions_that_rotate_need_no_queue(aws: SimulatedAWS) -> None:
    absent = NOTHING_PROCESSED["GetFunctionConfiguration"][0]
    # In the order of processing.FUNCTIONS: migrate and rotate are there.
    aws.answers = {**NOTHING_PROCESSED, "GetFunctionConfiguration": [absent, absent, FUNCTION, absent, FUNCTION]}
    facts = read("processing")

    assert facts["status"] == "present" and facts["found"] == ["function iot-migrate-dev", "function iot-rotate-dev"]
    assert facts["queue_arn"] is None and facts["rotate_function_arn"] == FUNCTION["FunctionArn"]


def test_with_a_queue_every_part_but_the_rotation_is_expected(aws: SimulatedAWS) -> None:
    queue = {"QueueArn": "arn:aws:sqs:ca-central-1:123456789012:iot-readings-dev"}
    url = {"QueueUrl": "https://sqs/iot-readings-dev"}
    aws.answers = {
        **NOTHING_PROCESSED,
        "GetQueueUrl": [url, NOTHING_PROCESSED["GetQueueUrl"][0]],
        "GetQueueAttributes": [{"Attributes": queue}],
    }
    facts = read("processing")

    assert facts["status"] == "incomplete" and facts["found"] == ["queue iot-readings-dev"]
    assert facts["queue_url"] == url["QueueUrl"] and "rule iot-maintain-dev" in facts["missing"]
    assert not [part for part in facts["missing"] if "rotate" in part]


SERVICES = [
    ("cache", "DescribeCacheSubnetGroups", "CacheSubnetGroups", "CacheSubnetGroupNotFoundFault", "iot-redis-sg-dev"),
    ("database", "DescribeDBSubnetGroups", "DBSubnetGroups", "DBSubnetGroupNotFoundFault", "iot-aurora-sg-dev"),
]
NO_GROUP = {
    "DescribeReplicationGroups": [error("ReplicationGroupNotFoundFault", status=404)],
    "DescribeDBClusters": [error("DBClusterNotFoundFault", status=404)],
}


@pytest.mark.parametrize(("tier", "operation", "key", "_code", "group"), SERVICES)
def test_the_security_group_is_that_of_the_subnet_groups_vpc(
    aws: SimulatedAWS, tier: str, operation: str, key: str, _code: str, group: str
) -> None:
    """Another VPC may have a security group of the same name."""
    security_group = {"GroupId": "sg-1", "GroupName": group}
    aws.answers = {
        **NO_GROUP,
        operation: [{key: [{"VpcId": "vpc-1"}]}],
        "DescribeSecurityGroups": [{"SecurityGroups": [security_group]}],
    }
    facts = read(tier)

    (request,) = aws.sent("DescribeSecurityGroups")
    filters = {item["Name"]: item["Values"] for item in request["Filters"]}
    assert filters == {"group-name": [group], "vpc-id": ["vpc-1"]}
    assert (
        facts["security_group_id"] == "sg-1"
        and facts["status"] == "incomplete"
        and f"security group {group}" in facts["found"]
    )


@pytest.mark.parametrize(("tier", "operation", "_key", "code", "group"), SERVICES)
def test_without_a_subnet_group_only_a_security_group_of_the_roles_counts(
    aws: SimulatedAWS, tier: str, operation: str, _key: str, code: str, group: str
) -> None:
    aws.answers = {**NO_GROUP, operation: [error(code)], "DescribeSecurityGroups": [{"SecurityGroups": []}]}
    facts = read(tier)

    (request,) = aws.sent("DescribeSecurityGroups")
    filters = {item["Name"]: item["Values"] for item in request["Filters"]}
    assert filters == {"group-name": [group], "tag:Name": [group]}
    assert facts["status"] == "missing" and facts["security_group_id"] is None


def test_a_replication_group_that_is_being_made_has_no_endpoint_yet(aws: SimulatedAWS) -> None:
    group = {"ReplicationGroupId": "iot-redis-dev", "Status": "creating"}
    aws.answers = {
        "DescribeCacheSubnetGroups": [{"CacheSubnetGroups": [{"VpcId": "vpc-1"}]}],
        "DescribeSecurityGroups": [{"SecurityGroups": [{"GroupId": "sg-1"}]}],
        "DescribeReplicationGroups": [{"ReplicationGroups": [group]}],
    }
    facts = read("cache")

    assert facts["state"] == "creating" and facts["redis_endpoint"] is None and facts["port"] is None


def test_a_cluster_without_instances_is_incomplete(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeDBSubnetGroups": [{"DBSubnetGroups": [{"VpcId": "vpc-1"}]}],
        "DescribeSecurityGroups": [{"SecurityGroups": [{"GroupId": "sg-1"}]}],
        "DescribeDBClusters": [{"DBClusters": [{"DBClusterIdentifier": "iot-aurora-dev", "Status": "available"}]}],
    }
    facts = read("database")

    assert (
        facts["status"] == "incomplete"
        and facts["missing"] == ["database instance iot-aurora-1-dev"]
        and facts["instances"] == []
    )


API: dict[str, Any] = {
    "GetRestApis": [{"items": [{"id": "a", "name": "iot-sensor-api-dev"}, {"id": "b", "name": "other"}]}],
    "GetStage": [{"stageName": "prod", "deploymentId": "d"}],
    "GetUsagePlans": [{"items": [{"id": "p", "name": "iot-usage-plan-dev", "throttle": {"rateLimit": 200.0}}]}],
    "GetApiKeys": [{"items": [{"id": "k", "name": "iot-api-key-dev"}, {"id": "l", "name": "iot-api-key-dev-2"}]}],
}


def test_an_api_is_read_with_full_pages_and_without_key_values(aws: SimulatedAWS) -> None:
    aws.answers = dict(API)
    facts = read("api")

    assert facts["status"] == "present" and facts["api_key_id"] == "k" and facts["rest_api_id"] == "a"
    assert facts["api_gateway_url"] == "https://a.execute-api.ca-central-1.amazonaws.com/prod"
    assert [aws.sent(operation)[0]["limit"] for operation in ("GetRestApis", "GetUsagePlans", "GetApiKeys")] == [
        500
    ] * 3
    assert aws.sent("GetApiKeys")[0]["includeValues"] is False and len(aws.operations) == 4


def test_what_is_on_a_later_page_is_found(aws: SimulatedAWS) -> None:
    other: dict[str, Any] = {"items": [{"id": "x", "name": "other"}], "position": "next"}
    aws.answers = {key: answers if key == "GetStage" else [other, *answers] for key, answers in API.items()}
    facts = read("api")

    assert facts["status"] == "present" and len(aws.operations) == 7


@pytest.mark.parametrize(
    ("operation", "thing"),
    [("GetRestApis", "REST API"), ("GetUsagePlans", "usage plan"), ("GetApiKeys", "API key")],
)
def test_two_of_one_name_are_refused_with_both_ids(aws: SimulatedAWS, operation: str, thing: str) -> None:
    first = API[operation][0]["items"][0]
    aws.answers = {**API, operation: [{"items": [first, {**first, "id": "zz"}]}]}

    with pytest.raises(AnsibleAWSError, match=rf"2 {thing}s have it \({first['id']}, zz\)"):
        read("api")


@pytest.mark.parametrize(
    ("operation", "answer", "missing"),
    [
        ("GetStage", error("NotFoundException", status=404), "stage prod"),
        ("GetUsagePlans", {"items": [{"id": "p"}]}, "usage plan iot-usage-plan-dev"),
        ("GetApiKeys", {"items": [{"id": "l", "name": "iot-api-key-dev-2"}]}, "API key iot-api-key-dev"),
    ],
)
def test_an_incomplete_api_names_what_is_missing(aws: SimulatedAWS, operation: str, answer: Any, missing: str) -> None:
    aws.answers = {**API, operation: [answer]}
    facts = read("api")

    assert facts["status"] == "incomplete" and facts["missing"] == [missing]
    assert (facts["api_gateway_url"] is None) is (operation == "GetStage")


def test_throttling_is_waited_out_and_a_denied_call_is_not(aws: SimulatedAWS) -> None:
    aws.answers = {**API, "GetStage": [error("ThrottlingException", status=429), *API["GetStage"]]}
    assert read("api")["status"] == "present" and len(aws.slept) == 1

    aws.answers = {**API, "GetStage": [error("AccessDeniedException", status=403)]}
    with pytest.raises(AnsibleAWSError, match="get the stage"):
        read("api")
