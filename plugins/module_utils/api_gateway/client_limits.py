# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a list of API clients may hold, checked before the first call; pure functions that return sentences."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range

STANDARD = "standard"
ALL = "all"
LIMITS = ("rate_limit", "burst_limit", "quota")

# Quotas of an account and region. Source: "Quotas for configuring and running a REST API" in the API Gateway guide.
MOST_PLANS = 300
MOST_KEYS = 10000

NAME = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
ALLOWED = "1 to 64 lower-case letters, digits and hyphens, not at the ends"


def limits_spec() -> dict[str, Any]:
    """The argument spec of the limits of a tier or a client."""
    return {
        "rate_limit": {"type": "float"},
        "burst_limit": {"type": "int"},
        "quota": {
            "type": "dict",
            "options": {
                "limit": {"type": "int"},
                "period": {"type": "str", "choices": ["DAY", "WEEK", "MONTH"]},
            },
        },
    }


def client_spec() -> dict[str, Any]:
    """The argument spec of one client."""
    return {
        "name": {"type": "str", "required": True},
        "tier": {"type": "str", "default": STANDARD},
        "enabled": {"type": "bool", "default": True},
        **limits_spec(),
    }


def read_tiers(tiers: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The tiers with typed limits, and what is wrong with those that have other ones, by name."""
    typed, wrong = {}, {}
    for name, tier in tiers.items():
        validation = ArgumentSpecValidator(limits_spec()).validate(tier if isinstance(tier, dict) else {"": tier})
        if validation.error_messages:
            wrong[name] = " ".join(validation.error_messages)
        typed[name] = {field: validation.validated_parameters.get(field) for field in LIMITS}
    return typed, wrong


def check_clients(params: dict[str, Any], prefix: str = "") -> list[str]:
    """Check clients, tiers and what is to become of clients, one by one and against each other.

    :arg params: ``clients``, ``tiers``, ``remove_clients``, ``rollover_clients`` and ``finish_rollover_clients``
    :arg prefix: what the names of the variables start with, such as ``api_``
    """
    tiers, wrong = read_tiers(params["tiers"])
    problems = [
        f"{prefix}tiers['{name}'] has other limits than rate_limit, burst_limit and quota: {said}"
        for name, said in wrong.items()
    ]
    for name, tier in tiers.items():
        problems += check_pattern(f"{prefix}tiers has the name", name, NAME, ALLOWED)
        if name not in wrong:
            problems += _check_limits(f"{prefix}tiers['{name}']", tier, complete=name != STANDARD)
    names = [client["name"] for client in params["clients"]]
    problems += [
        f"{prefix}clients has '{name}' {count} times: allowed is each name once"
        for name, count in sorted(Counter(names).items())
        if count > 1
    ]
    for index, client in enumerate(params["clients"]):
        problems += _check_client(f"{prefix}clients[{index}]", client, tiers)
    return problems + _check_names(params, prefix, names) + _check_quotas(params, prefix)


def _check_client(label: str, client: dict[str, Any], tiers: dict[str, Any]) -> list[str]:
    name = client["name"]
    problems = check_pattern(f"{label}.name", name, NAME, ALLOWED)
    if name.endswith("-next") or name == ALL:
        problems.append(
            f"{label}.name is '{name}': allowed is any but {ALL} and those that end with -next, which a rollover uses"
        )
    if client["tier"] not in {STANDARD, *tiers}:
        problems.append(f"{label}.tier is '{client['tier']}': allowed are {', '.join(sorted({STANDARD, *tiers}))}")
    return problems + _check_limits(label, client, complete=False)


def _check_limits(label: str, limits: dict[str, Any], complete: bool) -> list[str]:
    """The ranges of rate, burst and quota; a tier of its own needs both rate and burst."""
    problems = [
        f"{label}.{field} is missing: a tier has rate_limit and burst_limit"
        for field in ("rate_limit", "burst_limit")
        if complete and limits[field] is None
    ]
    problems += check_range(f"{label}.rate_limit", limits["rate_limit"], 0, 10000, "requests per second")
    problems += check_range(f"{label}.burst_limit", limits["burst_limit"], 0, 5000, "requests")
    quota = {field: value for field, value in (limits["quota"] or {}).items() if value is not None}
    if quota and set(quota) != {"limit", "period"}:
        return [*problems, f"{label}.quota is {quota}: allowed are limit and period, or neither for no quota"]
    return problems + check_range(f"{label}.quota.limit", quota.get("limit"), 1, 2**31 - 1, "requests a period")


def _check_names(params: dict[str, Any], prefix: str, names: list[str]) -> list[str]:
    """Only clients off the list are removed; only clients on it get another key."""
    removed, begun, finished = (
        params[option] for option in ("remove_clients", "rollover_clients", "finish_rollover_clients")
    )
    problems = [
        f"{prefix}remove_clients has '{name}', which is in {prefix}clients: allowed are clients that are off that list"
        for name in removed
        if name in names
    ]
    problems += [
        f"{prefix}remove_clients has '{name}': allowed are names of clients, or {ALL}"
        for name in removed
        if not re.fullmatch(NAME, name)
    ]
    for option, asked in (("rollover_clients", begun), ("finish_rollover_clients", finished)):
        problems += [
            f"{prefix}{option} has '{name}': allowed are names of {prefix}clients"
            for name in asked
            if name not in names
        ]
    return problems + [
        f"{prefix}rollover_clients has '{name}', which is in {prefix}finish_rollover_clients too: allowed is one of the two"
        for name in begun
        if name in finished
    ]


def _check_quotas(params: dict[str, Any], prefix: str) -> list[str]:
    """The account's quotas, with the first key and the plan of the standard tier."""
    keys = 1 + len(params["clients"]) + len(params["rollover_clients"])
    own = [client for client in params["clients"] if has_own_limits(client)]
    plans = 1 + len(set(params["tiers"]) - {STANDARD}) + len(own)
    problems = []
    if keys > MOST_KEYS:
        problems.append(f"{prefix}clients asks for {keys} API keys: allowed are {MOST_KEYS}, a quota of the account")
    if plans > MOST_PLANS:
        problems.append(
            f"{prefix}clients asks for {plans} usage plans ({len(own)} clients with limits of their own): allowed are "
            f"{MOST_PLANS}, a quota of the account"
        )
    return problems


def has_own_limits(client: dict[str, Any]) -> bool:
    """Whether a client has a limit that is not its tier's."""
    return any(client.get(field) is not None for field in LIMITS)
