"""wafv2_web_acl with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-api-waf-dev"
ARN = f"arn:aws:wafv2:ca-central-1:123456789012:regional/webacl/{NAME}/1"
LISTED = {"Name": NAME, "Id": "1", "ARN": ARN, "LockToken": "t"}
LIVE: dict[str, Any] = {
    "Name": NAME,
    "Id": "1",
    "ARN": ARN,
    "Description": "By hand",
    "DefaultAction": {"Allow": {}},
    "Rules": [],
    "VisibilityConfig": {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": NAME},
    "TokenDomains": ["example.com"],
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def test_a_change_keeps_what_is_not_ours(aws: SimulatedAWS) -> None:
    aws.answers = {
        "ListWebACLs": [{"WebACLs": [], "NextMarker": "more"}, {"WebACLs": [LISTED]}],
        "GetWebACL": [{"WebACL": LIVE, "LockToken": "token"}],
        "UpdateWebACL": [error("WAFUnavailableEntityException"), {}],
    }
    result = run_module("wafv2_web_acl", name=NAME, rate_limit=100, **CONNECTION)

    assert result["changed"] and result["web_acl"]["description"] == "By hand"
    assert aws.sent("ListWebACLs")[1]["NextMarker"] == "more"
    sent = aws.sent("UpdateWebACL")[-1]
    assert sent["TokenDomains"] == ["example.com"] and sent["Description"] == "By hand" and sent["LockToken"] == "token"


def test_one_that_a_lost_call_has_made_is_taken(aws: SimulatedAWS) -> None:
    aws.answers = {
        "ListWebACLs": [{"WebACLs": []}, {"WebACLs": [LISTED]}],
        "CreateWebACL": [error("WAFInternalErrorException"), error("WAFDuplicateItemException")],
        "GetWebACL": [{"WebACL": LIVE, "LockToken": "token"}],
    }
    result = run_module("wafv2_web_acl", name=NAME, **CONNECTION)

    assert result["changed"] and result["web_acl"]["arn"] == ARN


def test_one_that_still_guards_something_is_tried_again(aws: SimulatedAWS) -> None:
    aws.answers = {
        "ListWebACLs": [{"WebACLs": [LISTED]}],
        "DeleteLoggingConfiguration": [error("WAFNonexistentItemException")],
        "DeleteWebACL": [error("WAFAssociatedItemException"), {}],
    }
    assert run_module("wafv2_web_acl", name=NAME, state="absent", **CONNECTION)["changed"]
    assert aws.operations.count("DeleteWebACL") == 2
