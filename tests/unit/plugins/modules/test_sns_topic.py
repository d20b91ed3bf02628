"""sns_topic with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS

ARN = "arn:aws:sns:ca-central-1:123456789012:iot-alarms-dev"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {
        "GetCallerIdentity": [{"Arn": "arn:aws:sts::123456789012:assumed-role/deploy/me"}],
        "GetTopicAttributes": [{"Attributes": {"TopicArn": ARN, "KmsMasterKeyId": KEY}}],
        "ListTagsForResource": [{"Tags": []}],
        "Subscribe": [{}],
        "Unsubscribe": [{}],
        "SetTopicAttributes": [{}],
    }
    return aws


def run(**options: Any) -> ModuleResult:
    return run_module("sns_topic", **CONNECTION, name="iot-alarms-dev", **options)


def subscription(endpoint: str, arn: str = f"{ARN}:1234") -> dict[str, str]:
    return {"Protocol": "email", "Endpoint": endpoint, "SubscriptionArn": arn, "TopicArn": ARN}


def test_one_that_waits_for_its_confirmation_is_neither_repeated_nor_removed(aws: SimulatedAWS) -> None:
    waiting = [subscription(f"{who}@example.com", "PendingConfirmation") for who in ("wanted", "former")]
    aws.answers["ListSubscriptionsByTopic"] = [{"Subscriptions": waiting}]
    result = run(subscriptions=[{"protocol": "email", "endpoint": "wanted@example.com"}])

    assert not result["changed"] and not {"Subscribe", "Unsubscribe"} & set(aws.operations)


def test_the_new_receiver_is_there_before_the_old_one_goes(aws: SimulatedAWS) -> None:
    aws.answers["ListSubscriptionsByTopic"] = [{"Subscriptions": [subscription("old@example.com")]}]
    result = run(subscriptions=[{"protocol": "email", "endpoint": "new@example.com"}])

    assert result["changed"] and aws.operations[-2:] == ["Subscribe", "Unsubscribe"]
    assert aws.sent("Unsubscribe") == [{"SubscriptionArn": f"{ARN}:1234"}]


@pytest.mark.parametrize(("arn", "changed"), [(KEY, False), (KEY[:-1] + "c", True)])
def test_an_alias_is_the_key_it_names(aws: SimulatedAWS, arn: str, changed: bool) -> None:
    aws.answers["DescribeKey"] = [{"KeyMetadata": {"KeyId": arn.rsplit("/", 1)[1], "Arn": arn}}]

    assert run(kms_master_key_id="alias/iot-logs-key-dev")["changed"] is changed
    assert aws.operations.count("SetTopicAttributes") == changed
