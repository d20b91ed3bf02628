# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A new cluster from a snapshot, or from a cluster as it was at a time.

AWS takes only some of the settings when it restores, and never a password: the others are changed afterwards. Until the password
is set, the cluster carries the tag ``PENDING``, so that also a later run knows that it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.common import RDSErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.transformations import (
    REQUEST_NAMES,
    compare_versions,
    major_version,
    scaling_request,
)

# The tag of a restored cluster whose master password is still that of its source.
PENDING = "RestoredMasterPassword"

# What both ways to restore take. Source: RestoreDBClusterFromSnapshot and RestoreDBClusterToPointInTime.
TAKEN = (
    "port",
    "db_subnet_group_name",
    "vpc_security_group_ids",
    "db_cluster_parameter_group_name",
    "kms_key_id",
    "enable_iam_database_authentication",
    "deletion_protection",
    "copy_tags_to_snapshot",
)


@RDSErrorHandler.common_error_handler("restore database cluster {name}")
@retry()
def restore_from_snapshot(client: Any, name: str, **request: Any) -> dict[str, Any]:
    """RestoreDBClusterFromSnapshot; AWS refuses a second cluster of the same name."""
    return client.restore_db_cluster_from_snapshot(DBClusterIdentifier=name, **request)["DBCluster"]


@RDSErrorHandler.common_error_handler("restore database cluster {name}")
@retry()
def restore_to_point_in_time(client: Any, name: str, **request: Any) -> dict[str, Any]:
    """RestoreDBClusterToPointInTime; AWS refuses a second cluster of the same name."""
    return client.restore_db_cluster_to_point_in_time(DBClusterIdentifier=name, **request)["DBCluster"]


def is_asked_for(wish: Mapping[str, Any] | None) -> bool:
    """Whether the option ``restore_from`` names something."""
    return bool(wish and (wish["snapshot"] or wish["cluster"]))


def describe_wish(wish: Mapping[str, Any]) -> str:
    """What is restored from, for diffs and messages."""
    return f"snapshot {wish['snapshot']}" if wish["snapshot"] else f"cluster {wish['cluster']} at {wish['time']}"


def read_source(client: Any, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The snapshot or cluster to restore from.

    :raises AnsibleAWSError: when it does not exist
    """
    if wish["snapshot"]:
        found = api.describe_cluster_snapshot(client, wish["snapshot"])
    else:
        found = api.describe_cluster(client, wish["cluster"].lower())
    if found is None:
        raise AnsibleAWSError(message=f"restore_from is {describe_wish(wish)}, which does not exist")
    return found


def check_source(source: dict[str, Any], wish: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What the source has that AWS cannot change while or after it restores, and whether it is ready."""
    what = f"restore_from is {describe_wish(wish)}"
    problems = [
        f"{what}, whose {field} is {source.get(name)!r}: {wanted[field]!r} is wanted, and AWS cannot change it"
        for field, name in (
            ("engine", "Engine"),
            ("master_username", "MasterUsername"),
            ("database_name", "DatabaseName"),
        )
        if wanted[field] and name in source and source[name] != wanted[field]
    ]
    problems += check_version(what, source, wanted) + check_encryption(what, source, wanted)
    if wish["snapshot"]:
        state = source.get("Status")
        return (
            problems if state == "available" else [*problems, f"{what}, which is {state}: wait until it is available"]
        )
    return problems + check_time(what, source, wish["time"])


def check_version(what: str, source: dict[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """AWS restores to the same major version; a newer release of it can follow, an older one cannot."""
    asked, running = wanted["engine_version"], source["EngineVersion"]
    majors = [major_version(source["Engine"], version) for version in (asked or running, running)]
    if majors[0] == majors[1][: len(majors[0])]:
        return []
    advice = "upgrade it afterwards" if compare_versions(asked, running) > 0 else "a downgrade is not possible"
    return [f"{what}, whose engine_version is '{running}' and '{asked}' is wanted: restore it as it is, {advice}"]


def check_encryption(what: str, source: dict[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What is encrypted stays so; what is not is encrypted by a key that is named, from a snapshot only."""
    encrypted, asked = source.get("StorageEncrypted", False), wanted["storage_encrypted"]
    if asked is None or asked == encrypted:
        return []
    if encrypted:
        return [f"{what}, which is encrypted and storage_encrypted is False: allowed is true"]
    if wanted["kms_key_id"] and "DBClusterSnapshotIdentifier" in source:
        return []
    return [
        f"{what}, which is not encrypted and storage_encrypted is True: restore a snapshot, and name the key in kms_key_id"
    ]


def check_time(what: str, source: dict[str, Any], moment: str) -> list[str]:
    """The time lies within the source's backups."""
    if moment == "latest":
        return []
    first, last = source.get("EarliestRestorableTime"), source.get("LatestRestorableTime")
    if first and last and not first <= datetime.fromisoformat(moment) <= last:
        return [f"{what}: allowed is a time from {first.isoformat()} to {last.isoformat()}, or latest"]
    return []


def restore(client: Any, name: str, wish: Mapping[str, Any], source: dict[str, Any], wanted: Mapping[str, Any]) -> Any:
    """Ask for the restored cluster; returns it as AWS answers.

    :arg wanted: the cluster as it should be, whose tags are those it gets at first
    """
    request = build_request(wanted)
    if wish["snapshot"]:
        version = {"Engine": source["Engine"], "EngineVersion": source["EngineVersion"]}
        return restore_from_snapshot(client, name, SnapshotIdentifier=wish["snapshot"], **version, **request)
    latest = wish["time"] == "latest"
    moment = {"UseLatestRestorableTime": True} if latest else {"RestoreToTime": datetime.fromisoformat(wish["time"])}
    return restore_to_point_in_time(
        client, name, SourceDBClusterIdentifier=wish["cluster"].lower(), **moment, **request
    )


def build_request(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What both calls take of the cluster as it should be."""
    request = {REQUEST_NAMES[option]: wanted[option] for option in TAKEN}
    request |= {
        "EngineMode": "provisioned",
        "EnableCloudwatchLogsExports": wanted["enabled_cloudwatch_logs_exports"],
        "ServerlessV2ScalingConfiguration": scaling_request(wanted["serverless_v2_scaling"]),
        "Tags": ansible_dict_to_boto3_tag_list(wanted["tags"] or {}),
    }
    return {key: value for key, value in request.items() if value not in (None, [])}
