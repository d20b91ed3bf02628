# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the form of the modules' options; pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies

from ansible_collections.iot.sensor_stack.plugins.module_utils.sqs.limits import is_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# Option to AWS's attribute, by the kind of its value. AWS writes all of them as text.
NUMBERS = {
    "visibility_timeout": "VisibilityTimeout",
    "message_retention_period": "MessageRetentionPeriod",
    "receive_message_wait_time": "ReceiveMessageWaitTimeSeconds",
    "delay": "DelaySeconds",
    "maximum_message_size": "MaximumMessageSize",
    "kms_data_key_reuse_period": "KmsDataKeyReusePeriodSeconds",
}
# AWS counts these approximately.
COUNTS = {
    "approximate_number_of_messages": "ApproximateNumberOfMessages",
    "approximate_number_of_messages_not_visible": "ApproximateNumberOfMessagesNotVisible",
    "approximate_number_of_messages_delayed": "ApproximateNumberOfMessagesDelayed",
}
DOCUMENTS = {"redrive_policy": "RedrivePolicy", "redrive_allow_policy": "RedriveAllowPolicy", "policy": "Policy"}
MEMBERS = {
    "dead_letter_target_arn": "deadLetterTargetArn",
    "max_receive_count": "maxReceiveCount",
    "redrive_permission": "redrivePermission",
    "source_queue_arns": "sourceQueueArns",
}
# What a new queue has nothing of; an option that asks for nothing of it changes nothing.
NOTHING: dict[str, Any] = {
    "kms_master_key_id": "",
    "redrive_policy": {},
    "redrive_allow_policy": {},
    "policy": {},
    "tags": {},
}
# What AWS gives a new queue. Source: CreateQueue in the Amazon SQS API reference.
DEFAULTS: dict[str, Any] = {
    "visibility_timeout": 30,
    "message_retention_period": 345600,
    "receive_message_wait_time": 0,
    "delay": 0,
    "maximum_message_size": 1048576,
    "sqs_managed_sse": True,
    **NOTHING,
}


def queue_to_dict(name: str, url: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """A queue in the form of the module's options and return values."""
    numbers = {
        field: int(attributes[attribute])
        for field, attribute in {**NUMBERS, **COUNTS}.items()
        if attributes.get(attribute) is not None
    }
    return {
        "name": name,
        "url": url,
        "arn": attributes["QueueArn"],
        **numbers,
        "sqs_managed_sse": str(attributes.get("SqsManagedSseEnabled")).lower() == "true",
        "kms_master_key_id": attributes.get("KmsMasterKeyId") or "",
        **{field: document_to_dict(attributes.get(attribute)) for field, attribute in DOCUMENTS.items()},
        "tags": dict(tags),
    }


def document_to_dict(text: str | None) -> dict[str, Any]:
    """A JSON document of a queue; redrive policies with the names of the options, and a count as a number."""
    names = {member: field for field, member in MEMBERS.items()}
    found = {names.get(key, key): value for key, value in json.loads(text or "{}").items()}
    if "max_receive_count" in found:
        found["max_receive_count"] = int(found["max_receive_count"])
    if "source_queue_arns" in found:
        found["source_queue_arns"] = sorted(found["source_queue_arns"])
    return found


def redrive_wanted(policy: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A redrive option without what is not given; {} removes the policy, None leaves it alone."""
    if policy is None:
        return None
    given = {} if is_empty(policy) else {field: value for field, value in policy.items() if value is not None}
    return {field: sorted(value) if isinstance(value, list) else value for field, value in given.items()}


def policy_wanted(policy: dict[str, Any] | None, current: dict[str, Any]) -> dict[str, Any] | None:
    """The policy to set, or None where the present one means the same."""
    if policy is None:
        return None
    return policy if compare_policies(current, policy) else None


def encryption_wanted(params: Mapping[str, Any], current_key: str) -> dict[str, Any]:
    """The two kinds of encryption: asking for one turns the other off, unless a key that is there is to be kept."""
    managed, key = params["sqs_managed_sse"], params["kms_master_key_id"]
    if current_key and managed and params["keep_kms_master_key"]:
        managed = None
    return {
        "sqs_managed_sse": False if key else managed,
        "kms_master_key_id": "" if managed else key,
        "kms_data_key_reuse_period": params["kms_data_key_reuse_period"],
    }


def to_attributes(values: Mapping[str, Any]) -> dict[str, str]:
    """Options as AWS's attributes; an empty text removes what the queue has of it."""
    attributes = {NUMBERS[field]: str(value) for field, value in values.items() if field in NUMBERS}
    if "sqs_managed_sse" in values:
        attributes["SqsManagedSseEnabled"] = str(values["sqs_managed_sse"]).lower()
    if "kms_master_key_id" in values:
        attributes["KmsMasterKeyId"] = values["kms_master_key_id"]
    for field, attribute in DOCUMENTS.items():
        if field in values:
            document = {MEMBERS.get(key, key): value for key, value in values[field].items()}
            attributes[attribute] = json.dumps(document) if document else ""
    return attributes


def predict_arn(name: str, redrive_policy: Mapping[str, Any] | None) -> str:
    """The ARN that a queue will have, where it is known: its dead-letter queue is in the same account and region."""
    neighbour = (redrive_policy or {}).get("dead_letter_target_arn") or KNOWN_AFTER_DEPLOY
    return KNOWN_AFTER_DEPLOY if KNOWN_AFTER_DEPLOY in neighbour else f"{neighbour.rpartition(':')[0]}:{name}"
