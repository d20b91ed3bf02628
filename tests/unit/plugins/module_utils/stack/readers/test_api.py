"""What the reader of the API tells of its domain, and what it finds for a removal; simulated AWS answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from simulated import SimulatedAWS, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.api import read_api

KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "not-a-real-key"}
SERVICES = ("apigateway", "iam", "logs", "wafv2")
NOTHING: dict[str, Any] = {"items": []}
API = {"items": [{"id": "a", "name": "iot-sensor-api-dev"}]}
DOMAIN = {
    "domainName": "api.example.com",
    "regionalDomainName": "d-1.example",
    "regionalHostedZoneId": "Z1",
    "tags": {"Name": "iot-api-domain-dev"},
}
STAGE = {"stageName": "prod", "webAclArn": "arn:acl", "clientCertificateId": "c"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    aws = SimulatedAWS(monkeypatch)
    aws.answers = {
        "GetRestApis": [API],
        "GetStage": [STAGE],
        "GetUsagePlans": [NOTHING],
        "GetApiKeys": [NOTHING],
        "GetDomainName": [DOMAIN],
        "GetBasePathMappings": [{"items": [{"basePath": "v1", "restApiId": "a", "stage": "prod"}]}],
    }
    return aws


def read(**more: Any) -> dict[str, Any]:
    """The facts of the API of iot-dev."""
    clients = {service: boto3.client(service, "ca-central-1", **KEYS) for service in SERVICES}
    return read_api(clients, lambda thing: f"iot-{thing}-dev", **more)


def test_what_guards_the_stage_costs_no_call(aws: SimulatedAWS) -> None:
    facts = read()

    assert facts["web_acl_arn"] == "arn:acl" and facts["client_certificate_id"] == "c" and "domain" not in facts
    assert sorted(aws.operations) == ["GetApiKeys", "GetRestApis", "GetStage", "GetUsagePlans"]


def test_the_domain_is_read_on_request(aws: SimulatedAWS) -> None:
    facts = read(domain="api.example.com")

    assert facts["domain"] == {
        "name": "api.example.com",
        "url": "https://api.example.com/v1",
        "target": "d-1.example",
        "target_hosted_zone_id": "Z1",
    }
    assert "domain api.example.com" in facts["found"]


@pytest.mark.parametrize(
    "answers",
    [
        {"GetDomainName": [error("NotFoundException")]},
        {"GetBasePathMappings": [{"items": [{"basePath": "v1", "restApiId": "z", "stage": "prod"}]}]},
    ],
)
def test_a_domain_that_does_not_lead_to_the_api_is_missing(answers: dict[str, Any], aws: SimulatedAWS) -> None:
    aws.answers |= answers
    facts = read(domain="api.example.com")

    assert facts["domain"] is None and "domain api.example.com" in facts["missing"]


def test_leftovers_are_found_by_name_also_without_the_api(aws: SimulatedAWS) -> None:
    certificate = {"clientCertificateId": "1", "tags": {"Name": "iot-api-client-certificate-dev"}, "createdDate": 1}
    aws.answers |= {
        "GetRestApis": [NOTHING],
        "GetDomainNames": [{"items": [{"domainName": "other.example"}, DOMAIN]}],
        "GetClientCertificates": [{"items": [certificate]}],
        "GetRole": [error("NoSuchEntity")],
        "ListWebACLs": [{"WebACLs": [{"Name": "iot-api-waf-dev"}, {"Name": "iot-api-waf-qa"}]}],
        "DescribeLogGroups": [{"logGroups": [{"logGroupName": "/iot/api-access-dev", "arn": "arn"}]}],
    }
    facts = read(leftovers=True)

    assert facts["status"] == "incomplete" and facts["found"] == [
        "domain api.example.com",
        "client certificate iot-api-client-certificate-dev",
        "web ACL iot-api-waf-dev",
        "log group /iot/api-access-dev",
    ]
