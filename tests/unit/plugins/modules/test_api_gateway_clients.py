"""api_gateway_clients and api_gateway_usage_info with simulated AWS answers: throttling, pages of GetUsage."""

from __future__ import annotations

from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

STACK = {"stack_name": "iot", "stack_environment": "dev", **CONNECTION}
PLAN = {"id": "p1", "name": "iot-usage-plan-dev", "apiStages": [{"apiId": "api1", "stage": "prod"}]}
KEY = {"id": "k1", "name": "iot-client-a-dev", "enabled": True, "description": "Client a of iot-dev"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_too_many_requests_are_waited_for_and_nothing_is_made_twice(aws: SimulatedAWS) -> None:
    busy = error("TooManyRequestsException", "Too Many Requests", 429)
    aws.answers = {
        "GetUsagePlans": [busy, {"items": [PLAN]}],
        "GetApiKeys": [{"items": []}],
        "GetUsagePlanKeys": [{"items": []}],
        "CreateApiKey": [busy, busy, KEY],
        "CreateUsagePlanKey": [busy, {"id": "k1"}],
        "GetUsagePlanKey": [error("NotFoundException", status=404)],
    }
    result = run_module("api_gateway_clients", **STACK, rest_api_id="api1", clients=[{"name": "a"}])

    assert result["client_keys"] == {"a": "k1"} and aws.slept
    assert len(aws.sent("CreateApiKey")) == 3 and len(aws.sent("CreateUsagePlanKey")) == 2


def test_a_lost_answer_is_looked_for(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetUsagePlans": [{"items": [PLAN]}],
        "GetApiKeys": [{"items": []}, {"items": [KEY]}],
        "GetUsagePlanKeys": [{"items": []}],
        "CreateApiKey": [error("InternalServerError", status=500)],
        "CreateUsagePlanKey": [{"id": "k1"}],
    }
    result = run_module("api_gateway_clients", **STACK, rest_api_id="api1", clients=[{"name": "a"}])

    assert result["client_keys"] == {"a": "k1"} and len(aws.sent("CreateApiKey")) == 1


def read_usage(aws: SimulatedAWS, **options: Any) -> Any:
    return run_module("api_gateway_usage_info", **STACK, **options)


def test_usage_is_read_by_plan_and_page(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetUsagePlans": [{"items": [PLAN, {"id": "other", "name": "other"}]}],
        "GetApiKeys": [{"items": [KEY, {"id": "k0", "name": "iot-api-key-dev"}]}],
        "GetUsage": [
            {"items": {"k1": [[1, 9], [2, 7]]}, "position": "next"},
            {"items": {"k0": [[0, 10], [4, 6]]}},
        ],
    }
    result = read_usage(aws, from_date="2026-01-01", to_date="2026-01-02")

    assert [(row["client"], row["used"], row["remaining"]) for row in result["usage"]] == [(None, 4, 6), ("a", 3, 7)]
    assert result["usage"][1]["days"][0] == {"date": "2026-01-01", "used": 1, "remaining": 9}
    assert [request.get("position") for request in aws.sent("GetUsage")] == [None, "next"]
    assert [row["key"] for row in result["usage"]] == ["iot-api-key-dev", "iot-client-a-dev"]
    assert result["changed"] is False and result.writes == []


def test_usage_is_that_of_a_week_unless_told_otherwise(aws: SimulatedAWS) -> None:
    aws.answers = {"GetUsagePlans": [{"items": []}], "GetApiKeys": [{"items": []}]}

    assert read_usage(aws, to_date="2026-03-03")["from_date"] == "2026-02-25"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"from_date": "x"}, "from_date is 'x': allowed is a date"),
        ({"to_date": "2026-13-01"}, "to_date is '2026-13-01'"),
        ({"from_date": "2026-01-02", "to_date": "2026-01-01"}, "allowed are 1 to 90 days"),
        ({"from_date": "2026-01-01", "to_date": "2026-06-01"}, "152 days: allowed are 1 to 90 days"),
        ({"stack_name": "Iot"}, "stack_name is 'Iot'"),
    ],
)
def test_bad_dates_are_refused_before_any_call(aws: SimulatedAWS, options: dict[str, Any], message: str) -> None:
    result = run_module("api_gateway_usage_info", **{**STACK, **options})

    assert result.get("failed") and message in result["msg"] and aws.requests == []
