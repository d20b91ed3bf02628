"""events_rule against MiniStack and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "events_rule"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
UNCHANGED = ["DescribeRule", "ListTargetsByRule", "ListTagsForResource"]


def options(account: Account, name: str, **more: Any) -> dict[str, Any]:
    """Options of a rule that calls a function once a night."""
    return {
        "name": name,
        "description": "Nightly",
        "schedule_expression": "cron(0 3 * * ? *)",
        "target_arn": f"arn:aws:lambda:ca-central-1:{account.number}:function:iot-maintain-dev",
        "input": {"action": "partitions", "days": 7},
        "tags": {"Environment": "dev"},
        **more,
    }


def targets(account: Account, name: str) -> list[dict[str, Any]]:
    return account.client("events").list_targets_by_rule(Rule=name)["Targets"]


@BOTH
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    rule = options(account, "iot-created-once")
    planned = account.run(MODULE, check_mode=True, **rule)
    first = account.run(MODULE, **rule)
    second = account.run(MODULE, **rule)

    target = {"id": rule["name"], "arn": rule["target_arn"], "input": rule["input"]}
    assert planned["changed"] and planned.calls == ["DescribeRule"] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "create" and first["diff"]["before"] == {}
    assert first["diff"]["after"] == {
        "schedule_expression": "cron(0 3 * * ? *)",
        "description": "Nightly",
        "enabled": True,
        "targets": [target],
        "tags": {"Environment": "dev"},
    }
    assert planned["rule"] == {**first["rule"], "arn": "known-after-deploy"}
    assert first.calls == ["DescribeRule", "PutRule", "PutTargets"]
    assert not second["changed"] and second.calls == UNCHANGED and second["rule"] == first["rule"]
    live = account.client("events").describe_rule(Name=rule["name"])
    assert live["State"] == "ENABLED" and live["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert live["Arn"] == first["rule"]["arn"] and live["Description"] == "Nightly"
    assert account.client("events").list_tags_for_resource(ResourceARN=live["Arn"])["Tags"] == [
        {"Key": "Environment", "Value": "dev"}
    ]
    (stored,) = targets(account, rule["name"])
    assert json.loads(stored.pop("Input")) == rule["input"]
    assert stored == {"Id": rule["name"], "Arn": rule["target_arn"]}


@BOTH
def test_only_what_differs_is_changed(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    rule = options(account, "iot-changed")
    account.run(MODULE, **rule)
    more = {**rule, "schedule_expression": "rate(1 day)", "enabled": False, "description": None, "tags": {"a": "b"}}
    planned = account.run(MODULE, check_mode=True, **more)
    changed = account.run(MODULE, **more)

    assert planned.writes == [] and planned["diff"] == changed["diff"] and planned["rule"] == changed["rule"]
    assert changed["diff"]["before"] == {
        "schedule_expression": "cron(0 3 * * ? *)",
        "enabled": True,
        "tags": {"Environment": "dev"},
    }
    assert changed.writes == ["PutRule", "UntagResource", "TagResource"]
    live = account.client("events").describe_rule(Name=rule["name"])
    assert live["State"] == "DISABLED" and live["ScheduleExpression"] == "rate(1 day)"
    assert live["Description"] == "Nightly" and len(targets(account, rule["name"])) == 1
    assert account.run(MODULE, **more).calls == UNCHANGED


@BOTH
def test_the_target_is_replaced_and_others_are_removed(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    rule = options(account, "iot-targets")
    account.run(MODULE, **rule)
    other = {"Id": "by-hand", "Arn": f"{rule['target_arn']}-other"}
    account.client("events").put_targets(Rule=rule["name"], Targets=[other])
    kept = account.run(MODULE, **{**rule, "target_arn": None, "input": None})
    repaired = account.run(MODULE, **{**rule, "input": None})

    assert not kept["changed"] and [target["id"] for target in kept["rule"]["targets"]] == ["by-hand", rule["name"]]
    assert repaired.writes == ["PutTargets", "RemoveTargets"]
    assert repaired["diff"]["after"]["targets"] == [{"id": rule["name"], "arn": rule["target_arn"]}]
    assert targets(account, rule["name"]) == [{"Id": rule["name"], "Arn": rule["target_arn"]}]
    assert not account.run(MODULE, **{**rule, "input": None})["changed"]


@BOTH
def test_settings_of_the_target_made_by_hand_are_shown_and_repaired(
    emulator: str, request: pytest.FixtureRequest
) -> None:
    account: Account = request.getfixturevalue(emulator)
    rule = options(account, "iot-target-settings", input=None)
    account.run(MODULE, **rule)
    changed = {"Id": rule["name"], "Arn": rule["target_arn"], "RetryPolicy": {"MaximumRetryAttempts": 3}}
    account.client("events").put_targets(Rule=rule["name"], Targets=[changed])
    result = account.run(MODULE, **rule)

    assert result["diff"]["before"]["targets"][0]["retry_policy"]["maximum_retry_attempts"] == 3
    assert "RetryPolicy" not in targets(account, rule["name"])[0]


def test_an_event_pattern_is_shown_and_removed(account: Account) -> None:
    client = account.client("events")
    client.put_rule(Name="iot-maintain-dev", EventPattern='{"source": ["aws.s3"]}')
    result = account.run(MODULE, name="iot-maintain-dev", schedule_expression="rate(1 hour)")

    assert result["diff"]["before"]["event_pattern"] == {"source": ["aws.s3"]} and result["rule"]["event_pattern"] == {}
    assert "EventPattern" not in client.describe_rule(Name="iot-maintain-dev")
    assert not account.run(MODULE, name="iot-maintain-dev", schedule_expression="rate(1 hour)")["changed"]


def test_a_description_is_removed(account: Account) -> None:
    rule = {"name": "iot-maintain-dev", "schedule_expression": "rate(1 hour)"}
    account.run(MODULE, **rule, description="Hourly")
    result = account.run(MODULE, **rule, description="")

    # MiniStack keeps a description that PutRule leaves out; AWS does not.
    assert result["diff"]["before"] == {"description": "Hourly"} and result["rule"]["description"] == ""


def test_tags_are_kept_without_purge(account: Account) -> None:
    account.run(MODULE, **options(account, "iot-maintain-dev"))
    result = account.run(MODULE, **options(account, "iot-maintain-dev", tags={"a": "1"}, purge_tags=False))

    assert result["rule"]["tags"] == {"Environment": "dev", "a": "1"} and result.writes == ["TagResource"]


def test_a_function_that_is_still_to_be_made_is_planned(account: Account) -> None:
    planned = account.run(MODULE, check_mode=True, **options(account, "r", target_arn="known-after-deploy"))

    assert planned["diff"]["after"]["targets"][0]["arn"] == "known-after-deploy"


@BOTH
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name = "iot-removed"
    account.run(MODULE, **options(account, name))
    planned = account.run(MODULE, check_mode=True, name=name, state="absent")
    first = account.run(MODULE, name=name, state="absent")
    second = account.run(MODULE, name=name, state="absent")

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["RemoveTargets", "DeleteRule"] and first["rule"] == {}
    assert first["diff"]["before"]["schedule_expression"] == "cron(0 3 * * ? *)"
    assert not second["changed"] and second.calls == ["DescribeRule"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "a b"}, "name is 'a b': allowed is 1 to 64 letters, digits and ._-"),
        ({"schedule_expression": "daily"}, "schedule_expression is 'daily': allowed is rate(<number>"),
        ({"description": "x" * 513}, "(513 characters): allowed are 0 to 512 characters"),
        ({"target_arn": "iot-maintain"}, "target_arn is 'iot-maintain': allowed is the ARN of a Lambda function"),
        ({"target_id": "a/b"}, "target_id is 'a/b'"),
        ({"input": {"a": "x" * 8192}}, "input has 8201 characters as JSON: allowed are up to 8192"),
        ({"target_arn": None}, "input is given without target_arn"),
        (
            {"schedule_expression": None},
            "neither of schedule_expression and event_pattern are given: allowed is one of them",
        ),
        (
            {"event_pattern": {"source": ["aws.s3"]}},
            "both schedule_expression and event_pattern are given: allowed is one",
        ),
        (
            {"schedule_expression": None, "event_pattern": {"source": ["x" * 4096]}},
            "event_pattern has 4112 characters as JSON: allowed are up to 4096",
        ),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, changed: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**options(account, "iot-maintain-dev"), **changed})

    assert result["failed"] and message in result["msg"] and result.calls == []


@BOTH
def test_a_rule_of_events_needs_no_target(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    rule = {
        "name": "iot-rotation-failed",
        "event_pattern": {"source": ["aws.secretsmanager"], "detail": {"eventName": ["RotationFailed"]}},
        "tags": {"Environment": "dev"},
    }
    planned = account.run(MODULE, check_mode=True, **rule)
    first = account.run(MODULE, **rule)
    second = account.run(MODULE, **rule)

    assert planned["diff"] == first["diff"] and first["diff"]["after"]["event_pattern"] == rule["event_pattern"]
    assert first.calls == ["DescribeRule", "PutRule"] and "schedule_expression" not in first["diff"]["after"]
    live = account.client("events").describe_rule(Name=rule["name"])
    assert json.loads(live["EventPattern"]) == rule["event_pattern"] and not live.get("ScheduleExpression")
    assert not second["changed"] and second["rule"] == first["rule"] and targets(account, rule["name"]) == []
    other = account.run(MODULE, name=rule["name"], event_pattern={"source": ["aws.rds"]})
    assert other["diff"]["before"] == {"event_pattern": rule["event_pattern"]} and other.writes == ["PutRule"]
