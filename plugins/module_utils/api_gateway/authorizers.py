# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Authorizers of a REST API, between AWS's answers, the options of ``api_gateway_rest_api`` and the calls; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change

COGNITO = "COGNITO_USER_POOLS"
TYPES = ("TOKEN", "REQUEST", COGNITO)

# AWS's own where none is given. Source: CreateAuthorizer in the API Gateway API reference.
DEFAULT_TTL_SECONDS = 300
DEFAULT_IDENTITY_SOURCE = "method.request.header.Authorization"

# Option to AWS's name of it.
FIELDS = {
    "name": "name",
    "type": "type",
    "provider_arns": "providerARNs",
    "uri": "authorizerUri",
    "credentials": "authorizerCredentials",
    "identity_source": "identitySource",
    "identity_validation_expression": "identityValidationExpression",
    "result_ttl_in_seconds": "authorizerResultTtlInSeconds",
}


def authorizer_to_dict(authorizer: dict[str, Any]) -> dict[str, Any]:
    """An authorizer as AWS has it, in the form of the option."""
    return _authorizer({option: authorizer.get(field) for option, field in FIELDS.items()})


def wanted_authorizer(option: dict[str, Any]) -> dict[str, Any]:
    """An authorizer as the option wants it."""
    return _authorizer(option)


def _authorizer(values: dict[str, Any]) -> dict[str, Any]:
    cognito, ttl = values["type"] == COGNITO, values["result_ttl_in_seconds"]
    source = values["identity_source"] or (None if values["type"] == "REQUEST" else DEFAULT_IDENTITY_SOURCE)
    return drop_empty(
        {
            **values,
            "provider_arns": sorted(values["provider_arns"] or []),
            "identity_source": ",".join(part.strip() for part in source.split(",")) if source else None,
            # a user pool's tokens say themselves how long they last
            "result_ttl_in_seconds": None if cognito else DEFAULT_TTL_SECONDS if ttl is None else int(ttl),
        }
    )


def authorizer_request(wanted: dict[str, Any]) -> dict[str, Any]:
    """CreateAuthorizer's request."""
    return {FIELDS[option]: value for option, value in wanted.items()}


def authorizer_patches(change: Change) -> list[patches.Operation]:
    """UpdateAuthorizer's operations; a field that is no longer wanted is set to nothing."""
    before, after = change
    operations = [
        patches.replace(f"/{field}", after.get(option, ""))
        for option, field in FIELDS.items()
        if option != "provider_arns" and before.get(option) != after.get(option)
    ]
    have, want = before.get("provider_arns", []), after.get("provider_arns", [])
    added = [patches.add("/providerARNs", arn) for arn in want if arn not in have]
    return operations + added + [patches.remove("/providerARNs", arn) for arn in have if arn not in want]
