#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: stack_info
version_added: 0.1.0
short_description: Read a live sensor stack by name and tag
description:
  - Finds the resources of one stack on AWS, by their names (C(<stack_name>-<thing>-<stack_environment>)), and returns
    their IDs, endpoints and states.
  - The tiers are read at the same time. Only read-only calls are made, and no secret value is read.
  - Two resources of one name, where AWS allows that (VPC, route table, REST API, usage plan, API key), are an error that
    lists both.
options:
  stack_name:
    description:
      - The first part of every name.
      - Lower-case letters, digits and single hyphens, starting with a letter; together with O(stack_environment) up to
        33 characters, since an ElastiCache replication group id has up to 40.
    type: str
    required: true
  stack_environment:
    description: The last part of every name, such as V(dev); lower-case letters, digits and single hyphens.
    type: str
    required: true
  gather_subset:
    description: The tiers to read.
    type: list
    elements: str
    choices: [network, secrets, cache, database, processing, api, observability]
    default: [network, secrets, cache, database, processing, api, observability]
  placeholders:
    description:
      - In check mode, answer with placeholders (C(known-after-deploy)) for what does not exist yet, and with the status
        V(planned), so that a first plan can go on to the tiers that need it. Without check mode it does nothing.
    type: bool
    default: false
  details:
    description:
      - Whether the facts have C(problems) (what is not healthy), C(created), C(age), versions, C(tags), the nodes of cache and
        database, the functions and the rules of the security groups as well, which takes some calls more.
    type: bool
    default: false
    version_added: 0.2.0
  limits:
    description:
      - Whether the facts of the API have C(limits) as well, what each client may do, for a call more for each usage plan.
    type: bool
    default: false
    version_added: 0.2.0
  kms_keys:
    description:
      - The purposes that the stack is to have KMS keys for. Others are read with O(details=true) only.
    type: list
    elements: str
    choices: [secrets, data, logs]
    default: []
    version_added: 0.2.0
  api_domain:
    description: The custom domain that the API is to have; the facts of the API then have C(domain). Empty for none.
    type: str
    default: ""
    version_added: 0.2.0
  show_api_key:
    description:
      - Whether the facts of the API have C(api_key_value). The value is a secret, and is then part of the task's result.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Read the network
  iot.sensor_stack.stack_info:
    stack_name: iot
    stack_environment: dev
    gather_subset: [network]
  register: network

- name: Read the whole stack in another region
  iot.sensor_stack.stack_info:
    stack_name: iot
    stack_environment: prod
    region: eu-central-1
"""

RETURN = r"""
stack:
  description:
    - One dict a tier that was asked for.
    - Each has C(status) (V(present), V(incomplete), V(missing), in check mode also V(planned)), and its parts by kind and
      name, such as C(VPC iot-vpc-dev), in C(found) and C(missing).
    - With O(details=true), all have C(health) (V(healthy), V(degraded), V(missing)), and those that exist C(problems), a
      list of sentences that is empty when all is well; most have
      C(created), a time in ISO 8601, and C(age), such as V(3 d 4 h). Tiers with security groups have C(security_groups), each with
      C(id), C(name), C(rules) and C(rules_egress), as M(iot.sensor_stack.ec2_security_group) returns them; cache and database have
      C(nodes), each with C(name), C(role), C(availability_zone) and C(state); the processing has C(functions); the network, the
      database and the API have C(tags).
  returned: always
  type: dict
  contains:
    network:
      description: VPC, subnets, gateway and route tables.
      type: dict
      sample:
        status: present
        missing: []
        vpc_id: vpc-0123456789abcdef0
        vpc_cidr: 10.0.0.0/16
        internet_gateway_id: igw-0123456789abcdef0
        public_subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
        private_subnet_ids: [subnet-0123456789abcdef2, subnet-0123456789abcdef3]
        public_route_table_id: rtb-0123456789abcdef0
        private_route_table_id: rtb-0123456789abcdef1
    secrets:
      description: The database's connection secret, without its value, and the KMS keys.
      type: dict
      sample:
        status: present
        missing: []
        secret_arn: arn:aws:secretsmanager:ca-central-1:123456789012:secret:iot-aurora-password-dev-AbCdEf
        secret_name: iot-aurora-password-dev
        rotation_enabled: false
        kms_key_arns: {data: "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
    cache:
      description: The replication group, its endpoints, security group and subnet group.
      type: dict
      sample:
        status: present
        missing: []
        replication_group_id: iot-redis-dev
        state: available
        redis_endpoint: master.iot-redis-dev.abc123.cac1.cache.amazonaws.com
        redis_reader_endpoint: replica.iot-redis-dev.abc123.cac1.cache.amazonaws.com
        port: 6379
    database:
      description: The Aurora cluster, its instances and endpoints, security group and subnet group.
      type: dict
      sample:
        status: present
        missing: []
        cluster_id: iot-aurora-dev
        state: available
        engine_version: "16.6"
        aurora_endpoint: iot-aurora-dev.cluster-abc123.ca-central-1.rds.amazonaws.com
        aurora_reader_endpoint: iot-aurora-dev.cluster-ro-abc123.ca-central-1.rds.amazonaws.com
        port: 5432
        instances: [{"name": "iot-aurora-1-dev", "writer": true}]
    api:
      description:
        - The REST API, its stage and URL, usage plan and API key; the key's value only with O(show_api_key=true).
        - With O(details=true) also C(deployment), when the definition that the stage shows was deployed (C(created)), and by which
          version of the collection (C(version), none where an older one did).
        - With O(limits=true) also C(limits), which has C(plans) with their limits and clients, C(without_plan), the keys that no plan
          holds, and C(stage), the throttles of the stage's methods for all clients together.
      type: dict
      sample:
        status: present
        missing: []
        rest_api_id: a1b2c3d4e5
        stage_name: prod
        api_gateway_url: https://a1b2c3d4e5.execute-api.ca-central-1.amazonaws.com/prod
        usage_plan_id: abc123
        api_key_id: def456
        client_keys: {building-7: ghi789}
        limits:
          plans:
            - plan: iot-usage-plan-dev
              kind: tier
              of: standard
              rate_limit: 200.0
              burst_limit: 400
              quota: {limit: 100000, period: DAY}
              clients: [{client: building-7, key: iot-client-building-7-dev, enabled: true}]
          without_plan: []
          stage: [{method: "*/*", rate_limit: 1000.0, burst_limit: 500}]
    observability:
      description: The topic of the alarms, the dashboard, and the names of the alarms.
      type: dict
      sample:
        status: present
        missing: []
        topic_arn: arn:aws:sns:ca-central-1:123456789012:iot-alarms-dev
        dashboard_name: iot-dashboard-dev
        alarms: [iot-alarm-api-5xx-dev]
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import TIERS, check_stack_name, resource_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import fill_keys, fill_placeholders
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.api import (
    read_api_key_value,
    read_client_key_values,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.secrets import KEY_PURPOSES
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.tiers import (
    age_text,
    health,
    make_clients,
    read_tiers,
)


def read_stack(module: AnsibleAWSModule, tiers: list[str]) -> dict[str, Any]:
    """Read the tiers, and what was asked for besides."""
    clients = make_clients(module, tiers, module.params["details"])
    name = partial(resource_name, module.params["stack_name"], stack_environment=module.params["stack_environment"])
    options = {
        "secrets": {"kms_keys": module.params["kms_keys"]},
        "api": {"domain": module.params["api_domain"], "limits": module.params["limits"]},
    }
    stack = read_tiers(clients, name, tiers, module.params["details"], options)
    for facts in stack.values():
        if module.params["details"]:
            facts["health"] = health(facts)
        if facts.get("created"):
            facts["age"] = age_text(facts["created"], datetime.now(UTC))
    if module.params["show_api_key"] and stack.get("api", {}).get("api_key_id"):
        stack["api"]["api_key_value"] = read_api_key_value(clients, stack["api"]["api_key_id"])
    if module.params["show_api_key"] and stack.get("api", {}).get("client_keys"):
        values = read_client_key_values(clients, name)
        known = stack["api"]["client_keys"]
        stack["api"]["client_key_values"] = {client: values[client] for client in known if client in values}
    return stack


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "stack_name": {"type": "str", "required": True},
            "stack_environment": {"type": "str", "required": True},
            "gather_subset": {"type": "list", "elements": "str", "choices": list(TIERS), "default": list(TIERS)},
            "placeholders": {"type": "bool", "default": False},
            "details": {"type": "bool", "default": False},
            "limits": {"type": "bool", "default": False},
            "kms_keys": {"type": "list", "elements": "str", "choices": list(KEY_PURPOSES), "default": []},
            "api_domain": {"type": "str", "default": ""},
            "show_api_key": {"type": "bool", "default": False, "no_log": False},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        refuse(check_stack_name(params["stack_name"], params["stack_environment"]))
        stack = read_stack(module, sorted(set(params["gather_subset"]), key=TIERS.index))
    except AnsibleAWSError as error:
        fail(module, error)
    if module.check_mode and params["placeholders"]:
        stack = {tier: fill_placeholders(tier, facts) for tier, facts in stack.items()}
        if "secrets" in stack:
            stack["secrets"] = fill_keys(stack["secrets"], params["kms_keys"])
    module.exit_json(changed=False, stack=stack)


if __name__ == "__main__":
    main()
