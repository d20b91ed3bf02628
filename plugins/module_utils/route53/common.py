# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Route 53's error handler."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import ErrorHandler


class Route53ErrorHandler(ErrorHandler):
    """Raises AnsibleAWSError; list calls answer None for a hosted zone that does not exist."""

    @classmethod
    def _is_missing(cls) -> Any:
        return is_boto3_error_code("NoSuchHostedZone")
