# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read what each client of a live stack's API may do: usage plans, who is in them, and the throttles of the stage."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import STANDARD
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import Names
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.stages import stage_to_dict
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.usage import key_to_dict, plan_to_dict

Facts = dict[str, Any]


def read_limits(client: Any, names: Names, plans: list[Facts], keys: list[Facts], stage: Facts | None) -> Facts:
    """The limits of each plan with its clients, of keys without a plan, and of the stage. Never the keys' values.

    :arg plans: the stack's plans, as AWS tells them
    :arg keys: the stack's keys, as AWS tells them
    """
    known = {key["id"]: describe_key(names, key) for key in keys}
    members = {plan["id"]: [one["id"] for one in api.get_usage_plan_keys(client, plan["id"])] for plan in plans}
    held = {key_id for ids in members.values() for key_id in ids}
    return {
        "plans": [
            describe_plan(names, plan, [known[one] for one in members[plan["id"]] if one in known]) for plan in plans
        ],
        "without_plan": [one for key_id, one in known.items() if key_id not in held],
        "stage": stage_throttles(stage),
    }


def describe_key(names: Names, key: Facts) -> Facts:
    """A client by the name of its key: client (None for the stack's own key), key, enabled."""
    client = names.label({key["name"]: key["id"]})
    return {"client": next(iter(client), None), "key": key["name"], "enabled": key_to_dict(key)["enabled"]}


def describe_plan(names: Names, plan: Facts, clients: list[Facts]) -> Facts:
    """A plan: name, kind (``tier`` or ``client``), whose it is, its limits, and its clients by name."""
    found = plan_to_dict(plan)
    kind, of = names.plan_kind(found["name"]) or ("tier", STANDARD)
    return {
        "plan": found["name"],
        "kind": kind,
        "of": of,
        "rate_limit": found["throttle"].get("rate_limit"),
        "burst_limit": found["throttle"].get("burst_limit"),
        "quota": {field: found["quota"][field] for field in ("limit", "period") if field in found["quota"]},
        "clients": sorted(clients, key=lambda one: (one["client"] or "", one["key"])),
    }


def stage_throttles(stage: Facts | None) -> list[Facts]:
    """The throttles of the stage's methods, for all clients together; AWS tells -1 where there is none of the stage's own."""
    settings = stage_to_dict(stage)["method_settings"] if stage else {}
    return [
        {"method": method, "rate_limit": rate, "burst_limit": one.get("throttling_burst_limit")}
        for method, one in sorted(settings.items())
        if (rate := one.get("throttling_rate_limit", -1)) >= 0
    ]
