"""The rules of the API's stage, through the check of a whole inventory."""

from __future__ import annotations

from typing import Any

import pytest
from variables import find_problems

ACL = "arn:aws:wafv2:ca-central-1:123456789012:regional/webacl/mine/1"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1"
CERTIFICATE = "arn:aws:acm:ca-central-1:123456789012:certificate/1"
DOMAIN = {"api_domain_name": "api.example.com", "api_domain_certificate_arn": CERTIFICATE}


@pytest.mark.parametrize(
    "variables",
    [
        {"api_stage_throttle_rate": 0, "api_stage_throttle_burst": 0},
        {"api_stage_throttle_rate": 0.5, "api_stage_throttle_burst": 2**31 - 1},
        {"api_log_retention_days": 0, "api_logs_kms_key_id": KEY, "api_execution_logs": "info"},
        {"api_client_certificate_renew_days": 364},
        {"api_waf_web_acl_arn": ACL},
        {"api_waf_web_acl_arn": "none"},
        {"api_waf": True, "api_waf_rate_limit": 10, "api_waf_managed_rule_groups": []},
        {"api_waf_rate_limit": 0},
        DOMAIN,
        {
            **DOMAIN,
            "api_domain_name": "*.example.com",
            "api_domain_base_path": "v1",
            "api_domain_hosted_zone_id": "Z01",
        },
        {**DOMAIN, "api_domain_truststore_uri": "s3://bucket/truststore.pem"},
        {"api_domain_name": "none", "api_domain_base_path": "a/b"},
    ],
)
def test_good_values(variables: dict[str, Any]) -> None:
    assert find_problems(variables, tiers=["api"]) == []


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"api_stage_throttle_rate": 5},
            "api_stage_throttle_rate is 5.0 and api_stage_throttle_burst is -1: allowed are both",
        ),
        (
            {"api_stage_throttle_rate": -2, "api_stage_throttle_burst": -1},
            "api_stage_throttle_rate is -2.0: allowed is -1 to",
        ),
        ({"api_execution_logs": "debug"}, "value of api_execution_logs must be one of: none, error, info, got: debug"),
        ({"api_log_retention_days": 100}, "api_log_retention_days is 100: allowed are 0, 1, 3"),
        ({"api_logs_kms_key_id": "alias/logs"}, "api_logs_kms_key_id is 'alias/logs': allowed is the ARN of a KMS key"),
        (
            {"api_client_certificate_renew_days": 365},
            "api_client_certificate_renew_days is 365: allowed is 0 to 364 days",
        ),
        ({"api_waf_web_acl_arn": "mine"}, "api_waf_web_acl_arn is 'mine': allowed is the ARN of a regional web ACL"),
        ({"api_waf_web_acl_arn": ACL.replace("regional", "global")}, "allowed is the ARN of a regional web ACL"),
        (
            {"api_waf": True, "api_waf_web_acl_arn": ACL},
            f"api_waf is True and api_waf_web_acl_arn is '{ACL}': allowed is one",
        ),
        (
            {"api_waf_rate_limit": 9},
            "api_waf_rate_limit is 9: allowed is 10 to 2000000000 requests in 5 minutes, 0: no rule",
        ),
        (
            {"api_waf_managed_rule_groups": [{"name": "a b"}]},
            "api_waf_managed_rule_groups has the name is 'a b': allowed is",
        ),
        (
            {"api_waf_managed_rule_groups": [{"name": "a"}, {"name": "a"}]},
            "api_waf_managed_rule_groups has 'a' more than once",
        ),
        (
            {"api_domain_name": "api.example.com"},
            "api_domain_certificate_arn is '': allowed is the ARN of a certificate of ACM",
        ),
        (
            {**DOMAIN, "api_domain_name": "API.example.com"},
            "api_domain_name is 'API.example.com': allowed is a domain name",
        ),
        ({**DOMAIN, "api_domain_base_path": "a/b"}, "api_domain_base_path is 'a/b': allowed is one part of a path"),
        (
            {**DOMAIN, "api_domain_hosted_zone_id": "example.com"},
            "api_domain_hosted_zone_id is 'example.com': allowed is the",
        ),
        ({**DOMAIN, "api_domain_truststore_uri": "x"}, "api_domain_truststore_uri is 'x': allowed is an object in S3"),
        (
            {**DOMAIN, "api_domain_certificate_arn": CERTIFICATE.replace("ca-central-1", "us-east-1")},
            "allowed is a certificate in ca-central-1, the stack's region",
        ),
        (
            {**DOMAIN, "api_endpoint_type": "PRIVATE", "api_vpc_endpoint_ids": ["vpce-0123456789abcdef0"]},
            "api_domain_name is 'api.example.com' with api_endpoint_type PRIVATE: allowed is REGIONAL",
        ),
    ],
)
def test_bad_values(variables: dict[str, Any], sentence: str) -> None:
    (problem,) = find_problems(variables, tiers=["api"])

    assert sentence in problem
