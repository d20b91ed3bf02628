# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a tier's facts look like before the tier exists, for a plan on an empty account; pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

KNOWN_AFTER_DEPLOY = "known-after-deploy"

PLACEHOLDERS: dict[str, dict[str, Any]] = {
    "network": {
        "vpc_id": f"vpc-{KNOWN_AFTER_DEPLOY}",
        "public_subnet_ids": [f"subnet-{KNOWN_AFTER_DEPLOY}-public-{number}" for number in (1, 2)],
        "private_subnet_ids": [f"subnet-{KNOWN_AFTER_DEPLOY}-private-{number}" for number in (1, 2)],
    },
    "secrets": {"secret_arn": KNOWN_AFTER_DEPLOY},
    "processing": {
        "queue_arn": KNOWN_AFTER_DEPLOY,
        "api_role_arn": KNOWN_AFTER_DEPLOY,
        "query_function_arn": KNOWN_AFTER_DEPLOY,
        "security_group_id": f"sg-{KNOWN_AFTER_DEPLOY}",
    },
    "cache": {"redis_endpoint": KNOWN_AFTER_DEPLOY, "redis_reader_endpoint": KNOWN_AFTER_DEPLOY},
    "database": {"aurora_endpoint": KNOWN_AFTER_DEPLOY, "aurora_reader_endpoint": KNOWN_AFTER_DEPLOY},
    "api": {"api_gateway_url": KNOWN_AFTER_DEPLOY, "api_key_id": KNOWN_AFTER_DEPLOY},
    "observability": {"topic_arn": KNOWN_AFTER_DEPLOY},
}


def fill_placeholders(tier: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a tier with a placeholder for everything that is not there, and the status ``planned``.

    Facts that are there are kept, a list is filled up, and a tier that is complete is returned as it is.
    """
    if facts["status"] == "present":
        return facts
    planned = {key: fill(facts.get(key), placeholder) for key, placeholder in PLACEHOLDERS[tier].items()}
    return {**facts, **planned, "status": "planned"}


def fill(known: Any, placeholder: Any) -> Any:
    """What is known, or a placeholder where nothing is."""
    if isinstance(placeholder, list):
        return [*(known or []), *placeholder[len(known or []) :]]
    return known or placeholder


def fill_keys(facts: dict[str, Any], purposes: Iterable[str]) -> dict[str, Any]:
    """The facts of the secrets with a placeholder for each KMS key that there is to be and is not."""
    return {**facts, "kms_key_arns": {**dict.fromkeys(purposes, KNOWN_AFTER_DEPLOY), **facts["kms_key_arns"]}}
