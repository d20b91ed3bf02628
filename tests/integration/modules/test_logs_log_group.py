"""logs_log_group against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "logs_log_group"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def live(account: Account, name: str) -> dict[str, Any] | None:
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((group for group in groups if group["logGroupName"] == name), None)


@BOTH
def test_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = {"name": "/iot/created-once", "retention_in_days": 365, "kms_key_id": KEY, "tags": {"Environment": "dev"}}
    planned = account.run(MODULE, check_mode=True, **options)
    first = account.run(MODULE, **options)
    second = account.run(MODULE, **options)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "create" and first["diff"]["after"] == options
    assert planned["log_group"] == {**options, "arn": "known-after-deploy"}
    assert first["log_group"] == {**options, "arn": first["log_group"]["arn"]} == second["log_group"]
    assert not second["changed"] and second.calls == ["DescribeLogGroups", "ListTagsForResource"]
    group = live(account, options["name"])
    assert group and group["retentionInDays"] == 365
    assert group["arn"].removesuffix(":*") == first["log_group"]["arn"]

    would = account.run(MODULE, check_mode=True, name=options["name"], state="absent")
    assert would["changed"] and live(account, options["name"])
    removed = account.run(MODULE, name=options["name"], state="absent")
    again = account.run(MODULE, name=options["name"], state="absent")
    assert removed["changed"] and removed["diff"] == would["diff"] and live(account, options["name"]) is None
    assert not again["changed"] and again.writes == []


def test_a_group_that_exists_is_changed_in_place(moto_account: Account) -> None:
    name = "/iot/changed-in-place"
    moto_account.run(MODULE, name=name, tags={"Environment": "dev", "Old": "1"})
    planned = moto_account.run(MODULE, check_mode=True, name=name, retention_in_days=30, tags={"Environment": "qa"})
    changed = moto_account.run(MODULE, name=name, retention_in_days=30, tags={"Environment": "qa"})

    assert planned["diff"] == changed["diff"] and planned.writes == []
    assert changed.writes == ["PutRetentionPolicy", "UntagResource", "TagResource"]
    assert changed["diff"]["before"] == {"retention_in_days": 0, "tags": {"Environment": "dev", "Old": "1"}}
    group = live(moto_account, name)
    assert group and group["retentionInDays"] == 30
    left = moto_account.run(MODULE, name=name)
    assert not left["changed"] and left.calls == ["DescribeLogGroups"], "what is left out stays"
    forever = moto_account.run(MODULE, name=name, retention_in_days=0)
    assert forever.writes == ["DeleteRetentionPolicy"] and "retentionInDays" not in (live(moto_account, name) or {})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "a b"}, "name is 'a b': allowed"),
        ({"retention_in_days": 2}, "retention_in_days is 2: allowed are 0, 1, 3, 5"),
        ({"kms_key_id": "alias/logs"}, "kms_key_id is 'alias/logs': allowed is the ARN of a KMS key"),
    ],
)
def test_bad_options_are_refused_before_the_first_call(
    options: dict[str, Any], sentence: str, account: Account
) -> None:
    assert sentence in account.fail(MODULE, **{"name": "/iot/bad", **options})


def test_the_key_of_a_group_that_exists_is_changed(account: Account) -> None:
    """The local AWS alone: MiniStack and moto cannot change it."""
    name = "/iot/encrypted-later"
    account.run(MODULE, name=name)
    changed = account.run(MODULE, name=name, kms_key_id=KEY)
    kept, ended = account.run(MODULE, name=name), account.run(MODULE, name=name, kms_key_id="")

    assert changed.writes == ["AssociateKmsKey"] and kept["log_group"]["kms_key_id"] == KEY and not kept["changed"]
    assert ended.writes == ["DisassociateKmsKey"] and not account.run(MODULE, name=name, kms_key_id="")["changed"]
