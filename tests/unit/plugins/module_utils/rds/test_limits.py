"""RDS's limits on an Aurora cluster's options."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import (
    check_cluster,
    check_password,
    check_removal,
    window_minutes,
)
from ansible_collections.iot.sensor_stack.plugins.modules.rds_aurora_cluster import build_spec

DEFAULTS: dict[str, Any] = {name: option.get("default") for name, option in build_spec().items()}


def scaling(lowest: float, highest: float, pause: int | None = None) -> dict[str, Any]:
    return {"min_capacity": lowest, "max_capacity": highest, "seconds_until_auto_pause": pause}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"name": "a" * 63, "engine_version": "16"},
        {"engine_version": "8.0.mysql_aurora.3.08.0", "engine": "aurora-mysql", "master_username": "admin"},
        {"serverless_v2_scaling": scaling(0, 1, 300)},
        {"serverless_v2_scaling": scaling(0.5, 256)},
        {"serverless_v2_scaling": scaling(256, 256)},
        {"preferred_backup_window": "23:45-00:15", "preferred_maintenance_window": "Sun:23:45-Mon:00:15"},
        {"enabled_cloudwatch_logs_exports": ["postgresql", "instance"], "port": 1150},
        {"manage_master_user_password": False, "master_password_secret": "s"},
        {"vpc_security_group_ids": ["sg-0123456789abcdef0"]},
    ],
)
def test_what_aws_allows_passes(options: dict[str, Any]) -> None:
    assert check_cluster({**DEFAULTS, "name": "iot-aurora-dev", **options}) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a" * 64}, "allowed are 1 to 63 characters"),
        ({"name": "1abc"}, "name is '1abc': allowed is letters"),
        ({"name": "a--b"}, "name is 'a--b'"),
        ({"engine_version": "latest"}, "engine_version is 'latest': allowed is a major or major.minor version"),
        ({"database_name": "1db"}, "database_name is '1db'"),
        ({"database_name": "iot-db"}, "database_name is 'iot-db'"),
        ({"master_username": "9lives"}, "master_username is '9lives'"),
        ({"master_username": "admin"}, "master_username is 'admin': this name is reserved"),
        ({"master_username": "a" * 17, "engine": "aurora-mysql"}, "1 to 16 letters"),
        ({"manage_master_user_password": True, "master_password_secret": "s"}, "allowed is one"),
        ({"master_user_secret_kms_key_id": "k"}, "it needs manage_master_user_password=true"),
        ({"kms_key_id": "k", "storage_encrypted": False}, "kms_key_id is given and storage_encrypted is false"),
        ({"port": 1149}, "port is 1149: allowed is 1150 to 65535"),
        ({"vpc_security_group_ids": []}, "vpc_security_group_ids is empty"),
        ({"vpc_security_group_ids": ["default"]}, "vpc_security_group_ids is 'default'"),
        ({"serverless_v2_scaling": scaling(0.3, 1)}, "min_capacity is 0.3: allowed are half steps"),
        ({"serverless_v2_scaling": scaling(0.5, 1.25)}, "max_capacity is 1.25: allowed are half steps"),
        ({"serverless_v2_scaling": scaling(-1, 1)}, "min_capacity is -1: allowed is 0 to 256 ACU"),
        ({"serverless_v2_scaling": scaling(0, 0.5)}, "max_capacity is 0.5: allowed is 1 to 256 ACU"),
        ({"serverless_v2_scaling": scaling(1, 257)}, "max_capacity is 257: allowed is 1 to 256 ACU"),
        ({"serverless_v2_scaling": scaling(4, 2)}, "min_capacity is 4: allowed is up to max_capacity, which is 2"),
        ({"serverless_v2_scaling": scaling(0, 1, 299)}, "seconds_until_auto_pause is 299: allowed is 300 to 86400"),
        ({"serverless_v2_scaling": scaling(0.5, 1, 300)}, "seconds_until_auto_pause is 300: it needs min_capacity 0"),
        ({"backup_retention_period": 0}, "backup_retention_period is 0: allowed is 1 to 35 days"),
        ({"backup_retention_period": 36}, "backup_retention_period is 36"),
        ({"preferred_backup_window": "24:00-25:00"}, "preferred_backup_window is '24:00-25:00'"),
        ({"preferred_backup_window": "03:00-03:29"}, "allowed are 30 minutes or more"),
        ({"preferred_maintenance_window": "sunday"}, "preferred_maintenance_window is 'sunday'"),
        ({"preferred_maintenance_window": "sun:05:00-sun:05:10"}, "allowed are 30 minutes or more"),
        ({"enabled_cloudwatch_logs_exports": ["audit"]}, "allowed for aurora-postgresql are iam-db-auth-error,"),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
    ],
)
def test_what_aws_refuses_is_named(options: dict[str, Any], message: str) -> None:
    problems = check_cluster({**DEFAULTS, "name": "iot-aurora-dev", **options})

    assert len(problems) == 1 and message in problems[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "neither is given"),
        ({"skip_final_snapshot": True, "final_snapshot_identifier": "last"}, "both are given"),
        ({"final_snapshot_identifier": "-last"}, "final_snapshot_identifier is '-last'"),
    ],
)
def test_the_last_snapshot_is_decided(options: dict[str, Any], message: str) -> None:
    assert message in check_removal({**DEFAULTS, **options})[0]


@pytest.mark.parametrize(
    ("window", "minutes"),
    [("03:00-04:00", 60), ("23:45-00:15", 30), ("sun:23:00-mon:01:00", 120), ("mon:05:00-sun:05:00", 6 * 24 * 60)],
)
def test_window_minutes(window: str, minutes: int) -> None:
    assert window_minutes(window) == minutes


@pytest.mark.parametrize("password", ["short", "with space 1", "with/slash1", 'with"quote1', "with@sign1", "a" * 100])
def test_a_refused_password_is_not_shown(password: str) -> None:
    problems = check_password("the field", password, "aurora-postgresql")

    assert len(problems) == 1 and password not in problems[0]


def test_a_good_password_passes() -> None:
    assert check_password("the field", "aB3$%^&*()_+-=", "aurora-mysql") == []
