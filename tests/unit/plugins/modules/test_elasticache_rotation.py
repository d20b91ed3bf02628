"""elasticache_rotation with simulated AWS answers: cut off before and after each of its calls, and taken up.

``SimulatedAws`` has one secret with versions and labels, as Secrets Manager keeps them, and one replication group with the tokens it takes.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters
from modules import ModuleResult, run_module
from simulated import CONNECTION, error

OPTIONS = {"name": "iot-redis-dev", "secret": "iot-redis-auth-dev"}
FIRST, BY_HAND = "a" * 36, "b" * 36
OLD = "theOldTokenOfThirtyTwoCharacters"
WHOLE = ["PutSecretValue", "ROTATE", "UpdateSecretVersionStage", "SET", "UpdateSecretVersionStage"]


class Killed(BaseException):
    """The end of a run in the middle of a call."""


class SimulatedAws:
    """``kill`` is the number of the change before or after which the run ends; ``after`` says which."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[str, Any]] = {FIRST: {"auth_token": OLD, "host": "old-host"}}
        self.stages: dict[str, list[str]] = {FIRST: ["AWSCURRENT"]}
        self.created = {FIRST: datetime(2026, 1, 1, tzinfo=UTC)}
        self.tokens = [OLD]
        self.group: dict[str, Any] = {"ReplicationGroupId": "iot-redis-dev", "AuthTokenEnabled": True}
        self.tells_dates = True
        self.states: list[str] = []
        self.done: list[str] = []
        self.kill: int | None = None
        self.after = False
        self.made = (f"theNewTokenNumber{number:015d}" for number in itertools.count())
        self._clock = itertools.count()

    def call(self, client: Any, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        validate_parameters(kwargs, client.meta.service_model.operation_model(operation).input_shape)
        if operation.startswith(("Describe", "Get")):
            return getattr(self, operation)(**kwargs)
        ends = self.kill == len(self.done)
        if ends and not self.after:
            raise Killed
        answer = getattr(self, operation)(**kwargs)
        self.done.append(kwargs.get("AuthTokenUpdateStrategy", operation))
        assert self.current()["auth_token"] in self.tokens, "who reads the secret now gets a token that is refused"
        if ends:
            raise Killed
        return answer

    def current(self) -> dict[str, Any]:
        return self.versions[self._version("AWSCURRENT") or ""]

    def DescribeSecret(self, SecretId: str) -> dict[str, Any]:
        stages = {version: list(labels) for version, labels in self.stages.items() if labels}
        return {"ARN": "arn", "Name": SecretId, "VersionIdsToStages": stages}

    def GetSecretValue(self, SecretId: str, VersionId: str = "") -> dict[str, Any]:
        version = VersionId or self._version("AWSCURRENT") or ""
        text = json.dumps(self.versions[version])
        return {"SecretString": text, "VersionId": version, "CreatedDate": self.created[version]}

    def GetRandomPassword(self, PasswordLength: int, ExcludePunctuation: bool) -> dict[str, Any]:
        assert PasswordLength == 64 and ExcludePunctuation
        return {"RandomPassword": next(self.made)}

    def PutSecretValue(
        self, SecretId: str, SecretString: str, ClientRequestToken: str, VersionStages: list[str]
    ) -> dict[str, Any]:
        self.versions[ClientRequestToken] = json.loads(SecretString)
        self.created[ClientRequestToken] = self._now()
        for stage in VersionStages:
            self._move(stage, ClientRequestToken)
        return {"VersionId": ClientRequestToken}

    def UpdateSecretVersionStage(
        self, SecretId: str, VersionStage: str, MoveToVersionId: str = "", RemoveFromVersionId: str = ""
    ) -> dict[str, Any]:
        before = self._version(VersionStage)
        if before not in (None, MoveToVersionId) and RemoveFromVersionId != before:
            raise error("InvalidParameterException")
        self._move(VersionStage, MoveToVersionId or None)
        return {}

    def DescribeReplicationGroups(self, ReplicationGroupId: str) -> dict[str, Any]:
        state = self.states.pop(0) if self.states else "available"
        return {"ReplicationGroups": [{**self.group, "Status": state}]}

    def ModifyReplicationGroup(
        self, ReplicationGroupId: str, AuthToken: str, AuthTokenUpdateStrategy: str, ApplyImmediately: bool
    ) -> dict[str, Any]:
        if self.states:
            raise error("InvalidReplicationGroupState")
        # What AWS does with a token that it has already is not documented: here, as bad as it can be.
        kept = self.tokens[-1:] if AuthTokenUpdateStrategy == "ROTATE" else []
        self.tokens = list(dict.fromkeys([*kept, AuthToken]))
        if self.tells_dates:
            self.group["AuthTokenLastModifiedDate"] = self._now()
        self.states = ["modifying", "modifying"]
        return {}

    def _now(self) -> datetime:
        return datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=next(self._clock))

    def _version(self, stage: str) -> str | None:
        return next((version for version, labels in self.stages.items() if stage in labels), None)

    def _move(self, stage: str, version: str | None) -> None:
        before = self._version(stage)
        if before is not None:
            self.stages[before].remove(stage)
        if version is not None:
            self.stages.setdefault(version, []).append(stage)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedAws]:
    simulated = SimulatedAws()

    def call(client: Any, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        return simulated.call(client, operation, kwargs)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    yield simulated


def run(*, check_mode: bool = False, **changed: Any) -> ModuleResult:
    return run_module("elasticache_rotation", check_mode=check_mode, **CONNECTION, **{**OPTIONS, **changed})


def assert_rotated(aws: SimulatedAws) -> None:
    """One token is valid, the secret has it and nothing is left of a rotation."""
    token = aws.current()["auth_token"]
    assert token != OLD and aws.tokens == [token]
    assert [label for labels in aws.stages.values() for label in labels] == ["AWSCURRENT"]


def test_a_rotation(aws: SimulatedAws) -> None:
    result = run()

    assert result["changed"] and aws.done == WHOLE and not result["rotation"]["resumed"]
    assert_rotated(aws)
    assert aws.current()["host"] == "old-host"
    assert result["diff"]["before"] == {"version_id": FIRST} and aws.tokens[0] not in result.output
    assert OLD not in result.output


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(len(WHOLE)))
def test_a_rotation_that_is_cut_off_is_taken_up(aws: SimulatedAws, number: int, after: bool) -> None:
    aws.kill, aws.after = number, after
    with pytest.raises(Killed):
        run()
    aws.kill = None
    begun, ended = number > 0 or after, number == len(WHOLE) - 1 and after
    made = {version for version, labels in aws.stages.items() if "AWSPENDING" in labels}
    assert len(made) == (begun and not ended)
    result = run(complete_only=begun)

    assert result["changed"] is not ended
    assert_rotated(aws)
    assert aws.done.count("PutSecretValue") == 1, "the token that was made is the one that is used"
    assert aws.done.count("ROTATE") == 1 and run(complete_only=True).writes == []


def test_a_rotation_is_taken_up_where_aws_tells_no_dates(aws: SimulatedAws) -> None:
    """It cannot be known then whether the group has the new token: it gets it once more."""
    aws.tells_dates = False
    aws.kill = 1
    with pytest.raises(Killed):
        run()
    aws.kill = None

    assert run()["rotation"]["resumed"] and aws.done == WHOLE
    assert_rotated(aws)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_was_stored_meanwhile_is_kept(aws: SimulatedAws, number: int) -> None:
    aws.kill = number
    with pytest.raises(Killed):
        run()
    aws.kill = None
    aws.PutSecretValue("s", json.dumps({**aws.current(), "host": "new-host"}), BY_HAND, ["AWSCURRENT"])
    run()

    assert_rotated(aws)
    assert aws.current()["host"] == "new-host"


def test_a_second_rotation_replaces_the_token_again(aws: SimulatedAws) -> None:
    run()
    first = aws.current()["auth_token"]
    run()

    assert_rotated(aws)
    assert aws.current()["auth_token"] != first


def test_a_token_of_an_earlier_rotation_is_not_taken_for_the_pending_one(aws: SimulatedAws) -> None:
    run()
    aws.kill = len(WHOLE) + 1
    with pytest.raises(Killed):
        run()
    aws.kill = None
    run()

    assert aws.done == WHOLE * 2
    assert_rotated(aws)


def test_check_mode_writes_nothing(aws: SimulatedAws) -> None:
    planned, nothing = run(check_mode=True), run(check_mode=True, complete_only=True)
    assert planned["changed"] and planned["rotation"]["version_id"] == "known-after-deploy"
    assert not nothing["changed"] and nothing["rotation"] == {} and aws.done == []


def test_complete_only_makes_one_call_where_nothing_is_unfinished(aws: SimulatedAws) -> None:
    assert run(complete_only=True).calls == ["DescribeSecret"] and aws.done == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "iot--dev"}, "name is 'iot--dev': allowed is letters"),
        ({"secret": "a secret"}, "secret is 'a secret': allowed is the name of a secret"),
        ({"length": 15}, "length is 15: allowed is 16 to 128 characters"),
        ({"length": 129}, "length is 129: allowed is 16 to 128 characters"),
        ({"wait_timeout": 0}, "wait_timeout is 0: allowed is 1 to 86400 seconds"),
    ],
)
def test_bad_options_are_refused_before_any_call(aws: SimulatedAws, options: dict[str, Any], message: str) -> None:
    result = run(**options)

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_a_group_without_a_token_is_told(aws: SimulatedAws) -> None:
    aws.group["AuthTokenEnabled"] = False

    assert "replication group iot-redis-dev has no auth token" in run()["msg"] and aws.done == []


def test_a_secret_without_a_token_is_told_and_not_shown(aws: SimulatedAws) -> None:
    aws.versions[FIRST] = {"password": "aPasswordOfTwentyLetters"}
    result = run()

    assert "secret 'iot-redis-auth-dev' is none whose value has a JSON field 'auth_token'" in result["msg"]
    assert "aPasswordOf" not in result.output and aws.done == []


def test_a_secret_that_does_not_exist_is_told(aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_kwargs: Any) -> ClientError:
        raise error("ResourceNotFoundException")

    monkeypatch.setattr(aws, "DescribeSecret", missing)

    assert "secret 'iot-redis-auth-dev' does not exist" in run()["msg"]
