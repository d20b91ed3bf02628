"""events_rule with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-maintain-dev"
ARN = f"arn:aws:events:ca-central-1:123456789012:rule/{NAME}"
FUNCTION = f"arn:aws:lambda:ca-central-1:123456789012:function:{NAME}"
MISSING = error("ResourceNotFoundException", "Rule iot-maintain-dev does not exist on EventBus default.")
RULE = {"Name": NAME, "Arn": ARN, "ScheduleExpression": "rate(1 hour)", "State": "ENABLED", "EventBusName": "default"}
TARGET = {"Id": NAME, "Arn": FUNCTION}
BUSY = error("ConcurrentModificationException")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def rule(aws: SimulatedAWS, *targets: dict[str, Any], **more: Any) -> None:
    """A rule that is there, and answers for all writes."""
    aws.answers = {
        "DescribeRule": [{**RULE, **more}],
        "ListTargetsByRule": [{"Targets": list(targets)}],
        "ListTagsForResource": [{"Tags": []}],
        "PutRule": [{"RuleArn": ARN}],
        "PutTargets": [{"FailedEntryCount": 0, "FailedEntries": []}],
        "RemoveTargets": [{"FailedEntryCount": 0, "FailedEntries": []}],
        "DeleteRule": [{}],
    }


def run(**options: Any) -> ModuleResult:
    given = {"schedule_expression": "rate(1 hour)"} if options.get("state") != "absent" else {}
    return run_module("events_rule", name=NAME, **{**given, **options}, **CONNECTION)


def test_a_new_rule_is_not_known_at_once(aws: SimulatedAWS) -> None:
    rule(aws)
    aws.answers |= {"DescribeRule": [MISSING], "PutTargets": [MISSING, MISSING, {"FailedEntryCount": 0}]}
    result = run(target_arn=FUNCTION)

    assert result["changed"] and result["rule"]["arn"] == ARN and aws.operations.count("PutTargets") == 3


def test_what_put_rule_would_drop_is_sent_again(aws: SimulatedAWS) -> None:
    role = "arn:aws:iam::123456789012:role/by-hand"
    rule(aws, Description="Hourly", RoleArn=role)
    run(enabled=False)

    assert aws.sent("PutRule") == [
        {
            "Name": NAME,
            "ScheduleExpression": "rate(1 hour)",
            "State": "DISABLED",
            "Description": "Hourly",
            "RoleArn": role,
        }
    ]


def test_a_description_is_removed_by_leaving_it_out(aws: SimulatedAWS) -> None:
    rule(aws, Description="Hourly")
    run(description="")

    assert aws.sent("PutRule") == [{"Name": NAME, "ScheduleExpression": "rate(1 hour)", "State": "ENABLED"}]


def test_a_target_that_aws_refuses_is_told(aws: SimulatedAWS) -> None:
    rule(aws)
    failed = {"TargetId": NAME, "ErrorCode": "ManagedRuleException", "ErrorMessage": "not yours"}
    aws.answers["PutTargets"] = [{"FailedEntryCount": 1, "FailedEntries": [failed]}]
    message = run(target_arn=FUNCTION)["msg"]

    assert message == f"Failed to put the target of the rule {NAME}: {NAME}: ManagedRuleException: not yours"


def test_a_target_that_is_right_is_not_put_again(aws: SimulatedAWS) -> None:
    rule(aws, TARGET, {**TARGET, "Id": "by-hand"})

    assert run(target_arn=FUNCTION)["changed"]
    assert "PutTargets" not in aws.operations and aws.sent("RemoveTargets")[0]["Ids"] == ["by-hand"]


def test_changes_of_others_at_the_same_time_are_waited_for(aws: SimulatedAWS) -> None:
    rule(aws)
    aws.answers["PutRule"] = [BUSY, {"RuleArn": ARN}]

    assert run(enabled=False)["changed"] and aws.operations.count("PutRule") == 2


def test_input_is_compared_by_meaning(aws: SimulatedAWS) -> None:
    rule(aws, {**TARGET, "Input": '{ "b": [1],\n"a": true }'})

    assert not run(target_arn=FUNCTION, input={"a": True, "b": [1]})["changed"]


def test_targets_just_removed_are_still_seen_by_the_deletion(aws: SimulatedAWS) -> None:
    rule(aws, TARGET)
    aws.answers["DeleteRule"] = [error("ValidationException", "Rule can't be deleted since it has targets."), {}]
    result = run(state="absent")

    assert result["changed"] and aws.operations[-3:] == ["RemoveTargets", "DeleteRule", "DeleteRule"]


def test_targets_that_cannot_be_removed_stop_the_deletion(aws: SimulatedAWS) -> None:
    rule(aws, TARGET)
    aws.answers["RemoveTargets"] = [{"FailedEntryCount": 1, "FailedEntries": []}]
    result = run(state="absent")

    assert (
        "Failed to remove targets of the rule iot-maintain-dev" in result["msg"] and "DeleteRule" not in aws.operations
    )


def test_a_rule_deleted_meanwhile_is_fine(aws: SimulatedAWS) -> None:
    rule(aws, TARGET)
    aws.answers |= {"RemoveTargets": [MISSING], "DeleteRule": [MISSING]}

    assert run(state="absent")["changed"]


def test_a_rule_without_targets_is_deleted(aws: SimulatedAWS) -> None:
    rule(aws)

    assert run(state="absent")["changed"] and "RemoveTargets" not in aws.operations
