"""cloudwatch_alarms against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "cloudwatch_alarms"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
TOPIC = "arn:aws:sns:ca-central-1:123456789012:iot-alarms-dev"


def alarm(name: str, **more: Any) -> dict[str, Any]:
    """An alarm on the errors of a function."""
    return {
        "name": name,
        "namespace": "AWS/Lambda",
        "metric_name": "Errors",
        "dimensions": {"FunctionName": "iot-ingest-dev"},
        "statistic": "Sum",
        "threshold": 0,
        "treat_missing_data": "notBreaching",
        **more,
    }


def options(prefix: str, *alarms: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Options of a set of alarms of this prefix."""
    return {
        "name_prefix": f"{prefix}-alarm-",
        "purge_pattern": rf"{prefix}-alarm-[a-z0-9-]+-dev",
        "alarms": list(alarms),
        "alarm_actions": [TOPIC],
        "tags": {"Environment": "dev"},
        **more,
    }


def live(account: Account, prefix: str) -> dict[str, dict[str, Any]]:
    """The alarms of this prefix by name."""
    found = account.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    return {one["AlarmName"]: one for one in found}


@BOTH
def test_a_set_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    latency = alarm(
        "once-alarm-latency-dev", statistic="p95", evaluation_periods=3, threshold=3000.5, description="Slow"
    )
    wanted = options("once", alarm("once-alarm-errors-dev"), latency)
    planned = account.run(MODULE, check_mode=True, **wanted)
    first = account.run(MODULE, **wanted)
    second = account.run(MODULE, **wanted)

    assert planned["changed"] and planned.calls == ["DescribeAlarms"] and planned["diff"] == first["diff"]
    assert [(diff["after_header"], diff["action"]) for diff in first["diff"]] == [
        ("alarm once-alarm-errors-dev", "create"),
        ("alarm once-alarm-latency-dev", "create"),
    ]
    assert first.calls == ["DescribeAlarms", "PutMetricAlarm", "PutMetricAlarm"]
    assert not second["changed"] and second.calls == ["DescribeAlarms", "ListTagsForResource", "ListTagsForResource"]
    errors, slow = live(account, "once-").values()
    assert errors["AlarmActions"] == [TOPIC] and errors["Statistic"] == "Sum" and errors["Threshold"] == 0
    assert errors["TreatMissingData"] == "notBreaching" and slow["ExtendedStatistic"] == "p95"
    assert slow["Threshold"] == 3000.5 and slow["DatapointsToAlarm"] == slow["EvaluationPeriods"] == 3
    tags = account.client("cloudwatch").list_tags_for_resource(ResourceARN=errors["AlarmArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"Environment": "dev", "Name": "once-alarm-errors-dev"}

    gone = {"name_prefix": wanted["name_prefix"], "purge_pattern": wanted["purge_pattern"], "state": "absent"}
    would = account.run(MODULE, check_mode=True, **gone)
    removed = account.run(MODULE, **gone)
    again = account.run(MODULE, **gone)
    assert would["changed"] and would.writes == [] and removed["diff"] == would["diff"]
    assert removed.writes == ["DeleteAlarms"] and live(account, "once-") == {}
    assert not again["changed"] and again.writes == []


@BOTH
def test_only_what_differs_is_put_and_what_is_not_wanted_goes(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    same, changed, old = (alarm(f"diff-alarm-{thing}-dev") for thing in ("same", "changed", "old"))
    account.run(MODULE, **options("diff", same, changed, old))
    for other in ("diff-alarm-old-qa", "diff-other-dev"):
        account.run(MODULE, name_prefix="diff-", alarms=[alarm(other)])
    wanted = options("diff", same, {**changed, "threshold": 5})
    planned = account.run(MODULE, check_mode=True, **wanted)
    result = account.run(MODULE, **wanted)

    assert planned["diff"] == result["diff"] and planned.writes == []
    change, removal = result["diff"]
    assert change["before"] == {"threshold": 0.0} and change["after"] == {"threshold": 5.0}
    assert removal["action"] == "remove" and removal["after_header"] == "alarm diff-alarm-old-dev"
    assert result.writes == ["PutMetricAlarm", "DeleteAlarms"]
    assert set(live(account, "diff-")) == {
        "diff-alarm-same-dev",
        "diff-alarm-changed-dev",
        "diff-alarm-old-qa",
        "diff-other-dev",
    }
    assert not account.run(MODULE, **wanted)["changed"]


def test_what_was_changed_by_hand_is_seen_and_put_right(account: Account) -> None:
    wanted = options("hand", alarm("hand-alarm-errors-dev"))
    account.run(MODULE, **wanted)
    client = account.client("cloudwatch")
    (found,) = live(account, "hand-").values()
    client.put_metric_alarm(
        AlarmName="hand-alarm-errors-dev",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=False,
    )
    client.untag_resource(ResourceARN=found["AlarmArn"], TagKeys=["Environment"])
    repaired = account.run(MODULE, **wanted)

    (diff,) = repaired["diff"]
    assert set(diff["before"]) == {
        "actions_enabled",
        "alarm_actions",
        "dimensions",
        "period",
        "tags",
        "treat_missing_data",
    }
    assert repaired.writes == ["PutMetricAlarm", "TagResource"]
    (now,) = live(account, "hand-").values()
    assert now["ActionsEnabled"] and now["Dimensions"] == [{"Name": "FunctionName", "Value": "iot-ingest-dev"}]
    assert not account.run(MODULE, **wanted)["changed"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "other"}, "alarms[0].name is 'other': allowed are names that start with name_prefix, 'bad-alarm-'"),
        ({"statistic": "p101"}, "alarms[0].statistic is 'p101': allowed is SampleCount, Average"),
        ({"period": 45}, "alarms[0].period is 45: allowed are 10, 20, 30 and multiples of 60 seconds"),
        ({"period": 600, "evaluation_periods": 145}, "looks at 145 periods of 600 seconds: allowed are 86400 seconds"),
        ({"datapoints_to_alarm": 2}, "alarms[0].datapoints_to_alarm is 2: allowed is 1 to 1"),
        ({"dimensions": {str(number): "x" for number in range(31)}}, "dimensions has 31 entries: allowed are up to 30"),
        ({"description": "x" * 1025}, "(1025 characters): allowed are 0 to 1024 characters"),
    ],
)
def test_bad_alarms_are_refused_before_the_first_call(changed: dict[str, Any], sentence: str, account: Account) -> None:
    result = account.try_run(MODULE, **options("bad", {**alarm("bad-alarm-errors-dev"), **changed}))

    assert sentence in result["msg"] and result.calls == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"alarms": [alarm("bad-alarm-a"), alarm("bad-alarm-a")]}, "alarms has the name 'bad-alarm-a' more than once"),
        ({"purge_pattern": "("}, "purge_pattern is '(': allowed is a regular expression"),
        ({"purge_pattern": None, "state": "absent"}, "purge_pattern is not given: it is needed with state absent"),
        ({"ok_actions": [TOPIC] * 6}, "ok_actions has 6 entries: allowed are up to 5"),
    ],
)
def test_bad_sets_are_refused_before_the_first_call(changed: dict[str, Any], sentence: str, account: Account) -> None:
    result = account.try_run(MODULE, **{**options("bad"), **changed})

    assert sentence in result["msg"] and result.calls == []
