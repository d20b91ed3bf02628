# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import REDACTED, Change

CHANGED = f"{REDACTED} (changed)"

# The key of a secret that was made without one; AWS leaves it out of its answers.
DEFAULT_KEY = "alias/aws/secretsmanager"

# A secret's value: a dict with the fields of a JSON object, or any other text; None when it has none.
Value = Any


def secret_to_dict(secret: dict[str, Any]) -> dict[str, Any]:
    """A described secret in the form of the module's options; its value and policy are read apart from it."""
    deleted = secret.get("DeletedDate")
    return {
        "name": secret["Name"],
        "arn": secret["ARN"],
        "description": secret.get("Description") or "",
        "kms_key_id": secret.get("KmsKeyId") or DEFAULT_KEY,
        "rotation": rotation_to_dict(secret),
        "tags": boto3_tag_list_to_ansible_dict(secret.get("Tags") or []),
        "deleted_date": deleted.isoformat() if deleted else None,
    }


def rotation_to_dict(secret: dict[str, Any]) -> dict[str, Any]:
    """The rotation of a described secret in the form of the module's option."""
    rules = secret.get("RotationRules") or {}
    return {
        "enabled": bool(secret.get("RotationEnabled")),
        "lambda_arn": secret.get("RotationLambdaARN"),
        "automatically_after_days": rules.get("AutomaticallyAfterDays"),
        "schedule_expression": rules.get("ScheduleExpression"),
    }


def version_of(secret: dict[str, Any], stage: str) -> str | None:
    """The ID of the version that carries the staging label."""
    versions: dict[str, list[str]] = secret.get("VersionIdsToStages") or {}
    return next((version for version, stages in versions.items() if stage in stages), None)


def pending_version(secret: dict[str, Any]) -> str | None:
    """The version a rotation is working on: AWSPENDING, unless it is AWSCURRENT by now."""
    pending = version_of(secret, "AWSPENDING")
    return None if pending == version_of(secret, "AWSCURRENT") else pending


def parse_value(text: str | None) -> Value:
    """A secret's text as a dict when it is a JSON object, else as it is."""
    try:
        parsed = json.loads(text or "")  # None stays None
    except ValueError:
        return text
    return parsed if isinstance(parsed, dict) else text


def dump_value(value: Value) -> str:
    """The text to store."""
    return value if isinstance(value, str) else json.dumps(value)


def same_json(one: Any, two: Any) -> bool:
    """Whether two JSON values mean the same: 5432 and 5432.0 do; 1 and true, or 5432 and "5432", do not."""
    return json.dumps(_plain(one), sort_keys=True) == json.dumps(_plain(two), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def merge_values(current: Mapping[str, Any], wanted: Mapping[str, Any], absent: Collection[str]) -> dict[str, Any]:
    """The fields of the secret with the wanted ones set, the absent ones removed and all others left alone."""
    return {key: item for key, item in {**current, **wanted}.items() if key not in absent}


def redact(change: Change, shown: Collection[str]) -> Change:
    """A change of the value as the diff may show it: the names of all fields, but only the values of ``shown``."""
    return Change(_hide(change.before, shown, change.before), _hide(change.after, shown, change.before))


def _hide(value: Value, shown: Collection[str], before: Value) -> Any:
    if value is None:
        return None
    if not isinstance(value, dict):
        return REDACTED if before is None or value == before else CHANGED
    have = before if isinstance(before, dict) else {}
    return {key: item if key in shown else _hidden(key, item, have) for key, item in value.items()}


def _hidden(key: str, item: Any, have: Mapping[str, Any]) -> str:
    return CHANGED if key in have and not same_json(have[key], item) else REDACTED


def value_of(answer: dict[str, Any] | None) -> Value:
    """The value in an answer of GetSecretValue; a binary one counts as a text, since it holds no fields."""
    if answer is None:
        return None
    return "(binary)" if "SecretBinary" in answer else parse_value(answer.get("SecretString"))


def rotation_request(rotation: Mapping[str, Any]) -> dict[str, Any]:
    """The request of RotateSecret for the module's option; what is left out stays as AWS has it."""
    schedule = rotation["schedule_expression"]
    days = None if schedule else rotation["automatically_after_days"]
    rules = {"AutomaticallyAfterDays": days, "ScheduleExpression": schedule}
    request = {
        "RotationLambdaARN": rotation["lambda_arn"],
        "RotationRules": {key: value for key, value in rules.items() if value is not None},
        "RotateImmediately": rotation["rotate_immediately"],
    }
    return {key: value for key, value in request.items() if value is not None and value != {}}
