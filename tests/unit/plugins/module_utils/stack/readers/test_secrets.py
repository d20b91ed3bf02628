"""The facts of the secrets and their keys, with simulated AWS answers."""

from __future__ import annotations

import datetime
from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import fill_keys
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.secrets import read_secrets

CREDENTIALS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
MISSING = error("ResourceNotFoundException")
NO_KEY = error("NotFoundException")
SECRET = {"Name": "iot-aurora-password-dev", "ARN": "arn:secret"}
DATE = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def read(**options: Any) -> dict[str, Any]:
    clients = {one: boto3.client(one, "ca-central-1", **CREDENTIALS) for one in ("kms", "secretsmanager")}
    return read_secrets(clients, lambda thing: f"iot-{thing}-dev", **options)


def key(arn: str, state: str = "Enabled", **more: Any) -> dict[str, Any]:
    return {"KeyMetadata": {"KeyId": arn, "Arn": arn, "KeyState": state, **more}}


def test_without_keys_none_is_asked_for(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [SECRET, MISSING, MISSING]}
    facts = read()

    assert facts["kms_key_arns"] == {} and facts["status"] == "present"
    assert set(aws.operations) == {"DescribeSecret"}


def test_keys_that_are_to_be_there_are_facts_or_missing(aws: SimulatedAWS) -> None:
    aws.answers = {"DescribeSecret": [MISSING], "DescribeKey": [key("arn:secrets"), NO_KEY]}
    facts = read(kms_keys=["secrets", "data"])

    assert facts["kms_key_arns"] == {"secrets": "arn:secrets"} and facts["status"] == "incomplete"
    assert "KMS key iot-data-key-dev" in facts["missing"] and "KMS key iot-secrets-key-dev" in facts["found"]
    assert [request["KeyId"] for request in aws.sent("DescribeKey")] == [
        "alias/iot-secrets-key-dev",
        "alias/iot-data-key-dev",
    ]
    assert fill_keys(facts, ["secrets", "data"])["kms_key_arns"] == {
        "secrets": "arn:secrets",
        "data": "known-after-deploy",
    }


def test_details_show_keys_that_the_inventory_does_not_have_any_more(aws: SimulatedAWS) -> None:
    aliases = [{"AliasName": f"alias/{name}"} for name in ("iot-data-key-dev", "iot-logs-key-dev", "iot-data-key-qa")]
    aws.answers = {
        "DescribeSecret": [SECRET, MISSING, MISSING],
        "ListAliases": [{"Aliases": aliases}],
        "DescribeKey": [key("arn:data", "Disabled"), key("arn:logs", "PendingDeletion", DeletionDate=DATE)],
    }
    facts = read(details=True)

    assert facts["kms_key_arns"] == {"data": "arn:data"} and facts["missing"] == []
    assert facts["kms_keys_pending_deletion"] == {"logs": "2026-01-31T00:00:00+00:00"}
    assert facts["problems"] == ["KMS key iot-data-key-dev is Disabled"]


def test_replicas_belong_to_their_secrets(aws: SimulatedAWS) -> None:
    replicas = [{"Region": "eu-central-1", "Status": "Failed"}, {"Region": "us-east-1", "Status": "InSync"}]
    token = {"Name": "iot-redis-auth-dev", "ARN": "arn:token", "ReplicationStatus": replicas}
    aws.answers = {"DescribeSecret": [SECRET, MISSING, token], "ListAliases": [{"Aliases": []}]}
    facts = read(details=True)

    assert "replica of secret iot-redis-auth-dev in us-east-1" in facts["found"] and facts["replica_regions"] == []
    assert facts["problems"] == ["replica of secret iot-redis-auth-dev in eu-central-1 is Failed"]
