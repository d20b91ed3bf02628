"""core.validation: limits in words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_identifier,
    check_length,
    check_pattern,
    check_range,
    check_tags,
    refuse,
)


@pytest.mark.parametrize("value", [None, 0, 35, 0.5])
def test_range_allows_its_ends_and_nothing_given(value: float | None) -> None:
    assert check_range("days", value, 0, 35) == []


@pytest.mark.parametrize("value", [-1, 36, 35.5])
def test_range_names_option_value_and_limits(value: float) -> None:
    assert check_range("days", value, 0, 35, "days") == [f"days is {value}: allowed is 0 to 35 days"]


def test_length() -> None:
    assert check_length("name", None, 1, 3) == check_length("name", "abc", 1, 3) == []
    assert check_length("name", "abcd", 1, 3) == ["name is 'abcd' (4 characters): allowed are 1 to 3 characters"]
    assert check_length("name", "", 1, 3) == ["name is '' (0 characters): allowed are 1 to 3 characters"]


def test_pattern_takes_the_whole_value() -> None:
    assert check_pattern("path", None, "/.*", "a path") == check_pattern("path", "/a", "/.*", "a path") == []
    assert check_pattern("path", "a/", "/.*", "a path") == ["path is 'a/': allowed is a path"]
    assert check_pattern("path", "/a\n", "/[a-z]*", "a path")


@pytest.mark.parametrize("value", ["a", "A1", "iot-redis-dev", "a-1-b", "a" * 40, None])
def test_identifiers(value: str | None) -> None:
    assert check_identifier("name", value, 40) == []


@pytest.mark.parametrize("value", ["", "1a", "-a", "a-", "a--b", "a_b", "a.b", "ä", "a b", "a\n", "a" * 41])
def test_bad_identifiers_are_one_sentence(value: str) -> None:
    problems = check_identifier("name", value, 40)

    assert len(problems) == 1 and problems[0].startswith(f"name is '{value}'")


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"aws:x": "y"}, "tags has the key 'aws:x'"),
        ({"AWS:x": "y"}, "tags has the key 'AWS:x'"),
        ({"": "y"}, "tags has the key ''"),
        ({"a" * 129: "y"}, "allowed are 1 to 128 characters"),
        ({"a": "y" * 257}, "tags['a'] has 257 characters: allowed are up to 256"),
        ({str(number): "" for number in range(51)}, "tags has 51 tags: allowed are 50"),
    ],
)
def test_bad_tags(tags: dict[str, Any], problem: str) -> None:
    assert len(check_tags("tags", tags)) == 1 and problem in check_tags("tags", tags)[0]


def test_tags_that_are_fine() -> None:
    tags = {"a" * 128: "y" * 256, "number": 5, "Ünïcode +-=._:/@": ""}

    assert check_tags("tags", tags) == check_tags("tags", None) == check_tags("tags", {}) == []


def test_all_problems_are_one_error() -> None:
    refuse([])
    with pytest.raises(AnsibleAWSError) as caught:
        refuse(["a is 1: allowed is 2", "b is 1: allowed is 2"])
    assert caught.value.message == "a is 1: allowed is 2; b is 1: allowed is 2"
