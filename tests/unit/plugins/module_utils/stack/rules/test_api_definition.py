"""What is allowed for the variables of the role api: its definition, who may call it, and from where."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

ROUTE = {
    "path": "/status",
    "method": "GET",
    "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
    "responses": [{"status_code": "200"}],
}
POOL = "arn:aws:cognito-idp:ca-central-1:123456789012:userpool/ca-central-1_Ab"
FUNCTION = "arn:aws:lambda:ca-central-1:123456789012:function:decide"
LAMBDA = {"api_authorization": "lambda", "api_authorizer_function_arn": FUNCTION}
TLS13 = "SecurityPolicy_TLS13_1_3_2025_09"


def problems(**variables: Any) -> list[str]:
    return find_problems(variables, tiers=["api"])


@pytest.mark.parametrize(
    "variables",
    [
        {"api_request_validation": True, "api_json_errors": True},
        {
            "api_request_validation": True,
            "api_routes": [
                {**ROUTE, "request_validator": "body", "request_models": {"application/json": "SensorData"}}
            ],
        },
        {
            "api_models": [{"name": "Mine"}],
            "api_request_validators": [{"name": "all", "validate_parameters": True}],
            "api_routes": [{**ROUTE, "request_validator": "all", "request_models": {"application/json": "Mine"}}],
            "api_gateway_responses": [{"response_type": "THROTTLED", "templates": {"application/json": "{}"}}],
        },
        {"api_authorization": "iam"},
        {"api_authorization": "cognito", "api_cognito_user_pool_arns": [POOL], "api_authorization_scopes": ["a/b"]},
        {**LAMBDA, "api_authorizer_role_arn": "arn:aws:iam::123456789012:role/mine", "api_authorizer_result_ttl": 0},
        {
            **LAMBDA,
            "api_authorizer_type": "REQUEST",
            "api_authorizer_identity_source": "method.request.header.A, method.request.querystring.b, context.identity.sourceIp",
        },
        {"api_routes": [{**ROUTE, "authorization_type": "CUSTOM", "authorizer_id": "a1b2c3"}]},
        {"api_cors_allowed_origins": ["*"]},
        {"api_cors_allowed_origins": ["http://localhost:8080"], "api_cors_max_age": 86400},
        {"api_allowed_cidrs": ["203.0.113.0/24", "2001:db8::/32"]},
        {"api_resource_policy": {}},
        {"api_endpoint_type": "PRIVATE", "api_vpc_endpoint_ids": ["vpce-0a1b"]},
        {"api_endpoint_type": "REGIONAL", "api_vpc_endpoint_ids": ["vpce-0a1b"]},
        {"api_security_policy": "TLS_1_2"},
        {"api_security_policy": TLS13, "api_endpoint_access_mode": "BASIC", "api_disable_execute_api_endpoint": True},
    ],
)
def test_good_values(variables: dict[str, Any]) -> None:
    assert problems(**variables) == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"api_models": [{"name": "a-b"}]}, "api_models.name is 'a-b': allowed is letters and digits"),
        (
            {"api_request_validation": True, "api_models": [{"name": "SensorData"}]},
            "api_models has 'SensorData' more than once: allowed is each once",
        ),
        (
            {"api_integration": "queue", "api_request_validators": [{"name": "body"}]},
            "api_request_validators has 'body' more than once: allowed is each once",
        ),
        (
            {"api_routes": [{**ROUTE, "request_validator": "body"}]},
            "api_routes[0].request_validator is 'body': allowed are those of request_validators (none)",
        ),
        (
            {"api_gateway_responses": [{"response_type": "TEAPOT"}]},
            "value of response_type must be one of: ACCESS_DENIED",
        ),
        (
            {"api_gateway_responses": [{"response_type": "THROTTLED", "status_code": "42"}]},
            "api_gateway_responses.status_code is '42': allowed is 100 to 599",
        ),
        (
            {"api_authorization": "cognito"},
            "api_cognito_user_pool_arns is empty with api_authorization cognito: allowed is it with cognito, where it is "
            "required, and only there",
        ),
        ({"api_cognito_user_pool_arns": [POOL]}, "with api_authorization api_key: allowed is it with cognito"),
        (
            {"api_authorization": "cognito", "api_cognito_user_pool_arns": ["x"]},
            "is 'x': allowed is the ARN of a Cognito",
        ),
        ({"api_authorization": "lambda"}, "api_authorizer_function_arn is empty with api_authorization lambda"),
        ({**LAMBDA, "api_authorizer_function_arn": "decide"}, "is 'decide': allowed is the ARN of a function"),
        (
            {**LAMBDA, "api_authorizer_role_arn": "mine"},
            "api_authorizer_role_arn is 'mine': allowed is the ARN of a role",
        ),
        (
            {**LAMBDA, "api_authorizer_result_ttl": 3601},
            "api_authorizer_result_ttl is 3601: allowed is 0 to 3600 seconds",
        ),
        (
            {**LAMBDA, "api_authorizer_identity_source": "method.request.querystring.a"},
            "api_authorizer_identity_source is 'method.request.querystring.a': allowed with type TOKEN is one header",
        ),
        (
            {**LAMBDA, "api_authorizer_type": "REQUEST", "api_authorizer_identity_source": ""},
            "api_authorizer_identity_source is '': allowed with type REQUEST is at least one source",
        ),
        (
            {**LAMBDA, "api_authorization_scopes": ["a"]},
            "api_authorization_scopes is ['a'] with api_authorization lambda",
        ),
        (
            {**LAMBDA, "api_routes": [{**ROUTE, "authorization_type": "CUSTOM", "authorizer_id": "a1"}]},
            "api_routes has an authorizer_id with api_authorization lambda: allowed is one authorizer of the API, the role's",
        ),
        ({"api_authorization": "open"}, "value of api_authorization must be one of: api_key, iam, cognito, lambda"),
        (
            {"api_cors_allowed_origins": ["https://a.example", "https://b.example"]},
            "api_cors_allowed_origins is ['https://a.example', 'https://b.example']: allowed is one origin, or '*'",
        ),
        ({"api_cors_allowed_origins": ["https://a.example/x"]}, "api_cors_allowed_origins is 'https://a.example/x'"),
        ({"api_cors_allowed_headers": ["a b"]}, "api_cors_allowed_headers is 'a b': allowed is names of headers"),
        ({"api_cors_max_age": -1}, "api_cors_max_age is -1: allowed is 0 to 86400 seconds"),
        ({"api_allowed_cidrs": ["10.0.0.1/8"]}, "api_allowed_cidrs[0] is '10.0.0.1/8': allowed is a range in CIDR"),
        ({"api_resource_policy": "deny"}, "api_resource_policy is 'deny': allowed is a policy as a dict"),
        (
            {"api_resource_policy": {}, "api_allowed_cidrs": ["10.0.0.0/8"]},
            "api_allowed_cidrs is ['10.0.0.0/8'] with an api_resource_policy: allowed is one of them",
        ),
        (
            {"api_resource_policy": {"Id": "x" * 8200}},
            "api_resource_policy makes a resource policy of 8210 bytes: allowed are 8192",
        ),
        ({"api_endpoint_type": "EDGE"}, "value of api_endpoint_type must be one of: REGIONAL, PRIVATE"),
        (
            {"api_endpoint_type": "PRIVATE", "api_vpc_endpoint_ids": ["x"]},
            "api_vpc_endpoint_ids is 'x': allowed is IDs",
        ),
        ({"api_security_policy": "TLS_1_3"}, "api_security_policy is 'TLS_1_3': allowed are TLS_1_0, TLS_1_2"),
        ({"api_security_policy": TLS13}, f"api_endpoint_access_mode is '' with api_security_policy '{TLS13}'"),
        ({"api_endpoint_access_mode": "STRICT"}, "api_endpoint_access_mode is 'STRICT' with api_security_policy ''"),
    ],
)
def test_bad_values(variables: dict[str, Any], problem: str) -> None:
    (found,) = problems(**variables)

    assert problem in found
