#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_clients
version_added: 0.2.0
short_description: Manage the clients of a stack's API, their API keys and usage plans, as one list
description:
  - Takes the whole list of clients and their tiers, reads what there is once, and makes the calls that differ and no others.
  - Each client has an API key, C(<stack_name>-client-<name>-<stack_environment>). It is in one usage plan, that of its tier,
    C(<stack_name>-tier-<tier>-plan-<stack_environment>), or, with limits of its own, in
    C(<stack_name>-client-<name>-plan-<stack_environment>). The tier V(standard) has the plan
    C(<stack_name>-usage-plan-<stack_environment>), which M(iot.sensor_stack.api_gateway_usage_plan) makes.
  - A client that is taken off the list is disabled at once, and stays until O(remove_clients) names it.
  - Returns one diff for each resource that changes. The values of keys are nowhere in it.
options:
  state:
    description: Whether the clients should exist. V(absent) removes the keys and plans of all of them, and of all tiers but V(standard).
    type: str
    choices: [present, absent]
    default: present
  stack_name:
    description: The first part of every name, such as C(iot).
    type: str
    required: true
  stack_environment:
    description: The last part of every name, such as C(dev). Keys and plans whose tag C(Environment) says otherwise are left alone.
    type: str
    required: true
  clients:
    description: All clients.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name, 1 to 64 lower-case letters, digits and hyphens, not ending with C(-next).
        type: str
        required: true
      tier:
        description: The tier whose limits hold for the client, V(standard) or one of O(tiers).
        type: str
        default: standard
      enabled:
        description: Whether the client's key is taken. A key that is not gets 403.
        type: bool
        default: true
      rate_limit:
        description: Requests per second, 0 to 10000, in place of the tier's. Limits that are left out are the tier's.
        type: float
      burst_limit:
        description: Requests at once, 0 to 5000, in place of the tier's.
        type: int
      quota:
        description: Requests in a period, in place of the tier's; V({}) for none.
        type: dict
        suboptions:
          limit:
            description: Requests in a period, 1 and more.
            type: int
          period:
            description: The period.
            type: str
            choices: [DAY, WEEK, MONTH]
  tiers:
    description:
      - Name to limits, C(rate_limit), C(burst_limit) and C(quota) as in O(clients).
      - Those of V(standard) only count where a client has some limits of its own and takes the others from it.
      - The plan of a tier that is taken off goes as soon as no key is in it.
    type: dict
    default: {}
  remove_clients:
    description: Names of clients off the list whose keys and plans are deleted, or V(all) for all such clients.
    type: list
    elements: str
    default: []
  rollover_clients:
    description:
      - Names of clients that get a second key, C(<stack_name>-client-<name>-next-<stack_environment>), in the same plan. Both are valid.
      - It stays, also when it is no longer named here, until O(finish_rollover_clients) names the client.
    type: list
    elements: str
    default: []
  finish_rollover_clients:
    description: Names of clients whose first key is disabled and deleted, and whose second key takes its name.
    type: list
    elements: str
    default: []
  rest_api_id:
    description: The ID of the REST API that the plans cover. Required with O(state=present).
    type: str
  stage:
    description: The stage that the plans cover.
    type: str
    default: prod
  requests_per_second:
    description:
      - Changes a second, as AWS takes 10 of an account; keys are created and deleted at half of it, and a plan is changed every 200th.
      - V(0) for no waits, on an emulator.
    type: float
    default: 10.0
  tags:
    description: Tags of all keys and plans, besides C(Name). Others are removed. Leave it out to leave tags alone.
    type: dict
    aliases: [resource_tags]
notes:
  - Callers may get 403 for some seconds after a key was created or joined a plan.
  - AWS refuses a key that is in two plans of one stage, so that a client that changes its tier is in none between two calls.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the clients and their tiers
  iot.sensor_stack.api_gateway_clients:
    stack_name: iot
    stack_environment: dev
    rest_api_id: a1b2c3d4e5
    tiers:
      gold: {rate_limit: 500, burst_limit: 1000, quota: {limit: 1000000, period: DAY}}
    clients:
      - name: building-7
      - name: building-8
        tier: gold
      - name: visitor
        rate_limit: 1
        burst_limit: 5

- name: Remove a client that is off the list
  iot.sensor_stack.api_gateway_clients:
    stack_name: iot
    stack_environment: dev
    rest_api_id: a1b2c3d4e5
    clients: [{name: building-7}]
    remove_clients: [visitor]
"""

RETURN = r"""
client_keys:
  description:
    - Client to the ID of its API key, of all that are there, also those off the list. The second key of a rollover is that of
      C(<client>-next).
  returned: always
  type: dict
  sample: {"building-7": "k1l2m3n4o5"}
next_keys:
  description: Client to the ID of the second key of a rollover.
  returned: always
  type: dict
  sample: {}
disabled_clients:
  description: Clients that are off the list and not removed.
  returned: always
  type: list
  elements: str
  sample: []
diff:
  description: One diff for each resource that changes, in the order in which the changes are made.
  returned: always
  type: list
  elements: dict
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    STANDARD,
    check_clients,
    client_spec,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import (
    Call,
    Names,
    State,
    Step,
    build_state,
    names_of,
    plan_removal,
    plan_steps,
    unconfirmed,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.lookup import find_by_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.pace import Pacer
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import apply_tags, build_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import check_stack_name

PATHS = {"plans": "usageplans", "keys": "apikeys"}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits and each other."""
    problems = check_stack_name(params["stack_name"], params["stack_environment"]) + check_tags("tags", params["tags"])
    if params["requests_per_second"] < 0:
        problems.append(f"requests_per_second is {params['requests_per_second']}: allowed is 0 and more")
    if params["state"] == "present" and not params["rest_api_id"]:
        problems.append("rest_api_id is '': allowed with state present is the ID of a REST API, it is required")
    return problems + check_clients(params)


def read_state(client: Any, names: Names) -> State:
    """All that belongs to the stack's clients: the plans and keys of the account once, and the keys of each of those plans."""
    standard = names.tier_plan(STANDARD)
    all_plans = api.get_usage_plans(client)
    plans = names.client_plans(all_plans) + [plan for plan in all_plans if plan.get("name") == standard]
    keys = names.client_keys(api.get_api_keys(client, f"{names.stack_name}-client-"))
    for what, found in (("usage plan", plans), ("API key", keys)):
        if len({one["name"] for one in found}) < len(found):
            for one in found:
                find_by_name(found, one["name"], what, "delete the others")
    members = {plan["name"]: api.get_usage_plan_keys(client, plan["id"]) for plan in plans}
    return build_state(names, plans, keys, members)


def confirm_tags(client: Any, params: dict[str, Any], state: State) -> None:
    """Ask GetTags, the authority, for the tags of those that seem to have wrong ones."""
    for kind, name in unconfirmed(params, state):
        one = getattr(state, kind)[name]
        one["tags"] = api.get_tags(client, build_arn(client, f"/{PATHS[kind]}/{one['id']}"))


class Worker:
    """Makes the calls of steps, one by one; a run that is stopped leaves what the next one takes up."""

    def __init__(self, module: AnsibleAWSModule, client: Any, state: State) -> None:
        self.client, self.single_shot = client, single_shot_client(module, "apigateway")
        self.pacer = Pacer(module.params["requests_per_second"])
        self.plans = {name: plan["id"] for name, plan in state.plans.items()}
        self.keys = {name: key["id"] for name, key in state.keys.items()}

    def make(self, steps: list[Step]) -> None:
        """Make all calls."""
        for step in steps:
            for call in step.calls:
                if call.operation == "renamed":
                    self.keys[call.value] = self.keys.pop(call.name)
                    continue
                self.pacer.wait(call.operation)
                getattr(self, call.operation)(call)

    def create_plan(self, call: Call) -> None:
        """CreateUsagePlan."""
        create = partial(api.create_usage_plan, self.single_shot, **call.value)
        find = partial(self._find, partial(api.get_usage_plans, self.client), call.name, "usage plan")
        self.plans[call.name] = create_once(create, find)["id"]

    def create_key(self, call: Call) -> None:
        """CreateApiKey; its answer has the value, of which nothing is kept."""
        create = partial(api.create_api_key, self.single_shot, **call.value)
        find = partial(self._find, partial(api.get_api_keys, self.client, call.name), call.name, "API key")
        self.keys[call.name] = create_once(create, find)["id"]

    @staticmethod
    def _find(read: Any, name: str, what: str) -> dict[str, Any] | None:
        return find_by_name(read(), name, what, "delete the others")

    def update_plan(self, call: Call) -> None:
        """UpdateUsagePlan."""
        api.update_usage_plan(self.client, self.plans[call.name], call.value)

    def update_key(self, call: Call) -> None:
        """UpdateApiKey."""
        api.update_api_key(self.client, self.keys[call.name], call.value)

    def tag_plan(self, call: Call) -> None:
        """TagResource and UntagResource of a plan."""
        apply_tags(self.client, build_arn(self.client, f"/usageplans/{self.plans[call.name]}"), call.value)

    def tag_key(self, call: Call) -> None:
        """TagResource and UntagResource of a key."""
        apply_tags(self.client, build_arn(self.client, f"/apikeys/{self.keys[call.name]}"), call.value)

    def join(self, call: Call) -> None:
        """CreateUsagePlanKey."""
        plan_id, key_id = self.plans[call.value], self.keys[call.name]
        create_once(
            partial(api.create_usage_plan_key, self.single_shot, plan_id, key_id),
            partial(api.get_usage_plan_key, self.client, plan_id, key_id),
        )

    def leave(self, call: Call) -> None:
        """DeleteUsagePlanKey."""
        api.delete_usage_plan_key(self.client, usagePlanId=self.plans[call.value], keyId=self.keys[call.name])

    def delete_key(self, call: Call) -> None:
        """DeleteApiKey; the key leaves its plan with it."""
        api.delete_api_key(self.client, apiKey=self.keys.pop(call.name))

    def delete_plan(self, call: Call) -> None:
        """DeleteUsagePlan."""
        api.delete_usage_plan(self.client, usagePlanId=self.plans.pop(call.name))


def refuse_missing_plan(names: Names, state: State, steps: list[Step]) -> None:
    """Fail before the first write when clients are to join the standard plan, and there is none."""
    standard = names.tier_plan(STANDARD)
    joins = any(call.operation == "join" and call.value == standard for step in steps for call in step.calls)
    if joins and standard not in state.plans:
        raise AnsibleAWSError(message=f"There is no usage plan {standard} for the tier {STANDARD}: make it first")


def build_result(module: AnsibleAWSModule, steps: list[Step], keys: dict[str, str]) -> dict[str, Any]:
    """The module's answer, for the IDs of the keys by name."""
    names, listed = names_of(module.params), sorted(client["name"] for client in module.params["clients"])
    of_clients = {str(names.client_of_key(name)) for name in keys}
    return {
        "changed": bool(steps),
        "diff": [build_diff(step.changes, step.resource, step.action) for step in steps],
        "client_keys": names.label(keys),
        "next_keys": {name: keys[names.next_key(name)] for name in listed if names.next_key(name) in keys},
        "disabled_clients": sorted(of_clients - set(listed)),
    }


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Make the clients those of the list."""
    names = names_of(module.params)
    state = read_state(client, names)
    confirm_tags(client, module.params, state)
    steps, worker = plan_steps(module.params, state), Worker(module, client, state)
    if steps and not module.check_mode:
        refuse_missing_plan(names, state, steps)
        worker.make(steps)
    return build_result(module, steps, worker.keys)


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove all clients and tiers."""
    state = read_state(client, names_of(module.params))
    steps, worker = plan_removal(module.params, state), Worker(module, client, state)
    if not module.check_mode:
        worker.make(steps)
    return build_result(module, steps, worker.keys)


def main() -> None:
    """Module entry point."""
    names = {"type": "list", "elements": "str", "default": []}
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "stack_name": {"type": "str", "required": True},
            "stack_environment": {"type": "str", "required": True},
            "clients": {"type": "list", "elements": "dict", "default": [], "options": client_spec()},
            "tiers": {"type": "dict", "default": {}},
            "remove_clients": names,
            "rollover_clients": names,
            "finish_rollover_clients": names,
            "rest_api_id": {"type": "str"},
            "stage": {"type": "str", "default": "prod"},
            "requests_per_second": {"type": "float", "default": 10.0},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
