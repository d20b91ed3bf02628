#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_invoke
version_added: 0.2.0
short_description: Invoke a function of AWS Lambda and wait for its answer
description:
  - Invokes a function of AWS Lambda and returns what it answers. A function that fails makes the task fail, with the function's
    own error.
  - With O(once_for), a function is invoked once for each text, such as once for each version of a database's schema. The text is
    kept in the function's tag C(InvokedFor).
  - An invocation is sent once. When no answer comes, nobody knows whether the function has run, and it is not sent again.
options:
  function_name:
    description: The name of the function, 1 to 64 letters, digits, hyphens and underscores.
    type: str
    required: true
    aliases: [name]
  payload:
    description: What the function gets, up to 6 MB as JSON.
    type: dict
    default: {}
  once_for:
    description:
      - What the function is to be invoked for, 1 to 256 letters, digits, spaces and V(_.:/=+-@). It is invoked when its tag
        C(InvokedFor) differs, and the tag is set after it has succeeded.
      - Excludes O(read_only).
    type: str
  read_only:
    description:
      - Whether the invocation changes nothing. Then it is no change, and is made in check mode too.
      - Without it, check mode invokes nothing.
    type: bool
    default: false
  read_timeout:
    description: How long to wait for the answer, 1 to 900 seconds. It should not be shorter than the function's timeout.
    type: int
    default: 60
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - The answer is part of the result, and may be logged. A function should not answer with secrets.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Bring the database's schema up to date, once for each package
  iot.sensor_stack.lambda_invoke:
    function_name: iot-migrate-dev
    once_for: "{{ package.sha256 }}"
    read_timeout: 300

- name: Ask the function how it is
  iot.sensor_stack.lambda_invoke:
    function_name: iot-query-dev
    payload:
      health: true
    read_only: true
  register: health
"""

RETURN = r"""
answer:
  description: What the function answered, parsed where it is JSON; none when it was not invoked.
  returned: success
  type: raw
  sample: {"applied": ["0001_readings"]}
executed:
  description: Whether the function was invoked.
  returned: success
  type: bool
  sample: true
"""

import json
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, build_diff
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_pattern,
    check_range,
    refuse,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_ import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.invocation import (
    invoke_function,
    patient_client,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.limits import check_function_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.transformations import INVOKED_FOR

# Source: "Lambda quotas" in the AWS Lambda developer guide.
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against Lambda's limits."""
    problems = [
        *check_function_name(params["function_name"]),
        *check_pattern(
            "once_for",
            params["once_for"],
            r"[A-Za-z0-9 _.:/=+\-@]{1,256}",
            "1 to 256 letters, digits, spaces and _.:/=+-@, since it is kept in a tag",
        ),
        *check_range("read_timeout", params["read_timeout"], 1, 900, "seconds"),
    ]
    size = len(json.dumps(params["payload"]).encode())
    if size > MAX_PAYLOAD_BYTES:
        problems.append(f"payload has {size} bytes: allowed are {MAX_PAYLOAD_BYTES} (6 MB)")
    return problems


def invoke(module: AnsibleAWSModule) -> Any:
    """Invoke the function; returns its answer."""
    params = module.params
    client = patient_client(module, params["read_timeout"])
    return invoke_function(client, params["function_name"], params["payload"], params["read_timeout"])


def build_answer(name: str, change: Change | None, answer: Any, executed: bool) -> dict[str, Any]:
    """The module's result.

    :arg change: what the function was invoked for, before and after; None when nothing changes
    """
    changes = {"invoked_for": change} if change else {}
    diff = build_diff(changes, f"invocation of function {name}", "change")
    return {"changed": change is not None, "diff": diff, "answer": answer, "executed": executed}


def run_once(module: AnsibleAWSModule) -> dict[str, Any]:
    """Invoke the function when it was not invoked for this text yet, and keep the text when it has succeeded."""
    name, wanted, client = module.params["function_name"], module.params["once_for"], module.client("lambda")
    function = api.get_function(client, name)
    before = ((function or {}).get("Tags") or {}).get(INVOKED_FOR)
    if before == wanted:
        return build_answer(name, None, None, executed=False)
    change = Change(before, wanted)
    if module.check_mode:
        return build_answer(name, change, None, executed=False)
    if function is None:
        raise AnsibleAWSError(message=f"function {name} does not exist: deploy it first")
    answer = invoke(module)
    api.tag(client, function["Configuration"]["FunctionArn"], {INVOKED_FOR: wanted})
    return build_answer(name, change, answer, executed=True)


def run(module: AnsibleAWSModule) -> dict[str, Any]:
    """Invoke the function as the options say."""
    name = module.params["function_name"]
    refuse(validate(module.params))
    if module.params["once_for"] is not None:
        return run_once(module)
    if module.params["read_only"]:
        return build_answer(name, None, invoke(module), executed=True)
    change = Change(None, "this run")
    if module.check_mode:
        return build_answer(name, change, None, executed=False)
    return build_answer(name, change, invoke(module), executed=True)


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "function_name": {"type": "str", "required": True, "aliases": ["name"]},
            "payload": {"type": "dict", "default": {}},
            "once_for": {"type": "str"},
            "read_only": {"type": "bool", "default": False},
            "read_timeout": {"type": "int", "default": 60},
        },
        mutually_exclusive=[("once_for", "read_only")],
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except AnsibleAWSError as error:
        fail(module, error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
