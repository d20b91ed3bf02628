#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_aurora_instances
version_added: 0.2.0
short_description: Manage the instances of an Aurora cluster
description:
  - Creates, changes and deletes the instances of one cluster of Amazon Aurora, which are declared as a list.
  - All instances are asked for first and then waited for together, so that ten take as long as one.
  - New instances are available before others are removed. When the writer is to be removed, the cluster fails over to
    the wanted instance of the lowest promotion tier first. An instance that stays the writer is not touched when others
    come and go.
options:
  state:
    description:
      - V(present) brings about the instances of O(instances).
      - V(absent) removes all instances of the cluster, without snapshots of their own and the writer last. The cluster
        and its data stay.
    type: str
    choices: [present, absent]
    default: present
  db_cluster_identifier:
    description: The identifier of the cluster.
    type: str
    required: true
  engine:
    description: The database engine of the cluster. AWS cannot change it.
    type: str
    choices: [aurora-postgresql, aurora-mysql]
    default: aurora-postgresql
  instances:
    description:
      - The instances, 1 to 16. Required with O(state=present).
      - What is left out of an instance is left as it is, or to AWS for a new one, unless it has a default here.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The identifier of the instance, which is unique in the account and region.
          - 1 to 63 letters, digits and single hyphens, starting with a letter. RDS stores it in lower case.
        type: str
        required: true
      instance_class:
        description:
          - The class of the instance, such as V(db.r6g.large). V(db.serverless) needs a cluster with a range of
            capacity. A change interrupts the instance.
        type: str
        default: db.serverless
      availability_zone:
        description: The availability zone. AWS cannot change it; give the instance another name to move it.
        type: str
      promotion_tier:
        description: The order in which instances become the writer when it fails, 0 first, up to 15.
        type: int
      publicly_accessible:
        description: Whether the instance has a public address. Needs public subnets.
        type: bool
        default: false
      auto_minor_version_upgrade:
        description:
          - Whether AWS upgrades the minor version by itself in the maintenance window. It does so for the whole cluster,
            and only when all of its instances allow it.
        type: bool
      db_parameter_group_name:
        description: The DB parameter group. Static parameters take effect at the next restart.
        type: str
      preferred_maintenance_window:
        description: When AWS maintains the instance, weekly, as V(ddd:hh24:mi-ddd:hh24:mi) in UTC, 30 minutes or more.
        type: str
      ca_certificate_identifier:
        description:
          - The certificate authority of the server's certificate, such as V(rds-ca-rsa2048-g1). AWS restarts the instance when it takes the
            certificate of another one.
        type: str
        version_added: 0.2.0
      monitoring_interval:
        description:
          - Seconds between the metrics of Enhanced Monitoring, V(1), V(5), V(10), V(15), V(30) or V(60); V(0) turns it off.
          - Another value than V(0) needs O(instances[].monitoring_role_arn).
        type: int
        version_added: 0.2.0
      monitoring_role_arn:
        description: The ARN of the role that RDS sends these metrics with; it trusts C(monitoring.rds.amazonaws.com).
        type: str
        version_added: 0.2.0
      performance_insights_enabled:
        description: Whether Performance Insights is on.
        type: bool
        version_added: 0.2.0
      performance_insights_retention_period:
        description: Days that Performance Insights keeps its data, V(7), V(731), or 1 to 23 months of 31 days, such as V(93).
        type: int
        version_added: 0.2.0
      performance_insights_kms_key_id:
        description:
          - The KMS key that encrypts this data, as ARN or ID. AWS's own key for RDS when it is left out.
          - AWS cannot change it while Performance Insights is on.
        type: str
        version_added: 0.2.0
  purge_instances:
    description: Whether instances of the cluster that are not in O(instances) are removed.
    type: bool
    default: true
  apply_immediately:
    description:
      - Whether another instance class is taken at once, or in the next maintenance window. With V(false), a change that
        waits for the window counts as made. AWS makes all other changes at once.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until the instances are available, or gone. The module always waits for busy instances before it
        changes them, and for the wanted instances before it removes others.
    type: bool
    default: true
  wait_for_creation:
    description:
      - Whether O(wait) holds for instances that AWS is creating as well. With V(false) the module leaves them as they are, returns at once,
        and a later task with V(true) waits for them and makes what changes are left. Meanwhile the play can go on.
    type: bool
    default: true
    version_added: 0.2.0
  wait_timeout:
    description:
      - How long each wait may take, in seconds. It also bounds how long the module asks again for a new instance while
        the cluster is being created.
    type: int
    default: 3600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - With O(tags) given, each instance has these tags and the tag C(Name), which is its own name.
  - Needs the permissions C(rds:DescribeDBInstances), C(rds:CreateDBInstance), C(rds:ModifyDBInstance),
    C(rds:DeleteDBInstance), C(rds:AddTagsToResource) and C(rds:RemoveTagsFromResource); C(rds:DescribeDBClusters) to
    remove instances and to wait for a cluster; C(rds:FailoverDBCluster) to remove the writer; C(iam:PassRole) on the role of
    Enhanced Monitoring; C(kms:DescribeKey) and C(kms:CreateGrant) on the key of Performance Insights.
seealso:
  - module: iot.sensor_stack.rds_aurora_cluster
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure two instances of Serverless v2
  iot.sensor_stack.rds_aurora_instances:
    db_cluster_identifier: iot-aurora-dev
    instances:
      - name: iot-aurora-dev-1
        promotion_tier: 0
      - name: iot-aurora-dev-2
        promotion_tier: 1
    tags:
      Environment: dev

- name: Add a reader in a given availability zone and keep all others
  iot.sensor_stack.rds_aurora_instances:
    db_cluster_identifier: iot-aurora-dev
    instances:
      - name: iot-aurora-dev-reports
        instance_class: db.r6g.large
        availability_zone: ca-central-1b
        promotion_tier: 15
    purge_instances: false

- name: Remove all instances of the cluster
  iot.sensor_stack.rds_aurora_instances:
    db_cluster_identifier: iot-aurora-dev
    state: absent
"""

RETURN = r"""
instances:
  description:
    - The instances of the cluster after the run, sorted by name; in check mode as they would be. Instances that are being
      deleted are left out.
    - What AWS names itself is absent in check mode for an instance that does not exist yet.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its identifier, in lower case.
      type: str
      sample: iot-aurora-dev-1
    arn:
      description: Its ARN.
      type: str
      sample: arn:aws:rds:ca-central-1:123456789012:db:iot-aurora-dev-1
    status:
      description: Its state.
      type: str
      sample: available
    engine:
      description: The database engine.
      type: str
      sample: aurora-postgresql
    engine_version:
      description: The version it runs.
      type: str
      sample: "16.6"
    instance_class:
      description: Its class.
      type: str
      sample: db.serverless
    availability_zone:
      description: Its availability zone.
      type: str
      sample: ca-central-1a
    endpoint:
      description: Where to reach this instance alone; null while it is being created.
      type: dict
      contains:
        address:
          description: The address.
          type: str
          sample: iot-aurora-dev-1.abc.ca-central-1.rds.amazonaws.com
        port:
          description: The port.
          type: int
          sample: 5432
    promotion_tier:
      description: The order in which it becomes the writer, 0 to 15.
      type: int
      sample: 1
    publicly_accessible:
      description: Whether it has a public address.
      type: bool
      sample: false
    auto_minor_version_upgrade:
      description: Whether AWS upgrades the minor version by itself.
      type: bool
      sample: true
    db_parameter_group_name:
      description: The DB parameter group.
      type: str
      sample: default.aurora-postgresql16
    preferred_maintenance_window:
      description: When AWS maintains it, in UTC.
      type: str
      sample: sun:05:00-sun:06:00
    ca_certificate_identifier:
      description: The certificate authority of its certificate.
      type: str
      sample: rds-ca-rsa2048-g1
    monitoring_interval:
      description: Seconds between the metrics of Enhanced Monitoring; 0 when it is off.
      type: int
      sample: 60
    monitoring_role_arn:
      description: The role that RDS sends these metrics with.
      type: str
      sample: arn:aws:iam::123456789012:role/iot-rds-monitoring-ca-central-1-dev
    performance_insights_enabled:
      description: Whether Performance Insights is on.
      type: bool
      sample: true
    performance_insights_retention_period:
      description: Days that its data is kept; null when it is off.
      type: int
      sample: 7
    performance_insights_kms_key_id:
      description: The KMS key of its data; null when it is off.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev", "Name": "iot-aurora-dev-1"}
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_range, refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import retry_while
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import MOST_INSTANCES, check_instances
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import (
    create_instance_request,
    instance_to_dict,
    modify_instance_request,
    wanted_instance,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.waiters import (
    wait_for_cluster,
    wait_for_members_available,
    wait_for_members_deleted,
    wait_for_writer,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import key_name

# By its name.
Members = dict[str, dict[str, Any]]

ANOTHER_NAME = "give the instance another name, so that a new one takes its place"
IMMUTABLE = {
    "engine": "an instance has the engine of its cluster",
    "availability_zone": ANOTHER_NAME,
    "performance_insights_kms_key_id": f"keep the key, or {ANOTHER_NAME}",
}

# What RDS says of a role that was made some seconds ago; if it lasts, the role itself is wrong. Source: the AWS provider of
# Terraform retries the same.
NEW_ROLE = "IAM role ARN value is invalid"
NEW_ROLE_SECONDS = 60

# States in which an instance may stay for long, and that are no reason to wait.
SETTLED = ("available", "backing-up", "stopped", "storage-optimization")

# An instance stays available for some seconds before it is modified: so many looks until we take its word.
SETTLE_POLLS = 6


class Plan(NamedTuple):
    """What has to change, by the name of the instance."""

    create: dict[str, Changes]
    change: dict[str, Changes]
    remove: dict[str, Changes]

    @property
    def diff(self) -> list[dict[str, Any]]:
        """Ansible's diffs, one for each instance that changes."""
        return [
            build_diff(changes, f"database instance {name}", action)
            for action, group in self._asdict().items()
            for name, changes in group.items()
        ]


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against RDS's limits."""
    return check_instances(params) + check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds")


def cluster_of(params: dict[str, Any]) -> str:
    """The identifier of the cluster, as RDS stores it."""
    return params["db_cluster_identifier"].lower()


def read_members(client: Any, params: dict[str, Any]) -> Members:
    """The instances of the cluster, those being deleted included."""
    scheduled = not params["apply_immediately"]
    found = api.describe_members(client, cluster_of(params))
    return {instance["DBInstanceIdentifier"]: instance_to_dict(instance, scheduled) for instance in found}


def staying(members: Members) -> Members:
    """The members without those that are being deleted."""
    return {name: member for name, member in members.items() if member["status"] != "deleting"}


def wanted_names(params: dict[str, Any]) -> list[str]:
    """The names of the instances that are asked for."""
    return [item["name"].lower() for item in params["instances"]]


def build_wanted(params: dict[str, Any], item: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """One instance as it should be; None leaves a field as it is."""
    have = current or {}
    tags = None if params["tags"] is None else {**params["tags"], "Name": item["name"].lower()}
    wanted = {
        **wanted_instance(item, params["engine"]),
        "tags": merge_tags(have.get("tags"), tags, params["purge_tags"]),
    }
    key, known = wanted.get("performance_insights_kms_key_id"), have.get("performance_insights_kms_key_id")
    if key and known and key_name(key) == key_name(known):
        wanted["performance_insights_kms_key_id"] = known
    if have and have["status"] != "available":  # compare what AWS tells about a busy instance
        return {field: value for field, value in wanted.items() if have[field] is not None}
    return wanted


def left_to_aws(params: dict[str, Any], members: Members) -> set[str]:
    """The instances that AWS is creating, and that a later task waits for."""
    creating = {name for name, member in members.items() if member["status"] == "creating"}
    return set() if params["wait_for_creation"] else creating


def build_plan(params: dict[str, Any], members: Members) -> Plan:
    """Compare the instances with those that are asked for; one that is being deleted counts as gone."""
    present, left = staying(members), left_to_aws(params, members)
    wanted = {
        name: build_changes(present.get(name), build_wanted(params, item, present.get(name)))
        for name, item in zip(wanted_names(params), params["instances"], strict=True)
    }
    unlisted = sorted(present.keys() - wanted.keys()) if params["purge_instances"] else []
    return Plan(
        create={name: changes for name, changes in wanted.items() if name not in present},
        change={name: changes for name, changes in wanted.items() if name in present and changes and name not in left},
        remove={name: build_removal(present[name]) for name in unlisted},
    )


def read_plan(client: Any, params: dict[str, Any]) -> tuple[Members, Plan]:
    """The members, and what has to change.

    :raises AnsibleAWSError: when that is something AWS cannot change
    """
    members = read_members(client, params)
    plan = build_plan(params, members)
    refuse_immutable(
        {
            f"{name}.{field}": change
            for name, changes in plan.change.items()
            for field, change in changes.items()
            # A key is taken along with what it is for.
            if field != "performance_insights_kms_key_id" or "performance_insights_enabled" not in changes
        },
        {f"{name}.{field}": advice for name in plan.change for field, advice in IMMUTABLE.items()},
        f"the instances of database cluster {cluster_of(params)}",
    )
    return members, plan


def read_settled(module: AnsibleAWSModule, client: Any) -> tuple[Members, Plan]:
    """The same once AWS is done with the members that matter. Check mode does not wait."""
    params = module.params
    members, plan = read_plan(client, params)
    if module.check_mode:
        return members, plan
    leaving = [name for name in plan.create if name in members]
    busy = [name for name in plan.change if members[name]["status"] != "available"]
    if not plan.diff and params["wait"]:
        busy = unsettled(params, members)
    if leaving:
        wait_for_members_deleted(client, cluster_of(params), params["wait_timeout"], leaving)
    if busy:
        wait_for_members_available(client, cluster_of(params), busy, params["wait_timeout"])
    return read_plan(client, params) if leaving or busy else (members, plan)


def unsettled(params: dict[str, Any], members: Members) -> list[str]:
    """The wanted instances that AWS is busy with, or that have failed."""
    names = [name for name in wanted_names(params) if name in members and members[name]["status"] not in SETTLED]
    return [name for name in names if name not in left_to_aws(params, members)]


def check_new(client: Any, params: dict[str, Any], members: Members, plan: Plan) -> list[str]:
    """Check that there is room for the new instances, and that their names are free."""
    if not plan.create:
        return []
    problems, have, new = [], len(staying(members)), len(plan.create)
    if have + new > MOST_INSTANCES:
        problems.append(
            f"instances has {new} new ones, and database cluster {cluster_of(params)} has {have}, of which "
            f"{len(plan.remove)} are removed afterwards: allowed are {MOST_INSTANCES} at any time"
        )
    return problems + check_elsewhere(client, cluster_of(params), list(plan.create))


def check_elsewhere(client: Any, cluster: str, names: list[str]) -> list[str]:
    """Check that none of the names belongs to an instance outside the cluster."""
    owners = {
        instance["DBInstanceIdentifier"]: instance.get("DBClusterIdentifier")
        for instance in api.describe_instances(client, names)
    }
    return [
        f"instances has the name '{name}': a database instance of this name exists "
        f"{f'in database cluster {owner}' if owner else 'outside of any cluster'}; allowed is a name that is not in use"
        for name, owner in owners.items()
        if owner != cluster
    ]


def create(client: Any, params: dict[str, Any], name: str, changes: Changes) -> None:
    """Ask for an instance, again while the cluster cannot take one because it is being created or changed."""
    cluster, tries = cluster_of(params), 1 + params["wait_timeout"] // POLL_SECONDS
    request = create_instance_request(cluster, {field: change.after for field, change in changes.items()})
    for attempt in range(1, tries + 1):
        try:
            with_new_role(name, partial(api.create_instance, client, name, **request))
            return
        except AnsibleAWSError as error:
            code = explain(error)[1]
            if code == "DBInstanceAlreadyExists":
                # By another run, or by a call of ours whose answer was lost.
                refuse(check_elsewhere(client, cluster, [name]))
                return
            if code != "InvalidDBClusterStateFault" or attempt == tries:
                raise
        wait_for_cluster(client, cluster, "available", params["wait_timeout"])
        time.sleep(POLL_SECONDS)


def with_new_role(name: str, call: Callable[[], None]) -> None:
    """Make a call, again for up to a minute while RDS does not know a role that was just made."""

    def is_new_role(error: AnsibleAWSError) -> bool:
        message, code = explain(error)
        return code == "InvalidParameterValue" and NEW_ROLE in message

    retry_while(call, is_new_role, NEW_ROLE_SECONDS, f"database instance {name}", "waiting for its role")


def change(client: Any, params: dict[str, Any], member: dict[str, Any], changes: Changes) -> None:
    """Ask for the changes of an instance."""
    apply_tags(client, member["arn"], changes)
    request = modify_instance_request(changes, member)
    if request:
        name, immediately = member["name"], params["apply_immediately"]
        with_new_role(name, partial(api.modify_instance, client, name, ApplyImmediately=immediately, **request))


def wait_for_wanted(client: Any, params: dict[str, Any], members: Members, plan: Plan) -> None:
    """Wait for all new, changed and busy instances together."""
    modified = [name for name, changes in plan.change.items() if set(changes) != {"tags"}]
    new = plan.create if params["wait_for_creation"] or plan.remove else ()
    names = {*new, *modified, *unsettled(params, staying(members))}
    for _poll in range(SETTLE_POLLS if modified else 0):
        members = read_members(client, params)
        unmade = build_plan(params, members).change
        if not any(name in unmade and members[name]["status"] == "available" for name in modified):
            break
        time.sleep(POLL_SECONDS)
    if names:
        wait_for_members_available(client, cluster_of(params), names, params["wait_timeout"])


def read_writer(client: Any, cluster: str) -> str | None:
    """The name of the cluster's writer; None without one."""
    members = (api.describe_cluster(client, cluster) or {}).get("DBClusterMembers", [])
    return next((member["DBInstanceIdentifier"] for member in members if member.get("IsClusterWriter")), None)


def find_successor(client: Any, params: dict[str, Any]) -> str | None:
    """The available wanted instance of the lowest promotion tier; None without one."""
    members, names = read_members(client, params), wanted_names(params)
    ready = [member for member in members.values() if member["name"] in names and member["status"] == "available"]
    order = sorted(ready, key=lambda member: (member["promotion_tier"] or 0, member["name"]))
    return order[0]["name"] if order else None


def remove(client: Any, params: dict[str, Any], names: list[str]) -> None:
    """Ask for the removal of the instances, the writer last, and make a wanted instance the writer before."""
    cluster, timeout = cluster_of(params), params["wait_timeout"]
    writer = read_writer(client, cluster)
    successor = find_successor(client, params) if writer in names and params["state"] == "present" else None
    if successor:
        api.failover_cluster(client, cluster, successor)
        wait_for_writer(client, cluster, successor, timeout)
    for name in sorted(names, key=lambda name: (name == writer, name)):
        api.delete_member(client, name)


def apply_plan(client: Any, params: dict[str, Any], members: Members, plan: Plan) -> None:
    """Ask for all new instances and changes, wait once, then remove what is not wanted."""
    for name, changes in plan.create.items():
        create(client, params, name, changes)
    for name, changes in plan.change.items():
        change(client, params, members[name], changes)
    if params["wait"] or plan.remove:
        wait_for_wanted(client, params, members, plan)
    if plan.remove:
        remove(client, params, list(plan.remove))
        if params["wait"]:
            cluster = cluster_of(params)
            wait_for_members_deleted(client, cluster, params["wait_timeout"], list(plan.remove))


def build_result(members: Members, plan: Plan) -> list[dict[str, Any]]:
    """The instances as they are once the plan is carried out, sorted by name."""
    after = {name: member for name, member in staying(members).items() if name not in plan.remove}
    for name, changes in {**plan.create, **plan.change}.items():
        fields = {field: change.after for field, change in changes.items()}
        after[name] = {**after.get(name, {"name": name}), **fields}
    return [after[name] for name in sorted(after)]


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create, change and remove instances."""
    members, plan = read_settled(module, client)
    refuse(check_new(client, module.params, members, plan))
    diff = plan.diff
    if diff and not module.check_mode:
        apply_plan(client, module.params, members, plan)
        members, plan = read_members(client, module.params), Plan({}, {}, {})
    return {"changed": bool(diff), "diff": diff, "instances": build_result(members, plan)}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove all instances of the cluster, or see their removal through."""
    params = module.params
    members = read_members(client, params)
    plan = Plan({}, {}, {name: build_removal(member) for name, member in sorted(staying(members).items())})
    if members and not module.check_mode:
        if plan.remove:
            remove(client, params, list(plan.remove))
        if params["wait"]:
            wait_for_members_deleted(client, cluster_of(params), params["wait_timeout"])
    return {"changed": bool(plan.diff), "diff": plan.diff, "instances": []}


INSTANCE_SPEC = {
    "name": {"type": "str", "required": True},
    "instance_class": {"type": "str", "default": "db.serverless"},
    "availability_zone": {"type": "str"},
    "promotion_tier": {"type": "int"},
    "publicly_accessible": {"type": "bool", "default": False},
    "auto_minor_version_upgrade": {"type": "bool"},
    "db_parameter_group_name": {"type": "str"},
    "preferred_maintenance_window": {"type": "str"},
    "ca_certificate_identifier": {"type": "str"},
    "monitoring_interval": {"type": "int"},
    "monitoring_role_arn": {"type": "str"},
    "performance_insights_enabled": {"type": "bool"},
    "performance_insights_retention_period": {"type": "int"},
    "performance_insights_kms_key_id": {"type": "str", "no_log": False},
}


def build_spec() -> dict[str, Any]:
    """The module's options."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "db_cluster_identifier": {"type": "str", "required": True},
        "engine": {
            "type": "str",
            "choices": ["aurora-postgresql", "aurora-mysql"],
            "default": "aurora-postgresql",
        },
        "instances": {"type": "list", "elements": "dict", "options": INSTANCE_SPEC},
        "purge_instances": {"type": "bool", "default": True},
        "apply_immediately": {"type": "bool", "default": True},
        "wait": {"type": "bool", "default": True},
        "wait_for_creation": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 3600},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec=build_spec(),
        required_if=[("state", "present", ["instances"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "rds", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
