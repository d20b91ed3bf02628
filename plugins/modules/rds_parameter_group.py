#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_parameter_group
version_added: 0.2.0
short_description: Manage a parameter group of Amazon RDS, for clusters or for instances
description:
  - Creates, changes and deletes a DB cluster parameter group or a DB parameter group.
  - Parameters that are not named go back to their family's defaults.
  - Unlike M(amazon.aws.rds_cluster_param_group) and M(amazon.aws.rds_instance_param_group) it puts back what is no longer named, shows a
    diff, and reads the parameters that were set instead of all several hundreds of the family.
options:
  state:
    description: Whether the parameter group should exist.
    type: str
    choices: [present, absent]
    default: present
  scope:
    description: Whether it is a group of C(cluster) or of C(instance) parameters. Each kind has names of its own.
    type: str
    choices: [cluster, instance]
    default: cluster
  name:
    description:
      - The name of the parameter group.
      - 1 to 255 letters, digits and single hyphens, starting with a letter. RDS stores it in lower case.
    type: str
    required: true
  family:
    description:
      - The parameter group family, such as V(aurora-postgresql16). It has to be that of the engine's major version.
      - Required with O(state=present). AWS cannot change it afterwards.
    type: str
  description:
    description:
      - What the group is for. Required by AWS, so that O(name) is used when it is not given.
      - AWS cannot change it afterwards.
    type: str
  parameters:
    description:
      - Parameter name to value. Values are strings for AWS; numbers and booleans are converted (V(1) and V(0)).
      - A dynamic parameter takes effect at once, a static one with the next restart of the instances.
      - Leave it out to leave the parameters alone; V({}) resets all of them.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - For O(scope=cluster) it needs the permissions C(rds:DescribeDBClusterParameterGroups), C(rds:DescribeDBClusterParameters),
    C(rds:CreateDBClusterParameterGroup), C(rds:ModifyDBClusterParameterGroup), C(rds:ResetDBClusterParameterGroup) and
    C(rds:DeleteDBClusterParameterGroup), for O(scope=instance) those without C(Cluster); for both C(rds:ListTagsForResource),
    C(rds:AddTagsToResource) and C(rds:RemoveTagsFromResource).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Refuse connections without TLS
  iot.sensor_stack.rds_parameter_group:
    name: iot-aurora-params-16-dev
    family: aurora-postgresql16
    parameters:
      rds.force_ssl: 1
    tags:
      Environment: dev

- name: Log statements that wait long for a lock
  iot.sensor_stack.rds_parameter_group:
    scope: instance
    name: iot-aurora-instance-params-16-dev
    family: aurora-postgresql16
    parameters:
      log_lock_waits: true

- name: Remove the parameter group
  iot.sensor_stack.rds_parameter_group:
    name: iot-aurora-params-16-dev
    state: absent
"""

RETURN = r"""
parameter_group:
  description: The parameter group after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name, in lower case.
      type: str
      sample: iot-aurora-params-16-dev
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:rds:ca-central-1:123456789012:cluster-pg:iot-aurora-params-16-dev
    family:
      description: Its parameter group family.
      type: str
      sample: aurora-postgresql16
    description:
      description: Its description.
      type: str
      sample: Parameters of iot-aurora-dev
    parameters:
      description: The parameters that were set, all values as strings.
      type: dict
      sample: {"rds.force_ssl": "1"}
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
    tag_calls,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import parameter_groups
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.api import list_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import check_parameter_group
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.parameter_groups import (
    SCOPES,
    Parameters,
    Scope,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import (
    parameter_group_to_dict,
    to_parameters,
)

IMMUTABLE = {
    "family": "make a parameter group of another name and move the database to it",
    "description": "keep the description, or make a parameter group of another name",
}


def read_current(client: Any, scope: Scope, name: str) -> dict[str, Any] | None:
    """The parameter group as it is, or None."""
    group = parameter_groups.describe_group(client, scope, name)
    if group is None:
        return None
    arn = group[f"{scope.noun}Arn"]
    found = parameter_groups.describe_parameters(client, scope, name, Source="user")
    return parameter_group_to_dict(name, arn, group, found, list_tags(client, arn))


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The parameter group as it should be; None leaves a field as it is."""
    return {
        "family": params["family"],
        "description": params["description"] or (None if current else params["name"]),
        "parameters": to_parameters(params["parameters"]),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def check_parameters(known: Parameters, change: Change) -> list[str]:
    """What AWS lets nobody change; what it does not know at all it refuses itself."""
    names = {key for side in change for key in side or {}}
    return [
        f"parameters has '{name}', which AWS does not let anybody change: leave it out"
        for name in sorted(names & known.keys())
        if not known[name].get("IsModifiable", True)
    ]


def apply_method(known: Parameters, name: str) -> str:
    """When a parameter takes effect: static ones wait for a restart, which is the one way that both kinds take."""
    return "immediate" if known.get(name, {}).get("ApplyType") == "dynamic" else "pending-reboot"


def apply_parameters(client: Any, scope: Scope, name: str, known: Parameters, change: Change) -> None:
    """Reset what is no longer wanted, then set what differs."""
    to_set, to_reset = tag_calls(change)
    resets = [{"ParameterName": key, "ApplyMethod": apply_method(known, key)} for key in to_reset]
    values = [
        {"ParameterName": key, "ParameterValue": value, "ApplyMethod": apply_method(known, key)}
        for key, value in to_set.items()
    ]
    parameter_groups.reset_parameters(client, scope, name, resets)
    parameter_groups.modify_group(client, scope, name, values)


def create(client: Any, scope: Scope, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Create the group without its parameters; returns it."""
    tags = {"Tags": ansible_dict_to_boto3_tag_list(wanted["tags"])} if wanted["tags"] else {}
    request = {"DBParameterGroupFamily": wanted["family"], "Description": wanted["description"], **tags}
    try:
        group = parameter_groups.create_group(client, scope, name, **request)
    except AnsibleAWSError as error:
        # Made since we looked, by another run or by a call of ours whose answer was lost: go on from there.
        found = read_current(client, scope, name) if explain(error)[1] == "DBParameterGroupAlreadyExists" else None
        if found is None:
            raise
        return found
    given = {field: wanted[field] for field in ("family", "description")}
    return {"name": name, "arn": group[f"{scope.noun}Arn"], **given, "parameters": {}, "tags": wanted["tags"] or {}}


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the parameter group."""
    name, scope = module.params["name"].lower(), SCOPES[module.params["scope"]]
    current = read_current(client, scope, name)
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"{scope.kind} {name}", present_action(current))
    if current is not None:
        refuse_immutable(changes, IMMUTABLE, f"{scope.kind} {name}")
    if current is None and changes and not module.check_mode:
        current = create(client, scope, name, wanted)
        changes = build_changes(current, build_wanted(module.params, current))
    if current is not None and "parameters" in changes:
        known = parameter_groups.describe_parameters(client, scope, name)
        refuse(check_parameters(known, changes["parameters"]))
        if not module.check_mode:
            apply_parameters(client, scope, name, known, changes["parameters"])
    if current is not None and not module.check_mode:
        apply_tags(client, current["arn"], changes)
    after = {**(current or {"name": name}), **{key: value for key, value in wanted.items() if value is not None}}
    changed = bool(diff["before"] or diff["after"])
    return {"changed": changed, "diff": diff, "parameter_group": after}


def delete(client: Any, scope: Scope, name: str) -> None:
    """Delete the group.

    :raises AnsibleAWSError: when a cluster or an instance still uses it after some minutes
    """
    try:
        parameter_groups.delete_group(client, scope, name)
    except AnsibleAWSError as error:
        if explain(error)[1] != parameter_groups.BUSY:
            raise
        message = f"{scope.kind} {name} is in use: move the databases that use it to another one first, or delete them"
        raise AnsibleAWSError(message=message, exception=error.exception) from error


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the parameter group."""
    name, scope = module.params["name"].lower(), SCOPES[module.params["scope"]]
    changes = build_removal(read_current(client, scope, name) or {})
    if changes and not module.check_mode:
        delete(client, scope, name)
    return {
        "changed": bool(changes),
        "diff": build_diff(changes, f"{scope.kind} {name}", "remove"),
        "parameter_group": {},
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "scope": {"type": "str", "choices": list(SCOPES), "default": "cluster"},
            "name": {"type": "str", "required": True},
            "family": {"type": "str"},
            "description": {"type": "str"},
            "parameters": {"type": "dict"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["family"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "rds", check_parameter_group, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
