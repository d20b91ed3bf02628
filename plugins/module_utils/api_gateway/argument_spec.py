# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The argument spec of routes, for the module that makes them and for the check of an inventory before any AWS call."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import METHODS


def dict_of(**options: Any) -> dict[str, Any]:
    """The argument spec of a list of dicts."""
    return {"type": "list", "elements": "dict", "options": options}


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
        authorizer_id={"type": "str"},
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
