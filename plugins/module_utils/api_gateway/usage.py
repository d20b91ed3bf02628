# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Usage plans and API keys, between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty, to_bool
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, Changes

# Stages of a plan in the form that is compared: "<rest_api_id>:<stage>" to method to throttle.
Stages = dict[str, dict[str, dict[str, Any]]]


def plan_to_dict(plan: dict[str, Any]) -> dict[str, Any]:
    """A usage plan in the form of the options."""
    return {
        "id": plan["id"],
        "name": plan["name"],
        "description": plan.get("description", ""),
        "throttle": _throttle(plan.get("throttle")),
        "quota": _quota(plan.get("quota")),
        "api_stages": _stage_list(plan_stages(plan)),
        "tags": plan.get("tags", {}),
    }


def _throttle(throttle: dict[str, Any] | None) -> dict[str, Any]:
    """A throttle of AWS: requests per second, and requests at once."""
    rate, burst = (throttle or {}).get("rateLimit"), (throttle or {}).get("burstLimit")
    return drop_empty(
        {
            "rate_limit": None if rate is None else float(rate),
            "burst_limit": None if burst is None else int(burst),
        }
    )


def _quota(quota: dict[str, Any] | None) -> dict[str, Any]:
    if not quota:
        return {}
    return {"limit": int(quota["limit"]), "period": quota["period"], "offset": int(quota.get("offset", 0))}


def plan_stages(plan: dict[str, Any]) -> Stages:
    """The stages of a plan of AWS."""
    return {
        f"{stage['apiId']}:{stage['stage']}": {
            method: _throttle(throttle) for method, throttle in (stage.get("throttle") or {}).items()
        }
        for stage in plan.get("apiStages") or []
    }


def wanted_stages(current: Stages, options: list[dict[str, Any]] | None, purge: bool) -> Stages:
    """The stages a plan should end up with; a stage's throttle of None stays as it is."""
    if options is None:
        return current
    wanted = {} if purge else dict(current)
    for option in options:
        key = f"{option['rest_api_id']}:{option['stage']}"
        throttle = option["throttle"]
        if throttle is None:
            wanted[key] = current.get(key, {})
        else:
            wanted[key] = {method: _typed(limits) for method, limits in throttle.items() if _typed(limits)}
    return wanted


def _typed(throttle: dict[str, Any]) -> dict[str, Any]:
    return _throttle({"rateLimit": throttle.get("rate_limit"), "burstLimit": throttle.get("burst_limit")})


def _stage_list(stages: Stages) -> list[dict[str, Any]]:
    """Stages in the form of the option, sorted."""
    return [
        {"rest_api_id": key.split(":", 1)[0], "stage": key.split(":", 1)[1], "throttle": throttle}
        for key, throttle in sorted(stages.items())
    ]


def build_wanted_plan(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The usage plan as it should be, without its tags; None leaves a field as it is."""
    have = current or {}
    stages = wanted_stages(to_stages(have.get("api_stages")), params["api_stages"], params["purge_api_stages"])
    return {
        "name": params["name"],
        "description": params["description"],
        "throttle": _merge(have.get("throttle"), params["throttle"]),
        "quota": _wanted_quota(params["quota"]),
        "api_stages": None if params["api_stages"] is None else _stage_list(stages),
    }


def to_stages(items: list[dict[str, Any]] | None) -> Stages:
    """The opposite of the list that the result shows."""
    return {f"{item['rest_api_id']}:{item['stage']}": item["throttle"] for item in items or []}


def _merge(current: dict[str, Any] | None, option: dict[str, Any] | None) -> dict[str, Any] | None:
    """A throttle as it should be: none for an empty option, and what is not named as it is."""
    if option is None:
        return None
    named = drop_empty(option)
    return {**(current or {}), **named} if named else {}


def _wanted_quota(option: dict[str, Any] | None) -> dict[str, Any] | None:
    """A quota as it should be: none for an empty option, None to leave it alone."""
    if option is None:
        return None
    return _quota({**option, "offset": option["offset"] or 0}) if option["limit"] is not None else {}


def create_plan_request(wanted: dict[str, Any]) -> dict[str, Any]:
    """CreateUsagePlan's request."""
    stages = [
        drop_empty(
            {
                "apiId": stage["rest_api_id"],
                "stage": stage["stage"],
                "throttle": {method: _aws_throttle(throttle) for method, throttle in stage["throttle"].items()},
            }
        )
        for stage in wanted["api_stages"] or []
    ]
    return drop_empty(
        {
            "name": wanted["name"],
            "description": wanted["description"],
            "throttle": _aws_throttle(wanted["throttle"] or {}),
            "quota": wanted["quota"],
            "apiStages": stages,
            "tags": wanted["tags"],
        }
    )


def _aws_throttle(throttle: dict[str, Any]) -> dict[str, Any]:
    return drop_empty({"rateLimit": throttle.get("rate_limit"), "burstLimit": throttle.get("burst_limit")})


def build_plan_patches(changes: Changes) -> list[patches.Operation]:
    """UpdateUsagePlan's operations. Source: "Patch operations" in the API Gateway API reference."""
    operations = []
    if "description" in changes:
        operations.append(patches.replace("/description", changes["description"].after))
    if "throttle" in changes:
        operations += _field_patches("/throttle", *map(_aws_throttle, (_or_empty(changes["throttle"]))))
    if "quota" in changes:
        operations += _field_patches("/quota", *_or_empty(changes["quota"]))
    if "api_stages" in changes:
        operations += _stage_patches(to_stages(changes["api_stages"].before), to_stages(changes["api_stages"].after))
    return operations


def _or_empty(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    return change.before or {}, change.after or {}


def _field_patches(path: str, before: dict[str, Any], after: dict[str, Any]) -> list[patches.Operation]:
    if not after:
        return [patches.remove(path)]
    return [patches.replace(f"{path}/{field}", value) for field, value in after.items() if before.get(field) != value]


def _stage_patches(before: Stages, after: Stages) -> list[patches.Operation]:
    """Stages go and come by value; the throttles of their methods by path."""
    operations = [patches.remove("/apiStages", stage) for stage in sorted(before) if stage not in after]
    for stage, methods in after.items():
        if stage not in before:
            operations.append(patches.add("/apiStages", stage))
        have = before.get(stage, {})
        for method in sorted({*have, *methods}):
            path = f"/apiStages/{stage}/throttle/{patches.method_pointer(method)}"
            if method not in methods:
                operations.append(patches.remove(path))
            else:
                operations += _field_patches(path, _aws_throttle(have.get(method, {})), _aws_throttle(methods[method]))
    return operations


def detach_patches(plan: dict[str, Any]) -> list[patches.Operation]:
    """Take all stages from a plan, which AWS asks for before it can be deleted."""
    return _stage_patches(to_stages(plan["api_stages"]), {})


def key_to_dict(key: dict[str, Any]) -> dict[str, Any]:
    """An API key in the form of the options, without its value."""
    return {
        "id": key["id"],
        "name": key.get("name", ""),
        "description": key.get("description", ""),
        "enabled": to_bool(key.get("enabled", False)),
        "tags": key.get("tags", {}),
    }


def build_key_patches(changes: Changes) -> list[patches.Operation]:
    """UpdateApiKey's operations."""
    fields = ("description", "enabled")
    return [patches.replace(f"/{field}", changes[field].after) for field in fields if field in changes]
