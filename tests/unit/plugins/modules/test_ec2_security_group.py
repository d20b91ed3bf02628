"""ec2_security_group with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

GROUP_ID, VPC = "sg-0123456789abcdef0", "vpc-0123456789abcdef0"
ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
GROUP = {
    "GroupId": GROUP_ID,
    "GroupName": "redis",
    "Description": "Redis",
    "VpcId": VPC,
    "OwnerId": "123456789012",
    "IpPermissions": [],
    "IpPermissionsEgress": [ALL_OUT],
}
NOTHING: dict[str, Any] = {"SecurityGroups": []}
LOST = error("InternalError", "the answer was lost", 500)
UNKNOWN = error("InvalidGroup.NotFound", "does not exist")
IN_USE = error("DependencyViolation", "has a dependent object")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def described(**fields: Any) -> dict[str, Any]:
    """An answer of DescribeSecurityGroups."""
    return {"SecurityGroups": [{**GROUP, **fields}]}


def permission(port: int, cidr: str = "10.0.0.0/16", **more: str) -> dict[str, Any]:
    """A rule in AWS's form."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr, **more}]}


def rule(port: int, cidr: str = "10.0.0.0/16", **more: str) -> dict[str, Any]:
    """A rule in the option's form."""
    return {"from_port": port, "to_port": port, "cidr_ip": cidr, **more}


def run(**options: Any) -> ModuleResult:
    return run_module("ec2_security_group", name="redis", vpc_id=VPC, **CONNECTION, **options)


def test_a_new_group_is_not_known_at_once(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecurityGroups": [NOTHING, NOTHING, described(IpPermissionsEgress=[]), described()],
        "CreateSecurityGroup": [{"GroupId": GROUP_ID}],
        "AuthorizeSecurityGroupIngress": [UNKNOWN, {}],
        "AuthorizeSecurityGroupEgress": [{}],
        "RevokeSecurityGroupEgress": [{}],
    }
    result = run(description="Redis", rules=[rule(6379)], rules_egress=[rule(443)])

    assert aws.operations.count("CreateSecurityGroup") == 1
    assert aws.sent("AuthorizeSecurityGroupIngress")[1] == {"GroupId": GROUP_ID, "IpPermissions": [permission(6379)]}
    assert aws.operations[-2:] == ["AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress"]
    assert aws.sent("RevokeSecurityGroupEgress") == [{"GroupId": GROUP_ID, "IpPermissions": [ALL_OUT]}]
    assert result["security_group"]["id"] == GROUP_ID and len(result["security_group"]["rules_egress"]) == 1


def test_a_new_vpc_is_not_known_at_once(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecurityGroups": [NOTHING, described()],
        "CreateSecurityGroup": [error("InvalidVpcID.NotFound"), {"GroupId": GROUP_ID}],
    }

    assert run(description="Redis")["security_group"]["id"] == GROUP_ID


def test_a_group_that_never_appears_is_told(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecurityGroups": [NOTHING], "CreateSecurityGroup": [{"GroupId": GROUP_ID}]}

    assert "security group redis was created but AWS does not show it" in run(description="Redis")["msg"]


def test_a_lost_answer_creates_nothing_twice(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecurityGroups": [NOTHING, described()], "CreateSecurityGroup": [LOST]}
    result = run(description="Redis")

    assert result["changed"] and aws.operations.count("CreateSecurityGroup") == 1


@pytest.mark.parametrize("answers", [[error("InvalidGroup.Duplicate")], [LOST, error("InvalidGroup.Duplicate")]])
def test_a_group_made_meanwhile_is_taken_over(aws: SimulatedAWS, answers: list[Any]) -> None:
    seen_late = [NOTHING] * len(answers)
    aws.answers = {
        "DescribeSecurityGroups": [*seen_late, described(IpPermissions=[permission(22)])],
        "CreateSecurityGroup": answers,
        "AuthorizeSecurityGroupIngress": [{}],
        "RevokeSecurityGroupIngress": [{}],
    }
    result = run(description="Redis", rules=[rule(6379)])

    assert result["changed"] and result["security_group"]["id"] == GROUP_ID
    assert aws.operations[-2:] == ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]


def test_rules_are_authorized_before_others_are_revoked(aws: SimulatedAWS) -> None:
    before = [permission(22), permission(6379, Description="old")]
    aws.answers = {
        "DescribeSecurityGroups": [described(IpPermissions=before)],
        "AuthorizeSecurityGroupIngress": [{}],
        "UpdateSecurityGroupRuleDescriptionsIngress": [{}],
        "RevokeSecurityGroupIngress": [{}],
    }
    result = run(rules=[rule(6379), rule(443)])

    assert aws.operations == [
        "DescribeSecurityGroups",
        "AuthorizeSecurityGroupIngress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
        "RevokeSecurityGroupIngress",
    ]
    # A description is removed by leaving it out.
    assert aws.sent("UpdateSecurityGroupRuleDescriptionsIngress")[0]["IpPermissions"] == [permission(6379)]
    assert aws.sent("RevokeSecurityGroupIngress")[0]["IpPermissions"] == [permission(22)]
    assert result["diff"]["before"]["rules"] == ["tcp 22 from 10.0.0.0/16", "tcp 6379 from 10.0.0.0/16 (old)"]
    assert result["diff"]["after"]["rules"] == ["tcp 443 from 10.0.0.0/16", "tcp 6379 from 10.0.0.0/16"]


def test_a_full_group_is_revoked_from_first(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecurityGroups": [described(IpPermissions=[permission(22)])],
        "AuthorizeSecurityGroupIngress": [error("RulesPerSecurityGroupLimitExceeded"), {}],
        "RevokeSecurityGroupIngress": [{}],
    }
    run(rules=[rule(443)])

    assert aws.operations[1:] == [
        "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupIngress",
        "AuthorizeSecurityGroupIngress",
    ]


def test_more_rules_than_a_group_takes_are_told(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecurityGroups": [described()],
        "AuthorizeSecurityGroupIngress": [error("RulesPerSecurityGroupLimitExceeded", "the maximum is reached")],
    }

    assert "the maximum is reached" in run(rules=[rule(443)])["msg"]


def test_what_somebody_did_meanwhile_is_fine(aws: SimulatedAWS) -> None:
    duplicate, gone = error("InvalidPermission.Duplicate"), error("InvalidPermission.NotFound")
    aws.answers = {
        "DescribeSecurityGroups": [described(IpPermissions=[permission(22), permission(23)])],
        "AuthorizeSecurityGroupIngress": [duplicate, duplicate, {}],
        "RevokeSecurityGroupIngress": [gone, {}, gone],
    }
    result = run(rules=[rule(443), rule(80)])

    assert not result.get("failed")
    asked = [request["IpPermissions"] for request in aws.sent("AuthorizeSecurityGroupIngress")]
    assert asked == [[permission(443), permission(80)], [permission(443)], [permission(80)]]
    assert [len(request["IpPermissions"]) for request in aws.sent("RevokeSecurityGroupIngress")] == [2, 1, 1]


def test_a_source_group_that_does_not_exist_is_told_soon(aws: SimulatedAWS) -> None:
    missing = error("InvalidGroup.NotFound", "The security group 'sg-1' does not exist")
    aws.answers = {"DescribeSecurityGroups": [described()], "AuthorizeSecurityGroupIngress": [missing]}
    result = run(rules=[{"from_port": 1, "to_port": 1, "source_security_group_id": "sg-1"}])

    assert "The security group 'sg-1' does not exist" in result["msg"] and sum(aws.slept) < 60


def test_rules_of_other_accounts_are_told_and_revoked(aws: SimulatedAWS) -> None:
    pair = {"GroupId": "sg-2", "UserId": "210987654321"}
    peer = {"IpProtocol": "-1", "UserIdGroupPairs": [{**pair, "VpcPeeringConnectionId": "pcx-1"}]}
    aws.answers = {
        "DescribeSecurityGroups": [described(IpPermissions=[peer])],
        "RevokeSecurityGroupIngress": [{}],
    }
    result = run(rules=[])

    assert result["diff"]["before"]["rules"] == ["all traffic from 210987654321/sg-2"]
    assert aws.sent("RevokeSecurityGroupIngress")[0]["IpPermissions"] == [
        {"IpProtocol": "-1", "UserIdGroupPairs": [pair]}
    ]


def test_a_name_with_an_asterisk_is_no_pattern(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecurityGroups": [described(GroupName="redis-other")]}
    result = run_module("ec2_security_group", name="redis*", vpc_id=VPC, state="absent", **CONNECTION)

    assert not result["changed"]


def test_the_default_egress_rule_is_kept_where_nothing_is_purged(aws: SimulatedAWS) -> None:
    aws.answers = {
        "DescribeSecurityGroups": [NOTHING, described()],
        "CreateSecurityGroup": [{"GroupId": GROUP_ID}],
        "AuthorizeSecurityGroupEgress": [{}],
    }
    options = {"description": "Redis", "rules_egress": [rule(443)], "purge_rules_egress": False}
    planned = run(check_mode=True, **options)
    aws.answers["DescribeSecurityGroups"] = [NOTHING, described()]
    result = run(**options)

    assert planned["diff"] == result["diff"] and "RevokeSecurityGroupEgress" not in aws.operations
    assert result["diff"]["after"]["rules_egress"] == ["all traffic to 0.0.0.0/0", "tcp 443 to 10.0.0.0/16"]


def test_a_planned_vpc_needs_no_aws(aws: SimulatedAWS) -> None:
    options = {"name": "redis", "vpc_id": "vpc-known-after-deploy", "check_mode": True, **CONNECTION}
    result = run_module("ec2_security_group", description="Redis", rules=[rule(6379)], **options)
    absent = run_module("ec2_security_group", state="absent", **options)

    assert aws.operations == [] and result["changed"] and not absent["changed"]
    assert result["diff"]["after"] == {
        "description": "Redis",
        "vpc_id": "vpc-known-after-deploy",
        "rules": ["tcp 6379 from 10.0.0.0/16"],
    }
    assert result["security_group"] == {
        "id": "sg-known-after-deploy",
        "name": "redis",
        "description": "Redis",
        "vpc_id": "vpc-known-after-deploy",
        "rules": [{"protocol": "tcp", **rule(6379)}],
        "rules_egress": [{"protocol": "-1", "cidr_ip": "0.0.0.0/0"}],
        "tags": {},
    }


def test_a_group_in_use_is_deleted_when_it_is_free(
    aws: SimulatedAWS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = tmp_path / "progress"
    progress.touch()
    monkeypatch.setenv("IOT_SENSOR_STACK_PROGRESS_FILE", str(progress))
    aws.answers = {"DescribeSecurityGroups": [described()], "DeleteSecurityGroup": [IN_USE, IN_USE, {}]}
    result = run(state="absent")

    assert result["changed"] and aws.operations.count("DeleteSecurityGroup") == 3 and len(aws.slept) == 2
    lines = [json.loads(line) for line in progress.read_text().splitlines()]
    assert lines == [{"resource": "security group redis", "state": "in use"}] * 2


@pytest.mark.parametrize("timeout", [30, 0])
def test_a_group_that_stays_in_use_is_told(aws: SimulatedAWS, timeout: int) -> None:
    aws.answers = {"DescribeSecurityGroups": [described()], "DeleteSecurityGroup": [IN_USE]}
    result = run(state="absent", wait_timeout=timeout)

    assert f"security group redis was still in use after {timeout} seconds (wait_timeout)" in result["msg"]
    assert result["error"]["code"] == "DependencyViolation" and sum(aws.slept) == timeout


def test_a_group_deleted_meanwhile_is_fine(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecurityGroups": [described()], "DeleteSecurityGroup": [UNKNOWN]}

    assert run(state="absent")["changed"]


def test_the_default_group_is_emptied(aws: SimulatedAWS) -> None:
    own = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0", "UserId": "123456789012"}]}
    out = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    group = {"GroupId": "sg-0", "GroupName": "default", "VpcId": "vpc-1", "OwnerId": "123456789012"}
    group |= {"Description": "default VPC security group", "IpPermissions": [own], "IpPermissionsEgress": [out]}
    aws.answers = {"DescribeSecurityGroups": [{"SecurityGroups": [group]}]}
    aws.answers |= {"RevokeSecurityGroupIngress": [{}], "RevokeSecurityGroupEgress": [{}]}
    emptied = {"name": "default", "rules": [], "rules_egress": [], **CONNECTION}
    result = run_module("ec2_security_group", vpc_id="vpc-1", **emptied)
    planned = run_module("ec2_security_group", vpc_id="vpc-known-after-deploy", check_mode=True, **emptied)
    aws.answers["DescribeSecurityGroups"] = [
        {"SecurityGroups": [{**group, "IpPermissions": [], "IpPermissionsEgress": []}]}
    ]
    again = run_module("ec2_security_group", vpc_id="vpc-1", **emptied)

    assert result["diff"]["action"] == planned["diff"]["action"] == "change"
    assert result["diff"]["before"] == {
        "rules": ["all traffic from sg-0"],
        "rules_egress": ["all traffic to 0.0.0.0/0"],
    }
    assert set(planned["diff"]["before"]) == set(result["diff"]["before"]) and planned.calls == []
    assert result.writes == ["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"]
    assert not again["changed"] and again.calls == ["DescribeSecurityGroups"]
