"""ec2_vpc_flow_log with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

ROLE = "arn:aws:iam::123456789012:role/iot-flow-log-role-dev"
NEW_ROLE = error("InvalidParameter", "Unable to assume given IAM role")


def flow_log(number: int, **fields: Any) -> dict[str, Any]:
    """A flow log as AWS tells it."""
    return {
        "FlowLogId": f"fl-{number}",
        "ResourceId": "vpc-1",
        "LogGroupName": "/iot/flow-log-dev",
        "DeliverLogsPermissionArn": ROLE,
        "TrafficType": "ALL",
        "MaxAggregationInterval": 600,
        "Tags": [{"Key": "Name", "Value": "iot-flow-log-dev"}],
        **fields,
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    """A VPC without flow logs; each call succeeds."""
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {
        "DescribeFlowLogs": [{"FlowLogs": []}],
        "CreateFlowLogs": [{"FlowLogIds": ["fl-1"]}],
        "DeleteFlowLogs": [{}],
    }
    return simulated


def run(**options: Any) -> ModuleResult:
    given = {"name": "iot-flow-log-dev", "vpc_id": "vpc-1", "log_group_name": "/iot/flow-log-dev", "role_arn": ROLE}
    return run_module("ec2_vpc_flow_log", **{**CONNECTION, **given, **options})


def test_a_role_that_is_too_new_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["CreateFlowLogs"] = [NEW_ROLE, NEW_ROLE, {"FlowLogIds": ["fl-1"]}]
    result = run()

    assert result["flow_log"]["id"] == "fl-1" and aws.slept == [1, 2]
    (first, *_more, last) = aws.sent("CreateFlowLogs")
    assert first == last, "the same token, so that AWS makes one"
    assert first["TagSpecifications"][0]["ResourceType"] == "vpc-flow-log"
    assert first["LogDestinationType"] == "cloud-watch-logs" and first["ResourceIds"] == ["vpc-1"]


def test_a_role_that_stays_wrong_fails_in_the_end(aws: SimulatedAWS) -> None:
    aws.answers["CreateFlowLogs"] = [NEW_ROLE]
    result = run()

    assert result["failed"] and "Unable to assume given IAM role" in result["msg"] and 120 <= sum(aws.slept) <= 130


def test_what_aws_refuses_inside_its_answer_fails(aws: SimulatedAWS) -> None:
    refused = {"ResourceId": "vpc-1", "Error": {"Code": "FlowLogAlreadyExists", "Message": "There is one"}}
    aws.answers["CreateFlowLogs"] = [{"FlowLogIds": [], "Unsuccessful": [refused]}]

    assert run()["msg"] == "Failed to create the flow log: FlowLogAlreadyExists: There is one"


def test_a_flow_log_that_is_gone_already_is_removed(aws: SimulatedAWS) -> None:
    aws.answers["DescribeFlowLogs"] = [{"FlowLogs": [flow_log(1)]}]
    gone = {"ResourceId": "fl-1", "Error": {"Code": "InvalidFlowLogId.NotFound", "Message": "gone"}}
    aws.answers["DeleteFlowLogs"] = [{"Unsuccessful": [gone]}]

    assert run(state="absent")["changed"]


def test_two_of_one_name_are_refused(aws: SimulatedAWS) -> None:
    aws.answers["DescribeFlowLogs"] = [{"FlowLogs": [flow_log(1), flow_log(2)]}]

    assert run()["msg"].startswith("There are 2 flow logs named iot-flow-log-dev (fl-1, fl-2)")


def test_a_planned_vpc_needs_no_aws(aws: SimulatedAWS) -> None:
    planned = run(vpc_id="vpc-known-after-deploy", role_arn="known-after-deploy", check_mode=True)

    assert aws.operations == [] and planned["changed"] and planned["flow_log"]["id"] == "fl-known-after-deploy"
