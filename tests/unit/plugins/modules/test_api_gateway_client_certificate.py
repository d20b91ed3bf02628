"""api_gateway_client_certificate with simulated AWS answers: time that passes, answers that are lost, tags that change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

MODULE = "api_gateway_client_certificate"
NAME = "iot-api-client-certificate-dev"


def certificate(number: str, days_left: int, **tags: str) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(days=days_left)
    return {
        "clientCertificateId": number,
        "createdDate": expires - timedelta(days=365),
        "expirationDate": expires,
        "tags": {"Name": NAME, **tags},
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_one_that_expires_soon_gets_a_successor_and_stays(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetClientCertificates": [{"items": [certificate("old", 29)]}],
        "GenerateClientCertificate": [certificate("new", 365)],
    }
    planned = run_module(MODULE, check_mode=True, name=NAME, **CONNECTION)
    result = run_module(MODULE, name=NAME, **CONNECTION)
    never = run_module(MODULE, name=NAME, renew_before_days=0, **CONNECTION)

    assert planned["changed"] and planned["diff"] == result["diff"] and planned["superseded"] == ["old"]
    assert result["certificate"]["id"] == "new" and result["superseded"] == ["old"]
    assert not never["changed"] and never["certificate"]["id"] == "old" and never["superseded"] == []
    assert aws.operations.count("GenerateClientCertificate") == 1


def test_the_newest_one_counts_in_whatever_order_they_are_listed(aws: SimulatedAWS) -> None:
    aws.answers = {"GetClientCertificates": [{"items": [certificate("old", 20), certificate("new", 300)]}]}
    result = run_module(MODULE, name=NAME, **CONNECTION)

    assert not result["changed"] and result["certificate"]["id"] == "new" and result["superseded"] == ["old"]


def test_one_that_is_never_to_be_renewed_stays_when_it_has_expired(aws: SimulatedAWS) -> None:
    aws.answers = {"GetClientCertificates": [{"items": [certificate("expired", -1)]}]}
    result = run_module(MODULE, name=NAME, renew_before_days=0, **CONNECTION)

    assert not result["changed"] and result["certificate"]["id"] == "expired"


def test_a_lost_answer_makes_no_second_one(aws: SimulatedAWS) -> None:
    made = certificate("made", 365)
    aws.answers = {
        "GetClientCertificates": [{"items": []}, {"items": [made]}],
        "GenerateClientCertificate": [error("ServiceUnavailableException", status=503)],
    }
    result = run_module(MODULE, name=NAME, **CONNECTION)

    assert result["certificate"]["id"] == "made" and aws.operations.count("GenerateClientCertificate") == 1


def test_tags_change_in_place(aws: SimulatedAWS) -> None:
    aws.answers = {
        "GetClientCertificates": [{"items": [certificate("one", 300, Old="1")]}],
        "TagResource": [{}],
        "UntagResource": [{}],
    }
    result = run_module(MODULE, name=NAME, tags={"Environment": "dev"}, **CONNECTION)

    assert result["changed"] and result["certificate"]["tags"] == {"Name": NAME, "Environment": "dev"}
    arn = "arn:aws:apigateway:ca-central-1::/clientcertificates/one"
    assert aws.sent("TagResource") == [{"resourceArn": arn, "tags": {"Environment": "dev"}}]
    assert aws.sent("UntagResource") == [{"resourceArn": arn, "tagKeys": ["Old"]}]
    assert not run_module(MODULE, name=NAME, **CONNECTION)["changed"], "tags that are left out stay"
