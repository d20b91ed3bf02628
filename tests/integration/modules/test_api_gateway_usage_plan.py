"""api_gateway_usage_plan against MiniStack and moto, and requests to the API that all four modules make."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from modules import Account

MODULE = "api_gateway_usage_plan"
PLAN = {
    "name": "iot-usage-plan-dev",
    "description": "For the sensors",
    "throttle": {"rate_limit": 200, "burst_limit": 400},
    "tags": {"Environment": "dev"},
}


def make_stage(account: Account, stage: str = "prod") -> dict[str, str]:
    """A stage made by boto3, as a plan names it."""
    client = account.client("apigateway")
    api_id = client.create_rest_api(name=f"api-{stage}")["id"]
    root = client.get_resources(restApiId=api_id)["items"][0]["id"]
    target = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    client.put_method(**target, authorizationType="NONE")
    client.put_integration(**target, type="MOCK")
    deployment = client.create_deployment(restApiId=api_id)["id"]
    client.create_stage(restApiId=api_id, stageName=stage, deploymentId=deployment)
    return {"rest_api_id": api_id, "stage": stage}


def read(account: Account, plan_id: str) -> dict[str, Any]:
    return account.client("apigateway").get_usage_plan(usagePlanId=plan_id)


def test_is_created_once(account: Account) -> None:
    stage = {**make_stage(account), "throttle": {"/sensor-data/POST": {"rate_limit": 5, "burst_limit": 10}}}
    options = {**PLAN, "quota": {"limit": 1000, "period": "DAY"}, "api_stages": [stage]}
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)

    assert first["changed"] and first.writes == ["CreateUsagePlan"]
    assert not second["changed"] and second.calls == ["GetUsagePlans"]
    assert second["usage_plan"] == first["usage_plan"]
    plan = read(account, first["usage_plan"]["id"])
    assert plan["throttle"] == {"rateLimit": 200.0, "burstLimit": 400} and plan["quota"]["limit"] == 1000
    assert plan["apiStages"][0]["throttle"] == {"/sensor-data/POST": {"rateLimit": 5.0, "burstLimit": 10}}
    assert plan["tags"] == PLAN["tags"]


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run(MODULE, check_mode=True, **PLAN)

    assert result["changed"] and result.writes == [] and result["usage_plan"]["throttle"]["rate_limit"] == 200


def test_a_new_rate_is_one_call(account: Account) -> None:
    plan_id = account.run(MODULE, **PLAN)["usage_plan"]["id"]
    wanted = {**PLAN, "throttle": {"rate_limit": 100.5, "burst_limit": 400}}
    result = account.run(MODULE, **wanted)

    assert result.writes == ["UpdateUsagePlan"] and list(result["diff"]["after"]) == ["throttle"]
    assert read(account, plan_id)["throttle"]["rateLimit"] == 100.5
    assert not account.run(MODULE, **wanted)["changed"]


def test_limits_are_taken_away(account: Account) -> None:
    plan_id = account.run(MODULE, **PLAN, quota={"limit": 10, "period": "WEEK", "offset": 6})["usage_plan"]["id"]
    result = account.run(MODULE, name=PLAN["name"], throttle={}, quota={})

    assert result["usage_plan"]["throttle"] == {} == result["usage_plan"]["quota"]
    assert not {"throttle", "quota"} & set(read(account, plan_id))
    assert not account.run(MODULE, name=PLAN["name"], throttle={}, quota={})["changed"]


def test_tags_change(account: Account) -> None:
    account.run(MODULE, **PLAN)
    wanted = {**PLAN, "tags": {"Environment": "qa"}}

    assert account.run(MODULE, **wanted).writes == ["TagResource"]
    assert not account.run(MODULE, **wanted)["changed"]


def test_stages_come_and_go(moto_account: Account) -> None:
    one, two = make_stage(moto_account, "one"), make_stage(moto_account, "two")
    name = "plan-stages-come-and-go"
    plan_id = moto_account.run(MODULE, name=name, api_stages=[one])["usage_plan"]["id"]
    moved = moto_account.run(MODULE, name=name, api_stages=[two])
    both = moto_account.run(MODULE, name=name, api_stages=[one], purge_api_stages=False)
    plan = read(moto_account, plan_id)

    assert moved.writes == both.writes == ["UpdateUsagePlan"]
    assert {stage["stage"] for stage in plan["apiStages"]} == {"one", "two"}
    assert not moto_account.run(MODULE, name=name, api_stages=[two, one])["changed"]
    gone = moto_account.run(MODULE, name=name, state="absent")
    assert gone.writes == ["UpdateUsagePlan", "DeleteUsagePlan"]


def test_two_plans_of_one_name_are_an_error(account: Account) -> None:
    client = account.client("apigateway")
    ids = sorted(client.create_usage_plan(name=PLAN["name"])["id"] for _number in range(2))

    assert f"2 usage plans have it ({', '.join(ids)})" in account.fail(MODULE, **PLAN)


def test_removal_is_repeatable(account: Account) -> None:
    account.run(MODULE, **PLAN, api_stages=[make_stage(account)])
    first = account.run(MODULE, name=PLAN["name"], state="absent")
    second = account.run(MODULE, name=PLAN["name"], state="absent")

    assert first.writes == ["UpdateUsagePlan", "DeleteUsagePlan"] and not second["changed"] and second.writes == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": ""}, "name is ''"),
        ({"throttle": {"rate_limit": -1}}, "throttle.rate_limit is -1.0: allowed is 0 to"),
        ({"throttle": {"burst_limit": -1}}, "throttle.burst_limit is -1: allowed is 0 to"),
        ({"quota": {"limit": 5}}, "quota has limit 5 and period None"),
        ({"quota": {"limit": 0, "period": "DAY"}}, "quota.limit is 0: allowed is 1 to"),
        ({"quota": {"limit": 1, "period": "WEEK", "offset": 7}}, "quota.offset is 7: allowed is 0 to 6"),
        ({"api_stages": [{"rest_api_id": "a", "stage": "b"}] * 2}, "api_stages has 'a:b' more than once"),
        (
            {"api_stages": [{"rest_api_id": "a", "stage": "b", "throttle": {"x/POST": {"rate_limit": 1}}}]},
            "api_stages[0].throttle has the key 'x/POST'",
        ),
        (
            {"api_stages": [{"rest_api_id": "a", "stage": "b", "throttle": {"/x/POST": {"rate_limit": -1}}}]},
            "api_stages[0].throttle['/x/POST'].rate_limit is -1.0",
        ),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**PLAN, **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []


def post(account: Account, url: str, **headers: str) -> tuple[int, bytes]:
    """POST as a caller of the API; MiniStack takes the account from the credential."""
    credential = f"AWS4-HMAC-SHA256 Credential={account.number}/20250101/{account.region}/execute-api/aws4_request"
    request = urllib.request.Request(url, b"{}", {"Authorization": credential, **headers}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_callers_need_a_key_and_are_limited(account: Account) -> None:
    route = {
        "path": "/sensor-data",
        "method": "POST",
        "api_key_required": True,
        "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
        "responses": [
            {"status_code": 200, "integration": {"templates": {"application/json": '{"message": "Data received"}'}}}
        ],
    }
    api = account.run("api_gateway_rest_api", name="iot-sensor-api-dev", routes=[route])["rest_api"]
    stage = account.run("api_gateway_stage", rest_api_id=api["id"], name="prod")["stage"]
    covered = {"rest_api_id": api["id"], "stage": "prod"}
    plan = account.run(MODULE, **PLAN, api_stages=[covered])["usage_plan"]
    key = account.run("api_gateway_api_key", name="key", usage_plan_ids=[plan["id"]], show_value=True)["api_key"]
    url = f"{stage['invoke_url']}/sensor-data"

    assert post(account, url)[0] == 403
    assert post(account, url, **{"x-api-key": "a-wrong-key-of-twenty-or-more"})[0] == 403
    assert post(account, url, **{"x-api-key": key["value"]}) == (200, b'{"message": "Data received"}')

    account.run(MODULE, **{**PLAN, "throttle": {"rate_limit": 0, "burst_limit": 0}})
    assert post(account, url, **{"x-api-key": key["value"]})[0] == 429
