"""What every module with a state does."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state


class Ended(Exception):
    """The module has ended."""


@pytest.fixture
def module() -> Mock:
    """A module whose fail_json ends it."""
    return Mock(params={"state": "present"}, **{"fail_json.side_effect": Ended})


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_state_chooses_what_is_done(module: Mock, state: str) -> None:
    module.params["state"] = state
    result = ensure_state(module, "rds", lambda _params: [], done("present"), done("absent"))

    assert result == {"done": state, "client": module.client.return_value}
    module.client.assert_called_once_with("rds")


def done(state: str) -> Any:
    """A function that says that it was called."""
    return lambda _module, client: {"done": state, "client": client}


def test_bad_options_end_the_module_before_there_is_a_client(module: Mock) -> None:
    with pytest.raises(Ended):
        ensure_state(module, "rds", lambda _params: ["name is '': allowed is a name"], done("present"), done("absent"))

    module.client.assert_not_called()
    assert module.fail_json.call_args.kwargs["msg"] == "name is '': allowed is a name"


def test_an_error_of_aws_ends_the_module(module: Mock) -> None:
    with pytest.raises(Ended):
        ensure_state(module, "rds", lambda _params: [], Mock(side_effect=AnsibleAWSError(message="No")), done("absent"))

    assert module.fail_json.call_args.kwargs["msg"] == "No"


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        (None, []),
        (Change({"a": "1"}, {"a": "1", "b": "2"}), [("put", {"b": "2"})]),
        (Change({"a": "1", "b": "2"}, {"a": "1"}), [("remove", ["b"])]),
        (Change({"a": "1", "b": "2"}, {"a": "3"}), [("remove", ["b"]), ("put", {"a": "3"})]),
    ],
)
def test_entries_are_removed_then_put(change: Change | None, calls: list[tuple[str, Any]]) -> None:
    made: list[tuple[str, Any]] = []
    apply_entries(change, lambda keys: made.append(("remove", keys)), lambda entries: made.append(("put", entries)))

    assert made == calls
