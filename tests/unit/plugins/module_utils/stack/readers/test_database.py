"""The reader of the database with simulated AWS answers, for what is left of options and of half a removal."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.database import read_database

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
ROLE = "iot-rds-monitoring-ca-central-1-dev"
LOG_GROUP = "/aws/rds/cluster/iot-aurora-dev/postgresql"
NOTHING: dict[str, Any] = {
    "DescribeDBSubnetGroups": [error("DBSubnetGroupNotFoundFault")],
    "DescribeSecurityGroups": [{"SecurityGroups": []}],
    "DescribeDBClusters": [error("DBClusterNotFoundFault")],
    "DescribeDBClusterParameterGroups": [{"DBClusterParameterGroups": []}],
    "DescribeDBParameterGroups": [{"DBParameterGroups": []}],
    "DescribeLogGroups": [{"logGroups": []}],
    "GetRole": [error("NoSuchEntity")],
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def read(details: bool = True) -> dict[str, Any]:
    clients = {service: boto3.client(service, "ca-central-1", **KEYS) for service in ("ec2", "rds", "logs", "iam")}
    return read_database(clients, lambda thing: f"iot-{thing}-dev", details)


def test_nothing_is_left(aws: SimulatedAWS) -> None:
    aws.answers = NOTHING
    facts = read()

    assert facts["status"] == "missing" and facts["found"] == []
    assert facts["parameter_groups"] == facts["log_groups"] == facts["roles"] == []


def test_what_options_have_made_is_found_without_a_cluster_and_what_is_others_is_not(aws: SimulatedAWS) -> None:
    ours = ["iot-aurora-params-16-dev", "iot-aurora-params-17-dev"]
    others = [
        "default.aurora-postgresql16",
        "iot-aurora-params-16-dev-2",
        "iot-aurora-params-x-dev",
        "iot-aurora-params-16-qa",
    ]
    role = {"RoleName": ROLE, "Path": "/", "RoleId": "r", "Arn": "arn:role"}
    aws.answers = NOTHING | {
        "DescribeDBClusterParameterGroups": [
            {
                "DBClusterParameterGroups": [{"DBClusterParameterGroupName": name} for name in others[:2] + ours[:1]],
                "Marker": "m",
            },
            {"DBClusterParameterGroups": [{"DBClusterParameterGroupName": name} for name in others[2:] + ours[1:]]},
        ],
        "DescribeDBParameterGroups": [
            {"DBParameterGroups": [{"DBParameterGroupName": "iot-aurora-instance-params-16-dev"}]}
        ],
        "DescribeLogGroups": [{"logGroups": [{"logGroupName": LOG_GROUP}]}],
        "GetRole": [{"Role": role}],
    }
    facts = read()

    assert facts["status"] == "incomplete" and facts["found"] == [
        *(f"DB cluster parameter group {name}" for name in ours),
        "DB parameter group iot-aurora-instance-params-16-dev",
        f"log group {LOG_GROUP}",
        f"role {ROLE}",
    ]
    assert facts["parameter_groups"][0] == {"scope": "cluster", "name": ours[0]}
    assert aws.sent("DescribeLogGroups")[0]["logGroupNamePrefix"] == "/aws/rds/cluster/iot-aurora-dev/"
    assert aws.sent("GetRole") == [{"RoleName": ROLE}]


def test_without_details_none_of_it_is_looked_for(aws: SimulatedAWS) -> None:
    aws.answers = NOTHING
    read(details=False)

    assert set(aws.operations) == {"DescribeDBSubnetGroups", "DescribeSecurityGroups", "DescribeDBClusters"}
