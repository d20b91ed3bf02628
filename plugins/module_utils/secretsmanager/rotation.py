# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One rotation of a secret: its start, and the wait for its end. A secret's value is never read.

AWS calls the rotation function some time after it was asked to, and does not tell that it failed: until a rotation has
ended, its version carries the label AWSPENDING. Source: "Troubleshoot rotation" in the Secrets Manager user guide.
"""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain, retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.common import SecretsManagerErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import (
    pending_version,
    version_of,
)

ROTATED = {"AWSCURRENT", "AWSPREVIOUS"}

Secret = dict[str, Any]


@SecretsManagerErrorHandler.common_error_handler("rotate the secret")
@retry()
def start_rotation(client: Any, secret_id: str, token: str) -> str:
    """RotateSecret at once, with the settings the secret has; returns the ID of the version to come.

    The token becomes that ID, and makes a repeated call harmless.
    """
    return client.rotate_secret(SecretId=secret_id, ClientRequestToken=token)["VersionId"]


def check_rotatable(secret: Secret | None, name: str) -> Secret:
    """The described secret, if it can be rotated.

    :raises AnsibleAWSError: where it cannot, with what to do
    """
    if secret is None:
        raise AnsibleAWSError(message=f"secret {name} does not exist")
    if secret.get("DeletedDate"):
        raise AnsibleAWSError(message=f"secret {name} is pending deletion: restore it, and run again")
    if not secret.get("RotationEnabled"):
        raise AnsibleAWSError(
            message=f"secret {name} has no rotation: set one up first, such as with the option rotation (lambda_arn and "
            "automatically_after_days) of iot.sensor_stack.secretsmanager_secret_value"
        )
    return secret


def begin(client: Any, secret: Secret, token: str) -> tuple[str, bool]:
    """Start a rotation, or take up one that is not complete, which AWS then tries again.

    :arg secret: the secret as described before
    :returns: the ID of the version to wait for, and whether an unfinished rotation was taken up
    """
    try:
        return start_rotation(client, secret["ARN"], token), False
    except AnsibleAWSError as error:
        message, code = explain(error)
        if code != "InvalidRequestException" or "previous rotation" not in message.lower():
            raise
        seen = api.describe_secret(client, secret["ARN"]) or {}
        current = version_of(seen, "AWSCURRENT")
        ended = None if current == version_of(secret, "AWSCURRENT") else current
        version = pending_version(seen) or ended
        if version is None:
            raise
        return version, True


def wait_rotated(client: Any, secret: Secret, version: str, timeout: int) -> None:
    """Wait until the version is current and no other one is pending.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when the rotation was turned off meanwhile, and when the time is up
    """
    resource = f"rotation of secret {secret['Name']}"
    stages: list[str] = []
    for left in range(timeout // POLL_SECONDS, -1, -1):
        seen = check_rotatable(api.describe_secret(client, secret["ARN"]), secret["Name"])
        stages = sorted((seen.get("VersionIdsToStages") or {}).get(version, []))
        # Somebody may store a value right after the rotation, which makes its version the previous one.
        if ROTATED & set(stages) and version_of(seen, "AWSPENDING") in (None, version):
            return
        report(resource, ", ".join(stages) or "started")
        if left:
            time.sleep(POLL_SECONDS)
    raise AnsibleAWSError(
        message=f"secret {secret['Name']} was not rotated within {timeout} seconds (wait_timeout): version {version} "
        f"carries {', '.join(stages) or 'no label'}. {where_to_look(secret)}. Run again to go on with this rotation, or "
        "raise wait_timeout"
    )


def where_to_look(secret: Secret) -> str:
    """What tells why a rotation does not end."""
    arn = secret.get("RotationLambdaARN")
    if arn:
        function = arn.split(":function:")[-1].split(":")[0]
        return f"Look at the log group /aws/lambda/{function} of the rotation function"
    return f"It is rotated by {secret.get('OwningService') or 'a service of AWS'}: look at the events there"
