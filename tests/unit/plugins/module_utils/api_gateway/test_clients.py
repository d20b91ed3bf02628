"""From a list of clients to the calls that differ."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import (
    Names,
    State,
    build_state,
    plan_removal,
    plan_steps,
    usage_by_client,
    wanted_plans,
)

NAMES = Names("iot", "dev")
EMPTY = State({}, {})
STANDARD = "iot-usage-plan-dev"


def options(*clients: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The module's options as its argument spec leaves them."""
    empty = {"tier": "standard", "enabled": True, "rate_limit": None, "burst_limit": None, "quota": None}
    return {
        "stack_name": "iot",
        "stack_environment": "dev",
        "clients": [{**empty, **client} for client in clients],
        "tiers": {"standard": {"rate_limit": 200, "burst_limit": 400}, "gold": {"rate_limit": 5, "burst_limit": 6}},
        "remove_clients": [],
        "rollover_clients": [],
        "finish_rollover_clients": [],
        "rest_api_id": "api1",
        "stage": "prod",
        "tags": None,
        **more,
    }


def key(client: str, *plans: str, enabled: bool = True) -> dict[str, dict[str, Any]]:
    """A key of a state, by its name."""
    name = NAMES.key(client)
    described = f"Client {client.removesuffix('-next')} of iot-dev"
    return {
        name: {"id": f"id-{client}", "name": name, "description": described, "enabled": enabled, "tags": {}}
        | {"usage_plans": list(plans)}
    }


def gold() -> dict[str, dict[str, Any]]:
    """The plan of the tier gold, as it should be."""
    plan = {"id": "p", **wanted_plans(options())["iot-tier-gold-plan-dev"], "tags": {}}
    return {plan["name"]: plan}


def calls(params: dict[str, Any], state: State) -> list[tuple[str, str]]:
    """Operation and name of each call."""
    return [(call.operation, call.name) for step in plan_steps(params, state) for call in step.calls]


def test_names_lead_to_clients_and_back() -> None:
    assert NAMES.client_of_key(NAMES.key("a-b")) == "a-b" == NAMES.client_of_key(NAMES.next_key("a-b"))
    assert NAMES.is_next(NAMES.next_key("a")) and not NAMES.is_next(NAMES.key("a"))
    assert NAMES.client_of_key("iot-api-key-dev") is None is NAMES.client_of_key("iot-client-a-qa")
    assert NAMES.plan_kind("iot-client-a-plan-dev") == ("client", "a")
    assert NAMES.plan_kind("iot-tier-gold-plan-dev") == ("tier", "gold")
    assert NAMES.plan_kind(STANDARD) is None and NAMES.tier_plan("standard") == STANDARD
    keys = [{"name": "iot-client-a-dev", "id": "1"}, {"name": "iot-client-a-next-dev", "id": "2"}]
    other = {"name": "iot-client-x-y-dev", "id": "3", "tags": {"Environment": "y-dev"}}
    assert NAMES.key_ids([*keys, other]) == {"a": "1", "a-next": "2"}


def test_a_limit_of_its_own_leaves_the_others_to_the_tier() -> None:
    plans = wanted_plans(options({"name": "a", "tier": "gold", "rate_limit": 1.0}))

    assert set(plans) == {"iot-tier-gold-plan-dev", "iot-client-a-plan-dev"}
    assert plans["iot-client-a-plan-dev"]["throttle"] == {"rate_limit": 1.0, "burst_limit": 6}


def test_an_empty_quota_is_none() -> None:
    tiers = {"gold": {"rate_limit": 1, "burst_limit": 1, "quota": {"limit": 5, "period": "DAY"}}}
    client = {"name": "a", "tier": "gold", "quota": {"limit": None, "period": None}}
    plans = wanted_plans(options(client, tiers=tiers))

    assert plans["iot-tier-gold-plan-dev"]["quota"] == {"limit": 5, "period": "DAY", "offset": 0}
    assert plans["iot-client-a-plan-dev"]["quota"] == {}


def test_what_is_as_wanted_needs_no_call() -> None:
    assert calls(options({"name": "a"}), State(gold(), key("a", STANDARD))) == []


def test_disabling_comes_first_and_removal_of_plans_last() -> None:
    extra = {"iot-tier-old-plan-dev": {**next(iter(gold().values())), "name": "iot-tier-old-plan-dev"}}
    state = State(gold() | extra, key("a", "iot-tier-old-plan-dev") | key("b", STANDARD))

    assert calls(options({"name": "a"}, {"name": "c"}), state) == [
        ("update_key", "iot-client-b-dev"),
        ("leave", "iot-client-a-dev"),
        ("join", "iot-client-a-dev"),
        ("create_key", "iot-client-c-dev"),
        ("join", "iot-client-c-dev"),
        ("update_plan", "iot-tier-old-plan-dev"),
        ("delete_plan", "iot-tier-old-plan-dev"),
    ]


def test_a_plan_with_keys_of_others_stays() -> None:
    extra = {"iot-tier-old-plan-dev": {**next(iter(gold().values())), "name": "iot-tier-old-plan-dev"}}

    assert calls(options(), State(gold() | extra, {}, frozenset(extra))) == []


def test_a_rollover_is_finished_where_it_was_left() -> None:
    both = State(gold(), key("a", STANDARD) | key("a-next", STANDARD))
    finish = options({"name": "a"}, finish_rollover_clients=["a"])
    rename = [("update_key", "iot-client-a-next-dev"), ("renamed", "iot-client-a-next-dev")]

    assert calls(options({"name": "a"}), both) == []
    assert calls(finish, both) == [("update_key", "iot-client-a-dev"), ("delete_key", "iot-client-a-dev"), *rename]
    disabled = State(gold(), key("a", STANDARD, enabled=False) | key("a-next", STANDARD))
    assert calls(finish, disabled) == [("delete_key", "iot-client-a-dev"), *rename]
    assert calls(options({"name": "a"}), State(gold(), key("a-next", STANDARD))) == rename
    assert calls(finish, State(gold(), key("a", STANDARD))) == []


def test_the_removal_keeps_the_standard_plan() -> None:
    standard = {STANDARD: {**next(iter(gold().values())), "name": STANDARD}}
    steps = plan_removal(options(), State(gold() | standard, key("a", STANDARD)))

    assert [(step.action, step.resource) for step in steps] == [
        ("remove", "API key iot-client-a-dev"),
        ("remove", "usage plan iot-tier-gold-plan-dev"),
    ]


def test_the_state_knows_members_and_foreign_keys() -> None:
    members = {STANDARD: [{"id": "1", "name": "iot-client-a-dev"}, {"id": "9", "name": "iot-api-key-dev"}]}
    state = build_state(
        NAMES, [{"id": "p", "name": STANDARD}], [{"id": "1", "name": "iot-client-a-dev", "enabled": "false"}], members
    )

    assert state.keys["iot-client-a-dev"]["usage_plans"] == [STANDARD] and state.foreign == {STANDARD}
    assert state.keys["iot-client-a-dev"]["enabled"] is False


def test_usage_by_client() -> None:
    rows = usage_by_client(
        NAMES,
        STANDARD,
        {"1": "iot-client-a-dev", "0": "iot-api-key-dev"},
        {"1": [[2, 8], [3, 5]], "0": [[1, 9], [0, 9]], "x": []},
        ["2026-01-01", "2026-01-02"],
    )

    assert [(row["client"], row["key"], row["used"], row["remaining"]) for row in rows] == [
        (None, None, 0, None),
        (None, "iot-api-key-dev", 1, 9),
        ("a", "iot-client-a-dev", 5, 5),
    ]
    assert rows[2]["days"][1] == {"date": "2026-01-02", "used": 3, "remaining": 5}


def test_nothing_is_wanted_of_nothing() -> None:
    assert plan_steps(options(tiers={}), EMPTY) == []
