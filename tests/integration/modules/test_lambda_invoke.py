"""lambda_invoke against MiniStack, which runs the function for real."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from modules import Account

MODULE = "lambda_invoke"
CODE = """import os
import time


def handler(event, context):
    with open(os.environ["COUNT"], "a") as count:
        count.write("x")
    if event.get("fail"):
        raise ValueError("no table readings")
    time.sleep(event.get("sleep", 0))
    return event.get("say")
"""


@pytest.fixture
def function(account: Account, tmp_path: Any) -> Any:
    """Make a function; its answer is the number of its invocations so far."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("main.py", CODE)
    trust = {"Version": "2012-10-17", "Statement": []}
    role = account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    client, count = account.client("lambda"), tmp_path / "count"
    client.create_function(
        FunctionName="iot-migrate-dev",
        Runtime="python3.13",
        Handler="main.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
        Timeout=20,
        Environment={"Variables": {"COUNT": str(count)}},
    )
    client.get_waiter("function_active_v2").wait(FunctionName="iot-migrate-dev")
    return lambda: len(count.read_text()) if count.exists() else 0


def run(account: Account, **more: Any) -> Any:
    return account.run(MODULE, function_name="iot-migrate-dev", **more)


def tags(account: Account) -> dict[str, str]:
    return account.client("lambda").get_function(FunctionName="iot-migrate-dev")["Tags"]


def test_a_function_is_invoked_once_for_a_text(account: Account, function: Any) -> None:
    planned = run(account, check_mode=True, once_for="v1")
    first = run(account, once_for="v1", payload={"say": {"applied": [1, 2]}})
    second = run(account, once_for="v1", payload={"say": {"applied": [1, 2]}})
    checked = run(account, check_mode=True, once_for="v1")
    count = function()
    other = run(account, once_for="v2")

    assert planned["changed"] and not planned["executed"] and planned.calls == ["GetFunction"]
    assert first["changed"] and first["executed"] and first["answer"] == {"applied": [1, 2]} and count == 1
    assert first.writes == ["Invoke", "TagResource"] and tags(account) == {"InvokedFor": "v2"}
    assert not second["changed"] and not second["executed"] and second.calls == ["GetFunction"]
    assert second["answer"] is None and not checked["changed"]
    assert other["changed"] and function() == 2
    assert other["diff"]["before"] == {"invoked_for": "v1"} and other["diff"]["after"] == {"invoked_for": "v2"}


def test_a_function_that_fails_is_invoked_again(account: Account, function: Any) -> None:
    message = account.fail(MODULE, function_name="iot-migrate-dev", once_for="v1", payload={"fail": True})
    again = run(account, once_for="v1")

    # AWS gives the error's own class; MiniStack gives its own.
    assert message.startswith("function iot-migrate-dev failed: ") and message.endswith("Error: no table readings")
    assert again["executed"] and function() == 2 and tags(account) == {"InvokedFor": "v1"}


def test_without_a_text_each_run_invokes(account: Account, function: Any) -> None:
    planned = run(account, check_mode=True)
    first, second = run(account, payload={"say": "hello"}), run(account)

    assert planned["changed"] and planned.calls == [] and not planned["executed"]
    assert first["changed"] and first["answer"] == "hello" and first.calls == ["Invoke"]
    assert second["changed"] and second["answer"] is None and function() == 2


def test_reading_is_no_change_and_done_in_check_mode_too(account: Account, function: Any) -> None:
    checked = run(account, check_mode=True, read_only=True, payload={"say": [1]})
    result = run(account, read_only=True, payload={"say": [1]})

    assert checked["answer"] == result["answer"] == [1] and checked["executed"] and function() == 2
    assert not checked["changed"] and not result["changed"] and result.calls == ["Invoke"]


def test_a_long_answer_is_waited_for_and_a_longer_one_is_not_asked_for_twice(account: Account, function: Any) -> None:
    result = run(account, payload={"sleep": 2, "say": "done"}, read_timeout=10)
    message = account.fail(MODULE, function_name="iot-migrate-dev", payload={"sleep": 3}, read_timeout=1)

    assert result["answer"] == "done"
    assert message.startswith("function iot-migrate-dev did not answer within 1 seconds (read_timeout).")
    assert function() == 2


def test_a_function_that_does_not_exist_is_named(account: Account) -> None:
    sentence = "function iot-not-there does not exist: deploy it first"

    assert account.fail(MODULE, function_name="iot-not-there") == sentence
    assert account.fail(MODULE, function_name="iot-not-there", once_for="v1") == sentence
    assert account.fail(MODULE, function_name="iot-not-there", read_only=True) == sentence
    planned = account.run(MODULE, check_mode=True, function_name="iot-not-there", once_for="v1")
    assert planned["changed"] and not planned["executed"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"function_name": "a b"}, "function_name is 'a b': allowed is 1 to 64 letters"),
        ({"once_for": ""}, "once_for is '': allowed is 1 to 256 letters"),
        ({"once_for": "a,b"}, "once_for is 'a,b'"),
        ({"read_timeout": 901}, "read_timeout is 901: allowed is 1 to 900 seconds"),
        ({"payload": {"x": "x" * 7_000_000}}, "payload has 7000009 bytes: allowed are 6291456 (6 MB)"),
        ({"once_for": "a", "read_only": True}, "mutually exclusive"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, more: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{"function_name": "iot-bad", **more})

    assert result["failed"] and message in result["msg"] and result.calls == []
