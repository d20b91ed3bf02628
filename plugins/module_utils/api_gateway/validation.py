# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""API Gateway's limits, checked before the first call; pure functions that return sentences, see core.validation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.access_limits import (
    check_access,
    check_authorizers,
    check_cors,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import COGNITO
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.stages import METHOD_SETTINGS
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    DEFAULT_MODELS,
    PROXIES,
    parents,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")

# Throttles have no documented ceiling but the account's own; this is the largest number their fields can hold.
LARGEST = 2**31 - 1

PART = re.compile(r"[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\}")
STATUS_CODE = r"[1-5]\d\d"
REQUEST_PARAMETER = r"method\.request\.(path|header|querystring|multivalueheader|multivaluequerystring)\.\S+"
RESPONSE_PARAMETER = r"method\.response\.header\.\S+"


def check_path(name: str, path: str) -> list[str]:
    """Check a route's path. Source: CreateResource in the API Gateway API reference."""
    if path == "/":
        return []
    allowed = (
        "'/' and paths that start with '/', do not end with it, and are made of parts of letters, digits and ._-:, "
        "or {parameter}, or {proxy+} at the end"
    )
    parts = path.split("/")[1:]
    greedy = [part for part in parts[:-1] if part.endswith("+}")]
    if path.startswith("/") and all(PART.fullmatch(part) for part in parts) and not greedy:
        return []
    return [f"{name} is '{path}': allowed are {allowed}"]


def check_method_path(name: str, value: str) -> list[str]:
    """Check a key such as /sensor-data/POST, as used for the throttling of one method."""
    path, _slash, method = value.rpartition("/")
    if value.startswith("/") and method in METHODS and not check_path(name, path or "/"):
        return []
    return [f"{name} has the key '{value}': allowed is a path and a method, such as /sensor-data/POST"]


def check_routes(params: dict[str, Any]) -> list[str]:
    """Check the routes one by one and against each other."""
    routes = params["routes"] or []
    problems = _check_duplicates("routes", [f"{route['method']} {route['path']}" for route in routes])
    for index, route in enumerate(routes):
        name = f"routes[{index}]"
        problems += check_path(f"{name}.path", route["path"])
        problems += _check_method(name, route, params)
        problems += _check_integration(f"{name}.integration", route["integration"])
        problems += _check_responses(f"{name}.responses", route)
    return problems or _check_siblings([route["path"] for route in routes])


def _check_duplicates(name: str, values: Iterable[str]) -> list[str]:
    twice = sorted(value for value, count in Counter(values).items() if count > 1)
    return [f"{name} has '{value}' more than once: allowed is each once" for value in twice]


def _check_siblings(paths: list[str]) -> list[str]:
    """AWS allows one {parameter} under a parent."""
    names: dict[str, str] = {}
    problems = []
    for resource in sorted({resource for path in paths for resource in parents(path)}):
        parent, _slash, part = resource.rpartition("/")
        if part.startswith("{") and names.setdefault(parent, part) != part:
            first, second = sorted((names[parent], part))
            problems.append(
                f"routes have both {first} and {second} under '{parent or '/'}': allowed is one parameter a parent"
            )
    return problems


def _check_method(name: str, route: dict[str, Any], params: dict[str, Any]) -> list[str]:
    problems = _check_authorization(name, route, _names(params["authorizers"]))
    for parameter in route["request_parameters"] or {}:
        problems += check_pattern(
            f"{name}.request_parameters",
            parameter,
            REQUEST_PARAMETER,
            "method.request.<path|header|querystring>.<name>",
        )
    validators = _names(params["request_validators"])
    if validators is not None and route["request_validator"] and route["request_validator"] not in validators:
        problems.append(
            f"{name}.request_validator is '{route['request_validator']}': allowed are those of request_validators "
            f"({', '.join(validators) or 'none'})"
        )
    return problems + _check_models(f"{name}.request_models", route["request_models"], params)


def _check_authorization(name: str, route: dict[str, Any], authorizers: list[str] | None) -> list[str]:
    """An authorizer by name or by ID, with the types of authorization that have one."""
    kind = route["authorization_type"]
    option = "authorizer" if route["authorizer"] or authorizers else "authorizer_id"
    value = route[option] or ""
    problems = []
    if (kind in ("CUSTOM", COGNITO)) != bool(value):
        problems.append(
            f"{name}.{option} is '{value}' with authorization_type {kind}: allowed is an authorizer with CUSTOM and "
            f"{COGNITO}, where it is required, and only there"
        )
    if route["authorizer_id"] and (route["authorizer"] or authorizers):
        problems.append(
            f"{name}.authorizer_id is '{route['authorizer_id']}' with authorizers of names: allowed is {name}.authorizer"
        )
    if authorizers is not None and route["authorizer"] and route["authorizer"] not in authorizers:
        problems.append(
            f"{name}.authorizer is '{route['authorizer']}': allowed are those of authorizers "
            f"({', '.join(authorizers) or 'none'})"
        )
    if route["authorization_scopes"] and kind != COGNITO:
        problems.append(
            f"{name}.authorization_scopes is {route['authorization_scopes']} with authorization_type {kind}: allowed are "
            f"scopes with {COGNITO}"
        )
    return problems


def _names(items: list[dict[str, Any]] | None) -> list[str] | None:
    return None if items is None else [item["name"] for item in items]


def _check_models(name: str, models: dict[str, str] | None, params: dict[str, Any]) -> list[str]:
    defined = _names(params["models"])
    if defined is None:
        return []
    return [
        f"{name} has '{model}': allowed are those of models ({', '.join(defined) or 'none'}), Empty and Error"
        for model in (models or {}).values()
        if model not in (*defined, *DEFAULT_MODELS)
    ]


def _check_integration(name: str, integration: dict[str, Any]) -> list[str]:
    kind, templates = integration["type"], integration["request_templates"] or {}
    # Above 29,000 ms the account needs a raised quota, and the API must not be EDGE.
    problems = check_range(f"{name}.timeout_ms", integration["timeout_ms"], 50, 300000, "milliseconds")
    if kind == "MOCK":
        if not any(re.search(r"[\"']?statusCode[\"']?\s*:", str(template)) for template in templates.values()):
            problems.append(
                f"{name}.request_templates is {templates}: allowed with type MOCK is at least one template that holds "
                "a statusCode, such as application/json: '{\"statusCode\": 200}'"
            )
        return problems
    if not integration["uri"]:
        problems.append(
            f"{name}.uri is '{integration['uri'] or ''}': allowed with type {kind} is a URI, it is required"
        )
    if kind in ("HTTP", "HTTP_PROXY") and not integration["http_method"]:
        problems.append(f"{name}.http_method is '': allowed with type {kind} is one of {', '.join(METHODS)}")
    return problems


def _check_responses(name: str, route: dict[str, Any]) -> list[str]:
    responses = route["responses"] or []
    problems = _check_duplicates(name, [response["status_code"] for response in responses])
    proxy = route["integration"]["type"] in PROXIES
    if route["integration"]["type"] == "MOCK" and not responses:
        problems.append(f"{name} is []: allowed with type MOCK is at least one response, such as that for 200")
    if not proxy:  # AWS refuses two of one pattern; that without a pattern is the default
        patterns = [(response["integration"] or {}).get("selection_pattern") or "" for response in responses]
        problems += _check_duplicates(f"{name}.integration.selection_pattern", patterns)
    for index, response in enumerate(responses):
        item = f"{name}[{index}]"
        problems += check_pattern(f"{item}.status_code", response["status_code"], STATUS_CODE, "100 to 599")
        for parameter in response["parameters"] or {}:
            problems += check_pattern(
                f"{item}.parameters", parameter, RESPONSE_PARAMETER, "method.response.header.<name>"
            )
        if proxy and response["integration"]:
            problems.append(
                f"{item}.integration is given with type {route['integration']['type']}: allowed is none, a proxy's "
                "answer is passed on as it is"
            )
        for parameter in (response["integration"] or {}).get("parameters") or {}:
            if parameter not in (response["parameters"] or {}):
                problems.append(
                    f"{item}.integration.parameters has '{parameter}': allowed are those declared in {item}.parameters"
                )
    return problems


def check_rest_api(params: dict[str, Any]) -> list[str]:
    """Check the settings, models, validators, authorizers and gateway responses of a REST API."""
    problems = check_length("name", params["name"], 1, 1024)
    problems += check_range(
        "minimum_compression_size", params["minimum_compression_size"], -1, 10485760, "bytes, -1: off"
    )
    for model in params["models"] or []:
        problems += check_pattern("models.name", model["name"], r"[a-zA-Z0-9]+", "letters and digits")
    for response in params["gateway_responses"] or []:
        problems += check_pattern("gateway_responses.status_code", response["status_code"], STATUS_CODE, "100 to 599")
    problems += _check_duplicates("models", _names(params["models"]) or [])
    problems += _check_duplicates("request_validators", _names(params["request_validators"]) or [])
    problems += _check_duplicates("authorizers", _names(params["authorizers"]) or [])
    problems += check_authorizers(params["authorizers"] or []) + check_access(params) + check_cors(params["cors"])
    if params["cors"]:
        problems += [
            f"{option} is not given with cors: allowed is a list, which may be empty"
            for option in ("routes", "gateway_responses")
            if params[option] is None
        ]
    return problems + _check_duplicates(
        "gateway_responses", [response["response_type"] for response in params["gateway_responses"] or []]
    )


# Numbers of a method's settings: smallest, largest, unit. AWS takes a throttle of -1 for none but the account's.
METHOD_SETTING_RANGES = {
    "throttling_rate_limit": (-1, LARGEST, "requests per second, -1: no limit but the account's"),
    "throttling_burst_limit": (-1, LARGEST, "requests, -1: no limit but the account's"),
    "cache_ttl_in_seconds": (0, 3600, "seconds"),
}
LOGGING_LEVELS = ("OFF", "ERROR", "INFO")
# Of a stage: those of CloudFront are global ones.
WEB_ACL = rf"arn:[^:]+:wafv2:[^:]+:\d{{12}}:regional/webacl/[^/]+/[^/]+|{KNOWN_AFTER_DEPLOY}"
WEB_ACL_WORDS = "the ARN of a regional web ACL of AWS WAF (wafv2)"


def check_stage(params: dict[str, Any]) -> list[str]:
    """Check the options of a stage."""
    problems = check_pattern(
        "name", params["name"], r"[a-zA-Z0-9_-]{1,128}", "1 to 128 letters, digits, hyphens and underscores"
    )
    problems += check_pattern("definition_hash", params["definition_hash"], r"[0-9a-f]{64}|pending", "a SHA-256 in hex")
    problems += check_range("keep_deployments", params["keep_deployments"], 0, 100, "deployments")
    for name, value in (params["variables"] or {}).items():
        problems += check_pattern("variables", name, r"[a-zA-Z0-9_]+", "names of letters, digits and underscores")
        problems += check_pattern(
            f"variables['{name}']", str(value), r"[a-zA-Z0-9._~:/?#&=,-]*", "letters, digits and -._~:/?#&=,"
        )
    for method, settings in (params["method_settings"] or {}).items():
        problems += _check_method_settings(method, settings)
    problems += check_pattern("web_acl_arn", params["web_acl_arn"] or None, WEB_ACL, WEB_ACL_WORDS)
    return problems + _check_access_log(params["access_log"])


def _check_method_settings(method: str, settings: Any) -> list[str]:
    problems = [] if method == "*/*" else check_method_path("method_settings", method)
    if not isinstance(settings, dict):
        return [*problems, f"method_settings['{method}'] is '{settings}': allowed is a dict of settings"]
    for option, value in settings.items():
        name = f"method_settings['{method}'].{option}"
        if option not in METHOD_SETTINGS:
            problems.append(f"{name} is not an option: allowed are {', '.join(METHOD_SETTINGS)}")
        elif value is not None:
            problems += _check_method_setting(name, option, value)
    return problems


def _check_method_setting(name: str, option: str, value: Any) -> list[str]:
    to_type = METHOD_SETTINGS[option][2]
    try:
        typed = to_type(value)
    except (TypeError, ValueError):
        return [f"{name} is '{value}': allowed is a {to_type.__name__}"]
    if option in METHOD_SETTING_RANGES:
        return check_range(name, typed, *METHOD_SETTING_RANGES[option])
    if option == "logging_level" and typed not in LOGGING_LEVELS:
        return [f"{name} is '{value}': allowed are {', '.join(LOGGING_LEVELS)}"]
    return []


def _check_access_log(access_log: dict[str, Any] | None) -> list[str]:
    arn, line = (access_log or {}).get("destination_arn"), (access_log or {}).get("format")
    if not arn and not line:
        return []
    problems = check_pattern(
        "access_log.destination_arn",
        arn or "",
        rf"arn:[^:]+:(logs|firehose):.+|{KNOWN_AFTER_DEPLOY}",
        "the ARN of a log",
    )
    if "$context.requestId" not in (line or "") and "$context.extendedRequestId" not in (line or ""):
        problems.append(f"access_log.format is '{line or ''}': allowed are formats with $context.requestId")
    return problems


THROTTLE = {"rate_limit": (float, "requests per second"), "burst_limit": (int, "requests")}

# Source: QuotaSettings in the API Gateway API reference, the day of the period that a quota starts on.
QUOTA_OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}


def check_usage_plan(params: dict[str, Any]) -> list[str]:
    """Check the options of a usage plan."""
    problems = check_length("name", params["name"], 1, 1024)
    problems += _check_throttle("throttle", params["throttle"] or {}) + _check_quota(params["quota"])
    stages = params["api_stages"] or []
    problems += _check_duplicates("api_stages", [f"{stage['rest_api_id']}:{stage['stage']}" for stage in stages])
    for index, stage in enumerate(stages):
        for method, throttle in (stage["throttle"] or {}).items():
            name = f"api_stages[{index}].throttle"
            problems += check_method_path(name, method)
            problems += _check_throttle(f"{name}['{method}']", throttle)
    return problems


def _check_throttle(name: str, throttle: Any) -> list[str]:
    """Check rate_limit (requests per second) and burst_limit (requests)."""
    if not isinstance(throttle, dict) or set(throttle) - set(THROTTLE):
        return [f"{name} is '{throttle}': allowed is a dict of rate_limit and burst_limit"]
    problems = []
    for field, (to_type, unit) in THROTTLE.items():
        value = throttle.get(field)
        try:
            typed = None if value is None else to_type(value)
        except (TypeError, ValueError):
            problems.append(f"{name}.{field} is '{value}': allowed is a number of {unit}")
        else:
            problems += check_range(f"{name}.{field}", typed, 0, LARGEST, unit)
    return problems


def _check_quota(quota: dict[str, Any] | None) -> list[str]:
    limit, period = (quota or {}).get("limit"), (quota or {}).get("period")
    if not quota or (limit is None and period is None and quota["offset"] is None):
        return []
    if limit is None or period is None:
        return [f"quota has limit {limit} and period {period}: allowed are both, or neither for no quota"]
    return check_range("quota.limit", limit, 1, LARGEST, "requests a period") + check_range(
        "quota.offset", quota["offset"], 0, QUOTA_OFFSETS[period], f"days with period {period}"
    )
