"""Stages and deployments, from answers as real AWS gives them (simulated AWS answers)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from stacks import ROOT

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import stages
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.version import VERSION

HASH = "a" * 64


def test_a_deployment_carries_its_hash() -> None:
    assert stages.deployed_hash({"description": stages.mark(HASH)}) == HASH


def test_a_deployment_tells_the_version_that_made_it_where_that_did_tell() -> None:
    assert stages.deployed_version({"description": stages.mark(HASH)}) == VERSION
    for version, description in {None: f"{stages.MARK}{HASH}", "9.8.7": f"{stages.MARK}{HASH} version 9.8.7"}.items():
        assert stages.deployed_hash({"description": description}) == HASH
        assert stages.deployed_version({"description": description}) == version


def test_the_version_is_that_of_the_collection() -> None:
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"] == VERSION


@pytest.mark.parametrize(
    "deployment", [None, {}, {"description": "by hand"}, {"description": f"see {stages.mark(HASH)}"}]
)
def test_other_deployments_have_none(deployment: dict[str, Any] | None) -> None:
    assert stages.deployed_hash(deployment) is None and stages.deployed_version(deployment) is None


def test_spent_deployments_are_ours_old_and_unused() -> None:
    ours = [{"id": f"d{day}", "createdDate": day, "description": stages.mark(HASH)} for day in range(5)]
    others = [{"id": "hand", "createdDate": 0, "description": "by hand"}]

    assert stages.spent_deployments([*others, *ours], {"d0", "d4"}, keep=1) == ["d2", "d1"]


def test_a_stage_of_aws() -> None:
    """GetStage writes the path of a method's settings with ~1 for each slash."""
    stage = stages.stage_to_dict(
        {
            "stageName": "prod",
            "deploymentId": "d1",
            "methodSettings": {
                "~1a~1b/GET": {"throttlingRateLimit": 5.0, "metricsEnabled": False},
                "*/*": {"loggingLevel": "INFO", "requireAuthorizationForCacheControl": True},
            },
            "accessLogSettings": {"destinationArn": "arn:x", "format": "f"},
            "tracingEnabled": True,
        }
    )

    assert stage["method_settings"] == {
        "/a/b/GET": {"throttling_rate_limit": 5.0, "metrics_enabled": False},
        "*/*": {"logging_level": "INFO"},
    }
    assert stage["access_log"] == {"destination_arn": "arn:x", "format": "f"} and stage["tracing_enabled"] is True


@pytest.mark.parametrize(
    ("key", "method"),
    [("*/*", "*/*"), ("~1a/GET", "/a/GET"), ("a/GET", "/a/GET"), ("/a/GET", "/a/GET"), ("~1/GET", "/GET")],
)
def test_keys_of_method_settings(key: str, method: str) -> None:
    assert stages.to_method_key(key) == method


def test_method_settings_are_exactly_those_named() -> None:
    current = {"*/*": {"logging_level": "INFO", "metrics_enabled": True}, "/a/GET": {"metrics_enabled": True}}
    wanted = stages.wanted_method_settings(current, {"*/*": {"logging_level": "OFF", "throttling_burst_limit": "7"}})

    assert wanted == {"*/*": {"logging_level": "OFF", "metrics_enabled": True, "throttling_burst_limit": 7}}
    assert stages.build_stage_patches({"method_settings": Change(current, wanted)}) == [
        {"op": "remove", "path": "/~1a/GET"},
        {"op": "replace", "path": "/*/*/logging/loglevel", "value": "OFF"},
        {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "7"},
    ]


def test_patches() -> None:
    changes = {
        "tracing_enabled": Change(False, True),
        "variables": Change({"a": "1", "b": "2"}, {"b": "3"}),
        "access_log": Change({"destination_arn": "arn:x", "format": "f"}, {}),
    }

    assert stages.build_stage_patches(changes) == [
        {"op": "replace", "path": "/tracingEnabled", "value": "true"},
        {"op": "remove", "path": "/variables/a"},
        {"op": "replace", "path": "/variables/b", "value": "3"},
        {"op": "remove", "path": "/accessLogSettings"},
    ]


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://apigateway.ca-central-1.amazonaws.com", "https://a1.execute-api.ca-central-1.amazonaws.com/prod"),
        ("https://apigateway.cn-north-1.amazonaws.com.cn", "https://a1.execute-api.ca-central-1.amazonaws.com.cn/prod"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/_aws/execute-api/a1/prod"),
        ("http://notamazonaws.com/", "http://notamazonaws.com/_aws/execute-api/a1/prod"),
    ],
)
def test_invoke_urls(endpoint: str, url: str) -> None:
    assert stages.build_invoke_url(endpoint, "ca-central-1", "a1", "prod") == url
