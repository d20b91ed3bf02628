# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lambda's own limits; pure functions that return sentences, as those of ``core.validation`` do.

Sources: CreateFunction, AddPermission and CreateEventSourceMapping in the AWS Lambda API reference, "Lambda quotas" and "Using
Lambda environment variables" in its developer guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.transformations import INVOKED_FOR, UNRESERVED
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

MAX_ENVIRONMENT_BYTES = 4096
RESERVED_NAMES = (
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
)
SECRET_NAMES = r"(.*_)?(password|passwd|passphrase|token|private_?key|secret_?key|api_?key)"


def check_function_name(value: str | None) -> list[str]:
    """Check a function's name."""
    words = "1 to 64 letters, digits, hyphens and underscores"
    return check_pattern("function_name", value, r"[A-Za-z0-9_-]{1,64}", words)


def check_arn(name: str, value: str | None, service: str, words: str) -> list[str]:
    """Check the form of an ARN; in a plan it can be the placeholder of something that does not exist yet.

    :arg words: what the ARN is of, such as ``a role``
    """
    pattern = rf"arn:[^:]+:{service}:[^:]*:[^:]*:.+|{KNOWN_AFTER_DEPLOY}"
    return check_pattern(
        name, value, pattern, f"the ARN of {words}, such as arn:aws:{service.strip('()').split('|')[0]}:…"
    )


def check_environment(environment: Mapping[str, Any] | None) -> list[str]:
    """Check names and size of the environment variables, and that no secret is among them."""
    problems = []
    for key in environment or {}:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]+", str(key)):
            problems.append(
                f"environment has the name '{key}': allowed are 2 or more letters, digits and _, a letter first"
            )
        elif key in RESERVED_NAMES:
            problems.append(f"environment has the name '{key}': Lambda sets it itself, take another name")
        elif re.fullmatch(SECRET_NAMES, key, re.IGNORECASE):
            problems.append(
                f"environment has the name '{key}', and its values are shown: keep the secret in Secrets Manager, "
                "and give the function the secret's name"
            )
    size = sum(len(str(key).encode()) + len(str(value).encode()) for key, value in (environment or {}).items())
    if size > MAX_ENVIRONMENT_BYTES:
        problems.append(f"environment has {size} bytes: allowed are {MAX_ENVIRONMENT_BYTES} for all variables together")
    return problems


def check_vpc(vpc: Mapping[str, Any] | None) -> list[str]:
    """Check that a function in a VPC has subnets and security groups, and that both are IDs."""
    kinds = {"subnet_ids": ("subnet", 16), "security_group_ids": ("sg", 5)}
    given = {key: (vpc or {}).get(key) or [] for key in kinds}
    problems = []
    for key, (prefix, most) in kinds.items():
        ids = f"an ID such as {prefix}-0123456789abcdef0"
        problems += [
            p
            for value in given[key]
            for p in check_pattern(f"vpc.{key} has one that", value, rf"{prefix}-[A-Za-z0-9-]+", ids)
        ]
        if len(given[key]) > most:
            problems.append(f"vpc.{key} has {len(given[key])} IDs: allowed are up to {most}")
        if not given[key] and any(given.values()):
            problems.append(f"vpc.{key} is []: a function in a VPC needs subnets and security groups")
    return problems


def check_concurrency(value: int | None) -> list[str]:
    """Check the reserved concurrency; what is left of the account's, only AWS knows."""
    if value is None or value >= UNRESERVED:
        return []
    return [f"reserved_concurrency is {value}: allowed is 0 or more, or {UNRESERVED} to reserve none"]


def check_architectures(value: Sequence[str] | None) -> list[str]:
    """Check that there is one."""
    if value is None or len(value) == 1:
        return []
    return [f"architectures is {list(value)}: allowed is one of [x86_64] and [arm64]"]


def check_permissions(permissions: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Check the statements; each has an ID of its own."""
    problems = []
    seen = set()
    for statement in permissions or []:
        name, account = statement["statement_id"], statement.get("source_account")
        words = "1 to 100 letters, digits, hyphens and underscores"
        problems += check_pattern("permissions has a statement_id that", name, r"[A-Za-z0-9_-]{1,100}", words)
        problems += check_pattern(
            f"permissions['{name}'].source_account",
            account,
            rf"\d{{12}}|{KNOWN_AFTER_DEPLOY}",
            "an account of 12 digits",
        )
        source = statement.get("source_arn")
        problems += check_pattern(
            f"permissions['{name}'].source_arn", source, rf"arn:[^:]+:.+|.*{KNOWN_AFTER_DEPLOY}.*", "an ARN"
        )
        service = statement["principal"].endswith((".amazonaws.com", ".amazonaws.com.cn"))
        if service and not source and not account:
            problems.append(
                f"permissions['{name}'] allows {statement['principal']} to invoke the function for every account: "
                "give source_arn, source_account or both"
            )
        if name in seen:
            problems.append(f"permissions has the statement_id '{name}' twice: each needs one of its own")
        seen.add(name)
    return problems


def check_event_source(event_source: Mapping[str, Any] | None) -> list[str]:
    """Check batches against each other and against the kind of queue."""
    given = {key: value for key, value in (event_source or {}).items() if value is not None}
    if not given:
        return []
    queue, size, window = given.get("queue_arn"), given.get("batch_size"), given.get("maximum_batching_window_seconds")
    if queue is None:
        return ["event_source has no queue_arn: allowed is the ARN of a queue, or {} for no event source"]
    fifo = queue.endswith(".fifo")
    problems = [
        *check_arn("event_source.queue_arn", queue, "sqs", "a queue"),
        *check_range("event_source.batch_size", size, 1, 10 if fifo else 10000, "messages"),
        *check_range("event_source.maximum_batching_window_seconds", window, 0, 0 if fifo else 300, "seconds"),
        *check_range("event_source.maximum_concurrency", given.get("maximum_concurrency"), 2, 1000, "invocations"),
    ]
    if not problems and (size or 0) > 10 and not window:
        problems.append(
            f"event_source.batch_size is {size}: more than 10 need a maximum_batching_window_seconds of 1 or more"
        )
    return problems


def check_own_tag(tags: Mapping[str, Any] | None) -> list[str]:
    """Check that the tag of lambda_invoke is not asked for."""
    return (
        [f"tags has the key '{INVOKED_FOR}': lambda_invoke sets it, take another"]
        if INVOKED_FOR in (tags or {})
        else []
    )
