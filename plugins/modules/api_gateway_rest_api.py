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
  - Creates, changes and deletes a REST API (API Gateway v1), with its routes, models, request validators, authorizers and
    gateway responses declared as data.
  - The definition converges exactly. Every path, method, method response, integration response, model, request
    validator, authorizer and gateway response that is not declared is removed, also resources that no route needs any more.
  - Callers see none of it before the next deployment, see M(iot.sensor_stack.api_gateway_stage).
  - Binary media types are left as they are. A C(PRIVATE) API needs a resource policy before it can be deployed.
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
  vpc_endpoint_ids:
    description:
      - The IDs of the interface endpoints for C(execute-api) that a V(PRIVATE) API gets DNS names for.
      - Leave it out to leave them alone. With O(allowed_cidrs), the API is also closed to all other endpoints.
    type: list
    elements: str
    version_added: 0.2.0
  policy:
    description:
      - The resource policy, compared by meaning. C(execute-api:/*) stands for the whole API, with its ARN filled in by AWS.
      - V({}) removes it; leave it out to leave it alone. Up to 8192 bytes.
    type: dict
    version_added: 0.2.0
  allowed_cidrs:
    description:
      - The address ranges that may call, in place of O(policy). The policy made of them allows the API to everybody and denies
        it to all other addresses. Of a V(PRIVATE) API these are addresses inside the VPC.
      - V([]) removes such a policy again, but none that was written otherwise. Leave it out to leave the policy alone.
    type: list
    elements: str
    version_added: 0.2.0
  security_policy:
    description:
      - The least version of TLS and the ciphers of the default endpoint. Leave it out to leave it alone.
      - A change takes AWS about 15 minutes, in which the API can be called. Needs a botocore that knows it.
    type: str
    choices:
      - TLS_1_0
      - TLS_1_2
      - SecurityPolicy_TLS13_1_2_2021_06
      - SecurityPolicy_TLS13_1_2_PQ_2025_09
      - SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09
      - SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09
      - SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09
      - SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09
      - SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09
      - SecurityPolicy_TLS13_1_3_2025_09
      - SecurityPolicy_TLS13_1_3_FIPS_2025_09
      - SecurityPolicy_TLS12_2018_EDGE
      - SecurityPolicy_TLS12_PFS_2025_EDGE
      - SecurityPolicy_TLS13_2025_EDGE
    version_added: 0.2.0
  endpoint_access_mode:
    description:
      - Whether requests must come to the API's own kind of endpoint, under its own name. Required with a O(security_policy)
        that starts with C(SecurityPolicy_), and only there.
      - AWS advises V(BASIC) first for an API that is in use, and V(STRICT) when the access logs show nothing else.
    type: str
    choices: [BASIC, STRICT]
    version_added: 0.2.0
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
  authorizers:
    description:
      - The authorizers that routes refer to by name. Leave it out to leave them alone.
      - V([]) removes those of an API that has a route with one.
    type: list
    elements: dict
    version_added: 0.2.0
    suboptions:
      name:
        description: The authorizer's name, 1 to 128 characters.
        type: str
        required: true
      type:
        description:
          - V(TOKEN) and V(REQUEST) ask a Lambda function, about one header or about the request.
          - V(COGNITO_USER_POOLS) takes tokens of user pools. To change the type, give the authorizer another name.
        type: str
        required: true
        choices: [TOKEN, REQUEST, COGNITO_USER_POOLS]
      provider_arns:
        description: The ARNs of the user pools; with V(COGNITO_USER_POOLS), where they are required, and only there.
        type: list
        elements: str
      uri:
        description: The URI of the function, as in an integration. Required, but for V(COGNITO_USER_POOLS).
        type: str
      credentials:
        description:
          - The ARN of the role that API Gateway takes to call the function. Without it, the function's own policy must let
            C(apigateway.amazonaws.com) call it.
        type: str
      identity_source:
        description:
          - What of a request says who calls, such as C(method.request.header.Authorization), which is the default but for
            V(REQUEST). Several with commas between them for V(REQUEST).
        type: str
      identity_validation_expression:
        description: A regular expression that a token must match before it is looked at.
        type: str
      result_ttl_in_seconds:
        description: How long an answer of the function is kept, 0 to 3600; 300 unless given.
        type: int
  cors:
    description:
      - What pages of another origin may do in a browser. Each path gets a method C(OPTIONS) that needs no key, unless it has one;
        the answers of routes, and the gateway responses with C(DEFAULT_4XX) and C(DEFAULT_5XX), get the header
        C(Access-Control-Allow-Origin). What answers behind a proxy has to give that header by itself.
      - Needs O(routes) and O(gateway_responses).
    type: dict
    version_added: 0.2.0
    suboptions:
      allowed_origin:
        description:
          - V(*), or one origin such as C(https://app.example.com). API Gateway answers with a fixed header, and a browser
            takes no list in it.
        type: str
        required: true
      allowed_headers:
        description: The headers that a request may have.
        type: list
        elements: str
        default: [Authorization, Content-Type, X-Amz-Date, X-Amz-Security-Token, X-Api-Key]
      max_age_seconds:
        description: How long a browser may keep the answer to its question, 0 to 86400.
        type: int
        default: 600
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
      authorizer:
        description: The name of one of O(authorizers); with V(CUSTOM) and V(COGNITO_USER_POOLS) only, where it is required.
        type: str
        version_added: 0.2.0
      authorizer_id:
        description: The ID of an authorizer that was made otherwise, in place of O(routes[].authorizer).
        type: str
      authorization_scopes:
        description: The scopes of which an access token must have one, with V(COGNITO_USER_POOLS).
        type: list
        elements: str
        version_added: 0.2.0
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

- name: Ensure a private API whose callers a function decides upon
  iot.sensor_stack.api_gateway_rest_api:
    name: iot-sensor-api-dev
    endpoint_type: PRIVATE
    vpc_endpoint_ids: [vpce-0a1b2c3d4e5f60718]
    allowed_cidrs: [10.0.0.0/16]
    authorizers:
      - name: devices
        type: TOKEN
        uri: "arn:aws:apigateway:ca-central-1:lambda:path/2015-03-31/functions/{{ function_arn }}/invocations"
        credentials: "{{ role_arn }}"
    routes:
      - path: /sensor-data
        method: POST
        authorization_type: CUSTOM
        authorizer: devices
        integration:
          type: MOCK
          request_templates:
            application/json: '{"statusCode": 200}'
        responses:
          - status_code: 200

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
    vpc_endpoint_ids:
      description: The VPC endpoints of a private API.
      type: list
      elements: str
      sample: []
    policy:
      description: The resource policy, with C(execute-api:) in place of the API's ARN.
      type: dict
      sample: {}
    security_policy:
      description: The security policy; empty where AWS does not tell one.
      type: str
      sample: SecurityPolicy_TLS13_1_2_2021_06
    endpoint_access_mode:
      description: The access mode; empty where AWS does not tell one.
      type: str
      sample: STRICT
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
    authorizers:
      description: Its authorizers, in the form of the option; read where routes have one or O(authorizers) is not empty.
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

import json
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, plans
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.access_limits import (
    ACCESS_MODES,
    SECURITY_POLICIES,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.argument_spec import definition_spec
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.converge import converge_definition
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import (
    PENDING,
    Definition,
    read_definition,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import find_by_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.policies import read_policy, wanted_policy
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.sections import (
    OPTION_OF_SECTION,
    Sections,
    build_resource_changes,
    build_sections,
    current_sections,
    wanted_paths,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import (
    apply_tags,
    build_arn,
    confirm_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import (
    NO_COMPRESSION,
    drop_empty,
    rest_api_to_dict,
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
NOT_DEPLOYED = {"name", "description", "tags"}

# Options that are settings of AWS by the same value; None leaves one as it is.
SETTINGS = (
    "name",
    "endpoint_type",
    "minimum_compression_size",
    "disable_execute_api_endpoint",
    "api_key_source",
    "security_policy",
    "endpoint_access_mode",
    "description",
)


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
    settings = {**rest_api_to_dict(found), "policy": read_policy(found.get("policy"), found["id"])}
    arn = build_arn(client, f"/restapis/{found['id']}")
    return {**settings, "tags": confirm_tags(client, arn, settings["tags"], params)}


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The settings as they should be; None leaves one as it is."""
    private = params["endpoint_type"] == "PRIVATE"
    endpoints = params["vpc_endpoint_ids"]
    return {
        **{field: params[field] for field in SETTINGS},
        "vpc_endpoint_ids": [] if not private else None if endpoints is None else sorted(endpoints),
        "policy": wanted_policy(params, (current or {}).get("policy", {})),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


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


def refuse_old_botocore(client: Any, policy: str | None) -> None:
    """Fail where botocore would neither send nor read a security policy, so that no run would be unchanged."""
    if policy and "securityPolicy" not in client.meta.service_model.shape_for("RestApi").members:
        raise AnsibleAWSError(
            message=f"security_policy is '{policy}': allowed with a botocore that knows it, which the installed one does not: "
            "update boto3"
        )


def refuse_drift(plan: Plan, name: str) -> None:
    """Fail on what AWS cannot change in place."""
    endpoints = plan.settings.get("endpoint_type")
    if endpoints and {endpoints.before, endpoints.after} == {"EDGE", "PRIVATE"}:
        refuse_immutable(plan.settings, {"endpoint_type": "set REGIONAL first, and run again"}, f"REST API {name}")
    for section, option in {"model": "content_type", "authorizer": "type"}.items():
        for field, (before, after) in plan.sections[section].items():
            if before and after and before[option] != after[option]:
                drift = {option: Change(before[option], after[option])}
                refuse_immutable(drift, {option: f"give the {section} another name"}, f"{field} of REST API {name}")


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the API without its definition; returns AWS's answer."""
    single_shot = single_shot_client(module, "apigateway")
    compression = wanted["minimum_compression_size"]
    request = drop_empty(
        {
            "name": wanted["name"],
            "description": wanted["description"],
            "endpointConfiguration": drop_empty(
                {"types": [wanted["endpoint_type"]], "vpcEndpointIds": wanted["vpc_endpoint_ids"]}
            ),
            "policy": json.dumps(wanted["policy"]) if wanted["policy"] else None,
            "securityPolicy": wanted["security_policy"],
            "endpointAccessMode": wanted["endpoint_access_mode"],
            "minimumCompressionSize": None if compression == NO_COMPRESSION else compression,
            "disableExecuteApiEndpoint": wanted["disable_execute_api_endpoint"],
            "apiKeySource": wanted["api_key_source"],
            "tags": wanted["tags"],
        }
    )
    return create_once(lambda: api.create_rest_api(single_shot, **request), lambda: find(client, module.params))


def apply(
    module: AnsibleAWSModule,
    client: Any,
    definition: Definition | None,
    wanted: dict[str, Any],
    paths: list[str] | None,
    plan: Plan,
) -> Definition:
    """Make the changes; returns the definition as it is afterwards."""
    if definition is None:
        definition = read_definition(client, create(module, client, wanted))
    else:
        update(client, definition.api["id"], plan.settings)
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
        **({"policy": read_policy(definition.api.get("policy"), definition.api["id"])} if definition else {}),
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
    refuse_old_botocore(client, params["security_policy"])
    found = find(client, params)
    definition = read_definition(client, found, bool(params["authorizers"])) if found else None
    current = read_settings(client, found, params) if found else None
    wanted, parts = build_wanted(params, current), build_sections(params, definition)
    plan = build_plan(current, definition, wanted, parts)
    changes, action = plan.changes(), present_action(current)
    if current is not None:
        refuse_drift(plan, current["name"])
    if changes and not module.check_mode:
        definition = apply(module, client, definition, wanted, wanted_paths(parts), plan)
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
            "vpc_endpoint_ids": {"type": "list", "elements": "str"},
            "policy": {"type": "dict"},
            "allowed_cidrs": {"type": "list", "elements": "str"},
            "security_policy": {"type": "str", "choices": list(SECURITY_POLICIES)},
            "endpoint_access_mode": {"type": "str", "choices": list(ACCESS_MODES)},
            "minimum_compression_size": {"type": "int"},
            "disable_execute_api_endpoint": {"type": "bool"},
            "api_key_source": {"type": "str", "choices": ["HEADER", "AUTHORIZER"], "no_log": False},
            **definition_spec(),
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_one_of=[("name", "rest_api_id")],
        mutually_exclusive=[("policy", "allowed_cidrs")],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
