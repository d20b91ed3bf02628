"""RDS's limits on an Aurora cluster's options."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import window_minutes
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import (
    check_cluster,
    check_instances,
    check_maintenance_window,
    check_password,
    check_removal,
    check_subnet_group,
)
from ansible_collections.iot.sensor_stack.plugins.modules.rds_aurora_cluster import build_spec
from ansible_collections.iot.sensor_stack.plugins.modules.rds_aurora_instances import INSTANCE_SPEC

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
        {"preferred_backup_window": "23:45-00:15", "preferred_maintenance_window": "Sun:00:15-Sun:00:45"},
        {"serverless_v2_scaling": scaling(0, 1), "engine_version": "16.3"},
        {"serverless_v2_scaling": scaling(0, 1), "engine_version": "17.4"},
        {"serverless_v2_scaling": scaling(0, 1), "engine_version": "13"},
        {"serverless_v2_scaling": scaling(0, 1), "engine_version": "8.0", "engine": "aurora-mysql"},
        {"restore_from": {"snapshot": "rds:iot-aurora-dev-2026-01-31-04-00", "cluster": None, "time": None}},
        {"restore_from": {"snapshot": None, "cluster": "iot-aurora-prod", "time": "2026-01-31T12:00:00Z"}},
        {"restore_from": {"snapshot": "", "cluster": "", "time": ""}},
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
        (
            {"preferred_backup_window": "03:00-04:00", "preferred_maintenance_window": "sun:03:59-sun:04:29"},
            "allowed are windows that do not overlap",
        ),
        (
            {"preferred_backup_window": "23:45-00:15", "preferred_maintenance_window": "sat:22:00-sun:00:00"},
            "allowed are windows that do not overlap",
        ),
        (
            {"preferred_backup_window": "00:00-00:30", "preferred_maintenance_window": "Sun:23:30-mon:00:30"},
            "allowed are windows that do not overlap",
        ),
        (
            {"serverless_v2_scaling": scaling(0, 1), "engine_version": "16.2"},
            "serverless_v2_scaling.min_capacity is 0 and engine_version is 16.2: instances pause from 13.15, 14.12",
        ),
        ({"serverless_v2_scaling": scaling(0, 1), "engine_version": "12"}, "allowed is 0.5 or more"),
        (
            {"restore_from": {"snapshot": "s", "cluster": "c", "time": "latest"}},
            "restore_from has snapshot, cluster, time",
        ),
        (
            {"restore_from": {"snapshot": None, "cluster": "c", "time": None}},
            "allowed is snapshot alone, or cluster with",
        ),
        ({"restore_from": {"snapshot": "a_b", "cluster": None, "time": None}}, "restore_from.snapshot is 'a_b'"),
        (
            {"restore_from": {"snapshot": None, "cluster": "c", "time": "2026-01-31T12:00:00"}},
            "restore_from.time is '2026-01-31T12:00:00': allowed is latest, or a time with its zone",
        ),
        ({"restore_from": {"snapshot": None, "cluster": "c", "time": "noon"}}, "restore_from.time is 'noon'"),
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


INSTANCE: dict[str, Any] = {name: option.get("default") for name, option in INSTANCE_SPEC.items()}


def instances(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The options of a cluster's instances."""
    named = [{**INSTANCE, "name": f"iot-{number}", **item} for number, item in enumerate(items)]
    return {"state": "present", "db_cluster_identifier": "iot", "instances": named, "tags": None, **more}


def insights(days: int) -> dict[str, Any]:
    """An instance with Performance Insights."""
    return {"performance_insights_enabled": True, "performance_insights_retention_period": days}


@pytest.mark.parametrize(
    "options",
    [
        instances({}),
        instances(*[{}] * 16),
        instances({"name": "a" * 63, "instance_class": "db.r6g.16xlarge", "availability_zone": "us-gov-west-1a"}),
        instances({"promotion_tier": 0}, {"promotion_tier": 15}),
        instances({"db_parameter_group_name": "default.aurora-postgresql16"}),
        instances({"preferred_maintenance_window": "Sun:23:45-Mon:00:15"}),
        instances({"ca_certificate_identifier": "rds-ca-ecc384-g1"}),
        instances({"monitoring_interval": 0}),
        instances({"monitoring_interval": 1, "monitoring_role_arn": "arn:aws-cn:iam::123456789012:role/a/b"}),
        instances({"monitoring_interval": 60, "monitoring_role_arn": "known-after-deploy"}),
        instances({"performance_insights_enabled": False}),
        *(instances(insights(days)) for days in (7, 31, 713, 731)),
        instances({**insights(7), "performance_insights_kms_key_id": "1234abcd-12ab-34cd-56ef-1234567890ab"}),
        instances({}, tags={str(number): "x" for number in range(49)}),
        instances(state="absent"),
        {**instances(), "state": "absent", "instances": None},
    ],
)
def test_instances_that_aws_allows_pass(options: dict[str, Any]) -> None:
    assert check_instances(options) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (instances({}, db_cluster_identifier="a" * 64), "allowed are 1 to 63 characters"),
        (instances(), "instances has 0 entries: allowed are 1 to 16; state=absent removes all instances"),
        (instances(*[{}] * 17), "instances has 17 entries: allowed are 1 to 16"),
        (instances({"name": "x"}, {"name": "X"}), "instances has the name 'x' 2 times: allowed is once"),
        (instances({"name": "9a"}), "instances.name is '9a'"),
        (instances({"name": "a" * 64}), "allowed are 1 to 63 characters"),
        (instances({"instance_class": "r6g.large"}), "instances['iot-0'].instance_class is 'r6g.large': allowed is a"),
        (
            instances({}, {"availability_zone": "ca-central-1"}),
            "instances['iot-1'].availability_zone is 'ca-central-1'",
        ),
        (instances({"promotion_tier": 16}), "instances['iot-0'].promotion_tier is 16: allowed is 0 to 15"),
        (instances({"promotion_tier": -1}), "promotion_tier is -1"),
        (instances({"ca_certificate_identifier": "rsa2048"}), "ca_certificate_identifier is 'rsa2048'"),
        (
            instances({"monitoring_interval": 20, "monitoring_role_arn": "arn:aws:iam::123456789012:role/a"}),
            "instances['iot-0'].monitoring_interval is 20: allowed are 0, 1, 5, 10, 15, 30, 60 seconds",
        ),
        (instances({"monitoring_interval": 60}), "monitoring_interval is 60: it needs monitoring_role_arn"),
        (
            instances({"monitoring_interval": 0, "monitoring_role_arn": "arn:aws:iam::123456789012:role/a"}),
            "monitoring_role_arn is given: it needs monitoring_interval of 1 second or more",
        ),
        (
            instances({"monitoring_interval": 5, "monitoring_role_arn": "a"}),
            "monitoring_role_arn is 'a': allowed is the ARN",
        ),
        (instances(insights(30)), "performance_insights_retention_period is 30: allowed are 7 days, 1 to 23 months"),
        (instances(insights(744)), "performance_insights_retention_period is 744"),
        (instances({"performance_insights_retention_period": 7}), "performance_insights_enabled is not true"),
        (
            instances({**insights(7), "performance_insights_kms_key_id": "alias/iot"}),
            "performance_insights_kms_key_id is 'alias/iot': allowed is the ARN or the ID of a KMS key, no alias",
        ),
        (instances({"db_parameter_group_name": "a_b"}), "db_parameter_group_name is 'a_b'"),
        (instances({"preferred_maintenance_window": "sun:05:00-sun:05:10"}), "allowed are 30 minutes or more"),
        (instances({}, tags={str(number): "x" for number in range(50)}), "tags has 51 tags: allowed are 50"),
    ],
)
def test_instances_that_aws_refuses_are_named(options: dict[str, Any], message: str) -> None:
    problems = check_instances(options)

    assert len(problems) == 1 and message in problems[0]


@pytest.mark.parametrize("window", ["sun:05:00", "sunday:05:00-sun:06:00", "sun:24:00-mon:00:30", "05:00-06:00"])
def test_a_weekly_window_has_its_form(window: str) -> None:
    assert f"window is '{window}': allowed is ddd:hh24:mi" in check_maintenance_window("window", window)[0]


@pytest.mark.parametrize("name", ["a", "A b_c.d-e", "a" * 255])
def test_subnet_groups_that_aws_allows_pass(name: str) -> None:
    subnets = ["subnet-2", "subnet-1", "subnet-2"]

    assert check_subnet_group({"state": "present", "name": name, "subnet_ids": subnets, "tags": None}) == []
    assert check_subnet_group({"state": "absent", "name": name, "subnet_ids": None, "tags": None}) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a" * 256}, "allowed is 1 to 255 letters"),
        ({"name": "1a"}, "name is '1a'"),
        ({"name": "a/b"}, "name is 'a/b'"),
        ({"name": "DEFAULT"}, "name is 'default'"),
        ({"subnet_ids": ["subnet-1"]}, "subnet_ids is ['subnet-1']: allowed are at least two subnets"),
        ({"subnet_ids": ["subnet-1", "subnet-1"]}, "subnet_ids is ['subnet-1']"),
        ({"subnet_ids": None}, "subnet_ids is []"),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
    ],
)
def test_subnet_groups_that_aws_refuses_are_named(options: dict[str, Any], message: str) -> None:
    group = {"state": "present", "name": "g", "subnet_ids": ["subnet-1", "subnet-2"], "tags": None}
    problems = check_subnet_group({**group, **options})

    assert len(problems) == 1 and message in problems[0]
