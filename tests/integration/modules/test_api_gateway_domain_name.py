"""api_gateway_domain_name against MiniStack, with what the local AWS adds to it."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "api_gateway_domain_name"
TAG = "iot-api-domain-dev"
DOMAIN = "api.example.com"
CERTIFICATE = "arn:aws:acm:ca-central-1:123456789012:certificate/{}"


def options(account: Account, **more: Any) -> dict[str, Any]:
    """A domain that leads to an API."""
    api = account.client("apigateway").create_rest_api(name="iot-sensor-api-dev")["id"]
    return {
        "name": TAG,
        "domain_name": DOMAIN,
        "certificate_arn": CERTIFICATE.format("1"),
        "rest_api_id": api,
        "tags": {"Environment": "dev"},
        **more,
    }


def zone(account: Account) -> str:
    made = account.client("route53").create_hosted_zone(Name="example.com", CallerReference=account.number)
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def records(account: Account, zone_id: str) -> dict[str, str]:
    """The aliases of the zone."""
    found = account.client("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return {one["Name"]: one["AliasTarget"]["DNSName"] for one in found if "AliasTarget" in one}


def mappings(account: Account) -> dict[str, str]:
    found = account.client("apigateway").get_base_path_mappings(domainName=DOMAIN).get("items", [])
    return {one["basePath"]: f"{one['restApiId']}/{one['stage']}" for one in found}


def test_is_created_once_and_removed_by_its_tag(account: Account) -> None:
    zone_id = zone(account)
    wanted = options(account, hosted_zone_id=zone_id, base_path="v1")
    planned = account.run(MODULE, check_mode=True, **wanted)
    first, second = account.run(MODULE, **wanted), account.run(MODULE, **wanted)

    assert planned["changed"] and planned.writes == [] and planned["domain"]["target"] == "known-after-deploy"
    assert set(planned["diff"]["after"]) == set(first["diff"]["after"])
    assert first.writes == ["CreateDomainName", "CreateBasePathMapping", "ChangeResourceRecordSets"]
    assert not second["changed"] and second["domain"] == first["domain"]
    assert second.calls == ["GetDomainNames", "GetBasePathMappings", "ListResourceRecordSets"]
    domain = account.client("apigateway").get_domain_name(domainName=DOMAIN)
    assert domain["securityPolicy"] == "TLS_1_2" and domain["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert (
        first["domain"]["target"] == domain["regionalDomainName"] and first["domain"]["url"] == f"https://{DOMAIN}/v1"
    )
    assert mappings(account) == {"v1": f"{wanted['rest_api_id']}/prod"}
    target = records(account, zone_id)[f"{DOMAIN}."]
    assert target.rstrip(".") == domain["regionalDomainName"]

    would = account.run(MODULE, check_mode=True, name=TAG, state="absent")
    removed = account.run(MODULE, name=TAG, state="absent")
    assert would["changed"] and would.writes == [] and would["diff"] == removed["diff"]
    assert removed.writes == ["ChangeResourceRecordSets", "DeleteDomainName"] and records(account, zone_id) == {}
    assert account.client("apigateway").get_domain_names().get("items", []) == []
    assert not account.run(MODULE, name=TAG, state="absent")["changed"]


def test_changes_in_place_and_leaves_the_mappings_of_others(account: Account) -> None:
    zone_id = zone(account)
    wanted = options(account, hosted_zone_id=zone_id)
    account.run(MODULE, **wanted)
    account.client("apigateway").create_base_path_mapping(
        domainName=DOMAIN, basePath="theirs", restApiId="x", stage="s"
    )
    wanted |= {"certificate_arn": CERTIFICATE.format("2"), "base_path": "v2", "stage": "blue", "hosted_zone_id": ""}
    planned = account.run(MODULE, check_mode=True, **wanted)
    changed = account.run(MODULE, **wanted)

    assert planned["diff"] == changed["diff"] and planned.writes == []
    assert changed.writes[:3] == ["UpdateDomainName", "CreateBasePathMapping", "DeleteBasePathMapping"]
    assert mappings(account) == {"v2": f"{wanted['rest_api_id']}/blue", "theirs": "x/s"}
    assert records(account, zone_id) == {} and not account.run(MODULE, **wanted)["changed"]
    domain = account.client("apigateway").get_domain_name(domainName=DOMAIN)
    assert domain["regionalCertificateArn"] == CERTIFICATE.format("2")

    moved = account.run(MODULE, **{**wanted, "stage": "green"})
    assert moved.writes == ["UpdateBasePathMapping"] and mappings(account)["v2"].endswith("/green")
    assert f"domain {DOMAIN} leads to several APIs" in account.fail(MODULE, name=TAG, state="absent")
    other = account.fail(MODULE, **{**wanted, "domain_name": "other.example.com"})
    assert f"domain_name is '{DOMAIN}' on AWS and 'other.example.com' is wanted: remove the old one" in other


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (
            {"domain_name": "Api.example.com"},
            "domain_name is 'Api.example.com': allowed is a domain name in lower case",
        ),
        ({"domain_name": "api"}, "domain_name is 'api': allowed"),
        ({"certificate_arn": "arn:aws:iam::1:server-certificate/x"}, "certificate_arn is 'arn:aws:iam::1:server-cert"),
        ({"base_path": "a/b"}, "base_path is 'a/b': allowed is one part of a path"),
        ({"hosted_zone_id": "example.com"}, "hosted_zone_id is 'example.com': allowed is the ID"),
        ({"truststore_uri": "https://x"}, "truststore_uri is 'https://x': allowed is an object in S3"),
        ({"wait_timeout": 0}, "wait_timeout is 0: allowed is 1 to 7200"),
    ],
)
def test_bad_options_are_refused_before_the_first_call(bad: dict[str, Any], sentence: str, account: Account) -> None:
    good = {"name": TAG, "domain_name": DOMAIN, "certificate_arn": CERTIFICATE.format("1"), "rest_api_id": "a"}
    assert sentence in account.fail(MODULE, **{**good, **bad})
