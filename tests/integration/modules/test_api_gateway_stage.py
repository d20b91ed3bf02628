"""api_gateway_stage against MiniStack and moto."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
from modules import Account, ModuleResult

REST_API = "api_gateway_rest_api"
MODULE = "api_gateway_stage"
ALL = {"throttling_rate_limit": 1000, "throttling_burst_limit": 2000}


def ensure_api(account: Account, message: str = "Data received", name: str = "iot-sensor-api-dev") -> dict[str, Any]:
    """An API with one open method that answers with a message."""
    body = f'{{"message": "{message}"}}'
    route = {
        "path": "/sensor-data",
        "method": "GET",
        "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
        "responses": [{"status_code": 200, "integration": {"templates": {"application/json": body}}}],
    }
    return account.run(REST_API, name=name, routes=[route])["rest_api"]


def ensure_stage(account: Account, api: dict[str, Any], **more: Any) -> ModuleResult:
    """A stage of the API, by the definition on AWS."""
    return account.run(MODULE, rest_api_id=api["id"], name="prod", **more)


def deployments(account: Account, api: dict[str, Any]) -> list[dict[str, Any]]:
    return account.client("apigateway").get_deployments(restApiId=api["id"], limit=500)["items"]


def test_is_deployed_once(account: Account) -> None:
    api = ensure_api(account)
    options = {"description": "For all", "variables": {"tier": "dev"}, "method_settings": {"*/*": ALL}}
    first = ensure_stage(account, api, tags={"Environment": "dev"}, **options)
    second = ensure_stage(account, api, tags={"Environment": "dev"}, **options)

    assert first["changed"] and first["redeployed"]
    assert first.writes == ["CreateDeployment", "CreateStage", "UpdateStage"]
    assert not second["changed"] and not second["redeployed"] and second.writes == [] and len(second.calls) == 7
    assert second["stage"] == first["stage"]
    stage = account.client("apigateway").get_stage(restApiId=api["id"], stageName="prod")
    assert stage["variables"] == {"tier": "dev"} and stage["tags"] == {"Environment": "dev"}
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 1000
    assert len(deployments(account, api)) == 1
    # MiniStack takes the account from the credential, also of a request to the API.
    credential = f"AWS4-HMAC-SHA256 Credential={account.number}/20250101/{account.region}/execute-api/aws4_request"
    url = f"{first['stage']['invoke_url']}/sensor-data"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": credential})) as answer:
        assert answer.read() == b'{"message": "Data received"}'


def test_moto_agrees(moto_account: Account) -> None:
    api = ensure_api(moto_account, name="stage-moto-agrees")
    options = {"variables": {"tier": "dev"}, "method_settings": {"*/*": ALL}, "tracing_enabled": True}
    first, second = ensure_stage(moto_account, api, **options), ensure_stage(moto_account, api, **options)

    assert first["redeployed"] and not second["changed"] and second.writes == []


def test_a_known_hash_saves_reading_the_definition(account: Account) -> None:
    api = ensure_api(account)
    ensure_stage(account, api)
    result = ensure_stage(account, api, definition_hash=api["definition_hash"])

    assert not result["changed"] and result.calls == ["GetStage", "GetDeployment"]


def test_a_changed_definition_is_deployed_once(account: Account) -> None:
    ensure_stage(account, ensure_api(account))
    api = ensure_api(account, message="Thanks")  # and here the run was interrupted
    result, again = ensure_stage(account, api), ensure_stage(account, api)

    assert result["redeployed"] and result.writes == ["CreateDeployment"]
    assert result["diff"]["after"]["definition_hash"] == api["definition_hash"]
    assert not again["changed"] and len(deployments(account, api)) == 2


def test_a_change_by_hand_is_deployed(account: Account) -> None:
    api = ensure_api(account)
    ensure_stage(account, api)
    patch = [{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    account.client("apigateway").update_rest_api(restApiId=api["id"], patchOperations=patch)

    assert ensure_stage(account, api)["redeployed"]


def test_a_stage_deployed_by_hand_is_deployed_once_more(account: Account) -> None:
    api = ensure_api(account)
    account.client("apigateway").create_deployment(restApiId=api["id"], stageName="prod", description="by hand")
    result = ensure_stage(account, api)

    assert result["redeployed"] and not ensure_stage(account, api)["changed"]
    assert [item.get("description") for item in deployments(account, api)].count("by hand") == 1


@pytest.mark.parametrize("told", ["", " version 0.0.1"])
def test_another_version_of_the_collection_deploys_nothing(account: Account, told: str) -> None:
    """Neither one that did not tell yet, nor one that did."""
    api = ensure_api(account)
    description = f"iot.sensor_stack sha256:{api['definition_hash']}{told}"
    account.client("apigateway").create_deployment(restApiId=api["id"], stageName="prod", description=description)
    result = ensure_stage(account, api)

    assert not result["changed"] and result.writes == []


def test_settings_change_without_a_deployment(account: Account) -> None:
    api = ensure_api(account)
    ensure_stage(account, api, variables={"a": "1", "b": "2"}, method_settings={"*/*": ALL})
    wanted = {
        "variables": {"b": "3", "c": "4"},
        "method_settings": {"/sensor-data/GET": {"throttling_rate_limit": 5, "throttling_burst_limit": 10}},
        "access_log": {
            "destination_arn": f"arn:aws:logs:{account.region}:{account.number}:log-group:api:*",
            "format": "$context.requestId",
        },
    }
    result = ensure_stage(account, api, **wanted)
    stage = account.client("apigateway").get_stage(restApiId=api["id"], stageName="prod")

    assert result.writes == ["UpdateStage"] and not result["redeployed"]
    assert stage["variables"] == {"b": "3", "c": "4"} and list(stage["methodSettings"]) == ["/sensor-data/GET"]
    assert stage["accessLogSettings"]["destinationArn"].endswith("log-group:api")
    assert not ensure_stage(account, api, **wanted)["changed"]
    assert ensure_stage(account, api, access_log={})["stage"]["access_log"] == {}
    assert not ensure_stage(account, api, access_log={})["changed"]


def test_tags_change(account: Account) -> None:
    api = ensure_api(account)
    ensure_stage(account, api, tags={"a": "1", "b": "2"})
    result = ensure_stage(account, api, tags={"a": "2"})

    assert result.writes == ["TagResource"]
    assert not ensure_stage(account, api, tags={"a": "2"})["changed"]


def test_check_mode_foresees_a_deployment(account: Account) -> None:
    api = ensure_api(account)
    missing = ensure_stage(account, api, check_mode=True)
    ensure_stage(account, api)
    pending = ensure_stage(account, api, check_mode=True, definition_hash="pending")

    assert missing["redeployed"] and missing.writes == [] and missing["stage"]["invoke_url"].endswith("/prod")
    assert pending["redeployed"] and pending.writes == []
    assert "check mode only" in account.fail(MODULE, rest_api_id=api["id"], name="prod", definition_hash="pending")


def test_check_mode_before_the_api_exists(account: Account) -> None:
    result = ensure_stage(account, {"id": "unknown"}, check_mode=True, definition_hash="pending")

    assert result["changed"] and result["redeployed"] and result.writes == []


def test_a_deployment_left_by_an_interrupted_run_is_used(account: Account) -> None:
    api = ensure_api(account)
    ensure_stage(account, api)
    account.client("apigateway").delete_stage(restApiId=api["id"], stageName="prod")
    result = ensure_stage(account, api)

    assert result.writes == ["CreateStage"] and len(deployments(account, api)) == 1


def test_old_deployments_are_removed(account: Account) -> None:
    account.client("apigateway")
    for message in ("one", "two", "three"):
        api = ensure_api(account, message)
        ensure_stage(account, api, keep_deployments=1)
    account.client("apigateway").create_deployment(restApiId=api["id"], description="by hand")
    assert len(deployments(account, api)) == 3

    ensure_stage(account, ensure_api(account, "four"), keep_deployments=0)
    assert sorted(stage_or_hand(item) for item in deployments(account, api)) == ["by hand", "ours"]


def stage_or_hand(deployment: dict[str, Any]) -> str:
    return "ours" if deployment["description"].startswith("iot.sensor_stack sha256:") else deployment["description"]


def test_removal_is_repeatable_and_takes_our_deployments(account: Account) -> None:
    api = ensure_api(account)
    account.client("apigateway").create_deployment(restApiId=api["id"], stageName="other", description="by hand")
    ensure_stage(account, api)
    first = account.run(MODULE, rest_api_id=api["id"], name="prod", state="absent")
    second = account.run(MODULE, rest_api_id=api["id"], name="prod", state="absent")
    gone = account.run(MODULE, rest_api_id="unknown", name="prod", state="absent")

    assert first["changed"] and not second["changed"] and second.writes == [] and not gone["changed"]
    assert [item["description"] for item in deployments(account, api)] == ["by hand"]


def test_an_unknown_api_is_an_error(account: Account) -> None:
    assert "rest_api_id is 'nope': no REST API" in account.fail(MODULE, rest_api_id="nope", name="prod")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a b"}, "name is 'a b': allowed is 1 to 128 letters"),
        ({"definition_hash": "abc"}, "definition_hash is 'abc'"),
        ({"keep_deployments": -1}, "keep_deployments is -1: allowed is 0 to 100"),
        ({"variables": {"a-b": "1"}}, "variables is 'a-b'"),
        ({"variables": {"a": "{}"}}, "variables['a'] is '{}'"),
        ({"method_settings": {"GET": ALL}}, "method_settings has the key 'GET'"),
        ({"method_settings": {"*/*": {"rate": 1}}}, "method_settings['*/*'].rate is not an option: allowed are"),
        ({"method_settings": {"*/*": {"throttling_rate_limit": -2}}}, ".throttling_rate_limit is -2.0: allowed is -1"),
        ({"method_settings": {"*/*": {"throttling_burst_limit": "x"}}}, ".throttling_burst_limit is 'x'"),
        ({"method_settings": {"*/*": {"logging_level": "DEBUG"}}}, ".logging_level is 'DEBUG': allowed are OFF"),
        ({"access_log": {"destination_arn": "x", "format": "$context.requestId"}}, "destination_arn is 'x'"),
        ({"access_log": {"destination_arn": "arn:aws:logs:x", "format": "x"}}, "access_log.format is 'x'"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{"rest_api_id": "a1", "name": "prod", **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []


def test_is_guarded_by_a_web_acl_and_shows_a_certificate(account: Account) -> None:
    api = ensure_api(account)
    acl = account.run("wafv2_web_acl", name="iot-api-waf-dev", rate_limit=100)["web_acl"]["arn"]
    certificate = account.run("api_gateway_client_certificate", name="iot-dev")["certificate"]["id"]
    wanted = {"web_acl_arn": acl, "client_certificate_id": certificate, "definition_hash": api["definition_hash"]}
    planned = ensure_stage(account, api, check_mode=True, **wanted)
    first, second = ensure_stage(account, api, **wanted), ensure_stage(account, api, **wanted)

    assert planned["diff"] == first["diff"] and planned.writes == []
    assert first.writes == ["CreateDeployment", "CreateStage", "UpdateStage", "AssociateWebACL"]
    assert not second["changed"] and second.calls == ["GetStage", "GetDeployment"]
    stage = account.client("apigateway").get_stage(restApiId=api["id"], stageName="prod")
    assert stage["webAclArn"] == acl == second["stage"]["web_acl_arn"] and stage["clientCertificateId"] == certificate
    off = {"web_acl_arn": "", "client_certificate_id": ""}
    taken = ensure_stage(account, api, definition_hash=api["definition_hash"], **off)
    assert taken.writes == ["UpdateStage", "DisassociateWebACL"]
    assert not ensure_stage(account, api, definition_hash=api["definition_hash"], **off)["changed"]


def test_a_removal_lets_go_of_the_web_acl(account: Account) -> None:
    api = ensure_api(account)
    acl = account.run("wafv2_web_acl", name="iot-api-waf-dev", rate_limit=100)["web_acl"]["arn"]
    ensure_stage(account, api, web_acl_arn=acl)
    removed = account.run(MODULE, rest_api_id=api["id"], name="prod", state="absent")

    assert removed.writes[:2] == ["DisassociateWebACL", "DeleteStage"]
    assert account.run("wafv2_web_acl", name="iot-api-waf-dev", state="absent")["changed"]


def test_a_throttle_of_minus_one_is_none(account: Account) -> None:
    api = ensure_api(account)
    none = {"throttling_rate_limit": -1, "throttling_burst_limit": -1}
    settings = {"*/*": {**none, "metrics_enabled": True}}
    first = ensure_stage(account, api, method_settings=settings)

    stage = account.client("apigateway").get_stage(restApiId=api["id"], stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == -1
    credential = f"AWS4-HMAC-SHA256 Credential={account.number}/20250101/{account.region}/execute-api/aws4_request"
    url = f"{first['stage']['invoke_url']}/sensor-data"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": credential})) as answer:
        assert answer.status == 200
    assert not ensure_stage(account, api, method_settings=settings)["changed"]
