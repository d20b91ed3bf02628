#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rds_aurora_cluster
version_added: 0.1.0
short_description: Manage an Aurora cluster with Serverless v2 capacity
description:
  - Creates, changes and deletes a cluster of Amazon Aurora. Its instances are made with
    M(iot.sensor_stack.rds_aurora_instances); the range of capacity of O(serverless_v2_scaling) must exist before the first
    instance of class C(db.serverless).
  - The master password never passes through Ansible. The module reads it from a secret when it creates the cluster, or
    RDS makes, keeps and rotates it.
options:
  state:
    description: Whether the cluster should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The identifier of the cluster.
      - 1 to 63 letters, digits and single hyphens, starting with a letter. RDS stores it in lower case.
    type: str
    required: true
  engine:
    description: The database engine. AWS cannot change it afterwards.
    type: str
    choices: [aurora-postgresql, aurora-mysql]
    default: aurora-postgresql
  engine_version:
    description:
      - The version of the engine, as V(major) or V(major.minor), such as V(16) or V(16.6). V(16) is met by all releases
        of 16; a new cluster gets AWS's default one.
      - A newer version upgrades the cluster, which interrupts it. An older minor version is ignored, since AWS may have
        upgraded the cluster itself; an older major version fails.
    type: str
  allow_major_version_upgrade:
    description:
      - Whether O(engine_version) may upgrade the cluster to another major version.
      - Where the cluster has a parameter group of its own, O(db_cluster_parameter_group_name) has to name one of the new family; where its
        instances have one, O(db_instance_parameter_group_name) has to.
    type: bool
    default: false
  restore_from:
    description:
      - What a cluster that does not exist yet is restored from, O(restore_from.snapshot) alone, or O(restore_from.cluster) with
        O(restore_from.time). A cluster that exists is left as it is.
      - The settings that AWS does not take then are changed afterwards, and the master password becomes that of
        O(master_password_secret). Until that is done, the cluster has the tag C(RestoredMasterPassword).
      - Engine, major version and master user are those of the source; when the options say otherwise, it is refused.
    type: dict
    version_added: 0.2.0
    suboptions:
      snapshot:
        description: The name of a cluster snapshot, or its ARN.
        type: str
      cluster:
        description: The identifier of the cluster whose backups are restored.
        type: str
      time:
        description: V(latest), or a time with its zone, such as V(2026-01-31T12:00:00Z).
        type: str
  database_name:
    description: The name of the first database, up to 63 letters, digits and underscores. AWS cannot change it.
    type: str
  master_username:
    description:
      - The name of the master user, up to 63 letters, digits and underscores, 16 with C(aurora-mysql).
      - Needed to create the cluster. AWS cannot change it afterwards.
    type: str
  master_password_secret:
    description:
      - The name or ARN of the secret of AWS Secrets Manager that holds the master password. It must exist before the
        cluster does.
      - It is read when the cluster is created, and when it is taken back from O(manage_master_user_password=true).
        Later changes of the secret are not applied to the cluster.
    type: str
  master_password_secret_key:
    description: The field of the secret's JSON value that holds the password.
    type: str
    default: password
  manage_master_user_password:
    description:
      - Whether RDS makes the master password, keeps it in a secret of its own and rotates it.
      - Excludes O(master_password_secret), which is needed to turn it off again; RDS deletes its secret then.
    type: bool
  master_user_secret_kms_key_id:
    description:
      - The KMS key that encrypts the secret of RDS, as key ID, key ARN, alias or alias ARN.
      - AWS cannot change it while O(manage_master_user_password=true).
    type: str
  port:
    description: The port, 1150 to 65535. AWS takes 5432 for PostgreSQL and 3306 for MySQL when it is left out.
    type: int
  db_subnet_group_name:
    description: The DB subnet group, which names the VPC and the subnets. AWS cannot change it afterwards.
    type: str
  vpc_security_group_ids:
    description: The IDs of the security groups, in any order. Others are removed.
    type: list
    elements: str
  db_cluster_parameter_group_name:
    description: The DB cluster parameter group. After a change, its static parameters take effect with a restart of the instances.
    type: str
  db_instance_parameter_group_name:
    description:
      - The DB parameter group that all instances get with an upgrade to another major version, which needs one of the new family.
        It is not used otherwise.
    type: str
    version_added: 0.2.0
  storage_encrypted:
    description: Whether the storage is encrypted. AWS cannot change it afterwards.
    type: bool
  kms_key_id:
    description:
      - The KMS key that encrypts the storage, as key ID, key ARN, alias or alias ARN. The default key of RDS when it is
        left out. AWS cannot change it afterwards.
    type: str
  serverless_v2_scaling:
    description: The range of capacity of the instances of class C(db.serverless), in Aurora capacity units (ACU).
    type: dict
    suboptions:
      min_capacity:
        description:
          - The smallest capacity in ACU, 0 or 0.5 to 256, in half steps. With V(0) idle instances pause, which not all
            engine versions can.
        type: float
        required: true
      max_capacity:
        description: The largest capacity in ACU, 1 to 256, in half steps.
        type: float
        required: true
      seconds_until_auto_pause:
        description:
          - How long an instance is idle before it pauses, 300 to 86400 seconds. Needs a minimum of 0, which PostgreSQL takes from 13.15,
            14.12, 15.7 and 16.3 on.
        type: int
  enable_http_endpoint:
    description: Whether the HTTP endpoint (RDS Data API) is on.
    type: bool
  enable_iam_database_authentication:
    description: Whether users may sign in to the database with IAM credentials.
    type: bool
  backup_retention_period:
    description: Days that automated backups are kept, 1 to 35.
    type: int
  preferred_backup_window:
    description:
      - When automated backups are made, daily, as V(hh24:mi-hh24:mi) in UTC, 30 minutes or more, and not during
        O(preferred_maintenance_window).
    type: str
  preferred_maintenance_window:
    description: When AWS maintains the cluster, weekly, as V(ddd:hh24:mi-ddd:hh24:mi) in UTC, 30 minutes or more.
    type: str
  deletion_protection:
    description: Whether the cluster is protected against deletion, by this module too.
    type: bool
  copy_tags_to_snapshot:
    description: Whether snapshots get the cluster's tags.
    type: bool
  enabled_cloudwatch_logs_exports:
    description:
      - The logs that are exported to CloudWatch Logs. Others are no longer exported.
      - V(postgresql), V(instance) and V(iam-db-auth-error) with C(aurora-postgresql); V(audit), V(error), V(general),
        V(instance), V(slowquery) and V(iam-db-auth-error) with C(aurora-mysql).
    type: list
    elements: str
  apply_immediately:
    description:
      - Whether changes are made at once, or in the next maintenance window. Changes that wait for the window count as
        made when AWS reports them as pending.
    type: bool
    default: true
  allow_replacement:
    description:
      - Whether the cluster may be deleted, with all its instances, and made anew where AWS cannot change it in place. B(The
        data is lost), but for O(final_snapshot_identifier). The instances must be made again afterwards.
      - O(deletion_protection) of the live cluster must be off, and O(skip_final_snapshot=true) or
        O(final_snapshot_identifier) is needed as for O(state=absent).
    type: bool
    default: false
    version_added: 0.2.0
  skip_final_snapshot:
    description: With O(state=absent), delete the cluster without a last snapshot.
    type: bool
    default: false
  final_snapshot_identifier:
    description:
      - With O(state=absent), the name of the last snapshot, which must be new. 1 to 255 letters, digits and single
        hyphens, starting with a letter. Either this or O(skip_final_snapshot=true) is needed.
    type: str
  delete_members:
    description:
      - With O(state=absent), delete the cluster's instances first and wait until they are gone. Otherwise a cluster
        with instances is an error.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the cluster is available, or gone. The module always waits for O(delete_members=true).
    type: bool
    default: true
  wait_for_creation:
    description:
      - Whether O(wait) holds for a cluster that AWS is creating as well. With V(false) the module leaves it as it is, returns at once,
        and a later task with V(true) waits for it and makes what changes are left. Meanwhile the play can go on.
    type: bool
    default: true
    version_added: 0.2.0
  wait_timeout:
    description: How long each wait may take, in seconds.
    type: int
    default: 3600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - Needs the permissions C(rds:DescribeDBClusters), C(rds:CreateDBCluster), C(rds:ModifyDBCluster),
    C(rds:DeleteDBCluster), C(rds:EnableHttpEndpoint), C(rds:DisableHttpEndpoint), C(rds:AddTagsToResource),
    C(rds:RemoveTagsFromResource), C(rds:DescribeDBClusterSnapshots), C(rds:DescribeDBInstances) and
    C(rds:DeleteDBInstance); C(secretsmanager:GetSecretValue) on the secret of O(master_password_secret);
    C(kms:DescribeKey) when a key is named by its alias; C(rds:RestoreDBClusterFromSnapshot) or C(rds:RestoreDBClusterToPointInTime) for
    O(restore_from).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the cluster, with the password of a secret
  iot.sensor_stack.rds_aurora_cluster:
    name: iot-aurora-dev
    engine_version: "16"
    database_name: iotdb
    master_username: iotadmin
    master_password_secret: iot-aurora-password-dev
    db_subnet_group_name: iot-aurora-subnets-dev
    vpc_security_group_ids: [sg-0123456789abcdef0]
    storage_encrypted: true
    serverless_v2_scaling:
      min_capacity: 0.5
      max_capacity: 1
    enable_http_endpoint: true
    tags:
      Environment: dev

- name: Have RDS manage the password
  iot.sensor_stack.rds_aurora_cluster:
    name: iot-aurora-dev
    manage_master_user_password: true

- name: Restore a cluster that is not there to the last point in time of another one
  iot.sensor_stack.rds_aurora_cluster:
    name: iot-aurora-dev
    restore_from:
      cluster: iot-aurora-prod
      time: latest
    master_username: iotadmin
    master_password_secret: iot-aurora-password-dev
    db_subnet_group_name: iot-aurora-subnets-dev

- name: Delete the cluster and its instances, with a last snapshot
  iot.sensor_stack.rds_aurora_cluster:
    name: iot-aurora-dev
    state: absent
    delete_members: true
    final_snapshot_identifier: iot-aurora-dev-final
"""

RETURN = r"""
cluster:
  description:
    - The cluster after the run; in check mode as it would be. Empty when absent. It never holds a password.
    - What AWS names itself is absent in check mode for a cluster that does not exist yet.
  returned: always
  type: dict
  contains:
    name:
      description: Its identifier, in lower case.
      type: str
      sample: iot-aurora-dev
    arn:
      description: Its ARN.
      type: str
      sample: arn:aws:rds:ca-central-1:123456789012:cluster:iot-aurora-dev
    resource_id:
      description: The ID that IAM policies and CloudTrail name it by.
      type: str
      sample: cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ
    status:
      description: Its state.
      type: str
      sample: available
    endpoint:
      description: The address of the writer.
      type: str
      sample: iot-aurora-dev.cluster-abc.ca-central-1.rds.amazonaws.com
    reader_endpoint:
      description: The address that spreads connections over the readers.
      type: str
      sample: iot-aurora-dev.cluster-ro-abc.ca-central-1.rds.amazonaws.com
    hosted_zone_id:
      description: The hosted zone of the endpoints, for aliases in Route 53.
      type: str
      sample: Z2R2ITUGPM61AM
    port:
      description: The port.
      type: int
      sample: 5432
    members:
      description: The instances, the writer first.
      type: list
      elements: dict
      contains:
        name:
          description: The instance's identifier.
          type: str
          sample: iot-aurora-dev-1
        writer:
          description: Whether it is the writer.
          type: bool
          sample: true
        promotion_tier:
          description: The order in which it becomes the writer, 0 to 15.
          type: int
          sample: 1
    engine:
      description: The database engine.
      type: str
      sample: aurora-postgresql
    engine_version:
      description: The version it runs, or is going to run.
      type: str
      sample: "16.6"
    database_name:
      description: The name of the first database.
      type: str
      sample: iotdb
    master_username:
      description: The name of the master user.
      type: str
      sample: iotadmin
    manage_master_user_password:
      description: Whether RDS manages the master password.
      type: bool
      sample: false
    master_user_secret_arn:
      description: The ARN of the secret of RDS, when it manages the password.
      type: str
      sample: arn:aws:secretsmanager:ca-central-1:123456789012:secret:rds!cluster-1234-AbCdEf
    master_user_secret_kms_key_id:
      description: The KMS key that encrypts the secret of RDS.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234
    db_subnet_group_name:
      description: The DB subnet group.
      type: str
      sample: iot-aurora-subnets-dev
    vpc_security_group_ids:
      description: The IDs of the security groups, sorted.
      type: list
      elements: str
      sample: [sg-0123456789abcdef0]
    db_cluster_parameter_group_name:
      description: The DB cluster parameter group.
      type: str
      sample: default.aurora-postgresql16
    storage_encrypted:
      description: Whether the storage is encrypted.
      type: bool
      sample: true
    kms_key_id:
      description: The KMS key that encrypts the storage.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234
    serverless_v2_scaling:
      description: The range of capacity.
      type: dict
      contains:
        min_capacity:
          description: The smallest capacity in ACU.
          type: float
          sample: 0.5
        max_capacity:
          description: The largest capacity in ACU.
          type: float
          sample: 1.0
        seconds_until_auto_pause:
          description: How long an instance is idle before it pauses, in seconds; only with a minimum of 0.
          type: int
          sample: 300
    http_endpoint_enabled:
      description: Whether the HTTP endpoint (RDS Data API) is on.
      type: bool
      sample: true
    iam_database_authentication_enabled:
      description: Whether users may sign in with IAM credentials.
      type: bool
      sample: false
    backup_retention_period:
      description: Days that automated backups are kept.
      type: int
      sample: 1
    preferred_backup_window:
      description: When automated backups are made, in UTC.
      type: str
      sample: 03:00-04:00
    preferred_maintenance_window:
      description: When AWS maintains the cluster, in UTC.
      type: str
      sample: sun:05:00-sun:06:00
    deletion_protection:
      description: Whether it is protected against deletion.
      type: bool
      sample: false
    copy_tags_to_snapshot:
      description: Whether snapshots get its tags.
      type: bool
      sample: true
    enabled_cloudwatch_logs_exports:
      description: The logs that are exported, sorted.
      type: list
      elements: str
      sample: [postgresql]
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    is_replacement,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_range, refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import (
    check_cluster,
    check_password,
    check_removal,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.restore import (
    PENDING,
    check_source,
    describe_wish,
    is_asked_for,
    read_source,
    restore,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.tags import apply_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import (
    cluster_to_dict,
    compare_versions,
    create_request,
    major_version,
    modify_request,
    normalize_scaling,
    wanted_options,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.waiters import (
    wait_for_cluster,
    wait_for_members_deleted,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.api import get_secret_value
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import same_key_as
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import value_of

IMMUTABLE = ("engine", "database_name", "master_username", "db_subnet_group_name", "storage_encrypted", "kms_key_id")
# RDS takes another key for its secret only while it is turning the management on.
KEY_OF_MANAGED_SECRET = {
    "master_user_secret_kms_key_id": "turn manage_master_user_password off and on again with the other key"
}

# States in which a cluster may stay for long, and that are no reason to wait.
SETTLED = ("available", "backing-up", "stopped", "storage-optimization")

# A cluster stays available for some seconds before it is modified: so many looks until we take its word.
SETTLE_POLLS = 6


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against RDS's limits."""
    problems = check_cluster(params) + check_range("wait_timeout", params["wait_timeout"], 1, 86400, "seconds")
    return problems + check_removal(params) if params["state"] == "absent" or params["allow_replacement"] else problems


def read_current(client: Any, name: str) -> dict[str, Any] | None:
    """The cluster as it is, or None."""
    cluster = api.describe_cluster(client, name)
    return cluster_to_dict(cluster) if cluster else None


def read_settled(module: AnsibleAWSModule, client: Any, name: str) -> dict[str, Any] | None:
    """The cluster once an interrupted creation, change or deletion has come to its end, or None."""
    current = read_current(client, name)
    if current is None:
        return None
    if current["status"] == "deleting":
        if not module.check_mode:
            wait_for_cluster(client, name, "deleted", module.params["wait_timeout"])
        return None
    if (
        current["status"] in SETTLED
        or module.check_mode
        or not module.params["wait"]
        or is_left_to_aws(module, current)
    ):
        return current
    wait_for_cluster(client, name, "available", module.params["wait_timeout"])
    return read_current(client, name)


def is_left_to_aws(module: AnsibleAWSModule, current: dict[str, Any] | None) -> bool:
    """Whether AWS is creating the cluster, and a later task waits for it."""
    return current is not None and current["status"] == "creating" and not module.params["wait_for_creation"]


def build_wanted(module: AnsibleAWSModule, current: dict[str, Any] | None) -> dict[str, Any]:
    """The cluster as it should be; None leaves a field as it is."""
    params, have = module.params, current or {}
    scaling = params["serverless_v2_scaling"]
    if scaling:
        given = {key: value for key, value in scaling.items() if value is not None}
        scaling = normalize_scaling({**(have.get("serverless_v2_scaling") or {}), **given})
    return {
        **wanted_options(params),
        "engine_version": build_version(params, have),
        "manage_master_user_password": build_management(params, have),
        "kms_key_id": same_key_as(module, params["kms_key_id"], have.get("kms_key_id")),
        "master_user_secret_kms_key_id": same_key_as(
            module, params["master_user_secret_kms_key_id"], have.get("master_user_secret_kms_key_id")
        ),
        "serverless_v2_scaling": scaling,
        "tags": build_tags(params, have.get("tags") or {}),
    }


def build_tags(params: dict[str, Any], have: dict[str, str]) -> dict[str, str] | None:
    """The tags, without that of a restored cluster; None leaves them as they are."""
    kept = {key: value for key, value in have.items() if key != PENDING}
    tags = merge_tags(kept, params["tags"], params["purge_tags"])
    return kept if tags is None and PENDING in have else tags


def build_version(params: dict[str, Any], have: dict[str, Any]) -> str | None:
    """The version to create or upgrade to, or None when the cluster has it, or a later release of it.

    :raises AnsibleAWSError: when it would be another major version that was not allowed
    """
    asked, running = params["engine_version"], have.get("engine_version")
    if asked is None or running is None:
        return asked
    order, engine = compare_versions(asked, running), params["engine"]
    same_major = major_version(engine, asked) == major_version(engine, running)[: len(major_version(engine, asked))]
    if not same_major and (order < 0 or not params["allow_major_version_upgrade"]):
        advice = (
            "a downgrade is not possible"
            if order < 0
            else "allow it with allow_major_version_upgrade=true, in the playbooks "
            f"database_allow_major_version_upgrade={params['name']}"
        )
        raise AnsibleAWSError(
            message=f"database cluster {params['name']} cannot change its major version: engine_version is "
            f"'{running}' on AWS and '{asked}' is wanted: {advice}"
        )
    return asked if order > 0 else None


def build_management(params: dict[str, Any], have: dict[str, Any]) -> bool | None:
    """Whether RDS should manage the password; None leaves it as it is.

    :raises AnsibleAWSError: when there is no password to take its place
    """
    wanted = False if params["master_password_secret"] else params["manage_master_user_password"]
    if wanted is False and have.get("manage_master_user_password") and not params["master_password_secret"]:
        raise AnsibleAWSError(
            message="manage_master_user_password is True on AWS and False is wanted: "
            "this needs the password in master_password_secret"
        )
    return wanted


def read_password(module: AnsibleAWSModule) -> str:
    """The master password from its secret; never to be shown.

    :raises AnsibleAWSError: when the secret, or the field in it, does not exist, or RDS would refuse it
    """
    secret, key = module.params["master_password_secret"], module.params["master_password_secret_key"]
    answer = get_secret_value(module.client("secretsmanager"), secret)
    if answer is None:
        raise AnsibleAWSError(message=f"master_password_secret is '{secret}': no secret of this name has a value")
    value = value_of(answer)
    password = value.get(key) if isinstance(value, dict) else None
    if not password or not isinstance(password, str):
        raise AnsibleAWSError(
            message=f"master_password_secret is '{secret}': its value has no JSON field '{key}' with a text"
        )
    module.no_log_values.add(password)
    refuse(check_password(f"the field '{key}' of secret '{secret}'", password, module.params["engine"]))
    return password


def check_creation(params: dict[str, Any]) -> list[str]:
    """What only a new cluster needs."""
    problems = []
    if not params["master_username"]:
        problems.append(f"master_username is missing: it is needed to create database cluster {params['name']}")
    if not params["master_password_secret"] and not params["manage_master_user_password"]:
        problems.append(
            "master_password_secret or manage_master_user_password=true is needed to create database cluster "
            + params["name"]
        )
    return problems


def is_major_upgrade(params: dict[str, Any], current: dict[str, Any], changes: Changes) -> bool:
    """Whether the changes are to another major version, which was allowed."""
    if "engine_version" not in changes:
        return False
    versions = (changes["engine_version"].after, current["engine_version"])
    return len({major_version(params["engine"], version) for version in versions}) > 1


def check_family(params: dict[str, Any], current: dict[str, Any], changes: Changes) -> list[str]:
    """AWS takes a cluster with a parameter group of its own to another major version only with one of the new family."""
    group = current["db_cluster_parameter_group_name"] or "default."
    if group.startswith("default.") or "db_cluster_parameter_group_name" in changes:
        return []
    if not is_major_upgrade(params, current, changes):
        return []
    return [
        f"database cluster {current['name']} has the parameter group {group}, which is not of the family of version "
        f"{changes['engine_version'].after}: name one that is in db_cluster_parameter_group_name"
    ]


def check_running(current: dict[str, Any], changes: Changes) -> list[str]:
    """AWS changes nothing but the tags of a stopped cluster."""
    if current["status"] != "stopped" or not set(changes) - {"tags"}:
        return []
    return [f"database cluster {current['name']} is stopped: start it first to change {', '.join(changes)}"]


def create(
    module: AnsibleAWSModule, client: Any, name: str, wanted: dict[str, Any], source: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Create the cluster, or restore it from the source; returns it, available when asked to wait."""
    password = read_password(module) if module.params["master_password_secret"] else None
    if source:
        tags = {**(wanted["tags"] or {}), **({PENDING: "not set yet"} if password else {})}
        cluster = restore(client, name, module.params["restore_from"], source, {**wanted, "tags": tags})
    else:
        cluster = api.create_cluster(client, **create_request(name, wanted, password))
    if not module.params["wait"] or not module.params["wait_for_creation"]:
        return cluster_to_dict(cluster)
    wait_for_cluster(client, name, "available", module.params["wait_timeout"])
    current = read_current(client, name)
    late = build_changes(current, build_wanted(module, current) if source else wanted)
    if not source:
        # Not every engine version takes the HTTP endpoint at creation.
        late = {field: change for field, change in late.items() if field == "enable_http_endpoint"}
    return update(module, client, current, wanted, late) if current and late else current


def update(
    module: AnsibleAWSModule, client: Any, current: dict[str, Any], wanted: dict[str, Any], changes: Changes
) -> dict[str, Any] | None:
    """Make the changes; returns the cluster after them."""
    name, arn = current["name"], current["arn"]
    restored = PENDING in current["tags"]
    if not restored:
        apply_tags(client, arn, changes)
        if set(changes) == {"tags"}:
            return read_current(client, name)
    if "enable_http_endpoint" in changes:
        api.switch_http_endpoint(client, arn, changes["enable_http_endpoint"].after)
    taken_back = "manage_master_user_password" in changes and not changes["manage_master_user_password"].after
    needs_password = module.params["master_password_secret"] and (taken_back or restored)
    request = modify_request(changes, read_password(module) if needs_password else None)
    if request:
        request |= build_upgrade(module.params, current, changes)
        api.modify_cluster(client, name, ApplyImmediately=module.params["apply_immediately"], **request)
    if module.params["wait"]:
        wait_until_modified(module, client, name, {**wanted, "tags": None})
    if restored:
        apply_tags(client, arn, changes)  # from now on the password counts as set
    return read_current(client, name)


def build_upgrade(params: dict[str, Any], current: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """What ModifyDBCluster needs besides a newer version."""
    if "engine_version" not in changes:
        return {}
    group = params["db_instance_parameter_group_name"]
    instances = {"DBInstanceParameterGroupName": group.lower()} if group else {}
    return {
        "AllowMajorVersionUpgrade": params["allow_major_version_upgrade"],
        **(instances if is_major_upgrade(params, current, changes) else {}),
    }


def wait_until_modified(module: AnsibleAWSModule, client: Any, name: str, wanted: dict[str, Any]) -> None:
    """Wait until the cluster has begun with its changes, and is available again."""
    for _poll in range(SETTLE_POLLS if module.params["apply_immediately"] else 0):
        current = read_current(client, name)
        if current is None or current["status"] != "available" or not build_changes(current, wanted):
            break
        time.sleep(POLL_SECONDS)
    wait_for_cluster(client, name, "available", module.params["wait_timeout"])


def converge(module: AnsibleAWSModule, client: Any, *, made_elsewhere: bool = False) -> dict[str, Any]:
    """Create or change the cluster."""
    name = module.params["name"].lower()
    current = read_settled(module, client, name)
    if current and is_left_to_aws(module, current):
        diff = build_diff({}, f"database cluster {name}", "change")
        return {"changed": made_elsewhere, "diff": diff, "cluster": build_result(current)}
    wanted = build_wanted(module, current)
    changes = build_changes(current, wanted)
    source = None if current else find_source(module, client, wanted)
    diff = build_diff({**build_origin(module, source), **changes}, f"database cluster {name}", present_action(current))
    if current is None:
        refuse(check_creation(module.params))
    else:
        management = {} if "manage_master_user_password" in changes else KEY_OF_MANAGED_SECRET
        refuse_immutable(changes, management, f"database cluster {name}")
        if is_replacement(changes, IMMUTABLE, f"database cluster {name}", module.params["allow_replacement"]):
            return replace(module, client, current, changes)
        refuse(check_running(current, changes) + check_family(module.params, current, changes))
    if changes and current and not module.check_mode:
        current = update(module, client, current, wanted, changes)
    elif changes and not module.check_mode:
        current = create(module, client, name, wanted, source)
    # What AWS reports is the answer; in check mode, what is wanted over it.
    after = {**(current or {"name": name}), **(given(wanted) if module.check_mode else {})}
    return {
        "changed": bool(changes) or made_elsewhere,
        "diff": diff,
        "cluster": build_result(after),
    }


def find_source(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """What a new cluster is restored from, if it is.

    :raises AnsibleAWSError: when that does not exist, or does not fit
    """
    wish = module.params["restore_from"]
    if not is_asked_for(wish):
        return None
    source = read_source(client, wish)
    refuse(check_source(source, wish, wanted))
    return source


def build_origin(module: AnsibleAWSModule, source: dict[str, Any] | None) -> Changes:
    """What the diff of a restored cluster says besides its settings."""
    return {"restore_from": Change(None, describe_wish(module.params["restore_from"]))} if source else {}


def replace(module: AnsibleAWSModule, client: Any, current: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """Delete the cluster with its instances, wait until it is gone, and create it as it is wanted."""
    name, wanted = current["name"], build_wanted(module, None)
    refuse(check_creation(module.params) + check_deletable(client, current, module.params, with_members=True))
    source = find_source(module, client, wanted)
    if source and source.get("DBClusterIdentifier") == name and "DBClusterSnapshotIdentifier" not in source:
        refuse([f"restore_from is cluster {name}, whose backups go with it: take a snapshot of it, and restore that"])
    made: dict[str, Any] | None = {"name": name, **given(wanted)}
    if not module.check_mode:
        delete(module, client, current, with_members=True)
        wait_for_cluster(client, name, "deleted", module.params["wait_timeout"])
        made = create(module, client, name, wanted, source)
    # The instances go with their cluster, and come back with whatever declares them.
    members = [build_diff({}, f"database instance {member['name']}", "replace") for member in current["members"]]
    changes = {**build_origin(module, source), **changes}
    diff = [build_diff(changes, f"database cluster {name}", "replace"), *members]
    return {"changed": True, "diff": diff, "cluster": build_result(made or {"name": name})}


def given(wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields that are not left as they are."""
    return {key: value for key, value in wanted.items() if value is not None}


def build_result(cluster: dict[str, Any]) -> dict[str, Any]:
    """The cluster with states instead of switches."""
    switches = {
        "enable_http_endpoint": "http_endpoint_enabled",
        "enable_iam_database_authentication": "iam_database_authentication_enabled",
    }
    return {switches.get(key, key): value for key, value in cluster.items()}


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the cluster."""
    try:
        return converge(module, client)
    except AnsibleAWSError as error:
        if explain(error)[1] != "DBClusterAlreadyExistsFault":
            raise
    # It was made since we looked, by another run or by a call of ours whose answer was lost: go on from there.
    return converge(module, client, made_elsewhere=True)


def check_deletable(
    client: Any, current: dict[str, Any], params: dict[str, Any], with_members: bool = False
) -> list[str]:
    """Everything that would stop the deletion half way, checked before anything is deleted."""
    name, snapshot = current["name"], params["final_snapshot_identifier"]
    if current["deletion_protection"]:
        return [f"database cluster {name} is protected: set deletion_protection=false with state=present first"]
    if current["members"] and not with_members and not params["delete_members"]:
        members = ", ".join(member["name"] for member in current["members"])
        return [f"database cluster {name} has the instances {members}: delete them first, or set delete_members=true"]
    if snapshot and api.describe_cluster_snapshot(client, snapshot):
        return [f"final_snapshot_identifier is '{snapshot}': a snapshot of this name exists; allowed is a new name"]
    return []


def delete_members(module: AnsibleAWSModule, client: Any, name: str, members: list[dict[str, Any]]) -> None:
    """Delete the instances, the writer last so that nothing fails over, and wait until they are gone."""
    writers = [member["name"] for member in members if member["writer"]]
    found = api.describe_members(client, name)
    for instance in sorted(found, key=lambda instance: instance["DBInstanceIdentifier"] in writers):
        if instance["DBInstanceStatus"] != "deleting":
            api.delete_member(client, instance["DBInstanceIdentifier"])
    if found:
        wait_for_members_deleted(client, name, module.params["wait_timeout"])


def delete(module: AnsibleAWSModule, client: Any, current: dict[str, Any], with_members: bool = False) -> None:
    """Delete the cluster, its instances first; the wait for it is apart."""
    name, snapshot = current["name"], module.params["final_snapshot_identifier"]
    if current["status"] == "creating":
        wait_for_cluster(client, name, "available", module.params["wait_timeout"])
    if with_members or module.params["delete_members"]:
        delete_members(module, client, name, current["members"])
    last = {"FinalDBSnapshotIdentifier": snapshot} if snapshot else {}
    api.delete_cluster(client, name, SkipFinalSnapshot=not snapshot, **last)


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the cluster, or see its deletion through."""
    name = module.params["name"].lower()
    current = read_current(client, name)
    going = current is not None and current["status"] == "deleting"
    changes = {} if current is None or going else build_removal(current)
    if current and changes:
        refuse(check_deletable(client, current, module.params))
    if current and not module.check_mode:
        if changes:
            delete(module, client, current)
        if module.params["wait"]:
            wait_for_cluster(client, name, "deleted", module.params["wait_timeout"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"database cluster {name}", "remove"), "cluster": {}}


SCALING_SPEC = {
    "min_capacity": {"type": "float", "required": True},
    "max_capacity": {"type": "float", "required": True},
    "seconds_until_auto_pause": {"type": "int"},
}


RESTORE_SPEC = {"snapshot": {"type": "str"}, "cluster": {"type": "str"}, "time": {"type": "str"}}


def build_spec() -> dict[str, Any]:
    """The module's options."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "engine": {
            "type": "str",
            "choices": ["aurora-postgresql", "aurora-mysql"],
            "default": "aurora-postgresql",
        },
        "engine_version": {"type": "str"},
        "allow_major_version_upgrade": {"type": "bool", "default": False},
        "restore_from": {"type": "dict", "options": RESTORE_SPEC},
        "database_name": {"type": "str"},
        "master_username": {"type": "str"},
        "master_password_secret": {"type": "str", "no_log": False},
        "master_password_secret_key": {"type": "str", "default": "password", "no_log": False},
        "manage_master_user_password": {"type": "bool", "no_log": False},
        "master_user_secret_kms_key_id": {"type": "str", "no_log": False},
        "port": {"type": "int"},
        "db_subnet_group_name": {"type": "str"},
        "vpc_security_group_ids": {"type": "list", "elements": "str"},
        "db_cluster_parameter_group_name": {"type": "str"},
        "db_instance_parameter_group_name": {"type": "str"},
        "storage_encrypted": {"type": "bool"},
        "kms_key_id": {"type": "str"},
        "serverless_v2_scaling": {"type": "dict", "options": SCALING_SPEC},
        "enable_http_endpoint": {"type": "bool"},
        "enable_iam_database_authentication": {"type": "bool"},
        "backup_retention_period": {"type": "int"},
        "preferred_backup_window": {"type": "str"},
        "preferred_maintenance_window": {"type": "str"},
        "deletion_protection": {"type": "bool"},
        "copy_tags_to_snapshot": {"type": "bool"},
        "enabled_cloudwatch_logs_exports": {"type": "list", "elements": "str"},
        "apply_immediately": {"type": "bool", "default": True},
        "allow_replacement": {"type": "bool", "default": False},
        "skip_final_snapshot": {"type": "bool", "default": False},
        "final_snapshot_identifier": {"type": "str"},
        "delete_members": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_for_creation": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 3600},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
    }


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(argument_spec=build_spec(), supports_check_mode=True)
    module.exit_json(**ensure_state(module, "rds", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
