"""lambda_invoke with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-migrate-dev"
FUNCTION = {"Configuration": {"FunctionArn": "arn:aws:lambda:ca-central-1:123456789012:function:iot-migrate-dev"}}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def run(**options: Any) -> ModuleResult:
    return run_module("lambda_invoke", function_name=NAME, **CONNECTION, **options)


def answer(text: str, **more: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": io.BytesIO(text.encode()), **more}


@pytest.mark.parametrize(
    "code",
    ["TooManyRequestsException", "ResourceConflictException", "ResourceNotReadyException", "EC2ThrottledException"],
)
def test_a_function_that_was_not_run_is_asked_again(aws: SimulatedAWS, code: str) -> None:
    aws.answers = {"Invoke": [error(code), error(code), answer("1")]}

    assert run()["answer"] == 1 and aws.slept == [1, 2]


def test_a_function_that_stays_busy_fails_after_three_minutes(aws: SimulatedAWS) -> None:
    aws.answers = {"Invoke": [error("TooManyRequestsException", "Rate exceeded")]}

    assert "Rate exceeded" in run()["msg"] and 180 <= sum(aws.slept) <= 215


@pytest.mark.parametrize(
    "fault",
    [error("ServiceException", "oops", 500), ConnectionClosedError(endpoint_url="https://lambda")],
    ids=["500", "dropped"],
)
def test_what_may_have_run_is_not_asked_again(aws: SimulatedAWS, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(client: Any, operation: str, request: dict[str, Any]) -> Any:
        aws.requests.append((operation, request))
        raise fault

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", call)
    result = run()

    assert result["failed"] and aws.operations == ["Invoke"]
    assert result["msg"].startswith(f"Failed to invoke function {NAME}") and "Traceback" not in result.output


def test_the_client_sends_once_and_waits_as_long_as_asked(aws: SimulatedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def call(client: Any, operation: str, request: dict[str, Any]) -> Any:
        seen.append((client.meta.config.read_timeout, client.meta.config.retries["total_max_attempts"]))
        return answer("null")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", call)
    run(read_timeout=900)

    assert seen == [(900, 1)]


def test_the_tag_is_set_after_success_only(aws: SimulatedAWS) -> None:
    failed = answer('{"errorMessage": "Task timed out after 3.00 seconds"}', FunctionError="Unhandled")
    aws.answers = {"GetFunction": [FUNCTION], "Invoke": [failed], "TagResource": [{}]}
    result = run(once_for="v1")

    assert result["msg"] == f"function {NAME} failed: Task timed out after 3.00 seconds"
    assert aws.operations == ["GetFunction", "Invoke"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"errorType": "KeyError", "errorMessage": "a", "stackTrace": ["secret line"]}', "KeyError: a"),
        ('"text"', "text"),
        ("{}", "it gives no reason"),
    ],
)
def test_a_failure_is_one_sentence(aws: SimulatedAWS, text: str, sentence: str) -> None:
    aws.answers = {"Invoke": [answer(text, FunctionError="Unhandled")]}

    assert run()["msg"] == f"function {NAME} failed: {sentence}"


def test_an_answer_that_is_no_json_is_given_as_it_is(aws: SimulatedAWS) -> None:
    aws.answers = {"Invoke": [answer("plain text")]}

    assert run()["answer"] == "plain text"
