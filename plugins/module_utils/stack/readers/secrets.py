# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the secrets of a live stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    call,
    summarize,
)


def read_secrets(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """The connection secret, and those of the applications' user and the cache where there are any; never their values."""
    secret_name = name("aurora-password")
    secret = find_secret(clients["secretsmanager"], secret_name)
    more = {
        thing: find_secret(clients["secretsmanager"], name(thing)) for thing in ("aurora-app-password", "redis-auth")
    }
    parts = {
        f"secret {secret_name}": secret,
        **{f"secret {name(thing)}": True for thing, found in more.items() if found},
    }
    if secret is None:
        return summarize({}, parts)
    facts = {
        "secret_arn": secret["ARN"],
        "secret_name": secret["Name"],
        "rotation_enabled": secret.get("RotationEnabled", False),
        "replica_regions": [replica["Region"] for replica in secret.get("ReplicationStatus", [])],
        "rotated_secrets": [one["Name"] for one in (secret, *more.values()) if one and one.get("RotationEnabled")],
        "application_secret_arn": (more["aurora-app-password"] or {}).get("ARN"),
        "auth_secret_arn": (more["redis-auth"] or {}).get("ARN"),
    }
    if details:
        facts |= {
            "created": as_text(secret.get("CreatedDate")),
            "last_changed": as_text(secret.get("LastChangedDate")),
            "last_rotated": as_text(secret.get("LastRotatedDate")),
            "problems": [],
        }
    return summarize(facts, parts)


def find_secret(client: Any, secret_name: str) -> dict[str, Any] | None:
    """A secret that is not pending deletion."""
    secret = call(client, "describe_secret", SecretId=secret_name)
    return None if secret is None or secret.get("DeletedDate") else secret
