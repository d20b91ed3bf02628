# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The definition of a REST API: everything that a deployment takes a snapshot of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import authorizer_to_dict
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    DEFAULT_MODELS,
    gateway_response_to_dict,
    method_to_route,
    model_to_dict,
    route_key,
    validator_to_dict,
)

# The hash of a definition that is about to change: what check mode knows of it.
PENDING = "pending"

# Settings of the API itself that reach its callers with a deployment only.
# Source: "Change a public or private API endpoint type" and "How to change a security policy" in the developer guide.
DEPLOYED_SETTINGS = (
    "apiKeySource",
    "binaryMediaTypes",
    "disableExecuteApiEndpoint",
    "endpointAccessMode",
    "endpointType",
    "minimumCompressionSize",
    "policy",
    "securityPolicy",
    "vpcEndpointIds",
)

# The value that says as much as none at all.
PLAIN_SETTINGS = {"endpointAccessMode": "BASIC", "endpointType": "REGIONAL", "securityPolicy": "TLS_1_0"}

# What a route says of a method and of its integration.
METHOD_KEYS = (
    "apiKeyRequired",
    "authorizationScopes",
    "authorizationType",
    "authorizerId",
    "httpMethod",
    "methodIntegration",
    "methodResponses",
    "requestModels",
    "requestParameters",
    "requestValidatorId",
)
INTEGRATION_KEYS = (
    "contentHandling",
    "credentials",
    "httpMethod",
    "integrationResponses",
    "passthroughBehavior",
    "requestParameters",
    "requestTemplates",
    "timeoutInMillis",
    "type",
    "uri",
)

# Where an answer names a thing by a generated identifier, which says nothing about how the API behaves.
GENERATED = ("cacheNamespace", "id", "requestValidatorId")


@dataclass(frozen=True)
class Definition:
    """AWS's answers for one REST API."""

    api: dict[str, Any]
    resources: list[dict[str, Any]]
    models: list[dict[str, Any]]
    request_validators: list[dict[str, Any]]
    gateway_responses: list[dict[str, Any]]
    authorizers: list[dict[str, Any]]

    def resource_ids(self) -> dict[str, str]:
        """Path to resource ID."""
        return {resource["path"]: resource["id"] for resource in self.resources}

    def validators(self) -> dict[str, dict[str, Any]]:
        """Name to request validator. Names are not unique: further ones of a name carry their ID."""
        found: dict[str, dict[str, Any]] = {}
        for validator in self.request_validators:
            name = validator.get("name", "")
            found[f"{name} ({validator['id']})" if name in found else name] = validator
        return found

    def authorizer_ids(self) -> dict[str, str]:
        """Name to ID of the authorizers; AWS has one of a name."""
        return {authorizer.get("name", authorizer["id"]): authorizer["id"] for authorizer in self.authorizers}

    def sections(self) -> dict[str, dict[str, Any]]:
        """The parts in the form of the options, each as name to value."""
        validators = self.validators()
        names = {validator["id"]: name for name, validator in validators.items()}
        names |= {authorizer_id: name for name, authorizer_id in self.authorizer_ids().items()}
        routes = [
            method_to_route(resource["path"], {"httpMethod": verb, **method}, names)
            for resource in self.resources
            for verb, method in (resource.get("resourceMethods") or {}).items()
        ]
        responses = [gateway_response_to_dict(response) for response in self.gateway_responses]
        return {
            "model": {model["name"]: model_to_dict(model) for model in self.models},
            "request_validator": {name: validator_to_dict(item) for name, item in validators.items()},
            "gateway_response": {response["response_type"]: response for response in responses},
            "authorizer": {item.get("name", item["id"]): authorizer_to_dict(item) for item in self.authorizers},
            "route": {route_key(route): route for route in routes},
        }

    def hash(self, wanted: Mapping[str, dict[str, Any] | None] | None = None) -> str:
        """SHA-256 over all that a deployment would take a snapshot of, also what the modules have no option for.

        :arg wanted: sections as they are going to be, to know the hash before they are; None for one stays as it is
        """
        sections = self.sections()
        for section, values in (wanted or {}).items():
            if values is not None:
                kept = {name: model for name, model in sections[section].items() if name in DEFAULT_MODELS}
                sections[section] = {**(kept if section == "model" else {}), **values}
        parts = {
            "settings": self._deployed_settings(),
            "sections": sections,
            "more": {key: more for key, more in self._without_option().items() if key in sections["route"]},
        }
        return hashlib.sha256(json.dumps(_stable(parts), sort_keys=True).encode()).hexdigest()

    def _deployed_settings(self) -> dict[str, Any]:
        """The settings that a deployment carries, without those that are as they are in a new regional API."""
        endpoint = self.api.get("endpointConfiguration", {})
        types, endpoint_ids = endpoint.get("types") or ["EDGE"], sorted(endpoint.get("vpcEndpointIds") or [])
        settings = {**self.api, "endpointType": types[0], "vpcEndpointIds": endpoint_ids}
        told = {key: settings.get(key) for key in DEPLOYED_SETTINGS}
        return {key: value for key, value in told.items() if value not in ("", PLAIN_SETTINGS.get(key))}

    def _without_option(self) -> dict[str, Any]:
        """What methods and integrations have that routes have no option for, by route."""
        found = {}
        for resource in self.resources:
            for verb, method in (resource.get("resourceMethods") or {}).items():
                integration = method.get("methodIntegration") or {}
                found[route_key({"path": resource["path"], "method": verb})] = {
                    "method": {key: value for key, value in method.items() if key not in METHOD_KEYS},
                    "integration": {key: value for key, value in integration.items() if key not in INTEGRATION_KEYS},
                }
        return found


def _stable(value: Any) -> Any:
    """Without generated identifiers and without what is empty, which AWS sometimes reports and sometimes leaves out."""
    if isinstance(value, dict):
        cleaned = {key: _stable(item) for key, item in value.items() if key not in GENERATED}
        return {key: item for key, item in cleaned.items() if item is not None and item not in ({}, [])}
    if isinstance(value, list):
        return [_stable(item) for item in value]
    return value


def read_definition(client: Any, rest_api: dict[str, Any], authorizers: bool = False) -> Definition:
    """Read the definition of an API: four calls, five where a method has an authorizer.

    :arg rest_api: GetRestApi's answer
    :arg authorizers: whether to read the authorizers also where no method has one
    """
    api_id = rest_api["id"]
    resources = api.get_resources(client, api_id)
    methods = [method for resource in resources for method in (resource.get("resourceMethods") or {}).values()]
    authorized = authorizers or any(method.get("authorizerId") for method in methods)
    return Definition(
        api=rest_api,
        resources=resources,
        models=api.get_models(client, api_id),
        request_validators=api.get_request_validators(client, api_id),
        gateway_responses=api.get_gateway_responses(client, api_id),
        authorizers=api.get_authorizers(client, api_id) if authorized else [],
    )
