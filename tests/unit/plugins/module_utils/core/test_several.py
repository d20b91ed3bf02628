"""core.several: a list of things of a kind that is made up here, worked on at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from modules import ModuleResult, run_main
from simulated import CONNECTION, error

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import ReplacementRefused
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import Kind
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.several import THREADS, ensure_several
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_range

SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "size": {"type": "int", "default": 1},
    "color": {"type": "str", "choices": ["red", "blue"]},
    "password": {"type": "str", "no_log": True},
    "password_of": {"type": "str", "no_log": False},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
}
RULES: dict[str, Any] = {
    "required_if": [("color", "blue", ["tags"])],
    "mutually_exclusive": [("password", "password_of")],
}
Work = Callable[[Any], Any]


def run(things: list[dict[str, Any]], work: Work | None = None, **options: Any) -> ModuleResult:
    """Run the module for several things, which are made by ``work``; what that returns are their changes."""

    def ensure(done: str) -> Callable[[Any, Any], dict[str, Any]]:
        def of_one(module: Any, client: Any) -> dict[str, Any]:
            changed = True if work is None else bool(work(module))
            diff = {"before": {}, "after": {}, "after_header": f"thing {module.params['name']}", "action": done}
            shown = {name: module.params[name] for name in ("name", "size", "tags")}
            return {
                "changed": changed,
                "diff": diff,
                "thing": {**shown, "service": client.meta.service_model.service_name},
            }

        return of_one

    kind = Kind("sqs", "thing", SPEC, validate, ensure("create"), ensure("remove"), rules=RULES)
    return run_main(lambda: ensure_several(kind, "things"), things=things, **CONNECTION, **options)


def validate(params: dict[str, Any]) -> list[str]:
    return check_range("size", params["size"], 1, 9)


def named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


def test_all_are_worked_on_at_the_same_time_and_answered_in_order() -> None:
    together = threading.Barrier(3, timeout=10)

    def work(module: Any) -> int:
        turn = together.wait()
        time.sleep({"a": 0.2, "b": 0.1, "c": 0}[module.params["name"]])
        return turn >= 0

    result = run(named("a", "b", "c"), work)

    assert [thing["name"] for thing in result["things"]] == ["a", "b", "c"] and result["changed"]
    assert [diff["after_header"] for diff in result["diff"]] == ["thing a", "thing b", "thing c"]
    assert {thing["service"] for thing in result["things"]} == {"sqs"}


def test_not_more_are_worked_on_than_there_are_threads() -> None:
    lock, at_work, most = threading.Lock(), 0, 0

    def work(_module: Any) -> bool:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        with lock:
            at_work -= 1
        return True

    result = run(named(*(str(number) for number in range(3 * THREADS))), work)

    assert most == THREADS and len(result["things"]) == 3 * THREADS


def test_the_diff_has_those_only_that_change() -> None:
    result = run(named("a", "b"), lambda module: module.params["name"] == "b")

    assert result["changed"] and [diff["after_header"] for diff in result["diff"]] == ["thing b"]
    unchanged = run(named("a"), lambda _module: False)
    assert not unchanged["changed"] and unchanged["diff"] == []


def test_nothing_asked_for_is_nothing_done() -> None:
    result = run([])

    assert not result["changed"] and result["things"] == [] and result["diff"] == []


def test_the_state_is_that_of_all() -> None:
    result = run(named("a", "b"), state="absent")

    assert [diff["action"] for diff in result["diff"]] == ["remove", "remove"]


def test_a_default_is_for_those_that_do_not_say_otherwise_under_any_name() -> None:
    things = [{"name": "a"}, {"name": "b", "size": 3}, {"name": "c", "tags": {"of": "c"}}]
    result = run(things, defaults={"size": "2", "resource_tags": {"of": "all"}})

    assert [thing["size"] for thing in result["things"]] == [2, 3, 2]
    assert [thing["tags"]["of"] for thing in result["things"]] == ["all", "all", "c"]


@pytest.mark.parametrize(
    ("entry", "options", "said"),
    [
        ({"size": 3}, {}, "things[1]: missing required arguments: name"),
        ({"name": "b", "sise": 3}, {}, "things['b']: unknown option sise. Supported parameters include: "),
        (
            {"name": "b", "size": "many"},
            {},
            "things['b']: argument 'size' is of type str and we were unable to convert to int",
        ),
        ({"name": "b", "color": "pink"}, {}, "things['b']: value of color must be one of: red, blue, got: pink"),
        ({"name": "b", "color": "blue"}, {}, "things['b']: color is blue but all of the following are missing: tags"),
        (
            {"name": "b", "password": "hush-hush", "password_of": "y"},
            {},
            "things['b']: parameters are mutually exclusive: password|",
        ),
        ({"name": "b", "size": 10}, {}, "things['b']: size is 10: allowed is 1 to 9"),
        ({"name": "b"}, {"defaults": {"size": 10}}, "things['b']: size is 10: allowed is 1 to 9"),
        ({"name": "b", "state": "absent"}, {}, "things['b']: state is 'absent': allowed is it for all of the list"),
        (
            {"name": "b", "region": "eu-west-1"},
            {},
            "things['b']: unknown option region. Supported parameters include: ",
        ),
        ({"name": "a"}, {}, "things has 'a' 2 times: allowed is once"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_done(
    entry: dict[str, Any], options: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(AnsibleAWSModule, "client", lambda _module, service, **_options: begun.append(service))
    result = run([{"name": "a", "size": 1}, entry], begun.append, **options)

    assert result["failed"] and said in result["msg"] and begun == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    result = run([{"name": "a", "size": 10}, {"name": "b", "color": "pink"}])

    assert result["msg"] == (
        "things['a']: size is 10: allowed is 1 to 9; things['b']: value of color must be one of: red, blue, got: pink"
    )


def fail_some(module: Any) -> bool:
    """``a`` is changed, ``b`` and ``d`` fail, and ``c`` is as it should be."""
    name = module.params["name"]
    if name == "b":
        raise AnsibleAWSError(message="Failed to make it", exception=error("LimitExceeded", "too many"))
    if name == "d":
        raise AnsibleAWSError(message="d is broken")
    return name == "a"


def test_when_some_fail_the_others_are_done_and_all_of_it_is_said() -> None:
    result = run(named("a", "b", "c", "d"), fail_some)

    assert result["failed"] and result["changed"] and result["error"]["code"] == "LimitExceeded"
    assert result["msg"] == (
        "things['b']: Failed to make it: LimitExceeded: too many; things['d']: d is broken; done all the same: create thing a"
    )
    assert [(diff["after_header"], diff["refused"]) for diff in result["diff"]] == [("thing a", False)]


def test_in_check_mode_nothing_was_done() -> None:
    result = run(named("a", "b"), fail_some, check_mode=True)

    assert result["failed"] and "done" not in result["msg"]
    assert [diff["after_header"] for diff in result["diff"]] == ["thing a"]


def test_a_refused_replacement_comes_with_its_diff() -> None:
    refused = {"before": {}, "after": {}, "after_header": "thing b", "action": "replace"}

    def work(module: Any) -> bool:
        if module.params["name"] == "b":
            raise ReplacementRefused("thing b cannot be changed in place", refused)
        return True

    result = run(named("a", "b"), work)

    assert [(diff["after_header"], diff.get("refused")) for diff in result["diff"]] == [
        ("thing a", False),
        ("thing b", None),
    ]


def test_a_secret_of_an_entry_is_hidden() -> None:
    def work(module: Any) -> bool:
        raise AnsibleAWSError(message=f"AWS says: {module.params['password']} is too short")

    result = run([{"name": "a", "password": "hush-hush"}], work)

    assert result["failed"] and "is too short" in result["msg"] and "hush-hush" not in result.output


def test_a_client_is_made_once_for_all_and_with_options_of_its_own_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, dict[str, Any]]] = []
    make, together = AnsibleAWSModule.client, threading.Barrier(3, timeout=10)

    def client(module: Any, service: str, **options: Any) -> Any:
        made.append((service, options))
        return make(module, service, **options)

    def work(module: Any) -> bool:
        together.wait()
        return bool(module.client("logs") and module.client("sqs", aws_config={"retries": {"total_max_attempts": 1}}))

    monkeypatch.setattr(AnsibleAWSModule, "client", client)
    run(named("a", "b", "c"), work)

    assert [service for service, options in made if not options] == ["sqs", "logs"]
    assert [service for service, options in made if options] == ["sqs"] * 3


INTERRUPTED = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path[:0] = {path!r}
from test_several import named, run
def work(module):
    if module.params["name"] == "a":
        print("begun", file=sys.stderr, flush=True)
    time.sleep(60)
run(named("a", "b"), work)
"""


def test_an_interrupt_does_not_wait_for_what_is_under_way() -> None:
    path = [str(Path(__file__).parent), *sys.path]
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(path=path)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr and process.stderr.readline() == "begun\n"
        time.sleep(1)  # the threads have begun; the module is to have come to where it waits for them
        started = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        said = process.communicate(timeout=30)[1]

    assert "KeyboardInterrupt" in said and time.monotonic() - started < 20
