"""api_gateway_clients against MiniStack and moto: what becomes of keys and plans, and how many calls it takes."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from modules import Account, ModuleResult

MODULE = "api_gateway_clients"
TIERS = {
    "standard": {"rate_limit": 200, "burst_limit": 400},
    "gold": {"rate_limit": 500, "burst_limit": 1000, "quota": {"limit": 1000, "period": "DAY"}},
}


def prepare(account: Account) -> str:
    """An API with a stage and the plan of the standard tier; the ID of the API."""
    client = account.client("apigateway")
    api_id = client.create_rest_api(name="iot-sensor-api-dev")["id"]
    root = client.get_resources(restApiId=api_id)["items"][0]["id"]
    target = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    client.put_method(**target, authorizationType="NONE", apiKeyRequired=True)
    client.put_integration(**target, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    deployment = client.create_deployment(restApiId=api_id)["id"]
    client.create_stage(restApiId=api_id, stageName="prod", deploymentId=deployment)
    client.create_usage_plan(name="iot-usage-plan-dev", apiStages=[{"apiId": api_id, "stage": "prod"}])
    return api_id


class Clients:
    """An account with an API, and runs of the module for lists of clients."""

    def __init__(self, account: Account) -> None:
        self.account, self.api_id = account, prepare(account)

    def options(self, *clients: str | dict[str, Any], **options: Any) -> dict[str, Any]:
        items = [{"name": client} if isinstance(client, str) else client for client in clients]
        common = {"stack_name": "iot", "stack_environment": "dev", "rest_api_id": self.api_id, "tiers": TIERS}
        return {**common, "requests_per_second": 0, "tags": {"Environment": "dev"}, "clients": items, **options}

    def run(self, *clients: str | dict[str, Any], check_mode: bool = False, **options: Any) -> ModuleResult:
        return self.account.run(MODULE, check_mode=check_mode, **self.options(*clients, **options))

    def keys(self) -> dict[str, tuple[bool, list[str]]]:
        """Name of each key to whether it is enabled, and the plans it is in."""
        client = self.account.client("apigateway")
        keys = client.get_api_keys(limit=500)["items"]
        joined: dict[str, list[str]] = {}
        for plan in client.get_usage_plans(limit=500)["items"]:
            for key in client.get_usage_plan_keys(usagePlanId=plan["id"], limit=500)["items"]:
                joined.setdefault(key["id"], []).append(plan["name"])
        return {key["name"]: (str(key["enabled"]).lower() == "true", joined.get(key["id"], [])) for key in keys}

    def plans(self) -> dict[str, dict[str, Any]]:
        plans = self.account.client("apigateway").get_usage_plans(limit=500)["items"]
        return {plan["name"]: plan for plan in plans}


@pytest.fixture
def clients(account: Account) -> Clients:
    return Clients(account)


STANDARD, GOLD = "iot-usage-plan-dev", "iot-tier-gold-plan-dev"
VISITOR = {"name": "visitor", "rate_limit": 1, "quota": {"limit": 10, "period": "WEEK"}}


def test_clients_get_keys_in_the_plan_of_their_tier_or_their_own(clients: Clients) -> None:
    wanted = ["a", {"name": "b", "tier": "gold", "enabled": False}, VISITOR]
    first = clients.run(*wanted)
    second = clients.run(*wanted)

    assert Counter(first.writes) == {"CreateUsagePlan": 2, "CreateApiKey": 3, "CreateUsagePlanKey": 3}
    assert clients.keys() == {
        "iot-client-a-dev": (True, [STANDARD]),
        "iot-client-b-dev": (False, [GOLD]),
        "iot-client-visitor-dev": (True, ["iot-client-visitor-plan-dev"]),
    }
    own = clients.plans()["iot-client-visitor-plan-dev"]
    assert own["throttle"] == {"rateLimit": 1.0, "burstLimit": 400} and own["quota"]["limit"] == 10
    assert own["apiStages"] == [{"apiId": clients.api_id, "stage": "prod"}]
    assert own["tags"] == {"Environment": "dev", "Name": "iot-client-visitor-plan-dev"}
    assert not second["changed"] and second["diff"] == []
    assert second.calls == ["GetUsagePlans", "GetApiKeys", *["GetUsagePlanKeys"] * 3]
    assert second["client_keys"] == first["client_keys"] and list(second["client_keys"]) == ["a", "b", "visitor"]


def test_no_value_of_a_key_is_in_the_answer(clients: Clients) -> None:
    outputs = [clients.run("a", **options).output for options in ({}, {"rollover_clients": ["a"]}, {})]
    values = [key["value"] for key in clients.account.client("apigateway").get_api_keys(includeValues=True)["items"]]

    assert len(values) == 2 and not any(value in output for value in values for output in outputs)


def test_check_mode_writes_nothing_and_tells_the_same(clients: Clients) -> None:
    planned = clients.run("a", {"name": "b", "tier": "gold"}, check_mode=True)
    done = clients.run("a", {"name": "b", "tier": "gold"})

    assert planned.writes == [] and planned["diff"] == done["diff"] and planned["client_keys"] == {}
    headers = [(diff["action"], diff["after_header"]) for diff in done["diff"]]
    assert headers == [
        ("create", f"usage plan {GOLD}"),
        ("create", "API key iot-client-a-dev"),
        ("create", "API key iot-client-b-dev"),
    ]


def test_one_more_client_is_two_writes(clients: Clients) -> None:
    clients.run("a", "b")

    assert clients.run("a", "b", "c").writes == ["CreateApiKey", "CreateUsagePlanKey"]


def test_a_client_changes_its_tier(clients: Clients) -> None:
    clients.run("a", "b")
    result = clients.run({"name": "a", "tier": "gold"}, "b")

    assert result.writes == ["DeleteUsagePlanKey", "CreateUsagePlanKey"]
    assert clients.keys()["iot-client-a-dev"] == (True, [GOLD])
    assert not clients.run({"name": "a", "tier": "gold"}, "b")["changed"]


def test_limits_of_its_own_come_and_go(clients: Clients) -> None:
    clients.run(VISITOR)
    changed = clients.run({**VISITOR, "rate_limit": 2, "quota": {}})
    assert changed.writes == ["UpdateUsagePlan"]
    assert "quota" not in clients.plans()["iot-client-visitor-plan-dev"] and not changed["diff"][0]["after"]["quota"]

    back = clients.run("visitor")
    assert back.writes == ["DeleteUsagePlanKey", "CreateUsagePlanKey", "UpdateUsagePlan", "DeleteUsagePlan"]
    assert set(clients.plans()) == {STANDARD, GOLD} and clients.keys()["iot-client-visitor-dev"] == (True, [STANDARD])


def test_a_client_off_the_list_is_disabled_until_it_is_removed_by_name(clients: Clients) -> None:
    clients.run("a", VISITOR, "c")
    disabled = clients.run("a")
    assert disabled.writes == ["UpdateApiKey"] * 2 and disabled["disabled_clients"] == ["c", "visitor"]
    assert list(disabled["client_keys"]) == ["a", "c", "visitor"]
    assert not clients.run("a")["changed"]
    assert clients.keys()["iot-client-visitor-dev"] == (False, ["iot-client-visitor-plan-dev"])

    removed = clients.run("a", remove_clients=["visitor"])
    assert removed.writes == ["DeleteApiKey", "UpdateUsagePlan", "DeleteUsagePlan"]
    assert set(clients.keys()) == {"iot-client-a-dev", "iot-client-c-dev"}
    assert clients.run("a", "c").writes == ["UpdateApiKey"], "back on the list with the same key"
    assert clients.run(remove_clients=["all"])["client_keys"] == {} == clients.keys()


def test_a_tier_goes_when_no_key_is_in_it(clients: Clients) -> None:
    tiers = {"standard": TIERS["standard"]}
    clients.run("a", {"name": "b", "tier": "gold"})
    assert clients.run("a", tiers=tiers).writes == ["UpdateApiKey"] and GOLD in clients.plans()
    clients.run("a", tiers=tiers, remove_clients=["b"])

    assert set(clients.plans()) == {STANDARD}


def test_a_rollover_has_two_valid_keys_and_then_the_new_one(clients: Clients) -> None:
    old = clients.run("a", "b")["client_keys"]["a"]
    begun = clients.run("a", "b", rollover_clients=["a"])
    assert begun.writes == ["CreateApiKey", "CreateUsagePlanKey"]
    assert not clients.run("a", "b", rollover_clients=["a"])["changed"]
    stays = clients.run("a", "b")
    assert not stays["changed"] and stays["next_keys"] == begun["next_keys"] and stays["client_keys"]["a"] == old
    both = {name: found for name, found in clients.keys().items() if "-a-" in name}
    assert both == {"iot-client-a-dev": (True, [STANDARD]), "iot-client-a-next-dev": (True, [STANDARD])}
    assert clients.run({"name": "a", "tier": "gold"}, "b").writes == ["DeleteUsagePlanKey", "CreateUsagePlanKey"] * 2

    finished = clients.run({"name": "a", "tier": "gold"}, "b", finish_rollover_clients=["a"])
    assert finished.writes == ["UpdateApiKey", "DeleteApiKey", "UpdateApiKey", "TagResource"]
    assert finished["client_keys"]["a"] == begun["next_keys"]["a"] and finished["next_keys"] == {}
    assert {name: found for name, found in clients.keys().items() if "-a-" in name} == {
        "iot-client-a-dev": (True, [GOLD])
    }
    assert not clients.run({"name": "a", "tier": "gold"}, "b", finish_rollover_clients=["a"])["changed"]


def test_a_rollover_that_was_stopped_is_taken_up(clients: Clients) -> None:
    old = clients.run("a")["client_keys"]["a"]
    successor = clients.run("a", rollover_clients=["a"])["next_keys"]["a"]
    clients.account.client("apigateway").delete_api_key(apiKey=old)  # stopped between deletion and renaming

    assert clients.run("a")["client_keys"] == {"a": successor}
    assert set(clients.keys()) == {"iot-client-a-dev"}


def test_a_key_that_was_left_without_its_plan_joins_it(clients: Clients) -> None:
    key_id = clients.run("a")["client_keys"]["a"]
    plan_id = clients.plans()[STANDARD]["id"]
    clients.account.client("apigateway").delete_usage_plan_key(usagePlanId=plan_id, keyId=key_id)

    assert clients.run("a").writes == ["CreateUsagePlanKey"]


def test_other_stacks_and_keys_are_left_alone(clients: Clients) -> None:
    client = clients.account.client("apigateway")
    for name, tags in (("iot-client-x-qa", {}), ("iot-client-x-a-dev", {"Environment": "a-dev"}), ("other", {})):
        client.create_api_key(name=name, enabled=True, tags=tags)
    clients.run("a", remove_clients=["all"])
    clients.account.run(MODULE, **clients.options(state="absent"))

    assert set(clients.keys()) == {"iot-client-x-qa", "iot-client-x-a-dev", "other"}


def test_the_removal_of_all_is_repeatable(clients: Clients) -> None:
    clients.run("a", VISITOR, {"name": "b", "tier": "gold"})
    first, second = (clients.account.run(MODULE, **clients.options(state="absent")) for _number in range(2))

    assert first["changed"] and not second["changed"] and second.writes == []
    assert clients.keys() == {} and set(clients.plans()) == {STANDARD}


def test_two_keys_of_one_name_are_an_error(clients: Clients) -> None:
    ids = sorted(
        clients.account.client("apigateway").create_api_key(name="iot-client-a-dev")["id"] for _value in range(2)
    )

    assert f"2 API keys have it ({', '.join(ids)})" in clients.account.fail(MODULE, **clients.options("a"))


def test_without_the_standard_plan_nothing_is_made(account: Account) -> None:
    options = {"stack_name": "iot", "stack_environment": "dev", "rest_api_id": "a1", "clients": [{"name": "a"}]}

    assert "There is no usage plan iot-usage-plan-dev" in account.fail(MODULE, **options)
    assert account.run(MODULE, check_mode=True, **options)["changed"]


def test_lost_answers_and_throttling_make_nothing_twice(clients: Clients) -> None:
    clients.account.emulator.behave(
        clients.account.number, errors={"rate": 0.2, "seed": 3, "kinds": ["throttling", "server_error", "dropped"]}
    )
    clients.run("a", "b", {"name": "c", "tier": "gold"})
    clients.account.emulator.behave(clients.account.number)

    assert clients.keys() == {
        "iot-client-a-dev": (True, [STANDARD]),
        "iot-client-b-dev": (True, [STANDARD]),
        "iot-client-c-dev": (True, [GOLD]),
    }


def test_moto_agrees(moto_account: Account) -> None:
    clients = Clients(moto_account)
    first, second = clients.run("a", VISITOR), clients.run("a", VISITOR)

    assert first["changed"] and not second["changed"] and second.writes == []
    moto_account.run(MODULE, **clients.options(state="absent"))


def test_a_thousand_clients(clients: Clients) -> None:
    """Docs: operations.md tells these numbers."""
    many = [f"client-{number:04d}" for number in range(1000)]
    started = time.monotonic()
    first = clients.run(*many)
    seconds = [time.monotonic() - started]
    second = clients.run(*many)
    seconds.append(time.monotonic() - started - seconds[0])
    third = clients.run(*many, "one-more")

    assert Counter(first.writes) == {"CreateUsagePlan": 1, "CreateApiKey": 1000, "CreateUsagePlanKey": 1000}
    reads = {"GetUsagePlans": 1, "GetApiKeys": 2, "GetUsagePlanKeys": 3}
    assert not second["changed"] and Counter(second.calls) == reads
    assert third.writes == ["CreateApiKey", "CreateUsagePlanKey"] and len(third["client_keys"]) == 1001
    assert len(third.calls) == 8
    print(f"{len(first.calls)} calls, {seconds[0]:.1f} s; unchanged {len(second.calls)} calls, {seconds[1]:.1f} s")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clients": [{"name": "A"}]}, "clients[0].name is 'A'"),
        ({"requests_per_second": -1}, "requests_per_second is -1.0"),
        ({"rest_api_id": ""}, "rest_api_id is ''"),
        ({"stack_name": "Iot"}, "stack_name is 'Iot'"),
        ({"tags": {"aws:x": "y"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    common = {"stack_name": "iot", "stack_environment": "dev", "rest_api_id": "a1"}
    result = account.try_run(MODULE, **{**common, **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []
