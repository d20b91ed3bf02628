"""elasticache.limits: ElastiCache's own rules in words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import limits


@pytest.mark.parametrize("value", [None, "03:00-04:00", "23:30-00:30", "00:00-23:59"])
def test_daily_windows(value: str | None) -> None:
    assert limits.check_daily_window("window", value) == []


@pytest.mark.parametrize("value", ["3:00-4:00", "03:00-03:59", "03:00-03:00", "24:00-25:00", "sun:03:00-sun:04:00", ""])
def test_bad_daily_windows(value: str) -> None:
    assert limits.check_daily_window("window", value) == [
        f"window is '{value}': allowed is hh:mm-hh:mm in UTC, at least 60 minutes long, such as 03:00-04:00"
    ]


@pytest.mark.parametrize("value", [None, "sun:05:00-sun:06:00", "Sun:23:30-Mon:00:30", "mon:00:00-sun:23:00"])
def test_weekly_windows(value: str | None) -> None:
    assert limits.check_weekly_window("window", value) == []


@pytest.mark.parametrize("value", ["05:00-06:00", "sun:05:00-sun:05:59", "day:05:00-day:06:00", "sun:05:00"])
def test_bad_weekly_windows(value: str) -> None:
    assert len(limits.check_weekly_window("window", value)) == 1


@pytest.mark.parametrize("value", [None, "7", "7.0", "8.10", "5.0.6"])
def test_engine_versions(value: str | None) -> None:
    assert limits.check_engine_version("engine_version", value) == []


@pytest.mark.parametrize("value", ["7.0.7", "7.x", "", "v7", "7.", "1.2.3.4"])
def test_bad_engine_versions(value: str) -> None:
    assert len(limits.check_engine_version("engine_version", value)) == 1


@pytest.mark.parametrize(
    "group",
    [
        {},
        {"automatic_failover_enabled": True},
        {"num_cache_clusters": 1, "automatic_failover_enabled": False, "multi_az_enabled": False},
        {"num_cache_clusters": 6, "automatic_failover_enabled": True, "multi_az_enabled": True},
        {"multi_az_enabled": True},
        {"node_type": "cache.t1.micro", "automatic_failover_enabled": False},
    ],
)
def test_replicas(group: dict[str, Any]) -> None:
    assert limits.check_replicas(group) == []


@pytest.mark.parametrize(
    "value", ["0a1b2c3d-0000-4000-8000-0123456789ab", "arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1"]
)
def test_kms_keys(value: str) -> None:
    assert limits.check_kms_key("kms_key_id", value) == []


@pytest.mark.parametrize("value", ["alias/iot", "arn:aws:kms:ca-central-1:123456789012:alias/iot", ""])
def test_bad_kms_keys(value: str) -> None:
    assert len(limits.check_kms_key("kms_key_id", value)) == 1
