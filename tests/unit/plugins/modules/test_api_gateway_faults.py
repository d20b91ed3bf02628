"""What the API Gateway modules do about answers that emulators do not give (simulated AWS answers)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.client
import botocore.exceptions
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from modules import run_module

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.modules.api_gateway_rest_api import refuse_old_botocore

URI = "arn:aws:apigateway:ca-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:x:1:function:f/invocations"
CONNECTION = {"region": "ca-central-1", "access_key": "AKIATEST", "secret_key": "test-secret"}


class SimulatedAws:
    """Answers AWS calls by operation name; an answer that is an exception is raised, one of a list is used up."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def answer(self, _client: Any, operation: str, request: dict[str, Any]) -> Any:
        self.requests.append((operation, request))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def made(self) -> list[str]:
        return [operation for operation, _request in self.requests]


def error(operation: str, code: str, message: str, status: int = 409) -> botocore.exceptions.ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(response, operation)


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SimulatedAws]]:
    """Put simulated answers in the place of AWS, and take the waiting out of retries."""
    monkeypatch.setattr("time.sleep", lambda _seconds: None)

    def start(**answers: Any) -> SimulatedAws:
        aws = SimulatedAws(**answers)
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", aws.answer)
        return aws

    yield start


def test_a_lost_answer_does_not_make_a_second_key(simulate: Callable[..., SimulatedAws]) -> None:
    lost = botocore.exceptions.ReadTimeoutError(endpoint_url="https://apigateway")
    key = {"id": "k1", "name": "key", "enabled": True}
    aws = simulate(GetApiKeys=[{"items": []}, {"items": [key]}], CreateApiKey=lost)
    result = run_module("api_gateway_api_key", name="key", **CONNECTION)

    assert result["api_key"]["id"] == "k1" and aws.made().count("CreateApiKey") == 1


def test_a_lost_answer_does_not_make_a_second_plan(simulate: Callable[..., SimulatedAws]) -> None:
    plan = {"id": "u1", "name": "plan"}
    lost = error("CreateUsagePlan", "InternalServerError", "", 500)
    aws = simulate(GetUsagePlans=[{"items": []}, {"items": [plan]}], CreateUsagePlan=lost)
    result = run_module("api_gateway_usage_plan", name="plan", **CONNECTION)

    assert result["usage_plan"]["id"] == "u1" and aws.made().count("CreateUsagePlan") == 1


def test_a_lost_answer_does_not_make_a_second_deployment(simulate: Callable[..., SimulatedAws]) -> None:
    wanted = "b" * 64
    old, new = ({"stageName": "prod", "deploymentId": name} for name in ("old", "new"))
    aws = simulate(
        GetStage=[old, new],
        GetDeployment=[{"id": "old"}, {"id": "new", "description": f"iot.sensor_stack sha256:{wanted}"}],
        CreateDeployment=botocore.exceptions.ConnectionClosedError(endpoint_url="https://apigateway"),
        GetStages={"item": [new]},
        GetDeployments={"items": []},
    )
    result = run_module("api_gateway_stage", rest_api_id="a1", name="prod", definition_hash=wanted, **CONNECTION)

    assert result["redeployed"] and aws.made().count("CreateDeployment") == 1
    assert result["stage"]["invoke_url"] == "https://a1.execute-api.ca-central-1.amazonaws.com/prod"


def test_a_lost_answer_does_not_make_a_second_authorizer(simulate: Callable[..., SimulatedAws]) -> None:
    authorizer = {"name": "devices", "type": "TOKEN", "uri": URI}
    made = {"id": "z1", "name": "devices", "type": "TOKEN", "authorizerUri": URI}
    aws = simulate(
        GetRestApis={"items": [{"id": "a1", "name": "api"}]},
        GetAuthorizers=[{"items": []}, {"items": [made]}],
        CreateAuthorizer=botocore.exceptions.ReadTimeoutError(endpoint_url="https://apigateway"),
    )
    result = run_module(
        "api_gateway_rest_api", name="api", endpoint_type="EDGE", authorizers=[authorizer], **CONNECTION
    )

    assert [one["name"] for one in result["rest_api"]["authorizers"]] == ["devices"]
    assert aws.made().count("CreateAuthorizer") == 1


def test_a_security_policy_needs_a_botocore_that_knows_it() -> None:
    """With another one, the answers would never show it, and each run would set it again."""
    model = SimpleNamespace(shape_for=lambda _name: SimpleNamespace(members={"id": None}))
    client = SimpleNamespace(meta=SimpleNamespace(service_model=model))

    refuse_old_botocore(client, None)
    with pytest.raises(AnsibleAWSError, match="security_policy is 'TLS_1_2': allowed with a botocore that knows it"):
        refuse_old_botocore(client, "TLS_1_2")
    refuse_old_botocore(boto3.client("apigateway", region_name="ca-central-1"), "TLS_1_2")


def test_throttled_deletion_is_tried_for_long(simulate: Callable[..., SimulatedAws]) -> None:
    """AWS allows one DeleteRestApi in 30 seconds."""
    throttled = error("DeleteRestApi", "TooManyRequestsException", "Too Many Requests", 429)
    aws = simulate(GetRestApis={"items": [{"id": "a1", "name": "api"}]}, DeleteRestApi=[*[throttled] * 20, {}])
    result = run_module("api_gateway_rest_api", name="api", state="absent", **CONNECTION)

    assert result["changed"] and aws.made().count("DeleteRestApi") == 21


def test_two_changes_at_once_are_tried_again(simulate: Callable[..., SimulatedAws]) -> None:
    busy = error(
        "UpdateUsagePlan",
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    )
    aws = simulate(GetUsagePlans={"items": [{"id": "u1", "name": "plan"}]}, UpdateUsagePlan=[busy, {}])
    result = run_module("api_gateway_usage_plan", name="plan", description="new", **CONNECTION)

    assert result["changed"] and aws.made().count("UpdateUsagePlan") == 2


def test_a_conflict_that_lasts_is_told_at_once(simulate: Callable[..., SimulatedAws]) -> None:
    conflict = error("UpdateUsagePlan", "ConflictException", "Something else has this name")
    aws = simulate(GetUsagePlans={"items": [{"id": "u1", "name": "plan"}]}, UpdateUsagePlan=conflict)
    result = run_module("api_gateway_usage_plan", name="plan", description="new", **CONNECTION)

    assert result["failed"] and "Something else has this name" in result["msg"]
    assert aws.made().count("UpdateUsagePlan") == 1


def test_a_method_that_an_earlier_try_made_is_accepted() -> None:
    class Client:
        def put_method(self, **_request: Any) -> None:
            raise error("PutMethod", "ConflictException", "Method already exists for this resource")

    assert api.put_method(Client(), restApiId="a1") is None


@pytest.mark.parametrize("now", ["EDGE", "PRIVATE"])
def test_edge_and_private_need_a_step_between(simulate: Callable[..., SimulatedAws], now: str) -> None:
    other = "PRIVATE" if now == "EDGE" else "EDGE"
    simulate(GetRestApis={"items": [{"id": "a1", "name": "api", "endpointConfiguration": {"types": [now]}}]})
    result = run_module("api_gateway_rest_api", name="api", endpoint_type=other, **CONNECTION)

    assert (
        result["failed"] and f"endpoint_type is '{now}' on AWS and '{other}' is wanted: set REGIONAL" in result["msg"]
    )


def test_the_endpoint_type_changes_in_place(simulate: Callable[..., SimulatedAws]) -> None:
    rest_api = {"id": "a1", "name": "api", "endpointConfiguration": {"types": ["EDGE"]}}
    aws = simulate(GetRestApis={"items": [rest_api]}, GetRestApi=rest_api)
    run_module("api_gateway_rest_api", name="api", **CONNECTION)
    patch = next(request for operation, request in aws.requests if operation == "UpdateRestApi")

    assert patch["patchOperations"] == [
        {"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "REGIONAL"}
    ]


def test_resources_are_read_in_one_call_with_their_methods(simulate: Callable[..., SimulatedAws]) -> None:
    aws = simulate(
        GetRestApis={"items": [{"id": "a1", "name": "api", "endpointConfiguration": {"types": ["REGIONAL"]}}]}
    )
    result = run_module("api_gateway_rest_api", name="api", **CONNECTION)
    request = next(request for operation, request in aws.requests if operation == "GetResources")

    assert not result["changed"] and request["embed"] == ["methods"] and request["limit"] == 500
