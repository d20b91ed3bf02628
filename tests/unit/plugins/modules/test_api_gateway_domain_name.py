"""api_gateway_domain_name with simulated AWS answers: waiting and failed states, truststores, other types."""

from __future__ import annotations

from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS

MODULE = "api_gateway_domain_name"
OPTIONS = {
    "name": "iot-api-domain-dev",
    "domain_name": "api.example.com",
    "certificate_arn": "arn:aws:acm:ca-central-1:123456789012:certificate/1",
    "rest_api_id": "a",
    **CONNECTION,
}
LIVE: dict[str, Any] = {
    "domainName": "api.example.com",
    "regionalCertificateArn": OPTIONS["certificate_arn"],
    "regionalDomainName": "d-1.execute-api.ca-central-1.amazonaws.com",
    "regionalHostedZoneId": "Z1",
    "endpointConfiguration": {"types": ["REGIONAL"]},
    "securityPolicy": "TLS_1_2",
    "tags": {"Name": "iot-api-domain-dev"},
}
MAPPINGS = {"items": [{"basePath": "(none)", "restApiId": "a", "stage": "prod"}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {"GetDomainNames": [{"items": [LIVE]}], "GetBasePathMappings": [MAPPINGS], "UpdateDomainName": [LIVE]}
    return aws


def test_a_change_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["GetDomainName"] = [{"domainNameStatus": "UPDATING"}, {"domainNameStatus": "AVAILABLE"}]
    result = run_module(MODULE, **OPTIONS, truststore_uri="s3://bucket/ca.pem")

    assert result["changed"] and aws.operations.count("GetDomainName") == 2
    patch = {"op": "replace", "path": "/mutualTlsAuthentication/truststoreUri", "value": "s3://bucket/ca.pem"}
    assert aws.sent("UpdateDomainName") == [{"domainName": "api.example.com", "patchOperations": [patch]}]


def test_a_state_from_which_it_does_not_get_there_ends_the_wait(aws: SimulatedAWS) -> None:
    aws.answers["GetDomainName"] = [{"domainNameStatus": "PENDING_OWNERSHIP_VERIFICATION"}]
    result = run_module(MODULE, **OPTIONS, truststore_uri="s3://bucket/ca.pem")

    assert result["failed"] and "domain api.example.com went to state PENDING_OWNERSHIP_VERIFICATION" in result["msg"]


def test_the_end_of_the_time_names_the_last_state(aws: SimulatedAWS) -> None:
    aws.answers["GetDomainName"] = [{"domainNameStatus": "UPDATING"}]
    result = run_module(MODULE, **OPTIONS, truststore_uri="s3://bucket/ca.pem", wait_timeout=30)

    assert result["failed"] and "within 30 seconds (wait_timeout); its last state was UPDATING" in result["msg"]


def test_a_domain_of_the_edge_is_refused(aws: SimulatedAWS) -> None:
    edge = {**LIVE, "endpointConfiguration": {"types": ["EDGE"]}}
    aws.answers["GetDomainNames"] = [{"items": [edge]}]
    result = run_module(MODULE, **OPTIONS)

    assert result["failed"] and "endpoint_type is 'EDGE' on AWS and 'REGIONAL' is wanted" in result["msg"]
    assert aws.operations == ["GetDomainNames", "GetBasePathMappings"]
