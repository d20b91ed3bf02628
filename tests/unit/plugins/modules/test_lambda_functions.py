"""lambda_functions with simulated AWS answers; what one function is like is tested with lambda_function."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error, lambda_function

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import PROGRESS_FILE

NAMES = ["iot-ingest-dev", "iot-query-dev", "iot-migrate-dev"]
NEW, SAME, OTHER = NAMES
ROLE = "arn:aws:iam::123456789012:role/iot-ingest-role-dev"
MISSING = error("ResourceNotFoundException", "Function not found", 404)


def function(name: str, **more: Any) -> dict[str, Any]:
    """An answer of GetFunction."""
    return lambda_function(name, ROLE, **more)


@pytest.fixture
def answers() -> dict[str, list[Any]]:
    """What GetFunction says of each function, one answer after the other: only the second one is as it should be."""
    return {
        NEW: [MISSING, function(NEW, State="Pending"), function(NEW)],
        SAME: [function(SAME, Timeout=9)],
        OTHER: [function(OTHER), function(OTHER, LastUpdateStatus="InProgress", Timeout=9), function(OTHER, Timeout=9)],
    }


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[Any]]) -> SimulatedAWS:
    simulated = SimulatedAWS(monkeypatch)

    def next_answer(request: dict[str, Any]) -> Any:
        left = answers[request["FunctionName"]]
        return left.pop(0) if len(left) > 1 else left[0]

    simulated.answers = {
        "GetFunction": [next_answer],
        "CreateFunction": [lambda request: function(request["FunctionName"])["Configuration"]],
        "UpdateFunctionConfiguration": [{}],
    }
    return simulated


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """Three functions; the code of those that there are is not compared."""
    (tmp_path / "f.zip").write_bytes(b"zip")
    new = {"function_name": NEW, "zip_path": str(tmp_path / "f.zip")}
    defaults = {"runtime": "python3.13", "handler": "a.b", "role": ROLE, "timeout": 9}
    return {"functions": [new, {"name": SAME}, {"function_name": OTHER}], "defaults": defaults}


def run(**options: Any) -> ModuleResult:
    return run_module("lambda_functions", **CONNECTION, **options)


def test_each_is_created_left_or_changed(aws: SimulatedAWS, options: dict[str, Any]) -> None:
    result = run(**options)

    assert [(diff["after_header"], diff["action"]) for diff in result["diff"]] == [
        (f"function {NEW}", "create"),
        (f"function {OTHER}", "change"),
    ]
    assert [answer["name"] for answer in result["functions"]] == NAMES
    assert [answer["state"] for answer in result["functions"]] == ["Active"] * 3
    assert [request["FunctionName"] for request in aws.sent("CreateFunction")] == [NEW]
    assert aws.sent("UpdateFunctionConfiguration") == [{"FunctionName": OTHER, "Timeout": 9}]


def test_each_wait_shows_its_own_function(
    aws: SimulatedAWS, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share a client, and wait for different states at the same time."""
    progress = tmp_path / "progress"
    progress.touch()
    monkeypatch.setenv(PROGRESS_FILE, str(progress))
    run(**options)

    seen = defaultdict(list)
    for line in progress.read_text().splitlines():
        seen[json.loads(line)["resource"]].append(json.loads(line)["state"])
    assert seen == {
        f"function {NEW}": ["Pending", "Successful"],
        f"function {OTHER}": ["InProgress", "Successful"],
    }


def test_those_that_are_as_they_should_be_are_left(aws: SimulatedAWS, options: dict[str, Any]) -> None:
    result = run(functions=[{"name": SAME}, {"name": OTHER, "timeout": 3}], defaults=options["defaults"])

    assert not result["changed"] and result["diff"] == [] and aws.operations == ["GetFunction"] * 2


def test_check_mode_says_the_same_and_writes_nothing(
    aws: SimulatedAWS, options: dict[str, Any], answers: dict[str, list[Any]]
) -> None:
    again = {name: list(left) for name, left in answers.items()}
    planned = run(**options, check_mode=True)
    answers |= again

    assert aws.operations == ["GetFunction"] * 3 and planned["functions"][0]["arn"] == "known-after-deploy"
    assert planned["diff"] == run(**options)["diff"]


def test_all_are_removed(aws: SimulatedAWS) -> None:
    aws.answers |= {
        "ListEventSourceMappings": [{"EventSourceMappings": []}],
        "DescribeLogGroups": [{"logGroups": []}],
        "DeleteFunction": [{}],
    }
    result = run(functions=[{"function_name": name} for name in NAMES], state="absent")

    assert result["functions"] == [{}, {}, {}] and [diff["action"] for diff in result["diff"]] == ["remove"] * 2
    assert sorted(request["FunctionName"] for request in aws.sent("DeleteFunction")) == sorted([SAME, OTHER])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": SAME, "tracing_mode": "On"}, f"functions['{SAME}']: value of tracing_mode must be one of: Active"),
        ({"name": SAME, "memory_size": 64}, f"functions['{SAME}']: memory_size is 64: allowed is 128 to 10240 MB"),
        (
            {"name": SAME, "permissions": [{"principal": "x"}]},
            f"functions['{SAME}']: missing required arguments: state",
        ),
        ({"name": SAME, "environment": {"DB_PASSWORD": "x"}}, f"functions['{SAME}']: environment has the name"),
        ({"handler": "a.b"}, "functions[1]: missing required arguments: function_name"),
        ({"name": NEW}, f"functions has '{NEW}' 2 times: allowed is once"),
    ],
)
def test_bad_entries_are_refused_before_the_first_call(aws: SimulatedAWS, entry: dict[str, Any], said: str) -> None:
    result = run(functions=[{"function_name": NEW}, entry])

    assert result["failed"] and said in result["msg"] and aws.operations == []


def test_one_that_fails_is_named_and_the_others_are_done(
    aws: SimulatedAWS, options: dict[str, Any], answers: dict[str, list[Any]]
) -> None:
    answers[OTHER][1:] = [function(OTHER, LastUpdateStatus="Failed", LastUpdateStatusReason="no subnet")]
    result = run(**options)

    assert f"functions['{OTHER}']: function {OTHER} went to state Failed" in result["msg"]
    assert result["msg"].endswith(f": no subnet; done all the same: create function {NEW}")
    assert [diff["after_header"] for diff in result["diff"]] == [f"function {NEW}"]


def test_a_role_that_is_new_is_tried_again(aws: SimulatedAWS, options: dict[str, Any]) -> None:
    new_role = error("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
    aws.answers["CreateFunction"] = [new_role, new_role, function(NEW)["Configuration"]]

    assert run(**options)["changed"] and len(aws.sent("CreateFunction")) == 3
