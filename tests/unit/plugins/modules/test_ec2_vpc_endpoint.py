"""ec2_vpc_endpoint with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME, VPC, ID = "iot-secretsmanager-dev", "vpc-0123456789abcdef0", "vpce-0123456789abcdef0"
ENDPOINT: dict[str, Any] = {
    "VpcEndpointId": ID,
    "VpcEndpointType": "Interface",
    "VpcId": VPC,
    "ServiceName": "com.amazonaws.ca-central-1.secretsmanager",
    "State": "available",
    "SubnetIds": ["subnet-1"],
    "Groups": [{"GroupId": "sg-1", "GroupName": "one"}],
    "PrivateDnsEnabled": True,
    "NetworkInterfaceIds": ["eni-1"],
    "DnsEntries": [{"DnsName": "secretsmanager.ca-central-1.amazonaws.com", "HostedZoneId": "Z1"}],
    "Tags": [{"Key": "Name", "Value": NAME}],
}
NOTHING: dict[str, Any] = {"VpcEndpoints": []}
UNKNOWN = error("InvalidVpcEndpointId.NotFound", "does not exist")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def told(state: str = "available", **more: Any) -> dict[str, Any]:
    """An answer of DescribeVpcEndpoints."""
    return {"VpcEndpoints": [{**ENDPOINT, "State": state, **more}]}


def run(**options: Any) -> ModuleResult:
    given = {"service": "secretsmanager", "subnet_ids": ["subnet-1"]} if options.get("state") != "absent" else {}
    return run_module("ec2_vpc_endpoint", name=NAME, vpc_id=VPC, **{**given, **options}, **CONNECTION)


@pytest.mark.parametrize("states", [("pending", "available"), ("Pending", "Available")])
def test_a_new_endpoint_is_waited_for(aws: SimulatedAWS, states: tuple[str, str]) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [NOTHING, UNKNOWN, told(states[0]), told(states[1])],
        "CreateVpcEndpoint": [{"VpcEndpoint": {**ENDPOINT, "State": states[0], "DnsEntries": []}}],
    }
    result = run(security_group_ids=["sg-1"], private_dns_enabled=True)

    (sent,) = aws.sent("CreateVpcEndpoint")
    assert len(sent.pop("ClientToken")) == 36
    assert sent == {
        "VpcEndpointType": "Interface",
        "VpcId": VPC,
        "ServiceName": "com.amazonaws.ca-central-1.secretsmanager",
        "SubnetIds": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
        "PrivateDnsEnabled": True,
        "TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": NAME}]}],
    }
    assert result["changed"] and result["endpoint"]["state"] == "available" and aws.slept == [5, 5]
    assert result["endpoint"]["dns_names"] == ["secretsmanager.ca-central-1.amazonaws.com"]
    assert "last_error" not in result["endpoint"]


@pytest.mark.parametrize("state", ["failed", "Failed", "rejected", "deleting"])
def test_a_creation_that_fails_is_told_at_once(aws: SimulatedAWS, state: str) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [NOTHING, told("pending"), told(state)],
        "CreateVpcEndpoint": [{"VpcEndpoint": {**ENDPOINT, "State": "pending"}}],
    }
    message = run()["msg"]

    assert f"VPC endpoint {NAME} went to state {state}" in message and "instead of available" in message


def test_the_wait_is_bounded(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [NOTHING, told("pendingAcceptance")],
        "CreateVpcEndpoint": [{"VpcEndpoint": {**ENDPOINT, "State": "pendingAcceptance"}}],
    }
    message = run(wait_timeout=10)["msg"]

    assert f"VPC endpoint {NAME} did not become available within 10 seconds (wait_timeout)" in message
    assert "its last state was pendingAcceptance" in message


def test_nothing_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [NOTHING],
        "CreateVpcEndpoint": [{"VpcEndpoint": {**ENDPOINT, "State": "pending"}}],
    }
    result = run(wait=False)

    assert result["endpoint"]["state"] == "pending" and aws.operations == ["DescribeVpcEndpoints", "CreateVpcEndpoint"]


def test_a_lost_answer_creates_nothing_twice(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [NOTHING],
        "CreateVpcEndpoint": [
            error("RequestLimitExceeded"),
            error("InvalidSubnetID.NotFound"),
            {"VpcEndpoint": ENDPOINT},
        ],
    }
    result = run()

    assert result["changed"] and len({sent["ClientToken"] for sent in aws.sent("CreateVpcEndpoint")}) == 1


def test_one_that_is_still_being_made_is_taken_up(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told("pending"), told("pending"), told()]}
    result = run()

    assert not result["changed"] and result["endpoint"]["state"] == "available"


def test_changes_wait_until_aws_takes_them(aws: SimulatedAWS) -> None:
    after = told(SubnetIds=["subnet-1", "subnet-2"], PrivateDnsEnabled=False, Groups=[{"GroupId": "sg-2"}])
    aws.answers = {
        "DescribeVpcEndpoints": [told("pending"), told("pending"), told(), told(), told("pending"), after],
        "ModifyVpcEndpoint": [{"Return": True}],
    }
    result = run(subnet_ids=["subnet-2", "subnet-1"], security_group_ids=["sg-2"], private_dns_enabled=False)

    assert aws.operations[4] == "ModifyVpcEndpoint" and aws.sent("ModifyVpcEndpoint") == [
        {
            "VpcEndpointId": ID,
            "AddSubnetIds": ["subnet-2"],
            "AddSecurityGroupIds": ["sg-2"],
            "RemoveSecurityGroupIds": ["sg-1"],
            "PrivateDnsEnabled": False,
        }
    ]
    assert result["diff"]["before"] == {
        "subnet_ids": ["subnet-1"],
        "security_group_ids": ["sg-1"],
        "private_dns_enabled": True,
    }
    assert result["endpoint"]["subnet_ids"] == ["subnet-1", "subnet-2"] and result["endpoint"]["state"] == "available"


def test_one_that_failed_is_not_taken_for_good(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told("failed", LastError={"Code": "c", "Message": "no address left"})]}

    assert run()["msg"] == (
        f"VPC endpoint {NAME} ({ID}) is in state failed: no address left. Remove it (state=absent) and run again"
    )


def test_one_that_is_being_deleted_is_waited_for_before_the_next(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [told("deleting"), told("deleting"), told("deleted")],
        "CreateVpcEndpoint": [{"VpcEndpoint": {**ENDPOINT, "VpcEndpointId": "vpce-2"}}],
    }
    result = run()

    assert result["diff"]["action"] == "create" and result["endpoint"]["id"] == "vpce-2"
    assert aws.operations == [*["DescribeVpcEndpoints"] * 3, "CreateVpcEndpoint"] and aws.slept == [5]


@pytest.mark.parametrize("gone", [told("deleted"), told("Deleted"), NOTHING, UNKNOWN])
def test_the_deletion_is_waited_for(aws: SimulatedAWS, gone: Any) -> None:
    aws.answers = {
        "DescribeVpcEndpoints": [told(), told("deleting"), gone],
        "DeleteVpcEndpoints": [{"Unsuccessful": []}],
    }
    result = run(state="absent")

    assert result["changed"] and aws.slept == [5] and aws.sent("DeleteVpcEndpoints") == [{"VpcEndpointIds": [ID]}]


def test_a_deletion_under_way_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told("deleting"), told("deleting"), UNKNOWN]}
    result = run(state="absent")

    assert not result["changed"] and aws.slept == [5]


def test_one_that_failed_is_removed(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told("failed"), UNKNOWN], "DeleteVpcEndpoints": [{}]}

    assert run(state="absent")["changed"]


def test_a_deletion_that_takes_too_long_is_told(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told("deleting")], "DeleteVpcEndpoints": [{}]}
    message = run(state="absent", wait_timeout=5)["msg"]

    assert f"VPC endpoint {NAME} did not become deleted within 5 seconds" in message


def test_a_deletion_that_aws_refuses_is_told(aws: SimulatedAWS) -> None:
    refused = {"ResourceId": ID, "Error": {"Code": "OperationNotPermitted", "Message": "managed by a service"}}
    aws.answers = {"DescribeVpcEndpoints": [told()], "DeleteVpcEndpoints": [{"Unsuccessful": [refused]}]}

    assert run(state="absent")["msg"] == (
        f"Failed to delete the VPC endpoint {ID}: OperationNotPermitted: managed by a service"
    )


@pytest.mark.parametrize(
    "answer", [UNKNOWN, {"Unsuccessful": [{"Error": {"Code": "InvalidVpcEndpointId.NotFound", "Message": "gone"}}]}]
)
def test_one_deleted_meanwhile_is_fine(aws: SimulatedAWS, answer: Any) -> None:
    aws.answers = {"DescribeVpcEndpoints": [told(), UNKNOWN], "DeleteVpcEndpoints": [answer]}

    assert run(state="absent")["changed"]
