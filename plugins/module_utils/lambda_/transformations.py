# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The tag in which lambda_invoke keeps what a function has been invoked for; lambda_function leaves it alone.
INVOKED_FOR = "InvokedFor"
# Our value for a function without reserved concurrency, which AWS leaves out.
UNRESERVED = -1

# Fields of the function that CreateFunction and UpdateFunctionConfiguration take as they are, and AWS's names of them.
CONFIGURATION = {
    "description": "Description",
    "runtime": "Runtime",
    "handler": "Handler",
    "role": "Role",
    "memory_size": "MemorySize",
    "timeout": "Timeout",
    "kms_key_arn": "KMSKeyArn",
}


def function_to_dict(function: dict[str, Any]) -> dict[str, Any]:
    """A function of GetFunction in the form of the module's options."""
    configuration = function["Configuration"]
    vpc = configuration.get("VpcConfig") or {}
    return {
        "name": configuration["FunctionName"],
        "arn": configuration["FunctionArn"],
        **{field: configuration.get(key) or "" for field, key in CONFIGURATION.items()},
        "code_sha256": configuration.get("CodeSha256"),
        "architectures": configuration.get("Architectures") or ["x86_64"],
        "environment": (configuration.get("Environment") or {}).get("Variables") or {},
        "vpc": {
            "subnet_ids": sorted(vpc.get("SubnetIds") or []),
            "security_group_ids": sorted(vpc.get("SecurityGroupIds") or []),
        },
        "reserved_concurrency": (function.get("Concurrency") or {}).get("ReservedConcurrentExecutions", UNRESERVED),
        "tracing_mode": (configuration.get("TracingConfig") or {}).get("Mode") or "PassThrough",
        "dead_letter_arn": (configuration.get("DeadLetterConfig") or {}).get("TargetArn") or "",
        "tags": {key: value for key, value in (function.get("Tags") or {}).items() if key != INVOKED_FOR},
        "state": configuration.get("State") or "Active",
        "last_update_status": configuration.get("LastUpdateStatus") or "Successful",
        "version": configuration.get("Version"),
    }


def environment_to_text(environment: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Environment variables as AWS keeps them: all are texts."""
    if environment is None:
        return None
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in environment.items()}


def sorted_vpc(vpc: Mapping[str, Any] | None) -> dict[str, list[str]] | None:
    """The option in the form of AWS's answer; two empty lists take the function out of the VPC."""
    if vpc is None:
        return None
    return {key: sorted(set(vpc.get(key) or [])) for key in ("subnet_ids", "security_group_ids")}


def configuration_request(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The part of CreateFunction and UpdateFunctionConfiguration that these fields ask for; None asks for nothing."""
    request = {CONFIGURATION[field]: value for field, value in fields.items() if field in CONFIGURATION}
    if fields.get("environment") is not None:
        request["Environment"] = {"Variables": fields["environment"]}
    if fields.get("vpc") is not None:
        vpc = fields["vpc"]
        request["VpcConfig"] = {"SubnetIds": vpc["subnet_ids"], "SecurityGroupIds": vpc["security_group_ids"]}
    if fields.get("tracing_mode") is not None:
        request["TracingConfig"] = {"Mode": fields["tracing_mode"]}
    if fields.get("dead_letter_arn") is not None:
        request["DeadLetterConfig"] = {"TargetArn": fields["dead_letter_arn"]}
    return {key: value for key, value in request.items() if value is not None}


def is_settled(function: Mapping[str, Any]) -> bool:
    """Whether nothing is under way in a function of ``function_to_dict``."""
    return function["state"] != "Pending" and function["last_update_status"] != "InProgress"
