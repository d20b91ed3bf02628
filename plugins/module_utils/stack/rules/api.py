# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role api; pure functions."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import route_spec
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.certificates import VALID_DAYS
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    STANDARD,
    check_clients,
    client_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import LARGEST, check_routes
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    check_stage as check_stage_options,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_retention
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2.web_acls import check_rules


def check_api(values: Values) -> list[str]:
    """Routes, throttling and clients."""
    return [
        *check_api_routes(values["api_routes"]),
        *check_api_stage(values),
        *check_range("api_throttle_rate_limit", values["api_throttle_rate_limit"], 0, 10000, "requests per second"),
        *check_range("api_throttle_burst_limit", values["api_throttle_burst_limit"], 0, 5000, "requests"),
        *check_api_clients(values),
        *check_api_logs(values),
        *check_api_guards(values),
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
    web_acl = values["api_waf_web_acl_arn"]
    options = {
        "variables": values["api_stage_variables"],
        "method_settings": values["api_method_settings"],
        "web_acl_arn": None if web_acl == NO_WEB_ACL else web_acl,
    }
    problems = check_stage_options(
        {"name": "prod", "access_log": None, "keep_deployments": 1, "definition_hash": None, **options}
    )
    for option, variable in STAGE_VARIABLES.items():
        problems = [problem.replace(option, variable, 1) for problem in problems]
    return problems + check_api_throttles(values)


def check_api_throttles(values: Values) -> list[str]:
    """The stage's own throttles: both, or neither, since with one of them at -1 AWS has none."""
    rate, burst = values["api_stage_throttle_rate"], values["api_stage_throttle_burst"]
    if (rate < 0) != (burst < 0):
        return [
            f"api_stage_throttle_rate is {rate} and api_stage_throttle_burst is {burst}: allowed are both, or -1 twice for none"
        ]
    words = "-1: as many as the account may have"
    return [
        *check_range("api_stage_throttle_rate", rate, -1, LARGEST, f"requests per second, {words}"),
        *check_range("api_stage_throttle_burst", burst, -1, LARGEST, f"requests, {words}"),
    ]


def check_api_logs(values: Values) -> list[str]:
    """Retention and key of the logs, as logs_log_group takes them."""
    return [
        *check_retention("api_log_retention_days", values["api_log_retention_days"]),
        *check_pattern(
            "api_logs_kms_key_id",
            values.get("api_logs_kms_key_id") or None,
            rf"arn:[^:]+:kms:.+|{KNOWN_AFTER_DEPLOY}",
            "the ARN of a KMS key",
        ),
    ]


def check_api_guards(values: Values) -> list[str]:
    """Web ACL and client certificate."""
    problems = check_rules(
        values["api_waf_managed_rule_groups"],
        values["api_waf_rate_limit"],
        "api_waf_managed_rule_groups",
        "api_waf_rate_limit",
    )
    if values["api_waf"] and values["api_waf_web_acl_arn"]:
        problems.append(
            f"api_waf is True and api_waf_web_acl_arn is '{values['api_waf_web_acl_arn']}': allowed is one of them, a stage has "
            "one web ACL"
        )
    return problems + check_range(
        "api_client_certificate_renew_days",
        values["api_client_certificate_renew_days"],
        0,
        VALID_DAYS - 1,
        "days, 0: never",
    )


# Options of api_gateway_stage, and the variables that they are.
STAGE_VARIABLES = {
    "variables": "api_stage_variables",
    "method_settings": "api_method_settings",
    "web_acl_arn": "api_waf_web_acl_arn",
}
# In place of an ARN: nothing guards the stage.
NO_WEB_ACL = "none"
