# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Invoke a function once, and wait for its answer."""

from __future__ import annotations

import json
from typing import Any

try:
    import botocore.exceptions as botocore_exceptions
except ImportError:
    pass  # AnsibleAWSModule reports the missing library.

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.common import LambdaErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import retry_while

# What Lambda says before it has run the function, so that asking again cannot run it twice. Source: Invoke in the AWS Lambda
# API reference.
NOT_RUN = (
    "EC2ThrottledException",
    "ResourceConflictException",
    "ResourceNotReadyException",
    "TooManyRequestsException",
)
# A function that nobody called for weeks gets its network interface anew, which takes a minute or two.
NOT_RUN_SECONDS = 180


def patient_client(module: AnsibleAWSModule, read_timeout: int) -> Any:
    """A client that waits for a long answer, and sends each request once: a function may have run though no answer came.

    :arg read_timeout: seconds
    """
    from botocore.config import Config  # pylint: disable=import-outside-toplevel

    config = Config(**(module.params.get("aws_config") or {}))
    # Keep-alive packets, since a network may drop a connection that is silent for minutes.
    ours = Config(read_timeout=read_timeout, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    return module.client("lambda", aws_config=config.merge(ours))


def invoke_function(client: Any, name: str, payload: dict[str, Any], read_timeout: int) -> Any:
    """Run the function and return its answer, parsed where it is JSON.

    :arg read_timeout: seconds, as the client was made with
    :raises AnsibleAWSError: when it does not exist, does not answer in time, or fails
    """

    def is_not_run(error: AnsibleAWSError) -> bool:
        return explain(error)[1] in NOT_RUN

    try:
        answer = retry_while(
            lambda: _invoke(client, name, payload), is_not_run, NOT_RUN_SECONDS, f"function {name}", "not ready"
        )
    except AnsibleAWSError as error:
        if explain(error)[1] == "ResourceNotFoundException":
            raise AnsibleAWSError(message=f"function {name} does not exist: deploy it first") from error
        if isinstance(error.exception, botocore_exceptions.ReadTimeoutError):
            raise AnsibleAWSError(
                message=f"function {name} did not answer within {read_timeout} seconds (read_timeout). It may still be "
                "running: look at its log before you run again"
            ) from error
        raise
    text = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise AnsibleAWSError(message=f"function {name} failed: {describe_failure(text)}")
    return parse_answer(text)


@LambdaErrorHandler.common_error_handler("invoke function {name}")
def _invoke(client: Any, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Invoke, with no retry of its own."""
    return client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(payload).encode())


def parse_answer(text: str) -> Any:
    """An answer as JSON, or as it is."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def describe_failure(text: str) -> str:
    """The error in the answer of a function that failed, without its traceback.

    >>> describe_failure('{"errorType": "ValueError", "errorMessage": "no", "stackTrace": []}')
    'ValueError: no'
    """
    answer = parse_answer(text)
    if not isinstance(answer, dict):
        return str(answer)
    parts = [str(answer[key]) for key in ("errorType", "errorMessage") if answer.get(key)]
    return ": ".join(parts) or "it gives no reason"
