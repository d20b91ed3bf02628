"""stack.removal with simulated AWS answers, for what MiniStack does not have."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack import removal
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers import tiers

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
SERVICES = ("ec2", "rds", "elasticache", "secretsmanager", "apigateway", "wafv2")
API = {"found": ["REST API iot-sensor-api-dev"], "rest_api_id": "a", "usage_plan_id": "p"}
CACHE = {
    "found": ["replication group iot-redis-dev"],
    "member_clusters": ["iot-redis-dev-001"],
    "replication_group_id": "iot-redis-dev",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def clients() -> dict[str, Any]:
    """A client of each service."""
    return {service: boto3.client(service, "ca-central-1", **KEYS) for service in SERVICES}


def name(thing: str) -> str:
    return f"iot-{thing}-dev"


def blockers(stack: dict[str, Any], *tiers: str) -> list[str]:
    """What stops the removal of the tiers."""
    nothing = {"found": []}
    return removal.find_blockers(
        clients(), name, {tier: stack.get(tier, nothing) for tier in removal.BLOCKERS}, list(tiers)
    )


def test_a_custom_domain_that_leads_to_the_api(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetUsagePlans": [{"items": []}],
        "GetDomainNames": [
            {
                "items": [
                    {"domainName": "a.example"},
                    {"domainName": "b.example"},
                    {"domainName": "own.example", "tags": {"Name": "iot-api-domain-dev"}},
                ]
            }
        ],
        "GetBasePathMappings": [
            {"items": [{"restApiId": "z"}]},
            {"items": [{"restApiId": "a"}]},
            {"items": [{"restApiId": "a"}, {"restApiId": "z"}]},
        ],
    }

    assert blockers({"api": API}, "api") == [
        "domain b.example leads to iot-sensor-api-dev: remove its base path mapping first",
        "domain own.example leads to API z too: remove its base path mapping first",
    ]


def test_what_else_the_web_acl_guards(aws: SimulatedAWS) -> None:
    arn = "arn:aws:wafv2:ca-central-1:123456789012:regional/webacl/iot-api-waf-dev/1"
    stages = [f"arn:aws:apigateway:ca-central-1::/restapis/{api}/stages/prod" for api in ("a", "z")]
    aws.answers = {
        "GetUsagePlans": [{"items": []}],
        "GetDomainNames": [{"items": []}],
        "ListWebACLs": [{"WebACLs": [{"Name": "iot-api-waf-dev", "ARN": arn}]}],
        "ListResourcesForWebACL": [{"ResourceArns": stages}],
    }
    guarded = {**API, "found": [*API["found"], "web ACL iot-api-waf-dev"]}

    assert blockers({"api": guarded}, "api") == [f"web ACL iot-api-waf-dev guards {stages[1]}: take it off first"]
    assert blockers({"api": API}, "api") == [] and aws.operations.count("ListWebACLs") == 1


def test_nodes_of_others_in_the_subnet_group(aws: SimulatedAWS) -> None:
    nodes = [
        {"CacheClusterId": "iot-redis-dev-001", "CacheSubnetGroupName": "iot-redis-subnets-dev"},
        {"CacheClusterId": "foreign", "CacheSubnetGroupName": "iot-redis-subnets-dev"},
        {"CacheClusterId": "elsewhere", "CacheSubnetGroupName": "default"},
    ]
    aws.answers = {"DescribeCacheClusters": [{"CacheClusters": nodes}]}

    assert blockers({"cache": CACHE}, "cache") == [
        "cache cluster foreign uses subnet group iot-redis-subnets-dev: move or remove it first"
    ]


def test_gateways_that_are_going_are_no_blockers(aws: SimulatedAWS) -> None:
    network = {
        "found": ["VPC iot-vpc-dev"],
        "vpc_id": "vpc-1",
        "public_subnets": [],
        "private_subnets": [],
        "public_route_table_id": None,
        "private_route_table_ids": ["rtb-2"],
        "nat_gateways": [{"name": "iot-nat-1-dev", "id": "nat-3", "public_ip": "203.0.113.7"}],
    }
    empty: dict[str, Any] = {
        "DescribeInstances": [
            {"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "terminated"}}]}]}
        ],
        "DescribeVpcEndpoints": [{"VpcEndpoints": []}],
        "DescribeNetworkInterfaces": [
            {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "InterfaceType": "nat_gateway", "Groups": []}]}
        ],
        "DescribeSubnets": [{"Subnets": []}],
        "DescribeRouteTables": [
            {"RouteTables": [{"RouteTableId": "rtb-1", "Associations": [{"Main": True}]}, {"RouteTableId": "rtb-2"}]}
        ],
        "DescribeSecurityGroups": [{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "default"}]}],
    }
    gateways = [{"NatGatewayId": "nat-1", "State": "deleted"}, {"NatGatewayId": "nat-2", "State": "available"}]
    gateways.append({"NatGatewayId": "nat-3", "State": "available"})
    aws.answers = {**empty, "DescribeNatGateways": [{"NatGateways": gateways}]}

    assert blockers({"network": network}, "network") == [
        "VPC iot-vpc-dev (vpc-1) holds NAT gateway nat-2, which is not part of the stack: remove it first"
    ]


def test_snapshots_stay_on_purpose_with_their_keys(aws: SimulatedAWS) -> None:
    cluster = {"DBClusterSnapshotIdentifier": "iot-aurora-dev-final-1", "KmsKeyId": "arn:data"}
    aws.answers = {
        "DescribeAddresses": [{"Addresses": []}],
        "DescribeSecret": [error("ResourceNotFoundException")],
        "DescribeDBClusterSnapshots": [{"DBClusterSnapshots": [cluster]}],
        "DescribeSnapshots": [{"Snapshots": [{"SnapshotName": "iot-redis-dev-final-1"}]}],
    }
    plain: dict[str, Any] = {"secrets": {}}
    keys: dict[str, Any] = {
        "secrets": {
            "kms_key_arns": {"data": "arn:data", "secrets": "arn:secrets"},
            "kms_keys_pending_deletion": {"logs": "2026-01-31T00:00:00+00:00"},
        }
    }
    snapshots = removal.find_snapshots(clients(), name)
    both = ["cluster snapshot iot-aurora-dev-final-1", "cache snapshot iot-redis-dev-final-1"]

    assert removal.find_kept(clients(), name, plain, snapshots) == both and removal.kept_keys(plain, snapshots) == {}
    assert removal.kept_keys(keys, snapshots) == {"data": both[:1]}
    assert removal.find_kept(clients(), name, keys, snapshots) == [
        "KMS key iot-logs-key-dev, deleted for good at 2026-01-31T00:00:00+00:00, until then taken back by a deploy",
        "KMS key iot-data-key-dev, without which nobody can read cluster snapshot iot-aurora-dev-final-1",
        *both,
    ]


def test_keys_stay_with_what_they_encrypt() -> None:
    secrets = {"found": ["KMS key iot-data-key-dev"], "kms_key_arns": {"data": "arn:data"}}
    cache = {"found": ["replication group iot-redis-dev"]}

    assert blockers({"secrets": secrets, "cache": cache}, "secrets") == [
        "KMS keys (iot-data-key-dev) may encrypt the cache (replication group iot-redis-dev), which stays: remove it too, with --tags "
        "secrets,cache"
    ]
    assert blockers({"secrets": secrets, "cache": {"found": []}}, "secrets") == []


def test_each_kind_is_asked_for_by_its_name_tag(aws: SimulatedAWS) -> None:
    subnet = {"SubnetId": "subnet-1", "Tags": [{"Key": "Name", "Value": "iot-public-3-dev"}]}
    aws.answers = {
        "DescribeVpcs": [{"Vpcs": []}],
        "DescribeSubnets": [{"Subnets": [subnet]}],
        "DescribeRouteTables": [{"RouteTables": []}],
        "DescribeInternetGateways": [{"InternetGateways": []}],
        "DescribeSecurityGroups": [{"SecurityGroups": []}],
        "DescribeFlowLogs": [{"FlowLogs": []}],
        "DescribeNatGateways": [{"NatGateways": [{"NatGatewayId": "nat-1", "State": "deleted"}]}],
    }

    assert removal.find_tagged(clients(), name) == ["subnet subnet-1 (iot-public-3-dev)"]
    for _operation, request in aws.requests:
        (asked,) = request.get("Filters") or request["Filter"]
        assert asked["Name"] == "tag:Name" and len(asked["Values"]) <= 200
        assert {"iot-vpc-dev", "iot-public-3-dev"} <= set(asked["Values"])


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({"status": "missing", "missing": ["x"]}, "missing"),
        ({"status": "incomplete", "missing": ["x"], "problems": []}, "degraded"),
        ({"status": "present", "missing": [], "problems": ["x is modifying"]}, "degraded"),
        ({"status": "present", "missing": [], "problems": []}, "healthy"),
    ],
)
def test_health(facts: dict[str, Any], health: str) -> None:
    assert tiers.health(facts) == health


def test_elastic_ips_that_were_kept_are_told(aws: SimulatedAWS) -> None:
    address = {"PublicIp": "203.0.113.7", "Tags": [{"Key": "Name", "Value": "iot-nat-1-dev"}]}
    aws.answers = {
        "DescribeAddresses": [{"Addresses": [address]}],
        "DescribeSecret": [error("ResourceNotFoundException")],
    }

    assert removal.find_kept(clients(), name, {"secrets": {}}, {}) == [
        "Elastic IP 203.0.113.7 (iot-nat-1-dev), which AWS bills until it is released"
    ]


def test_a_secret_that_stays_and_calls_the_function_that_goes(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecurityGroups": [{"SecurityGroups": []}]}
    processing = {"found": ["function iot-rotate-dev"], "rotate_function_arn": "arn", "security_group_id": None}
    stack = {
        "processing": processing,
        "secrets": {"found": ["secret iot-aurora-password-dev"], "rotated_secrets": ["iot-aurora-password-dev"]},
    }

    assert blockers(stack, "processing", "secrets") == []
    assert blockers(stack, "processing") == [
        "secret iot-aurora-password-dev is rotated by function iot-rotate-dev: set secrets_rotation to none and run site.yml with "
        "--tags secrets first"
    ]
