# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What API Gateway allows for who may call a REST API, and from where; pure functions that return sentences."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.authorizers import COGNITO
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.policies import build_policy
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
)

# Source: "Supported security policies" in the API Gateway developer guide.
SECURITY_POLICIES = (
    "TLS_1_0",
    "TLS_1_2",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS12_2018_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS13_2025_EDGE",
)
ENHANCED = "SecurityPolicy_"
ACCESS_MODES = ("BASIC", "STRICT")

# Source: "Quotas for configuring and running a REST API": a resource policy has up to 8192 bytes.
POLICY_SIZE = 8192

FUNCTION_URI = r"arn:[^:]+:apigateway:[^:]+:lambda:path/.+/functions/.+/invocations"
USER_POOL = r"arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool/\S+"
IDENTITY_SOURCE = r"method\.request\.(header|querystring)\.[^\s,]+|stageVariables\.[^\s,]+|context\.[^\s,]+"


def check_access(params: dict[str, Any], prefix: str = "") -> list[str]:
    """Check endpoint, security policy and resource policy of a REST API.

    :arg prefix: what stands before an option's name, ``api_`` for the variables of the role
    """
    return [
        *check_endpoint(params, prefix),
        *check_security_policy(params, prefix),
        *check_policy(params, prefix),
    ]


def check_endpoint(params: dict[str, Any], prefix: str) -> list[str]:
    """VPC endpoints belong to a private API."""
    ids = params["vpc_endpoint_ids"] or []
    if ids and params["endpoint_type"] != "PRIVATE":
        return [
            f"{prefix}vpc_endpoint_ids is {ids} with {prefix}endpoint_type {params['endpoint_type']}: allowed are VPC "
            "endpoints with PRIVATE, and only there"
        ]
    return [
        problem
        for one in ids
        for problem in check_pattern(
            f"{prefix}vpc_endpoint_ids", one, r"vpce-[0-9a-z-]+", "IDs of VPC endpoints, such as vpce-0a1b2c3d4e5f60718"
        )
    ]


def check_security_policy(params: dict[str, Any], prefix: str) -> list[str]:
    """A security policy of the newer kind comes with an access mode, and those of EDGE are for EDGE."""
    policy, mode = params["security_policy"] or "", params["endpoint_access_mode"] or ""
    problems = []
    if policy.startswith(ENHANCED) != bool(mode):
        problems.append(
            f"{prefix}endpoint_access_mode is '{mode}' with {prefix}security_policy '{policy}': allowed is "
            f"{' or '.join(ACCESS_MODES)} with a policy that starts with {ENHANCED}, where it is required, and only there"
        )
    if policy.startswith(ENHANCED) and policy.endswith("_EDGE") != (params["endpoint_type"] == "EDGE"):
        problems.append(
            f"{prefix}security_policy is '{policy}' with {prefix}endpoint_type {params['endpoint_type']}: allowed are "
            "policies that end with _EDGE with EDGE, and only there"
        )
    return problems


def check_policy(params: dict[str, Any], prefix: str) -> list[str]:
    """The resource policy's size, and the address ranges of one that is built."""
    problems = []
    for index, cidr in enumerate(params["allowed_cidrs"] or []):
        try:
            ipaddress.ip_network(cidr)
        except ValueError as error:
            problems.append(
                f"{prefix}allowed_cidrs[{index}] is '{cidr}': allowed is a range in CIDR notation, such as "
                f"203.0.113.0/24 ({error})"
            )
    built = build_policy(params["endpoint_type"], params["vpc_endpoint_ids"] or [], params["allowed_cidrs"] or [])
    option = "policy" if params["policy"] else "allowed_cidrs"
    size = len(json.dumps(params["policy"] or built).encode())
    if size > POLICY_SIZE:
        problems.append(
            f"{prefix}{option} makes a resource policy of {size} bytes: allowed are {POLICY_SIZE} (an address range is "
            "about 20)"
        )
    return problems


def check_cors(cors: dict[str, Any] | None, prefix: str = "cors.") -> list[str]:
    """Check origin, headers and age as they go into the answers' fixed headers."""
    if cors is None:
        return []
    problems = check_pattern(
        f"{prefix}allowed_origin",
        cors["allowed_origin"],
        r"\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?",
        "'*', or one origin such as https://app.example.com, without a path",
    )
    for header in cors["allowed_headers"]:
        problems += check_pattern(
            f"{prefix}allowed_headers", header, r"[A-Za-z0-9!#$%&*+.^_`|~-]+", "names of headers such as X-Api-Key"
        )
    # Browsers keep an answer for at most a day.
    return problems + check_range(f"{prefix}max_age_seconds", cors["max_age_seconds"], 0, 86400, "seconds")


def check_authorizers(authorizers: list[dict[str, Any]]) -> list[str]:
    """Check each authorizer. Source: CreateAuthorizer in the API Gateway API reference."""
    return [
        problem
        for index, authorizer in enumerate(authorizers)
        for problem in _check_authorizer(f"authorizers[{index}]", authorizer)
    ]


def _check_authorizer(name: str, authorizer: dict[str, Any]) -> list[str]:
    kind, pools = authorizer["type"], authorizer["provider_arns"] or []
    problems = check_length(f"{name}.name", authorizer["name"], 1, 128)
    if (kind == COGNITO) != bool(pools):
        problems.append(
            f"{name}.provider_arns is {pools} with type {kind}: allowed are ARNs of user pools with {COGNITO}, where they "
            "are required, and only there"
        )
    for pool in pools:
        problems += check_pattern(f"{name}.provider_arns", pool, USER_POOL, "the ARN of a Cognito user pool")
    if kind != COGNITO:
        problems += check_pattern(
            f"{name}.uri",
            authorizer["uri"] or "",
            FUNCTION_URI,
            "a function's URI, arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations",
        )
    ttl = authorizer["result_ttl_in_seconds"]
    return [
        *problems,
        *check_range(f"{name}.result_ttl_in_seconds", ttl, 0, 3600, "seconds, 0: not kept"),
        *check_identity_source(f"{name}.identity_source", authorizer, ttl),
    ]


def check_identity_source(name: str, authorizer: dict[str, Any], ttl: int | None) -> list[str]:
    """Check what an authorizer looks at, by its type and by whether its answer is kept."""
    sources = [part.strip() for part in (authorizer["identity_source"] or "").split(",") if part.strip()]
    if authorizer["type"] == "REQUEST" and not sources and ttl != 0:
        return [f"{name} is '': allowed with type REQUEST is at least one source, unless result_ttl_in_seconds is 0"]
    if authorizer["type"] != "REQUEST":
        allowed = [part for part in sources if re.fullmatch(r"method\.request\.header\.[^\s,]+", part)]
        if len(sources) > 1 or allowed != sources:
            return [
                f"{name} is '{authorizer['identity_source']}': allowed with type {authorizer['type']} is one header, "
                "such as method.request.header.Authorization"
            ]
    return [
        problem
        for source in sources
        for problem in check_pattern(
            name,
            source,
            IDENTITY_SOURCE,
            "method.request.<header|querystring>.<name>, stageVariables.<name> or context.<name>",
        )
    ]
