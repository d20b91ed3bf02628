# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Carry out the changes of a REST API's definition, in the order that AWS's references between its parts ask for."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, plans
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import (
    authorizer_patches,
    authorizer_request,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import Definition
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once


def converge_definition(
    client: Any, single_shot: Any, definition: Definition, changes: dict[str, Changes], paths: list[str] | None
) -> None:
    """Make a definition what it should be.

    What routes refer to comes first, and what they no longer refer to goes last.

    :arg single_shot: a client that sends each request once, see ``create_once``
    :arg changes: the changes by section: model, request_validator, gateway_response, authorizer, route
    :arg paths: the paths of all wanted routes, or None to leave resources alone
    """
    api_id = definition.api["id"]
    validators = {name: validator["id"] for name, validator in definition.validators().items()}
    ids = plans.Ids(validators, definition.authorizer_ids())
    for change in changes["model"].values():
        if change.after is not None:
            step = plans.plan_model(change)
            getattr(api, step.call)(client, restApiId=api_id, **step.request)
    validators.update(_put_validators(client, single_shot, api_id, changes["request_validator"], validators))
    for change in changes["gateway_response"].values():
        if change.after is not None:
            api.put_gateway_response(client, restApiId=api_id, **plans.gateway_response_request(change.after))
    ids.authorizers.update(_put_authorizers(client, single_shot, api_id, changes["authorizer"], ids.authorizers))
    if paths is not None:
        _converge_routes(client, definition, changes["route"], paths, ids)
    _remove_unused(client, api_id, changes, ids)


def _put_validators(
    client: Any, single_shot: Any, api_id: str, changes: Changes, existing: dict[str, str]
) -> dict[str, str]:
    """Create and change request validators; returns the new ones' names to IDs."""
    created = {}
    for change in changes.values():
        if change.after is None:
            continue
        name = change.after["name"]
        if change.before is not None:
            operations = plans.validator_patches(change)
            api.update_request_validator(
                client, restApiId=api_id, requestValidatorId=existing[name], patchOperations=operations
            )
        else:
            created[name] = _create_validator(client, single_shot, api_id, change.after)
    return created


def _create_validator(client: Any, single_shot: Any, api_id: str, wanted: dict[str, Any]) -> str:
    request = {
        "restApiId": api_id,
        "name": wanted["name"],
        "validateRequestBody": wanted["validate_body"],
        "validateRequestParameters": wanted["validate_parameters"],
    }

    def find() -> dict[str, Any] | None:
        found = [item for item in api.get_request_validators(client, api_id) if item.get("name") == wanted["name"]]
        return found[0] if found else None

    return create_once(lambda: api.create_request_validator(single_shot, **request), find)["id"]


def _put_authorizers(
    client: Any, single_shot: Any, api_id: str, changes: Changes, existing: dict[str, str]
) -> dict[str, str]:
    """Create and change authorizers; returns the new ones' names to IDs."""
    created = {}
    for change in changes.values():
        if change.after is None:
            continue
        name = change.after["name"]
        if change.before is not None:
            operations = authorizer_patches(change)
            api.update_authorizer(client, restApiId=api_id, authorizerId=existing[name], patchOperations=operations)
        else:
            created[name] = _create_authorizer(client, single_shot, api_id, change.after)
    return created


def _create_authorizer(client: Any, single_shot: Any, api_id: str, wanted: dict[str, Any]) -> str:
    request = {"restApiId": api_id, **authorizer_request(wanted)}

    def find() -> dict[str, Any] | None:
        found = [item for item in api.get_authorizers(client, api_id) if item.get("name") == wanted["name"]]
        return found[0] if found else None

    return create_once(lambda: api.create_authorizer(single_shot, **request), find)["id"]


def _converge_routes(client: Any, definition: Definition, changes: Changes, paths: list[str], ids: plans.Ids) -> None:
    """Remove routes and resources first: a new {parameter} may take the place of an old one."""
    api_id, resources = definition.api["id"], definition.resource_ids()
    extra = plans.extra_resources(paths, resources)
    for change in changes.values():
        if change.after is None and change.before["path"] not in extra:
            target = _method(api_id, resources, change.before)
            api.delete_method(client, **target)
    for path in extra:
        api.delete_resource(client, restApiId=api_id, resourceId=resources.pop(path))
    for path in plans.missing_resources(paths, resources):
        resources[path] = _create_resource(client, api_id, resources, path)
    for change in changes.values():
        if change.after is None:
            continue
        for step in plans.plan_route(change.before, change.after, ids):
            getattr(api, step.call)(client, **_method(api_id, resources, change.after), **step.request)


def _method(api_id: str, resources: dict[str, str], route: dict[str, Any]) -> dict[str, str]:
    return {"restApiId": api_id, "resourceId": resources[route["path"]], "httpMethod": route["method"]}


def _create_resource(client: Any, api_id: str, resources: dict[str, str], path: str) -> str:
    """Create one resource below its parent; returns its ID."""
    parent, _slash, part = path.rpartition("/")
    created = api.create_resource(client, restApiId=api_id, parentId=resources[parent or "/"], pathPart=part)
    if created is not None:
        return created["id"]
    found = [resource["id"] for resource in api.get_resources(client, api_id) if resource["path"] == path]
    if not found:
        raise AnsibleAWSError(message=f"AWS says that the resource {path} of API {api_id} exists, and does not list it")
    return found[0]


def _remove_unused(client: Any, api_id: str, changes: dict[str, Changes], ids: plans.Ids) -> None:
    """Remove the models, validators, authorizers and gateway responses that are not wanted."""
    for change in changes["model"].values():
        if change.after is None:
            api.delete_model(client, restApiId=api_id, modelName=change.before["name"])
    for label, change in changes["request_validator"].items():
        if change.after is None:
            name = label.removeprefix("request_validator ")
            api.delete_request_validator(client, restApiId=api_id, requestValidatorId=ids.validators[name])
    for change in changes["authorizer"].values():
        if change.after is None:
            name = change.before["name"]
            api.delete_authorizer(client, restApiId=api_id, authorizerId=ids.authorizers[name])
    for change in changes["gateway_response"].values():
        if change.after is None:
            api.delete_gateway_response(client, restApiId=api_id, responseType=change.before["response_type"])
