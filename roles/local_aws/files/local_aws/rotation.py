# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""RotateSecret as AWS does it, where MiniStack only copies the value: the rotation function is called with its four steps.

The state is in MiniStack's own records of secrets, so that it lasts with them. Rotation on a schedule is not done.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import threading
import time
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response, new_uuid
from ministack.services import lambda_svc, rds, secretsmanager

from local_aws.patches import require

logger = logging.getLogger("local_aws.rotation")

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TRIES = 3
RETRY_SECONDS = 0.5  # AWS waits longer between its tries

Record = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]

_original: dict[str, Any] = {}
_running: set[str] = set()  # the ARNs of the secrets that are being rotated
_lock = threading.Lock()


def install() -> None:
    """Put it into MiniStack."""
    replaced = {
        "handle_request": 5,
        "_rotate_secret": 1,
        "_get_secret_value": 1,
        "_describe_secret": 1,
        "_put_secret_value": 1,
    }
    require(secretsmanager, "_find_stage_version", "_is_replica", "_resolve", "_sync_replicas", parameters=replaced)
    require(
        lambda_svc, "_get_func_record_for_ref", "_execution_record_for_config", "_execute_function_with_config_scope"
    )
    require(rds, "_clusters", "_modify_db_cluster")
    for name, function in {
        "handle_request": _handle_request,
        "_rotate_secret": _rotate_secret,
        "_get_secret_value": _get_secret_value,
        "_describe_secret": _describe_secret,
        "_put_secret_value": _put_secret_value,
    }.items():
        _original[name] = getattr(secretsmanager, name)
        setattr(secretsmanager, name, function)


async def _handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Answer:
    """Requests to Secrets Manager; what differs from MiniStack's dispatch is the action that it lacks, and RDS's own secrets."""
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    if action in ("CancelRotateSecret", "RotateSecret"):
        data = json.loads(body or b"{}")
        if action == "CancelRotateSecret":
            return _cancel_rotate_secret(data)
        _unused, secret = secretsmanager._resolve(data.get("SecretId"))
        if secret and (cluster := _managing_cluster(secret)):
            return await _rotate_managed(secret, cluster, data)
    return await _original["handle_request"](method, path, headers, body, query)


def _rotate_secret(data: Record) -> Answer:
    _unused, secret = secretsmanager._resolve(data.get("SecretId"))
    function = data.get("RotationLambdaARN") or (secret or {}).get("RotationLambdaARN")
    # MiniStack answers to what is wrong with the secret, and to rotation without a function, or with one it knows nothing of.
    if (
        not secret
        or secret.get("DeletedDate")
        or secretsmanager._is_replica(secret)
        or not function
        or not _is_ours(function)
    ):
        return _original["_rotate_secret"](data)
    if not _may_be_invoked(function):
        return error_response_json(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
            "principal secretsmanager.amazonaws.com.",
            400,
        )
    secret["RotationLambdaARN"] = function
    secret["RotationRules"] = data.get("RotationRules") or secret.get("RotationRules")
    secret["RotationEnabled"] = True
    result = {"ARN": secret["ARN"], "Name": secret["Name"]}
    if data.get("RotateImmediately", True):
        result["VersionId"] = _begin(secret, data.get("ClientRequestToken") or new_uuid())
    secretsmanager._sync_replicas(secret)
    return json_response(result)


def _is_ours(function: str) -> bool:
    """Whether it is a function of the account, so that it must be there and be allowed."""
    return not function.startswith("arn:") or f":{get_account_id()}:" in function


def _may_be_invoked(function: str) -> bool:
    """Whether the function exists, and its policy lets Secrets Manager invoke it."""
    record, _unused, _ignored = lambda_svc._get_func_record_for_ref(function)
    statements = record["policy"]["Statement"] if record else []
    allowed = ({"Service": "secretsmanager.amazonaws.com"}, "*")
    return any(one["Effect"] == "Allow" and one["Principal"] in allowed for one in statements)


def _begin(secret: Record, token: str) -> str:
    """Make the empty version that is to be filled, or go on with the one that an earlier rotation left; returns its ID."""
    pending = _unfinished(secret)
    if pending is None:
        for version in secret["Versions"].values():
            version["Stages"] = [stage for stage in version["Stages"] if stage != "AWSPENDING"]
        pending = token
        version = secret["Versions"].setdefault(
            pending, {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": []}
        )
        version["Stages"].append("AWSPENDING")
    with _lock:
        if secret["ARN"] not in _running:
            _running.add(secret["ARN"])
            # The account and the region of the request are in the context.
            run = contextvars.copy_context().run
            threading.Thread(target=run, args=(_rotate, secret["ARN"], pending), daemon=True, name="rotation").start()
    return pending


def _unfinished(secret: Record) -> str | None:
    """The version of a rotation that has not come to its end."""
    pending, version = secretsmanager._find_stage_version(secret, "AWSPENDING")
    return pending if version and "AWSCURRENT" not in version["Stages"] else None


def _rotate(arn: str, token: str) -> None:
    """Take the steps, each some times until it works; what fails leaves the version pending, for the next RotateSecret."""
    try:
        for step in STEPS:
            event = {"SecretId": arn, "ClientRequestToken": token, "Step": step}
            if not _take(arn, event):
                return
        secret = _rotating(arn)
        if secret and "AWSCURRENT" in secret["Versions"].get(token, {}).get("Stages", []):
            secret["LastRotatedDate"] = secret["LastChangedDate"] = int(time.time())
            secretsmanager._sync_replicas(secret)
        else:
            logger.warning("Rotation of %s has not made the version %s current", arn, token)
    finally:
        with _lock:
            _running.discard(arn)


def _take(arn: str, event: Record) -> bool:
    """Whether the function took the step."""
    for number in range(1, TRIES + 1):
        secret = _rotating(arn)
        if secret is None:
            return False
        error = _invoke(secret["RotationLambdaARN"], event)
        if error is None:
            return True
        logger.warning("Rotation of %s: %s failed, try %d of %d: %s", arn, event["Step"], number, TRIES, error)
        if number < TRIES:
            time.sleep(RETRY_SECONDS * number)
    return False


def _rotating(arn: str) -> Record | None:
    """The secret, unless it was deleted or its rotation cancelled meanwhile."""
    _unused, secret = secretsmanager._resolve(arn)
    return secret if secret and not secret.get("DeletedDate") and secret.get("RotationEnabled") else None


def _invoke(function: str, event: Record) -> str | None:
    """Call the function; returns the kind of its error. Its message is in its own log; it might tell a secret."""
    record, config, _unused = lambda_svc._get_func_record_for_ref(function)
    if not record or not config:
        return f"there is no function {function}"
    try:
        answer = lambda_svc._execute_function_with_config_scope(
            lambda_svc._execution_record_for_config(record, config), event
        )
    except Exception as error:  # whatever is wrong with the function is not to end the rotation's retries
        return type(error).__name__
    if not answer.get("error"):
        return None
    body = answer.get("body")
    return str(body.get("errorType") if isinstance(body, dict) else None)


def _cancel_rotate_secret(data: Record) -> Answer:
    """Turn rotation off. A step that runs comes to its end, and the next is not taken; the version stays pending."""
    _unused, secret = secretsmanager._resolve(data.get("SecretId"))
    if not secret:
        message = "Secrets Manager can't find the specified secret."
        return error_response_json("ResourceNotFoundException", message, 400)
    if secret.get("DeletedDate"):
        message = "You can't perform this operation on the secret because it was marked for deletion."
        return error_response_json("InvalidRequestException", message, 400)
    if secretsmanager._is_replica(secret):
        return secretsmanager._replica_mutation_error()
    secret["RotationEnabled"] = False
    secretsmanager._sync_replicas(secret)
    pending = _unfinished(secret)
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], **({"VersionId": pending} if pending else {})})


def _managing_cluster(secret: Record) -> str | None:
    """The identifier of the cluster whose master user's secret it is."""
    for cluster in rds._clusters.values():
        if (cluster.get("MasterUserSecret") or {}).get("SecretArn") == secret["ARN"]:
            return cluster["DBClusterIdentifier"]
    return None


async def _rotate_managed(secret: Record, cluster: str, data: Record) -> Answer:
    """Rotate a secret that RDS manages, or just set its schedule: RDS does it, without a function."""
    secret["RotationEnabled"] = True
    secret["RotationRules"] = data.get("RotationRules") or secret.get("RotationRules") or {"AutomaticallyAfterDays": 7}
    if not data.get("RotateImmediately", True):
        return json_response({"ARN": secret["ARN"], "Name": secret["Name"]})
    modify = rds._ACTION_MAP["ModifyDBCluster"]
    wishes = {"DBClusterIdentifier": cluster, "RotateMasterUserPassword": "true", "ApplyImmediately": "true"}
    status, _unused, body = await asyncio.to_thread(modify, wishes)
    if status != 200:
        logger.warning("RDS did not rotate the master user's password of %s: %s", cluster, body.decode())
        return error_response_json(
            "InternalServiceError", f"RDS could not rotate the password of cluster {cluster}", 500
        )
    secret["LastRotatedDate"] = int(time.time())
    current, _unused = secretsmanager._find_stage_version(secret, "AWSCURRENT")
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": current})


def _get_secret_value(data: Record) -> Answer:
    """A version without a value is not there for readers."""
    _unused, secret = secretsmanager._resolve(data.get("SecretId"))
    if secret and not secret.get("DeletedDate"):
        stage = data.get("VersionStage", "AWSCURRENT")
        wanted = data.get("VersionId")
        version = secret["Versions"].get(wanted) if wanted else secretsmanager._find_stage_version(secret, stage)[1]
        if version and version.get("SecretString") is None and version.get("SecretBinary") is None:
            what = f"VersionId: {wanted}" if wanted else f"staging label: {stage}"
            message = f"Secrets Manager can't find the specified secret value for {what}"
            return error_response_json("ResourceNotFoundException", message, 400)
    return _original["_get_secret_value"](data)


def _describe_secret(data: Record) -> Answer:
    status, headers, body = _original["_describe_secret"](data)
    _unused, secret = secretsmanager._resolve(data.get("SecretId"))
    if status != 200 or not secret or not secret.get("LastRotatedDate"):
        return status, headers, body
    return json_response({**json.loads(body), "LastRotatedDate": secret["LastRotatedDate"]})


def _put_secret_value(data: Record) -> Answer:
    """A staging label is at one version only."""
    answer = _original["_put_secret_value"](data)
    if answer[0] == 200:
        _unused, secret = secretsmanager._resolve(data["SecretId"])
        result = json.loads(answer[2])
        for version, found in secret["Versions"].items():
            if version != result["VersionId"]:
                found["Stages"] = [one for one in found["Stages"] if one not in result["VersionStages"]]
    return answer
