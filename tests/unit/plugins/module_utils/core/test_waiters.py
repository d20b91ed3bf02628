"""core.waiters with simulated AWS answers, over a describe call of ElastiCache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory
from botocore.stub import Stubber

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait

STATES = "ReplicationGroups[].Status"
OPERATION = "DescribeReplicationGroups"
MISSING = "ReplicationGroupNotFoundFault"


class Factory(BaseWaiterFactory):
    """Waiters on a replication group."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {
            "available": build_waiter(OPERATION, STATES, "available", ["create-failed"], MISSING),
            "deleted": build_waiter(OPERATION, STATES, "deleted", ["delete-failed"], MISSING),
        }


class Aws:
    """A client whose next answers are states, or error codes when they start with an upper-case letter."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "elasticache", region_name="ca-central-1", aws_access_key_id="1", aws_secret_access_key="2"
        )
        self.stub = Stubber(self.client)
        self.stub.activate()

    def answer(self, *states: str | None) -> None:
        for state in states:
            if state and state[0].isupper():
                self.stub.add_client_error("describe_replication_groups", state, "simulated")
            else:
                groups = [{"Status": state}] if state else []
                self.stub.add_response("describe_replication_groups", {"ReplicationGroups": groups})

    def wait(self, waiter: str, timeout: int = 60) -> None:
        wait(Factory(), self.client, waiter, resource="replication group x", states=STATES, timeout=timeout)
        self.stub.assert_no_pending_responses()

    def fail(self, waiter: str, timeout: int = 60) -> str:
        with pytest.raises(AnsibleAWSError) as caught:
            self.wait(waiter, timeout)
        return explain(caught.value)[0]


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account whose answers a test writes."""
    yield Aws()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, instead of sleeping."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


def test_first_look_is_at_once(aws: Aws, slept: list[float]) -> None:
    aws.answer("available")
    aws.wait("available")

    assert slept == []


def test_polls_on_while_creating_and_while_still_unknown(aws: Aws, slept: list[float]) -> None:
    aws.answer(MISSING, "creating", "creating", "available")
    aws.wait("available")

    assert slept == [5, 5, 5]


def test_throttling_does_not_end_a_wait(aws: Aws) -> None:
    aws.answer("Throttling", "creating", "available")
    aws.wait("available")


def test_failed_state_ends_the_wait_at_once(aws: Aws, slept: list[float]) -> None:
    aws.answer("creating", "create-failed")

    assert (
        aws.fail("available") == "replication group x went to state create-failed after 0 seconds instead of available"
    )
    assert slept == [5]


@pytest.mark.parametrize(("timeout", "slept_seconds"), [(0, 0), (3, 3), (12, 10), (60, 60)])
def test_time_out_names_resource_seconds_and_last_state(
    aws: Aws, slept: list[float], timeout: int, slept_seconds: int
) -> None:
    aws.answer(*["creating"] * 20)
    message = aws.fail("available", timeout)

    assert f"replication group x did not become available within {timeout} seconds (wait_timeout)" in message
    assert "its last state was creating" in message and sum(slept) == slept_seconds


@pytest.mark.parametrize("last", [MISSING, None], ids=["error", "empty list"])
def test_deletion_ends_when_it_is_gone(aws: Aws, slept: list[float], last: str | None) -> None:
    aws.answer("deleting", "deleting", last)
    aws.wait("deleted")

    assert slept == [5, 5]


def test_deletion_that_fails_ends_the_wait_at_once(aws: Aws) -> None:
    aws.answer("deleting", "delete-failed")

    assert "went to state delete-failed" in aws.fail("deleted")


def test_refusal_during_a_wait_is_told_as_such(aws: Aws) -> None:
    aws.answer("creating", "AccessDenied")
    message = aws.fail("available")

    assert message.startswith("Failed to wait for replication group x: these AWS credentials lack the permission for")
    assert OPERATION in message
