# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Stages and deployments, between AWS's answers and the options of ``api_gateway_stage``; pure functions.

A deployment is a snapshot of the API's definition that AWS does not show again in a comparable form, and that records
nothing about where it came from. So each deployment of ours carries the hash of the definition it was made from in its
description: what is deployed can be compared with what is defined by reading AWS alone, from any machine, also after a
run that was interrupted between the two. A deployment made by hand has no hash, and is replaced once. After the hash
comes the version of the collection that deployed it, which is for people: another version alone is no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.version import VERSION

MARK = "iot.sensor_stack sha256:"
MARKED = re.compile(rf"{re.escape(MARK)}(?P<hash>[0-9a-f]{{64}})(?: version (?P<version>\S+))?")

# Option to (field of GetStage, path of the patch below the method's, type).
# Source: "Patch operations" in the API Gateway API reference, UpdateStage.
METHOD_SETTINGS: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "throttling_rate_limit": ("throttlingRateLimit", "throttling/rateLimit", float),
    "throttling_burst_limit": ("throttlingBurstLimit", "throttling/burstLimit", int),
    "metrics_enabled": ("metricsEnabled", "metrics/enabled", boolean),
    "logging_level": ("loggingLevel", "logging/loglevel", str),
    "data_trace_enabled": ("dataTraceEnabled", "logging/dataTrace", boolean),
    "caching_enabled": ("cachingEnabled", "caching/enabled", boolean),
    "cache_ttl_in_seconds": ("cacheTtlInSeconds", "caching/ttlInSeconds", int),
    "cache_data_encrypted": ("cacheDataEncrypted", "caching/dataEncrypted", boolean),
}
# What a new stage does not have. A field that is wanted empty is then no change.
NEW = {"client_certificate_id": "", "web_acl_arn": ""}


def mark(definition_hash: str) -> str:
    """The description of a deployment of ours."""
    return f"{MARK}{definition_hash} version {VERSION}"


def deployed_hash(deployment: dict[str, Any] | None) -> str | None:
    """The hash of the definition a deployment was made from; None when it is not one of ours."""
    found = MARKED.fullmatch((deployment or {}).get("description") or "")
    return found["hash"] if found else None


def deployed_version(deployment: dict[str, Any] | None) -> str | None:
    """The version of the collection that made a deployment; None when it is not one of ours, or too old to tell."""
    found = MARKED.fullmatch((deployment or {}).get("description") or "")
    return found["version"] if found else None


def spent_deployments(deployments: list[dict[str, Any]], used: set[str], keep: int) -> list[str]:
    """The IDs of our deployments that no stage uses, but for the newest ``keep``."""
    unused = [item for item in deployments if deployed_hash(item) and item["id"] not in used]
    newest_first = sorted(unused, key=lambda item: item["createdDate"], reverse=True)
    return [item["id"] for item in newest_first[keep:]]


def stage_to_dict(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage in the form of the options."""
    logs = stage.get("accessLogSettings") or {}
    settings = {
        to_method_key(key): {
            option: to_type(value[field])
            for option, (field, _path, to_type) in METHOD_SETTINGS.items()
            if value.get(field) is not None
        }
        for key, value in (stage.get("methodSettings") or {}).items()
    }
    return {
        "name": stage["stageName"],
        "deployment_id": stage.get("deploymentId", ""),
        "description": stage.get("description", ""),
        "variables": stage.get("variables") or {},
        "method_settings": settings,
        "access_log": {"destination_arn": logs.get("destinationArn", ""), "format": logs.get("format", "")}
        if logs
        else {},
        "tracing_enabled": str(stage.get("tracingEnabled", False)).lower() == "true",
        "client_certificate_id": stage.get("clientCertificateId") or "",
        "web_acl_arn": stage.get("webAclArn") or "",
        "tags": stage.get("tags", {}),
    }


def to_method_key(key: str) -> str:
    """A key of AWS's methodSettings (``~1sensor-data/POST``) as the option writes it (``/sensor-data/POST``)."""
    path, _slash, method = key.rpartition("/")
    path = patches.unescape(path)
    return f"{path}/{method}" if path == "*" else f"/{path.strip('/')}".rstrip("/") + f"/{method}"


def wanted_method_settings(
    current: dict[str, dict[str, Any]], wanted: dict[str, dict[str, Any]] | None
) -> dict[str, dict[str, Any]] | None:
    """The method settings as they should be: exactly the methods named, and of each what was not named as it is."""
    if wanted is None:
        return None

    def typed(settings: dict[str, Any]) -> dict[str, Any]:
        return {option: METHOD_SETTINGS[option][2](value) for option, value in settings.items() if value is not None}

    return {method: {**current.get(method, {}), **typed(settings)} for method, settings in wanted.items()}


def wanted_access_log(option: dict[str, Any] | None) -> dict[str, str] | None:
    """The access log as it should be: empty for none, None to leave it alone."""
    if option is None:
        return None
    if not option["destination_arn"]:
        return {}
    # Log groups are often named with a trailing :*, which AWS does not keep.
    return {"destination_arn": option["destination_arn"].removesuffix(":*"), "format": option["format"]}


def build_stage_patches(changes: Changes) -> list[patches.Operation]:
    """UpdateStage's operations."""
    paths = {
        "description": "/description",
        "tracing_enabled": "/tracingEnabled",
        "client_certificate_id": "/clientCertificateId",
    }
    operations = [patches.replace(path, changes[field].after) for field, path in paths.items() if field in changes]
    if "variables" in changes:
        operations += _variable_patches(changes["variables"])
    if "method_settings" in changes:
        operations += _method_setting_patches(changes["method_settings"])
    if "access_log" in changes:
        operations += _access_log_patches(changes["access_log"].after)
    return operations


def _variable_patches(change: Change) -> list[patches.Operation]:
    before = change.before or {}
    removed = [patches.remove(f"/variables/{name}") for name in sorted(before) if name not in change.after]
    changed = {name: value for name, value in change.after.items() if before.get(name) != value}
    return removed + [patches.replace(f"/variables/{name}", value) for name, value in changed.items()]


def _method_setting_patches(change: Change) -> list[patches.Operation]:
    before = change.before or {}
    operations = [
        patches.remove(f"/{patches.method_pointer(method)}") for method in sorted(before) if method not in change.after
    ]
    for method, settings in change.after.items():
        for option, value in settings.items():
            if before.get(method, {}).get(option) != value:
                path = f"/{patches.method_pointer(method)}/{METHOD_SETTINGS[option][1]}"
                operations.append(patches.replace(path, value))
    return operations


def _access_log_patches(wanted: dict[str, str]) -> list[patches.Operation]:
    if not wanted:
        return [patches.remove("/accessLogSettings")]
    return [
        patches.replace("/accessLogSettings/destinationArn", wanted["destination_arn"]),
        patches.replace("/accessLogSettings/format", wanted["format"]),
    ]


def build_invoke_url(endpoint: str, region: str, api_id: str, stage: str) -> str:
    """The URL that callers use.

    :arg endpoint: the control plane's endpoint. Where that is not one of AWS's, it is an emulator, which serves the API
        on itself: MiniStack and LocalStack below ``/_aws/execute-api``.
    """
    host = urlsplit(endpoint).hostname or ""
    for suffix in ("amazonaws.com", "amazonaws.com.cn"):
        if host.endswith(f".{suffix}"):
            return f"https://{api_id}.execute-api.{region}.{suffix}/{stage}"
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{api_id}/{stage}"
