# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How the modules retry AWS's temporary errors and report the lasting ones."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

try:
    import botocore.exceptions as botocore_exceptions
except ImportError:
    pass  # AnsibleAWSModule reports the missing library.

from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import ReplacementRefused

T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

# Throttling and hiccups, by the services we call.
TEMPORARY_ERRORS = [
    "InternalServerError",
    "InternalServiceError",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailableException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
]

# Codes of services that cannot work with the credentials, and what to tell the user.
CREDENTIAL_ERRORS = {
    "AuthFailure": "AWS does not accept these credentials",
    "ExpiredToken": "the AWS credentials have expired: sign in again or renew them",
    "ExpiredTokenException": "the AWS credentials have expired: sign in again or renew them",
    "InvalidClientTokenId": "AWS does not know these credentials",
    "RequestExpired": "the AWS credentials have expired, or this machine's clock is wrong",
    "SignatureDoesNotMatch": "AWS does not accept these credentials: the secret key is wrong",
    "UnrecognizedClientException": "AWS does not know these credentials",
}

PERMISSION_ERRORS = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized")


def retry(*extra_codes: str, retries: int = 10) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """AWSRetry.jittered_backoff over the temporary errors of all our services, and any extra error codes.

    Waits 1 to 30 seconds between tries. A dropped connection is retried by botocore itself.
    """
    return AWSRetry.jittered_backoff(
        retries=retries, delay=1, max_delay=30, catch_extra_error_codes=[*TEMPORARY_ERRORS, *extra_codes]
    )


class ErrorHandler(AWSErrorHandler):
    """amazon.aws's error handler, whose sentences name the function's parameters: ``"create the queue {name}"``.

    amazon.aws does that itself from version 11 on; before, the placeholders stay in the message.
    """

    @classmethod
    def common_error_handler(cls, description: str) -> Decorator:
        """Raise AnsibleAWSError for what AWS refuses."""
        return named(description, super().common_error_handler(description))

    @classmethod
    def list_error_handler(cls, description: str, default_value: Any = None) -> Decorator:
        """The same, with a default for what does not exist."""
        return named(description, super().list_error_handler(description, default_value))

    @classmethod
    def deletion_error_handler(cls, description: str) -> Decorator:
        """The same, with False for what is gone already."""
        return named(description, super().deletion_error_handler(description))


def named(description: str, decorator: Decorator) -> Decorator:
    """Fill in the parameters of the function where the decorator has left their names in the message."""

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        handler, signature = decorator(func), inspect.signature(inspect.unwrap(func))

        @functools.wraps(func)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return handler(*args, **kwargs)
            except AnsibleAWSError as error:
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                # What amazon.aws puts around a function inside its own handlers takes any arguments: the next one out knows their names.
                if "{" in description and "args" not in bound.arguments:
                    error.message = error.message.replace(description, description.format(**bound.arguments))
                raise

        return call

    return decorate


def create_once(create: Callable[[], T], find: Callable[[], T | None], tries: int = 5, pause: float = 1.0) -> T:
    """Create something that AWS would create again if asked again.

    For calls without an idempotency token. When the answer is lost (dropped connection, time-out, 5xx), nobody knows
    whether the resource was made: look for it first, and only ask again when it is not there. The client used by
    ``create`` must not retry by itself (see ``single_shot_client``).

    :arg create: makes the resource, and returns it; raises AnsibleAWSError
    :arg find: returns the resource if it exists
    :arg pause: seconds before looking, doubled each time
    :raises AnsibleAWSError: the last error, when the tries are used up or the error is not an uncertain one
    """
    for attempt in range(1, tries + 1):
        try:
            return create()
        except AnsibleAWSError as error:
            if attempt == tries or not is_uncertain(error):
                raise
        time.sleep(pause * 2 ** (attempt - 1))
        found = find()
        if found is not None:
            return found
    raise AssertionError("unreachable: the last try returns or raises")


def is_uncertain(error: AnsibleAWSError) -> bool:
    """Whether the failed call may have been carried out all the same, or was refused for being too fast."""
    cause = error.exception
    if isinstance(cause, botocore_exceptions.ClientError):
        status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429 or cause.response["Error"]["Code"] in TEMPORARY_ERRORS
    return isinstance(
        cause,
        (
            botocore_exceptions.ConnectionClosedError,
            botocore_exceptions.ConnectTimeoutError,
            botocore_exceptions.EndpointConnectionError,
            botocore_exceptions.ReadTimeoutError,
        ),
    )


def single_shot_client(module: AnsibleAWSModule, service: str) -> Any:
    """A client that sends each request once, for ``create_once``."""
    from botocore.config import Config  # pylint: disable=import-outside-toplevel

    config = Config(**(module.params.get("aws_config") or {}))
    return module.client(service, aws_config=config.merge(Config(retries={"total_max_attempts": 1})))


def fail(module: AnsibleAWSModule, error: AnsibleAWSError) -> NoReturn:
    """End the module with one sentence for the user: no traceback, the AWS error code kept as ``error.code``."""
    message, code = explain(error)
    refused = {"diff": error.diff} if isinstance(error, ReplacementRefused) else {}
    module.fail_json(msg=message, **refused, **({"error": {"code": code}} if code else {}))
    raise AssertionError("unreachable: fail_json ends the module")


def explain(error: AnsibleAWSError) -> tuple[str, str | None]:
    """The sentence for the user, and the AWS error code if there is one."""
    task, cause = error.message or "AWS call failed", error.exception
    if isinstance(cause, botocore_exceptions.ClientError):
        code = cause.response["Error"]["Code"]
        said = cause.response["Error"].get("Message", "")
        if code in CREDENTIAL_ERRORS:
            return f"{task}: {CREDENTIAL_ERRORS[code]} ({code}: {said})", code
        if code in PERMISSION_ERRORS:
            return f"{task}: these AWS credentials lack the permission for {cause.operation_name} ({said})", code
        return f"{task}: {code}: {said}", code
    if isinstance(cause, (botocore_exceptions.NoCredentialsError, botocore_exceptions.PartialCredentialsError)):
        return (
            f"{task}: no AWS credentials found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or attach an AWS credential in AWX"
        ), None
    if isinstance(cause, botocore_exceptions.EndpointConnectionError):
        return f"{task}: no connection to {cause.kwargs.get('endpoint_url', 'the AWS endpoint')}", None
    return (f"{task}: {cause}" if cause else task), None
