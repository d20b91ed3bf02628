"""Alarms, dashboard and topic of a stack, which need little of it but its names."""

from __future__ import annotations

import json

from stacks import SMALL, Stack, changes

ON = {
    **SMALL,
    "observability_enabled": True,
    "observability_subscriptions": [{"protocol": "email", "endpoint": "operations@example.com"}],
    "observability_database_connections": 100,
    "api_integration": "queue",
    "secrets_rotation": "function",
    "secrets_recovery_window_in_days": 0,
}


def test_what_a_stack_has_is_watched(stack: Stack) -> None:
    only = ("--tags", "secrets,observability")
    planned = changes(stack.plan(*only, **ON).document)
    made = changes(stack.deploy_changes(*only, **ON))
    again = stack.deploy(*only, **ON)

    assert planned == made and again.changed == 0, again.output
    cloudwatch = stack.account.client("cloudwatch")
    alarms = {one["AlarmName"]: one for one in cloudwatch.describe_alarms()["MetricAlarms"]}
    topic = f"arn:aws:sns:ca-central-1:{stack.account.number}:iot-alarms-dev"
    assert all(one["AlarmActions"] == one["OKActions"] == [topic] for one in alarms.values())
    assert alarms["iot-alarm-aurora-connections-dev"]["Threshold"] == 100
    assert alarms["iot-alarm-api-5xx-dev"]["Threshold"] == 0.01
    assert "iot-alarm-redis-memory-001-dev" in alarms and "iot-alarm-redis-memory-002-dev" not in alarms
    assert {"iot-alarm-readings-failed-dev", "iot-alarm-rotate-errors-dev"} <= set(alarms)
    body = json.loads(cloudwatch.get_dashboard(DashboardName="iot-dashboard-dev")["DashboardBody"])
    status, *widgets = body["widgets"]
    assert {arn.rsplit(":", 1)[1] for arn in status["properties"]["alarms"]} == set(alarms)
    rows = [one["properties"]["markdown"] for one in widgets if one["type"] == "text"]
    assert rows == ["## api", "## processing", "## database", "## cache"]
    metrics = [metric for one in widgets if one["type"] == "metric" for metric in one["properties"]["metrics"]]
    assert ["AWS/Lambda", "Throttles", "FunctionName", "iot-rotate-dev"] in metrics
    secret = stack.account.client("secretsmanager").describe_secret(SecretId="iot-aurora-password-dev")["ARN"]
    rule = stack.account.client("events").describe_rule(Name="iot-rotation-failed-dev")
    assert json.loads(rule["EventPattern"])["detail"]["additionalEventData"] == {"SecretId": [secret]}

    stack.destroy("--tags", "observability")
    assert cloudwatch.describe_alarms()["MetricAlarms"] == cloudwatch.list_dashboards()["DashboardEntries"] == []
    assert stack.account.client("sns").list_topics()["Topics"] == []
