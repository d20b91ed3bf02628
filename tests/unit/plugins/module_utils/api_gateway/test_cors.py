"""What browsers of another origin need, added to routes and gateway responses."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.cors import (
    add_cors_to_gateway_responses,
    add_cors_to_routes,
)

CORS = {"allowed_origin": "*", "allowed_headers": ["X-Api-Key", "Content-Type"], "max_age_seconds": 0}
HEADER = "method.response.header.Access-Control-Allow-Origin"


def route(method: str = "POST", kind: str = "MOCK", **more: Any) -> dict[str, Any]:
    responses = [] if kind == "AWS_PROXY" else [{"status_code": "200", "integration": {"templates": {}}}]
    return {"path": "/x", "method": method, "integration": {"type": kind}, "responses": responses, **more}


def add(*routes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return add_cors_to_routes({f"{one['method']} {one['path']}": one for one in routes}, CORS)


def test_nothing_without_cors() -> None:
    routes, responses = {"POST /x": route()}, {}

    assert add_cors_to_routes(routes, None) is routes and add_cors_to_gateway_responses(responses, None) is responses


def test_answers_have_the_header_and_keep_what_they_declare() -> None:
    mapped = {"templates": {"a/b": "x"}, "parameters": {"method.response.header.Y": "'1'"}}
    response = {"status_code": "200", "parameters": {"method.response.header.Y": True}, "integration": mapped}
    (answer,) = add(route(responses=[response]))["POST /x"]["responses"]

    assert answer["parameters"] == {HEADER: False, "method.response.header.Y": True}
    assert answer["integration"]["parameters"] == {HEADER: "'*'", "method.response.header.Y": "'1'"}
    assert answer["integration"]["templates"] == {"a/b": "x"}


def test_a_header_of_its_own_stays() -> None:
    mapped = {"parameters": {HEADER: "integration.response.header.Origin"}}
    response = {"status_code": "200", "parameters": {HEADER: True}, "integration": mapped}

    assert add(route(responses=[response]))["POST /x"]["responses"] == [response]


def test_a_proxy_answers_by_itself_and_its_path_has_a_preflight() -> None:
    proxy = route("GET", "AWS_PROXY")
    routes = add(proxy, route("POST"))

    assert routes["GET /x"] == proxy
    preflight = routes["OPTIONS /x"]
    assert preflight["api_key_required"] is False and preflight["authorization_type"] == "NONE"
    headers = preflight["responses"][0]["integration"]["parameters"]
    assert headers == {
        HEADER: "'*'",
        "method.response.header.Access-Control-Allow-Headers": "'X-Api-Key,Content-Type'",
        "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,GET,POST'",
        "method.response.header.Access-Control-Max-Age": "'0'",
    }


def test_a_declared_preflight_stays() -> None:
    options = route("OPTIONS")

    assert add(options, route())["OPTIONS /x"] == options


def test_any_is_every_method() -> None:
    headers = add(route("ANY", "AWS_PROXY"))["OPTIONS /x"]["responses"][0]["integration"]["parameters"]

    assert headers["method.response.header.Access-Control-Allow-Methods"] == "'OPTIONS,DELETE,GET,HEAD,PATCH,POST,PUT'"


@pytest.mark.parametrize("declared", [{}, {"DEFAULT_4XX": {"response_type": "DEFAULT_4XX", "templates": {"a/b": "x"}}}])
def test_answers_of_the_gateway_itself_have_it_too(declared: dict[str, Any]) -> None:
    throttled = {"response_type": "THROTTLED", "status_code": "429", "parameters": {"gatewayresponse.header.Y": "'1'"}}
    responses = add_cors_to_gateway_responses({"THROTTLED": throttled, **declared}, CORS)

    assert set(responses) == {"THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"}
    header = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
    assert responses["THROTTLED"]["parameters"] == {**header, "gatewayresponse.header.Y": "'1'"}
    assert responses["DEFAULT_4XX"]["parameters"] == header
    if declared:
        assert responses["DEFAULT_4XX"]["templates"] == {"a/b": "x"}
