#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_vpc_endpoint
version_added: 0.2.0
short_description: Manage an interface or gateway endpoint of a VPC
description:
  - Creates, changes and deletes an endpoint, through which a VPC reaches a service of AWS without the internet.
  - The endpoint is found by its tag Name, its type and its VPC, whoever made it. Endpoints of other types are left alone.
options:
  state:
    description: Whether the endpoint should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the endpoint, in its tag Name, 1 to 256 letters, digits, spaces and C(_.:/=+-@).
      - One endpoint of the VPC and the type may have it.
    type: str
    required: true
  type:
    description:
      - An interface endpoint has network interfaces in subnets, which AWS bills. A gateway endpoint, of Amazon S3 and DynamoDB only,
        has routes in route tables, which cost nothing.
    type: str
    choices: [interface, gateway]
    default: interface
  vpc_id:
    description:
      - The VPC of the endpoint.
      - In check mode, an ID with C(known-after-deploy) in it stands for a VPC that is still to be made. The endpoint is
        then planned as a new one, without any call to AWS.
    type: str
    required: true
  service:
    description:
      - The service, such as V(secretsmanager), or its whole name, such as
        V(com.amazonaws.ca-central-1.secretsmanager). Required with O(state=present).
      - In China and in isolated regions the whole name is needed.
      - AWS cannot change it.
    type: str
  subnet_ids:
    description:
      - The subnets that get a network interface of the endpoint, one in each availability zone at most.
      - Needed to create an interface endpoint, and for that type only. Left out, they stay as they are.
    type: list
    elements: str
  route_table_ids:
    description:
      - The route tables that get a route to the service. Needed to create a gateway endpoint, and for that type only. Left out, they
        stay as they are.
    type: list
    elements: str
  security_group_ids:
    description:
      - The security groups of its network interfaces. Left out, they stay as they are, and a new endpoint gets the VPC's
        default group.
    type: list
    elements: str
  private_dns_enabled:
    description:
      - Whether the service's usual name leads to the endpoint inside the VPC, which needs the VPC's DNS support and
        hostnames. Left out, it stays as it is, and a new endpoint has it.
    type: bool
  policy:
    description:
      - Who may do what through the endpoint, as a policy of up to 20480 characters. Compared by meaning.
      - In it, C({account_id}), C({partition}) (such as C(aws)) and C({region}) stand for those of the endpoint.
      - Left out, it stays as it is, and a new endpoint lets through whatever the service allows.
    type: json
    version_added: 0.2.0
  wait:
    description: Whether to wait until the endpoint is available, or deleted.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Let the private subnets reach Secrets Manager
  iot.sensor_stack.ec2_vpc_endpoint:
    name: iot-secretsmanager-dev
    vpc_id: vpc-0123456789abcdef0
    service: secretsmanager
    subnet_ids:
      - subnet-0123456789abcdef0
      - subnet-0123456789abcdef1
    security_group_ids:
      - sg-0123456789abcdef0
    private_dns_enabled: true
    policy:
      Statement:
        - Effect: Allow
          Principal: "*"
          Action: "*"
          Resource: "*"
          Condition: {StringEquals: {"aws:PrincipalAccount": "{account_id}"}}
    tags:
      Environment: dev

- name: Let the private subnets reach Amazon S3 without the internet
  iot.sensor_stack.ec2_vpc_endpoint:
    name: iot-s3-gateway-dev
    type: gateway
    vpc_id: vpc-0123456789abcdef0
    service: s3
    route_table_ids: [rtb-0123456789abcdef0]

- name: Remove the endpoint
  iot.sensor_stack.ec2_vpc_endpoint:
    name: iot-secretsmanager-dev
    vpc_id: vpc-0123456789abcdef0
    state: absent
"""

RETURN = r"""
endpoint:
  description: The endpoint after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; C(vpce-known-after-deploy) in check mode for an endpoint that does not exist yet.
      type: str
      sample: vpce-0123456789abcdef0
    name:
      description: Its name.
      type: str
      sample: iot-secretsmanager-dev
    state:
      description: AWS's word for its state; C(planned) in check mode for an endpoint that does not exist yet.
      type: str
      sample: available
    service_name:
      description: The whole name of its service.
      type: str
      sample: com.amazonaws.ca-central-1.secretsmanager
    vpc_id:
      description: Its VPC.
      type: str
      sample: vpc-0123456789abcdef0
    subnet_ids:
      description: Its subnets, sorted.
      type: list
      elements: str
      sample: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    security_group_ids:
      description: Its security groups, sorted; empty in check mode where AWS would choose.
      type: list
      elements: str
      sample: [sg-0123456789abcdef0]
    route_table_ids:
      description: The route tables that lead to it, sorted; empty for an interface endpoint.
      type: list
      elements: str
      sample: []
    private_dns_enabled:
      description: Whether the service's usual name leads to it.
      type: bool
      sample: true
    policy:
      description: Who may do what through it; empty in check mode where AWS would choose.
      type: dict
      sample: {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
    network_interface_ids:
      description: Its network interfaces, sorted; empty in check mode for an endpoint that does not exist yet.
      type: list
      elements: str
      sample: [eni-0123456789abcdef0, eni-0123456789abcdef1]
    dns_names:
      description: The names that lead to it; empty in check mode for an endpoint that does not exist yet.
      type: list
      elements: str
      sample: [vpce-0123456789abcdef0-abcdefgh.secretsmanager.ca-central-1.vpce.amazonaws.com]
    tags:
      description: Its tags, Name among them.
      type: dict
      sample: {"Name": "iot-secretsmanager-dev", "Environment": "dev"}
"""

import json
import uuid
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import (
    Account,
    account_of,
    caller_arn,
    fill_account,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import api, endpoints
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.endpoint_waiters import wait_for_endpoint
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network import wanted_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.transformations import only
from ansible_collections.iot.sensor_stack.plugins.module_utils.iam.transformations import same_policy
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

IMMUTABLE = {
    "service_name": "keep the service, use another name, or remove the endpoint (state=absent) and run again",
    "vpc_id": "keep the VPC, or remove the endpoint (state=absent) and run again",
}
# What an endpoint that is still to be made says of itself.
PLANNED: dict[str, Any] = {
    "id": f"vpce-{KNOWN_AFTER_DEPLOY}",
    "state": "planned",
    "subnet_ids": [],
    "security_group_ids": [],
    "route_table_ids": [],
    "policy": {},
    "network_interface_ids": [],
    "dns_names": [],
}
HIDDEN = ("type", "last_error", "account_id")

Endpoint = dict[str, Any]


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against EC2's limits."""
    return endpoints.check_endpoint(params)


def read_current(client: Any, params: dict[str, Any]) -> tuple[Endpoint | None, list[Endpoint]]:
    """The endpoint as it is, or None, and those of its name that are being deleted.

    There is none in a VPC that is only planned.
    """
    name, vpc_id = params["name"], params["vpc_id"]
    found = [] if KNOWN_AFTER_DEPLOY in vpc_id else endpoints.find_endpoints(client, name, vpc_id, params["type"])
    living = [endpoint for endpoint in found if endpoint["state"] not in endpoints.LEAVING]
    return only(living, "VPC endpoint", name), [endpoint for endpoint in found if endpoint["state"] == "deleting"]


def build_policy(module: AnsibleAWSModule, client: Any, current: Endpoint | None) -> dict[str, Any] | None:
    """The policy as it should be, or as it is where that means the same; None leaves it as it is."""
    params = module.params
    if params["policy"] is None:
        return None
    if KNOWN_AFTER_DEPLOY in params["vpc_id"]:  # no call to AWS
        return json.loads(params["policy"])
    account = Account(current["account_id"], client.meta.partition) if current else account_of(caller_arn(module))
    wanted = json.loads(fill_account(params["policy"], account, client.meta.region_name))
    return same_policy(wanted, current["policy"]) if current else wanted


def build_wanted(
    params: dict[str, Any], current: Endpoint | None, service_name: str, policy: dict[str, Any] | None
) -> dict[str, Any]:
    """The endpoint as it should be; None leaves a field as it is."""
    return {
        "service_name": service_name,
        "vpc_id": params["vpc_id"],
        **{field: None if params[field] is None else sorted(params[field]) for field in endpoints.LISTS},
        "private_dns_enabled": params["private_dns_enabled"],
        "policy": policy,
        "tags": wanted_tags(params, params["name"], current),
    }


def check_current(current: Endpoint, changes: Changes) -> None:
    """Refuse what AWS cannot do with the endpoint that is there."""
    resource = f"VPC endpoint {current['name']} ({current['id']})"
    if current["state"] in endpoints.FAILED:
        reason = f": {current['last_error']}" if current["last_error"] else ""
        raise AnsibleAWSError(
            message=f"{resource} is in state {current['state']}{reason}. Remove it (state=absent) and run again"
        )
    refuse_immutable(changes, IMMUTABLE, resource)


def apply(module: AnsibleAWSModule, client: Any, current: Endpoint, changes: Changes) -> None:
    """Make the changes in place."""
    request = endpoints.modify_request(changes)
    if request:
        settle(module, client, current)  # AWS changes no endpoint that is still being made
        endpoints.modify_endpoint(client, current["id"], **request)
        current["state"] = "pending"
    untag, tag = (partial(call, client, current["id"]) for call in (api.delete_tags, api.create_tags))
    apply_entries(changes.get("tags"), untag, tag)


def settle(module: AnsibleAWSModule, client: Any, endpoint: Endpoint) -> Endpoint:
    """The endpoint as soon as it is available; at once where it is already, or nobody wants to wait."""
    if endpoint["state"] == "available" or not module.params["wait"]:
        return endpoint
    wait_for_endpoint(client, endpoint, "available", module.params["wait_timeout"])
    return endpoints.describe_endpoint(client, endpoint["id"])


def wait_gone(module: AnsibleAWSModule, client: Any, leaving: list[Endpoint]) -> None:
    """Wait until endpoints are deleted."""
    for endpoint in leaving if module.params["wait"] else []:
        wait_for_endpoint(client, endpoint, "deleted", module.params["wait_timeout"])


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the endpoint."""
    params = module.params
    service_name = endpoints.service_name(params["service"], client.meta.region_name)
    current, leaving = read_current(client, params)
    wanted = build_wanted(params, current, service_name, build_policy(module, client, current))
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"VPC endpoint {params['name']}", present_action(current))
    if current:
        check_current(current, changes)
    else:
        needed = endpoints.FIELDS[params["type"]][0]
        refuse([] if wanted[needed] else [f"{needed} is not given: it is needed to create a VPC endpoint"])
    if not module.check_mode:
        if current is None:
            wait_gone(module, client, leaving)  # its private DNS name is taken until then
            current = endpoints.create_endpoint(
                client, **endpoints.create_request(wanted, params["type"], str(uuid.uuid4()))
            )
        else:
            apply(module, client, current, changes)
        current = settle(module, client, current)
    planned = {**PLANNED, "name": params["name"], "private_dns_enabled": params["type"] == "interface"}
    after = {**(current or planned), **{k: v for k, v in wanted.items() if v is not None}}
    result = {field: value for field, value in after.items() if field not in HIDDEN}
    return {"changed": bool(changes), "diff": diff, "endpoint": result}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the endpoint."""
    current, leaving = read_current(client, module.params)
    shown = ("service_name", "vpc_id", *endpoints.FIELDS[module.params["type"]], "tags")
    changes = build_removal({field: current[field] for field in shown} if current else {})
    if not module.check_mode:
        if current:
            endpoints.delete_endpoint(client, current["id"])
        wait_gone(module, client, [*leaving, *([current] if current else [])])
    diff = build_diff(changes, f"VPC endpoint {module.params['name']}", "remove")
    return {"changed": bool(changes), "diff": diff, "endpoint": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["interface", "gateway"], "default": "interface"},
            "vpc_id": {"type": "str", "required": True},
            "service": {"type": "str"},
            "subnet_ids": {"type": "list", "elements": "str"},
            "security_group_ids": {"type": "list", "elements": "str"},
            "route_table_ids": {"type": "list", "elements": "str"},
            "private_dns_enabled": {"type": "bool"},
            "policy": {"type": "json"},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 600},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "ec2", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
