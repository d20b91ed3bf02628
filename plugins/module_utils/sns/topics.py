# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Topics between AWS's answers and the form of the module's options, and their limits; pure functions.

Sources: CreateTopic, SetTopicAttributes and Subscribe in the Amazon SNS API reference.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import account_of
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_tags,
)

# How each protocol's endpoints look, and that in words. Plain HTTP, which anybody on the way could read, is left out.
ENDPOINTS = {
    "email": (r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "email-json": (r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "https": (r"https://\S+", "a URL that starts with https://"),
    "lambda": (r"arn:aws[a-z-]*:lambda:\S+", "the ARN of a function"),
    "sms": (r"\+\d{5,15}", "a telephone number such as +15550100"),
    "sqs": (r"arn:aws[a-z-]*:sqs:\S+", "the ARN of a queue"),
}
# Alarms and events are not allowed to use AWS's own key of SNS.
AWS_KEY = "alias/aws/sns"
ATTRIBUTES = {"display_name": "DisplayName", "kms_master_key_id": "KmsMasterKeyId", "policy": "Policy"}
# What stands for the ARN of a subscription that was not confirmed, in either form of AWS's.
PENDING = ("PendingConfirmation", "pending confirmation")


class Subscription(NamedTuple):
    """Who is told, and how."""

    protocol: str
    endpoint: str

    @property
    def shown(self) -> str:
        """What others may see: the path of a URL is often a secret, and a hash tells one from another."""
        if self.protocol != "https":
            return f"{self.protocol} {self.endpoint}"
        return f"https {urlsplit(self.endpoint).hostname} ({hashlib.sha256(self.endpoint.encode()).hexdigest()[:8]})"


def check_topic(params: Mapping[str, Any]) -> list[str]:
    """Check all options of a topic."""
    return [
        *check_length("name", params["name"], 1, 256),
        *check_pattern("name", params["name"], r"[A-Za-z0-9_-]*", "letters, digits, hyphens and underscores"),
        *check_length("display_name", params["display_name"], 0, 100),
        *check_key("kms_master_key_id", params["kms_master_key_id"]),
        *check_subscriptions("subscriptions", params["subscriptions"] or []),
        *check_tags("tags", params["tags"]),
    ]


def check_key(name: str, key: str | None) -> list[str]:
    """AWS's own key lets no other service of AWS publish: its policy cannot be changed."""
    if not key or not key.endswith(AWS_KEY):
        return []
    return [f"{name} is '{key}', with which CloudWatch could not publish: allowed is a key of the account's own"]


def check_subscriptions(name: str, subscriptions: list[Mapping[str, Any]]) -> list[str]:
    """Check protocols and endpoints; the endpoint is not said, since it may hold a secret."""
    problems = []
    for index, one in enumerate(subscriptions):
        protocol, endpoint = one.get("protocol"), one.get("endpoint") or ""
        if protocol not in ENDPOINTS:
            problems.append(f"{name}[{index}].protocol is '{protocol}': allowed are {', '.join(ENDPOINTS)}")
        elif not re.fullmatch(ENDPOINTS[protocol][0], endpoint):
            problems.append(f"{name}[{index}].endpoint is not {ENDPOINTS[protocol][1]}, which {protocol} needs")
    return problems


def topic_arn(caller: str, region: str, name: str) -> str:
    """The ARN that a topic of the caller's account has.

    :arg caller: the ARN of the caller

    >>> topic_arn("arn:aws:iam::123456789012:user/me", "ca-central-1", "alarms")
    'arn:aws:sns:ca-central-1:123456789012:alarms'
    """
    account = account_of(caller)
    return f"arn:{account.partition}:sns:{region}:{account.account_id}:{name}"


def build_policy(arn: str, publishers: Iterable[str]) -> dict[str, Any]:
    """The policy that lets these services publish on behalf of the topic's account, and only by TLS."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PublishForTheAccount",
                "Effect": "Allow",
                "Principal": {"Service": sorted(publishers)},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account_of(arn).account_id}},
            },
            {
                "Sid": "OnlyByTLS",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def topic_to_dict(name: str, arn: str, attributes: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """A topic in the form of the module's options and return values."""
    return {
        "name": name,
        "arn": arn,
        "display_name": attributes.get("DisplayName") or "",
        "kms_master_key_id": attributes.get("KmsMasterKeyId") or "",
        "policy": json.loads(attributes.get("Policy") or "{}"),
        "tags": dict(tags),
    }


def to_attributes(values: Mapping[str, Any]) -> dict[str, str]:
    """Options as AWS's attributes; an empty text removes what the topic has of it."""
    return {
        attribute: json.dumps(values[field]) if field == "policy" else values[field]
        for field, attribute in ATTRIBUTES.items()
        if field in values
    }
