"""elasticache_parameter_group: its pure parts, and simulated AWS answers for what MiniStack does not show."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.modules import elasticache_parameter_group as module

NAME = "iot-redis-params-dev"
ARN = f"arn:aws:elasticache:ca-central-1:123456789012:parametergroup:{NAME}"
PARAMS: dict[str, Any] = {
    "name": NAME,
    "family": "redis7",
    "description": None,
    "parameters": {"timeout": 30, "activedefrag": True, "lazyfree-lazy-eviction": False},
    "tags": None,
    "purge_tags": True,
}


@pytest.fixture
def client() -> Any:
    """A client without an account behind it."""
    return boto3.client("elasticache", region_name="ca-central-1", aws_access_key_id="1", aws_secret_access_key="2")


def test_values_are_written_as_aws_writes_them() -> None:
    wanted = module.build_wanted(PARAMS, None)

    assert wanted["parameters"] == {"timeout": "30", "activedefrag": "yes", "lazyfree-lazy-eviction": "no"}
    assert wanted["description"] == NAME and wanted["tags"] is None


def test_options_left_out_are_left_alone() -> None:
    current = {"family": "redis7", "description": "mine", "parameters": {"timeout": "30"}, "tags": {}}
    wanted = module.build_wanted({**PARAMS, "parameters": None}, current)

    assert wanted["parameters"] is wanted["description"] is wanted["tags"] is None


def test_aws_is_asked_for_user_parameters_page_by_page(client: Any) -> None:
    asked = {"CacheParameterGroupName": NAME, "Source": "user"}
    page = [{"ParameterName": "timeout", "ParameterValue": "30", "Source": "user"}]
    rest = [{"ParameterName": "databases", "ParameterValue": "1", "Source": "user"}]
    group = {"CacheParameterGroupName": NAME, "CacheParameterGroupFamily": "redis7", "Description": "d", "ARN": ARN}
    with Stubber(client) as stub:
        stub.add_response("describe_cache_parameter_groups", {"CacheParameterGroups": [group]})
        stub.add_response("describe_cache_parameters", {"Parameters": page, "Marker": "more"}, asked)
        stub.add_response("describe_cache_parameters", {"Parameters": rest}, {**asked, "Marker": "more"})
        stub.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})
        current = module.read_current(client, NAME)

    assert current is not None and current["parameters"] == {"timeout": "30", "databases": "1"}


def test_aws_takes_twenty_parameters_a_call(client: Any) -> None:
    names = [f"parameter-{number:02d}" for number in range(25)]
    pairs = [{"ParameterName": name, "ParameterValue": "1"} for name in names]
    resets = [{"ParameterName": f"old-{name}"} for name in names]
    answer = {"CacheParameterGroupName": NAME}
    change = Change({f"old-{name}": "1" for name in names}, dict.fromkeys(names, "1"))
    with Stubber(client) as stub:
        for operation, sent in (("reset_cache_parameter_group", resets), ("modify_cache_parameter_group", pairs)):
            for part in (sent[:20], sent[20:]):
                stub.add_response(operation, answer, {**answer, "ParameterNameValues": part})
        module.apply_parameters(client, NAME, {"parameters": change})
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "default.redis7"}, "name is 'default.redis7'"),
        ({"name": "a" * 256}, "(256 characters): allowed are 1 to 255"),
        ({"tags": {"aws:a": "b"}}, "tags has the key 'aws:a'"),
    ],
)
def test_bad_options(options: dict[str, Any], problem: str) -> None:
    assert problem in "; ".join(module.validate({**PARAMS, **options}))
