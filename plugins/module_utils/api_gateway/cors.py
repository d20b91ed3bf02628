# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What browsers of another origin need of a REST API, as routes and gateway responses; pure functions.

A browser asks by OPTIONS whether it may post, and shows a page no answer, an error's neither, without the header that names
its origin. Source: "CORS for REST APIs in API Gateway" in the API Gateway developer guide.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    DEFAULT_TIMEOUT_MS,
    GATEWAY_RESPONSE_TEMPLATES,
    PROXIES,
    drop_empty,
    route_key,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import METHODS

Named = dict[str, dict[str, Any]]

ORIGIN = "Access-Control-Allow-Origin"

# The answers that all others of API Gateway itself take their headers from.
DEFAULT_RESPONSES = ("DEFAULT_4XX", "DEFAULT_5XX")


def add_cors_to_routes(routes: Named, cors: dict[str, Any] | None) -> Named:
    """The routes with the header in their answers, and an OPTIONS for each path that has none.

    The answers of a proxy are those of what is behind it, which has to give the header by itself.
    """
    if cors is None:
        return routes
    answering = {key: _answer_origin(route, cors) for key, route in routes.items()}
    paths = dict.fromkeys(route["path"] for route in routes.values())
    preflights = [_preflight(path, routes, cors) for path in paths if f"OPTIONS {path}" not in routes]
    return answering | {route_key(route): route for route in preflights}


def _answer_origin(route: dict[str, Any], cors: dict[str, Any]) -> dict[str, Any]:
    if route["integration"]["type"] in PROXIES or route["method"] == "OPTIONS":
        return route
    headers = {ORIGIN: cors["allowed_origin"]}
    return {**route, "responses": [_with_headers(response, headers) for response in route.get("responses", [])]}


def _with_headers(response: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """A response with fixed headers; those that it declares by itself stay as they are."""
    parameters = {f"method.response.header.{name}": value for name, value in headers.items()}
    mapped = response["integration"]
    declared, given = response.get("parameters", {}), mapped.get("parameters", {})
    return {
        **response,
        "parameters": {**dict.fromkeys(parameters, False), **declared},
        "integration": {
            **mapped,
            "parameters": {**{name: f"'{value}'" for name, value in parameters.items()}, **given},
        },
    }


def _preflight(path: str, routes: Named, cors: dict[str, Any]) -> dict[str, Any]:
    """The route that answers a browser's question; it comes without a key or a signature."""
    declared = {route["method"] for route in routes.values() if route["path"] == path}
    methods = sorted(set(METHODS) - {"ANY", "OPTIONS"} if "ANY" in declared else declared)
    headers = {
        ORIGIN: cors["allowed_origin"],
        "Access-Control-Allow-Headers": ",".join(cors["allowed_headers"]),
        "Access-Control-Allow-Methods": ",".join(["OPTIONS", *methods]),
        "Access-Control-Max-Age": str(cors["max_age_seconds"]),
    }
    return {
        "path": path,
        "method": "OPTIONS",
        "api_key_required": False,
        "authorization_type": "NONE",
        "integration": {
            "type": "MOCK",
            "passthrough_behavior": "WHEN_NO_MATCH",
            "request_templates": {"application/json": '{"statusCode": 200}'},
            "timeout_ms": DEFAULT_TIMEOUT_MS,
        },
        "responses": [_with_headers({"status_code": "200", "integration": {}}, headers)],
    }


def add_cors_to_gateway_responses(responses: Named, cors: dict[str, Any] | None) -> Named:
    """The gateway responses with the header, so that a browser shows a 403 or 429 too."""
    if cors is None:
        return responses
    missing = {
        kind: {"response_type": kind, "templates": GATEWAY_RESPONSE_TEMPLATES}
        for kind in DEFAULT_RESPONSES
        if kind not in responses
    }
    header = {f"gatewayresponse.header.{ORIGIN}": f"'{cors['allowed_origin']}'"}
    return {
        kind: drop_empty({**response, "parameters": {**header, **response.get("parameters", {})}})
        for kind, response in {**responses, **missing}.items()
    }
