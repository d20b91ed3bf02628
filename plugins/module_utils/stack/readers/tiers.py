# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The readers of each tier, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.api import read_api
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.cache import read_cache
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import Facts, Name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.database import read_database
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.network import read_network
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.observability import read_observability
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.processing import read_processing
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.secrets import read_secrets

SERVICES = {
    "network": ["ec2"],
    "secrets": ["kms", "secretsmanager"],
    "cache": ["ec2", "elasticache"],
    "database": ["ec2", "rds"],
    "processing": ["ec2", "events", "iam", "lambda", "sqs"],
    "api": ["apigateway"],
    "observability": ["cloudwatch", "events", "sns", "sts"],
}
# What readers need besides for details.
DETAILS = {"database": ["iam", "logs"]}


def health(facts: Facts) -> str:
    """``missing``, ``degraded`` (parts are missing, or have problems), or ``healthy``; for facts with details."""
    if facts["status"] == "missing":
        return "missing"
    return "degraded" if facts["missing"] or facts.get("problems") else "healthy"


def age_text(created: str, now: datetime) -> str:
    """The time since then in its two largest units, such as ``3 d 4 h``.

    :arg created: a time in ISO 8601 with its zone
    """
    minutes, _seconds = divmod(max(0, int((now - datetime.fromisoformat(created)).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


READERS: dict[str, Callable[..., Facts]] = {
    "network": read_network,
    "secrets": read_secrets,
    "cache": read_cache,
    "database": read_database,
    "processing": read_processing,
    "api": read_api,
    "observability": read_observability,
}


def make_clients(module: AnsibleAWSModule, tiers: Iterable[str], details: bool = False) -> dict[str, Any]:
    """The boto3 clients that the readers of these tiers need, by service."""
    needed = [service for tier in tiers for service in (*SERVICES[tier], *(DETAILS.get(tier, ()) if details else ()))]
    return {service: module.client(service) for service in dict.fromkeys(needed)}


def read_tiers(
    clients: dict[str, Any],
    name: Name,
    tiers: list[str],
    details: bool = False,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Facts]:
    """The facts of each tier, read at the same time. boto3 clients may be shared by threads, but must be made by one.

    :arg options: what the reader of a tier is told besides, by tier
    """
    more = options or {}
    with ThreadPoolExecutor(max_workers=max(1, len(tiers))) as pool:
        readings = {tier: pool.submit(READERS[tier], clients, name, details, **more.get(tier, {})) for tier in tiers}
        return {tier: reading.result() for tier, reading in readings.items()}
