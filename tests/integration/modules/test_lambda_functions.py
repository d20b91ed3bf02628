"""lambda_functions against MiniStack, which runs the functions for real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from modules import Account
from test_lambda_function import build_zip, make_role

NAMES = ["iot-several-a-dev", "iot-several-b-dev", "iot-several-c-dev"]


@pytest.fixture
def options(local_aws: Account, tmp_path: Path) -> dict[str, Any]:
    """Three functions of the same code, which say at which level they log."""
    return {
        "functions": [{"function_name": name, "environment": {"LOG_LEVEL": name}} for name in NAMES],
        "defaults": {
            "runtime": "python3.13",
            "handler": "greeter.main.handler",
            "role": make_role(local_aws, "iot-several-role-dev"),
            "log_group": {"retention_in_days": 7},
            "tags": {"Environment": "dev"},
            **build_zip(tmp_path),
        },
    }


def test_from_the_first_run_to_the_last(local_aws: Account, options: dict[str, Any]) -> None:
    functions = local_aws.client("lambda")
    planned = local_aws.run("lambda_functions", check_mode=True, **options)
    first = local_aws.run("lambda_functions", **options)
    second = local_aws.run("lambda_functions", **options)

    assert planned.writes == [] and planned["diff"] == first["diff"] and len(first["diff"]) == 3
    assert not second["changed"] and second.writes == [] and second["functions"] == first["functions"]
    for name, function in zip(NAMES, first["functions"], strict=True):
        assert functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"] == function["arn"]
        answer = functions.invoke(FunctionName=name, Payload=b"{}")
        assert json.loads(answer["Payload"].read())["level"] == name

    one = {**options, "functions": [*options["functions"][:2], {**options["functions"][2], "timeout": 9}]}
    changed = local_aws.run("lambda_functions", **one)

    assert [diff["after_header"] for diff in changed["diff"]] == [f"function {NAMES[2]}"]
    assert changed.writes == ["UpdateFunctionConfiguration"]

    removed = local_aws.run("lambda_functions", state="absent", functions=[{"name": name} for name in NAMES])

    assert [diff["action"] for diff in removed["diff"]] == ["remove"] * 3
    for name in NAMES:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            functions.get_function(FunctionName=name)
    groups = local_aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/iot-several")["logGroups"]
    assert groups == []
