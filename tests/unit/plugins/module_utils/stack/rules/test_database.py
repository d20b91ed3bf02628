"""The rules of the database's options, with good values at AWS's limits, and bad ones just past them."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def problems(**variables: Any) -> list[str]:
    return find_problems(variables, tiers=["database"])


@pytest.mark.parametrize(
    "changed",
    [
        {"database_min_capacity": 0, "database_seconds_until_auto_pause": 86400, "database_engine_version": "16.3"},
        {"database_min_capacity": 0, "database_engine_version": "17"},
        {"database_instances": [{"name": 1}, {"name": "reports", "promotion_tier": 15}]},
        {"database_instances": [{"name": f"n{number}"} for number in range(16)]},
        {
            "database_instances": [
                {"name": "a" * 48, "availability_zone": "ca-central-1a", "instance_class": "db.r6g.large"},
            ]
        },
        {"database_allow_major_version_upgrade": "iot-aurora-dev", "database_engine_version": "17"},
        {"database_backup_window": "23:30-00:30", "database_maintenance_window": "Sun:00:30-Sun:01:00"},
        {"database_restore_from": {"snapshot": "rds:iot-aurora-prod-2026-01-31-03-00"}},
        {"database_restore_from": {"cluster": "iot-aurora-prod", "time": "latest"}},
        {"database_restore_from": {"cluster": "iot-aurora-prod", "time": "2026-01-31T12:00:00+01:00"}},
        {"database_logs": ["postgresql", "instance", "iam-db-auth-error"], "database_logs_retention_days": 0},
        {"database_performance_insights": True, "database_performance_insights_retention_days": 731},
        {"database_monitoring_interval": 1, "database_ca_certificate": "rds-ca-rsa4096-g1"},
        {"database_kms_key_id": "alias/iot", "database_logs_kms_key_id": KEY},
        {
            "database_kms_key_id": "alias/iot",
            "database_performance_insights": True,
            "database_performance_insights_kms_key_id": KEY,
        },
        {"database_kms_key_id": KEY, "database_performance_insights": True},
        {"database_kms_key_id": "", "database_master_secret_kms_key_id": "alias/iot", "database_logs_kms_key_id": ""},
        {"database_cluster_parameters": {"rds.force_ssl": 1}, "database_instance_parameters": {"log_lock_waits": True}},
    ],
    ids=str,
)
def test_good_values(changed: dict[str, Any]) -> None:
    assert problems(**changed) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"database_min_capacity": 0, "database_engine_version": "16.2"},
            "database_min_capacity is 0 and database_engine_version is 16.2: instances pause from 13.15",
        ),
        (
            {"database_seconds_until_auto_pause": 299},
            "database_seconds_until_auto_pause is 299: allowed is 300 to 86400",
        ),
        (
            {"database_instances": [{"name": f"n{number}"} for number in range(17)]},
            "has 17 instances: allowed are 1 to 16",
        ),
        (
            {"database_instances": [{"name": "a"}, {"name": "A"}]},
            "database_instances[1].name is 'A': allowed is a name that no",
        ),
        ({"database_instances": [{"name": "a_b"}]}, "database_instances[0].name is 'a_b': allowed is letters, digits"),
        ({"database_instances": [{"name": "a" * 49}]}, "(64 characters): allowed are 1 to 63"),
        ({"database_instances": [{"name": "a", "promotion_tier": 16}]}, "promotion_tier is 16: allowed is 0 to 15"),
        (
            {"database_instances": [{"name": "a", "availability_zone": "ca-central-1"}]},
            "database_instances[0].availability_zone is 'ca-central-1': allowed is an availability zone",
        ),
        (
            {"database_instances": [{"name": "a", "instance_class": "large"}]},
            "instance_class is 'large': allowed is a class",
        ),
        ({"database_instances": [{"promotion_tier": 1}]}, "missing required arguments: name"),
        (
            {"database_allow_major_version_upgrade": "iot-aurora-prod"},
            "database_allow_major_version_upgrade has 'iot-aurora-prod': allowed is the cluster's name, iot-aurora-dev",
        ),
        ({"database_backup_window": "3-4"}, "database_backup_window is '3-4': allowed is hh24:mi-hh24:mi"),
        (
            {"database_maintenance_window": "sun:05:00-sun:05:29"},
            "database_maintenance_window is 'sun:05:00-sun:05:29'",
        ),
        (
            {"database_backup_window": "05:30-06:00", "database_maintenance_window": "sun:05:00-sun:06:00"},
            "database_backup_window is '05:30-06:00' and database_maintenance_window is 'sun:05:00-sun:06:00'",
        ),
        (
            {"database_restore_from": {"snapshot": "a", "time": "latest"}},
            "allowed is snapshot alone, or cluster with time",
        ),
        ({"database_restore_from": {"cluster": "a", "time": "noon"}}, "database_restore_from.time is 'noon'"),
        (
            {"database_logs": ["audit"]},
            "database_logs has 'audit': allowed are iam-db-auth-error, instance, postgresql",
        ),
        ({"database_logs_retention_days": 31}, "database_logs_retention_days is 31: allowed are 0, 1, 3, 5"),
        (
            {"database_performance_insights_retention_days": 30},
            "retention_days is 30: allowed are 7 days, 1 to 23 months",
        ),
        (
            {"database_monitoring_interval": 20},
            "database_monitoring_interval is 20: allowed are 0, 1, 5, 10, 15, 30, 60",
        ),
        ({"database_ca_certificate": "rsa"}, "database_ca_certificate is 'rsa': allowed is a certificate authority"),
        ({"database_kms_key_id": "key"}, "database_kms_key_id is 'key': allowed is the ARN, the ID or the alias"),
        ({"database_master_secret_kms_key_id": "key"}, "database_master_secret_kms_key_id is 'key'"),
        ({"database_logs_kms_key_id": "alias/iot"}, "database_logs_kms_key_id is 'alias/iot': allowed is the ARN"),
        (
            {"database_performance_insights": True, "database_kms_key_id": "alias/iot"},
            "database_performance_insights_kms_key_id, which follows database_kms_key_id, is 'alias/iot'",
        ),
    ],
    ids=str,
)
def test_bad_values(changed: dict[str, Any], problem: str) -> None:
    (found,) = problems(**changed)

    assert problem in found
