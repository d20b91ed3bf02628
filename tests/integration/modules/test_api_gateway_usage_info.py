"""api_gateway_usage_info against MiniStack, which has no GetUsage: that it reads, and reads only. The numbers are in the unit tests."""

from __future__ import annotations

from modules import Account

MODULE = "api_gateway_usage_info"
STACK = {"stack_name": "iot", "stack_environment": "dev"}


def test_without_plans_nothing_was_used(account: Account) -> None:
    result = account.run(MODULE, **STACK)

    assert result["usage"] == [] and not result["changed"] and result.calls == ["GetUsagePlans", "GetApiKeys"]


def test_each_plan_of_the_stack_is_asked_for_once(account: Account) -> None:
    client = account.client("apigateway")
    for name in ("iot-usage-plan-dev", "iot-tier-gold-plan-dev", "iot-client-a-plan-dev", "iot-usage-plan-qa", "other"):
        client.create_usage_plan(name=name)
    result = account.run(MODULE, **STACK, from_date="2026-01-01", to_date="2026-03-31")

    assert result.calls.count("GetUsage") == 3 and result.writes == [] and result["from_date"] == "2026-01-01"
    assert account.run(MODULE, check_mode=True, **STACK).writes == []
