"""api_gateway_api_key against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "api_gateway_api_key"
VALUE = "a-value-of-more-than-twenty"
KEY = {"name": "iot-api-key-dev", "description": "Building 7", "tags": {"Environment": "dev"}}


def make_plan(account: Account, name: str = "plan") -> str:
    return account.client("apigateway").create_usage_plan(name=name)["id"]


def members(account: Account, plan_id: str) -> list[str]:
    """The IDs of the keys in a plan."""
    return [key["id"] for key in account.client("apigateway").get_usage_plan_keys(usagePlanId=plan_id)["items"]]


def read(account: Account, key_id: str) -> dict[str, Any]:
    return account.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)


def test_is_created_once_and_never_shows_its_value(account: Account) -> None:
    plan = make_plan(account)
    first = account.run(MODULE, **KEY, usage_plan_ids=[plan])
    second = account.run(MODULE, **KEY, usage_plan_ids=[plan])

    assert first.writes == ["CreateApiKey", "CreateUsagePlanKey"]
    assert not second["changed"] and second.calls == ["GetApiKeys", "GetUsagePlans", "GetUsagePlanKey"]
    assert second["api_key"] == first["api_key"]
    key = read(account, first["api_key"]["id"])
    assert key["enabled"] and key["tags"] == KEY["tags"] and members(account, plan) == [key["id"]]
    assert "value" not in first["api_key"] and key["value"] not in first.output + second.output


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run(MODULE, check_mode=True, **KEY, usage_plan_ids=["planned"], show_value=True)

    assert result["changed"] and result.writes == [] and result["api_key"]["usage_plan_ids"] == ["planned"]


def test_the_value_is_shown_on_request(account: Account) -> None:
    key = account.run(MODULE, **KEY, show_value=True)["api_key"]

    assert key["value"] == read(account, key["id"])["value"]
    assert account.run(MODULE, check_mode=True, **KEY, show_value=True)["api_key"]["value"] == key["value"]


def test_a_given_value_is_used_and_hidden(account: Account) -> None:
    result = account.run(MODULE, **KEY, value=VALUE)
    assert read(account, result["api_key"]["id"])["value"] == VALUE and VALUE not in result.output
    assert not account.run(MODULE, **KEY, value=VALUE)["changed"]

    shown = account.run(MODULE, **KEY, value=VALUE, show_value=True)
    assert shown["api_key"]["value"] == VALUE and shown.output.count(VALUE) == 1


def test_another_value_is_refused_without_naming_either(account: Account) -> None:
    account.run(MODULE, **KEY, value=VALUE)
    result = account.try_run(MODULE, **KEY, value="another-value-of-twenty-and-more")

    assert result["failed"] and "value differs from that on AWS" in result["msg"]
    assert VALUE not in result.output and "another-value" not in result.output


def test_a_key_is_disabled_and_enabled_again(account: Account) -> None:
    key_id = account.run(MODULE, **KEY)["api_key"]["id"]
    result = account.run(MODULE, **KEY, enabled=False)
    assert result.writes == ["UpdateApiKey"] and result["api_key"]["enabled"] is False
    assert not account.run(MODULE, **KEY, enabled=False)["changed"]

    account.run(MODULE, **KEY)
    assert str(read(account, key_id)["enabled"]).lower() == "true"
    assert not account.run(MODULE, **KEY)["changed"]


def test_plans_are_joined_and_left(account: Account) -> None:
    one, two = make_plan(account, "one"), make_plan(account, "two")
    key_id = account.run(MODULE, **KEY, usage_plan_ids=[one])["api_key"]["id"]
    account.run(MODULE, **KEY, usage_plan_ids=[two], purge_usage_plans=False)
    assert members(account, one) == members(account, two) == [key_id]

    result = account.run(MODULE, **KEY, usage_plan_ids=[two])
    assert result.writes == ["DeleteUsagePlanKey"] and members(account, one) == []
    assert not account.run(MODULE, **KEY, usage_plan_ids=[two])["changed"]
    assert "usage_plan_ids" not in account.run(MODULE, **KEY)["api_key"]


def test_moto_agrees(moto_account: Account) -> None:
    plan = make_plan(moto_account, "key-moto-agrees")
    options = {"name": "key-moto-agrees", "usage_plan_ids": [plan]}
    first, second = moto_account.run(MODULE, **options), moto_account.run(MODULE, **options)

    assert first["changed"] and not second["changed"] and second.writes == []
    assert members(moto_account, plan) == [first["api_key"]["id"]]


def test_tags_and_description_change(account: Account) -> None:
    account.run(MODULE, **KEY)
    wanted = {**KEY, "description": "Building 8", "tags": {"Environment": "qa"}}

    assert account.run(MODULE, **wanted).writes == ["UpdateApiKey", "TagResource"]
    assert not account.run(MODULE, **wanted)["changed"]


def test_two_keys_of_one_name_are_an_error(account: Account) -> None:
    client = account.client("apigateway")
    ids = sorted(client.create_api_key(name=KEY["name"])["id"] for _number in range(2))
    client.create_api_key(name=f"{KEY['name']}-other")

    assert f"2 API keys have it ({', '.join(ids)})" in account.fail(MODULE, **KEY)


def test_removal_is_repeatable(account: Account) -> None:
    account.run(MODULE, **KEY)
    first = account.run(MODULE, name=KEY["name"], state="absent")
    second = account.run(MODULE, name=KEY["name"], state="absent")

    assert first.writes == ["DeleteApiKey"] and not second["changed"] and second.writes == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": ""}, "name is ''"),
        ({"value": "short"}, "value has 5 characters: allowed are 20 to 128 characters"),
        ({"value": "x" * 129}, "value has 129 characters"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**KEY, **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []
