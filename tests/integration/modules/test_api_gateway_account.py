"""api_gateway_account against MiniStack and moto."""

from __future__ import annotations

from dataclasses import replace

import pytest
from modules import Account

MODULE = "api_gateway_account"
ROLE = "arn:aws:iam::123456789012:role/{}"


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_a_role_is_set_only_where_there_is_none(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    account = replace(
        account, region="eu-west-3"
    )  # on moto, all tests share the account, whose settings are a region's
    read = account.run(MODULE)
    planned = account.run(MODULE, check_mode=True, cloudwatch_role_arn="known-after-deploy")
    first = account.run(MODULE, cloudwatch_role_arn=ROLE.format("first"))
    other = account.run(MODULE, cloudwatch_role_arn=ROLE.format("other"))

    assert not read["changed"] and read["account"] == {"cloudwatch_role_arn": ""}
    assert planned["changed"] and planned.writes == []
    assert first["changed"] and first.writes == ["UpdateAccount"]
    assert not other["changed"] and other.writes == [] and other.calls == ["GetAccount"]
    assert account.client("apigateway").get_account()["cloudwatchRoleArn"] == ROLE.format("first")
    assert other["account"] == first["account"] == {"cloudwatch_role_arn": ROLE.format("first")}


def test_what_is_no_role_is_refused_before_the_first_call(account: Account) -> None:
    assert "cloudwatch_role_arn is 'iot-logs': allowed is the ARN" in account.fail(
        MODULE, cloudwatch_role_arn="iot-logs"
    )
