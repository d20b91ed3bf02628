# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""RDS's limits on an Aurora cluster's options, checked before the first call; pure functions.

Source: CreateDBCluster in the Amazon RDS API reference, and the Aurora user guide on Serverless v2 capacity.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_pattern,
    check_range,
    check_tags,
)

LOGS = {
    "aurora-mysql": ("audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"),
    "aurora-postgresql": ("iam-db-auth-error", "instance", "postgresql"),
}
RESERVED_USERS = ("admin", "rdsadmin")
PASSWORD_LENGTHS = {"aurora-mysql": 41, "aurora-postgresql": 99}

TIME = r"([01]\d|2[0-3]):[0-5]\d"
DAY = r"(mon|tue|wed|thu|fri|sat|sun)"


def check_cluster(params: dict[str, Any]) -> list[str]:
    """Check the options that hold in every state."""
    return [
        *check_identifier("name", params["name"], 63),
        *check_pattern(
            "engine_version", params["engine_version"], r"\d+(\.\w+)*", "a major or major.minor version, such as 16"
        ),
        *check_names(params),
        *check_credentials(params),
        *check_network(params),
        *check_scaling(params["serverless_v2_scaling"]),
        *check_range("backup_retention_period", params["backup_retention_period"], 1, 35, "days"),
        *check_windows(params),
        *check_logs(params["engine"], params["enabled_cloudwatch_logs_exports"]),
        *check_tags("tags", params["tags"]),
    ]


def check_names(params: dict[str, Any]) -> list[str]:
    """The database's and the master user's name, as the engine allows."""
    mysql, user = params["engine"] == "aurora-mysql", params["master_username"]
    problems = check_pattern(
        "database_name",
        params["database_name"],
        r"[A-Za-z_]\w{0,62}",
        "1 to 63 letters, digits and underscores, not starting with a digit",
    )
    longest = 16 if mysql else 63
    problems += check_pattern(
        "master_username",
        user,
        rf"[A-Za-z]\w{{0,{longest - 1}}}",
        f"1 to {longest} letters, digits and underscores, starting with a letter",
    )
    if user and user.lower() in RESERVED_USERS and not (mysql and user == "admin"):
        problems.append(f"master_username is '{user}': this name is reserved, allowed is any other")
    return problems


def check_credentials(params: dict[str, Any]) -> list[str]:
    """The password comes from one place, and each key has something to encrypt."""
    managed, problems = params["manage_master_user_password"], []
    if managed and params["master_password_secret"]:
        problems.append("manage_master_user_password is true and master_password_secret is given: allowed is one")
    if params["master_user_secret_kms_key_id"] and not managed:
        problems.append("master_user_secret_kms_key_id is given: it needs manage_master_user_password=true")
    if params["kms_key_id"] and params["storage_encrypted"] is False:
        problems.append("kms_key_id is given and storage_encrypted is false: allowed is one of them")
    return problems


def check_network(params: dict[str, Any]) -> list[str]:
    """Port and security groups."""
    problems = check_range("port", params["port"], 1150, 65535)
    if params["vpc_security_group_ids"] == []:
        problems.append("vpc_security_group_ids is empty: allowed is one security group or more")
    for group in params["vpc_security_group_ids"] or []:
        problems += check_pattern("vpc_security_group_ids", group, r"sg-[0-9a-z-]+", "IDs such as sg-0123456789abcdef0")
    return problems


def check_scaling(scaling: dict[str, Any] | None) -> list[str]:
    """The range of a Serverless v2 cluster, in ACU."""
    if scaling is None:
        return []
    lowest, highest, pause = (scaling[key] for key in ("min_capacity", "max_capacity", "seconds_until_auto_pause"))
    name = "serverless_v2_scaling"
    problems = check_range(f"{name}.min_capacity", lowest, 0, 256, "ACU")
    problems += check_range(f"{name}.max_capacity", highest, 1, 256, "ACU")
    problems += [
        f"{name}.{option} is {value}: allowed are half steps, such as 0.5 or 1.0"
        for option, value in (("min_capacity", lowest), ("max_capacity", highest))
        if value * 2 != int(value * 2)
    ]
    if lowest > highest:
        problems.append(f"{name}.min_capacity is {lowest}: allowed is up to max_capacity, which is {highest}")
    problems += check_range(f"{name}.seconds_until_auto_pause", pause, 300, 86400, "seconds")
    if pause is not None and lowest > 0:
        problems.append(f"{name}.seconds_until_auto_pause is {pause}: it needs min_capacity 0, which is {lowest}")
    return problems


def check_windows(params: dict[str, Any]) -> list[str]:
    """The two windows, in UTC and of at least 30 minutes."""
    backup, maintenance = params["preferred_backup_window"], params["preferred_maintenance_window"]
    problems = check_pattern(
        "preferred_backup_window", backup, f"{TIME}-{TIME}", "hh24:mi-hh24:mi in UTC, such as 03:00-04:00"
    )
    problems += check_pattern(
        "preferred_maintenance_window",
        maintenance and maintenance.lower(),
        f"{DAY}:{TIME}-{DAY}:{TIME}",
        "ddd:hh24:mi-ddd:hh24:mi in UTC, such as sun:05:00-sun:06:00",
    )
    if problems:
        return problems
    return [
        f"{option} is '{window}': allowed are 30 minutes or more"
        for option, window in (("preferred_backup_window", backup), ("preferred_maintenance_window", maintenance))
        if window and window_minutes(window.lower()) < 30
    ]


def window_minutes(window: str) -> int:
    """The length of a daily (``03:00-04:00``) or weekly (``sun:05:00-sun:06:00``) window, over midnight too."""
    start, end = (_minute(side) for side in window.split("-"))
    return (end - start) % (24 * 60 if window[0].isdigit() else 7 * 24 * 60)


def _minute(moment: str) -> int:
    *day, hour, minute = moment.split(":")
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day[0]) if day else 0
    return (days * 24 + int(hour)) * 60 + int(minute)


def check_logs(engine: str, logs: list[str] | None) -> list[str]:
    """The logs the engine can export."""
    return [
        f"enabled_cloudwatch_logs_exports has '{log}': allowed for {engine} are {', '.join(LOGS[engine])}"
        for log in logs or []
        if log not in LOGS[engine]
    ]


def check_removal(params: dict[str, Any]) -> list[str]:
    """Whether a last snapshot is taken must be said, and one way only."""
    snapshot, skip = params["final_snapshot_identifier"], params["skip_final_snapshot"]
    if bool(snapshot) == bool(skip):
        found = "both are given" if skip else "neither is given"
        return [f"skip_final_snapshot=true or final_snapshot_identifier is needed for state=absent: {found}"]
    return check_identifier("final_snapshot_identifier", snapshot, 255)


def check_password(source: str, password: str, engine: str) -> list[str]:
    """What RDS takes as a master password. The sentences never hold it."""
    longest = PASSWORD_LENGTHS[engine]
    if 8 <= len(password) <= longest and re.fullmatch(r"[!-~]+", password) and not re.search(r"[/\"@]", password):
        return []
    return [
        f'{source} is not a password RDS accepts: allowed are 8 to {longest} printable ASCII characters but /, ", @'
    ]
