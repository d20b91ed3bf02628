"""Simulated AWS answers, for what no emulator can show: waiting and failed states, errors, lost answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

Answer = dict[str, Any] | ClientError
# Where threads call in any order, an answer is worked out from the request.
Answers = list[Answer | Callable[[dict[str, Any]], Answer]]
CONNECTION = {"region": "ca-central-1", "access_key": "AKIAEXAMPLE", "secret_key": "not-a-real-key"}


def error(code: str, message: str = "", status: int = 400) -> ClientError:
    """A simulated AWS error."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Simulated")


def lambda_function(name: str, role: str, **more: Any) -> dict[str, Any]:
    """An answer of GetFunction."""
    configuration = {
        "FunctionName": name,
        "FunctionArn": f"arn:aws:lambda:ca-central-1:123456789012:function:{name}",
        "Runtime": "python3.13",
        "Handler": "a.b",
        "Role": role,
        "MemorySize": 128,
        "Timeout": 3,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Version": "$LATEST",
    }
    return {"Configuration": {**configuration, **more}}


class SimulatedAWS:
    """Answers the calls of all clients from lists by operation, the last answer for good; waits take no time.

    Each request is held against botocore's model of the operation, as botocore itself would do before sending it.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Answers] = {}
        self.slept: list[float] = []

        def call(client: Any, operation: str, request: dict[str, Any]) -> dict[str, Any]:
            return self._answer(client, operation, request)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
        monkeypatch.setattr("time.sleep", self.slept.append)

    def _answer(self, client: Any, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append((operation, request))
        shape = client.meta.service_model.operation_model(operation).input_shape
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        left = self.answers[operation]
        answer = left.pop(0) if len(left) > 1 else left[0]
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, ClientError):
            raise answer
        return answer

    @property
    def operations(self) -> list[str]:
        """The names of the operations called so far."""
        return [operation for operation, _request in self.requests]

    def sent(self, operation: str) -> list[dict[str, Any]]:
        """The requests of one operation."""
        return [request for name, request in self.requests if name == operation]
