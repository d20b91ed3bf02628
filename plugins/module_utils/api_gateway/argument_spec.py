# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The argument spec of a definition, for the module that makes them and for the check of an inventory before any AWS call."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import TYPES
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    GATEWAY_RESPONSE_STATUS,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import METHODS


def dict_of(**options: Any) -> dict[str, Any]:
    """The argument spec of a list of dicts."""
    return {"type": "list", "elements": "dict", "options": options}


def definition_spec() -> dict[str, Any]:
    """The argument spec of a definition, option by option."""
    return {
        "models": dict_of(
            name={"type": "str", "required": True},
            content_type={"type": "str", "default": "application/json"},
            schema={"type": "dict", "default": {}},
        ),
        "request_validators": dict_of(
            name={"type": "str", "required": True},
            validate_body={"type": "bool", "default": False},
            validate_parameters={"type": "bool", "default": False},
        ),
        "gateway_responses": dict_of(
            response_type={"type": "str", "required": True, "choices": list(GATEWAY_RESPONSE_STATUS)},
            status_code={"type": "str"},
            parameters={"type": "dict"},
            templates={"type": "dict"},
        ),
        "authorizers": authorizer_spec(),
        "cors": cors_spec(),
        "routes": route_spec(),
    }


def authorizer_spec() -> dict[str, Any]:
    """The argument spec of authorizers."""
    return dict_of(
        name={"type": "str", "required": True},
        type={"type": "str", "required": True, "choices": list(TYPES)},
        provider_arns={"type": "list", "elements": "str"},
        uri={"type": "str"},
        credentials={"type": "str"},
        identity_source={"type": "str"},
        identity_validation_expression={"type": "str"},
        result_ttl_in_seconds={"type": "int"},
    )


def cors_spec() -> dict[str, Any]:
    """The argument spec of what browsers of another origin may do."""
    headers = ["Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token", "X-Api-Key"]
    options = {
        "allowed_origin": {"type": "str", "required": True},
        "allowed_headers": {"type": "list", "elements": "str", "default": headers},
        "max_age_seconds": {"type": "int", "default": 600},
    }
    return {"type": "dict", "options": options}


def route_spec() -> dict[str, Any]:
    """The argument spec of routes."""
    content_handling = {"type": "str", "choices": ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]}
    integration = {
        "type": {"type": "str", "required": True, "choices": ["MOCK", "AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY"]},
        "uri": {"type": "str"},
        "http_method": {"type": "str", "choices": list(METHODS)},
        "credentials": {"type": "str"},
        "passthrough_behavior": {
            "type": "str",
            "choices": ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"],
            "default": "WHEN_NO_MATCH",
        },
        "request_templates": {"type": "dict"},
        "request_parameters": {"type": "dict"},
        "timeout_ms": {"type": "int", "default": 29000},
        "content_handling": content_handling,
    }
    response_integration = {
        "templates": {"type": "dict"},
        "parameters": {"type": "dict"},
        "selection_pattern": {"type": "str"},
        "content_handling": content_handling,
    }
    return dict_of(
        path={"type": "str", "required": True},
        method={"type": "str", "required": True, "choices": list(METHODS)},
        api_key_required={"type": "bool", "default": False},
        authorization_type={
            "type": "str",
            "choices": ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"],
            "default": "NONE",
        },
        authorizer={"type": "str"},
        authorizer_id={"type": "str"},
        authorization_scopes={"type": "list", "elements": "str"},
        request_validator={"type": "str"},
        request_models={"type": "dict"},
        request_parameters={"type": "dict"},
        integration={"type": "dict", "required": True, "options": integration},
        responses=dict_of(
            status_code={"type": "str", "required": True},
            models={"type": "dict"},
            parameters={"type": "dict"},
            integration={"type": "dict", "options": response_integration},
        ),
    )
