"""The reader of the observability with simulated AWS answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error
from variables import read_vars

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers import observability, tiers

TOPIC = {"SubscriptionsConfirmed": "1", "SubscriptionsPending": "0"}
NOTHING: dict[str, Any] = {
    "GetCallerIdentity": [{"Arn": "arn:aws-cn:iam::123456789012:user/me"}],
    "GetTopicAttributes": [error("NotFound", status=404)],
    "DescribeAlarms": [{"MetricAlarms": []}],
    "GetDashboard": [error("ResourceNotFound", status=404)],
    "DescribeRule": [error("ResourceNotFoundException")],
}


def alarm(name: str, state: str = "OK") -> dict[str, Any]:
    return {"AlarmName": name, "StateValue": state, "AlarmDescription": "The API fails"}


def read(aws: SimulatedAWS, details: bool = False, **answers: Any) -> dict[str, Any]:
    """The facts, with these answers of AWS."""
    aws.answers = {**NOTHING, **{operation: [answer] for operation, answer in answers.items()}}
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
    clients = {service: boto3.client(service, "cn-north-1", **keys) for service in tiers.SERVICES["observability"]}
    return observability.read_observability(clients, lambda thing: f"iot-{thing}-dev", details)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_a_stack_may_have_none(aws: SimulatedAWS) -> None:
    facts = read(aws, details=True)

    assert facts["status"] == "missing" and facts["found"] == [] and "problems" not in facts
    assert aws.sent("GetTopicAttributes") == [{"TopicArn": "arn:aws-cn:sns:cn-north-1:123456789012:iot-alarms-dev"}]


def test_alarms_of_other_stacks_are_not_this_ones(aws: SimulatedAWS) -> None:
    own = ["iot-alarm-api-5xx-dev", "iot-alarm-redis-memory-0001-001-dev", "iot-alarm-rotate-errors-dev"]
    others = ["iot-alarm-api-5xx-a-dev", "iot-alarm-mine-dev", "iot-alarm-api-5xx-dev2", "iot-alarm-redis-memory-a-dev"]
    alarms = {"MetricAlarms": [alarm(name) for name in (*others, *own)]}
    facts = read(aws, DescribeAlarms=alarms, GetTopicAttributes={"Attributes": TOPIC}, DescribeRule={"Name": "x"})

    assert facts["alarms"] == own and facts["topic_arn"].endswith(":iot-alarms-dev")
    assert facts["status"] == "incomplete" and facts["missing"] == ["dashboard iot-dashboard-dev"]
    assert "rule iot-rotation-failed-dev" in facts["found"]


@pytest.mark.parametrize(
    ("confirmed", "pending", "note"),
    [
        ("1", "2", "topic iot-alarms-dev waits for 2 of its receivers to confirm"),
        ("0", "0", "topic iot-alarms-dev tells nobody: set observability_subscriptions"),
        ("1", "0", None),
    ],
)
def test_what_has_gone_off_is_a_problem_and_what_nobody_hears_is_noted(
    aws: SimulatedAWS, confirmed: str, pending: str, note: str | None
) -> None:
    facts = read(
        aws,
        details=True,
        DescribeAlarms={"MetricAlarms": [alarm("iot-alarm-api-4xx-dev"), alarm("iot-alarm-api-5xx-dev", "ALARM")]},
        GetTopicAttributes={"Attributes": {"SubscriptionsConfirmed": confirmed, "SubscriptionsPending": pending}},
        GetDashboard={"DashboardName": "iot-dashboard-dev", "DashboardBody": "{}"},
    )

    assert facts["status"] == "present" and tiers.health(facts) == "degraded"
    assert facts["problems"] == ["alarm iot-alarm-api-5xx-dev has gone off: The API fails"]
    assert facts["notes"] == ([note] if note else [])


def test_reader_and_role_know_the_same_alarms() -> None:
    assert tuple(read_vars("observability")["__observability_alarm_things"]) == observability.ALARM_THINGS
