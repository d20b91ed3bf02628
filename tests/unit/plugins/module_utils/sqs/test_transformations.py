"""Queues between AWS's answers and the module's options."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs import transformations

DEAD = "arn:aws:sqs:ca-central-1:123456789012:iot-readings-dlq-dev"


def test_attributes_are_read_and_written_in_the_same_form() -> None:
    values: dict[str, Any] = {
        "visibility_timeout": 180,
        "delay": 0,
        "sqs_managed_sse": False,
        "kms_master_key_id": "alias/iot",
        "kms_data_key_reuse_period": 600,
        "redrive_policy": {"dead_letter_target_arn": DEAD, "max_receive_count": 5},
        "redrive_allow_policy": {"redrive_permission": "byQueue", "source_queue_arns": ["a", "b"]},
        "policy": {"Version": "2012-10-17", "Statement": []},
    }
    attributes = transformations.to_attributes(values)
    queue = transformations.queue_to_dict("n", "u", {"QueueArn": "arn", **attributes}, {})

    assert attributes["SqsManagedSseEnabled"] == "false" and attributes["DelaySeconds"] == "0"
    assert json.loads(attributes["RedrivePolicy"]) == {"deadLetterTargetArn": DEAD, "maxReceiveCount": 5}
    assert {field: queue[field] for field in values} == values


def test_the_order_of_source_queues_means_nothing() -> None:
    text = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": ["b", "a"]})
    wanted = transformations.redrive_wanted({"redrive_permission": "byQueue", "source_queue_arns": ["b", "a"]})

    assert transformations.document_to_dict(text) == wanted


def test_empty_documents_remove() -> None:
    wanted = {"redrive_policy": {}, "redrive_allow_policy": {}, "policy": {}}

    assert transformations.to_attributes(wanted) == {"RedrivePolicy": "", "RedriveAllowPolicy": "", "Policy": ""}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        ({}, {}),
        ({"dead_letter_target_arn": None, "max_receive_count": None}, {}),
        (
            {"dead_letter_target_arn": DEAD, "max_receive_count": 5},
            {"dead_letter_target_arn": DEAD, "max_receive_count": 5},
        ),
        ({"redrive_permission": "denyAll", "source_queue_arns": None}, {"redrive_permission": "denyAll"}),
    ],
)
def test_redrive_wanted(given: Any, wanted: Any) -> None:
    assert transformations.redrive_wanted(given) == wanted


@pytest.mark.parametrize(
    ("policy", "arn"),
    [
        (None, "known-after-deploy"),
        ({}, "known-after-deploy"),
        ({"dead_letter_target_arn": "known-after-deploy"}, "known-after-deploy"),
        ({"dead_letter_target_arn": DEAD}, "arn:aws:sqs:ca-central-1:123456789012:iot-readings-dev"),
    ],
)
def test_the_arn_is_predicted_from_the_dead_letter_queues(policy: Any, arn: str) -> None:
    assert transformations.predict_arn("iot-readings-dev", policy) == arn


@pytest.mark.parametrize(
    ("managed", "key", "wanted"),
    [
        (None, None, (None, None)),
        (True, None, (True, "")),
        (False, None, (False, None)),
        (None, "alias/iot", (False, "alias/iot")),
        (None, "", (None, "")),
        (True, "", (True, "")),
    ],
)
def test_one_kind_of_encryption_turns_the_other_off(managed: Any, key: Any, wanted: Any) -> None:
    params = {
        "sqs_managed_sse": managed,
        "kms_master_key_id": key,
        "kms_data_key_reuse_period": None,
        "keep_kms_master_key": False,
    }
    found = transformations.encryption_wanted(params, "alias/there")

    assert (found["sqs_managed_sse"], found["kms_master_key_id"]) == wanted


@pytest.mark.parametrize(("current", "wanted"), [("alias/there", (None, None)), ("", (True, ""))])
def test_a_key_that_is_there_can_be_kept(current: str, wanted: Any) -> None:
    params = {
        "sqs_managed_sse": True,
        "kms_master_key_id": None,
        "kms_data_key_reuse_period": None,
        "keep_kms_master_key": True,
    }
    found = transformations.encryption_wanted(params, current)

    assert (found["sqs_managed_sse"], found["kms_master_key_id"]) == wanted
