# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A new password for clients of a cache, by way of the secret that they read; it can be cut off anywhere and taken up again.

The secret's labels say how far a rotation has come, and what is not in AWS's hands yet is in the secret:

1. The new password is stored as version AWSPENDING, before ElastiCache hears of it.
2. ElastiCache takes it beside the old one. Whoever reads the secret still gets the old one.
3. AWSCURRENT moves. Whoever reads the secret gets the new one; who has the old one may go on with it.
4. ElastiCache takes the new one alone. Who is refused from now on reads the secret again.
5. AWSPENDING goes.

So with AWSPENDING on a version whose password is not the current one, 2 may be missing; on one with the current password, 4 may be.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.credentials import Credential
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import (
    dump_value,
    value_of,
    version_of,
)

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class Version(NamedTuple):
    """A version of the secret; ``password`` and ``values`` are never to be shown."""

    version_id: str
    created: datetime
    values: dict[str, Any]
    password: str


class PasswordSecret:
    """A secret whose value is a JSON object with a password.

    :arg key: the password's field
    :arg hide: is told each password, so that no output has it
    """

    def __init__(self, client: Any, secret_id: str, key: str, hide: Callable[[str], Any]) -> None:
        self._client = client
        self._secret_id = secret_id
        self._key = key
        self._hide = hide

    def describe(self) -> dict[str, Any]:
        """The described secret.

        :raises AnsibleAWSError: when there is none, or it is going to be deleted
        """
        secret = api.describe_secret(self._client, self._secret_id)
        if secret is None or secret.get("DeletedDate"):
            state = "is pending deletion" if secret else "does not exist"
            raise AnsibleAWSError(message=f"secret '{self._secret_id}' {state}: deploy with --tags secrets first")
        return secret

    def unfinished(self) -> str | None:
        """The version of a rotation that has not ended, or None."""
        return version_of(self.describe(), PENDING)

    def read(self, version_id: str | None = None) -> Version:
        """One version, or the current one.

        :raises AnsibleAWSError: when the secret, or the field in it, does not exist
        """
        version = {"VersionId": version_id} if version_id else {}
        answer = api.get_secret_value(self._client, self._secret_id, **version) or {}
        values = value_of(answer)
        password = values.get(self._key) if isinstance(values, dict) else None
        if not isinstance(password, str):
            raise AnsibleAWSError(
                message=f"secret '{self._secret_id}' is none whose value has a JSON field '{self._key}' with a text"
            )
        self._hide(password)
        return Version(answer["VersionId"], answer["CreatedDate"], values, password)

    def put_pending(self, current: Version, password: str) -> Version:
        """Store a password beside the current one, in what is current otherwise."""
        self._hide(password)
        values = {**current.values, self._key: password}
        version_id = api.put_secret_value(self._client, self._secret_id, dump_value(values), str(uuid.uuid4()), PENDING)
        return Version(version_id, current.created, values, password)

    def is_outdated(self, pending: Version, current: Version) -> bool:
        """Whether somebody has changed other fields since the pending version was stored."""
        return pending.values != {**current.values, self._key: pending.password}

    def move(self, stage: str, to: str | None, of: str | None) -> None:
        """Move a label from one version to another, set it or take it away."""
        api.update_version_stage(self._client, self._secret_id, stage, to, of)

    def mark(self, version: Version) -> None:
        """Label the current version as one that ElastiCache may not have taken alone."""
        label = self.unfinished()
        if label != version.version_id:
            self.move(PENDING, version.version_id, label)


def rotate(secret: PasswordSecret, credential: Credential, generate: Callable[[], str]) -> dict[str, Any]:
    """Go on with a rotation that was cut off, or make a new one.

    :arg generate: makes a password
    :returns: IDs of versions, and whether a rotation was taken up
    """
    label = secret.unfinished()
    current = secret.read()
    pending = secret.read(label) if label else secret.put_pending(current, generate())
    if pending.password != current.password:
        if label is None or not credential.is_told(pending.created):
            credential.add(current.password, pending.password)
        if secret.is_outdated(pending, current):
            pending = secret.put_pending(current, pending.password)
        secret.move(CURRENT, pending.version_id, current.version_id)
    credential.keep(pending.password)
    secret.move(PENDING, None, pending.version_id)
    return {
        "version_id": pending.version_id,
        "previous_version_id": current.version_id,
        "resumed": label is not None,
    }
