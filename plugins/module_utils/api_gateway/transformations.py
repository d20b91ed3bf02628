# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the options of ``api_gateway_rest_api``; pure functions.

Both sides are brought to one form, so that they can be compared: the form of the options, without what is empty.
"""

from __future__ import annotations

import json
from typing import Any

# Status codes of the gateway responses where none was set. DEFAULT_4XX and DEFAULT_5XX keep the status of the error.
# Source: "Gateway response types for API Gateway" in the API Gateway developer guide.
GATEWAY_RESPONSE_STATUS = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}
GATEWAY_RESPONSE_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}

# Models that AWS puts into every new API.
DEFAULT_MODELS = ("Empty", "Error")

# CreateRestApi and UpdateRestApi have no value for "compression off" other than none at all.
NO_COMPRESSION = -1

PROXIES = ("AWS_PROXY", "HTTP_PROXY")
DEFAULT_TIMEOUT_MS = 29000


def to_bool(value: Any) -> bool:
    """A boolean that may have been patched in as text."""
    return value is True or str(value).lower() == "true"


def drop_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Without None, empty text and empty collections; False and 0 stay."""
    return {key: value for key, value in values.items() if value is not None and value != "" and value not in ({}, [])}


def rest_api_to_dict(api: dict[str, Any]) -> dict[str, Any]:
    """The settings of a REST API."""
    compression, endpoint = api.get("minimumCompressionSize"), api.get("endpointConfiguration", {})
    return {
        "id": api["id"],
        "name": api["name"],
        "description": api.get("description", ""),
        "endpoint_type": (endpoint.get("types") or ["EDGE"])[0],
        "vpc_endpoint_ids": sorted(endpoint.get("vpcEndpointIds") or []),
        "minimum_compression_size": NO_COMPRESSION if compression is None else int(compression),
        "disable_execute_api_endpoint": to_bool(api.get("disableExecuteApiEndpoint", False)),
        "api_key_source": api.get("apiKeySource", "HEADER"),
        "security_policy": api.get("securityPolicy", ""),
        "endpoint_access_mode": api.get("endpointAccessMode", ""),
        "tags": api.get("tags", {}),
    }


def model_to_dict(model: dict[str, Any]) -> dict[str, Any]:
    """A model, its schema as data so that spaces and the order of keys do not matter."""
    try:
        schema = json.loads(model.get("schema") or "{}")
    except ValueError:  # AWS takes only JSON, but for content types of its users' own
        schema = model["schema"]
    return {"name": model["name"], "content_type": model.get("contentType", "application/json"), "schema": schema}


def validator_to_dict(validator: dict[str, Any]) -> dict[str, Any]:
    """A request validator."""
    return {
        "name": validator.get("name", ""),
        "validate_body": to_bool(validator.get("validateRequestBody", False)),
        "validate_parameters": to_bool(validator.get("validateRequestParameters", False)),
    }


def gateway_response_to_dict(response: dict[str, Any]) -> dict[str, Any]:
    """A gateway response as AWS has it."""
    return _gateway_response(
        response["responseType"],
        response.get("statusCode"),
        response.get("responseParameters"),
        response.get("responseTemplates"),
    )


def wanted_gateway_response(option: dict[str, Any]) -> dict[str, Any]:
    """A gateway response as the option wants it."""
    return _gateway_response(option["response_type"], option["status_code"], option["parameters"], option["templates"])


def _gateway_response(
    kind: str, status: str | None, parameters: dict[str, Any] | None, templates: dict[str, Any] | None
) -> dict[str, Any]:
    return drop_empty(
        {
            "response_type": kind,
            "status_code": status or GATEWAY_RESPONSE_STATUS[kind],
            "parameters": parameters,
            "templates": templates or GATEWAY_RESPONSE_TEMPLATES,  # what AWS stores where none is given
        }
    )


def route_key(route: dict[str, Any]) -> str:
    """What a route is called in the diff, such as ``POST /sensor-data``."""
    return f"{route['method']} {route['path']}"


def method_to_route(path: str, method: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A method of GetResources as a route.

    :arg names: ID to name of the request validators and authorizers
    """
    integration = method.get("methodIntegration")
    mapped = (integration or {}).get("integrationResponses") or {}
    validator, authorizer = method.get("requestValidatorId"), method.get("authorizerId")
    return drop_empty(
        {
            "path": path,
            "method": method["httpMethod"],
            "api_key_required": to_bool(method.get("apiKeyRequired", False)),
            "authorization_type": method.get("authorizationType", "NONE"),
            "authorizer": names.get(authorizer, authorizer) if authorizer else None,
            "authorization_scopes": sorted(method.get("authorizationScopes") or []),
            "request_validator": names.get(validator, validator) if validator else None,
            "request_models": method.get("requestModels"),
            "request_parameters": method.get("requestParameters"),
            "integration": integration_to_dict(integration) if integration else None,
            "responses": [
                _response(str(status), response, mapped.get(status))
                for status, response in sorted((method.get("methodResponses") or {}).items())
            ],
        }
    )


def integration_to_dict(integration: dict[str, Any]) -> dict[str, Any]:
    """An integration of GetResources in the form of the option."""
    return _integration(
        {
            "type": integration["type"],
            "uri": integration.get("uri"),
            "http_method": integration.get("httpMethod"),
            "credentials": integration.get("credentials"),
            "passthrough_behavior": integration.get("passthroughBehavior"),
            "request_templates": _texts(integration.get("requestTemplates")),
            "request_parameters": integration.get("requestParameters"),
            "timeout_ms": integration.get("timeoutInMillis"),
            "content_handling": integration.get("contentHandling"),
        }
    )


def _integration(integration: dict[str, Any]) -> dict[str, Any]:
    if integration["type"] == "MOCK":  # calls nothing; what AWS reports for these has no meaning
        integration = {**integration, "uri": None, "http_method": None}
    timeout = integration["timeout_ms"]
    return drop_empty(
        {
            **integration,
            "passthrough_behavior": integration["passthrough_behavior"] or "WHEN_NO_MATCH",
            "timeout_ms": DEFAULT_TIMEOUT_MS if timeout is None else int(timeout),
        }
    )


def _response(status: str, response: dict[str, Any], mapped: dict[str, Any] | None) -> dict[str, Any]:
    """A method response and, if there is one, the integration response mapped to it."""
    result = drop_empty(
        {
            "status_code": status,
            "models": response.get("responseModels"),
            "parameters": response.get("responseParameters"),
        }
    )
    if mapped is not None:
        result["integration"] = drop_empty(
            {
                "templates": _texts(mapped.get("responseTemplates")),
                "parameters": mapped.get("responseParameters"),
                "selection_pattern": mapped.get("selectionPattern"),
                "content_handling": mapped.get("contentHandling"),
            }
        )
    return result


def _texts(templates: dict[str, Any] | None) -> dict[str, str]:
    """Templates; AWS answers None for an empty one."""
    return {kind: template or "" for kind, template in (templates or {}).items()}


def wanted_route(option: dict[str, Any]) -> dict[str, Any]:
    """A route as the option wants it; an authorizer that is given by ID stands under its ID."""
    integration = option["integration"]
    proxy = integration["type"] in PROXIES
    if integration["http_method"] is None and integration["type"] in ("AWS", "AWS_PROXY"):
        integration = {**integration, "http_method": "POST"}
    responses = [_wanted_response(response, proxy) for response in option["responses"] or []]
    return drop_empty(
        {
            **{key: value for key, value in option.items() if key != "authorizer_id"},
            "authorizer": option["authorizer"] or option["authorizer_id"],
            "authorization_scopes": sorted(option["authorization_scopes"] or []),
            "integration": _integration(integration),
            "responses": sorted(responses, key=lambda response: response["status_code"]),
        }
    )


def _wanted_response(option: dict[str, Any], proxy: bool) -> dict[str, Any]:
    response = drop_empty({key: option[key] for key in ("status_code", "models", "parameters")})
    if not proxy:  # a proxy answers by itself; any other integration needs every response mapped
        response["integration"] = drop_empty(option["integration"] or {})
    return response


def parents(path: str) -> list[str]:
    """The paths of the resources a path needs below the root, the shortest first: /a/b gives /a and /a/b."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[: index + 1]) for index in range(len(parts))]
