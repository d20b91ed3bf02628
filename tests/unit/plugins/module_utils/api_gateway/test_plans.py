"""From changes to calls: the order and the shapes that real AWS asks for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches, plans
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change

MOCK = {
    "type": "MOCK",
    "request_templates": {"application/json": '{"statusCode": 200}'},
    "passthrough_behavior": "WHEN_NO_MATCH",
    "timeout_ms": 29000,
}
IDS = plans.Ids(validators={"body": "v1"}, authorizers={"devices": "a1"})
PROXY = {
    "type": "AWS_PROXY",
    "uri": "arn:x",
    "http_method": "POST",
    "passthrough_behavior": "WHEN_NO_MATCH",
    "timeout_ms": 29000,
}


def make_response(status: str, pattern: str = "", **more: Any) -> dict[str, Any]:
    mapped = {"templates": {"application/json": "{}"}, **({"selection_pattern": pattern} if pattern else {})}
    return {"status_code": status, "integration": mapped, **more}


def make_route(**more: Any) -> dict[str, Any]:
    return {
        "path": "/x",
        "method": "POST",
        "api_key_required": True,
        "authorization_type": "NONE",
        "integration": MOCK,
        "responses": [make_response("200")],
        **more,
    }


def calls(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """The calls of a plan, with the status they are about."""
    steps = plans.plan_route(before, after, IDS)
    return [
        " ".join([step.call, *([step.request["statusCode"]] if "statusCode" in step.request else [])]) for step in steps
    ]


def test_a_new_route() -> None:
    assert calls(None, make_route()) == [
        "put_method",
        "put_method_response 200",
        "put_integration",
        "put_integration_response 200",
    ]


def test_a_field_of_the_method_makes_it_again() -> None:
    assert calls(make_route(), make_route(api_key_required=False)) == ["delete_method", *calls(None, make_route())]


def test_an_unchanged_route_needs_nothing() -> None:
    assert calls(make_route(), make_route()) == []


def test_another_integration_takes_its_responses_along() -> None:
    slow = {**MOCK, "timeout_ms": 1000}
    assert calls(make_route(), make_route(integration=slow)) == [
        "delete_integration",
        "put_integration",
        "put_integration_response 200",
    ]


def test_a_proxy_maps_no_responses() -> None:
    answers = [{"status_code": "200"}]
    assert calls(make_route(), make_route(integration=PROXY, responses=answers)) == [
        "delete_integration",
        "put_integration",
    ]
    by_hand = make_route(integration=PROXY, responses=[make_response("200")])
    assert calls(by_hand, make_route(integration=PROXY, responses=answers)) == ["delete_integration_response 200"]


def test_a_method_response_is_made_again_after_what_is_mapped_to_it() -> None:
    with_model = make_route(responses=[make_response("200", models={"application/json": "Empty"})])
    assert calls(make_route(), with_model) == [
        "delete_integration_response 200",
        "delete_method_response 200",
        "put_method_response 200",
        "put_integration_response 200",
    ]


def test_the_default_response_makes_room_before_it_moves() -> None:
    """AWS refuses a second integration response of one selection pattern."""
    before = make_route(responses=[make_response("200"), make_response("500", "5..")])
    after = make_route(responses=[make_response("200", "2.."), make_response("500")])

    assert calls(before, after) == [
        "delete_integration_response 200",
        "delete_integration_response 500",
        "put_integration_response 200",
        "put_integration_response 500",
    ]


def test_requests_name_the_validator_by_id() -> None:
    request = plans.method_request(make_route(request_validator="body"), IDS)

    assert request == {"authorizationType": "NONE", "apiKeyRequired": True, "requestValidatorId": "v1"}


def test_requests_name_the_authorizer_by_id() -> None:
    route = make_route(authorization_type="CUSTOM", authorizer="devices", authorization_scopes=["a"])
    request = plans.method_request(route, IDS)

    assert request["authorizerId"] == "a1" and request["authorizationScopes"] == ["a"]
    assert plans.method_request({**route, "authorizer": "x9"}, IDS)["authorizerId"] == "x9", "one that is given by ID"


def test_vpc_endpoints_leave_before_the_type_changes_and_come_after_it() -> None:
    private = {"vpc_endpoint_ids": Change([], ["vpce-1"]), "endpoint_type": Change("REGIONAL", "PRIVATE")}
    path = "/endpointConfiguration"
    assert plans.setting_patches({"policy": Change({}, {"Statement": []}), **private}) == [
        {"op": "replace", "path": "/policy", "value": '{"Statement": []}'},
        {"op": "replace", "path": f"{path}/types/REGIONAL", "value": "PRIVATE"},
        {"op": "add", "path": f"{path}/vpcEndpointIds", "value": "vpce-1"},
    ]
    regional = {"vpc_endpoint_ids": Change(["vpce-1"], []), "endpoint_type": Change("PRIVATE", "REGIONAL")}
    assert plans.setting_patches({"policy": Change({"Statement": []}, {}), **regional}) == [
        {"op": "replace", "path": "/policy", "value": ""},
        {"op": "remove", "path": f"{path}/vpcEndpointIds", "value": "vpce-1"},
        {"op": "replace", "path": f"{path}/types/PRIVATE", "value": "REGIONAL"},
    ]
    other = {"vpc_endpoint_ids": Change(["vpce-1", "vpce-2"], ["vpce-2", "vpce-3"])}
    assert [step["op"] + step["value"] for step in plans.setting_patches(other)] == ["addvpce-3", "removevpce-1"]


def test_a_mock_integrations_request_has_no_uri() -> None:
    assert plans.integration_request(MOCK) == {
        "type": "MOCK",
        "requestTemplates": MOCK["request_templates"],
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
    }


def test_resources_come_parents_first_and_go_children_first() -> None:
    assert plans.missing_resources(["/a/b/c", "/a/d"], ["/", "/a"]) == ["/a/b", "/a/d", "/a/b/c"]
    assert plans.extra_resources(["/a"], ["/", "/a", "/b", "/b/c"]) == ["/b/c", "/b"]
    assert plans.extra_resources([], ["/"]) == []


def test_setting_patches() -> None:
    changes = {
        "description": Change("", "x"),
        "disable_execute_api_endpoint": Change(False, True),
        "minimum_compression_size": Change(100, -1),
        "endpoint_type": Change("REGIONAL", "PRIVATE"),
    }

    assert plans.setting_patches(changes) == [
        {"op": "replace", "path": "/description", "value": "x"},
        {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"},
        {"op": "replace", "path": "/minimumCompressionSize"},
        {"op": "replace", "path": "/endpointConfiguration/types/REGIONAL", "value": "PRIVATE"},
    ]


def test_validator_patches_name_only_what_differs() -> None:
    before = {"name": "v", "validate_body": False, "validate_parameters": True}
    change = Change(before, {**before, "validate_body": True})

    assert plans.validator_patches(change) == [{"op": "replace", "path": "/validateRequestBody", "value": "true"}]


def test_section_changes() -> None:
    current, wanted = {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}

    assert plans.section_changes("model", current, wanted) == {
        "model c": Change(3, 4),
        "model d": Change(None, 5),
        "model a": Change(1, None),
    }
    assert plans.section_changes("model", current, None) == {}


@pytest.mark.parametrize(
    ("method", "pointer"),
    [("*/*", "*/*"), ("/a/b/GET", "~1a~1b/GET"), ("/GET", "~1/GET"), ("/{id}/ANY", "~1{id}/ANY")],
)
def test_method_pointers(method: str, pointer: str) -> None:
    assert patches.method_pointer(method) == pointer


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (200.0, "200"), (0.5, "0.5"), (3, "3"), ("x", "x")])
def test_patches_carry_text(value: Any, text: str) -> None:
    assert patches.to_text(value) == text
