# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""RDS's limits on the options of Aurora clusters, their instances and subnet groups, checked before the first call.

Pure functions. Source: CreateDBCluster, CreateDBInstance and CreateDBSubnetGroup in the Amazon RDS API reference, and
the Aurora user guide on Serverless v2 capacity.
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
# One writer and 15 readers.
MOST_INSTANCES = 16

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
    name, window = "preferred_backup_window", params["preferred_backup_window"]
    problems = check_pattern(name, window, f"{TIME}-{TIME}", "hh24:mi-hh24:mi in UTC, such as 03:00-04:00")
    problems = problems or check_window_length(name, window)
    return problems + check_maintenance_window("preferred_maintenance_window", params["preferred_maintenance_window"])


def check_maintenance_window(name: str, window: str | None) -> list[str]:
    """A weekly window in UTC and of at least 30 minutes; None is not checked."""
    allowed = "ddd:hh24:mi-ddd:hh24:mi in UTC, such as sun:05:00-sun:06:00"
    pattern = f"(?i:{DAY}):{TIME}-(?i:{DAY}):{TIME}"
    return check_pattern(name, window, pattern, allowed) or check_window_length(name, window)


def check_window_length(name: str, window: str | None) -> list[str]:
    """A window of the right form, of at least 30 minutes; None is not checked."""
    if window is None or window_minutes(window.lower()) >= 30:
        return []
    return [f"{name} is '{window}': allowed are 30 minutes or more"]


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


def check_instances(params: dict[str, Any]) -> list[str]:
    """Check the options of a cluster's instances."""
    problems = check_identifier("db_cluster_identifier", params["db_cluster_identifier"], 63)
    items = params["instances"] or []
    if params["state"] == "present" and not 1 <= len(items) <= MOST_INSTANCES:
        problems.append(
            f"instances has {len(items)} entries: allowed are 1 to {MOST_INSTANCES}; state=absent removes all instances"
        )
    names = [item["name"].lower() for item in items]
    problems += [
        f"instances has the name '{name}' {names.count(name)} times: allowed is once"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    for item in items:
        problems += check_instance(item)
    # Each instance has its Name besides.
    return problems + check_tags("tags", params["tags"] and {**params["tags"], "Name": ""})


def check_instance(item: dict[str, Any]) -> list[str]:
    """Check one entry of the option ``instances``."""
    of = f"instances['{item['name']}']."
    return [
        *check_identifier("instances.name", item["name"], 63),
        *check_pattern(
            f"{of}instance_class",
            item["instance_class"],
            r"db\.[a-z0-9.-]+",
            "a class such as db.serverless or db.r6g.large",
        ),
        *check_pattern(
            f"{of}availability_zone",
            item["availability_zone"],
            r"[a-z]{2}(-[a-z0-9]+)+[a-z]",
            "an availability zone such as ca-central-1a",
        ),
        *check_range(f"{of}promotion_tier", item["promotion_tier"], 0, 15),
        *check_pattern(
            f"{of}db_parameter_group_name",
            item["db_parameter_group_name"],
            r"[A-Za-z][A-Za-z0-9.-]{0,254}",
            "1 to 255 letters, digits, hyphens and dots, starting with a letter",
        ),
        *check_maintenance_window(f"{of}preferred_maintenance_window", item["preferred_maintenance_window"]),
    ]


def check_subnet_group(params: dict[str, Any]) -> list[str]:
    """Check the options of a DB subnet group; AWS checks itself that the subnets are in two availability zones."""
    problems = check_pattern(
        "name",
        params["name"],
        r"[A-Za-z][A-Za-z0-9._ -]{0,254}",
        "1 to 255 letters, digits, spaces and . _ -, starting with a letter",
    )
    if params["name"].lower() == "default":
        problems.append("name is 'default': the group of that name belongs to AWS and cannot be changed")
    subnets = sorted(set(params["subnet_ids"] or []))
    if params["state"] == "present" and len(subnets) < 2:
        problems.append(f"subnet_ids is {subnets}: allowed are at least two subnets, in two availability zones")
    return problems + check_tags("tags", params["tags"])
