#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_stage
version_added: 0.1.0
short_description: Deploy a REST API of Amazon API Gateway to a stage, and manage the stage
description:
  - Creates, changes and deletes a stage, and deploys the API to it exactly when what is deployed differs from what is
    defined.
  - A deployment is a snapshot that AWS does not show in a form to compare, so each deployment made here carries the
    SHA-256 of the definition it was made from in its description (C(iot.sensor_stack sha256:... version ...)). The module compares
    that with the hash of the definition on AWS. No state is kept anywhere else; after an interrupted run the next run
    deploys what is missing.
  - A stage deployed by hand or by another tool has no such hash, and is deployed once more.
options:
  state:
    description:
      - Whether the stage should exist.
      - With V(absent), deployments made by this module that no other stage uses are deleted too. Usage plans must have
        given up the stage before.
    type: str
    choices: [present, absent]
    default: present
  rest_api_id:
    description: The ID of the REST API.
    type: str
    required: true
  name:
    description:
      - The stage's name, 1 to 128 letters, digits, hyphens and underscores.
      - It is the first part of the URL's path.
    type: str
    required: true
    aliases: [stage_name]
  description:
    description: What the stage is for.
    type: str
  definition_hash:
    description:
      - The hash of the API's definition, as returned in
        RV(iot.sensor_stack.api_gateway_rest_api#module:rest_api.definition_hash). It saves reading the definition again
        (five calls). Without it, the module reads the definition.
      - V(pending) is taken in check mode only, and stands for a definition that is about to change.
    type: str
  variables:
    description:
      - The stage variables, all of them. Leave it out to leave them alone.
      - Names are letters, digits and underscores; values are letters, digits and C(-._~:/?#&=,).
    type: dict
  method_settings:
    description:
      - Settings of methods, by path and method such as V(/sensor-data/POST), or V(*/*) for all of them.
      - Methods that are not named go back to the stage's defaults. Leave it out to leave all of them alone.
      - Each value is a dict of C(throttling_rate_limit) (requests per second, 0 and more), C(throttling_burst_limit)
        (requests, 0 and more), of which -1 is no limit but the account's, C(metrics_enabled), C(logging_level) (C(OFF),
        C(ERROR) or C(INFO)), C(data_trace_enabled), C(caching_enabled), C(cache_ttl_in_seconds) (0 to 3600),
        C(cache_data_encrypted). What is left out stays as it is.
      - Logging needs the account's CloudWatch role; caching works on stages with a cache cluster only.
    type: dict
  access_log:
    description: Where and how each request is logged. Leave it out to leave it alone; V({}) switches it off.
    type: dict
    suboptions:
      destination_arn:
        description:
          - The ARN of a CloudWatch log group, or of a Firehose stream whose name starts with C(amazon-apigateway-).
          - In check mode, C(known-after-deploy) stands for a log group that is still to be made.
        type: str
      format:
        description: The line to log, of C($context) variables; it must have C($context.requestId).
        type: str
  tracing_enabled:
    description: Whether AWS X-Ray traces requests.
    type: bool
  client_certificate_id:
    description:
      - The ID of the client certificate that the API shows to the backends it calls over HTTPS.
      - An empty string takes it off. Leave it out to leave it alone.
    type: str
    version_added: 0.2.0
  web_acl_arn:
    description:
      - The ARN of the web ACL of AWS WAF that guards the stage, a regional one. A stage has one at most.
      - An empty string takes it off. Leave it out to leave it alone.
      - In check mode, C(known-after-deploy) stands for a web ACL that is still to be made.
    type: str
    version_added: 0.2.0
  keep_deployments:
    description:
      - How many deployments made by this module and used by no stage stay after a new one, 0 to 100. The newest stay.
      - Deployments made by others are never deleted.
    type: int
    default: 5
notes:
  - AWS allows one CreateDeployment in 5 seconds; the module retries.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the API
  iot.sensor_stack.api_gateway_rest_api:
    name: iot-sensor-api-dev
    routes: "{{ api_routes }}"
  register: __api

- name: Ensure its stage, deployed when the definition differs
  iot.sensor_stack.api_gateway_stage:
    rest_api_id: "{{ __api.rest_api.id }}"
    definition_hash: "{{ __api.rest_api.definition_hash }}"
    name: prod
    method_settings:
      "*/*":
        throttling_rate_limit: 1000
        throttling_burst_limit: 2000
        metrics_enabled: true
    tags:
      Environment: dev

- name: Remove the stage
  iot.sensor_stack.api_gateway_stage:
    rest_api_id: a1b2c3d4e5
    name: prod
    state: absent
"""

RETURN = r"""
stage:
  description: The stage after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    rest_api_id:
      description: The API's ID.
      type: str
      sample: a1b2c3d4e5
    name:
      description: Its name.
      type: str
      sample: prod
    invoke_url:
      description: The URL that callers use, without a path. On an emulator, the one that the emulator serves.
      type: str
      sample: https://a1b2c3d4e5.execute-api.ca-central-1.amazonaws.com/prod
    deployment_id:
      description: The deployment it shows; in check mode the one before.
      type: str
      sample: x1y2z3
    definition_hash:
      description: The hash of the definition it shows.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    description:
      description: Its description.
      type: str
      sample: For all callers
    variables:
      description: Its variables.
      type: dict
      sample: {}
    method_settings:
      description: The settings of its methods, in the form of the option.
      type: dict
      sample: {"*/*": {"throttling_rate_limit": 1000.0, "throttling_burst_limit": 2000}}
    access_log:
      description: Its access log, in the form of the option. Empty without one.
      type: dict
      sample: {}
    tracing_enabled:
      description: Whether AWS X-Ray traces requests.
      type: bool
      sample: false
    client_certificate_id:
      description: The client certificate it shows to backends; empty without one.
      type: str
      sample: ""
    web_acl_arn:
      description: The web ACL that guards it; empty without one.
      type: str
      sample: ""
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
redeployed:
  description: Whether the API was deployed; in check mode whether it would be.
  returned: always
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, stages
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.definition import PENDING, read_definition
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import (
    apply_tags,
    build_arn,
    confirm_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.validation import check_stage
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import (
    create_once,
    single_shot_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2.api import associate_web_acl, disassociate_web_acl

# What CreateStage takes; the rest is set by UpdateStage.
CREATED_WITH = {
    "description": "description",
    "variables": "variables",
    "tracing_enabled": "tracingEnabled",
    "tags": "tags",
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits."""
    return check_stage(params) + check_tags("tags", params["tags"])


def stage_arn(client: Any, params: dict[str, Any]) -> str:
    """The stage's ARN for tag calls."""
    return build_arn(client, f"/restapis/{params['rest_api_id']}/stages/{params['name']}")


def read_current(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The stage as it is, with the hash of the definition it shows, or None."""
    found = api.get_stage(client, params["rest_api_id"], params["name"])
    if found is None:
        return None
    stage = stages.stage_to_dict(found)
    deployed = None
    if stage["deployment_id"]:
        deployed = api.get_deployment(client, params["rest_api_id"], stage["deployment_id"])
    tags = confirm_tags(client, stage_arn(client, params), stage["tags"], params)
    return {**stage, "definition_hash": stages.deployed_hash(deployed), "tags": tags}


def read_definition_hash(client: Any, params: dict[str, Any], check_mode: bool) -> str:
    """The hash of the definition to deploy."""
    given: str | None = params["definition_hash"]
    if given == PENDING and not check_mode:
        raise AnsibleAWSError(message="definition_hash is 'pending': allowed is that in check mode only")
    if given is not None:
        return given
    rest_api = api.get_rest_api(client, params["rest_api_id"])
    if rest_api is None:
        raise AnsibleAWSError(message=f"rest_api_id is '{params['rest_api_id']}': no REST API has this ID")
    return read_definition(client, rest_api).hash()


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None, definition_hash: str) -> dict[str, Any]:
    """The stage as it should be; None leaves a field as it is."""
    have = current or {}
    variables = params["variables"]
    return {
        "definition_hash": definition_hash,
        "description": params["description"],
        "variables": None if variables is None else {name: str(value) for name, value in variables.items()},
        "method_settings": stages.wanted_method_settings(have.get("method_settings", {}), params["method_settings"]),
        "access_log": stages.wanted_access_log(params["access_log"]),
        "tracing_enabled": params["tracing_enabled"],
        "client_certificate_id": params["client_certificate_id"],
        "web_acl_arn": params["web_acl_arn"],
        "tags": merge_tags(have.get("tags"), params["tags"], params["purge_tags"]),
    }


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> None:
    """Deploy, and create the stage with what CreateStage takes."""
    api_id = module.params["rest_api_id"]
    # A run that was interrupted before its stage existed has left a deployment to use.
    deployment = find_deployment(client, api_id, wanted) or deploy(
        module, wanted, lambda: find_deployment(client, api_id, wanted)
    )
    request = drop_empty({argument: wanted[field] for field, argument in CREATED_WITH.items()})
    api.create_stage(
        client, restApiId=api_id, stageName=module.params["name"], deploymentId=deployment["id"], **request
    )


def find_deployment(client: Any, api_id: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """A deployment of ours of the wanted definition."""
    found = api.get_deployments(client, api_id)
    return next((item for item in found if stages.deployed_hash(item) == wanted["definition_hash"]), None)


def deploy(module: AnsibleAWSModule, wanted: dict[str, Any], find: Any, **request: Any) -> dict[str, Any]:
    """CreateDeployment, once."""
    single_shot = single_shot_client(module, "apigateway")
    description = stages.mark(wanted["definition_hash"])
    api_id = module.params["rest_api_id"]
    return create_once(
        lambda: api.create_deployment(single_shot, restApiId=api_id, description=description, **request), find
    )


def redeploy(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> None:
    """Deploy to the stage, in one call, so that an interruption leaves either the old or the new."""

    def find() -> dict[str, Any] | None:
        now = read_current(client, module.params) or {}
        return now if now.get("definition_hash") == wanted["definition_hash"] else None

    deploy(module, wanted, find, stageName=module.params["name"])


def apply(module: AnsibleAWSModule, client: Any, current: Any, wanted: dict[str, Any], changes: Changes) -> None:
    """Create or change the stage, deploying first."""
    api_id, name = module.params["rest_api_id"], module.params["name"]
    if current is None:
        create(module, client, wanted)
        changes = {field: change for field, change in changes.items() if field not in CREATED_WITH}
    elif "definition_hash" in changes:
        redeploy(module, client, wanted)
        remove_deployments(client, api_id, module.params["keep_deployments"])
    operations = stages.build_stage_patches(changes)
    if operations:
        api.update_stage(client, api_id, name, operations)
    if "web_acl_arn" in changes:
        guard(module.client("wafv2"), stage_arn(client, module.params), changes["web_acl_arn"].after)
    apply_tags(client, stage_arn(client, module.params), changes)


def guard(waf: Any, arn: str, web_acl_arn: str) -> None:
    """Put the stage behind a web ACL, in place of the one before, or take it out."""
    if web_acl_arn:
        associate_web_acl(waf, web_acl_arn, arn)
    else:
        disassociate_web_acl(waf, arn)


def remove_deployments(client: Any, api_id: str, keep: int) -> None:
    """Delete our deployments that no stage uses, but for the newest ``keep``."""
    used = {stage["deploymentId"] for stage in api.get_stages(client, api_id) if "deploymentId" in stage}
    for deployment_id in stages.spent_deployments(api.get_deployments(client, api_id), used, keep):
        api.delete_deployment(client, restApiId=api_id, deploymentId=deployment_id)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the stage, and deploy what differs."""
    params = module.params
    current = read_current(client, params)
    wanted = build_wanted(params, current, read_definition_hash(client, params, module.check_mode))
    changes = build_changes(current or stages.NEW, wanted)
    diff = build_diff(changes, f"stage {params['name']}", present_action(current))
    if changes and not module.check_mode:
        apply(module, client, current, wanted, changes)
        current = read_current(client, params)
        wanted = build_wanted(params, current, wanted["definition_hash"])
    api_id, name = params["rest_api_id"], params["name"]
    after = {
        "rest_api_id": api_id,
        "name": name,
        "invoke_url": stages.build_invoke_url(client.meta.endpoint_url, client.meta.region_name, api_id, name),
        **(current or stages.NEW),
        **{field: value for field, value in wanted.items() if value is not None},
    }
    return {"changed": bool(changes), "diff": diff, "stage": after, "redeployed": "definition_hash" in changes}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the stage, and our deployments that nothing uses any more."""
    api_id, name = module.params["rest_api_id"], module.params["name"]
    found = api.get_stage(client, api_id, name)
    stage = stages.stage_to_dict(found) if found else {}
    changes = build_removal(stage)
    if found and not module.check_mode:
        if stage["web_acl_arn"]:  # so that the web ACL can go, too
            disassociate_web_acl(module.client("wafv2"), stage_arn(client, module.params))
        api.delete_stage(client, restApiId=api_id, stageName=name)
        remove_deployments(client, api_id, keep=0)
    diff = build_diff(changes, f"stage {name}", "remove")
    return {"changed": bool(changes), "diff": diff, "stage": {}, "redeployed": False}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "rest_api_id": {"type": "str", "required": True},
            "name": {"type": "str", "required": True, "aliases": ["stage_name"]},
            "description": {"type": "str"},
            "definition_hash": {"type": "str"},
            "variables": {"type": "dict"},
            "method_settings": {"type": "dict"},
            "access_log": {
                "type": "dict",
                "options": {"destination_arn": {"type": "str"}, "format": {"type": "str"}},
            },
            "tracing_enabled": {"type": "bool"},
            "client_certificate_id": {"type": "str"},
            "web_acl_arn": {"type": "str"},
            "keep_deployments": {"type": "int", "default": 5},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
