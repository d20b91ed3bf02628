"""The resource policy of a REST API, as AWS tells it and as it is built (simulated AWS answers)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.policies import (
    build_policy,
    is_built,
    read_policy,
    wanted_policy,
)

ARN = "arn:aws:execute-api:ca-central-1:123456789012:a1b2c3/*"
OWN = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
CIDRS = ["203.0.113.0/24", "2001:db8::/32"]


def stored(policy: dict[str, Any]) -> str:
    """A policy as GetRestApi has it: resources as ARNs, quotes escaped."""
    return json.dumps(json.dumps(policy).replace("execute-api:/*", ARN))[1:-1]


def params(**more: Any) -> dict[str, Any]:
    return {"policy": None, "allowed_cidrs": None, "vpc_endpoint_ids": None, "endpoint_type": "REGIONAL", **more}


@pytest.mark.parametrize("text", [None, ""])
def test_none(text: str | None) -> None:
    assert read_policy(text, "a1b2c3") == {}


def test_aws_fills_in_the_arn_and_escapes_quotes() -> None:
    policy = build_policy("REGIONAL", [], CIDRS)

    assert read_policy(stored(policy), "a1b2c3") == policy
    assert read_policy(json.dumps(policy), "a1b2c3") == policy, "and as text that is not escaped"
    assert read_policy(stored(policy), "other1")["Statement"][0]["Resource"] == ARN, "of another API it stays"


def test_restrictions_deny_what_is_not_named() -> None:
    allow, addresses = build_policy("REGIONAL", [], CIDRS)["Statement"]
    assert (allow["Effect"], allow["Principal"], "Condition" in allow) == ("Allow", "*", False)
    assert (addresses["Effect"], addresses["Condition"]) == ("Deny", {"NotIpAddress": {"aws:SourceIp": CIDRS}})

    _allow, addresses, endpoints = build_policy("PRIVATE", ["vpce-1"], ["10.0.0.0/16"])["Statement"]
    assert addresses["Condition"] == {"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/16"]}}
    assert (endpoints["Effect"], endpoints["Condition"]) == (
        "Deny",
        {"StringNotEquals": {"aws:SourceVpce": ["vpce-1"]}},
    )
    assert build_policy("REGIONAL", [], []) == {}, "a policy that allows all would open a private API"


def test_what_is_built_is_told_from_what_is_not() -> None:
    assert is_built(build_policy("PRIVATE", ["vpce-1"], CIDRS))
    assert not is_built({}) and not is_built(OWN)
    mixed = build_policy("REGIONAL", [], CIDRS)
    mixed["Statement"].append(OWN["Statement"])
    assert not is_built(mixed)


def test_the_same_meaning_is_no_change() -> None:
    now = build_policy("REGIONAL", [], CIDRS)
    told = {**now, "Statement": [{**one, "Action": ["execute-api:Invoke"]} for one in reversed(now["Statement"])]}

    assert wanted_policy(params(allowed_cidrs=CIDRS), told) is told
    assert wanted_policy(params(allowed_cidrs=CIDRS[:1]), told) == build_policy("REGIONAL", [], CIDRS[:1])
    assert wanted_policy(params(policy=now), told) is told


def test_only_a_policy_of_ours_goes_with_its_restrictions() -> None:
    built = build_policy("REGIONAL", [], CIDRS)

    assert wanted_policy(params(allowed_cidrs=[]), built) == {}
    assert wanted_policy(params(allowed_cidrs=[]), OWN) is None, "left alone: the API would be open"
    assert wanted_policy(params(), built) is None
    assert wanted_policy(params(policy={}), OWN) == {}
