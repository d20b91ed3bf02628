# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role secrets; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.access import (
    PRINCIPAL,
    PRINCIPAL_IN_WORDS,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.replicas import check_replicas
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.schedules import check_rotation_schedule
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values, check_region


def check_secrets(values: Values) -> list[str]:
    """The password's length and the recovery window."""
    window = values["secrets_recovery_window_in_days"]
    problems = check_range("secrets_password_length", values["secrets_password_length"], 8, 41, "characters")
    problems += check_range("secrets_port", values["secrets_port"], 1, 65535)
    if window != 0 and not 7 <= window <= 30:
        problems.append(f"secrets_recovery_window_in_days is {window}: allowed is 7 to 30 days, or 0 to remove at once")
    return problems + check_keys(values) + check_access(values) + check_rotation(values)


def check_keys(values: Values) -> list[str]:
    """Keys rotate as KMS can, and outlive what they encrypt."""
    days, window = values["secrets_kms_deletion_window_in_days"], values["secrets_recovery_window_in_days"]
    period = values["secrets_kms_rotation_period_in_days"]
    problems = check_range("secrets_kms_rotation_period_in_days", period, 90, 2560, "days")
    problems += check_range("secrets_kms_deletion_window_in_days", days, 7, 30, "days")
    if values["secrets_kms_keys"] and days < window:
        problems.append(
            f"secrets_kms_deletion_window_in_days is {days} with secrets_recovery_window_in_days {window}: allowed is at least as many, "
            "since a secret that is brought back needs its key"
        )
    return problems


def check_access(values: Values) -> list[str]:
    """Principals that a policy can name, and other regions than the stack's."""
    roles, replicas = values["secrets_allowed_roles"], values["secrets_replica_regions"]
    problems = check_replicas("secrets_replica_regions", replicas)
    for index, role in enumerate(roles):
        problems += check_pattern(f"secrets_allowed_roles[{index}]", role, PRINCIPAL, PRINCIPAL_IN_WORDS)
    if roles and not values["secrets_restrict_access"]:
        problems.append(
            "secrets_allowed_roles has roles with secrets_restrict_access false: allowed is it with true, or an empty list"
        )
    for index, replica in enumerate(replicas):
        problems += check_region(f"secrets_replica_regions[{index}].region", replica["region"])
        if replica["region"] == values.get("stack_region"):
            problems.append(
                f"secrets_replica_regions[{index}].region is '{replica['region']}', where the stack is: allowed are other regions"
            )
    return problems


def check_rotation(values: Values) -> list[str]:
    """Who rotates a password must be who holds it."""
    rotation, generated = values["secrets_rotation"], values["secrets_generate_password"]
    problems = check_rotation_schedule("secrets_rotation_schedule", values["secrets_rotation_schedule"])
    if rotation == "rds_managed" and generated:
        problems.append(
            "secrets_rotation is 'rds_managed': allowed with database_master_password rds_managed, where RDS has the password"
        )
    if rotation == "function" and not generated:
        problems.append(
            "secrets_rotation is 'function' with database_master_password rds_managed: allowed is rds_managed, or none"
        )
    if rotation != "function" and values["secrets_rotation_strategy"] != "single_user":
        problems.append(
            f"secrets_rotation_strategy is '{values['secrets_rotation_strategy']}' with secrets_rotation '{rotation}': allowed is it with "
            "function"
        )
    return problems
