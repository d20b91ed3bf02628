# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role api; pure functions."""

from __future__ import annotations

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.access_limits import (
    SECURITY_POLICIES,
    USER_POOL,
    check_access,
    check_cors,
    check_identity_source,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import definition_spec
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import COGNITO
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.certificates import VALID_DAYS
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    STANDARD,
    check_clients,
    client_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.domains import check_domain
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    LARGEST,
    check_rest_api,
    check_routes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    check_stage as check_stage_options,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_retention
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2.web_acls import check_rules


def check_api(values: Values) -> list[str]:
    """The definition, who may call it and from where, throttling and clients."""
    return [
        *check_api_definition(values),
        *check_api_authorization(values),
        *check_api_access(values),
        *check_api_cors(values),
        *check_api_stage(values),
        *check_range("api_throttle_rate_limit", values["api_throttle_rate_limit"], 0, 10000, "requests per second"),
        *check_range("api_throttle_burst_limit", values["api_throttle_burst_limit"], 0, 5000, "requests"),
        *check_api_clients(values),
        *check_api_logs(values),
        *check_api_guards(values),
        *check_api_domain(values),
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


# What the role puts into the definition by itself, where readings are checked.
OWN_MODEL, OWN_VALIDATOR = "SensorData", "body"
DEFINITION = ("models", "request_validators", "gateway_responses", "routes")
NO_OPTIONS = {
    **dict.fromkeys(("name", "minimum_compression_size", "authorizers", "cors", "vpc_endpoint_ids", "policy")),
    **dict.fromkeys(("allowed_cidrs", "security_policy", "endpoint_access_mode", "endpoint_type")),
}


def check_api_definition(values: Values) -> list[str]:
    """Routes, models, validators and gateway responses as api_gateway_rest_api takes them, beside the role's own."""
    spec = {f"api_{option}": definition_spec()[option] for option in DEFINITION}
    validation = ArgumentSpecValidator(spec).validate({name: values[name] for name in spec})
    if validation.error_messages:
        return list(validation.error_messages)
    checked = {**NO_OPTIONS, **{option: validation.validated_parameters[f"api_{option}"] for option in DEFINITION}}
    if values["api_integration"] == "queue" or values["api_request_validation"]:
        checked["models"] = [{"name": OWN_MODEL}, *checked["models"]]
        checked["request_validators"] = [{"name": OWN_VALIDATOR}, *checked["request_validators"]]
    return [f"api_{problem}" for problem in check_rest_api(checked) + check_routes(checked)]


FUNCTION = r"arn:[^:]+:lambda:[^:]+:\d{12}:function:\S+"
ROLE = r"arn:[^:]+:iam::\d{12}:role/\S+"


def check_api_authorization(values: Values) -> list[str]:
    """What each kind of authorization needs."""
    kind, problems = values["api_authorization"], []
    needs = {"cognito": "api_cognito_user_pool_arns", "lambda": "api_authorizer_function_arn"}
    for authorization, variable in needs.items():
        if (kind == authorization) != bool(values[variable]):
            problems.append(
                f"{variable} is {values[variable] or 'empty'} with api_authorization {kind}: allowed is it with "
                f"{authorization}, where it is required, and only there"
            )
    for pool in values["api_cognito_user_pool_arns"]:
        problems += check_pattern("api_cognito_user_pool_arns", pool, USER_POOL, "the ARN of a Cognito user pool")
    for variable, pattern, thing in (
        ("api_authorizer_function_arn", FUNCTION, "function"),
        ("api_authorizer_role_arn", ROLE, "role"),
    ):
        problems += check_pattern(variable, values[variable] or None, pattern, f"the ARN of a {thing}")
    if values["api_authorization_scopes"] and kind != "cognito":
        problems.append(
            f"api_authorization_scopes is {values['api_authorization_scopes']} with api_authorization {kind}: allowed are "
            "scopes with cognito"
        )
    if kind in needs and any(route.get("authorizer_id") for route in values["api_routes"]):
        problems.append(
            f"api_routes has an authorizer_id with api_authorization {kind}: allowed is one authorizer of the API, the role's"
        )
    source, ttl = values["api_authorizer_identity_source"], values["api_authorizer_result_ttl"]
    problems += check_range("api_authorizer_result_ttl", ttl, 0, 3600, "seconds, 0: not kept")
    asked = {"type": values["api_authorizer_type"] if kind == "lambda" else COGNITO, "identity_source": source}
    return problems + check_identity_source("api_authorizer_identity_source", asked, ttl)


def check_api_access(values: Values) -> list[str]:
    """Endpoint, addresses, resource policy and TLS."""
    policy, cidrs, security = values["api_resource_policy"], values["api_allowed_cidrs"], values["api_security_policy"]
    problems = []
    if policy != "" and not isinstance(policy, dict):
        problems.append(
            f"api_resource_policy is '{policy}': allowed is a policy as a dict, {{}} for none, or empty text"
        )
    if isinstance(policy, dict) and cidrs:
        problems.append(f"api_allowed_cidrs is {cidrs} with an api_resource_policy: allowed is one of them")
    if security and security not in SECURITY_POLICIES:
        problems.append(
            f"api_security_policy is '{security}': allowed are {', '.join(SECURITY_POLICIES)}, or empty text"
        )
    private = values["api_endpoint_type"] == "PRIVATE"
    options = {
        "endpoint_type": values["api_endpoint_type"],
        "vpc_endpoint_ids": values["api_vpc_endpoint_ids"] if private else [],
        "policy": policy if isinstance(policy, dict) else None,
        "allowed_cidrs": cidrs,
        "security_policy": security,
        "endpoint_access_mode": values["api_endpoint_access_mode"],
    }
    return problems + [
        problem.replace("api_policy", "api_resource_policy", 1) for problem in check_access(options, "api_")
    ]


def check_api_cors(values: Values) -> list[str]:
    """One origin, its headers and age."""
    origins = values["api_cors_allowed_origins"]
    if len(origins) > 1:
        return [
            f"api_cors_allowed_origins is {origins}: allowed is one origin, or '*', since API Gateway answers with a fixed "
            "header, in which browsers take no list"
        ]
    cors = {
        "allowed_origin": origins[0] if origins else "*",
        "allowed_headers": values["api_cors_allowed_headers"],
        "max_age_seconds": values["api_cors_max_age"],
    }
    names = {"allowed_origin": "allowed_origins", "max_age_seconds": "max_age"}
    problems = check_cors(cors, "api_cors_")
    for option, variable in names.items():
        problems = [problem.replace(option, variable, 1) for problem in problems]
    return problems


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


def check_api_domain(values: Values) -> list[str]:
    """The custom domain, as api_gateway_domain_name takes it, and that its certificate is in the region."""
    name, arn, region = values["api_domain_name"], values["api_domain_certificate_arn"], values.get("stack_region")
    if name in ("", NO_DOMAIN):
        return []
    options = ("name", "certificate_arn", "base_path", "hosted_zone_id", "truststore_uri")
    problems = check_domain({option: values[f"api_domain_{option}"] for option in options}, "api_domain_")
    if not problems and region and arn.split(":")[3] != region:
        problems.append(
            f"api_domain_certificate_arn is '{arn}': allowed is a certificate in {region}, the stack's region"
        )
    if values["api_endpoint_type"] == "PRIVATE":
        problems.append(
            f"api_domain_name is '{name}' with api_endpoint_type PRIVATE: allowed is REGIONAL, since its domain is a public one"
        )
    return problems


# In place of a domain: it is removed.
NO_DOMAIN = "none"
# Options of api_gateway_stage, and the variables that they are.
STAGE_VARIABLES = {
    "variables": "api_stage_variables",
    "method_settings": "api_method_settings",
    "web_acl_arn": "api_waf_web_acl_arn",
}
# In place of an ARN: nothing guards the stage.
NO_WEB_ACL = "none"
