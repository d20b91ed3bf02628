# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Replication groups of caches whose key and time of the last token are told, and whose settings can be changed; MiniStack does not.

Users may have an access string with ``&`` in it, which MiniStack answers as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import elasticache

from local_aws.patches import require

Params = dict[str, Any]
Record = dict[str, Any]

# Of a request, what MiniStack keeps at creation under the same name, of the group and of each of its nodes, and drops of a change.
TEXTS = (
    "CacheNodeType",
    "Engine",
    "EngineVersion",
    "PreferredMaintenanceWindow",
    "SnapshotWindow",
    "TransitEncryptionMode",
)
FLAGS = ("AutoMinorVersionUpgrade", "TransitEncryptionEnabled")


def install() -> None:
    """Put it into MiniStack."""
    require(elasticache, "_replication_groups", "_clusters")
    require(
        elasticache,
        parameters={"_create_replication_group": 1, "_modify_replication_group": 1, "_rg_xml": 1, "_user_xml": 1},
    )
    require(elasticache, parameters={"_p": 3, "_extract_configs": 3, "_extract_log_delivery_configs": 1})
    require(elasticache, parameters={"_unstamp_replication_group_from_user_groups": 2})
    elasticache._create_replication_group = _creating(elasticache._create_replication_group)
    elasticache._modify_replication_group = _modifying(elasticache._modify_replication_group)
    elasticache._rg_xml = _telling(elasticache._rg_xml)
    elasticache._user_xml = _escaping(elasticache._user_xml)


def _creating(original: Callable[[Params], Any]) -> Callable[[Params], Any]:
    def create(params: Params) -> Any:
        answer = original(params)
        if answer[0] == 200:
            group = elasticache._replication_groups[elasticache._p(params, "ReplicationGroupId")]
            group["KmsKeyId"] = elasticache._p(params, "KmsKeyId")
            group["AuthTokenLastModifiedDate"] = _now() if elasticache._p(params, "AuthToken") else ""
        return answer

    return create


def _telling(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def tell(group: Record) -> str:
        told = {name: group.get(name) for name in ("KmsKeyId", "AuthTokenLastModifiedDate")}
        return original(group) + "".join(f"<{name}>{value}</{name}>" for name, value in told.items() if value)

    return tell


def _escaping(original: Callable[[Record], str]) -> Callable[[Record], str]:
    return lambda user: original({**user, "AccessString": escape(user.get("AccessString", ""))})


def _modifying(original: Callable[[Params], Any]) -> Callable[[Params], Any]:
    def modify(params: Params) -> Any:
        answer = original(params)
        if answer[0] != 200:
            return answer
        group = elasticache._replication_groups[elasticache._p(params, "ReplicationGroupId")]
        nodes = [elasticache._clusters[name] for name in group["MemberClusters"] if name in elasticache._clusters]
        changed = _changed(params, group["LogDeliveryConfigurations"])
        for record in (group, *nodes):
            record.update(changed)
        if elasticache._p(params, "RemoveUserGroups") == "true":
            elasticache._unstamp_replication_group_from_user_groups(group["ReplicationGroupId"], group["UserGroupIds"])
            group["UserGroupIds"] = []
        if elasticache._p(params, "AuthToken"):
            group["AuthTokenLastModifiedDate"] = _now()
        if name := elasticache._p(params, "CacheParameterGroupName"):
            for node in nodes:
                node["CacheParameterGroup"] = {"CacheParameterGroupName": name, "ParameterApplyStatus": "in-sync"}
        return answer

    return modify


def _changed(params: Params, logs: list[Record]) -> Record:
    """The settings that a request changes, as MiniStack keeps them.

    :arg logs: the logs that are sent so far
    """
    changed: Record = {name: elasticache._p(params, name) for name in TEXTS if elasticache._p(params, name)}
    changed |= {name: elasticache._p(params, name) == "true" for name in FLAGS if elasticache._p(params, name)}
    if changed.get("TransitEncryptionEnabled") is False:
        changed["TransitEncryptionMode"] = None
    if groups := elasticache._extract_configs(params, "SecurityGroupIds", ("SecurityGroupId", "member")):
        changed["SecurityGroups"] = [{"SecurityGroupId": group, "Status": "active"} for group in groups]
    named = _named_logs(params)
    if named:
        kept = [log for log in logs if log["LogType"] not in named]
        changed["LogDeliveryConfigurations"] = kept + elasticache._extract_log_delivery_configs(params)
    return changed


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _named_logs(params: Params) -> set[str]:
    """The logs that a request is about, to be sent or no longer."""
    start, end = "LogDeliveryConfigurations.LogDeliveryConfigurationRequest.", ".LogType"
    return {elasticache._p(params, name) for name in params if name.startswith(start) and name.endswith(end)}
