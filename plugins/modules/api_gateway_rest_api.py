#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_rest_api
version_added: 0.1.0
short_description: Manage a REST API of Amazon API Gateway and its whole definition
description:
  - Creates, changes and deletes a REST API (API Gateway v1), with its routes, models, request validators and gateway
    responses declared as data.
  - The definition converges exactly. Every path, method, method response, integration response, model, request
    validator and gateway response that is not declared is removed, also resources that no route needs any more.
  - Callers see none of it before the next deployment, see M(iot.sensor_stack.api_gateway_stage).
  - Resource policies, binary media types and authorizers are left as they are. A C(PRIVATE) API needs a resource policy
    before it can be deployed.
options:
  state:
    description: Whether the API should exist. Deleting it deletes its stages too.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the API, by which it is found. AWS allows several APIs of one name; two of them are an error that
        names their IDs, unless O(rest_api_id) says which one is meant.
      - 1 to 1024 characters. Required to create one.
    type: str
  rest_api_id:
    description: The ID of an existing API, instead of finding it by O(name). With both, the API is renamed to O(name).
    type: str
  description:
    description: What the API is for.
    type: str
  endpoint_type:
    description:
      - How callers reach the API. AWS changes V(EDGE) to V(REGIONAL) and back, and V(REGIONAL) to V(PRIVATE) and back,
        in place; between V(EDGE) and V(PRIVATE) it takes V(REGIONAL) as a step of its own.
    type: str
    choices: [REGIONAL, EDGE, PRIVATE]
    default: REGIONAL
  minimum_compression_size:
    description: Compress answers of at least this many bytes, 0 to 10485760. V(-1) switches compression off.
    type: int
  disable_execute_api_endpoint:
    description: Whether callers must use a custom domain name, because the default endpoint is off.
    type: bool
  api_key_source:
    description: Where the API key of a request comes from, the header C(X-API-Key) or a custom authorizer.
    type: str
    choices: [HEADER, AUTHORIZER]
  models:
    description:
      - The models (JSON schemas) that routes refer to. Leave it out to leave the models alone.
      - C(Empty) and C(Error), which AWS puts into each API, stay where they are not declared.
    type: list
    elements: dict
    suboptions:
      name:
        description: The model's name, letters and digits.
        type: str
        required: true
      content_type:
        description: The media type it describes. AWS cannot change it afterwards.
        type: str
        default: application/json
      schema:
        description: The JSON schema (draft 4), compared as data. Without it, any document is valid.
        type: dict
        default: {}
  request_validators:
    description: The request validators that routes refer to by name. Leave it out to leave the validators alone.
    type: list
    elements: dict
    suboptions:
      name:
        description: The validator's name.
        type: str
        required: true
      validate_body:
        description: Whether the body must match the route's model.
        type: bool
        default: false
      validate_parameters:
        description: Whether the route's required parameters must be there.
        type: bool
        default: false
  gateway_responses:
    description:
      - The answers that API Gateway gives by itself, such as that to a missing key.
      - Leave it out to leave them alone.
    type: list
    elements: dict
    suboptions:
      response_type:
        description: Which answer.
        type: str
        required: true
        choices:
          - ACCESS_DENIED
          - API_CONFIGURATION_ERROR
          - AUTHORIZER_CONFIGURATION_ERROR
          - AUTHORIZER_FAILURE
          - BAD_REQUEST_BODY
          - BAD_REQUEST_PARAMETERS
          - DEFAULT_4XX
          - DEFAULT_5XX
          - EXPIRED_TOKEN
          - INTEGRATION_FAILURE
          - INTEGRATION_TIMEOUT
          - INVALID_API_KEY
          - INVALID_SIGNATURE
          - MISSING_AUTHENTICATION_TOKEN
          - QUOTA_EXCEEDED
          - REQUEST_TOO_LARGE
          - RESOURCE_NOT_FOUND
          - THROTTLED
          - UNAUTHORIZED
          - UNSUPPORTED_MEDIA_TYPE
          - WAF_FILTERED
      status_code:
        description: Its HTTP status, 100 to 599. Without it, AWS's own for this answer.
        type: str
      parameters:
        description: Headers, such as C(gatewayresponse.header.Access-Control-Allow-Origin) to C('*') in single quotes.
        type: dict
      templates:
        description: Media type to body template. Without it, AWS's own with the error's message.
        type: dict
  routes:
    description: All methods of the API. Leave it out to leave them alone; V([]) removes all of them.
    type: list
    elements: dict
    suboptions:
      path:
        description:
          - Where, such as V(/sensor-data), V(/devices/{id}) or V(/files/{proxy+}).
          - Starts with a slash and does not end with one. Parts are letters, digits and C(._-:), or one parameter.
        type: str
        required: true
      method:
        description: The HTTP method.
        type: str
        required: true
        choices: [GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY]
      api_key_required:
        description: Whether callers need an API key. Usage plans limit only methods that require one.
        type: bool
        default: false
      authorization_type:
        description: Who may call.
        type: str
        choices: [NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS]
        default: NONE
      authorizer_id:
        description: The ID of the authorizer; with V(CUSTOM) and V(COGNITO_USER_POOLS) only, where it is required.
        type: str
      request_validator:
        description: The name of a request validator.
        type: str
      request_models:
        description: Media type to model name.
        type: dict
      request_parameters:
        description: Parameter such as C(method.request.querystring.device) to whether it is required.
        type: dict
      integration:
        description: What answers the request.
        type: dict
        required: true
        suboptions:
          type:
            description: The kind of integration.
            type: str
            required: true
            choices: [MOCK, AWS, AWS_PROXY, HTTP, HTTP_PROXY]
          uri:
            description: The URI of the function, service action or HTTP endpoint. Required, but for V(MOCK).
            type: str
          http_method:
            description:
              - The method of the call behind.
              - V(POST) by default with V(AWS) and V(AWS_PROXY); required with V(HTTP) and V(HTTP_PROXY).
            type: str
            choices: [GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY]
          credentials:
            description:
              - The ARN of the role that API Gateway takes for the call, or C(arn:aws:iam::*:user/*) for the caller's.
            type: str
          passthrough_behavior:
            description: What happens to a body whose media type has no template.
            type: str
            choices: [WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER]
            default: WHEN_NO_MATCH
          request_templates:
            description:
              - Media type to request template (VTL), compared as text.
              - V(MOCK) needs one that holds a C(statusCode), such as C({"statusCode":200}).
            type: dict
          request_parameters:
            description: Parameter such as C(integration.request.header.X) to what it is taken from.
            type: dict
          timeout_ms:
            description: Milliseconds, 50 to 29000; up to 300000 with a raised account quota and not on V(EDGE).
            type: int
            default: 29000
          content_handling:
            description: How a request body is converted. Without it, it is passed on as it is.
            type: str
            choices: [CONVERT_TO_BINARY, CONVERT_TO_TEXT]
      responses:
        description: The answers, one for each status.
        type: list
        elements: dict
        suboptions:
          status_code:
            description: The HTTP status, 100 to 599.
            type: str
            required: true
          models:
            description: Media type to model name.
            type: dict
          parameters:
            description: Header such as C(method.response.header.X) to whether it is required.
            type: dict
          integration:
            description:
              - How the answer of the integration becomes this answer.
              - Not with the proxies V(AWS_PROXY) and V(HTTP_PROXY); any other integration has one for each answer, by
                default an empty one.
            type: dict
            suboptions:
              templates:
                description: Media type to response template (VTL), compared as text.
                type: dict
              parameters:
                description: Header such as C(method.response.header.X) to what it is taken from, text in single quotes.
                type: dict
              selection_pattern:
                description:
                  - A regular expression of the integration's answers that come here.
                  - Without it, this is the default, of which there is one. AWS refuses two of the same pattern.
                type: str
              content_handling:
                description: How the body is converted. Without it, it is passed on as it is.
                type: str
                choices: [CONVERT_TO_BINARY, CONVERT_TO_TEXT]
notes:
  - AWS allows one CreateRestApi in 3 seconds and one DeleteRestApi in 30 seconds; the module retries for minutes.
  - A method whose own fields differ is deleted and made again; callers see deployments only.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure an API with one method that answers by itself
  iot.sensor_stack.api_gateway_rest_api:
    name: iot-sensor-api-dev
    routes:
      - path: /sensor-data
        method: POST
        api_key_required: true
        integration:
          type: MOCK
          request_templates:
            application/json: '{"statusCode": 200}'
        responses:
          - status_code: 200
            integration:
              templates:
                application/json: '{"message": "Data received"}'
    tags:
      Environment: dev

- name: Ensure an API that validates readings and hands them to a function
  iot.sensor_stack.api_gateway_rest_api:
    name: iot-sensor-api-dev
    models:
      - name: Reading
        schema:
          type: object
          required: [device]
    request_validators:
      - name: body
        validate_body: true
    routes:
      - path: /sensor-data
        method: POST
        request_validator: body
        request_models:
          application/json: Reading
        integration:
          type: AWS_PROXY
          uri: "arn:aws:apigateway:ca-central-1:lambda:path/2015-03-31/functions/{{ function_arn }}/invocations"

- name: Remove the API
  iot.sensor_stack.api_gateway_rest_api:
    name: iot-sensor-api-dev
    state: absent
"""

RETURN = r"""
rest_api:
  description: The API after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; absent in check mode for an API that does not exist yet.
      type: str
      sample: a1b2c3d4e5
    name:
      description: Its name.
      type: str
      sample: iot-sensor-api-dev
    description:
      description: Its description.
      type: str
      sample: Takes sensor readings
    root_resource_id:
      description: The ID of the resource C(/); absent in check mode for an API that does not exist yet.
      type: str
      sample: f6g7h8i9j0
    endpoint_type:
      description: How callers reach it.
      type: str
      sample: REGIONAL
    minimum_compression_size:
      description: From how many bytes on answers are compressed, -1 for never.
      type: int
      sample: -1
    disable_execute_api_endpoint:
      description: Whether the default endpoint is off.
      type: bool
      sample: false
    api_key_source:
      description: Where API keys come from.
      type: str
      sample: HEADER
    definition_hash:
      description:
        - SHA-256 over all that a deployment takes a snapshot of, as it is on AWS.
        - See O(iot.sensor_stack.api_gateway_stage#module:definition_hash).
        - V(pending) in check mode when the definition would change.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    models:
      description: Its models, in the form of the option, without AWS's own.
      type: list
      elements: dict
      sample: []
    request_validators:
      description: Its request validators, in the form of the option.
      type: list
      elements: dict
      sample: []
    gateway_responses:
      description: Its own gateway responses, in the form of the option.
      type: list
      elements: dict
      sample: []
    routes:
      description: Its routes in the form of the option, without what is empty.
      type: list
      elements: dict
      sample:
        - path: /sensor-data
          method: POST
          api_key_required: true
          authorization_type: NONE
          integration: {"type": "MOCK", "passthrough_behavior": "WHEN_NO_MATCH", "timeout_ms": 29000}
          responses: [{"status_code": "200", "integration": {}}]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, plans
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import (
    dict_of,
    route_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.converge import converge_definition
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import (
    PENDING,
    Definition,
    read_definition,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import find_by_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import (
    apply_tags,
    build_arn,
    confirm_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    DEFAULT_MODELS,
    GATEWAY_RESPONSE_STATUS,
    NO_COMPRESSION,
    drop_empty,
    rest_api_to_dict,
    route_key,
    wanted_gateway_response,
    wanted_route,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import (
    check_rest_api,
    check_routes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import (
    create_once,
    single_shot_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_tags

# Changes that a deployment does not carry.
NOT_DEPLOYED = {"name", "description", "endpoint_type", "tags"}

# The parts of a definition, each as name to value; None leaves a part as it is.
Sections = dict[str, Any]

OPTION_OF_SECTION = {
    "model": "models",
    "request_validator": "request_validators",
    "gateway_response": "gateway_responses",
    "route": "routes",
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits."""
    return check_rest_api(params) + check_routes(params) + check_tags("tags", params["tags"])


def find(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The API by ID or name, as AWS answers it, or None."""
    if params["rest_api_id"] is None:
        return find_by_name(api.get_rest_apis(client), params["name"], "REST API", "give rest_api_id")
    found = api.get_rest_api(client, params["rest_api_id"])
    if found is None and params["state"] == "present":
        raise AnsibleAWSError(message=f"rest_api_id is '{params['rest_api_id']}': no REST API has this ID")
    return found


def read_settings(client: Any, found: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """The settings and tags as they are."""
    settings = rest_api_to_dict(found)
    arn = build_arn(client, f"/restapis/{found['id']}")
    return {**settings, "tags": confirm_tags(client, arn, settings["tags"], params)}


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The settings as they should be; None leaves one as it is."""
    fields = ("name", "endpoint_type", "minimum_compression_size", "disable_execute_api_endpoint", "api_key_source")
    return {
        **{field: params[field] for field in fields},
        "description": params["description"],
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def build_sections(params: dict[str, Any]) -> Sections:
    """The parts of the definition as they should be."""

    def section(option: str, transform: Any, key: Any) -> dict[str, Any] | None:
        if params[option] is None:
            return None
        return {key(value): value for value in map(transform, params[option])}

    return {
        "model": section("models", dict, lambda model: model["name"]),
        "request_validator": section("request_validators", dict, lambda validator: validator["name"]),
        "gateway_response": section("gateway_responses", wanted_gateway_response, lambda item: item["response_type"]),
        "route": section("routes", wanted_route, route_key),
    }


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


class Plan(NamedTuple):
    """What differs: settings, the parts of the definition, and resources that nothing needs."""

    settings: Changes
    sections: dict[str, Changes]
    resources: Changes

    def changes(self) -> Changes:
        """All of it."""
        parts = [self.settings, *self.sections.values(), self.resources]
        return {field: change for part in parts for field, change in part.items()}

    def touches_definition(self) -> bool:
        """Whether callers need a deployment to see it."""
        return bool(set(self.changes()) - NOT_DEPLOYED)


def build_plan(
    current: dict[str, Any] | None, definition: Definition | None, wanted: dict[str, Any], parts: Sections
) -> Plan:
    """Compare everything."""
    have = current_sections(definition, parts)
    sections = {
        # routes carry their own names in the diff, such as POST /sensor-data
        section: plans.section_changes("" if section == "route" else section, have[section], parts[section])
        for section in OPTION_OF_SECTION
    }
    return Plan(build_changes(current, wanted), sections, build_resource_changes(definition, wanted_paths(parts)))


def refuse_drift(plan: Plan, name: str) -> None:
    """Fail on what AWS cannot change in place."""
    endpoints = plan.settings.get("endpoint_type")
    if endpoints and {endpoints.before, endpoints.after} == {"EDGE", "PRIVATE"}:
        refuse_immutable(plan.settings, {"endpoint_type": "set REGIONAL first, and run again"}, f"REST API {name}")
    for field, change in plan.sections["model"].items():
        if change.before and change.after and change.before["content_type"] != change.after["content_type"]:
            drift = {"content_type": Change(change.before["content_type"], change.after["content_type"])}
            refuse_immutable(drift, {"content_type": "give the model another name"}, f"{field} of REST API {name}")


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the API without its definition; returns AWS's answer."""
    single_shot = single_shot_client(module, "apigateway")
    compression = wanted["minimum_compression_size"]
    request = drop_empty(
        {
            "name": wanted["name"],
            "description": wanted["description"],
            "endpointConfiguration": {"types": [wanted["endpoint_type"]]},
            "minimumCompressionSize": None if compression == NO_COMPRESSION else compression,
            "disableExecuteApiEndpoint": wanted["disable_execute_api_endpoint"],
            "apiKeySource": wanted["api_key_source"],
            "tags": wanted["tags"],
        }
    )
    return create_once(lambda: api.create_rest_api(single_shot, **request), lambda: find(client, module.params))


def apply(
    module: AnsibleAWSModule, client: Any, definition: Definition | None, wanted: dict[str, Any], plan: Plan
) -> Definition:
    """Make the changes; returns the definition as it is afterwards."""
    if definition is None:
        definition = read_definition(client, create(module, client, wanted))
    else:
        update(client, definition.api["id"], plan.settings)
    paths = wanted_paths(build_sections(module.params))
    converge_definition(client, single_shot_client(module, "apigateway"), definition, plan.sections, paths)
    api_id = definition.api["id"]
    return read_definition(client, api.get_rest_api(client, api_id) or definition.api)


def update(client: Any, api_id: str, changes: Changes) -> None:
    """Change settings and tags."""
    operations = plans.setting_patches(changes)
    if operations:
        api.update_rest_api(client, api_id, operations)
    apply_tags(client, build_arn(client, f"/restapis/{api_id}"), changes)


def describe(definition: Definition | None, wanted: dict[str, Any], parts: Sections) -> dict[str, Any]:
    """The API as it is, with what is wanted over it: in check mode that is what it would be."""
    have = current_sections(definition, parts)
    sections = {section: have[section] if values is None else values for section, values in parts.items()}
    return {
        **(rest_api_to_dict(definition.api) if definition else {}),
        **{field: value for field, value in wanted.items() if value is not None},
        **({"root_resource_id": definition.resource_ids().get("/")} if definition else {}),
        **{option: list(sections[section].values()) for section, option in OPTION_OF_SECTION.items()},
    }


def hash_after(check_mode: bool, definition: Definition | None, plan: Plan, parts: Sections) -> str:
    """The hash of the definition after the run, as far as check mode can know it."""
    if definition is None or (check_mode and set(plan.settings) - NOT_DEPLOYED):
        return PENDING
    return definition.hash(parts if check_mode else None)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the API and its definition."""
    params = module.params
    found = find(client, params)
    definition = read_definition(client, found) if found else None
    current = read_settings(client, found, params) if found else None
    wanted, parts = build_wanted(params, current), build_sections(params)
    plan = build_plan(current, definition, wanted, parts)
    changes, action = plan.changes(), present_action(current)
    if current is not None:
        refuse_drift(plan, current["name"])
    if changes and not module.check_mode:
        definition = apply(module, client, definition, wanted, plan)
    after = describe(definition, wanted, parts)
    after["definition_hash"] = hash_after(module.check_mode, definition, plan, parts)
    diff = build_diff(changes, f"REST API {after['name']}", action)
    return {"changed": bool(changes), "diff": diff, "rest_api": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the API with all that belongs to it."""
    found = find(client, module.params)
    changes = build_removal(rest_api_to_dict(found) if found else {})
    if found and not module.check_mode:
        api.delete_rest_api(client, found["id"])
    name = module.params["name"] or module.params["rest_api_id"]
    return {"changed": bool(changes), "diff": build_diff(changes, f"REST API {name}", "remove"), "rest_api": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str"},
            "rest_api_id": {"type": "str"},
            "description": {"type": "str"},
            "endpoint_type": {"type": "str", "choices": ["REGIONAL", "EDGE", "PRIVATE"], "default": "REGIONAL"},
            "minimum_compression_size": {"type": "int"},
            "disable_execute_api_endpoint": {"type": "bool"},
            "api_key_source": {"type": "str", "choices": ["HEADER", "AUTHORIZER"], "no_log": False},
            "models": dict_of(
                name={"type": "str", "required": True},
                content_type={"type": "str", "default": "application/json"},
                schema={"type": "dict", "default": {}},
            ),
            "request_validators": dict_of(
                name={"type": "str", "required": True},
                validate_body={"type": "bool", "default": False},
                validate_parameters={"type": "bool", "default": False},
            ),
            "gateway_responses": dict_of(
                response_type={"type": "str", "required": True, "choices": list(GATEWAY_RESPONSE_STATUS)},
                status_code={"type": "str"},
                parameters={"type": "dict"},
                templates={"type": "dict"},
            ),
            "routes": route_spec(),
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_one_of=[("name", "rest_api_id")],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
