#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_security_group
version_added: 0.2.0
short_description: Manage a security group of a VPC with its rules and tags
description:
  - Creates, changes and deletes a security group of Amazon EC2.
  - The group is found by its name and VPC, whoever made it.
  - The diff has one readable line for each rule, such as C(tcp 6379 from 10.0.0.0/16).
  - M(amazon.aws.ec2_security_group) shows the rules in the form of the AWS API, and makes more calls.
options:
  state:
    description: Whether the security group should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the security group, unique in its VPC. AWS cannot change it.
      - 1 to 255 letters, digits, spaces and V(._-:/(\)#,@[]+=&;{}!$*). It does not start with V(sg-).
      - V(default) is the group that AWS makes with every VPC, and removes with it. With O(state=present) its rules and tags can
        be changed.
    type: str
    required: true
  description:
    description:
      - What the group is for, 1 to 255 of the characters that O(name) may have. Needed to create the group.
      - AWS cannot change it, so that a group that exists keeps the one it has.
    type: str
  vpc_id:
    description:
      - The VPC of the group. AWS cannot change it.
      - In check mode, an ID with C(known-after-deploy) in it stands for a VPC that is still to be made. The group is then
        planned as a new one, the default group as AWS makes it, without any call to AWS.
    type: str
    required: true
  rules:
    description:
      - The traffic that the group lets in. Rules are left as they are when this is not given.
      - New rules are authorized before others are revoked, so that traffic which both allow does not stop.
    type: list
    elements: dict
    suboptions: &rule
      protocol:
        description: V(tcp), V(udp), V(icmp), V(icmpv6), V(all) (the same as V(-1)) or a protocol's number.
        type: str
        default: tcp
      from_port:
        description:
          - The first port, 0 to 65535. Needed for TCP and UDP.
          - For ICMP the type, -1 to 255, where -1 stands for all and is the default.
          - Other protocols have none.
        type: int
      to_port:
        description:
          - The last port, 0 to 65535. Needed for TCP and UDP.
          - For ICMP the code, -1 to 255, where -1 stands for all and is the default.
          - Other protocols have none.
        type: int
      cidr_ip:
        description: The IPv4 network that the traffic comes from; with O(rules_egress), that it goes to.
        type: str
      cidr_ipv6:
        description: The IPv6 network that the traffic comes from; with O(rules_egress), that it goes to.
        type: str
      source_security_group_id:
        description:
          - The security group that the traffic comes from; with O(rules_egress), that it goes to.
          - A group of another account is written C(123456789012/sg-0123456789abcdef0).
        type: str
      prefix_list_id:
        description: The prefix list that the traffic comes from; with O(rules_egress), that it goes to.
        type: str
      description:
        description: What the rule is for, up to 255 of the characters that O(name) may have.
        type: str
  rules_egress:
    description:
      - The traffic that the group lets out, in the form of O(rules). Rules are left as they are when this is not given.
      - AWS gives each new group a rule for all traffic to 0.0.0.0/0 (and to ::/0 where the VPC has IPv6).
    type: list
    elements: dict
    suboptions: *rule
  purge_rules:
    description: Whether rules that are not in O(rules) are revoked.
    type: bool
    default: true
  purge_rules_egress:
    description: Whether rules that are not in O(rules_egress) are revoked.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait with O(state=absent) until nothing uses the group any more, such as the network interfaces of a
        database that is being deleted.
    type: int
    default: 300
notes:
  - Each rule has exactly one of C(cidr_ip), C(cidr_ipv6), C(source_security_group_id) and C(prefix_list_id).
  - A group that the rules of another group name cannot be deleted.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure a security group that lets Redis in from the VPC
  iot.sensor_stack.ec2_security_group:
    name: iot-redis-sg-dev
    description: Redis from inside the VPC
    vpc_id: vpc-0123456789abcdef0
    rules:
      - from_port: 6379
        to_port: 6379
        cidr_ip: 10.0.0.0/16
        description: Redis
    tags:
      Environment: dev

- name: Let nothing out but HTTPS
  iot.sensor_stack.ec2_security_group:
    name: iot-redis-sg-dev
    vpc_id: vpc-0123456789abcdef0
    rules_egress:
      - from_port: 443
        to_port: 443
        cidr_ip: 0.0.0.0/0

- name: Let nothing in or out through the group that AWS made with the VPC
  iot.sensor_stack.ec2_security_group:
    name: default
    vpc_id: vpc-0123456789abcdef0
    rules: []
    rules_egress: []

- name: Remove the security group
  iot.sensor_stack.ec2_security_group:
    name: iot-redis-sg-dev
    vpc_id: vpc-0123456789abcdef0
    state: absent
"""

RETURN = r"""
security_group:
  description: The security group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; C(sg-known-after-deploy) in check mode for a group that does not exist yet.
      type: str
      sample: sg-0123456789abcdef0
    name:
      description: Its name.
      type: str
      sample: iot-redis-sg-dev
    description:
      description: Its description.
      type: str
      sample: Redis from inside the VPC
    vpc_id:
      description: Its VPC.
      type: str
      sample: vpc-0123456789abcdef0
    owner_id:
      description: Its AWS account; absent in check mode for a group that does not exist yet.
      type: str
      sample: "123456789012"
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:ec2:ca-central-1:123456789012:security-group/sg-0123456789abcdef0
    rules:
      description: The rules for traffic that comes in, in the form of O(rules), without what a rule does not have.
      type: list
      elements: dict
      sample:
        - {"protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_ip": "10.0.0.0/16", "description": "Redis"}
    rules_egress:
      description: The rules for traffic that goes out, in the same form.
      type: list
      elements: dict
      sample: [{"protocol": "-1", "cidr_ip": "0.0.0.0/0"}]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

import time
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_specifications

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
    explain,
    single_shot_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_tags, refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import security_groups as groups
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# Seconds between the looks for a new group.
APPEARS = (1, 2, 4, 8, 16, 16)


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against EC2's limits."""
    return [
        *groups.check_group(params["name"], params["description"], params["vpc_id"], params["state"] == "present"),
        *groups.check_rules("rules", params["rules"]),
        *groups.check_rules("rules_egress", params["rules_egress"]),
        *check_tags("tags", params["tags"]),
    ]


def find(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The security group as AWS tells it, or None."""
    return groups.find_security_group(client, params["name"], params["vpc_id"])


def read_current(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The security group as it is, or None; in a VPC that is only planned there is the default group alone."""
    if KNOWN_AFTER_DEPLOY in params["vpc_id"]:
        is_default = params["name"] == groups.DEFAULT
        return {**groups.NEW_DEFAULT_GROUP, "vpc_id": params["vpc_id"]} if is_default else None
    group = find(client, params)
    return groups.security_group_to_dict(group) if group else None


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The security group as it should be; None leaves a field as it is."""
    have = current or groups.NEW_GROUP
    return {
        "description": None if current else params["description"],
        "vpc_id": params["vpc_id"],
        "rules": groups.merge_rules(have["rules"], params["rules"], params["purge_rules"]),
        "rules_egress": groups.merge_rules(have["rules_egress"], params["rules_egress"], params["purge_rules_egress"]),
        "tags": merge_tags(have.get("tags"), params["tags"], params["purge_tags"]),
    }


def plan(params: dict[str, Any], current: dict[str, Any] | None) -> tuple[dict[str, Any], Changes]:
    """The group as it should be and what has to change, after what AWS cannot do has been refused."""
    wanted = build_wanted(params, current)
    changes = build_changes(groups.to_readable(current) if current else None, groups.to_readable(wanted))
    if current is None:
        refuse([] if wanted["description"] else ["description is not given: it is needed to create a security group"])
    return wanted, changes


def create(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create the group with its tags, and wait until AWS shows it with the egress rules that it gives it."""
    params = module.params
    request = {"GroupName": params["name"], "Description": params["description"], "VpcId": params["vpc_id"]}
    if params["tags"]:
        request["TagSpecifications"] = boto3_tag_specifications(params["tags"], ["security-group"])
    single_shot = single_shot_client(module, "ec2")
    create_once(lambda: groups.create_security_group(single_shot, **request), lambda: find(client, params))
    group = None
    for pause in APPEARS:
        group = find(client, params)
        if group and group["IpPermissionsEgress"]:
            break
        time.sleep(pause)
    if group is None:
        raise AnsibleAWSError(
            message=f"security group {params['name']} was created but AWS does not show it: run again"
        )
    return groups.security_group_to_dict(group)


def apply(client: Any, current: dict[str, Any], wanted: dict[str, Any], changes: Changes) -> None:
    """Make the changes of the rules and tags."""
    for field, (direction, _member, _word) in groups.DIRECTIONS.items():
        if field in changes:
            apply_rules(client, direction, current["id"], groups.build_rule_steps(current[field], wanted[field]))
    apply_entries(
        changes.get("tags"),
        partial(api.delete_tags, client, current["id"]),
        partial(api.create_tags, client, current["id"]),
    )


def apply_rules(client: Any, direction: str, group_id: str, steps: groups.RuleSteps) -> None:
    """Authorize before revoking, so that traffic does not stop; the other way round where the group is full."""
    authorize, describe, revoke = steps
    if authorize:
        try:
            groups.authorize_rules(client, direction, group_id, authorize)
        except AnsibleAWSError as error:
            if not revoke or explain(error)[1] != "RulesPerSecurityGroupLimitExceeded":
                raise
            groups.revoke_rules(client, direction, group_id, revoke)
            groups.authorize_rules(client, direction, group_id, authorize)
            revoke = []
    if describe:
        groups.update_descriptions(client, direction, group_id, describe)
    if revoke:
        groups.revoke_rules(client, direction, group_id, revoke)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the security group."""
    name = module.params["name"]
    current = read_current(client, module.params)
    wanted, changes = plan(module.params, current)
    changed, diff = bool(changes), build_diff(changes, f"security group {name}", present_action(current))
    if changed and not module.check_mode:
        if current is None:
            current = create(module, client)
            wanted, changes = plan(module.params, current)
        apply(client, current, wanted, changes)
    planned = {"id": f"sg-{KNOWN_AFTER_DEPLOY}", "name": name, **groups.NEW_GROUP, "tags": {}}
    after = {**(current or planned), **{field: value for field, value in wanted.items() if value is not None}}
    return {"changed": changed, "diff": diff, "security_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the security group."""
    current = read_current(client, module.params)
    changes = build_removal(groups.to_readable(current)) if current else {}
    if current and not module.check_mode:
        delete(client, current, module.params["wait_timeout"])
    diff = build_diff(changes, f"security group {module.params['name']}", "remove")
    return {"changed": bool(changes), "diff": diff, "security_group": {}}


def delete(client: Any, current: dict[str, Any], timeout: int) -> None:
    """Delete the group, as soon as nothing uses it.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when rules of other groups name it, and when the time is up
    """
    resource = f"security group {current['name']}"
    in_vpc = groups.describe_security_groups(client, vpc_id=current["vpc_id"])
    referencing = groups.referencing_groups(in_vpc, current["id"])
    if referencing:
        named = ", ".join(referencing)
        raise AnsibleAWSError(message=f"{resource} cannot be deleted while rules of other groups name it: {named}")
    for left in range(max(0, timeout) // POLL_SECONDS, -1, -1):
        try:
            groups.delete_security_group(client, current["id"])
            return
        except AnsibleAWSError as error:
            if explain(error)[1] != "DependencyViolation":
                raise
            report(resource, "in use")
            if not left:
                raise AnsibleAWSError(
                    message=f"{resource} was still in use after {timeout} seconds (wait_timeout), such as by a network "
                    "interface. Remove what uses it, or raise wait_timeout, and run again",
                    exception=error.exception,
                ) from error
        time.sleep(POLL_SECONDS)


def main() -> None:
    """Module entry point."""
    rule = {
        "protocol": {"type": "str", "default": "tcp"},
        "from_port": {"type": "int"},
        "to_port": {"type": "int"},
        "cidr_ip": {"type": "str"},
        "cidr_ipv6": {"type": "str"},
        "source_security_group_id": {"type": "str"},
        "prefix_list_id": {"type": "str"},
        "description": {"type": "str"},
    }
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "vpc_id": {"type": "str", "required": True},
            "rules": {"type": "list", "elements": "dict", "options": rule},
            "rules_egress": {"type": "list", "elements": "dict", "options": rule},
            "purge_rules": {"type": "bool", "default": True},
            "purge_rules_egress": {"type": "bool", "default": True},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "ec2", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
