"""A secret that was not rotated, with simulated AWS answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.secrets import read_secrets


@pytest.mark.parametrize(("days", "enabled", "overdue"), [(-1, True, True), (1, True, False), (-1, False, False)])
def test_a_rotation_that_is_overdue_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, days: int, enabled: bool, overdue: bool
) -> None:
    aws, due = SimulatedAWS(monkeypatch), datetime.now(UTC) + timedelta(days=days)
    secret = {"ARN": "arn", "Name": "iot-aurora-password-dev", "RotationEnabled": enabled, "NextRotationDate": due}
    aws.answers = {"DescribeSecret": [secret, error("ResourceNotFoundException")], "ListAliases": [{"Aliases": []}]}
    keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
    clients = {service: boto3.client(service, "ca-central-1", **keys) for service in ("kms", "secretsmanager")}
    facts = read_secrets(clients, lambda thing: f"iot-{thing}-dev", details=True)

    sentence = f"secret iot-aurora-password-dev was to be rotated by {due.isoformat()} and was not"
    assert [problem.startswith(sentence) for problem in facts["problems"]] == [True] * overdue
