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
        "DescribeNatGateways": [{"NatGateways": []}],
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


def nat(number: int, state: str = "available", thing: str | None = None) -> dict[str, Any]:
    """A NAT gateway."""
    addresses = [{"PublicIp": f"203.0.113.{number}"}]
    return tagged(thing or f"nat-{number}", NatGatewayId=f"nat-{number}", State=state, NatGatewayAddresses=addresses)


def test_the_stacks_own_nat_gateways_are_told(aws: SimulatedAWS) -> None:
    aws.answers["DescribeNatGateways"] = [
        {"NatGateways": [nat(2), nat(1, "pending"), nat(3, "deleted"), nat(4, thing="other")]}
    ]
    tables = [
        tagged("private-rt", RouteTableId="rtb-1", Routes=[{"NatGatewayId": "nat-1"}]),
        tagged("private-rt-2", RouteTableId="rtb-2", Routes=[]),
        tagged("private-rt-7", RouteTableId="rtb-7", Routes=[]),
    ]
    aws.answers["DescribeRouteTables"] = [{"RouteTables": tables}]
    facts = read(details=False)

    assert facts["nat_gateways"] == [
        {"name": name(f"nat-{number}"), "id": f"nat-{number}", "public_ip": f"203.0.113.{number}"} for number in (1, 2)
    ]
    assert facts["private_route_table_id"] == "rtb-1" and facts["private_route_table_ids"] == ["rtb-1", "rtb-2"]
    assert f"NAT gateway {name('nat-2')}" in facts["found"] and f"route table {name('private-rt-2')}" in facts["found"]
    assert "NAT gateway iot-nat-1-dev is pending" in read()["problems"]


def test_gateway_endpoints_are_told_apart(aws: SimulatedAWS) -> None:
    endpoints = [
        tagged(thing, VpcEndpointId=f"vpce-{thing}", ServiceName="com.amazonaws.ca-central-1.s3", State="available")
        for thing in ("s3-endpoint", "s3-gateway-endpoint", "dynamodb-gateway-endpoint")
    ]
    aws.answers["DescribeVpcEndpoints"] = [{"VpcEndpoints": endpoints}]
    facts = read(details=False)

    assert [item["id"] for item in facts["interface_endpoints"]] == ["vpce-s3-endpoint"]
    assert [item["id"] for item in facts["gateway_endpoints"]] == ["vpce-s3-gateway-endpoint"]
