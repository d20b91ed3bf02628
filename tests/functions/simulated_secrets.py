"""Simulated AWS answers: the part of Secrets Manager that the functions use, in memory.

It keeps to AWS's documentation where moto does not: a version that RotateSecret makes has no value until createSecret puts
one, and a version's token can be used for one value only.
"""

from __future__ import annotations

import json
import secrets
import string
import uuid
from typing import Any

from botocore.exceptions import ClientError

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


class SimulatedSecretsManager:
    """Answers as boto3's client does; `calls` has the operations in order."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, str]] = {}
        self.stages: dict[str, dict[str, list[str]]] = {}
        self.enabled: set[str] = set()
        self.calls: list[str] = []
        self.away = False

    # What a test prepares and looks at

    def create(self, secret_id: str, value: dict[str, Any] | str) -> str:
        """A secret with a current value, or a new current value."""
        version = str(uuid.uuid4())
        text = value if isinstance(value, str) else json.dumps(value)
        self.values.setdefault(secret_id, {})[version] = text
        self._move(secret_id, CURRENT, version)
        return version

    def begin_rotation(self, secret_id: str) -> str:
        """What RotateSecret does before it calls the function: a pending version that has no value."""
        self.enabled.add(secret_id)
        token = str(uuid.uuid4())
        self._move(secret_id, PENDING, token)
        return token

    def current(self, secret_id: str) -> dict[str, Any]:
        return self.staged(secret_id, CURRENT)

    def staged(self, secret_id: str, stage: str) -> dict[str, Any]:
        return json.loads(self.values[secret_id][self._version(secret_id, stage)])

    # The operations

    def get_secret_value(self, SecretId: str, VersionId: str = "", VersionStage: str = "") -> dict[str, Any]:
        self._called("GetSecretValue")
        if SecretId not in self.values:
            raise error("ResourceNotFoundException", "GetSecretValue")
        version = VersionId or self._version(SecretId, VersionStage or CURRENT)
        stages = self.stages[SecretId].get(version, [])
        if version not in self.values[SecretId] or (VersionStage and VersionStage not in stages):
            raise error("ResourceNotFoundException", "GetSecretValue")
        return {"SecretString": self.values[SecretId][version], "VersionId": version, "VersionStages": stages}

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        self._called("DescribeSecret")
        if SecretId not in self.stages:
            raise error("ResourceNotFoundException", "DescribeSecret")
        stages = {version: list(names) for version, names in self.stages[SecretId].items() if names}
        return {"RotationEnabled": SecretId in self.enabled, "VersionIdsToStages": stages}

    def put_secret_value(
        self, SecretId: str, ClientRequestToken: str, SecretString: str, VersionStages: list[str]
    ) -> dict[str, Any]:
        self._called("PutSecretValue")
        if self.values[SecretId].get(ClientRequestToken, SecretString) != SecretString:
            raise error("ResourceExistsException", "PutSecretValue")
        self.values[SecretId][ClientRequestToken] = SecretString
        for stage in VersionStages:
            self._move(SecretId, stage, ClientRequestToken)
        return {}

    def get_random_password(self, PasswordLength: int, ExcludeCharacters: str) -> dict[str, str]:
        self._called("GetRandomPassword")
        characters = sorted(set(string.ascii_letters + string.digits + string.punctuation) - set(ExcludeCharacters))
        return {"RandomPassword": "".join(secrets.choice(characters) for _unused in range(PasswordLength))}

    def update_secret_version_stage(
        self, SecretId: str, VersionStage: str, MoveToVersionId: str = "", RemoveFromVersionId: str = ""
    ) -> dict[str, Any]:
        self._called("UpdateSecretVersionStage")
        if RemoveFromVersionId != self._version(SecretId, VersionStage):
            raise error("InvalidParameterException", "UpdateSecretVersionStage")
        if MoveToVersionId:
            self._move(SecretId, VersionStage, MoveToVersionId)
        else:
            self.stages[SecretId][RemoveFromVersionId].remove(VersionStage)
        return {}

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        if self.away:
            raise error("ServiceUnavailableException", operation)

    def _version(self, secret_id: str, stage: str) -> str:
        return next((version for version, names in self.stages.get(secret_id, {}).items() if stage in names), "")

    def _move(self, secret_id: str, stage: str, version: str) -> None:
        stages = self.stages.setdefault(secret_id, {})
        before = self._version(secret_id, stage)
        if before == version:
            return
        if before:
            stages[before].remove(stage)
        stages.setdefault(version, []).append(stage)
        if stage == CURRENT and before:
            self._move(secret_id, PREVIOUS, before)


def error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "simulated"}}, operation)
