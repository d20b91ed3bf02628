"""lambda_function with simulated AWS answers: states, faults and races that the emulators cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error, lambda_function

NAME = "iot-ingest-dev"
ARN = f"arn:aws:lambda:ca-central-1:123456789012:function:{NAME}"
ROLE = "arn:aws:iam::123456789012:role/iot-ingest-role-dev"
QUEUE = "arn:aws:sqs:ca-central-1:123456789012:iot-readings-dev"
UUID, OTHER = "14e0db71-5d35-4eb5-b481-8945cf9d10c2", "24e0db71-5d35-4eb5-b481-8945cf9d10c2"
SOURCE = "arn:aws:execute-api:ca-central-1:123456789012:a1/*/GET/*"
API = "apigateway.amazonaws.com"
MISSING = error("ResourceNotFoundException", "Function not found", 404)
UPDATING = error("ResourceConflictException", "An update is in progress for resource", 409)
NEW_ROLE = error("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
NO_ACCESS = error(
    "InvalidParameterValueException",
    "The provided execution role does not have permissions to call ReceiveMessage on SQS",
)


def function(**more: Any) -> dict[str, Any]:
    """An answer of GetFunction."""
    return lambda_function(NAME, ROLE, **more)


def mapping(**more: Any) -> dict[str, Any]:
    """An event source mapping of ListEventSourceMappings."""
    return {"UUID": UUID, "EventSourceArn": QUEUE, "State": "Enabled", "BatchSize": 10, **more}


READY, PENDING = function(), function(State="Pending")
IN_PROGRESS = function(LastUpdateStatus="InProgress")
CREATED = READY["Configuration"]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


@pytest.fixture
def new(tmp_path: Path) -> dict[str, Any]:
    """The options that a new function needs."""
    (tmp_path / "f.zip").write_bytes(b"zip")
    return {"runtime": "python3.13", "handler": "a.b", "role": ROLE, "zip_path": str(tmp_path / "f.zip")}


def run(**options: Any) -> ModuleResult:
    return run_module("lambda_function", function_name=NAME, **CONNECTION, **options)


def test_a_new_role_is_tried_again(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {"GetFunction": [MISSING, PENDING, READY], "CreateFunction": [NEW_ROLE, NEW_ROLE, NEW_ROLE, CREATED]}
    result = run(**new)

    assert result["changed"] and aws.operations.count("CreateFunction") == 4 and aws.slept[:3] == [1, 2, 4]
    assert aws.operations.count("GetFunction") == 3 and result["function"]["state"] == "Active"


def test_an_empty_text_takes_nothing_away_from_a_new_function(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {"GetFunction": [MISSING, READY], "CreateFunction": [CREATED]}
    run(**new, dead_letter_arn="", kms_key_arn="")

    (request,) = aws.sent("CreateFunction")
    assert "DeadLetterConfig" not in request and "KMSKeyArn" not in request


def test_a_role_that_stays_wrong_fails_after_a_minute(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {"GetFunction": [MISSING], "CreateFunction": [NEW_ROLE]}
    result = run(**new)

    assert "Failed to create the function: InvalidParameterValueException: The role defined" in result["msg"]
    assert 60 <= sum(aws.slept) <= 75


def test_another_refusal_fails_at_once(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {"GetFunction": [MISSING], "CreateFunction": [error("InvalidParameterValueException", "Runtime")]}
    result = run(**new)

    assert result["failed"] and aws.slept == [] and "Traceback" not in result.output


def test_a_function_made_meanwhile_is_taken_over(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    exists = error("ResourceConflictException", f"Function already exist: {NAME}", 409)
    aws.answers = {
        "GetFunction": [MISSING, function(CodeSha256="other")],
        "CreateFunction": [exists],
        "UpdateFunctionCode": [{}],
    }
    result = run(**new)

    assert result["changed"] and aws.operations.count("CreateFunction") == 1
    assert aws.sent("UpdateFunctionCode") == [{"FunctionName": NAME, "ZipFile": b"zip"}]


def test_the_log_group_comes_before_the_function(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {
        "GetFunction": [MISSING, READY],
        "DescribeLogGroups": [{"logGroups": []}],
        "CreateLogGroup": [{}],
        "PutRetentionPolicy": [{}],
        "CreateFunction": [CREATED],
    }
    run(**new, log_group={"retention_in_days": 7}, tags={"a": "b"})

    assert aws.operations.index("PutRetentionPolicy") < aws.operations.index("CreateFunction")
    assert aws.sent("CreateLogGroup") == [{"logGroupName": f"/aws/lambda/{NAME}", "tags": {"a": "b"}}]


def test_a_log_group_made_meanwhile_gets_its_retention(aws: SimulatedAWS) -> None:
    group = {
        "logGroupName": f"/aws/lambda/{NAME}",
        "arn": f"arn:aws:logs:ca-central-1:1:log-group:/aws/lambda/{NAME}:*",
    }
    aws.answers = {
        "GetFunction": [READY],
        "DescribeLogGroups": [{"logGroups": []}, {"logGroups": [group]}],
        "ListTagsForResource": [{"tags": {}}],
        "CreateLogGroup": [error("ResourceAlreadyExistsException", "exists")],
        "PutRetentionPolicy": [{}],
    }
    result = run(log_group={"retention_in_days": 7})

    assert result["changed"] and aws.operations[-1] == "PutRetentionPolicy"


def test_code_and_configuration_are_updated_one_after_the_other(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {
        "GetFunction": [READY, IN_PROGRESS, READY, IN_PROGRESS, READY],
        "UpdateFunctionCode": [{}],
        "UpdateFunctionConfiguration": [UPDATING, {}],
    }
    result = run(**new, timeout=30)

    assert result["changed"] and aws.operations == [
        "GetFunction",
        "UpdateFunctionCode",
        "GetFunction",
        "GetFunction",
        "UpdateFunctionConfiguration",
        "UpdateFunctionConfiguration",
        "GetFunction",
        "GetFunction",
    ]
    assert aws.sent("UpdateFunctionConfiguration")[0] == {"FunctionName": NAME, "Timeout": 30}


def test_a_function_that_fails_to_come_up_says_why(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    failed = function(State="Failed", StateReason="The subnet has no free addresses.")
    aws.answers = {"GetFunction": [MISSING, PENDING, failed], "CreateFunction": [CREATED]}
    result = run(**new)

    assert f"function {NAME} went to state Failed after" in result["msg"]
    assert result["msg"].endswith("instead of ready: The subnet has no free addresses.")


def test_a_failed_function_is_to_be_removed_first(aws: SimulatedAWS) -> None:
    aws.answers = {"GetFunction": [function(State="Failed", StateReason="No addresses")]}
    result = run(timeout=30)

    assert result["msg"] == f"function {NAME} could not be set up: No addresses. Remove it (state=absent) and run again"


def test_an_update_that_fails_says_why_and_is_sent_again(aws: SimulatedAWS) -> None:
    failed = function(Timeout=30, LastUpdateStatus="Failed", LastUpdateStatusReason="No permission for EC2")
    aws.answers = {"GetFunction": [READY, failed], "UpdateFunctionConfiguration": [{}]}
    first = run(timeout=30)
    aws.answers["GetFunction"] = [failed, IN_PROGRESS, function(Timeout=30)]
    second = run(timeout=30, memory_size=128)

    assert "No permission for EC2" in first["msg"]
    assert second["changed"] and second["diff"]["before"] == {"last_update_status": "Failed"}
    assert aws.sent("UpdateFunctionConfiguration")[-1] == {"FunctionName": NAME, "Timeout": 30, "MemorySize": 128}


def test_a_function_that_is_still_coming_up_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"GetFunction": [PENDING, PENDING, READY]}
    result = run(timeout=3)

    assert not result["changed"] and aws.operations == ["GetFunction"] * 3 and result["function"]["state"] == "Active"


def test_check_mode_waits_for_nothing(aws: SimulatedAWS) -> None:
    aws.answers = {"GetFunction": [PENDING], "ListEventSourceMappings": [{"EventSourceMappings": []}]}
    wish = {"function_name": NAME, "timeout": 3, "event_source": {"queue_arn": QUEUE}}
    result = run_module("lambda_function", check_mode=True, **wish, **CONNECTION)

    assert result["changed"] and aws.operations == ["GetFunction", "ListEventSourceMappings"] and aws.slept == []


def test_a_wait_is_bounded(aws: SimulatedAWS, new: dict[str, Any]) -> None:
    aws.answers = {"GetFunction": [MISSING, PENDING], "CreateFunction": [CREATED]}
    result = run(**new, wait_timeout=20)

    assert f"function {NAME} did not become ready within 20 seconds" in result["msg"] and "Pending" in result["msg"]


def test_an_idle_function_stays_idle(aws: SimulatedAWS) -> None:
    aws.answers = {"GetFunction": [function(State="Inactive")]}
    result = run(timeout=3)

    assert not result["changed"] and result["function"]["state"] == "Inactive"


def test_a_permission_whose_answer_was_lost_is_found_again(aws: SimulatedAWS) -> None:
    statement = {
        "Sid": "api",
        "Effect": "Allow",
        "Principal": {"Service": API},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": SOURCE}},
    }
    taken = error("ResourceConflictException", "The statement id (api) provided already exists.", 409)
    aws.answers = {
        "GetFunction": [READY],
        "GetPolicy": [MISSING, {"Policy": json.dumps({"Statement": [statement]})}],
        "AddPermission": [taken],
    }
    wish = [{"statement_id": "api", "principal": API, "source_arn": SOURCE}]
    assert run(permissions=wish)["changed"]

    aws.answers |= {
        "GetPolicy": [MISSING, {"Policy": json.dumps({"Statement": [{**statement, "Condition": {}}]})}],
        "AddPermission": [taken, {}],
        "RemovePermission": [{}],
    }
    made_by_another_run = run(permissions=wish)

    assert made_by_another_run["changed"] and aws.operations[-2:] == ["RemovePermission", "AddPermission"]


def test_a_statement_that_the_option_cannot_express_is_replaced(aws: SimulatedAWS) -> None:
    statement = {
        "Sid": "api",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "lambda:*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    aws.answers = {
        "GetFunction": [READY],
        "GetPolicy": [{"Policy": json.dumps({"Statement": [statement]})}],
        "RemovePermission": [{}],
        "AddPermission": [{}],
    }
    result = run(permissions=[{"statement_id": "api", "principal": "123456789012"}])

    assert aws.operations[-2:] == ["RemovePermission", "AddPermission"]
    assert result["diff"]["before"]["permissions"]["api"] == {
        "principal": "123456789012",
        "StringEquals aws:PrincipalOrgID": "o-1",
        "action": "lambda:*",
        "effect": "Allow",
    }


def test_a_queue_is_joined_when_the_role_may_read_it(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": []}],
        "CreateEventSourceMapping": [NO_ACCESS, mapping(State="Creating")],
        "GetEventSourceMapping": [mapping(State="Creating"), mapping()],
    }
    result = run(event_source={"queue_arn": QUEUE})

    assert result["changed"] and result["function"]["event_source_uuid"] == UUID
    assert aws.operations.count("CreateEventSourceMapping") == 2 and aws.operations.count("GetEventSourceMapping") == 2


def test_a_mapping_made_meanwhile_is_taken_over_and_changed(aws: SimulatedAWS) -> None:
    taken = error("ResourceConflictException", "An event source mapping with SQS arn already exists", 409)
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": []}, {"EventSourceMappings": [mapping(BatchSize=1)]}],
        "CreateEventSourceMapping": [taken],
        "UpdateEventSourceMapping": [error("ResourceInUseException", "in use"), {}],
        "GetEventSourceMapping": [mapping(State="Updating"), mapping()],
    }
    result = run(event_source={"queue_arn": QUEUE})

    assert result["changed"] and result["function"]["event_source_uuid"] == UUID
    update = aws.sent("UpdateEventSourceMapping")
    assert len(update) == 2 and update[-1]["BatchSize"] == 10 and update[-1]["ScalingConfig"] == {}


def test_a_mapping_that_is_being_deleted_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": [mapping(UUID=OTHER, State="Deleting")]}],
        "GetEventSourceMapping": [mapping(State="Deleting"), MISSING, mapping()],
        "CreateEventSourceMapping": [mapping()],
    }
    result = run(event_source={"queue_arn": QUEUE})

    assert result["changed"] and aws.operations[2:] == [
        "GetEventSourceMapping",
        "GetEventSourceMapping",
        "CreateEventSourceMapping",
        "GetEventSourceMapping",
    ]


def test_a_mapping_that_is_still_moving_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": [mapping(State="Enabling")]}],
        "GetEventSourceMapping": [mapping(State="Enabling"), mapping()],
    }
    result = run(event_source={"queue_arn": QUEUE})

    assert not result["changed"] and aws.operations[2:] == ["GetEventSourceMapping", "GetEventSourceMapping"]


def test_a_mapping_that_does_not_come_up_fails_after_the_timeout(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": []}],
        "CreateEventSourceMapping": [mapping(State="Creating")],
        "GetEventSourceMapping": [mapping(State="Creating")],
    }
    result = run(event_source={"queue_arn": QUEUE}, wait_timeout=10)

    assert f"event source of function {NAME} did not become enabled within 10 seconds" in result["msg"]


def test_mappings_of_streams_are_left_alone(aws: SimulatedAWS) -> None:
    stream = mapping(EventSourceArn="arn:aws:kinesis:ca-central-1:123456789012:stream/s")
    aws.answers = {"GetFunction": [READY], "ListEventSourceMappings": [{"EventSourceMappings": [stream]}]}
    result = run(event_source={})

    assert not result["changed"] and aws.operations == ["GetFunction", "ListEventSourceMappings"]


def test_removal_waits_for_the_mapping_and_passes_when_parts_are_gone(aws: SimulatedAWS) -> None:
    group = {"logGroupName": f"/aws/lambda/{NAME}", "arn": "arn:aws:logs:ca-central-1:1:log-group:x:*"}
    aws.answers = {
        "GetFunction": [READY],
        "ListEventSourceMappings": [{"EventSourceMappings": [mapping()]}],
        "DescribeLogGroups": [{"logGroups": [group]}],
        "DeleteEventSourceMapping": [error("ResourceInUseException", "in use"), {}],
        "GetEventSourceMapping": [mapping(State="Deleting"), MISSING],
        "DeleteFunction": [UPDATING, MISSING],
        "DeleteLogGroup": [MISSING],
    }
    result = run(state="absent")

    assert result["changed"] and result["function"] == {} and aws.operations[-1] == "DeleteLogGroup"
    assert aws.operations.index("DeleteFunction") > aws.operations.index("GetEventSourceMapping")


def test_the_mapping_of_a_function_that_is_gone_is_removed(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetFunction": [MISSING],
        "ListEventSourceMappings": [{"EventSourceMappings": [mapping()]}],
        "DescribeLogGroups": [{"logGroups": []}],
        "DeleteEventSourceMapping": [{}],
        "GetEventSourceMapping": [MISSING],
    }
    result = run(state="absent")

    assert result["changed"] and result["diff"]["before"] == {"event_sources": [QUEUE]}
