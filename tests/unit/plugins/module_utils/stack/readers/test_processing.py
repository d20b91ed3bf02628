"""The facts of the processing, with simulated AWS answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.processing import read_processing

CREDENTIALS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
SERVICES = ("ec2", "events", "iam", "lambda", "sqs")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {
        "GetFunctionConfiguration": [error("ResourceNotFoundException")],
        "GetQueueUrl": [{"QueueUrl": "https://queue"}],
        "GetQueueAttributes": [{"Attributes": {"QueueArn": "arn:queue", "ApproximateNumberOfMessages": "2"}}],
        "GetRole": [error("NoSuchEntity")],
        "DescribeSecurityGroups": [{"SecurityGroups": []}],
        "DescribeRule": [error("ResourceNotFoundException")],
    }
    return simulated


def read(**options: Any) -> dict[str, Any]:
    clients = {one: boto3.client(one, "ca-central-1", **CREDENTIALS) for one in SERVICES}
    return read_processing(clients, lambda thing: f"iot-{thing}-dev", **options)


def asked_for(aws: SimulatedAWS) -> list[str]:
    return [request["QueueName"] for request in aws.sent("GetQueueUrl")]


def test_failed_calls_are_counted_with_details(aws: SimulatedAWS) -> None:
    facts = read(details=True)

    assert facts["calls_failed"] == 2 and "queue iot-failed-calls-dev" in facts["found"]
    assert any(problem.startswith("queue iot-failed-calls-dev holds 2 calls") for problem in facts["problems"])


def test_their_queue_is_not_looked_for_without(aws: SimulatedAWS) -> None:
    facts = read()

    assert asked_for(aws) == ["iot-readings-dev", "iot-readings-dlq-dev"]
    assert not any("failed-calls" in part for part in facts["found"] + facts["missing"])


def test_without_such_a_queue_nothing_is_missing(aws: SimulatedAWS) -> None:
    found = {"QueueUrl": "https://queue"}
    aws.answers["GetQueueUrl"] = [found, found, error("QueueDoesNotExist")]
    facts = read(details=True)

    assert facts["calls_failed"] == 0 and not any("failed-calls" in part for part in facts["missing"])
