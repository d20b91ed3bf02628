# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Connection secrets from Secrets Manager, kept for a while so that a call does not read them again."""

from __future__ import annotations

import functools
import json
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sensor_functions import logs, settings

Values = dict[str, Any]


class SecretError(Exception):
    """A secret cannot be read, or does not hold what is needed. The message never has a value in it."""


@functools.lru_cache
def client() -> Any:
    """The Secrets Manager client. Its waits are short, because a function is paid for and waited for by the second."""
    return boto3.client(
        "secretsmanager",
        config=Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}),
    )


def read_values(secret_id: str, **version: str) -> Values:
    """A secret's JSON object as it is now; `version` is VersionId or VersionStage."""
    try:
        answer = client().get_secret_value(SecretId=secret_id, **version)
    except (BotoCoreError, ClientError) as failure:
        raise SecretError(f"The secret {secret_id} cannot be read") from failure
    return parse_values(secret_id, answer)


def read_version(secret_id: str, version_id: str) -> Values | None:
    """The JSON object of one version, None when Secrets Manager has it no longer."""
    try:
        return read_values(secret_id, VersionId=version_id)
    except SecretError as failure:
        cause = failure.__cause__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


def parse_values(secret_id: str, answer: dict[str, Any]) -> Values:
    """The JSON object in an answer of GetSecretValue."""
    try:
        values = json.loads(answer["SecretString"])
    except (KeyError, ValueError):
        values = None
    if not isinstance(values, dict):
        # The parser's own exception would quote the secret.
        raise SecretError(f"The secret {secret_id} does not hold a JSON object")
    return values


def complete(values: Values) -> Values:
    """The values with the user name and password of the secret that RDS manages, if the secret points at one."""
    managed = values.get("master_user_secret_arn")
    if not managed:
        return values
    login = read_values(str(managed))
    return values | {name: login[name] for name in ("username", "password") if name in login}


class Secret:
    """A secret's JSON object, read at most once in CREDENTIALS_SECONDS."""

    def __init__(self, secret_id: str) -> None:
        self.secret_id = secret_id
        self._values: Values | None = None
        self._read_at = 0.0

    def values(self) -> Values:
        """The values kept, or read now. If they cannot be read again, those from before go on serving."""
        if self._values is None:
            return self.refresh()
        if 0 <= time.time() - self._read_at < settings.credentials_seconds():
            return self._values
        try:
            return self.refresh()
        except SecretError as failure:
            logs.warning("secret_kept", secret=self.secret_id, **logs.describe(failure))
            return self._values

    def refresh(self) -> Values:
        """Read the values now."""
        self._values = complete(read_values(self.secret_id))
        self._read_at = time.time()
        return self._values


@functools.lru_cache
def secret(secret_id: str) -> Secret:
    """The one Secret of this name, kept between the calls of the function."""
    return Secret(secret_id)
