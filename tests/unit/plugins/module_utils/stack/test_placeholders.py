"""Placeholders for what a plan on an empty account cannot know."""

from __future__ import annotations

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import TIERS
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import (
    KNOWN_AFTER_DEPLOY,
    fill_placeholders,
)


@pytest.mark.parametrize("tier", TIERS)
def test_a_missing_tier_is_planned(tier: str) -> None:
    planned = fill_placeholders(tier, {"status": "missing", "found": [], "missing": ["all"]})

    assert planned.pop("status") == "planned" and planned.pop("missing") == ["all"] and planned.pop("found") == []
    assert planned and all(KNOWN_AFTER_DEPLOY in str(value) for value in planned.values())


def test_a_complete_tier_stays_as_it_is() -> None:
    facts = {"status": "present", "redis_endpoint": "a", "redis_reader_endpoint": None}

    assert fill_placeholders("cache", facts) == facts


def test_what_is_known_is_kept_and_lists_are_filled_up() -> None:
    facts = {
        "status": "incomplete",
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.0.0.0/16",
        "public_subnet_ids": ["subnet-1", "subnet-2", "subnet-3"],
        "private_subnet_ids": ["subnet-4"],
    }
    planned = fill_placeholders("network", facts)

    assert planned["vpc_id"] == "vpc-1" and planned["vpc_cidr"] == "10.0.0.0/16" and planned["status"] == "planned"
    assert planned["public_subnet_ids"] == facts["public_subnet_ids"]
    assert planned["private_subnet_ids"] == ["subnet-4", f"subnet-{KNOWN_AFTER_DEPLOY}-private-2"]
