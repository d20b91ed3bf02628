"""Clients of the API as data, by the playbooks: real requests with their keys, tiers, rollover and removal."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import DEFAULT_ACCOUNT, Account
from stacks import Run, Stack

TIERS = {
    "slow": {"rate_limit": 1, "burst_limit": 2},
    "gold": {"rate_limit": 500, "burst_limit": 1000, "quota": {"limit": 100000, "period": "DAY"}},
}
A, B, C = {"name": "a"}, {"name": "b", "tier": "slow"}, {"name": "c", "tier": "gold", "enabled": False}


class Site:
    """A stack's API in the account whose APIs the emulator serves."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def deploy(self, *clients: dict[str, Any], **variables: Any) -> Run:
        common = {"api_clients": list(clients), "api_tiers": TIERS, "api_requests_per_second": 0}
        return self.stack.deploy("--tags", "api", **{**common, **variables})

    def outputs(self) -> dict[str, Any]:
        return json.loads((self.stack.folder / "outputs" / "iot-clients-ca-central-1.json").read_text())

    def value(self, client: str) -> str:
        """The value of a client's key."""
        key_id = self.outputs()["api_client_keys"][client]
        return self.stack.account.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"]

    def post(self, value: str) -> int:
        """POST a reading with a key; the status."""
        headers = {"Content-Type": "application/json", "x-api-key": value}
        url = f"{self.outputs()['api_gateway_url']}/sensor-data"
        request = urllib.request.Request(url, data=b"{}", headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def burst(self, client: str) -> set[int]:
        """What 20 posts at once get."""
        value = self.value(client)
        with ThreadPoolExecutor(8) as pool:
            return set(pool.map(lambda _number: self.post(value), range(20)))

    def names(self) -> set[str]:
        """The clients' keys and plans."""
        client = self.stack.account.client("apigateway")
        found = client.get_api_keys(limit=500)["items"] + client.get_usage_plans(limit=500)["items"]
        return {item["name"] for item in found if item["name"].startswith(("iot-client-", "iot-tier-"))}


@pytest.fixture(scope="module")
def site(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    stack = Stack(
        Account(ministack, number=DEFAULT_ACCOUNT), tmp_path_factory.mktemp("clients") / "stack", {"clients": {}}
    )
    site = Site(stack)
    site.deploy(A, B, C)
    yield site
    stack.destroy("--tags", "api")
    assert site.names() == set()


def test_keys_answer_by_tier_and_an_unchanged_run_writes_nothing(site: Site) -> None:
    account = site.stack.account
    site.deploy(A, B, C)
    before = len(account.emulator.recorded(account.number))
    second = site.deploy(A, B, C)

    assert second.changed == 0, second.changed_tasks
    assert not any(map(is_write, account.emulator.recorded(account.number)[before:]))
    assert list(site.outputs()["api_client_keys"]) == ["a", "b", "c"] and "of 3 clients" in second.output
    assert site.burst("a") == {200} and site.burst("b") == {200, 429} and site.burst("c") == {403}


def test_a_client_moves_to_another_tier(site: Site) -> None:
    site.deploy(A, B, C)
    moved = site.deploy(A, {**B, "tier": "gold"}, C)

    assert moved.changed_tasks[0] == "Ensure the clients"
    assert site.burst("b") == {200}
    own = site.deploy(A, {**B, "rate_limit": 0, "burst_limit": 0}, C)
    assert own.changed and site.burst("b") == {429}
    site.deploy(A, B, C)
    assert "iot-client-b-plan-clients" not in site.names()


def test_a_rollover_has_both_keys_valid(site: Site) -> None:
    site.deploy(A, B, C)
    old = site.value("a")
    begun = site.deploy(A, B, C, api_rollover_clients=["a"])
    new = site.value("a-next")
    both = [site.post(value) for value in (old, new)]
    site.deploy(A, B, C, api_finish_rollover_clients=["a"])

    assert both == [200, 200] and [site.post(value) for value in (old, new)] == [403, 200]
    assert site.value("a") == new and "a-next" not in site.outputs()["api_client_keys"]
    assert old not in begun.output and new not in begun.output


def test_values_are_shown_on_request_alone(site: Site) -> None:
    site.deploy(A, B, C)
    assert "api_client_key_values" not in site.outputs()
    shown = site.deploy(A, B, C, api_show_key=True)
    values = site.outputs()["api_client_key_values"]
    site.deploy(A, B, C)

    assert values == {client: site.value(client) for client in ("a", "b", "c")}
    assert not any(value in shown.output for value in values.values()), "they are in the file"


def test_a_client_off_the_list_is_disabled_and_removed_by_name(site: Site) -> None:
    site.deploy(A, B, C)
    value = site.value("a")
    site.deploy(api_tiers={})
    assert site.post(value) == 403 and "iot-client-a-clients" in site.names()
    site.deploy(B, C, api_remove_clients=["a"])
    assert "iot-client-a-clients" not in site.names() and site.burst("b") <= {200, 429}

    site.deploy(api_tiers={}, api_remove_clients="all")
    assert site.names() == set() and "api_client_keys" not in site.outputs()
    assert site.deploy(api_tiers={}).changed == 0


def test_a_plan_and_the_status_tell_of_clients(site: Site) -> None:
    site.deploy(A, B, C)
    plan = site.stack.plan(
        "--tags",
        "api",
        api_clients=[A, B, C, {"name": "d", "rate_limit": 5}],
        api_tiers=TIERS,
        api_requests_per_second=0,
    )
    assert plan.code == 2
    assert "create API key iot-client-d-clients" in plan.output
    assert "create usage plan iot-client-d-plan-clients" in plan.output

    status = json.loads(json.dumps(site.stack.run("status").output))
    assert "api_client_keys" in status


def test_the_usage_is_told(site: Site) -> None:
    """MiniStack has no GetUsage: the numbers are tested with simulated answers."""
    site.deploy(A, B, C)
    text = site.stack.run("usage", variables={"api_usage_from": "2026-01-01", "api_usage_to": "2026-01-31"})
    document = site.stack.run("usage", variables={"api_usage_format": "json"})
    wrong = site.stack.try_run("usage", variables={"api_usage_from": "yesterday"})

    assert "Usage of iot-clients, 2026-01-01 to 2026-01-31" in text.output and "Nothing was used" in text.output
    assert '"usage": []' in document.output.replace('\\"', '"') and document.changed == 0
    assert wrong.code == 2 and "from_date is 'yesterday': allowed is a date" in wrong.output
