"""sqs_queue against MiniStack and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "sqs_queue"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
QUEUE: dict[str, Any] = {
    "name": "iot-readings-dev",
    "visibility_timeout": 180,
    "message_retention_period": 86400,
    "receive_message_wait_time": 5,
    "delay": 1,
    "sqs_managed_sse": True,
    "tags": {"Environment": "dev"},
}
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": ["sqs:SendMessage"],
            "Resource": "*",
        }
    ],
}
UNCHANGED = ["GetQueueUrl", "GetQueueAttributes", "ListQueueTags"]


def live(account: Account, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The attributes and tags of a queue, as AWS tells them."""
    client = account.client("sqs")
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes, client.list_queue_tags(QueueUrl=url).get("Tags", {})


@BOTH
def test_is_created_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    queue = {**QUEUE, "name": "iot-created-once"}
    planned = account.run(MODULE, check_mode=True, **queue)
    first = account.run(MODULE, **queue)
    second = account.run(MODULE, **queue)

    assert planned["changed"] and planned.calls == ["GetQueueUrl"] and planned["diff"] == first["diff"]
    assert planned["queue"]["url"] == planned["queue"]["arn"] == "known-after-deploy"
    assert planned["queue"]["maximum_message_size"] == 1048576
    assert first["diff"]["action"] == "create" and first["diff"]["before"] == {}
    assert first["diff"]["after"] == queue and first["diff"]["after_header"] == "queue iot-created-once"
    assert first.calls == ["GetQueueUrl", "CreateQueue", "GetQueueAttributes"]
    assert not second["changed"] and second.calls == UNCHANGED and second["diff"]["after"] == {}
    attributes, tags = live(account, queue["name"])
    assert attributes["VisibilityTimeout"] == "180" and attributes["MessageRetentionPeriod"] == "86400"
    assert attributes["DelaySeconds"] == "1" and attributes["ReceiveMessageWaitTimeSeconds"] == "5"
    assert tags == queue["tags"] and second["queue"]["arn"] == attributes["QueueArn"] == first["queue"]["arn"]
    assert second["queue"] == first["queue"] and second["queue"]["approximate_number_of_messages"] == 0


def test_a_name_is_enough(account: Account) -> None:
    planned = account.run(MODULE, check_mode=True, name="iot-readings-dev")
    first = account.run(MODULE, name="iot-readings-dev")

    assert planned["changed"] and first["changed"] and first["diff"]["after"] == {"name": "iot-readings-dev"}
    assert not account.run(MODULE, name="iot-readings-dev")["changed"]


@BOTH
def test_only_what_differs_is_changed(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    queue = {**QUEUE, "name": "iot-changed"}
    account.run(MODULE, **queue)
    options = {"name": queue["name"], "visibility_timeout": 60, "tags": {"Project": "iot"}}
    planned = account.run(MODULE, check_mode=True, **options)
    changed = account.run(MODULE, **options)

    assert planned.writes == [] and planned["diff"] == changed["diff"] and planned["queue"] == changed["queue"]
    assert changed["diff"]["before"] == {"visibility_timeout": 180, "tags": {"Environment": "dev"}}
    assert changed["diff"]["after"] == {"visibility_timeout": 60, "tags": {"Project": "iot"}}
    assert changed.writes == ["SetQueueAttributes", "UntagQueue", "TagQueue"]
    attributes, tags = live(account, queue["name"])
    assert attributes["VisibilityTimeout"] == "60" and attributes["MessageRetentionPeriod"] == "86400"
    assert tags == {"Project": "iot"}
    assert account.run(MODULE, **options).calls == UNCHANGED


def test_tags_are_kept_without_purge(account: Account) -> None:
    account.run(MODULE, **QUEUE)
    result = account.run(MODULE, name=QUEUE["name"], tags={"a": "1"}, purge_tags=False)

    assert result["queue"]["tags"] == {"Environment": "dev", "a": "1"} and result.writes == ["TagQueue"]


@BOTH
def test_a_redrive_policy_is_set_and_removed(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    dead = account.run(MODULE, name="iot-dead")["queue"]["arn"]
    queue = {"name": "iot-redriven", "redrive_policy": {"dead_letter_target_arn": dead, "max_receive_count": 5}}
    planned = account.run(MODULE, check_mode=True, **queue)
    first = account.run(MODULE, **queue)
    second = account.run(MODULE, **queue)
    stored = json.loads(live(account, "iot-redriven")[0]["RedrivePolicy"])
    more = account.run(MODULE, name="iot-redriven", redrive_policy={**queue["redrive_policy"], "max_receive_count": 6})
    removed = account.run(MODULE, name="iot-redriven", redrive_policy={})
    again = account.run(MODULE, name="iot-redriven", redrive_policy={})

    assert planned["queue"]["arn"] == first["queue"]["arn"] and planned["queue"]["url"] == "known-after-deploy"
    assert stored == {"deadLetterTargetArn": dead, "maxReceiveCount": 5} and not second["changed"]
    assert more["diff"]["before"]["redrive_policy"]["max_receive_count"] == 5
    assert removed["changed"] and removed["queue"]["redrive_policy"] == {} and not again["changed"]
    assert "RedrivePolicy" not in live(account, "iot-redriven")[0] or emulator == "moto_account"


def test_a_queue_that_is_still_to_be_made_is_planned_as_the_dead_letter_queue(account: Account) -> None:
    policy = {"dead_letter_target_arn": "known-after-deploy", "max_receive_count": 5}
    planned = account.run(MODULE, check_mode=True, name="iot-readings-dev", redrive_policy=policy)

    assert planned["queue"]["arn"] == "known-after-deploy" and planned["diff"]["after"]["redrive_policy"] == policy


def test_who_may_redrive_is_set_and_removed(account: Account) -> None:
    arns = [f"arn:aws:sqs:ca-central-1:{account.number}:{name}" for name in ("two", "one")]
    policy = {"redrive_permission": "byQueue", "source_queue_arns": arns}
    first = account.run(MODULE, name="dead", redrive_allow_policy=policy)
    swapped = {**policy, "source_queue_arns": arns[::-1]}
    second = account.run(MODULE, name="dead", redrive_allow_policy=swapped)
    stored = json.loads(live(account, "dead")[0]["RedriveAllowPolicy"])
    denied = account.run(MODULE, name="dead", redrive_allow_policy={"redrive_permission": "denyAll"})
    removed = account.run(MODULE, name="dead", redrive_allow_policy={})

    assert first["changed"] and not second["changed"]
    assert stored == {"redrivePermission": "byQueue", "sourceQueueArns": sorted(arns)}
    assert denied["changed"] and removed["changed"] and "RedriveAllowPolicy" not in live(account, "dead")[0]
    assert not account.run(MODULE, name="dead", redrive_allow_policy={})["changed"]


def test_a_policy_is_compared_by_meaning(account: Account) -> None:
    same = {**POLICY, "Statement": {**POLICY["Statement"][0], "Action": "sqs:SendMessage"}}
    first = account.run(MODULE, name="iot-readings-dev", policy=POLICY)
    second = account.run(MODULE, name="iot-readings-dev", policy=same)
    stored = json.loads(live(account, "iot-readings-dev")[0]["Policy"])
    removed = account.run(MODULE, name="iot-readings-dev", policy={})
    again = account.run(MODULE, name="iot-readings-dev", policy={})

    assert first.writes == ["CreateQueue"] and not second["changed"] and stored == POLICY
    assert removed.writes == ["SetQueueAttributes"] and removed["diff"]["before"]["policy"] == POLICY
    assert removed["queue"]["policy"] == {} and not again["changed"]
    assert "Policy" not in live(account, "iot-readings-dev")[0]


@BOTH
def test_encryption_changes_from_one_kind_to_the_other(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name = "iot-encrypted"
    account.run(MODULE, name=name, sqs_managed_sse=True)
    key = {"name": name, "kms_master_key_id": "alias/aws/sqs", "kms_data_key_reuse_period": 600}
    changed = account.run(MODULE, **key)
    again = account.run(MODULE, **key)
    kept = account.run(MODULE, name=name, sqs_managed_sse=True, keep_kms_master_key=True)
    back = account.run(MODULE, name=name, sqs_managed_sse=True)

    assert not kept["changed"] and kept["queue"]["kms_master_key_id"] == "alias/aws/sqs"
    assert changed["diff"]["before"] == {
        "sqs_managed_sse": True,
        "kms_master_key_id": "",
        **({"kms_data_key_reuse_period": 300} if "kms_data_key_reuse_period" in changed["diff"]["before"] else {}),
    }
    assert changed["diff"]["after"] == {
        "sqs_managed_sse": False,
        "kms_master_key_id": "alias/aws/sqs",
        "kms_data_key_reuse_period": 600,
    }
    assert not again["changed"] and again["queue"]["kms_data_key_reuse_period"] == 600
    assert back["diff"]["after"] == {"sqs_managed_sse": True, "kms_master_key_id": ""}
    assert not account.run(MODULE, name=name, sqs_managed_sse=True)["changed"]


def test_waiting_messages_are_counted(account: Account) -> None:
    queue = account.run(MODULE, name="iot-readings-dev")["queue"]
    account.client("sqs").send_message(QueueUrl=queue["url"], MessageBody="{}")

    assert account.run(MODULE, name="iot-readings-dev")["queue"]["approximate_number_of_messages"] == 1


@BOTH
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    name = "iot-removed"
    account.run(MODULE, name=name, tags={"a": "b"})
    planned = account.run(MODULE, check_mode=True, name=name, state="absent")
    first = account.run(MODULE, name=name, state="absent")
    second = account.run(MODULE, name=name, state="absent")

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["DeleteQueue"] and first["diff"]["before"]["tags"] == {"a": "b"}
    assert first["diff"]["action"] == "remove" and first["queue"] == {}
    assert not second["changed"] and second.calls == ["GetQueueUrl"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "iot.fifo"}, "name is 'iot.fifo': allowed are standard queues"),
        ({"name": "a b"}, "name is 'a b': allowed is 1 to 80 letters, digits, hyphens and underscores"),
        ({"name": "a" * 81}, "allowed is 1 to 80 letters"),
        ({"visibility_timeout": 43201}, "visibility_timeout is 43201: allowed is 0 to 43200 seconds"),
        ({"message_retention_period": 59}, "message_retention_period is 59: allowed is 60 to 1209600 seconds"),
        ({"receive_message_wait_time": 21}, "receive_message_wait_time is 21: allowed is 0 to 20 seconds"),
        ({"delay": 901}, "delay is 901: allowed is 0 to 900 seconds"),
        ({"maximum_message_size": 1023}, "maximum_message_size is 1023: allowed is 1024 to 1048576 bytes"),
        ({"kms_master_key_id": "k", "sqs_managed_sse": True}, "sqs_managed_sse is True with kms_master_key_id 'k'"),
        ({"kms_data_key_reuse_period": 60}, "kms_data_key_reuse_period is 60 without kms_master_key_id"),
        ({"redrive_policy": {"max_receive_count": 1}}, "redrive_policy.dead_letter_target_arn is not given"),
        (
            {"redrive_policy": {"dead_letter_target_arn": "x", "max_receive_count": 0}},
            "redrive_policy.dead_letter_target_arn is 'x': allowed is the ARN of a standard queue",
        ),
        (
            {"redrive_policy": {"dead_letter_target_arn": "known-after-deploy", "max_receive_count": 1001}},
            "redrive_policy.max_receive_count is 1001: allowed is 1 to 1000 receives",
        ),
        ({"redrive_allow_policy": {"redrive_permission": "byQueue"}}, "source_queue_arns has 0 queues"),
        (
            {"redrive_allow_policy": {"redrive_permission": "denyAll", "source_queue_arns": ["known-after-deploy"]}},
            "redrive_permission is 'denyAll' with source_queue_arns: allowed is byQueue",
        ),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{"name": "iot-readings-dev", **options})

    assert result["failed"] and message in result["msg"] and result.calls == []
