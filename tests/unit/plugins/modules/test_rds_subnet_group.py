"""rds_subnet_group with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

IN_USE = error("InvalidDBSubnetGroupStateFault", "Cannot delete the subnet group 'g' because at least one uses it.")
MISSING = error("DBSubnetGroupNotFoundFault", "not found", 404)
SUBNETS = ["subnet-1", "subnet-2"]
GROUP: dict[str, Any] = {
    "DBSubnetGroupName": "g",
    "DBSubnetGroupArn": "arn:aws:rds:ca-central-1:123456789012:subgrp:g",
    "DBSubnetGroupDescription": "g",
    "VpcId": "vpc-1",
    "Subnets": [{"SubnetIdentifier": subnet} for subnet in SUBNETS],
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {
        "DescribeDBSubnetGroups": [{"DBSubnetGroups": [GROUP]}],
        "ListTagsForResource": [{"TagList": []}],
    }
    return simulated


def run(**options: Any) -> ModuleResult:
    return run_module("rds_subnet_group", name="G", **CONNECTION, **options)


def test_a_group_in_use_is_asked_for_again_and_then_removed(aws: SimulatedAWS) -> None:
    aws.answers["DeleteDBSubnetGroup"] = [IN_USE, IN_USE, {}]

    assert run(state="absent")["changed"] and len(aws.slept) == 2


def test_a_group_that_stays_in_use_is_an_error(aws: SimulatedAWS) -> None:
    aws.answers["DeleteDBSubnetGroup"] = [IN_USE]
    result = run(state="absent")

    assert result["msg"].startswith(
        "DB subnet group g is in use: delete the database clusters and instances in it first"
    )
    assert result["error"] == {"code": "InvalidDBSubnetGroupStateFault"} and 3 < len(aws.slept) < 20


def test_another_refusal_is_passed_on(aws: SimulatedAWS) -> None:
    aws.answers["DeleteDBSubnetGroup"] = [error("AccessDenied", "no")]

    message = run(state="absent")["msg"]
    assert "lack the permission" in message and "in use" not in message


def test_a_creation_whose_answer_was_lost_goes_on(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBSubnetGroups"] = [MISSING, {"DBSubnetGroups": [GROUP]}]
    aws.answers["CreateDBSubnetGroup"] = [error("DBSubnetGroupAlreadyExists", "exists")]
    result = run(subnet_ids=SUBNETS)

    assert result["changed"] and result["diff"]["action"] == "create" and result["subnet_group"]["vpc_id"] == "vpc-1"
    assert result.writes == ["CreateDBSubnetGroup"]


def test_a_group_made_meanwhile_is_brought_in_line(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBSubnetGroups"] = [MISSING, {"DBSubnetGroups": [GROUP]}]
    aws.answers["CreateDBSubnetGroup"] = [error("DBSubnetGroupAlreadyExists", "exists")]
    aws.answers["ModifyDBSubnetGroup"] = [{}]
    aws.answers["ListTagsForResource"] = [{"TagList": [{"Key": "other", "Value": "x"}]}]
    aws.answers["AddTagsToResource"] = [{}]
    run(subnet_ids=["subnet-3", "subnet-1"], description="Mine", tags={"a": "b"}, purge_tags=False)

    assert aws.sent("ModifyDBSubnetGroup") == [
        {"DBSubnetGroupName": "g", "SubnetIds": ["subnet-1", "subnet-3"], "DBSubnetGroupDescription": "Mine"}
    ]
    assert aws.sent("AddTagsToResource")[0]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_group_that_cannot_be_created_is_an_error(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBSubnetGroups"] = [MISSING]
    aws.answers["CreateDBSubnetGroup"] = [error("DBSubnetGroupDoesNotCoverEnoughAZs", "one zone")]

    assert "Failed to create DB subnet group g: DBSubnetGroupDoesNotCoverEnoughAZs" in run(subnet_ids=SUBNETS)["msg"]
