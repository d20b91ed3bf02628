# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The parts of a REST API's definition as they are and as the options want them, by name; pure functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import plans
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import wanted_authorizer
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.cors import (
    Named,
    add_cors_to_gateway_responses,
    add_cors_to_routes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import Definition
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    DEFAULT_MODELS,
    route_key,
    wanted_gateway_response,
    wanted_route,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, Changes

# The parts of a definition, each as name to value; None leaves a part as it is.
Sections = dict[str, Any]

OPTION_OF_SECTION = {
    "model": "models",
    "request_validator": "request_validators",
    "gateway_response": "gateway_responses",
    "authorizer": "authorizers",
    "route": "routes",
}


def build_sections(params: dict[str, Any], definition: Definition | None) -> Sections:
    """The parts of the definition as they should be.

    :arg definition: as it is, by which an authorizer that a route names by ID is known by its name
    """
    names = {} if definition is None else {one: name for name, one in definition.authorizer_ids().items()}

    def to_route(option: dict[str, Any]) -> dict[str, Any]:
        route = wanted_route(option)
        authorizer = route.get("authorizer")
        return {**route, "authorizer": names[authorizer]} if authorizer in names else route

    responses = _by_name(params["gateway_responses"], wanted_gateway_response, lambda item: item["response_type"])
    routes = _by_name(params["routes"], to_route, route_key)
    return {
        "model": _by_name(params["models"], dict, _name),
        "request_validator": _by_name(params["request_validators"], dict, _name),
        "gateway_response": None if responses is None else add_cors_to_gateway_responses(responses, params["cors"]),
        "authorizer": _by_name(params["authorizers"], wanted_authorizer, _name),
        "route": None if routes is None else add_cors_to_routes(routes, params["cors"]),
    }


def _by_name(
    options: list[dict[str, Any]] | None, transform: Callable[..., dict[str, Any]], key: Callable[..., str]
) -> Named | None:
    return None if options is None else {key(value): value for value in map(transform, options)}


def _name(value: dict[str, Any]) -> str:
    return value["name"]


def wanted_paths(parts: Sections) -> list[str] | None:
    """The paths of the wanted routes; None leaves routes and resources alone."""
    return None if parts["route"] is None else [route["path"] for route in parts["route"].values()]


def current_sections(definition: Definition | None, wanted: Sections) -> dict[str, dict[str, Any]]:
    """The parts of the definition as they are, without AWS's own models where nobody declares them."""
    if definition is None:
        return {section: {} for section in OPTION_OF_SECTION}
    sections = definition.sections()
    for name in DEFAULT_MODELS:
        if name not in (wanted["model"] or {}):
            sections["model"].pop(name, None)
    return sections


def build_resource_changes(definition: Definition | None, paths: list[str] | None) -> Changes:
    """Resources without methods that no route needs; those with methods show as their routes."""
    if definition is None or paths is None:
        return {}
    bare = [resource["path"] for resource in definition.resources if not resource.get("resourceMethods")]
    extra = plans.extra_resources(paths, definition.resource_ids())
    return {f"resource {path}": Change({"path": path}, None) for path in extra if path in bare}
