# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role api; pure functions."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import route_spec
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    STANDARD,
    check_clients,
    client_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import check_routes
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    check_stage as check_stage_options,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values


def check_api(values: Values) -> list[str]:
    """Routes, throttling and clients."""
    return [
        *check_api_routes(values["api_routes"]),
        *check_api_stage(values),
        *check_range("api_throttle_rate_limit", values["api_throttle_rate_limit"], 0, 10000, "requests per second"),
        *check_range("api_throttle_burst_limit", values["api_throttle_burst_limit"], 0, 5000, "requests"),
        *check_api_clients(values),
    ]


CLIENT_VARIABLES = ("clients", "tiers", "remove_clients", "rollover_clients", "finish_rollover_clients")


def check_api_clients(values: Values) -> list[str]:
    """Clients as api_gateway_clients takes them; the limits of the standard tier have variables of their own."""
    problems = check_range("api_requests_per_second", values["api_requests_per_second"], 0, 1000, "changes per second")
    if STANDARD in values["api_tiers"]:
        problems.append(
            f"api_tiers has '{STANDARD}': allowed are other names, its limits are api_throttle_rate_limit and "
            "api_throttle_burst_limit"
        )
    spec = {"api_clients": {"type": "list", "elements": "dict", "options": client_spec()}}
    validation = ArgumentSpecValidator(spec).validate({"api_clients": values["api_clients"]})
    if validation.error_messages:
        return problems + list(validation.error_messages)
    options = {option: values[f"api_{option}"] for option in CLIENT_VARIABLES}
    return problems + check_clients({**options, "clients": validation.validated_parameters["api_clients"]}, "api_")


def check_api_routes(routes: list[dict[str, Any]]) -> list[str]:
    """Routes as api_gateway_rest_api takes them."""
    validation = ArgumentSpecValidator({"api_routes": route_spec()}).validate({"api_routes": routes})
    if validation.error_messages:
        return list(validation.error_messages)
    checked = {"routes": validation.validated_parameters["api_routes"], "models": None, "request_validators": None}
    return [problem.replace("routes", "api_routes", 1) for problem in check_routes(checked)]


def check_api_stage(values: Values) -> list[str]:
    """Settings of the stage as api_gateway_stage takes them."""
    options = {"variables": values["api_stage_variables"], "method_settings": values["api_method_settings"]}
    problems = check_stage_options(
        {"name": "prod", "access_log": None, "keep_deployments": 1, "definition_hash": None, **options}
    )
    return [
        problem.replace("variables", "api_stage_variables", 1).replace("method_settings", "api_method_settings", 1)
        for problem in problems
    ]
