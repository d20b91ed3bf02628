# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A function with its log group, permissions and queue: what both its modules do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import Kind, apply_entries
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
    check_tags,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_ import api, limits
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.event_source import (
    MOVING,
    EventSources,
    build_event_source,
    find_mapping,
    mapping_to_dict,
    queue_mappings,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.package import MAX_ZIP_BYTES, code_sha256
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.permissions import (
    apply_permissions,
    build_permissions,
    parse_policy,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.transformations import (
    CONFIGURATION,
    UNRESERVED,
    configuration_request,
    environment_to_text,
    function_to_dict,
    is_settled,
    sorted_vpc,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import (
    failure_reason,
    retry_new_role,
    wait_ready,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.api import delete_log_group
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import (
    build_log_group,
    check_log_group,
    ensure_log_group,
    read_log_group,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# What a function that does not exist yet has, as far as it is compared.
ABSENT: dict[str, Any] = {
    "environment": {},
    "vpc": {"subnet_ids": [], "security_group_ids": []},
    "reserved_concurrency": UNRESERVED,
    "tracing_mode": "PassThrough",
    "dead_letter_arn": "",
    "permissions": {},
    "event_source": {},
    "other_queues": [],
    "tags": {},
}
# What AWS gives a new function where nothing is asked for.
NEW: dict[str, Any] = {
    **ABSENT,
    "arn": KNOWN_AFTER_DEPLOY,
    "description": "",
    "memory_size": 128,
    "timeout": 3,
    "architectures": ["x86_64"],
    "kms_key_arn": "",
    "state": "planned",
    "version": "$LATEST",
}
CODE = ("code_sha256", "architectures")
SETTINGS = (*CONFIGURATION, "environment", "vpc", "tracing_mode", "dead_letter_arn", "last_update_status")
NEEDED = ("runtime", "handler", "role", "zip_path")
# Not for the module's answer: parts of the comparison, and what is there only with its option.
INTERNAL = ("other_queues", "mappings", "last_update_status")


class Code(NamedTuple):
    """A zip and its checksum as AWS gives it; both None when none is asked for."""

    content: bytes | None
    sha256: str | None


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against Lambda's limits."""
    return [
        *limits.check_function_name(params["function_name"]),
        *check_length("description", params["description"], 0, 256),
        *check_pattern("runtime", params["runtime"], r"[a-z]+[a-z0-9.]*", "a runtime such as python3.13"),
        *check_pattern("handler", params["handler"], r"\S{1,128}", "1 to 128 characters without spaces"),
        *limits.check_arn("role", params["role"], "iam", "a role"),
        *check_pattern("code_sha256", params["code_sha256"], r"[A-Za-z0-9+/]{43}=", "a SHA-256 in base64"),
        *check_range("memory_size", params["memory_size"], 128, 10240, "MB"),
        *check_range("timeout", params["timeout"], 1, 900, "seconds"),
        *limits.check_architectures(params["architectures"]),
        *limits.check_environment(params["environment"]),
        *limits.check_vpc(params["vpc"]),
        *limits.check_concurrency(params["reserved_concurrency"]),
        *limits.check_arn("kms_key_arn", params["kms_key_arn"] or None, "kms", "a KMS key"),
        *limits.check_arn("dead_letter_arn", params["dead_letter_arn"] or None, "(sqs|sns)", "a queue or topic"),
        *check_log_group("log_group", params["log_group"]),
        *limits.check_permissions(params["permissions"]),
        *limits.check_event_source(params["event_source"]),
        *check_tags("tags", params["tags"]),
        *limits.check_own_tag(params["tags"]),
    ]


def read_code(params: dict[str, Any]) -> Code:
    """The zip that is asked for.

    :raises AnsibleAWSError: when it cannot be read, is too large, or is not the one whose checksum is given
    """
    path, given = params["zip_path"], params["code_sha256"]
    if path is None:
        return Code(None, given)
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise AnsibleAWSError(message=f"zip_path is '{path}': it cannot be read: {error.strerror}") from error
    if len(content) > MAX_ZIP_BYTES:
        raise AnsibleAWSError(message=f"zip_path is '{path}' ({len(content)} bytes): AWS takes up to {MAX_ZIP_BYTES}")
    sha256 = code_sha256(content)
    if given not in (None, sha256):
        raise AnsibleAWSError(
            message=f"code_sha256 is '{given}', and that of {path} is '{sha256}': build the zip again"
        )
    return Code(content, sha256)


def group_name(params: dict[str, Any]) -> str:
    """The name of the log group that Lambda writes to."""
    return f"/aws/lambda/{params['function_name']}"


def read_current(module: AnsibleAWSModule, client: Any, function: dict[str, Any] | None) -> dict[str, Any]:
    """The function as it is, with those parts of it that options are given for."""
    params, name = module.params, module.params["function_name"]
    current = {**ABSENT, **(function_to_dict(function) if function else {})}
    if params["permissions"] is not None and function:
        current["permissions"] = parse_policy(api.get_policy(client, name))
    if params["event_source"] is not None and function:
        current["mappings"] = api.list_event_source_mappings(client, name)
        mapping = find_mapping(current["mappings"], params["event_source"].get("queue_arn"))
        current["event_source"] = mapping_to_dict(mapping)
        queues = queue_mappings(current["mappings"])
        current["other_queues"] = sorted(other["EventSourceArn"] for other in queues if other is not mapping)
    if params["log_group"] is not None:
        current["log_group"] = read_log_group(module.client("logs"), group_name(params), params["tags"] is not None)
    return current


def build_wanted(params: dict[str, Any], current: dict[str, Any], code: Code) -> dict[str, Any]:
    """The function as it should be; None leaves a field as it is."""
    tags, purge = params["tags"], params["purge_tags"]
    group = params["log_group"]
    return {
        "log_group": None if group is None else build_log_group(current["log_group"], group, tags, purge),
        **{field: params[field] for field in CONFIGURATION},
        "code_sha256": code.sha256,
        "architectures": params["architectures"],
        "environment": environment_to_text(params["environment"]),
        "vpc": sorted_vpc(params["vpc"]),
        "tracing_mode": params["tracing_mode"],
        "dead_letter_arn": params["dead_letter_arn"],
        "reserved_concurrency": params["reserved_concurrency"],
        "tags": merge_tags(current["tags"], tags, purge),
        "permissions": build_permissions(params["permissions"]),
        "event_source": build_event_source(params["event_source"]),
        "other_queues": [],
    }


def check_live(params: dict[str, Any], function: dict[str, Any] | None, changes: Changes, code: Code) -> None:
    """Refuse what AWS's side does not allow: a function that cannot be made or changed with these options."""
    name = params["function_name"]
    if function is None:
        missing = [option for option in NEEDED if params[option] is None]
        refuse(f"{option} is not given: it is needed to create function {name}" for option in missing)
        return
    if code.content is None and any(field in changes for field in CODE):
        raise AnsibleAWSError(message=f"zip_path is not given: it is needed to change the code of function {name}")
    if function["Configuration"].get("State") == "Failed":
        reason = failure_reason(function["Configuration"])
        raise AnsibleAWSError(
            message=f"function {name} could not be set up{reason}. Remove it (state=absent) and run again"
        )


def create(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any], code: Code) -> dict[str, Any]:
    """Create the function; returns what AWS gave it."""
    name, timeout = module.params["function_name"], module.params["wait_timeout"]
    given = {field: value for field, value in wanted.items() if value != ""}  # a new function has nothing to take away
    request = {"FunctionName": name, "Code": {"ZipFile": code.content}, **configuration_request(given)}
    request |= {"Architectures": wanted["architectures"]} if wanted["architectures"] else {}
    request |= {"Tags": wanted["tags"]} if wanted["tags"] else {}
    configuration = retry_new_role(name, lambda: api.create_function(client, **request), timeout)
    wait_ready(client, name, timeout)
    return {"arn": configuration["FunctionArn"], "state": "Active", "version": configuration["Version"]}


def update(module: AnsibleAWSModule, client: Any, wanted: dict[str, Any], changes: Changes, code: Code) -> None:
    """Change code and settings in place; AWS takes the next update when the last one has ended."""
    name, timeout = module.params["function_name"], module.params["wait_timeout"]
    if any(field in changes for field in CODE):
        more = {"Architectures": changes["architectures"].after} if "architectures" in changes else {}
        api.update_code(client, name, ZipFile=code.content, **more)
        wait_ready(client, name, timeout)
    if any(field in changes for field in SETTINGS):
        # After an update that failed, all that is asked for is sent again.
        again = "last_update_status" in changes
        request = configuration_request(wanted if again else {field: change.after for field, change in changes.items()})
        retry_new_role(name, lambda: api.update_configuration(client, name, **request), timeout)
        wait_ready(client, name, timeout)


def apply_concurrency(client: Any, name: str, change: Change | None) -> None:
    """Reserve concurrency, or release it."""
    if change is None:
        return
    if change.after == UNRESERVED:
        api.delete_concurrency(client, name)
    else:
        api.put_concurrency(client, name, change.after)


def apply_event_source(
    module: AnsibleAWSModule, client: Any, current: dict[str, Any], wanted: dict[str, Any], changes: Changes
) -> str | None:
    """Bring about the queue's mapping, and wait for one that is still moving; its UUID."""
    if wanted["event_source"] is None:
        return None
    mappings = current.get("mappings", [])
    mapping = find_mapping(mappings, wanted["event_source"].get("queue_arn"))
    uuid = mapping["UUID"] if mapping else None
    if module.check_mode:
        return uuid
    sources = EventSources(client, module.params["function_name"], mappings, module.params["wait_timeout"])
    if uuid and wanted["event_source"] and "tags" in changes:
        sources.apply_tags(uuid, changes["tags"])
    if "event_source" in changes or "other_queues" in changes:
        return sources.ensure(wanted["event_source"], module.params["tags"] or {})
    if mapping and mapping["State"] in MOVING:
        sources.wait(mapping["UUID"], wanted["event_source"])
    return uuid


def apply(
    module: AnsibleAWSModule,
    client: Any,
    current: dict[str, Any],
    wanted: dict[str, Any],
    changes: Changes,
    code: Code,
) -> dict[str, Any]:
    """Make the changes; returns what AWS gave a new function."""
    name = module.params["function_name"]
    if "log_group" in changes:  # before the function, which would make one without retention
        ensure_log_group(module.client("logs"), group_name(module.params), changes["log_group"])
    if "arn" in current:
        made: dict[str, Any] = {}
        if not is_settled(current):
            wait_ready(client, name, module.params["wait_timeout"])
        update(module, client, wanted, changes, code)
        arn = current["arn"]
        apply_entries(changes.get("tags"), partial(api.untag, client, arn), partial(api.tag, client, arn))
    else:
        made = create(module, client, wanted, code)
    apply_concurrency(client, name, changes.get("reserved_concurrency"))
    apply_permissions(client, name, changes.get("permissions"))
    return made


def converge(module: AnsibleAWSModule, client: Any, code: Code) -> dict[str, Any]:
    """Create or change the function."""
    name = module.params["function_name"]
    function = api.get_function(client, name)
    current = read_current(module, client, function)
    wanted = build_wanted(module.params, current, code)
    changes = build_changes(current, wanted)
    if function is None:
        changes = {"name": Change(None, name), **changes}
    elif current["last_update_status"] == "Failed":
        changes["last_update_status"] = Change("Failed", "Successful")
    check_live(module.params, function, changes, code)
    diff = build_diff(changes, f"function {name}", present_action(function))
    after = {**({} if function else NEW), **current, "name": name}
    after |= {key: value for key, value in wanted.items() if value is not None}
    if not module.check_mode and (changes or not is_settled(current)):
        after |= apply(module, client, current, wanted, changes, code)
        after["state"] = "Inactive" if after["state"] == "Inactive" and not changes else "Active"
    after["event_source_uuid"] = apply_event_source(module, client, current, wanted, changes)
    return {"changed": bool(changes), "diff": diff, "function": build_result(module.params, after)}


def build_result(params: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The function for the module's answer: parts that no option is given for were not looked at."""
    parts = {"permissions": "permissions", "event_source": "event_source", "event_source_uuid": "event_source"}
    unseen = {field for field, option in parts.items() if params[option] is None}
    result = {key: value for key, value in after.items() if key not in unseen and key not in INTERNAL}
    return {**result, "log_group": group_name(params)}


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the function."""
    code = read_code(module.params)
    try:
        return converge(module, client, code)
    except AnsibleAWSError as error:
        message, conflict = explain(error)
        if conflict != "ResourceConflictException" or "already exist" not in message:
            raise
    # It was made since we looked, by another run or by a call of ours whose answer was lost: go on from there.
    return {**converge(module, client, code), "changed": True}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove the function's event sources, the function and its log group; an earlier removal may have left some."""
    name, logs = module.params["function_name"], module.client("logs")
    function = api.get_function(client, name)
    mappings = api.list_event_source_mappings(client, name)
    group = read_log_group(logs, group_name(module.params), with_tags=False)
    current = function_to_dict(function) if function else {}
    queues = sorted(mapping.get("EventSourceArn", "") for mapping in mappings if mapping["State"] != "Deleting")
    changes = build_removal({**current, "event_sources": queues or None, "log_group": group and group["name"]})
    if changes and not module.check_mode:
        sources = EventSources(client, name, mappings, module.params["wait_timeout"])
        for mapping in mappings:
            sources.remove(mapping)
        if function:
            api.delete_function(client, name)
        if group:
            delete_log_group(logs, group_name(module.params))
    return {"changed": bool(changes), "diff": build_diff(changes, f"function {name}", "remove"), "function": {}}


VPC_SPEC = {
    "subnet_ids": {"type": "list", "elements": "str"},
    "security_group_ids": {"type": "list", "elements": "str"},
}

LOG_GROUP_SPEC = {"retention_in_days": {"type": "int"}, "kms_key_id": {"type": "str"}}

PERMISSION_SPEC = {
    "statement_id": {"type": "str", "required": True},
    "principal": {"type": "str", "required": True},
    "source_arn": {"type": "str"},
    "source_account": {"type": "str"},
}

EVENT_SOURCE_SPEC = {
    "queue_arn": {"type": "str"},
    "batch_size": {"type": "int"},
    "maximum_batching_window_seconds": {"type": "int"},
    "maximum_concurrency": {"type": "int"},
    "report_batch_item_failures": {"type": "bool"},
    "enabled": {"type": "bool"},
}


SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "function_name": {"type": "str", "required": True, "aliases": ["name"]},
    "description": {"type": "str"},
    "runtime": {"type": "str"},
    "handler": {"type": "str"},
    "role": {"type": "str"},
    "zip_path": {"type": "path"},
    "code_sha256": {"type": "str"},
    "memory_size": {"type": "int"},
    "timeout": {"type": "int"},
    "architectures": {"type": "list", "elements": "str", "choices": ["x86_64", "arm64"]},
    "environment": {"type": "dict"},
    "vpc": {"type": "dict", "options": VPC_SPEC},
    "reserved_concurrency": {"type": "int"},
    "tracing_mode": {"type": "str", "choices": ["Active", "PassThrough"]},
    "kms_key_arn": {"type": "str", "no_log": False},
    "dead_letter_arn": {"type": "str"},
    "log_group": {"type": "dict", "options": LOG_GROUP_SPEC},
    "permissions": {"type": "list", "elements": "dict", "options": PERMISSION_SPEC},
    "event_source": {"type": "dict", "options": EVENT_SOURCE_SPEC},
    "wait_timeout": {"type": "int", "default": 300},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}

FUNCTION = Kind("lambda", "function", SPEC, validate, ensure_present, ensure_absent, name="function_name")
