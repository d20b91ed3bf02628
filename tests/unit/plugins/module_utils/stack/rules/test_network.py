"""The rules of the role network, through the check of a whole inventory."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_a_retention_that_cloudwatch_logs_does_not_take() -> None:
    (problem,) = find_problems({"network_flow_logs_retention_days": 31}, tiers=["network"])

    assert problem.startswith("network_flow_logs_retention_days is 31: allowed are 0, 1, 3, 5, 7, 14, 30, 60")


@pytest.mark.parametrize(
    "variables",
    [
        {"network_vpc_cidr": "10.9.0.0/16"},
        {"network_vpc_cidr": "10.0.0.0/24", "network_availability_zone_count": 6},
        {"network_availability_zone_count": 3, "network_availability_zones": [f"ca-central-1{zone}" for zone in "abd"]},
        # More zones than subnets were always allowed.
        {"network_availability_zones": [f"ca-central-1{zone}" for zone in "abd"]},
        {"network_private_subnet_cidrs": ["10.0.100.0/24", "10.0.101.0/24"]},
        {"network_nat_gateways": "one_per_az", "network_availability_zone_count": 6},
        {
            "network_nat_gateways": "one_per_az",
            "network_availability_zone_count": 3,
            "network_public_subnet_cidrs": ["10.0.0.0/24", "10.0.1.0/24"],
            "network_private_subnet_cidrs": ["10.0.10.0/24", "10.0.11.0/24"],
        },
        {
            "network_gateway_endpoints": ["s3", "dynamodb"],
            "network_interface_endpoints": ["s3", "rds-data", "logs", "sqs"],
        },
        {"network_flow_logs_enabled": True, "network_flow_logs_retention_days": 0, "network_logs_kms_key_id": KEY},
    ],
)
def test_good_values(variables: dict[str, Any]) -> None:
    assert find_problems(variables, tiers=["network"]) == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        (
            {"network_nat_gateways": "one_per_az", "network_public_subnet_cidrs": ["10.0.0.0/24"]},
            "network_nat_gateways is one_per_az with 1 public subnets: allowed is that with 2, one in each zone that has private ones",
        ),
        ({"network_gateway_endpoints": ["s3", "s3"]}, "network_gateway_endpoints has 's3' 2 times: allowed is once"),
        (
            {"network_interface_endpoints": [f"service-{number}" for number in range(10)]},
            "network_interface_endpoints and network_gateway_endpoints have 10 services: allowed are fewer",
        ),
        (
            {"network_flow_logs_traffic_type": "all"},
            "value of network_flow_logs_traffic_type must be one of: ACCEPT, REJECT, ALL, got: all",
        ),
        (
            {"network_logs_kms_key_id": "alias/logs"},
            "network_logs_kms_key_id is 'alias/logs': allowed is the ARN of a KMS key, or an empty text",
        ),
        ({"network_availability_zone_count": 1}, "network_availability_zone_count is 1: allowed is 2 to 6 zones"),
        ({"network_availability_zone_count": 7}, "network_availability_zone_count is 7: allowed is 2 to 6 zones"),
        (
            {"network_availability_zone_count": 3, "network_availability_zones": ["ca-central-1a", "ca-central-1b"]},
            "network_availability_zone_count is 3: allowed are up to 2, the zones of network_availability_zones",
        ),
        (
            {"network_vpc_cidr": "10.0.0.0/25", "network_private_subnet_cidrs": ["10.0.0.0/28", "10.0.0.16/28"]},
            "network_public_subnet_cidrs is []: allowed is that with a network_vpc_cidr of /16 to /24; in 10.0.0.0/25, list the "
            "ranges",
        ),
        (
            {"network_private_subnet_cidrs": ["10.0.1.0/24", "10.0.11.0/24"]},
            "network_public_subnet_cidrs[1] is '10.0.1.0/24' and network_private_subnet_cidrs[0] is '10.0.1.0/24': allowed are "
            "ranges that do not overlap",
        ),
    ],
)
def test_bad_values(variables: dict[str, Any], problem: str) -> None:
    assert find_problems(variables, tiers=["network"]) == [problem]
