# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of Aurora clusters and their instances that MiniStack drops: log exports, the pause, Performance Insights, and others.

They are kept and told as by RDS; nothing is logged, paused or measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds

from local_aws.patches import require

Params = dict[str, Any]
Action = Callable[[Params], Any]

# What ModifyDBInstance drops: the parameter, the field of the instance, and how its value is read.
DROPPED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "PromotionTier": ("PromotionTier", int),
    "AutoMinorVersionUpgrade": ("AutoMinorVersionUpgrade", lambda value: value == "true"),
    "EnablePerformanceInsights": ("PerformanceInsightsEnabled", lambda value: value == "true"),
    "PerformanceInsightsRetentionPeriod": ("PerformanceInsightsRetentionPeriod", int),
    "PerformanceInsightsKMSKeyId": ("PerformanceInsightsKMSKeyId", str),
    "CACertificateIdentifier": ("CACertificateIdentifier", str),
}


def install() -> None:
    """Put it into MiniStack."""
    require(rds, "_ACTION_MAP", "_clusters", "_instances", "_resolve_cluster_in_request_region", "_resolve_instance")
    require(
        rds, parameters={"_cluster_xml": 1, "_instance_xml": 1, "_serverlessv2_xml": 1, "_serverlessv2_from_params": 1}
    )
    require(rds, parameters={"_p": 3, "_parse_member_list": 2})
    _keep_pause()
    _tell("_cluster_xml", _exports_xml)
    _tell("_instance_xml", _insights_xml)
    for name, keep in {
        "CreateDBCluster": _keep_exports,
        "ModifyDBCluster": _keep_exports,
        "CreateDBInstance": _keep_instance,
        "ModifyDBInstance": _keep_instance,
    }.items():
        rds._ACTION_MAP[name] = _then(rds._ACTION_MAP[name], keep)


def _then(original: Action, keep: Callable[[Params], None]) -> Action:
    """The action, after which the settings are kept and the answer is left as it is: callers look again."""

    def act(params: Params) -> Any:
        answer = original(params)
        if answer[0] == 200:
            keep(params)
        return answer

    return act


def _tell(name: str, more: Callable[[dict[str, Any]], str]) -> None:
    """Add elements to what MiniStack tells of a resource."""
    original = getattr(rds, name)
    setattr(rds, name, lambda resource: original(resource) + more(resource))


def _keep_exports(params: Params) -> None:
    cluster = rds._resolve_cluster_in_request_region(rds._p(params, "DBClusterIdentifier"))
    change = "CloudwatchLogsExportConfiguration"
    added = rds._parse_member_list(params, "EnableCloudwatchLogsExports") + rds._parse_member_list(
        params, f"{change}.EnableLogTypes"
    )
    removed = rds._parse_member_list(params, f"{change}.DisableLogTypes")
    kept = [log for log in cluster["EnabledCloudwatchLogsExports"] if log not in (*added, *removed)]
    cluster["EnabledCloudwatchLogsExports"] = sorted(kept + added)


def _exports_xml(cluster: dict[str, Any]) -> str:
    logs = "".join(f"<member>{log}</member>" for log in cluster.get("EnabledCloudwatchLogsExports", []))
    return f"<EnabledCloudwatchLogsExports>{logs}</EnabledCloudwatchLogsExports>"


def _keep_instance(params: Params) -> None:
    instance = rds._resolve_instance(rds._p(params, "DBInstanceIdentifier"))
    for parameter, (field, read) in DROPPED.items():
        if value := rds._p(params, parameter):
            instance[field] = read(value)
    instance["CertificateDetails"]["CAIdentifier"] = instance["CACertificateIdentifier"]
    cluster = rds._clusters.get(instance.get("DBClusterIdentifier"))
    if cluster:
        instance |= {key: cluster[key] for key in ("StorageEncrypted", "KmsKeyId", "BackupRetentionPeriod")}
    log = (
        f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:RDSOSMetrics:log-stream:{instance['DbiResourceId']}"
    )
    instance["EnhancedMonitoringResourceArn"] = log if instance["MonitoringInterval"] else ""


def _insights_xml(instance: dict[str, Any]) -> str:
    key = instance.get("PerformanceInsightsKMSKeyId")
    return f"<PerformanceInsightsKMSKeyId>{key}</PerformanceInsightsKMSKeyId>" if key else ""


def _keep_pause() -> None:
    """SecondsUntilAutoPause is part of the range of capacity."""
    read, write = rds._serverlessv2_from_params, rds._serverlessv2_xml

    def from_params(params: Params) -> dict[str, Any] | None:
        scaling = read(params)
        pause = rds._p(params, "ServerlessV2ScalingConfiguration.SecondsUntilAutoPause")
        return {**scaling, "SecondsUntilAutoPause": int(pause)} if scaling and pause else scaling

    def to_xml(cluster: dict[str, Any]) -> str:
        pause = (cluster.get("ServerlessV2ScalingConfiguration") or {}).get("SecondsUntilAutoPause")
        start, end, rest = write(cluster).rpartition("</ServerlessV2ScalingConfiguration>")
        return start + (f"<SecondsUntilAutoPause>{pause}</SecondsUntilAutoPause>" if pause else "") + end + rest

    rds._serverlessv2_from_params, rds._serverlessv2_xml = from_params, to_xml
