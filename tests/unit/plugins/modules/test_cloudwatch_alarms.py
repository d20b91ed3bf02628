"""cloudwatch_alarms with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

ALARM = {
    "name": "iot-alarm-a-dev",
    "namespace": "AWS/Lambda",
    "metric_name": "Errors",
    "statistic": "Sum",
    "threshold": 0,
}
LIVE = {
    "AlarmName": "iot-alarm-a-dev",
    "AlarmArn": "arn:aws:cloudwatch:ca-central-1:123456789012:alarm:iot-alarm-a-dev",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def run(aws: SimulatedAWS, *alarms: dict[str, Any], live: list[dict[str, Any]], **more: Any) -> ModuleResult:
    """Run the module where these alarms are."""
    pages = [{"MetricAlarms": [one], "NextToken": one["AlarmName"]} for one in live[:-1]]
    aws.answers = {"PutMetricAlarm": [{}], "DeleteAlarms": [{}], "TagResource": [{}], **aws.answers}
    aws.answers["DescribeAlarms"] = [*pages, {"MetricAlarms": live[-1:]}]
    options = {"name_prefix": "iot-alarm-", "alarms": list(alarms), **more}
    return run_module("cloudwatch_alarms", **CONNECTION, **options)


def test_all_pages_are_read(aws: SimulatedAWS) -> None:
    other = {**LIVE, "AlarmName": "iot-alarm-b-dev"}
    result = run(aws, ALARM, {**ALARM, "name": "iot-alarm-b-dev"}, live=[LIVE, other])

    assert not result["changed"] and aws.operations == ["DescribeAlarms"] * 2
    assert aws.sent("DescribeAlarms")[0] == {
        "AlarmNamePrefix": "iot-alarm-",
        "AlarmTypes": ["MetricAlarm"],
        "MaxRecords": 100,
    }


def test_an_alarm_on_an_expression_becomes_one_on_the_metric(aws: SimulatedAWS) -> None:
    metric = {
        key: value for key, value in LIVE.items() if key not in ("Namespace", "MetricName", "Statistic", "Period")
    }
    result = run(aws, ALARM, live=[{**metric, "Metrics": [{"Id": "m", "Expression": "1"}]}])

    assert set(result["diff"][0]["after"]) == {"namespace", "metric_name", "statistic", "period"}
    (request,) = aws.sent("PutMetricAlarm")
    assert request["MetricName"] == "Errors" and "Metrics" not in request


def test_more_alarms_than_aws_takes_a_second_are_waited_for(aws: SimulatedAWS) -> None:
    aws.answers = {"PutMetricAlarm": [error("Throttling", "Rate exceeded"), {}]}
    result = run(aws, {**ALARM, "threshold": 1}, live=[LIVE])

    assert result["changed"] and aws.operations.count("PutMetricAlarm") == 2 and len(aws.slept) == 1


def test_alarms_are_deleted_a_hundred_at_a_time(aws: SimulatedAWS) -> None:
    live = [{**LIVE, "AlarmName": f"iot-alarm-{number}-dev"} for number in range(101)]
    result = run(aws, live=live, purge_pattern=r"iot-alarm-\d+-dev")

    assert result["changed"] and [len(request["AlarmNames"]) for request in aws.sent("DeleteAlarms")] == [100, 1]


def test_tags_of_an_alarm_that_is_gone_meanwhile_are_none(aws: SimulatedAWS) -> None:
    aws.answers = {"ListTagsForResource": [error("ResourceNotFoundException")]}
    result = run(aws, ALARM, live=[LIVE], tags={"Environment": "dev"})

    assert aws.sent("TagResource")[0]["Tags"] == [
        {"Key": "Environment", "Value": "dev"},
        {"Key": "Name", "Value": "iot-alarm-a-dev"},
    ]
    assert set(result["diff"][0]["after"]) == {"tags"} and "PutMetricAlarm" not in aws.operations


def test_a_denied_call_is_told_by_its_name(aws: SimulatedAWS) -> None:
    aws.answers = {"PutMetricAlarm": [error("AccessDenied", "no", status=403)]}
    message = run(aws, {**ALARM, "threshold": 1}, live=[LIVE])["msg"]

    assert message.startswith("Failed to put the alarm iot-alarm-a-dev: these AWS credentials lack the permission")
