# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role database; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.limits import RESERVED_USERS
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
