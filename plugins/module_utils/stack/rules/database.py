# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role database; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_retention
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import (
    ANY_KEY,
    INSTANCE_CLASS,
    KEY_OF_INSIGHTS,
    LOGS,
    MOST_INSTANCES,
    RESERVED_USERS,
    ZONE,
    check_ca_certificate,
    check_insights_retention,
    check_monitoring_interval,
    check_pausing_version,
    check_restore,
    check_windows,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import resource_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values, check_ranges_allowed


def check_database(values: Values) -> list[str]:
    """Capacity, names and the numbers' ranges."""
    identifier = r"[A-Za-z][A-Za-z0-9_]*"
    words = "letters, digits and underscores, starting with a letter"
    user = values["database_master_username"]
    reserved = [f"database_master_username is '{user}': allowed is any name but {', '.join(RESERVED_USERS)}"]
    return [
        *check_capacity(values["database_min_capacity"], values["database_max_capacity"]),
        *check_range("database_instance_count", values["database_instance_count"], 1, 16, "instances"),
        *check_range("database_port", values["database_port"], 1150, 65535),
        *check_range("database_backup_retention_period", values["database_backup_retention_period"], 1, 35, "days"),
        *check_range("database_wait_timeout", values["database_wait_timeout"], 1, 86400, "seconds"),
        *check_pattern(
            "database_engine_version", values["database_engine_version"], r"\d+(\.\d+)?", "a version such as 16 or 16.6"
        ),
        *check_length("database_name", values["database_name"], 1, 63),
        *check_pattern("database_name", values["database_name"], identifier, words),
        *check_length("database_master_username", user, 1, 16),
        *check_pattern("database_master_username", user, identifier, words),
        *(reserved if user.lower() in RESERVED_USERS else []),
        *check_ranges_allowed("database_allowed_cidrs", values["database_allowed_cidrs"]),
        *check_pause(values),
        *check_named_instances(values),
        *check_upgrade(values),
        *check_windows(
            "database_backup_window",
            values["database_backup_window"] or None,
            "database_maintenance_window",
            values["database_maintenance_window"] or None,
        ),
        *check_restore("database_restore_from", values["database_restore_from"]),
        *check_observation(values),
        *check_keys(values),
    ]


def check_pause(values: Values) -> list[str]:
    """A pause needs a version that can, and has a least length."""
    problems = check_range(
        "database_seconds_until_auto_pause", values["database_seconds_until_auto_pause"], 300, 86400, "seconds"
    )
    if values["database_min_capacity"]:
        return problems
    version = "database_engine_version"
    return problems + check_pausing_version("database_min_capacity", version, values[version])


def check_named_instances(values: Values) -> list[str]:
    """The instances that are named one by one."""
    items, problems = values["database_instances"], []
    if len(items) > MOST_INSTANCES:
        problems.append(f"database_instances has {len(items)} instances: allowed are 1 to {MOST_INSTANCES}")
    names = [item["name"].lower() for item in items]
    for index, item in enumerate(items):
        of = f"database_instances[{index}]"
        full = resource_name(values["stack_name"], f"aurora-{item['name']}", values["stack_environment"])
        problems += check_pattern(
            f"{of}.name",
            item["name"],
            r"[A-Za-z0-9](?:-?[A-Za-z0-9])*",
            "letters, digits and single hyphens, not at the ends",
        )
        problems += check_length(f"{of}.name makes an instance that", full, 1, 63)
        problems += check_place(of, item)
        if names.index(item["name"].lower()) != index:
            problems.append(f"{of}.name is '{item['name']}': allowed is a name that no instance before it has")
    return problems


def check_place(of: str, item: Values) -> list[str]:
    """Class, order and zone of an instance."""
    return [
        *check_range(f"{of}.promotion_tier", item.get("promotion_tier"), 0, 15),
        *check_pattern(f"{of}.availability_zone", item.get("availability_zone"), *ZONE),
        *check_pattern(f"{of}.instance_class", item.get("instance_class"), *INSTANCE_CLASS),
    ]


def check_upgrade(values: Values) -> list[str]:
    """Another major version is allowed by the name of the cluster: a misspelt one would allow nothing."""
    cluster = resource_name(values["stack_name"], "aurora", values["stack_environment"])
    named = [name for name in values["database_allow_major_version_upgrade"].split(",") if name]
    return [
        f"database_allow_major_version_upgrade has '{name}': allowed is the cluster's name, {cluster}"
        for name in named
        if name != cluster
    ]


def check_observation(values: Values) -> list[str]:
    """Logs, Performance Insights, Enhanced Monitoring and the certificate authority."""
    return [
        *(
            f"database_logs has '{log}': allowed are {', '.join(LOGS['aurora-postgresql'])}"
            for log in values["database_logs"]
            if log not in LOGS["aurora-postgresql"]
        ),
        *check_retention("database_logs_retention_days", values["database_logs_retention_days"]),
        *check_insights_retention(
            "database_performance_insights_retention_days",
            values["database_performance_insights_retention_days"],
        ),
        *check_monitoring_interval("database_monitoring_interval", values["database_monitoring_interval"]),
        *check_ca_certificate("database_ca_certificate", values["database_ca_certificate"] or None),
    ]


def check_keys(values: Values) -> list[str]:
    """KMS keys by the names that each service takes."""
    return [
        *check_pattern("database_kms_key_id", values.get("database_kms_key_id") or None, *ANY_KEY),
        *check_pattern(
            "database_master_secret_kms_key_id", values.get("database_master_secret_kms_key_id") or None, *ANY_KEY
        ),
        *check_key_of_insights(values),
        *check_pattern(
            "database_logs_kms_key_id",
            values.get("database_logs_kms_key_id") or None,
            rf"arn:.+|{KNOWN_AFTER_DEPLOY}",
            "the ARN of a KMS key",
        ),
    ]


def check_capacity(minimum: float, maximum: float) -> list[str]:
    """The range of Aurora Serverless v2, in ACU."""
    problems = [
        *check_range("database_min_capacity", minimum, 0, 256, "ACU"),
        *check_range("database_max_capacity", maximum, 1, 256, "ACU"),
    ]
    for name, value in (("database_min_capacity", minimum), ("database_max_capacity", maximum)):
        if value % 0.5:
            problems.append(f"{name} is {value}: allowed are half steps, such as 0.5 or 1.0 ACU")
    if minimum > maximum:
        problems.append(f"database_min_capacity is {minimum}: allowed is up to database_max_capacity {maximum} ACU")
    return problems


def check_key_of_insights(values: Values) -> list[str]:
    """Its key is that of the data unless it is given, and has no alias."""
    if not values["database_performance_insights"]:
        return []
    name, data = "database_performance_insights_kms_key_id", "database_kms_key_id"
    own = values[name]
    if own == values[data]:
        name = f"{name}, which follows {data},"
    return check_pattern(name, own or None, *KEY_OF_INSIGHTS)
