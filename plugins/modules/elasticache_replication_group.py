#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elasticache_replication_group
version_added: 0.1.0
short_description: Manage an ElastiCache replication group
description:
  - Creates, changes in place and deletes a replication group of Amazon ElastiCache, for Redis OSS and Valkey, with cluster mode off or,
    with O(num_node_groups), on.
  - An option that is left out leaves the group as it is, and is left to AWS's default when the group is created.
  - AWS takes one change of a group at a time, so that several changes become several calls, with a wait between them
    also with O(wait=false). Nodes are added before failover is switched on, and removed after it is switched off.
  - A group that AWS is still busy with, such as one that an interrupted run left in C(creating), is waited for and
    then changed. A group that is being deleted is waited for and then created anew.
options:
  state:
    description: Whether the replication group should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The ID of the replication group.
      - 1 to 40 letters, digits and single hyphens, starting with a letter and not ending with a hyphen. ElastiCache
        stores it in lower case.
    type: str
    required: true
  description:
    description:
      - What the group is for, 1 to 255 characters. Required by AWS, so that O(name) is used for a new group without
        one.
    type: str
  engine:
    description:
      - The cache engine. Required to create a group.
      - V(redis) is changed to V(valkey) in place, together with O(engine_version). The way back does not exist.
      - A group with a parameter group of its own needs O(cache_parameter_group_name) of the new family in the same
        run.
    type: str
    choices: [redis, valkey]
  engine_version:
    description:
      - The version of the engine, as C(major) or C(major.minor); before Redis OSS 6.0, as C(major.minor.patch).
      - Only the parts that are given are compared, so that V(7) and V(7.1) are both satisfied by 7.1.0. With
        C(major) alone, a new or upgraded group gets the newest minor version that AWS offers.
      - A newer version is an upgrade in place. AWS cannot go back to an older one, so that it is refused.
    type: str
  node_type:
    description: The node type, such as V(cache.t3.micro). Required to create a group.
    type: str
  num_cache_clusters:
    description:
      - The number of nodes, 1 to 6. The first is the primary, the others are read replicas. AWS's default for a new
        group is 1.
    type: int
  num_node_groups:
    description:
      - The number of shards, 1 to 500, of a group with cluster mode on, in place of O(num_cache_clusters). It needs
        O(automatic_failover_enabled=true), and a parameter group with C(cluster-enabled), such as V(default.redis7.cluster.on).
      - A live group gets more or fewer shards while it goes on serving; of fewer, those with the highest IDs go.
      - AWS cannot switch cluster mode off, and on only by way of a mode for both; here, neither is done in place.
    type: int
    version_added: 0.2.0
  replicas_per_node_group:
    description: The number of replicas of each shard, 0 to 5, of a group with cluster mode on. It needs O(num_node_groups).
    type: int
    version_added: 0.2.0
  automatic_failover_enabled:
    description:
      - Whether a replica is promoted when the primary fails. It needs 2 to 6 nodes, and a node type that is not
        C(cache.t1.*).
      - To come down to one node, switch it off, and O(multi_az_enabled) too.
    type: bool
  multi_az_enabled:
    description: Whether the nodes are spread over availability zones. It needs O(automatic_failover_enabled=true).
    type: bool
  port:
    description:
      - The TCP port of the nodes, 1 to 65535. AWS's default is 6379.
      - AWS cannot change it afterwards.
    type: int
  cache_parameter_group_name:
    description: The cache parameter group, such as V(default.redis7). AWS's default is the default group of the
      engine's version.
    type: str
  cache_subnet_group_name:
    description:
      - The cache subnet group. AWS cannot change it afterwards.
    type: str
  security_group_ids:
    description: The IDs of the VPC security groups, one at least. The group has exactly these.
    type: list
    elements: str
  at_rest_encryption_enabled:
    description:
      - Whether data on disk is encrypted. AWS's default is V(false) for Redis OSS and V(true) for Valkey.
      - AWS cannot change it afterwards.
    type: bool
  kms_key_id:
    description:
      - The ARN or ID of the KMS key for encryption at rest, instead of the key of the service. It needs
        O(at_rest_encryption_enabled=true).
      - AWS cannot change it afterwards.
    type: str
  transit_encryption_enabled:
    description:
      - Whether connections are encrypted with TLS. AWS's default is V(false). A live group needs Redis OSS 7 or
        Valkey to change it.
      - A live group is switched on in two steps of one run, V(preferred) and then V(required), and off in the two
        opposite steps, each with a wait. Clients without TLS are cut off by the last one; give
        O(transit_encryption_mode=preferred) until they have changed.
      - These steps are always applied immediately.
    type: bool
  transit_encryption_mode:
    description:
      - Whether unencrypted connections are accepted too (V(preferred)) or not (V(required)). It needs
        O(transit_encryption_enabled=true).
      - V(required) when encryption is being switched on and this is left out.
    type: str
    choices: [preferred, required]
  auth_token_secret:
    description:
      - The name or ARN of the secret of AWS Secrets Manager whose value is a JSON object with the token that clients must give. It needs
        encryption in transit. The token has 16 to 128 letters, digits and V(!&#$^<>-), and never passes through Ansible.
      - It is read when the group is created, and when a live group is to have a token. The latter is done in two steps (C(ROTATE), then
        C(SET)); clients without the token are cut off by the second. From the first until the second is done, the secret's version has the
        label C(AWSPENDING), which M(iot.sensor_stack.elasticache_rotation) understands.
      - Later changes of the secret are not applied; M(iot.sensor_stack.elasticache_rotation) changes both.
      - A group that has a token keeps it when this is left out, unless O(user_group_ids) takes its place.
    type: str
    version_added: 0.2.0
  auth_token_secret_key:
    description: The field of the secret's JSON value that holds the token.
    type: str
    default: auth_token
    version_added: 0.2.0
  user_group_ids:
    description:
      - The user group whose users are let in, one at most, in place of a token. It needs encryption in transit, and excludes
        O(auth_token_secret). A group with a token loses it in the same step, and an empty list with O(auth_token_secret) is the way back.
      - An empty list takes the user group away, so that everybody is let in.
    type: list
    elements: str
    version_added: 0.2.0
  log_delivery:
    description:
      - Which logs are sent to which log groups of CloudWatch Logs; other logs are not sent. An empty list ends that for all. Left out,
        it stays as it is.
      - The log groups must exist. AWS adds the permission to write into them to the account's resource policy, with the rights of the
        caller.
    type: list
    elements: dict
    version_added: 0.2.0
    suboptions:
      log_type:
        description: The log, V(slow-log) (Redis OSS 6.0 or Valkey) or V(engine-log) (Redis OSS 6.2 or Valkey); each once.
        type: str
        choices: [slow-log, engine-log]
        required: true
      log_group:
        description: The name of the log group.
        type: str
        required: true
      log_format:
        description: The form of an entry.
        type: str
        choices: [json, text]
        default: json
  snapshot_retention_limit:
    description: For how many days automatic snapshots are kept, 0 to 35. V(0), AWS's default, makes none.
    type: int
  snapshot_window:
    description: The daily time of the automatic snapshot in UTC, as C(hh:mm-hh:mm), at least 60 minutes.
    type: str
  preferred_maintenance_window:
    description: The weekly time of maintenance in UTC, as C(ddd:hh:mm-ddd:hh:mm), at least 60 minutes, such as
      V(sun:05:00-sun:06:00).
    type: str
  auto_minor_version_upgrade:
    description: Whether AWS upgrades the minor version by itself.
    type: bool
  apply_immediately:
    description:
      - Whether changes are made at once. With V(false), node type and version wait for the maintenance window; what
        waits there already counts as changed. The number of nodes always changes at once.
    type: bool
    default: true
  allow_replacement:
    description:
      - Whether the group may be deleted and made anew where AWS cannot change it in place. B(The data is lost), but for
        O(final_snapshot_identifier).
    type: bool
    default: false
    version_added: 0.2.0
  final_snapshot_identifier:
    description:
      - With O(state=absent), and where the group is replaced, the name of a snapshot to take before it is deleted, 1 to
        255 letters, digits and single hyphens. No snapshot may have it yet. Without it the data is lost.
    type: str
  wait:
    description: Whether to wait until the group is available after the last change, or gone.
    type: bool
    default: true
  wait_for_creation:
    description:
      - Whether O(wait) holds for a group that AWS is creating as well. With V(false) the module leaves it as it is, returns at once,
        and a later task with V(true) waits for it and makes what changes are left. Meanwhile the play can go on.
    type: bool
    default: true
    version_added: 0.2.0
  wait_timeout:
    description:
      - How many seconds each wait may take. Creation mostly takes some 10 minutes, but has been seen to take an
        hour, and changes of the node type or version go through the nodes one by one. After it the module fails; the
        next run goes on from where AWS is.
    type: int
    default: 3600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - An unchanged group costs three calls, C(DescribeReplicationGroups), C(DescribeCacheClusters) for one node, and
    C(ListTagsForResource).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Run two nodes with failover, encrypted at rest and in transit
  iot.sensor_stack.elasticache_replication_group:
    name: iot-redis-dev
    description: Cache of the sensor readings
    engine: redis
    engine_version: "7.0"
    node_type: cache.t3.micro
    num_cache_clusters: 2
    automatic_failover_enabled: true
    multi_az_enabled: true
    port: 6379
    cache_parameter_group_name: default.redis7
    cache_subnet_group_name: iot-redis-subnets-dev
    security_group_ids:
      - sg-0123456789abcdef0
    at_rest_encryption_enabled: true
    transit_encryption_enabled: true
    tags:
      Environment: dev
  register: cache

- name: Come down to one node
  iot.sensor_stack.elasticache_replication_group:
    name: iot-redis-dev
    num_cache_clusters: 1
    automatic_failover_enabled: false
    multi_az_enabled: false

- name: Move from Redis OSS to Valkey
  iot.sensor_stack.elasticache_replication_group:
    name: iot-redis-dev
    engine: valkey
    engine_version: "8.0"
    cache_parameter_group_name: default.valkey8

- name: Remove the cache and keep its data
  iot.sensor_stack.elasticache_replication_group:
    name: iot-redis-prod
    state: absent
    final_snapshot_identifier: iot-redis-prod-final-20260101
"""

RETURN = r"""
replication_group:
  description:
    - The replication group after the run; in check mode as it would be. Empty when absent.
    - Fields that AWS does not tell while it is still creating the group are null.
  returned: always
  type: dict
  contains:
    name:
      description: Its ID, in lower case.
      type: str
      sample: iot-redis-dev
    arn:
      description: Its ARN; absent in check mode for a group that does not exist yet.
      type: str
      sample: arn:aws:elasticache:ca-central-1:123456789012:replicationgroup:iot-redis-dev
    status:
      description: Its state; C(available) after a wait. Absent in check mode for a group that does not exist yet.
      type: str
      sample: available
    description:
      description: Its description.
      type: str
      sample: Cache of the sensor readings
    engine:
      description: Its engine.
      type: str
      sample: redis
    engine_version:
      description: The full version of its engine.
      type: str
      sample: 7.0.7
    node_type:
      description: Its node type.
      type: str
      sample: cache.t3.micro
    num_cache_clusters:
      description: The number of its nodes.
      type: int
      sample: 2
    cluster_enabled:
      description: Whether cluster mode is on.
      type: bool
      sample: false
    num_node_groups:
      description: The number of its shards.
      type: int
      sample: 1
    replicas_per_node_group:
      description: The number of replicas of each shard.
      type: int
      sample: 1
    configuration_endpoint:
      description: With cluster mode on, where clients find all shards; address and port. Else null.
      type: dict
      sample: null
    member_clusters:
      description: The IDs of its nodes, sorted.
      type: list
      elements: str
      sample: ["iot-redis-dev-001", "iot-redis-dev-002"]
    primary_endpoint:
      description: Where to write and read; address and port. Of the first shard with cluster mode on.
      type: dict
      sample: {"address": "master.iot-redis-dev.abc123.cac1.cache.amazonaws.com", "port": 6379}
    reader_endpoint:
      description: Where to read from the replicas; address and port.
      type: dict
      sample: {"address": "replica.iot-redis-dev.abc123.cac1.cache.amazonaws.com", "port": 6379}
    port:
      description: The port of its nodes.
      type: int
      sample: 6379
    automatic_failover_enabled:
      description: Whether failover is on, or being switched on.
      type: bool
      sample: true
    multi_az_enabled:
      description: Whether its nodes are spread over availability zones.
      type: bool
      sample: true
    cache_parameter_group_name:
      description: Its parameter group.
      type: str
      sample: default.redis7
    cache_subnet_group_name:
      description: Its subnet group.
      type: str
      sample: iot-redis-subnets-dev
    security_group_ids:
      description: The IDs of its security groups, sorted.
      type: list
      elements: str
      sample: ["sg-0123456789abcdef0"]
    at_rest_encryption_enabled:
      description: Whether it is encrypted at rest.
      type: bool
      sample: true
    kms_key_id:
      description: The ARN of its KMS key; null for the key of the service.
      type: str
      sample: null
    transit_encryption_enabled:
      description: Whether connections may be encrypted.
      type: bool
      sample: true
    transit_encryption_mode:
      description: Whether they must be; null without encryption in transit.
      type: str
      sample: required
    auth_token_enabled:
      description: Whether clients need a token.
      type: bool
      sample: true
    user_group_ids:
      description: Its user group, if it has one.
      type: list
      elements: str
      sample: []
    log_delivery:
      description: The logs that are sent to log groups, sorted.
      type: list
      elements: dict
      sample: [{"log_type": "slow-log", "log_group": "/iot/redis-slow-log-dev", "log_format": "json"}]
    snapshot_retention_limit:
      description: For how many days automatic snapshots are kept.
      type: int
      sample: 0
    snapshot_window:
      description: The daily time of the automatic snapshot in UTC.
      type: str
      sample: 03:00-04:00
    preferred_maintenance_window:
      description: The weekly time of maintenance in UTC.
      type: str
      sample: sun:05:00-sun:06:00
    auto_minor_version_upgrade:
      description: Whether AWS upgrades the minor version by itself.
      type: bool
      sample: true
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    is_replacement,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_length,
    check_pattern,
    check_range,
    check_tags,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api, limits
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.credentials import AuthToken
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.rotation import (
    PENDING,
    PasswordSecret,
    Version,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.steps import (
    AT_CREATION,
    Step,
    build_create_request,
    build_steps,
    user_group_request,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.transformations import (
    compare_version,
    replication_group_to_dict,
    version_parts,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.waiters import (
    wait_for_change,
    wait_for_replication_group,
)

IMMUTABLE = ("cluster_enabled", "port", "cache_subnet_group_name", "at_rest_encryption_enabled", "kms_key_id")
CALLS = {
    "modify": api.modify_replication_group,
    "increase": api.increase_replica_count,
    "decrease": api.decrease_replica_count,
    "reshard": api.modify_shard_configuration,
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against ElastiCache's limits."""
    return [
        *check_identifier("name", params["name"], 40),
        *check_length("description", params["description"], 1, 255),
        *limits.check_engine_version("engine_version", params["engine_version"]),
        *limits.check_node_type("node_type", params["node_type"]),
        *limits.check_replicas(params),
        *limits.check_shards(params),
        *check_range("port", params["port"], 1, 65535),
        *check_pattern(
            "cache_parameter_group_name",
            params["cache_parameter_group_name"],
            r"[A-Za-z][A-Za-z0-9.-]{0,254}",
            "1 to 255 letters, digits, hyphens and dots, starting with a letter",
        ),
        *check_length("cache_subnet_group_name", params["cache_subnet_group_name"], 1, 255),
        *limits.check_security_groups("security_group_ids", params["security_group_ids"]),
        *limits.check_kms_key("kms_key_id", params["kms_key_id"]),
        *limits.check_encryption(params),
        *limits.check_user_groups(params),
        *limits.check_log_delivery("log_delivery", params["log_delivery"]),
        *check_range("snapshot_retention_limit", params["snapshot_retention_limit"], 0, 35, "days"),
        *limits.check_daily_window("snapshot_window", params["snapshot_window"]),
        *limits.check_weekly_window("preferred_maintenance_window", params["preferred_maintenance_window"]),
        *check_identifier("final_snapshot_identifier", params["final_snapshot_identifier"], 255),
        *check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds"),
        *check_tags("tags", params["tags"]),
    ]


def read_group(client: Any, name: str, scheduled: bool) -> dict[str, Any] | None:
    """The replication group without its tags, or None.

    :arg scheduled: whether changes that AWS keeps for the maintenance window count as made
    """
    group = api.describe_replication_group(client, name)
    if group is None:
        return None
    members = group.get("MemberClusters") or [None]
    member = api.describe_cache_cluster(client, members[0]) if members[0] else None
    return replication_group_to_dict(group, member, None, scheduled)


def read_current(client: Any, name: str, scheduled: bool) -> dict[str, Any] | None:
    """The replication group as it is, or None; its tags are None while it is busy, when AWS does not tell them."""
    current = read_group(client, name, scheduled)
    if current is None or current["status"] != "available":
        return current
    return {**current, "tags": boto3_tag_list_to_ansible_dict(api.list_tags(client, current["arn"]))}


def read_settled(module: AnsibleAWSModule, client: Any, name: str) -> dict[str, Any] | None:
    """The replication group as it is once AWS is done with it, or None. Check mode does not wait."""
    scheduled = not module.params["apply_immediately"]
    current = read_current(client, name, scheduled)
    status = current["status"] if current else None
    if status == "create-failed":
        raise AnsibleAWSError(
            message=f"replication group {name} is create-failed: delete it (state: absent), then create it again"
        )
    if module.check_mode:
        return None if status == "deleting" else current
    if status in (None, "available") or is_left_to_aws(module, current):
        return current
    wait_for_replication_group(
        client, name, "deleted" if status == "deleting" else "available", module.params["wait_timeout"]
    )
    return read_current(client, name, scheduled)


def is_left_to_aws(module: AnsibleAWSModule, current: dict[str, Any] | None) -> bool:
    """Whether AWS is creating the group, and a later task waits for it."""
    return current is not None and current["status"] == "creating" and not module.params["wait_for_creation"]


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The replication group as it should be; None leaves a field as it is."""
    have = current or {}
    wanted = {field: params[field] for field in AT_CREATION}
    wanted["description"] = params["description"] or (None if current else params["name"])
    for field in ("cache_parameter_group_name", "cache_subnet_group_name", "preferred_maintenance_window"):
        wanted[field] = params[field].lower() if params[field] else None
    if params["security_group_ids"] is not None:
        wanted["security_group_ids"] = sorted(set(params["security_group_ids"]))
    if params["log_delivery"] is not None:
        wanted["log_delivery"] = sorted(params["log_delivery"], key=lambda one: one["log_type"])
    if params["kms_key_id"] and (have.get("kms_key_id") or "").endswith(f"/{params['kms_key_id']}"):
        wanted["kms_key_id"] = have["kms_key_id"]
    if have.get("engine_version") and is_satisfied(params, have):
        wanted["engine_version"] = None
    if params["transit_encryption_enabled"] and have.get("transit_encryption_enabled") is False:
        wanted["transit_encryption_mode"] = params["transit_encryption_mode"] or "required"
    if params["num_node_groups"] is not None:
        wanted["cluster_enabled"] = True
    elif have.get("cluster_enabled") and params["num_cache_clusters"] is not None:
        wanted["cluster_enabled"] = False
    wanted["auth_token_enabled"] = True if params["auth_token_secret"] else None
    if params["user_group_ids"] is not None:
        wanted["user_group_ids"] = sorted({group.lower() for group in params["user_group_ids"]})
        if wanted["user_group_ids"] and have.get("auth_token_enabled"):
            wanted["auth_token_enabled"] = False
    wanted["tags"] = merge_tags(have.get("tags"), params["tags"], params["purge_tags"])
    if have and have["status"] != "available":  # in check mode: compare what AWS tells about a busy group
        wanted = {field: value for field, value in wanted.items() if have[field] is not None}
    return wanted


def is_satisfied(params: dict[str, Any], current: dict[str, Any]) -> bool:
    """Whether the group runs the version asked for, on the engine asked for."""
    if not params["engine_version"] or params["engine"] not in (None, current["engine"]):
        return False
    return compare_version(params["engine_version"], current["engine_version"]) == 0


def resolve_version(client: Any, engine: str, version: str) -> str:
    """The newest minor version that AWS offers for a major version alone; any other version as it is."""
    if "." in version:
        return version
    offered = sorted(api.describe_engine_versions(client, engine), key=version_parts)
    matching = [candidate for candidate in offered if compare_version(version, candidate) == 0]
    if not matching:
        raise AnsibleAWSError(message=f"engine_version is '{version}': AWS offers {', '.join(offered)} for {engine}")
    return ".".join(matching[-1].split(".")[:2])


def plan(module: AnsibleAWSModule, client: Any, current: dict[str, Any] | None) -> Changes:
    """What has to change, after all that AWS would refuse has been refused."""
    wanted = build_wanted(module.params, current)
    changes = build_changes(current, wanted)
    after = {field: change.after for field, change in changes.items()}
    if current is None:
        refuse(limits.check_new_group(wanted))
    else:
        refuse(limits.check_upgrade(current, after))
    group = {**(current or limits.NEW_GROUP), **after}
    refuse(limits.check_replicas(group))
    if "engine_version" in changes:
        version = resolve_version(client, group["engine"], after["engine_version"])
        changes["engine_version"] = changes["engine_version"]._replace(after=version)
    return changes


def create(module: AnsibleAWSModule, client: Any, name: str, changes: Changes) -> None:
    """Create the group."""
    request = build_create_request(name, {field: change.after for field, change in changes.items()})
    if "auth_token_enabled" in changes:
        request["AuthToken"] = read_auth_token(module)[1].password
    single_shot = single_shot_client(module, "elasticache")
    create_once(
        lambda: api.create_replication_group(single_shot, **request),
        lambda: api.describe_replication_group(client, name),
    )
    if module.params["wait"] and module.params["wait_for_creation"]:
        wait_for_replication_group(client, name, "available", module.params["wait_timeout"])


def replace(module: AnsibleAWSModule, client: Any, name: str, status: str, changes: Changes) -> None:
    """Delete the group, wait until it is gone, and create it as it is wanted.

    :arg changes: those that make a new group
    """
    delete(module, client, name, status)
    wait_for_replication_group(client, name, "deleted", module.params["wait_timeout"])
    create(module, client, name, changes)


def apply_changes(module: AnsibleAWSModule, client: Any, current: dict[str, Any], changes: Changes) -> None:
    """Make the changes one by one, with a wait after each; the last wait is the user's choice."""
    name, steps = current["name"], build_steps(current, changes, module.params["apply_immediately"])
    if "tags" in changes:  # AWS copies them to the nodes, and the group is busy meanwhile
        apply_tags(client, current["arn"], changes)
        if steps or module.params["wait"]:
            wait_for_replication_group(client, name, "available", module.params["wait_timeout"])
    for position, step in enumerate(steps, start=1):
        CALLS[step.operation](client, name, **step.request)
        if module.params["wait"] or position < len(steps):
            wait_for_step(module, client, name, step)
    change_authentication(module, client, current, changes)


def change_authentication(module: AnsibleAWSModule, client: Any, current: dict[str, Any], changes: Changes) -> None:
    """Let clients in by token or by user group, from then on; between the two, AWS takes one step only."""
    name = current["name"]
    to_token = "auth_token_enabled" in changes and changes["auth_token_enabled"].after
    if "user_group_ids" in changes:
        before, after = changes["user_group_ids"]
        request = user_group_request(before or [], after)
        if to_token and not after:
            request |= {"AuthToken": read_auth_token(module)[1].password, "AuthTokenUpdateStrategy": "SET"}
        if current["auth_token_enabled"] and after:
            request["AuthTokenUpdateStrategy"] = "DELETE"
        wait_for_replication_group(client, name, "available", module.params["wait_timeout"])
        api.modify_replication_group(client, name, **request, ApplyImmediately=True)
        wait_for_step(module, client, name, Step("modify", {}, {"user_group_ids": after}))
    elif to_token:
        enable_auth_token(module, client, name)


def enable_auth_token(module: AnsibleAWSModule, client: Any, name: str) -> None:
    """Give a live group its token: first beside none, then as the only one. AWS wants it in these two steps.

    A label on the secret's version says so until both are done: AWS does not tell after the first that the second is missing.
    """
    secret, version = read_auth_token(module)
    token = AuthToken(client, name, module.params["wait_timeout"])
    secret.mark(version)
    token.add("", version.password)
    token.keep(version.password)
    secret.move(PENDING, None, version.version_id)


def read_auth_token(module: AnsibleAWSModule) -> tuple[PasswordSecret, Version]:
    """The secret, and its version with the token; never to be shown.

    :raises AnsibleAWSError: when the secret, or the field in it, does not exist, or ElastiCache would refuse it
    """
    name, key = module.params["auth_token_secret"], module.params["auth_token_secret_key"]
    secret = PasswordSecret(module.client("secretsmanager"), name, key, module.no_log_values.add)
    version = secret.read()
    refuse(limits.check_auth_token(f"the field '{key}' of secret '{name}'", version.password))
    return secret, version


def wait_for_step(module: AnsibleAWSModule, client: Any, name: str, step: Step) -> None:
    """Wait until the change has begun or shows, and then until AWS is done with it."""

    def has_begun() -> bool:
        group = read_group(client, name, not module.params["apply_immediately"])
        return group is None or group["status"] != "available" or step.is_shown(group)

    wait_for_change(client, name, has_begun, module.params["wait_timeout"])


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the replication group."""
    name = module.params["name"].lower()
    current = read_settled(module, client, name)
    if is_left_to_aws(module, current):
        return {
            "changed": False,
            "diff": build_diff({}, f"replication group {name}", "change"),
            "replication_group": current,
        }
    found = build_changes(current, build_wanted(module.params, current))
    allowed = module.params["allow_replacement"]
    anew = current is not None and is_replacement(found, IMMUTABLE, f"replication group {name}", allowed)
    changes = plan(module, client, None if anew else current)
    action = "replace" if anew else present_action(current)
    diff = build_diff(found if anew else changes, f"replication group {name}", action)
    after = {**(current or {"name": name}), **{field: change.after for field, change in changes.items()}}
    if changes and not module.check_mode:
        if current is None:
            create(module, client, name, changes)
        elif anew:
            replace(module, client, name, current["status"], changes)
        else:
            apply_changes(module, client, current, changes)
        made = read_current(client, name, scheduled=False) or {}
        # AWS does not tell the tags of a busy group, and here it may be one with wait=false.
        after = {**made, "tags": made.get("tags") or after.get("tags") or {}}
    return {"changed": bool(changes), "diff": diff, "replication_group": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the replication group."""
    name = module.params["name"].lower()
    current = read_current(client, name, scheduled=False)
    status = current["status"] if current else None
    changes = {} if current is None or status == "deleting" else build_removal(current)
    if changes and not module.check_mode:
        delete(module, client, name, status)
    if current and module.params["wait"] and not module.check_mode:
        wait_for_replication_group(client, name, "deleted", module.params["wait_timeout"])
    diff = build_diff(changes, f"replication group {name}", "remove")
    return {"changed": bool(changes), "diff": diff, "replication_group": {}}


def delete(module: AnsibleAWSModule, client: Any, name: str, status: str | None) -> None:
    """Delete the group, once AWS is done with what it is doing to it."""
    if status not in ("available", "create-failed"):
        wait_for_replication_group(client, name, "available", module.params["wait_timeout"])
    snapshot = module.params["final_snapshot_identifier"]
    api.delete_replication_group(client, name, **({"FinalSnapshotIdentifier": snapshot} if snapshot else {}))


LOG_DELIVERY_SPEC = {
    "log_type": {"type": "str", "choices": ["slow-log", "engine-log"], "required": True},
    "log_group": {"type": "str", "required": True},
    "log_format": {"type": "str", "choices": ["json", "text"], "default": "json"},
}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "engine": {"type": "str", "choices": ["redis", "valkey"]},
            "engine_version": {"type": "str"},
            "node_type": {"type": "str"},
            "num_cache_clusters": {"type": "int"},
            "num_node_groups": {"type": "int"},
            "replicas_per_node_group": {"type": "int"},
            "automatic_failover_enabled": {"type": "bool"},
            "multi_az_enabled": {"type": "bool"},
            "port": {"type": "int"},
            "cache_parameter_group_name": {"type": "str"},
            "cache_subnet_group_name": {"type": "str"},
            "security_group_ids": {"type": "list", "elements": "str"},
            "at_rest_encryption_enabled": {"type": "bool"},
            "kms_key_id": {"type": "str"},
            "transit_encryption_enabled": {"type": "bool"},
            "transit_encryption_mode": {"type": "str", "choices": ["preferred", "required"]},
            "auth_token_secret": {"type": "str", "no_log": False},
            "auth_token_secret_key": {"type": "str", "default": "auth_token", "no_log": False},
            "user_group_ids": {"type": "list", "elements": "str"},
            "log_delivery": {"type": "list", "elements": "dict", "options": LOG_DELIVERY_SPEC},
            "snapshot_retention_limit": {"type": "int"},
            "snapshot_window": {"type": "str"},
            "preferred_maintenance_window": {"type": "str"},
            "auto_minor_version_upgrade": {"type": "bool"},
            "apply_immediately": {"type": "bool", "default": True},
            "allow_replacement": {"type": "bool", "default": False},
            "final_snapshot_identifier": {"type": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait": {"type": "bool", "default": True},
            "wait_for_creation": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 3600},
        },
        mutually_exclusive=[("num_cache_clusters", "num_node_groups")],
        required_by={"replicas_per_node_group": ["num_node_groups"]},
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "elasticache", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
