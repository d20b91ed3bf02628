# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Amazon SQS's limits, checked before the first call; pure functions that return sentences.

Sources: CreateQueue, SetQueueAttributes and StartMessageMoveTask in the Amazon SQS API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

Params = Mapping[str, Any]

NAME = r"[A-Za-z0-9_-]{1,80}"
NAME_IN_WORDS = "1 to 80 letters, digits, hyphens and underscores"
ARN = r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}"
ARN_IN_WORDS = "the ARN of a standard queue, such as arn:aws:sqs:ca-central-1:123456789012:iot-readings-dlq-dev"
# Option to the least and the most, and the unit.
RANGES = {
    "visibility_timeout": (0, 43200, "seconds"),
    "message_retention_period": (60, 1209600, "seconds"),
    "receive_message_wait_time": (0, 20, "seconds"),
    "delay": (0, 900, "seconds"),
    "maximum_message_size": (1024, 1048576, "bytes"),
    "kms_data_key_reuse_period": (60, 86400, "seconds"),
}
MAX_SOURCES = 10


def check_queue(params: Params) -> list[str]:
    """Check all options of a queue."""
    return [
        *check_name("name", params["name"]),
        *(problem for name, limits in RANGES.items() for problem in check_range(name, params[name], *limits)),
        *check_encryption(params),
        *check_redrive_policy(params["redrive_policy"]),
        *check_redrive_allow_policy(params["redrive_allow_policy"]),
        *check_range("wait_timeout", params["wait_timeout"], 0, 86400, "seconds"),
        *check_tags("tags", params["tags"]),
    ]


def check_name(option: str, name: str) -> list[str]:
    """A name of a standard queue."""
    if name.endswith(".fifo"):
        return [f"{option} is '{name}': allowed are standard queues, and the suffix .fifo makes a FIFO queue"]
    return check_pattern(option, name, NAME, NAME_IN_WORDS)


def check_arn(option: str, arn: str | None) -> list[str]:
    """An ARN of a standard queue, or what stands for one in a plan; None is not checked."""
    return [] if KNOWN_AFTER_DEPLOY in (arn or "") else check_pattern(option, arn, ARN, ARN_IN_WORDS)


def check_encryption(params: Params) -> list[str]:
    """A queue has one kind of encryption."""
    key, problems = params["kms_master_key_id"], []
    if key and params["sqs_managed_sse"]:
        problems.append(f"sqs_managed_sse is True with kms_master_key_id '{key}': allowed is one of them")
    if params["kms_data_key_reuse_period"] is not None and not key:
        problems.append(
            f"kms_data_key_reuse_period is {params['kms_data_key_reuse_period']} without kms_master_key_id: allowed is it "
            "with a KMS key"
        )
    return problems


def check_redrive_policy(policy: Params | None) -> list[str]:
    """Both fields, or none to remove the policy."""
    if policy is None or is_empty(policy):
        return []
    arn, count = policy["dead_letter_target_arn"], policy["max_receive_count"]
    problems = [
        f"redrive_policy.{field} is not given: needed are dead_letter_target_arn and max_receive_count, or {{}} to remove it"
        for field, value in policy.items()
        if value is None
    ]
    problems += check_arn("redrive_policy.dead_letter_target_arn", arn)
    return problems + check_range("redrive_policy.max_receive_count", count, 1, 1000, "receives")


def check_redrive_allow_policy(policy: Params | None) -> list[str]:
    """The queues are listed exactly where they are asked for."""
    if policy is None or is_empty(policy):
        return []
    permission, sources = policy["redrive_permission"], policy["source_queue_arns"]
    problems = [
        problem
        for index, arn in enumerate(sources or [])
        for problem in check_arn(f"redrive_allow_policy.source_queue_arns[{index}]", arn)
    ]
    if permission == "byQueue" and not 1 <= len(sources or []) <= MAX_SOURCES:
        problems.append(
            f"redrive_allow_policy.source_queue_arns has {len(sources or [])} queues: allowed are 1 to {MAX_SOURCES} with "
            "redrive_permission byQueue"
        )
    if permission != "byQueue" and sources:
        problems.append(
            f"redrive_allow_policy.redrive_permission is {permission!r} with source_queue_arns: allowed is byQueue"
        )
    return problems


def is_empty(policy: Params | None) -> bool:
    """Whether a policy is not given, or given without any field, which removes it."""
    return all(value is None for value in (policy or {}).values())
