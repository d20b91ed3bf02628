# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the secrets of a live stack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import (
    Facts,
    Name,
    as_text,
    call,
    summarize,
)

# What the stack may have KMS keys for.
KEY_PURPOSES = ("secrets", "data", "logs")


def read_secrets(clients: dict[str, Any], name: Name, details: bool = False, kms_keys: Iterable[str] = ()) -> Facts:
    """The connection secret, those of the applications' user and the cache where there are any, and the KMS keys.

    Never the secrets' values.

    :arg kms_keys: the purposes that there are to be keys for; with details, other keys of the stack are read too
    """
    all_keys = read_keys(clients["kms"], name, kms_keys, details)
    keys = {purpose: None if is_pending(key) else key for purpose, key in all_keys.items()}
    secret_name = name("aurora-password")
    secret = find_secret(clients["secretsmanager"], secret_name)
    more = {
        thing: find_secret(clients["secretsmanager"], name(thing)) for thing in ("aurora-app-password", "redis-auth")
    }
    secrets = [one for one in (secret, *more.values()) if one]
    parts = {
        f"secret {secret_name}": secret,
        **{f"secret {name(thing)}": True for thing, found in more.items() if found},
        **{f"replica of secret {one['Name']} in {region}": True for one in secrets for region in regions_of(one)},
        **{f"KMS key {name(f'{purpose}-key')}": key for purpose, key in keys.items() if key or purpose in kms_keys},
    }
    key_facts: Facts = {"kms_key_arns": {purpose: key["Arn"] for purpose, key in keys.items() if key}}
    if details:
        key_facts["kms_keys_pending_deletion"] = {
            purpose: as_text(key["DeletionDate"]) for purpose, key in all_keys.items() if key and is_pending(key)
        }
    if secret is None:
        return summarize(key_facts, parts)
    facts = {
        **key_facts,
        "secret_arn": secret["ARN"],
        "secret_name": secret["Name"],
        "rotation_enabled": secret.get("RotationEnabled", False),
        "replica_regions": regions_of(secret),
        "rotated_secrets": [one["Name"] for one in secrets if one.get("RotationEnabled")],
        "application_secret_arn": (more["aurora-app-password"] or {}).get("ARN"),
        "auth_secret_arn": (more["redis-auth"] or {}).get("ARN"),
    }
    if details:
        facts |= {
            "created": as_text(secret.get("CreatedDate")),
            "last_changed": as_text(secret.get("LastChangedDate")),
            "last_rotated": as_text(secret.get("LastRotatedDate")),
            "problems": [
                *(
                    f"replica of secret {one['Name']} in {replica['Region']} is {replica['Status']}"
                    for one in secrets
                    for replica in one.get("ReplicationStatus", [])
                    if replica["Status"] != "InSync"
                ),
                *(
                    f"KMS key {name(f'{purpose}-key')} is {key['KeyState']}"
                    for purpose, key in keys.items()
                    if key and key["KeyState"] != "Enabled"
                ),
                *find_overdue(secrets),
            ],
        }
    return summarize(facts, parts)


def find_overdue(secrets: Iterable[dict[str, Any] | None]) -> list[str]:
    """A sentence for each secret whose rotation has failed: AWS leaves the date by which it was to be in the past then."""
    now = datetime.now(UTC)
    rotated = [one for one in secrets if one and one.get("RotationEnabled")]
    return [
        f"secret {one['Name']} was to be rotated by {as_text(due)} and was not: look why, then run rotate.yml"
        for one in rotated
        if (due := one.get("NextRotationDate")) and due < now
    ]


def regions_of(secret: Facts) -> list[str]:
    """The regions that a secret has replicas in."""
    return [replica["Region"] for replica in secret.get("ReplicationStatus", [])]


def find_secret(client: Any, secret_name: str) -> dict[str, Any] | None:
    """A secret that is not pending deletion."""
    secret = call(client, "describe_secret", SecretId=secret_name)
    return None if secret is None or secret.get("DeletedDate") else secret


def read_keys(client: Any, name: Name, wanted: Iterable[str], everything: bool) -> dict[str, Facts | None]:
    """The stack's KMS keys by purpose, also those pending deletion; None for one that is wanted and is not there.

    :arg wanted: the purposes to look for
    :arg everything: whether to look for the others as well, which is one call for all aliases of the account
    """
    purposes = set(wanted)
    if everything:
        aliases = {alias["AliasName"] for alias in (call(client, "list_aliases") or {})["Aliases"]}
        purposes |= {purpose for purpose in KEY_PURPOSES if key_alias(name, purpose) in aliases}
    return {
        purpose: (call(client, "describe_key", KeyId=key_alias(name, purpose)) or {}).get("KeyMetadata")
        for purpose in KEY_PURPOSES
        if purpose in purposes
    }


def key_alias(name: Name, purpose: str) -> str:
    """The alias of the key for a purpose."""
    return f"alias/{name(f'{purpose}-key')}"


def is_pending(key: Facts | None) -> bool:
    """Whether a key is pending deletion."""
    return key is not None and key["KeyState"] == "PendingDeletion"
