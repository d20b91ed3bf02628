"""The rules of the observability, at their limits and just past them."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems, literal_defaults

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.observability import OBSERVABILITY_RANGES

EMAIL = {"protocol": "email", "endpoint": "operations@example.com"}


def problems(**changed: Any) -> list[str]:
    return find_problems(changed, tiers=["observability"])


@pytest.mark.parametrize(("name", "limits"), OBSERVABILITY_RANGES.items())
def test_each_number_has_its_range(name: str, limits: tuple[int, int, str]) -> None:
    least, most, unit = limits

    assert problems(**{name: least}) == problems(**{name: most}) == []
    for value in (least - 1, most + 1):
        assert [text for text in problems(**{name: value}) if f"{name} is {value}" in text and unit in text]


def test_each_threshold_has_a_range() -> None:
    numbers = {name for name, value in literal_defaults("observability").items() if type(value) in (int, float)}

    assert numbers == set(OBSERVABILITY_RANGES)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"observability_period": 90}, "observability_period is 90: allowed are multiples of 60 seconds"),
        (
            {"observability_kms_key_id": "alias/aws/sns"},
            "observability_kms_key_id is 'alias/aws/sns', with which CloudWatch",
        ),
        (
            {"observability_subscriptions": [EMAIL, {"protocol": "http", "endpoint": "http://example.com"}]},
            "observability_subscriptions[1].protocol is 'http': allowed are email, email-json, https, lambda, sms, sqs",
        ),
        (
            {"observability_subscriptions": [{"protocol": "email"}]},
            "observability_subscriptions[0].endpoint is not an e-mail address, which email needs",
        ),
    ],
)
def test_bad_values_are_refused(changed: dict[str, Any], sentence: str) -> None:
    assert [text for text in problems(**changed) if text.startswith(sentence)]


@pytest.mark.parametrize(
    "changed",
    [
        {"observability_kms_key_id": "alias/iot-logs-key-dev"},
        {"observability_subscriptions": [EMAIL, {"protocol": "sms", "endpoint": "+15550100"}]},
        {"observability_enabled": True, "observability_api_5xx_percent": 0.5},
    ],
)
def test_good_values_are_taken(changed: dict[str, Any]) -> None:
    assert problems(**changed) == []
