"""sqs_queue with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-readings-dev"
URL = f"https://sqs.ca-central-1.amazonaws.com/123456789012/{NAME}"
ARN = f"arn:aws:sqs:ca-central-1:123456789012:{NAME}"
MISSING = error("AWS.SimpleQueueService.NonExistentQueue", "does not exist")
DELETED = error("AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds")
FOUND = {"QueueUrl": URL}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def attributes(**more: str) -> dict[str, Any]:
    """An answer of GetQueueAttributes, as AWS gives it for a new queue."""
    return {
        "Attributes": {
            "QueueArn": ARN,
            "VisibilityTimeout": "30",
            "MessageRetentionPeriod": "345600",
            "DelaySeconds": "0",
            "ReceiveMessageWaitTimeSeconds": "0",
            "MaximumMessageSize": "1048576",
            "SqsManagedSseEnabled": "true",
            "ApproximateNumberOfMessages": "0",
            **more,
        }
    }


def run(**options: Any) -> ModuleResult:
    return run_module("sqs_queue", name=NAME, **CONNECTION, **options)


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently"])
def test_a_name_that_was_just_deleted_is_waited_for(aws: SimulatedAWS, code: str) -> None:
    aws.answers = {
        "GetQueueUrl": [MISSING],
        "CreateQueue": [*[error(code)] * 12, FOUND],
        "GetQueueAttributes": [attributes()],
    }
    result = run()

    assert result["changed"] and aws.operations.count("CreateQueue") == 13 and sum(aws.slept) == 60


def test_a_name_that_stays_taken_is_told_when_the_time_is_up(aws: SimulatedAWS) -> None:
    aws.answers = {"GetQueueUrl": [MISSING], "CreateQueue": [DELETED]}
    result = run(wait_timeout=20)

    assert result["failed"] and "Failed to create the queue iot-readings-dev" in result["msg"]
    assert "QueueDeletedRecently" in result["msg"] and sum(aws.slept) == 20


def test_a_queue_that_is_being_deleted_counts_as_gone(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetQueueUrl": [FOUND],
        "GetQueueAttributes": [MISSING, attributes()],
        "CreateQueue": [DELETED, FOUND],
    }

    assert run()["diff"]["action"] == "create" and aws.operations.count("CreateQueue") == 2


def test_a_new_queue_is_not_known_at_once(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetQueueUrl": [MISSING],
        "CreateQueue": [FOUND],
        "GetQueueAttributes": [MISSING, MISSING, attributes(VisibilityTimeout="30")],
    }
    result = run(visibility_timeout=180, tags={"a": "b"})

    assert aws.sent("CreateQueue") == [
        {"QueueName": NAME, "Attributes": {"VisibilityTimeout": "180"}, "tags": {"a": "b"}}
    ]
    # AWS may tell the defaults for some seconds more.
    assert result["queue"]["visibility_timeout"] == 180 and result["queue"]["tags"] == {"a": "b"}
    assert result["queue"]["arn"] == ARN


@pytest.mark.parametrize("code", ["QueueAlreadyExists", "QueueNameExists"])
def test_a_queue_made_meanwhile_with_other_attributes_is_changed(aws: SimulatedAWS, code: str) -> None:
    aws.answers = {
        "GetQueueUrl": [MISSING, FOUND],
        "CreateQueue": [error(code)],
        "GetQueueAttributes": [attributes(DelaySeconds="9")],
        "ListQueueTags": [{"Tags": {"old": "1"}}],
        "SetQueueAttributes": [{}],
        "TagQueue": [{}],
        "UntagQueue": [{}],
    }
    result = run(visibility_timeout=180, tags={"a": "b"})

    assert result["changed"] and result["queue"]["visibility_timeout"] == 180 and result["queue"]["delay"] == 9
    assert aws.sent("SetQueueAttributes") == [{"QueueUrl": URL, "Attributes": {"VisibilityTimeout": "180"}}]
    assert aws.sent("UntagQueue") == [{"QueueUrl": URL, "TagKeys": ["old"]}]


def test_throttling_is_retried(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetQueueUrl": [error("RequestThrottled"), FOUND],
        "GetQueueAttributes": [attributes()],
        "ListQueueTags": [{}],
    }

    assert not run()["changed"]


def test_a_key_is_recognised_by_any_of_its_names(aws: SimulatedAWS) -> None:
    key = "arn:aws:kms:ca-central-1:123456789012:key/1234"
    aws.answers = {
        "GetQueueUrl": [FOUND],
        "GetQueueAttributes": [attributes(KmsMasterKeyId="alias/iot", SqsManagedSseEnabled="false")],
        "ListQueueTags": [{}],
        "DescribeKey": [{"KeyMetadata": {"KeyId": "1234", "Arn": key}}],
    }

    assert not run(kms_master_key_id=key)["changed"]


def test_the_key_is_taken_away(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetQueueUrl": [FOUND],
        "GetQueueAttributes": [attributes(KmsMasterKeyId="alias/iot", SqsManagedSseEnabled="false")],
        "ListQueueTags": [{}],
        "SetQueueAttributes": [{}],
    }
    result = run(kms_master_key_id="")

    assert aws.sent("SetQueueAttributes") == [{"QueueUrl": URL, "Attributes": {"KmsMasterKeyId": ""}}]
    assert result["diff"]["before"] == {"kms_master_key_id": "alias/iot"}


def test_a_count_that_aws_tells_as_text_is_the_same(aws: SimulatedAWS) -> None:
    dead = "arn:aws:sqs:ca-central-1:123456789012:dead"
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "5"})
    aws.answers = {
        "GetQueueUrl": [FOUND],
        "GetQueueAttributes": [attributes(RedrivePolicy=policy)],
        "ListQueueTags": [{}],
    }

    assert not run(redrive_policy={"dead_letter_target_arn": dead, "max_receive_count": 5})["changed"]


def removal(aws: SimulatedAWS, *urls: Any) -> None:
    """Answers for a removal, with these of GetQueueUrl after the first."""
    aws.answers = {
        "GetQueueUrl": [FOUND, *urls],
        "GetQueueAttributes": [attributes()],
        "ListQueueTags": [{}],
        "DeleteQueue": [{}],
    }


def test_the_deletion_is_waited_for(aws: SimulatedAWS) -> None:
    removal(aws, FOUND, FOUND, MISSING)
    result = run(state="absent")

    assert result["changed"] and aws.slept == [5, 5]


def test_a_deletion_that_takes_too_long_is_told(aws: SimulatedAWS) -> None:
    removal(aws)
    result = run(state="absent", wait_timeout=10)

    assert "queue iot-readings-dev was still there 10 seconds (wait_timeout) after it was deleted" in result["msg"]
    assert aws.slept == [5, 5]


def test_the_deletion_is_not_waited_for(aws: SimulatedAWS) -> None:
    removal(aws)

    assert run(state="absent", wait=False)["changed"] and aws.operations.count("GetQueueUrl") == 1


def test_a_queue_deleted_meanwhile_is_fine(aws: SimulatedAWS) -> None:
    removal(aws, MISSING)
    aws.answers["DeleteQueue"] = [MISSING]

    assert run(state="absent")["changed"]
