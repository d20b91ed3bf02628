"""The stage's logs, throttles, web ACL, client certificate and domain, switched on, off and removed."""

from __future__ import annotations

import json
from typing import Any

from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack, changes

ON: dict[str, Any] = {
    "api_access_logs": True,
    "api_execution_logs": "error",
    "api_log_retention_days": 30,
    "api_metrics": True,
    "api_tracing_enabled": True,
    "api_stage_throttle_rate": 1000,
    "api_stage_throttle_burst": 2000,
    "api_method_settings": {"/sensor-data/POST": {"throttling_rate_limit": 500, "throttling_burst_limit": 600}},
    "api_client_certificate": True,
    "api_waf": True,
    "api_waf_logs": True,
    "api_domain_name": "api.example.com",
    "api_domain_certificate_arn": "arn:aws:acm:ca-central-1:123456789012:certificate/1",
    "api_domain_base_path": "v1",
}
API = ("--tags", "api")


def logs(account: Account) -> dict[str, int]:
    """The log groups and how long each is kept."""
    groups = account.client("logs").describe_log_groups()["logGroups"]
    return {group["logGroupName"]: group.get("retentionInDays", 0) for group in groups}


def live(account: Account) -> dict[str, Any]:
    """The stage."""
    client = account.client("apigateway")
    return client.get_stage(restApiId=client.get_rest_apis()["items"][0]["id"], stageName="prod")


def test_the_stage_is_guarded_and_logged_and_let_go_of(ministack: Emulator, tmp_path: Any) -> None:
    stack = Stack(Account(ministack), tmp_path / "stack")
    account = stack.account
    made = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]
    on = {**ON, "api_domain_hosted_zone_id": made["Id"].removeprefix("/hostedzone/")}
    before = len(ministack.recorded(account.number))
    planned = stack.plan(*API, **on)
    assert planned.code == 2 and not any(map(is_write, ministack.recorded(account.number)[before:])), planned.output[
        -3000:
    ]
    deployed = stack.deploy_changes(*API, **on)
    api_id = account.client("apigateway").get_rest_apis()["items"][0]["id"]
    assert changes(deployed) == changes(
        json.loads(json.dumps(planned.document).replace("_known-after-deploy", f"_{api_id}"))
    )

    stage = live(account)
    names = {"/iot/api-access-dev", f"API-Gateway-Execution-Logs_{api_id}/prod", "aws-waf-logs-iot-api-dev"}
    assert logs(account) == dict.fromkeys(names, 30)
    assert stage["accessLogSettings"]["destinationArn"].endswith(":log-group:/iot/api-access-dev")
    fields = json.loads(stage["accessLogSettings"]["format"])
    assert fields["requestId"] == "$context.requestId" and fields["apiKeyId"] == "$context.identity.apiKeyId"
    assert not any(value == "$context.identity.apiKey" for value in fields.values()), "a key's value is a secret"
    everywhere, post = (stage["methodSettings"][method] for method in ("*/*", "/sensor-data/POST"))
    assert everywhere["throttlingRateLimit"] == 1000 and post["throttlingRateLimit"] == 500 and stage["tracingEnabled"]
    for settings in (everywhere, post):
        assert settings["loggingLevel"] == "ERROR" and settings["metricsEnabled"] and not settings["dataTraceEnabled"]
    assert "/webacl/iot-api-waf-dev/" in stage["webAclArn"] and stage["clientCertificateId"]
    assert account.client("apigateway").get_account()["cloudwatchRoleArn"].endswith(":role/iot-api-gateway-logs")
    (mapping,) = account.client("apigateway").get_base_path_mappings(domainName="api.example.com")["items"]
    assert mapping == {"basePath": "v1", "restApiId": api_id, "stage": "prod"}
    outputs = stack.folder / "outputs" / "iot-dev-ca-central-1.json"
    written = json.loads(outputs.read_text())
    assert written["api_domain_url"] == "https://api.example.com/v1" and written["api_domain_target"]
    assert stack.deploy(*API, **on).changed == 0
    assert json.loads(outputs.read_text()) == written, "known without another look"

    off = stack.deploy(*API, api_domain_name="none")
    assert off.changed_tasks[:5] == [
        "Ensure the deployment and the stage prod",
        "Take what is switched off from the stage prod",
        "Remove the web ACL iot-api-waf-dev",
        "Remove the client certificates that the stage does not show any more",
        "Remove the domain",
    ]
    stage = live(account)
    assert not stage.get("accessLogSettings") and not stage.get("webAclArn") and not stage.get("clientCertificateId")
    assert not stage["methodSettings"] and not stage["tracingEnabled"]
    assert logs(account) == dict.fromkeys(names, 30), "they may be looked at later"
    assert stack.deploy(*API).changed == 0

    stack.deploy(*API, **on)
    account.client("logs").delete_log_group(logGroupName="/iot/api-access-dev")
    for _half_gone in range(2):
        stack.destroy(*API)
        assert logs(account) == {} and account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
        assert account.client("apigateway").get_client_certificates()["items"] == []
        assert account.client("apigateway").get_domain_names().get("items", []) == []
    assert account.client("apigateway").get_account()["cloudwatchRoleArn"], "other APIs write with it"
