"""wafv2_web_acl against MiniStack, with what the local AWS adds to it, and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "wafv2_web_acl"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])
COMMON = {"name": "AWSManagedRulesCommonRuleSet", "count": ["SizeRestrictions_BODY"]}
REPUTATION = {"name": "AWSManagedRulesAmazonIpReputationList"}


def live(account: Account, name: str) -> dict[str, Any] | None:
    """The web ACL as AWS has it."""
    waf = account.client("wafv2")
    found = [acl for acl in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if acl["Name"] == name]
    return waf.get_web_acl(Name=name, Id=found[0]["Id"], Scope="REGIONAL")["WebACL"] if found else None


def log_arn(account: Account) -> str:
    return f"arn:aws:logs:{account.region}:123456789012:log-group:aws-waf-logs-iot-api-dev"


@BOTH
def test_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = {
        "name": "iot-waf-once-dev",
        "description": "Guards the API",
        "managed_rule_groups": [REPUTATION, COMMON],
        "rate_limit": 1000,
        "log_destination_arn": f"{log_arn(account)}:*",
        "tags": {"Environment": "dev"},
    }
    planned = account.run(MODULE, check_mode=True, **options)
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert planned["web_acl"]["arn"] == "known-after-deploy"
    assert first.writes == ["CreateWebACL", "PutLoggingConfiguration"]
    assert not second["changed"] and second["web_acl"] == first["web_acl"]
    assert second.calls == ["ListWebACLs", "GetWebACL", "GetLoggingConfiguration", "ListTagsForResource"]
    acl = live(account, options["name"]) or {}
    names = ["rate-of-an-address", REPUTATION["name"], COMMON["name"]]
    assert [(rule["Name"], rule["Priority"]) for rule in acl["Rules"]] == [(n, i) for i, n in enumerate(names)]
    assert acl["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"] == 1000 and acl["DefaultAction"] == {"Allow": {}}
    overrides = acl["Rules"][2]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert overrides == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    log = account.client("wafv2").get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    assert log["LogDestinationConfigs"] == [log_arn(account)]
    assert {"SingleHeader": {"Name": "x-api-key"}} in log["RedactedFields"], "a key's value is a secret"
    assert not acl["VisibilityConfig"]["SampledRequestsEnabled"], "samples would show it too"

    would = account.run(MODULE, check_mode=True, name=options["name"], state="absent")
    removed = account.run(MODULE, name=options["name"], state="absent")
    again = account.run(MODULE, name=options["name"], state="absent")
    assert would["changed"] and would.writes == [] and removed["diff"] == would["diff"]
    assert live(account, options["name"]) is None and not again["changed"] and again.writes == []


@BOTH
def test_drift_is_put_right_in_place(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = {"name": "iot-waf-drift-dev", "managed_rule_groups": [COMMON], "tags": {"a": "1"}}
    made = account.run(MODULE, log_destination_arn=log_arn(account), **options)["web_acl"]
    waf = account.client("wafv2")
    acl = waf.get_web_acl(Name=made["name"], Id=made["id"], Scope="REGIONAL")
    waf.update_web_acl(
        Name=made["name"],
        Id=made["id"],
        Scope="REGIONAL",
        LockToken=acl["LockToken"],
        DefaultAction={"Block": {}},
        Rules=[{**acl["WebACL"]["Rules"][0], "Name": "by-hand"}],
        VisibilityConfig=made["visibility"],
    )
    options["tags"] = {"b": "2"}
    planned = account.run(MODULE, check_mode=True, log_destination_arn="", **options)
    changed = account.run(MODULE, log_destination_arn="", **options)

    assert planned["diff"] == changed["diff"] and planned.writes == []
    assert changed["diff"]["before"]["default_action"] == {"Block": {}}
    assert list(changed["diff"]["before"]["rules"]) == ["by-hand"]
    assert changed.writes == ["UpdateWebACL", "UntagResource", "TagResource", "DeleteLoggingConfiguration"]
    found = live(account, options["name"]) or {}
    assert [rule["Name"] for rule in found["Rules"]] == [COMMON["name"]] and found["DefaultAction"] == {"Allow": {}}
    assert not account.run(MODULE, log_destination_arn="", **options)["changed"]
    alone = account.run(MODULE, name=options["name"], managed_rule_groups=[COMMON])
    assert not alone["changed"] and alone.calls == ["ListWebACLs", "GetWebACL"], "what is left out is not even read"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "a b"}, "name is 'a b': allowed is 1 to 128 letters"),
        ({"description": "no"}, "description is 'no': allowed is 3 to 256"),
        ({"rate_limit": 9}, "rate_limit is 9: allowed is 10 to 2000000000 requests in 5 minutes"),
        ({"managed_rule_groups": [COMMON, COMMON]}, "managed_rule_groups has 'AWSManagedRulesCommonRuleSet' more than"),
        ({"log_destination_arn": "arn:aws:logs:x:1:log-group:api"}, "log_destination_arn is 'arn:aws:logs:x:1:log-gro"),
    ],
)
def test_bad_options_are_refused_before_the_first_call(
    options: dict[str, Any], sentence: str, account: Account
) -> None:
    assert sentence in account.fail(MODULE, **{"name": "iot-waf-bad-dev", **options})
