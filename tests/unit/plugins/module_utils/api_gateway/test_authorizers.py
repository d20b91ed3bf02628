"""Authorizers between AWS's answers, the options and the calls (simulated AWS answers)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import (
    FIELDS,
    authorizer_patches,
    authorizer_request,
    authorizer_to_dict,
    wanted_authorizer,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change

# As GetAuthorizers answers.
TOKEN = {
    "id": "a1",
    "name": "devices",
    "type": "TOKEN",
    "authType": "custom",
    "authorizerUri": "arn:uri",
    "authorizerCredentials": "arn:role",
    "identitySource": "method.request.header.Authorization",
    "authorizerResultTtlInSeconds": 300,
}
POOLS = {
    "id": "a2",
    "name": "users",
    "type": "COGNITO_USER_POOLS",
    "authType": "cognito_user_pools",
    "providerARNs": ["arn:b", "arn:a"],
    "identitySource": "method.request.header.Authorization",
}


def option(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(FIELDS), **given}


def test_what_is_not_given_is_awss_default() -> None:
    wanted = option(name="devices", type="TOKEN", uri="arn:uri", credentials="arn:role")
    assert wanted_authorizer(wanted) == authorizer_to_dict(TOKEN)

    pools = option(name="users", type="COGNITO_USER_POOLS", provider_arns=["arn:a", "arn:b"], result_ttl_in_seconds=60)
    assert wanted_authorizer(pools) == authorizer_to_dict(POOLS), (
        "tokens of a user pool are kept no longer than they last"
    )


def test_sources_are_compared_without_spaces() -> None:
    source = "method.request.header.A, stageVariables.B"
    wanted = wanted_authorizer(option(name="x", type="REQUEST", uri="arn:uri", identity_source=source))

    assert wanted["identity_source"] == "method.request.header.A,stageVariables.B"
    assert "identity_source" not in wanted_authorizer(
        option(name="x", type="REQUEST", uri="u", result_ttl_in_seconds=0)
    )


def test_the_request_has_awss_names() -> None:
    assert authorizer_request(authorizer_to_dict(POOLS)) == {
        "name": "users",
        "type": "COGNITO_USER_POOLS",
        "providerARNs": ["arn:a", "arn:b"],
        "identitySource": "method.request.header.Authorization",
    }


def test_only_what_differs_is_patched() -> None:
    before = authorizer_to_dict(TOKEN)
    after = {key: value for key, value in before.items() if key != "credentials"}
    assert authorizer_patches(Change(before, {**after, "result_ttl_in_seconds": 0})) == [
        {"op": "replace", "path": "/authorizerCredentials", "value": ""},
        {"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "0"},
    ]
    pools = authorizer_to_dict(POOLS)
    assert authorizer_patches(Change(pools, {**pools, "provider_arns": ["arn:b", "arn:c"]})) == [
        {"op": "add", "path": "/providerARNs", "value": "arn:c"},
        {"op": "remove", "path": "/providerARNs", "value": "arn:a"},
    ]
