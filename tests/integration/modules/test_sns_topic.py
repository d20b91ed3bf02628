"""sns_topic against MiniStack and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "sns_topic"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EMAIL = {"protocol": "email", "endpoint": "operations@example.com"}
HOOK = {"protocol": "https", "endpoint": "https://hooks.example.com/services/a-token-that-is-secret"}


def options(name: str, **more: Any) -> dict[str, Any]:
    """Options of a topic that alarms are told by."""
    return {
        "name": name,
        "kms_master_key_id": KEY,
        "publishers": ["cloudwatch.amazonaws.com"],
        "tags": {"Environment": "dev"},
        **more,
    }


def attributes(account: Account, arn: str) -> dict[str, str]:
    return account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]


def receivers(account: Account, arn: str) -> set[str]:
    found = account.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    return {one["Endpoint"] for one in found}


@BOTH
def test_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    topic = options("once", subscriptions=[EMAIL])
    planned = account.run(MODULE, check_mode=True, **topic)
    first = account.run(MODULE, **topic)
    second = account.run(MODULE, **topic)

    arn = first["topic"]["arn"]
    assert planned["topic"] == first["topic"] and planned.calls == ["GetCallerIdentity", "GetTopicAttributes"]
    assert planned["diff"] == first["diff"] and first["diff"]["action"] == "create"
    assert first.writes == ["CreateTopic", "Subscribe"] and receivers(account, arn) == {EMAIL["endpoint"]}
    found = attributes(account, arn)
    assert found["KmsMasterKeyId"] == KEY
    allow, deny = json.loads(found["Policy"])["Statement"]
    assert allow["Principal"] == {"Service": ["cloudwatch.amazonaws.com"]} and allow["Resource"] == arn
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": arn.split(":")[4]}}
    assert deny["Effect"] == "Deny" and deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert not second["changed"] and second["topic"] == first["topic"]
    assert second.calls == [
        "GetCallerIdentity",
        "GetTopicAttributes",
        "ListTagsForResource",
        "ListSubscriptionsByTopic",
    ]

    would = account.run(MODULE, check_mode=True, name="once", state="absent")
    removed = account.run(MODULE, name="once", state="absent")
    again = account.run(MODULE, name="once", state="absent")
    assert would.writes == [] and removed["diff"] == would["diff"] and removed.writes == ["DeleteTopic"]
    assert not again["changed"] and again.calls == ["GetCallerIdentity", "GetTopicAttributes"]


@BOTH
def test_only_what_differs_is_changed(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    arn = account.run(MODULE, **options("changed"))["topic"]["arn"]
    client = account.client("sns")
    client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue='{"Statement": []}')
    client.subscribe(TopicArn=arn, Protocol="email", Endpoint="somebody@example.com")
    kept = account.run(MODULE, name="changed")
    wanted = options("changed", display_name="Alarms", subscriptions=[EMAIL], tags={"Environment": "qa"})
    planned = account.run(MODULE, check_mode=True, **wanted)
    result = account.run(MODULE, **wanted)

    assert not kept["changed"], "what is left out stays"
    assert planned.writes == [] and planned["diff"] == result["diff"]
    assert set(result["diff"]["after"]) == {"display_name", "policy", "tags", "subscriptions"}
    assert result["diff"]["before"]["subscriptions"] == ["email somebody@example.com"]
    assert result.writes[:3] == ["SetTopicAttributes", "SetTopicAttributes", "TagResource"]
    assert attributes(account, arn)["DisplayName"] == "Alarms"
    assert account.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "Environment", "Value": "qa"}
    ]
    assert EMAIL["endpoint"] in receivers(account, arn)
    off = account.run(MODULE, name="changed", kms_master_key_id="")
    assert off.writes == ["SetTopicAttributes"] and not attributes(account, arn).get("KmsMasterKeyId")


def test_a_receiver_is_shown_nowhere(account: Account) -> None:
    first = account.run(MODULE, **options("hidden", subscriptions=[HOOK]))
    account.client("sns").subscribe(
        TopicArn=first["topic"]["arn"], Protocol="https", Endpoint="https://old.example.com/a-secret-from-before"
    )
    second = account.run(MODULE, **options("hidden", subscriptions=[HOOK]))

    assert receivers(account, first["topic"]["arn"]) == {HOOK["endpoint"]}
    for result in (first, second):
        assert "a-token" not in result.output and "a-secret" not in result.output
    assert second["diff"]["before"]["subscriptions"][1].startswith("https old.example.com (")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "a.b"}, "name is 'a.b': allowed is letters, digits, hyphens and underscores"),
        ({"display_name": "x" * 101}, "(101 characters): allowed are 0 to 100 characters"),
        (
            {"kms_master_key_id": "alias/aws/sns"},
            "with which CloudWatch could not publish: allowed is a key of the account's own",
        ),
        (
            {"subscriptions": [{**EMAIL, "endpoint": "x"}]},
            "subscriptions[0].endpoint is not an e-mail address, which email needs",
        ),
        ({"subscriptions": [{**HOOK, "endpoint": "http://x"}]}, "is not a URL that starts with https://"),
        (
            {"subscriptions": [{"protocol": "sms", "endpoint": "call me"}]},
            "is not a telephone number such as +15550100",
        ),
    ],
)
def test_bad_options_are_refused_before_the_first_call(
    changed: dict[str, Any], sentence: str, account: Account
) -> None:
    result = account.try_run(MODULE, **{**options("bad"), **changed})

    assert sentence in result["msg"] and result.calls == []
