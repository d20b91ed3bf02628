"""The action validate_stack, as a play runs it: templates, types and all problems at once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from variables import NAMES, find_problems, trust, validate_stack


def test_the_defaults_are_good_and_nothing_changes() -> None:
    assert validate_stack(trust(NAMES))["changed"] is False


def test_values_are_templated() -> None:
    variables = {"size": "{{ small | ternary(1, 2) }}", "small": True, "cache_num_cache_clusters": "{{ size }}"}

    assert find_problems(variables) == [
        "cache_automatic_failover_enabled is true with cache_num_cache_clusters 1: allowed is failover with 2 to 6 nodes"
    ]


def test_routes_may_share_parts_by_yaml_anchors() -> None:
    mock = {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}}
    route = {"path": "/a", "method": "GET", "integration": mock, "responses": [{"status_code": "200"}]}

    assert find_problems({"api_routes": [route, {**route, "path": "/b"}]}) == []


def test_extra_variables_are_texts() -> None:
    good = {"database_instance_count": "1", "database_min_capacity": "0.5", "cache_final_snapshot": "yes"}

    assert find_problems(good) == []
    assert find_problems({"database_min_capacity": "0.7"}) == [
        "database_min_capacity is 0.7: allowed are half steps, such as 0.5 or 1.0 ACU"
    ]


@pytest.mark.parametrize(
    ("variables", "option"),
    [
        ({"cache_node_type": "cache.{{ nowhere }}.micro"}, "cache_node_type"),
        ({"network_private_subnet_cidrs": ["10.0.10.0/24", "{{ nowhere }}"]}, "network_private_subnet_cidrs"),
        ({"stack_tags": {"Owner": "{{ nowhere }}"}}, "stack_tags"),
        ({"stack_region": "{{ nowhere }}"}, "stack_region"),
        ({"api_routes": "{{ routes }}", "routes": [{"path": "{{ nowhere }}"}]}, "api_routes"),
    ],
)
def test_an_undefined_variable_is_one_clear_sentence(variables: dict[str, Any], option: str) -> None:
    (problem,) = find_problems(variables)

    assert problem.startswith(f"{option} has no value: ") and "'nowhere' is undefined" in problem


def test_a_template_that_is_none_is_told_with_its_variable() -> None:
    (problem,) = find_problems({"cache_node_type": "{{ cache."})

    assert problem.startswith("cache_node_type has no value: ") and "template" in problem


def test_defaults_that_are_templates_follow_their_variables() -> None:
    """secrets_port follows database_port, which the rules of the secrets allow from 1 on."""
    assert find_problems({"database_port": 70000}, tiers=["secrets"]) == [
        "secrets_port is 70000: allowed is 1 to 65535"
    ]
    assert find_problems({"database_port": 70000, "secrets_port": 5432}, tiers=["secrets"]) == []


def test_only_the_tiers_asked_for_are_checked() -> None:
    variables = {"cache_port": 0, "database_port": 0, "stack_name": "-"}
    words = "lower-case letters, digits and single hyphens, starting with a letter, not ending with a hyphen"

    assert find_problems(variables, tiers=["cache"]) == [
        f"stack_name is '-': allowed is {words}",
        "cache_port is 0: allowed is 1 to 65535",
    ]
    assert find_problems({"cache_port": 0}, tiers=["network", "api"]) == []


def test_all_problems_come_at_once_and_each_once() -> None:
    variables = {
        "stack_name": "I",
        "cache_port": "redis",
        "database_min_capacity": "{{ nowhere }}",
        "api_throttle_rate_limit": -1,
    }
    with pytest.raises(AnsibleActionFail) as failure:
        validate_stack(trust({**NAMES, **variables}))
    problems = failure.value._result["problems"]

    assert [problem.split(" ")[0] for problem in problems] == [
        "stack_name",
        "cache_port",
        "database_min_capacity",
        "api_throttle_rate_limit",
    ]
    assert str(failure.value) == "; ".join(problems)


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("cache_port", "redis", "int"),
        ("api_throttle_rate_limit", "many", "float"),
        ("cache_multi_az_enabled", "perhaps", "bool"),
        ("stack_tags", "Owner", "dict"),
        ("network_availability_zones", None, "list"),
        ("cache_num_cache_clusters", None, "int"),
    ],
)
def test_wrong_types(option: str, value: Any, wanted: str) -> None:
    (problem,) = find_problems({option: value})

    assert problem == f"{option} is '{value}': allowed is a value of type {wanted}"


def test_choices_and_required_variables() -> None:
    (choice,) = find_problems({"cache_engine": "memcached"})
    with pytest.raises(AnsibleActionFail, match="missing required arguments: stack_environment"):
        validate_stack(trust({"stack_name": "iot"}), tiers=["api"])

    assert "cache_engine" in choice and "redis, valkey" in choice and "memcached" in choice


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(AnsibleError, match="tiers"):
        validate_stack(trust(NAMES), tiers=["netwrok"])
