# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Custom domains, between AWS's answers and the options of ``api_gateway_domain_name``; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern

# How AWS writes that there is no base path.
NO_BASE_PATH = "(none)"
# The tag of a domain that tells the zone of its record, so that a removal finds it.
ZONE_TAG = "HostedZoneId"

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = rf"(?=.{{1,253}}$)(\*\.)?({LABEL}\.)+{LABEL}"
CERTIFICATE = r"arn:[^:]+:acm:[^:]+:\d{12}:certificate/.+"
# Source: "Set up custom domain names for REST APIs" in the API Gateway guide; a single part.
BASE_PATH = r"[A-Za-z0-9$_.+!*'()-]*"
ZONE = r"|Z[A-Z0-9]{1,31}"
TRUSTSTORE = r"|s3://[a-z0-9.-]{3,63}/.+"

Domain = dict[str, Any]


def check_domain(values: dict[str, Any], prefix: str = "") -> list[str]:
    """Check domain_name, certificate_arn, base_path, hosted_zone_id and truststore_uri; None is not checked.

    :arg prefix: what the variables' names have before those of the options
    """
    patterns = {
        "name": (DOMAIN, "a domain name in lower case, such as api.example.com"),
        "certificate_arn": (CERTIFICATE, "the ARN of a certificate of ACM in the stack's region"),
        "base_path": (BASE_PATH, "one part of a path, letters, digits and $_.+!*'()-, or nothing"),
        "hosted_zone_id": (ZONE, "the ID of a hosted zone of Route 53, such as Z0123456789ABC, or nothing"),
        "truststore_uri": (TRUSTSTORE, "an object in S3, such as s3://bucket/truststore.pem, or nothing"),
    }
    return [
        problem
        for option, (pattern, words) in patterns.items()
        for problem in check_pattern(f"{prefix}{option}", values[option], pattern, words)
    ]


def domain_to_dict(domain: dict[str, Any]) -> Domain:
    """A domain in the form of the options, and where its name is to lead."""
    return {
        "domain_name": domain["domainName"],
        "endpoint_type": (domain.get("endpointConfiguration", {}).get("types") or ["EDGE"])[0],
        "certificate_arn": domain.get("regionalCertificateArn") or "",
        "security_policy": domain.get("securityPolicy", "TLS_1_2"),
        "truststore_uri": (domain.get("mutualTlsAuthentication") or {}).get("truststoreUri") or "",
        "target": domain.get("regionalDomainName") or "",
        "target_hosted_zone_id": domain.get("regionalHostedZoneId") or "",
        "tags": domain.get("tags") or {},
    }


def own_domain(domains: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    """The domain with the tag Name, or None."""
    return next((one for one in domains if (one.get("tags") or {}).get("Name") == name), None)


def own_mappings(mappings: list[dict[str, Any]], base_path: str | None, rest_api_id: str) -> dict[str, str]:
    """Base path to API and stage, of the mapping with the base path and of all that lead to the API; others are not ours."""
    found = {
        "" if one["basePath"] == NO_BASE_PATH else one["basePath"]: f"{one['restApiId']}/{one.get('stage', '')}"
        for one in mappings
    }
    return {path: leads for path, leads in found.items() if path == base_path or leads.startswith(f"{rest_api_id}/")}


def domain_patches(changes: Changes) -> list[patches.Operation]:
    """UpdateDomainName's operations."""
    paths = {
        "certificate_arn": "/regionalCertificateArn",
        "security_policy": "/securityPolicy",
        "truststore_uri": "/mutualTlsAuthentication/truststoreUri",
    }
    return [patches.replace(path, changes[field].after) for field, path in paths.items() if field in changes]


def build_url(domain_name: str, base_path: str) -> str:
    """The URL that callers use.

    >>> build_url("api.example.com", "v1")
    'https://api.example.com/v1'
    """
    return f"https://{domain_name}/{base_path}".rstrip("/")
