# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""API Gateway's error handler, and how its temporary errors are told from lasting ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
    is_boto3_error_message,
)
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import TEMPORARY_ERRORS, ErrorHandler

T = TypeVar("T")


class ApiGatewayErrorHandler(ErrorHandler):
    """Raises AnsibleAWSError; list calls answer None and delete calls False for what does not exist."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("NotFoundException")


class ApiGatewayRetry(AWSRetry):
    """A ConflictException is lasting when something exists already, and temporary when two changes came at once."""

    @staticmethod
    def status_code_from_exception(error: Any) -> str:
        """The error's code, ``ConcurrentModification`` for a conflict that passes."""
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        return "ConcurrentModification" if "concurrent modification" in message else code


def retry(retries: int = 10) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Retry temporary errors, 1 to 30 seconds between tries."""
    return ApiGatewayRetry.jittered_backoff(
        retries=retries, delay=1, max_delay=30, catch_extra_error_codes=[*TEMPORARY_ERRORS, "ConcurrentModification"]
    )


def accept_existing(call: Callable[..., T]) -> Callable[..., T | None]:
    """Answer None where AWS says that the thing exists already.

    For calls whose names are unique and that are made only for what was missing a moment ago: an earlier try of the
    same call got through, and its answer was lost.
    """

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> T | None:
        try:
            return call(*args, **kwargs)
        except is_boto3_error_message("already"):
            return None

    return run
