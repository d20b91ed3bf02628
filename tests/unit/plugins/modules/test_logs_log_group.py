"""logs_log_group with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "/iot/flow-log-dev"
ARN = f"arn:aws:logs:ca-central-1:123456789012:log-group:{NAME}"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = KEY.replace("1234abcd", "abcd1234")
GROUP = {"logGroupName": NAME, "arn": f"{ARN}:*", "logGroupArn": ARN, "retentionInDays": 30, "kmsKeyId": OTHER}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_the_key_of_a_group_that_exists_is_changed(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeLogGroups": [{"logGroups": [GROUP]}], "AssociateKmsKey": [{}], "DisassociateKmsKey": [{}]}
    changed = run_module("logs_log_group", name=NAME, kms_key_id=KEY, **CONNECTION)
    ended = run_module("logs_log_group", name=NAME, kms_key_id="", **CONNECTION)

    assert changed["diff"]["before"] == {"kms_key_id": OTHER} and changed["diff"]["after"] == {"kms_key_id": KEY}
    assert changed["log_group"]["kms_key_id"] == KEY and changed["log_group"]["retention_in_days"] == 30
    assert ended["changed"] and ended["log_group"]["kms_key_id"] == ""
    assert aws.operations == ["DescribeLogGroups", "AssociateKmsKey", "DescribeLogGroups", "DisassociateKmsKey"]


def test_a_group_made_since_we_looked_gets_what_is_wanted(aws: SimulatedAWS) -> None:
    found = {"logGroups": [{**GROUP, "kmsKeyId": ""}]}
    aws.answers = {
        "DescribeLogGroups": [{"logGroups": []}, found, found],
        "CreateLogGroup": [error("ResourceAlreadyExistsException")],
        "ListTagsForResource": [{"tags": {}}],
        "PutRetentionPolicy": [{}],
    }
    result = run_module("logs_log_group", name=NAME, retention_in_days=365, **CONNECTION)

    assert result["changed"] and result["log_group"]["arn"] == ARN and result["log_group"]["retention_in_days"] == 365
    assert "PutRetentionPolicy" in aws.operations


@pytest.mark.parametrize(
    ("asked", "writes"), [({"kms_key_id": OTHER}, []), ({"retention_in_days": 365}, ["PutRetentionPolicy"])]
)
def test_what_is_not_given_stays_in_a_group_made_since_we_looked(
    aws: SimulatedAWS, asked: dict[str, Any], writes: list[str]
) -> None:
    aws.answers = {
        "DescribeLogGroups": [{"logGroups": []}, {"logGroups": [GROUP]}],
        "CreateLogGroup": [error("ResourceAlreadyExistsException")],
        "ListTagsForResource": [{"tags": {"Owner": "others"}}],
        "PutRetentionPolicy": [{}],
    }
    run_module("logs_log_group", name=NAME, **asked, **CONNECTION)

    assert aws.operations[:4] == ["DescribeLogGroups", "CreateLogGroup", "DescribeLogGroups", "ListTagsForResource"]
    assert aws.operations[4:] == [*writes, "DescribeLogGroups"]
