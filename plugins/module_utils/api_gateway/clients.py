# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The clients of an API, each with a key, and the usage plans of their tiers: from a list to the calls that differ; pure functions.

A key is in one plan: that of its client's tier, or one of its own where the client has limits of its own. Calls name plans and
keys by name, since those that are made have no ID yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches, usage
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import (
    ALL,
    LIMITS,
    NAME,
    STANDARD,
    has_own_limits,
    read_tiers,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_removal,
    merge_tags,
)

NEXT = "-next"


class Names(NamedTuple):
    """How the resources of a stack's clients are called."""

    stack_name: str
    stack_environment: str

    def key(self, client: str) -> str:
        """A client's API key."""
        return f"{self.stack_name}-client-{client}-{self.stack_environment}"

    def next_key(self, client: str) -> str:
        """The key that takes the place of the client's during a rollover."""
        return self.key(f"{client}{NEXT}")

    def tier_plan(self, tier: str) -> str:
        """A tier's usage plan; the standard tier has the plan that every stack has."""
        thing = "usage-plan" if tier == STANDARD else f"tier-{tier}-plan"
        return f"{self.stack_name}-{thing}-{self.stack_environment}"

    def own_plan(self, client: str) -> str:
        """The plan of a client with limits of its own."""
        return f"{self.stack_name}-client-{client}-plan-{self.stack_environment}"

    def client_of_key(self, name: str) -> str | None:
        """The client a key of this name is of, None for another one's."""
        found = re.fullmatch(rf"{re.escape(self.stack_name)}-client-({NAME})-{re.escape(self.stack_environment)}", name)
        return found[1].removesuffix(NEXT) if found else None

    def plan_kind(self, name: str) -> tuple[str, str] | None:
        """``client`` or ``tier`` and its name, for a plan that belongs to one; None for another one's."""
        found = re.fullmatch(
            rf"{re.escape(self.stack_name)}-(client|tier)-({NAME})-plan-{re.escape(self.stack_environment)}", name
        )
        return (found[1], found[2]) if found else None

    def is_own(self, resource: dict[str, Any]) -> bool:
        """Whether a key or plan is not one of another environment whose name ends alike, told by its tag."""
        environment = (resource.get("tags") or {}).get("Environment", self.stack_environment)
        return environment == self.stack_environment

    def client_keys(self, keys: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those keys that are clients' keys of this stack."""
        return [key for key in keys if self.client_of_key(key.get("name", "")) and self.is_own(key)]

    def client_plans(self, plans: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those plans that are of tiers or clients of this stack, without that of the standard tier."""
        return [plan for plan in plans if self.plan_kind(plan.get("name", "")) and self.is_own(plan)]

    def key_ids(self, keys: Iterable[dict[str, Any]]) -> dict[str, str]:
        """Client to the ID of its key, of keys as AWS answers them; the second key of a rollover is ``<client>-next``."""
        return self.label({key["name"]: key["id"] for key in self.client_keys(keys)})

    def label(self, keys: dict[str, str]) -> dict[str, str]:
        """The same by client, for anything by the name of a key; others' keys are left out."""
        labels = {f"{self.client_of_key(name)}{NEXT if self.is_next(name) else ''}": name for name in keys}
        return {label: keys[name] for label, name in sorted(labels.items()) if self.client_of_key(name)}

    def is_next(self, name: str) -> bool:
        """Whether a key's name is that of the second key of a rollover."""
        return name.endswith(f"{NEXT}-{self.stack_environment}")


class State(NamedTuple):
    """What there is: plans and keys by name, in the form of ``usage``.

    A key also has ``usage_plans``, the names of the plans it is in. ``foreign`` names plans that hold keys of others.
    """

    plans: dict[str, dict[str, Any]]
    keys: dict[str, dict[str, Any]]
    foreign: frozenset[str] = frozenset()


class Call(NamedTuple):
    """One call, of the plan or key of this name; ``value`` is what the operation needs besides."""

    operation: str
    name: str
    value: Any = None


class Step(NamedTuple):
    """What becomes of one resource, and the calls that do it."""

    resource: str
    action: str
    changes: Changes
    calls: list[Call]


def names_of(params: dict[str, Any]) -> Names:
    """The names for the options of a module."""
    return Names(params["stack_name"], params["stack_environment"])


def wanted_plans(params: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The plans that tiers and clients with their own limits need, by name; not that of the standard tier."""
    names, tiers = names_of(params), read_tiers(params["tiers"])[0]
    plans = {names.tier_plan(tier): (f"Tier {tier}", limits) for tier, limits in tiers.items() if tier != STANDARD}
    for client in params["clients"]:
        if has_own_limits(client):
            own = {field: client[field] for field in LIMITS if client[field] is not None}
            plans[names.own_plan(client["name"])] = (
                f"Client {client['name']}",
                {**tiers.get(client["tier"], {}), **own},
            )
    return {name: _plan(params, name, *described) for name, described in plans.items()}


def _plan(params: dict[str, Any], name: str, what: str, limits: dict[str, Any]) -> dict[str, Any]:
    quota = drop_empty(limits.get("quota") or {})
    return {
        "name": name,
        "description": f"{what} of {params['stack_name']}-{params['stack_environment']}",
        "throttle": drop_empty({"rate_limit": limits.get("rate_limit"), "burst_limit": limits.get("burst_limit")}),
        "quota": {**quota, "offset": 0} if quota else {},
        "api_stages": [{"rest_api_id": params["rest_api_id"], "stage": params["stage"], "throttle": {}}],
        "tags": _tags(params, name),
    }


def _tags(params: dict[str, Any], name: str) -> dict[str, str] | None:
    return None if params["tags"] is None else {**params["tags"], "Name": name}


def wanted_key(params: dict[str, Any], client: dict[str, Any], name: str) -> dict[str, Any]:
    """A key of a client as it should be."""
    names = names_of(params)
    plan = names.own_plan(client["name"]) if has_own_limits(client) else names.tier_plan(client["tier"])
    return {
        "name": name,
        "description": f"Client {client['name']} of {params['stack_name']}-{params['stack_environment']}",
        "enabled": client["enabled"],
        "usage_plans": [plan],
        "tags": _tags(params, name),
    }


def is_finished(params: dict[str, Any], state: State, client: str) -> bool:
    """Whether the second key of a rollover is to be the client's: when asked for, or when the first one is gone."""
    names = names_of(params)
    asked = client in params["finish_rollover_clients"] or names.key(client) not in state.keys
    return asked and names.next_key(client) in state.keys


def wanted_keys(params: dict[str, Any], state: State) -> dict[str, dict[str, Any]]:
    """The keys of the clients as they should be, by the names they have now."""
    names, wanted = names_of(params), {}
    for client in params["clients"]:
        key, successor = names.key(client["name"]), names.next_key(client["name"])
        if is_finished(params, state, client["name"]):
            wanted[successor] = wanted_key(params, client, key)
            continue
        wanted[key] = wanted_key(params, client, key)
        if successor in state.keys or client["name"] in params["rollover_clients"]:
            wanted[successor] = wanted_key(params, client, successor)
    return wanted


def unconfirmed(params: dict[str, Any], state: State) -> list[tuple[str, str]]:
    """Kind and name of what has other tags than it should, as far as the lists tell: ``plans`` or ``keys``, and a name."""
    wanted = {"plans": wanted_plans(params), "keys": wanted_keys(params, state)}
    have = {"plans": state.plans, "keys": state.keys}
    return [
        (kind, name)
        for kind, items in wanted.items()
        for name, item in items.items()
        if name in have[kind]
        and item["tags"] is not None
        and merge_tags(have[kind][name]["tags"], item["tags"], True) != have[kind][name]["tags"]
    ]


def plan_steps(params: dict[str, Any], state: State) -> list[Step]:
    """All that differs from the list, in the order in which it is done.

    Clients off the list are disabled first. Plans are there before keys join them, and go after their keys.
    """
    keys, removed = wanted_keys(params, state), removed_keys(params, state)
    off = [name for name in state.keys if name not in keys and name not in removed]
    steps = [_disable(name) for name in off if state.keys[name]["enabled"]]
    steps += [_ensure_plan(name, state.plans.get(name), plan) for name, plan in wanted_plans(params).items()]
    steps += [_remove_key(name, state.keys[name]) for name in removed]
    steps += [_ensure_key(name, state.keys.get(name), key) for name, key in keys.items()]
    steps += [_remove_plan(name, state.plans[name]) for name in extra_plans(params, state, off)]
    return [step for step in steps if step.changes]


def plan_removal(params: dict[str, Any], state: State) -> list[Step]:
    """The removal of all keys and plans of clients and tiers; the plan of the standard tier stays."""
    names = names_of(params)
    return [_remove_key(name, key) for name, key in state.keys.items()] + [
        _remove_plan(name, plan) for name, plan in state.plans.items() if names.plan_kind(name)
    ]


def removed_keys(params: dict[str, Any], state: State) -> list[str]:
    """The keys that go: of clients to be removed, and the first one of a rollover that is finished."""
    names, listed = names_of(params), {client["name"] for client in params["clients"]}
    gone = []
    for name in state.keys:
        client = str(names.client_of_key(name))
        if client in listed:
            finished = name == names.key(client) and is_finished(params, state, client)
            gone += [name] if finished else []
        elif client in params["remove_clients"] or ALL in params["remove_clients"]:
            gone.append(name)
    return gone


def extra_plans(params: dict[str, Any], state: State, off: list[str]) -> list[str]:
    """The plans of tiers and clients that nobody needs: those of clients off the list stay with their keys."""
    names, wanted = names_of(params), wanted_plans(params)
    used = {plan for key in off for plan in state.keys[key]["usage_plans"]} | state.foreign
    return [name for name in state.plans if names.plan_kind(name) and name not in wanted and name not in used]


def _disable(name: str) -> Step:
    changes = {"enabled": Change(True, False)}
    return Step(f"API key {name}", "change", changes, [Call("update_key", name, usage.build_key_patches(changes))])


def _ensure_plan(name: str, current: dict[str, Any] | None, wanted: dict[str, Any]) -> Step:
    after = {**wanted, "tags": merge_tags((current or {}).get("tags"), wanted["tags"], True)}
    changes = build_changes(current, after)
    if current is None:
        return Step(
            f"usage plan {name}", "create", changes, [Call("create_plan", name, usage.create_plan_request(after))]
        )
    operations = usage.build_plan_patches(changes)
    calls = [Call("update_plan", name, operations)] if operations else []
    return Step(f"usage plan {name}", "change", changes, calls + _tag_calls("tag_plan", name, changes))


def _tag_calls(operation: str, name: str, changes: Changes) -> list[Call]:
    return [Call(operation, name, changes)] if "tags" in changes else []


def _ensure_key(name: str, current: dict[str, Any] | None, wanted: dict[str, Any]) -> Step:
    """A key that is new or different. It leaves a plan before it joins another: two of one stage AWS refuses."""
    after = {**wanted, "tags": merge_tags((current or {}).get("tags"), wanted["tags"], True)}
    changes = build_changes(current, after)
    before = (current or {}).get("usage_plans", [])
    moves = [Call("leave", name, plan) for plan in before if plan not in wanted["usage_plans"]]
    moves += [Call("join", name, plan) for plan in wanted["usage_plans"] if plan not in before]
    if current is None:
        request = drop_empty({field: after[field] for field in ("name", "description", "enabled", "tags")})
        return Step(f"API key {name}", "create", changes, [Call("create_key", name, request), *moves])
    operations = usage.build_key_patches(changes)
    if "name" in changes:
        operations.append(patches.replace("/name", wanted["name"]))
    calls = [Call("update_key", name, operations)] if operations else []
    calls += moves + _tag_calls("tag_key", name, changes)
    if "name" in changes:
        calls.append(Call("renamed", name, wanted["name"]))
    return Step(f"API key {name}", "change", changes, calls)


def _remove_key(name: str, current: dict[str, Any]) -> Step:
    """Disabled before it is deleted, so that it ends at once even where the deletion is slow to spread."""
    calls = [Call("delete_key", name)]
    if current["enabled"]:
        calls.insert(0, Call("update_key", name, [patches.replace("/enabled", False)]))
    return Step(f"API key {name}", "remove", build_removal(_shown(current)), calls)


def _remove_plan(name: str, current: dict[str, Any]) -> Step:
    """Without its stages, as AWS asks, and deleted."""
    operations = usage.detach_patches(current)
    calls = [Call("update_plan", name, operations)] if operations else []
    return Step(f"usage plan {name}", "remove", build_removal(_shown(current)), [*calls, Call("delete_plan", name)])


def _shown(current: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in current.items() if field != "id"}


def build_state(
    names: Names, plans: list[dict[str, Any]], keys: list[dict[str, Any]], members: dict[str, list[dict[str, Any]]]
) -> State:
    """The state from what AWS answers.

    :arg plans: the stack's plans, with that of the standard tier; each name once
    :arg members: name of a plan to the keys in it, of which ID and name count
    """
    joined: dict[str, list[str]] = {}
    foreign = set()
    for plan, found in sorted(members.items()):
        for key in found:
            joined.setdefault(key["id"], []).append(plan)
            if not names.client_of_key(key.get("name", "")):
                foreign.add(plan)
    return State(
        {plan["name"]: usage.plan_to_dict(plan) for plan in plans},
        {key["name"]: {**usage.key_to_dict(key), "usage_plans": joined.get(key["id"], [])} for key in keys},
        frozenset(foreign),
    )


def usage_by_client(
    names: Names, plan: str, keys: dict[str, str], items: dict[str, list[list[int]]], days: list[str]
) -> list[dict[str, Any]]:
    """What each key of a plan has used, from GetUsage's answers.

    :arg keys: ID of each key of the stack to its name
    :arg items: ID of a key to used and remaining requests, a pair a day
    :arg days: the dates of the pairs
    """
    rows = []
    for key_id, pairs in items.items():
        name = keys.get(key_id)
        by_day = [{"date": day, "used": pair[0], "remaining": pair[1]} for day, pair in zip(days, pairs, strict=False)]
        rows.append(
            {
                "client": names.client_of_key(name) if name else None,
                "key": name,
                "key_id": key_id,
                "plan": plan,
                "used": sum(pair[0] for pair in pairs),
                "remaining": pairs[-1][1] if pairs else None,
                "days": by_day,
            }
        )
    return sorted(rows, key=lambda row: (row["client"] or "", row["key"] or "", row["key_id"]))
