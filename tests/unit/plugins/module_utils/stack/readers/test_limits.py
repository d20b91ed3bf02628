"""What the reader of the limits tells, from simulated AWS answers; AWS tells the values of keys, and the reader does not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import Names
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.limits import read_limits

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
VALUE = "a-value-that-nobody-may-see"
PLANS = [
    {"id": "p1", "name": "iot-usage-plan-dev", "throttle": {"rateLimit": 200.0, "burstLimit": 400}},
    {"id": "p2", "name": "iot-tier-gold-plan-dev", "throttle": {}, "quota": {"limit": 5, "period": "DAY", "offset": 0}},
    {"id": "p3", "name": "iot-client-b-plan-dev"},
]
FOUND = [
    {"id": "k0", "name": "iot-api-key-dev", "enabled": True, "value": VALUE},
    {"id": "k1", "name": "iot-client-a-dev", "enabled": False},
    {"id": "k2", "name": "iot-client-a-next-dev", "enabled": True},
    {"id": "k3", "name": "iot-client-lost-dev", "enabled": True},
]


def member(key_id: str) -> dict[str, Any]:
    return {"id": key_id, "name": key_id, "type": "API_KEY", "value": VALUE}


def read(monkeypatch: pytest.MonkeyPatch, stage: dict[str, Any] | None = None) -> dict[str, Any]:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {
        "GetUsagePlanKeys": [
            {"items": [member("k0"), member("foreign")]},
            {"items": [member("k2"), member("k1")]},
            {"items": []},
        ]
    }
    limits = read_limits(boto3.client("apigateway", "ca-central-1", **KEYS), Names("iot", "dev"), PLANS, FOUND, stage)
    assert aws.operations == ["GetUsagePlanKeys"] * 3
    return limits


def test_each_plan_tells_its_limits_and_its_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = read(monkeypatch)
    standard, gold, own = limits["plans"]

    assert standard == {
        "plan": "iot-usage-plan-dev",
        **{"kind": "tier", "of": "standard", "rate_limit": 200.0, "burst_limit": 400, "quota": {}},
        "clients": [{"client": None, "key": "iot-api-key-dev", "enabled": True}],
    }
    assert (gold["of"], gold["rate_limit"], gold["quota"]) == ("gold", None, {"limit": 5, "period": "DAY"})
    assert [(one["client"], one["enabled"]) for one in gold["clients"]] == [("a", False), ("a-next", True)]
    assert (own["kind"], own["of"], own["clients"]) == ("client", "b", [])
    assert [one["client"] for one in limits["without_plan"]] == ["lost"] and VALUE not in str(limits)


def test_the_stage_tells_its_own_throttles_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """GetStage tells -1 where only the account's limit counts."""
    settings = {
        "*/*": {"throttlingRateLimit": 50.0, "throttlingBurstLimit": 10},
        "~1sensor-data/POST": {"throttlingRateLimit": -1.0, "throttlingBurstLimit": -1},
    }
    stage = {"stageName": "prod", "deploymentId": "d", "methodSettings": settings}

    assert read(monkeypatch, stage)["stage"] == [{"method": "*/*", "rate_limit": 50.0, "burst_limit": 10}]
    assert read(monkeypatch)["stage"] == []
