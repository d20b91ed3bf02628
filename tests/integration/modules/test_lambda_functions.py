"""lambda_functions against MiniStack, which runs the functions for real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from modules import Account, run_module

CODE = 'import os\n\n\ndef handler(event, context):\n    return {"level": os.environ["LOG_LEVEL"]}\n'
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
NAMES = ["iot-several-a-dev", "iot-several-b-dev", "iot-several-c-dev"]


@pytest.fixture
def options(account: Account, tmp_path: Path) -> dict[str, Any]:
    """Three functions of the same code, which say at which level they log."""
    (tmp_path / "greeter").mkdir()
    (tmp_path / "greeter" / "__init__.py").write_text(CODE)
    package = run_module("lambda_package", source=str(tmp_path / "greeter"), path=str(tmp_path / "greeter.zip"))
    trust = {"RoleName": "iot-several-role-dev", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    return {
        "functions": [{"function_name": name, "environment": {"LOG_LEVEL": name}} for name in NAMES],
        "defaults": {
            "runtime": "python3.13",
            "handler": "greeter.handler",
            "role": account.client("iam").create_role(**trust)["Role"]["Arn"],
            "log_group": {"retention_in_days": 7},
            "tags": {"Environment": "dev"},
            "zip_path": package["path"],
        },
    }


def test_from_the_first_run_to_the_last(account: Account, options: dict[str, Any]) -> None:
    functions = account.client("lambda")
    planned = account.run("lambda_functions", check_mode=True, **options)
    first = account.run("lambda_functions", **options)
    second = account.run("lambda_functions", **options)

    assert planned.writes == [] and planned["diff"] == first["diff"] and len(first["diff"]) == 3
    assert not second["changed"] and second.writes == [] and second["functions"] == first["functions"]
    for name, function in zip(NAMES, first["functions"], strict=True):
        assert functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"] == function["arn"]
        answer = functions.invoke(FunctionName=name, Payload=b"{}")
        assert json.loads(answer["Payload"].read())["level"] == name

    one = {**options, "functions": [*options["functions"][:2], {**options["functions"][2], "timeout": 9}]}
    changed = account.run("lambda_functions", **one)

    assert [diff["after_header"] for diff in changed["diff"]] == [f"function {NAMES[2]}"]
    assert changed.writes == ["UpdateFunctionConfiguration"]

    removed = account.run("lambda_functions", state="absent", functions=[{"name": name} for name in NAMES])

    assert [diff["action"] for diff in removed["diff"]] == ["remove"] * 3
    for name in NAMES:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            functions.get_function(FunctionName=name)
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/iot-several")["logGroups"]
    assert groups == []
