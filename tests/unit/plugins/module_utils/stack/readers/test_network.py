"""The reader of the network with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.network import read_network


def name(thing: str) -> str:
    return f"iot-{thing}-dev"


def tagged(thing: str, **fields: Any) -> dict[str, Any]:
    return {**fields, "Tags": [{"Key": "Name", "Value": name(thing)}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    """A VPC with little in it."""
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {
        "DescribeVpcs": [{"Vpcs": [tagged("vpc", VpcId="vpc-1", CidrBlock="10.0.0.0/16")]}],
        "DescribeSubnets": [{"Subnets": []}],
        "DescribeRouteTables": [{"RouteTables": []}],
        "DescribeInternetGateways": [{"InternetGateways": []}],
        "DescribeVpcEndpoints": [{"VpcEndpoints": []}],
        "DescribeSecurityGroups": [{"SecurityGroups": []}],
        "DescribeFlowLogs": [{"FlowLogs": []}],
    }
    return simulated


def read(details: bool = True) -> dict[str, Any]:
    """The facts of the network."""
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
    return read_network({"ec2": boto3.client("ec2", "ca-central-1", **keys)}, name, details)


def test_a_flow_log_that_writes_nothing_is_a_problem(aws: SimulatedAWS) -> None:
    flow_log = tagged("flow-log", FlowLogId="fl-1", DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error")
    aws.answers["DescribeFlowLogs"] = [{"FlowLogs": [flow_log]}]
    facts = read()

    assert "flow log iot-flow-log-dev" in facts["found"]
    assert facts["problems"] == ["flow log iot-flow-log-dev does not reach its log group: Access error"]


def test_without_details_nothing_more_is_asked(aws: SimulatedAWS) -> None:
    read(details=False)

    assert len(aws.operations) == 5 and "DescribeFlowLogs" not in aws.operations
