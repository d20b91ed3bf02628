"""api_gateway_account with simulated AWS answers: a role that API Gateway does not know yet."""

from __future__ import annotations

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

ROLE = "arn:aws:iam::123456789012:role/iot-api-gateway-logs"
UNKNOWN = error("BadRequestException", "The role ARN does not have required permissions configured.")


def test_a_new_role_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {"GetAccount": [{}], "UpdateAccount": [UNKNOWN, UNKNOWN, {}]}
    result = run_module("api_gateway_account", cloudwatch_role_arn=ROLE, **CONNECTION)

    assert result["changed"] and aws.slept == [5, 5] and result["account"]["cloudwatch_role_arn"] == ROLE


def test_the_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {"GetAccount": [{}], "UpdateAccount": [UNKNOWN]}
    result = run_module("api_gateway_account", cloudwatch_role_arn=ROLE, **CONNECTION)

    assert result["failed"] and "does not have required permissions" in result["msg"] and sum(aws.slept) == 115


def test_another_bad_request_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {"GetAccount": [{}], "UpdateAccount": [error("BadRequestException", "Invalid patch path")]}
    assert run_module("api_gateway_account", cloudwatch_role_arn=ROLE, **CONNECTION)["failed"] and aws.slept == []
