"""The definition and its hash, from answers as real AWS gives them (simulated AWS answers)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import Definition

# Simulated AWS answers, in the shape of GetRestApi and GetResources with embedded methods.
API = {
    "id": "a1b2c3",
    "name": "iot-sensor-api-dev",
    "apiKeySource": "HEADER",
    "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
    "disableExecuteApiEndpoint": False,
    "rootResourceId": "root1",
    "tags": {"Environment": "dev"},
}
METHOD = {
    "httpMethod": "POST",
    "authorizationType": "NONE",
    "apiKeyRequired": True,
    "requestValidatorId": "val123",
    "requestModels": {"application/json": "Reading"},
    "methodResponses": {"200": {"statusCode": "200", "responseModels": {"application/json": "Empty"}}},
    "methodIntegration": {
        "type": "MOCK",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": "res123",
        "cacheKeyParameters": [],
        "integrationResponses": {"200": {"statusCode": "200", "responseTemplates": {"application/json": None}}},
    },
}


def make(**more: Any) -> Definition:
    resources = [
        {"id": "root1", "path": "/"},
        {"id": "res123", "parentId": "root1", "pathPart": "x", "path": "/x", "resourceMethods": {"POST": METHOD}},
    ]
    parts = {
        "api": API,
        "resources": resources,
        "models": [
            {"id": "m1", "name": "Empty", "contentType": "application/json", "schema": "{}"},
            {"id": "m2", "name": "Reading", "contentType": "application/json", "schema": '{"type": "object"}'},
        ],
        "request_validators": [
            {"id": "val123", "name": "body", "validateRequestBody": True, "validateRequestParameters": False}
        ],
        "gateway_responses": [],
        "authorizers": [],
    }
    return Definition(**copy.deepcopy({**parts, **more}))


def test_sections_have_the_form_of_the_options() -> None:
    sections = make().sections()

    assert sections["route"] == {
        "POST /x": {
            "path": "/x",
            "method": "POST",
            "api_key_required": True,
            "authorization_type": "NONE",
            "request_validator": "body",
            "request_models": {"application/json": "Reading"},
            "integration": {
                "type": "MOCK",
                "passthrough_behavior": "WHEN_NO_MATCH",
                "request_templates": {"application/json": '{"statusCode": 200}'},
                "timeout_ms": 29000,
            },
            "responses": [
                {
                    "status_code": "200",
                    "models": {"application/json": "Empty"},
                    "integration": {"templates": {"application/json": ""}},
                }
            ],
        }
    }
    assert sections["model"]["Reading"]["schema"] == {"type": "object"}
    assert sections["request_validator"]["body"]["validate_body"] is True


def test_validators_of_one_name_are_kept_apart() -> None:
    twins = [{"id": "v1", "name": "body"}, {"id": "v2", "name": "body"}]

    assert list(make(request_validators=twins).validators()) == ["body", "body (v2)"]


def test_the_hash_does_not_depend_on_generated_ids_or_order() -> None:
    method = copy.deepcopy(METHOD)
    method["requestValidatorId"] = "other1"
    method["methodIntegration"]["cacheNamespace"] = "res999"
    again = make(
        resources=[
            {"id": "res999", "parentId": "root9", "pathPart": "x", "path": "/x", "resourceMethods": {"POST": method}},
            {"id": "root9", "path": "/"},
        ],
        request_validators=[
            {"id": "other1", "name": "body", "validateRequestBody": True, "validateRequestParameters": False}
        ],
        models=list(reversed(make().models)),
        api={**API, "description": "other", "tags": {}, "binaryMediaTypes": []},
    )

    assert again.hash() == make().hash() and len(make().hash()) == 64


def test_the_hash_does_not_depend_on_an_authorizers_id_or_on_defaults_that_aws_tells() -> None:
    def authorized(authorizer_id: str) -> str:
        method = {**METHOD, "authorizationType": "CUSTOM", "authorizerId": authorizer_id}
        resource = {"id": "res123", "path": "/x", "resourceMethods": {"POST": method}}
        return make(
            resources=[resource], authorizers=[{"id": authorizer_id, "name": "devices", "type": "TOKEN"}]
        ).hash()

    assert authorized("auth1") == authorized("auth2") != make().hash()
    told = {"securityPolicy": "TLS_1_0", "endpointAccessMode": "BASIC", "policy": ""}
    assert make(api={**API, **told}).hash() == make().hash()


def test_the_hash_of_a_deployed_definition_stays_from_version_to_version() -> None:
    """Another hash would deploy every API once more."""
    assert make().hash() == "07970cbaf316f3d36fc0f8346f4de61d3f659c9d3082ab72dca673c4de464cf2"


def changed_method(**more: Any) -> list[dict[str, Any]]:
    return [{"id": "res123", "path": "/x", "resourceMethods": {"POST": {**METHOD, **more}}}]


@pytest.mark.parametrize(
    "change",
    [
        {"resources": changed_method(apiKeyRequired=False)},
        {"resources": changed_method(authorizationScopes=["email"])},
        {"resources": []},
        {"models": []},
        {"request_validators": [{"id": "val123", "name": "body", "validateRequestBody": False}]},
        {"gateway_responses": [{"responseType": "THROTTLED", "statusCode": "429"}]},
        {"api": {**API, "policy": "{}"}},
        {"api": {**API, "binaryMediaTypes": ["image/png"]}},
        {"authorizers": [{"id": "auth1", "type": "TOKEN"}]},
        {"api": {**API, "endpointConfiguration": {"types": ["PRIVATE"]}}},
        {"api": {**API, "endpointConfiguration": {"types": ["REGIONAL"], "vpcEndpointIds": ["vpce-1"]}}},
        {"api": {**API, "securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06"}},
        {"api": {**API, "endpointAccessMode": "STRICT"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_hash_changes_with_all_that_is_deployed(change: dict[str, Any]) -> None:
    assert make(**change).hash() != make().hash()
