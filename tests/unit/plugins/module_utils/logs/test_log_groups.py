"""The log group of another resource, with simulated answers."""

from __future__ import annotations

import boto3
import pytest
from simulated import SimulatedAWS

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import (
    NEW,
    build_log_group,
    check_log_group,
    ensure_log_group,
    read_log_group,
)

NAME = "/aws/lambda/iot-query-dev"
ARN = f"arn:aws:logs:ca-central-1:123456789012:log-group:{NAME}"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


@pytest.fixture
def client() -> object:
    return boto3.client("logs", region_name="ca-central-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_the_group_of_exactly_this_name_is_read_on_any_page(aws: SimulatedAWS, client: object) -> None:
    mine = {"logGroupName": NAME, "arn": f"{ARN}:*", "retentionInDays": 7}
    pages = [{"logGroups": [{"logGroupName": f"{NAME}-2"}], "nextToken": "n"}, {"logGroups": [mine]}]
    aws.answers = {"DescribeLogGroups": pages, "ListTagsForResource": [{"tags": {"a": "b"}}]}
    found = read_log_group(client, NAME, with_tags=True)

    assert found == {"name": NAME, "arn": ARN, "retention_in_days": 7, "kms_key_id": "", "tags": {"a": "b"}}
    assert aws.sent("ListTagsForResource") == [{"resourceArn": ARN}]


def test_what_is_given_goes_over_what_is_there() -> None:
    current = {"name": NAME, "arn": ARN, "retention_in_days": 7, "kms_key_id": KEY, "tags": {"a": "1", "b": "2"}}
    wanted = build_log_group(current, {"retention_in_days": 0, "kms_key_id": None}, {"a": "3"}, purge=True)

    assert wanted == {**current, "retention_in_days": 0, "tags": {"a": "3"}}
    assert build_log_group(current, {}, None, purge=True) == current and build_log_group(None, {}, None, True) == NEW


def test_the_key_is_set_and_removed(aws: SimulatedAWS, client: object) -> None:
    aws.answers = {"AssociateKmsKey": [{}], "DisassociateKmsKey": [{}]}
    plain = {**NEW, "name": NAME, "arn": ARN}
    ensure_log_group(client, NAME, Change(plain, {**plain, "kms_key_id": KEY}))
    ensure_log_group(client, NAME, Change({**plain, "kms_key_id": KEY}, plain))
    ensure_log_group(client, NAME, None)

    assert aws.operations == ["AssociateKmsKey", "DisassociateKmsKey"]


def test_a_retention_that_aws_does_not_take_is_refused() -> None:
    assert (
        "log_group.retention_in_days is 2: allowed are 0, 1, 3"
        in check_log_group("log_group", {"retention_in_days": 2})[0]
    )
    assert check_log_group("log_group", {"retention_in_days": 30}) == check_log_group("log_group", None) == []
