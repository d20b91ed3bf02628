"""Between Lambda's answers and the module's options."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.event_source import (
    build_event_source,
    build_request,
    find_mapping,
    mapping_to_dict,
    queue_mappings,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.invocation import describe_failure
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.permissions import (
    build_permissions,
    parse_policy,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.transformations import (
    configuration_request,
    environment_to_text,
    function_to_dict,
    is_settled,
    sorted_vpc,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import failure_reason

QUEUE = "arn:aws:sqs:ca-central-1:123456789012:q"


def test_what_aws_leaves_out_has_its_meaning() -> None:
    function = function_to_dict({"Configuration": {"FunctionName": "f", "FunctionArn": "arn:f"}, "Tags": None})

    assert function["reserved_concurrency"] == -1 and function["tags"] == {} and function["environment"] == {}
    assert function["vpc"] == {"subnet_ids": [], "security_group_ids": []} and function["kms_key_arn"] == ""
    assert (
        function["tracing_mode"] == "PassThrough" and function["architectures"] == ["x86_64"] and is_settled(function)
    )


def test_a_stopped_function_has_a_reserved_concurrency_of_0() -> None:
    configuration = {"FunctionName": "f", "FunctionArn": "arn:f"}
    answer = {"Configuration": configuration, "Concurrency": {"ReservedConcurrentExecutions": 0}}

    assert function_to_dict(answer)["reserved_concurrency"] == 0


@pytest.mark.parametrize(
    ("state", "update", "settled"),
    [
        ("Active", "Successful", True),
        ("Pending", "Successful", False),
        ("Active", "InProgress", False),
        ("Failed", "Failed", True),
    ],
)
def test_a_function_is_settled_when_nothing_is_under_way(state: str, update: str, settled: bool) -> None:
    assert is_settled({"state": state, "last_update_status": update}) is settled


def test_environment_variables_become_texts() -> None:
    assert environment_to_text({"A": True, "B": 1, "C": "x"}) == {"A": "true", "B": "1", "C": "x"}
    assert environment_to_text(None) is None and environment_to_text({}) == {}


def test_a_vpc_is_compared_without_order() -> None:
    vpc = sorted_vpc({"subnet_ids": ["b", "a", "b"], "security_group_ids": None})

    assert vpc == {"subnet_ids": ["a", "b"], "security_group_ids": []} and sorted_vpc(None) is None


def test_a_request_has_only_what_is_asked_for() -> None:
    assert configuration_request({"memory_size": 256, "timeout": None, "tags": {}}) == {"MemorySize": 256}
    assert configuration_request({"dead_letter_arn": ""}) == {"DeadLetterConfig": {"TargetArn": ""}}
    assert configuration_request({"environment": {}, "kms_key_arn": "", "tracing_mode": "Active"}) == {
        "KMSKeyArn": "",
        "Environment": {"Variables": {}},
        "TracingConfig": {"Mode": "Active"},
    }


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        ({"Service": "events.amazonaws.com"}, "events.amazonaws.com"),
        ({"AWS": "arn:aws:iam::123456789012:root"}, "123456789012"),
        ({"AWS": "arn:aws:iam::123456789012:role/r"}, "arn:aws:iam::123456789012:role/r"),
        ("*", "*"),
    ],
)
def test_a_principal_is_read_as_it_was_given(principal: Any, found: str) -> None:
    statement = {"Sid": "a", "Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction"}

    assert parse_policy(json.dumps({"Statement": [statement]})) == {"a": {"principal": found}}


def test_an_account_and_its_root_are_the_same_principal() -> None:
    root = {"statement_id": "a", "principal": "arn:aws:iam::123456789012:root", "source_arn": None}

    assert build_permissions([root]) == {"a": {"principal": "123456789012"}}
    assert parse_policy(None) == {} and build_permissions(None) is None and build_permissions([]) == {}


def test_an_event_source_has_awss_defaults() -> None:
    option = {"queue_arn": QUEUE, "batch_size": None, "maximum_concurrency": None, "enabled": None}
    wanted = build_event_source(option)

    assert wanted == mapping_to_dict({"EventSourceArn": QUEUE, "State": "Enabled"})
    assert build_request(wanted or {}) == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "ScalingConfig": {},
        "FunctionResponseTypes": [],
        "Enabled": True,
    }
    assert build_event_source({"queue_arn": None, "batch_size": None}) == {} and build_event_source(None) is None


def test_the_mapping_of_the_queue_is_found_among_others() -> None:
    mine = {"EventSourceArn": QUEUE, "State": "Disabling"}
    other = {"EventSourceArn": f"{QUEUE}2", "State": "Enabled"}
    gone = {"EventSourceArn": QUEUE, "State": "Deleting"}
    stream = {"EventSourceArn": "arn:aws:kinesis:ca-central-1:123456789012:stream/s", "State": "Enabled"}

    assert find_mapping([gone, stream, other, mine], QUEUE) is mine and mapping_to_dict(mine)["enabled"] is False
    assert find_mapping([other], QUEUE) is other and find_mapping([gone, stream], QUEUE) is None
    assert queue_mappings([gone, stream, other]) == [other] and mapping_to_dict(None) == {}


def test_a_failure_has_awss_reason() -> None:
    assert failure_reason({"State": "Failed", "StateReason": "a"}) == ": a"
    assert failure_reason({"State": "Active", "LastUpdateStatus": "Failed"}) == ": AWS gives no reason"
    assert failure_reason({"State": "Active"}) == "" and failure_reason({}) == ""


def test_the_traceback_of_a_function_is_left_out() -> None:
    assert describe_failure('{"errorType": "A", "errorMessage": "b", "stackTrace": ["x"]}') == "A: b"
