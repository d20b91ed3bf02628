# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From changes to the calls that make them: planned as data by pure functions, carried out one by one.

A deployed API is a snapshot, so nobody who calls it can see the steps in between. A method whose own fields change is
therefore deleted and made again with all that belongs to it, which always gives exactly what is wanted, whereas patches
of nested maps must know what is there. Integration responses are replaced by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    drop_empty,
    parents,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, Changes

METHOD_FIELDS = (
    "api_key_required",
    "authorization_type",
    "authorizer",
    "authorization_scopes",
    "request_validator",
    "request_models",
    "request_parameters",
)


class Step(NamedTuple):
    """One call: the name of a wrapper in ``api``, and its request besides the API's, resource's and method's own."""

    call: str
    request: dict[str, Any]


class Ids(NamedTuple):
    """What methods refer to by ID: name to ID."""

    validators: dict[str, str]
    authorizers: dict[str, str]


def section_changes(label: str, current: dict[str, Any], wanted: dict[str, Any] | None) -> Changes:
    """The changes of named things such as models: what is new, different or no longer wanted.

    :arg label: prefix of the field in the diff, such as ``model``; empty for none
    :arg wanted: name to value, or None to leave all of them alone
    """
    if wanted is None:
        return {}
    prefix = f"{label} " if label else ""
    names = [*wanted, *(name for name in current if name not in wanted)]
    pairs = {f"{prefix}{name}": Change(current.get(name), wanted.get(name)) for name in names}
    return {field: change for field, change in pairs.items() if change.before != change.after}


def setting_patches(changes: Changes) -> list[patches.Operation]:
    """UpdateRestApi's operations for the settings that differ."""
    paths = {
        "name": "/name",
        "description": "/description",
        "disable_execute_api_endpoint": "/disableExecuteApiEndpoint",
        "api_key_source": "/apiKeySource",
        "security_policy": "/securityPolicy",
        "endpoint_access_mode": "/endpointAccessMode",
    }
    operations = [patches.replace(path, changes[field].after) for field, path in paths.items() if field in changes]
    if "policy" in changes:
        policy = changes["policy"].after
        operations.append(patches.replace("/policy", json.dumps(policy) if policy else ""))
    if "minimum_compression_size" in changes:
        size = changes["minimum_compression_size"].after
        operations.append(patches.replace("/minimumCompressionSize", None if size < 0 else size))
    return operations + _endpoint_patches(changes)


def _endpoint_patches(changes: Changes) -> list[patches.Operation]:
    """Only a private API has VPC endpoints, so that they leave before its type changes, and come after it."""
    have, want = changes.get("vpc_endpoint_ids") or Change([], [])
    path = "/endpointConfiguration/vpcEndpointIds"
    removed = [patches.remove(path, one) for one in have or [] if one not in want]
    added = [patches.add(path, one) for one in want if one not in (have or [])]
    if "endpoint_type" not in changes:
        return added + removed
    before, after = changes["endpoint_type"]
    return [*removed, patches.replace(f"/endpointConfiguration/types/{before}", after), *added]


def missing_resources(paths: Iterable[str], existing: Iterable[str]) -> list[str]:
    """The resources that the routes' paths need and that do not exist, parents first."""
    needed = {resource for path in paths for resource in parents(path)}
    return sorted(needed - set(existing), key=lambda path: (path.count("/"), path))


def extra_resources(paths: Iterable[str], existing: Iterable[str]) -> list[str]:
    """The resources that no route needs any more, children first."""
    needed = {resource for path in paths for resource in parents(path)}
    return sorted(set(existing) - needed - {"/"}, key=lambda path: (-path.count("/"), path))


def plan_route(before: dict[str, Any] | None, after: dict[str, Any], ids: Ids) -> list[Step]:
    """The calls that turn one route into another.

    :arg before: the route as it is, or None for a new one
    """
    steps = []
    if before is not None and any(before.get(field) != after.get(field) for field in METHOD_FIELDS):
        steps, before = [Step("delete_method", {})], None
    if before is None:
        steps.append(Step("put_method", method_request(after, ids)))
    before = before or {}
    replaced = before.get("integration") != after["integration"]
    have = {response["status_code"]: response for response in before.get("responses", [])}
    want = {response["status_code"]: response for response in after.get("responses", [])}
    if replaced and "integration" in before:  # takes its responses with it
        steps.append(Step("delete_integration", {}))
        have = {status: _without_integration(response) for status, response in have.items()}
    steps += _plan_method_responses(have, want)
    if replaced:
        steps.append(Step("put_integration", integration_request(after["integration"])))
    return steps + _plan_integration_responses(have, want)


def _without_integration(response: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in response.items() if key != "integration"}


def _plan_method_responses(have: dict[str, Any], want: dict[str, Any]) -> list[Step]:
    """Remove method responses that differ, after what is mapped to them, and put those that are wanted."""
    steps = []
    for status, response in sorted({**have, **want}.items()):
        if (
            status in have
            and status in want
            and _without_integration(have[status]) == _without_integration(want[status])
        ):
            continue
        if status in have:
            if "integration" in have[status]:
                steps.append(Step("delete_integration_response", {"statusCode": status}))
            steps.append(Step("delete_method_response", {"statusCode": status}))
        if status in want:
            steps.append(Step("put_method_response", method_response_request(response)))
    return steps


def _plan_integration_responses(have: dict[str, Any], want: dict[str, Any]) -> list[Step]:
    """Set integration responses that differ, or whose method response has just been made again.

    AWS refuses two of one selection pattern, so those whose pattern changes make room first.
    """
    stale = [
        status
        for status, response in have.items()
        if status in want and "integration" in response and _pattern(response) != _pattern(want[status])
    ]
    puts = [status for status, response in want.items() if "integration" in response and have.get(status) != response]
    return [Step("delete_integration_response", {"statusCode": status}) for status in stale] + [
        Step("put_integration_response", integration_response_request(want[status])) for status in puts
    ]


def _pattern(response: dict[str, Any]) -> str | None:
    """The selection pattern, empty for the default; None without an integration response."""
    mapped = response.get("integration")
    return None if mapped is None else mapped.get("selection_pattern", "")


def method_request(route: dict[str, Any], ids: Ids) -> dict[str, Any]:
    """PutMethod's request."""
    validator, authorizer = route.get("request_validator"), route.get("authorizer")
    return drop_empty(
        {
            "authorizationType": route["authorization_type"],
            "apiKeyRequired": route["api_key_required"],
            "authorizerId": ids.authorizers.get(authorizer, authorizer) if authorizer else None,
            "authorizationScopes": route.get("authorization_scopes"),
            "requestValidatorId": ids.validators.get(validator, validator) if validator else None,
            "requestModels": route.get("request_models"),
            "requestParameters": route.get("request_parameters"),
        }
    )


def integration_request(integration: dict[str, Any]) -> dict[str, Any]:
    """PutIntegration's request."""
    return drop_empty(
        {
            "type": integration["type"],
            "integrationHttpMethod": integration.get("http_method"),
            "uri": integration.get("uri"),
            "credentials": integration.get("credentials"),
            "requestParameters": integration.get("request_parameters"),
            "requestTemplates": integration.get("request_templates"),
            "passthroughBehavior": integration["passthrough_behavior"],
            "contentHandling": integration.get("content_handling"),
            "timeoutInMillis": integration["timeout_ms"],
        }
    )


def method_response_request(response: dict[str, Any]) -> dict[str, Any]:
    """PutMethodResponse's request."""
    return drop_empty(
        {
            "statusCode": response["status_code"],
            "responseModels": response.get("models"),
            "responseParameters": response.get("parameters"),
        }
    )


def integration_response_request(response: dict[str, Any]) -> dict[str, Any]:
    """PutIntegrationResponse's request."""
    mapped = response["integration"]
    return drop_empty(
        {
            "statusCode": response["status_code"],
            "selectionPattern": mapped.get("selection_pattern"),
            "responseParameters": mapped.get("parameters"),
            "responseTemplates": mapped.get("templates"),
            "contentHandling": mapped.get("content_handling"),
        }
    )


def plan_model(change: Change) -> Step:
    """The call for one model that is new or has another schema."""
    schema = json.dumps(change.after["schema"])
    if change.before is None:
        return Step(
            "create_model",
            {"name": change.after["name"], "contentType": change.after["content_type"], "schema": schema},
        )
    return Step(
        "update_model",
        {"modelName": change.after["name"], "patchOperations": [patches.replace("/schema", schema)]},
    )


def validator_patches(change: Change) -> list[patches.Operation]:
    """UpdateRequestValidator's operations."""
    paths = {"validate_body": "/validateRequestBody", "validate_parameters": "/validateRequestParameters"}
    return [
        patches.replace(path, change.after[field])
        for field, path in paths.items()
        if change.after[field] != change.before[field]
    ]


def gateway_response_request(response: dict[str, Any]) -> dict[str, Any]:
    """PutGatewayResponse's request."""
    return drop_empty(
        {
            "responseType": response["response_type"],
            "statusCode": response.get("status_code"),
            "responseParameters": response.get("parameters"),
            "responseTemplates": response.get("templates"),
        }
    )
