# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""RDS's limits on the options of Aurora clusters, their instances, subnet and parameter groups, checked before the first call.

Pure functions. Source: CreateDBCluster, CreateDBInstance, CreateDBSubnetGroup and CreateDBClusterParameterGroup in the Amazon
RDS API reference, and the Aurora user guide on Serverless v2 capacity.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    DAILY_WINDOW,
    DAY_MINUTES,
    WEEK_MINUTES,
    WEEKLY_WINDOW,
    check_identifier,
    check_pattern,
    check_range,
    check_tags,
    minute_of,
    window_minutes,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

LOGS = {
    "aurora-mysql": ("audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"),
    "aurora-postgresql": ("iam-db-auth-error", "instance", "postgresql"),
}
RESERVED_USERS = ("admin", "rdsadmin")
PASSWORD_LENGTHS = {"aurora-mysql": 41, "aurora-postgresql": 99}
# One writer and 15 readers.
MOST_INSTANCES = 16

# Source: "Monitoring OS metrics with Enhanced Monitoring" in the Aurora user guide.
MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
# The first minor version of each major one that can pause; later majors all can. Source: "Scaling to zero ACUs with automatic
# pause and resume" in the Aurora user guide.
FIRST_TO_PAUSE = {13: 15, 14: 12, 15: 7, 16: 3}

# A pattern and what it allows, in words.
INSTANCE_CLASS = (r"db\.[a-z0-9.-]+", "a class such as db.serverless or db.r6g.large")
ZONE = (r"[a-z]{2}(-[a-z0-9]+)+[a-z]", "an availability zone such as ca-central-1a")
_KEY = rf"arn:[^:]+:kms:.+:key/.+|(mrk-)?[0-9a-f-]{{32,36}}|{KNOWN_AFTER_DEPLOY}"
KEY_OF_INSIGHTS = (_KEY, "the ARN or the ID of a KMS key, no alias")
ANY_KEY = (rf"{_KEY}|(arn:[^:]+:kms:.+:)?alias/.+", "the ARN, the ID or the alias of a KMS key")


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
        *check_pausing(params),
        *check_range("backup_retention_period", params["backup_retention_period"], 1, 35, "days"),
        *check_windows(
            "preferred_backup_window",
            params["preferred_backup_window"],
            "preferred_maintenance_window",
            params["preferred_maintenance_window"],
        ),
        *check_restore("restore_from", params["restore_from"]),
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


def check_pausing(params: dict[str, Any]) -> list[str]:
    """Only newer versions of PostgreSQL can have no capacity at all."""
    scaling = params["serverless_v2_scaling"]
    if not scaling or scaling["min_capacity"] or params["engine"] != "aurora-postgresql":
        return []
    return check_pausing_version("serverless_v2_scaling.min_capacity", "engine_version", params["engine_version"])


def check_pausing_version(name: str, version_name: str, version: str | None) -> list[str]:
    """Whether a version of PostgreSQL can pause; a major one alone takes AWS's default release, which can.

    :arg name: the option that is 0
    """
    major, _dot, minor = (version or "").partition(".")
    if not major.isdigit():
        return []
    first = FIRST_TO_PAUSE.get(int(major), 0)
    if int(major) >= min(FIRST_TO_PAUSE) and (not minor.isdigit() or int(minor) >= first):
        return []
    allowed = ", ".join(f"{known}.{release}" for known, release in FIRST_TO_PAUSE.items())
    return [
        f"{name} is 0 and {version_name} is {version}: instances pause from {allowed} on, and with all of "
        f"{max(FIRST_TO_PAUSE) + 1} and later; allowed is 0.5 or more"
    ]


def check_windows(name: str, daily: str | None, other: str, weekly: str | None) -> list[str]:
    """The backup window ``name`` and the maintenance window ``other``, in UTC, of at least 30 minutes, and apart; None is not checked."""
    problems = check_pattern(name, daily, DAILY_WINDOW, "hh24:mi-hh24:mi in UTC, such as 03:00-04:00")
    problems = problems or check_window_length(name, daily)
    problems += check_maintenance_window(other, weekly)
    return problems or check_windows_apart(name, daily, other, weekly)


def check_windows_apart(name: str, daily: str | None, other: str, weekly: str | None) -> list[str]:
    """AWS takes no backup window that is on any day within the maintenance window. Both are of the right form, or empty."""
    if not daily or not weekly:
        return []
    start, length = minute_of(weekly.split("-")[0]), window_minutes(weekly)
    backup, backup_length = minute_of(daily.split("-")[0]), window_minutes(daily)
    for day in range(7):
        begins = day * DAY_MINUTES + backup
        if (begins - start) % WEEK_MINUTES < length or (start - begins) % WEEK_MINUTES < backup_length:
            return [f"{name} is '{daily}' and {other} is '{weekly}': allowed are windows that do not overlap"]
    return []


def check_maintenance_window(name: str, window: str | None) -> list[str]:
    """A weekly window in UTC and of at least 30 minutes; None is not checked."""
    allowed = "ddd:hh24:mi-ddd:hh24:mi in UTC, such as sun:05:00-sun:06:00"
    return check_pattern(name, window, WEEKLY_WINDOW, allowed) or check_window_length(name, window)


def check_window_length(name: str, window: str | None) -> list[str]:
    """A window of the right form, of at least 30 minutes; None is not checked."""
    if window is None or window_minutes(window) >= 30:
        return []
    return [f"{name} is '{window}': allowed are 30 minutes or more"]


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
            *INSTANCE_CLASS,
        ),
        *check_pattern(
            f"{of}availability_zone",
            item["availability_zone"],
            *ZONE,
        ),
        *check_range(f"{of}promotion_tier", item["promotion_tier"], 0, 15),
        *check_pattern(
            f"{of}db_parameter_group_name",
            item["db_parameter_group_name"],
            r"[A-Za-z][A-Za-z0-9.-]{0,254}",
            "1 to 255 letters, digits, hyphens and dots, starting with a letter",
        ),
        *check_maintenance_window(f"{of}preferred_maintenance_window", item["preferred_maintenance_window"]),
        *check_ca_certificate(f"{of}ca_certificate_identifier", item["ca_certificate_identifier"]),
        *check_monitoring(of, item),
        *check_insights(of, item),
    ]


def check_ca_certificate(name: str, value: str | None) -> list[str]:
    """The name of one of RDS's certificate authorities; None is not checked."""
    return check_pattern(name, value, r"rds-ca-[a-z0-9-]+", "a certificate authority such as rds-ca-rsa2048-g1")


def check_monitoring(of: str, item: dict[str, Any]) -> list[str]:
    """Enhanced Monitoring has an interval and a role, or neither."""
    interval, role = item["monitoring_interval"], item["monitoring_role_arn"]
    problems = [] if interval is None else check_monitoring_interval(f"{of}monitoring_interval", interval)
    problems += check_pattern(
        f"{of}monitoring_role_arn",
        role,
        rf"arn:[^:]+:iam::.+:role/.+|{KNOWN_AFTER_DEPLOY}",
        "the ARN of a role, such as arn:aws:iam::123456789012:role/monitoring",
    )
    if bool(interval) != bool(role):
        found = "it needs monitoring_role_arn" if interval else "it needs monitoring_interval of 1 second or more"
        given = f"monitoring_interval is {interval}" if interval else "monitoring_role_arn is given"
        problems.append(f"{of}{given}: {found}")
    return problems


def check_monitoring_interval(name: str, seconds: int) -> list[str]:
    """The intervals of Enhanced Monitoring in seconds; 0 for none."""
    if seconds in MONITORING_INTERVALS:
        return []
    allowed = ", ".join(str(known) for known in MONITORING_INTERVALS)
    return [f"{name} is {seconds}: allowed are {allowed} seconds (0 turns it off)"]


def check_insights(of: str, item: dict[str, Any]) -> list[str]:
    """Retention and key of Performance Insights, which it must be on for."""
    days, key = item["performance_insights_retention_period"], item["performance_insights_kms_key_id"]
    problems = [] if days is None else check_insights_retention(f"{of}performance_insights_retention_period", days)
    problems += check_pattern(
        f"{of}performance_insights_kms_key_id",
        key,
        *KEY_OF_INSIGHTS,
    )
    if not item["performance_insights_enabled"] and (days is not None or key):
        problems.append(f"{of}performance_insights_enabled is not true: retention and key need it")
    return problems


def check_insights_retention(name: str, days: int) -> list[str]:
    """Days that Performance Insights keeps its data. Source: CreateDBInstance in the Amazon RDS API reference."""
    if days in (7, 731) or (days % 31 == 0 and 1 <= days // 31 <= 23):
        return []
    return [f"{name} is {days}: allowed are 7 days, 1 to 23 months of 31 days (31, 62 … 713), and 731"]


def check_restore(name: str, restore: dict[str, Any] | None) -> list[str]:
    """What a new cluster is restored from: a snapshot, or a cluster as it was at a time."""
    if not restore or not any(restore.values()):
        return []
    snapshot, cluster, moment = (restore.get(key) for key in ("snapshot", "cluster", "time"))
    if bool(snapshot) == bool(cluster) or bool(cluster) != bool(moment):
        given = ", ".join(key for key in ("snapshot", "cluster", "time") if restore.get(key))
        return [f"{name} has {given}: allowed is snapshot alone, or cluster with time"]
    problems = check_pattern(
        f"{name}.snapshot",
        snapshot or None,
        r"[A-Za-z][A-Za-z0-9:.-]{0,254}|arn:[^:]+:rds:.+:cluster-snapshot:.+",
        "the name or the ARN of a cluster snapshot",
    )
    problems += check_identifier(f"{name}.cluster", cluster or None, 63)
    return problems + (check_moment(f"{name}.time", moment) if moment else [])


def check_moment(name: str, moment: str) -> list[str]:
    """A point in time with its zone, or ``latest``."""
    if moment == "latest":
        return []
    try:
        known = datetime.fromisoformat(moment).tzinfo is not None
    except ValueError:
        known = False
    return (
        []
        if known
        else [f"{name} is '{moment}': allowed is latest, or a time with its zone, such as 2026-01-31T12:00:00Z"]
    )


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


def check_parameter_group(params: dict[str, Any]) -> list[str]:
    """Check the options of a parameter group; the names and values of its parameters are the engine's, and AWS's to check."""
    problems = check_pattern(
        "family", params["family"], r"[a-z]+(-[a-z]+)*[\d.]+", "a family such as aurora-postgresql16"
    )
    if "." in params["name"]:
        problems.append(f"name is '{params['name']}': default.* groups belong to AWS and cannot be changed")
    else:
        problems += check_identifier("name", params["name"], 255)
    problems += [
        f"parameters['{key}'] is {value!r}: allowed is a text, a number or a boolean"
        for key, value in (params["parameters"] or {}).items()
        if not isinstance(value, (str, int, float))
    ]
    return problems + check_tags("tags", params["tags"])
