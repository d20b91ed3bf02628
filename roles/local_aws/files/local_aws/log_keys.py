# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The KMS key of a log group that exists, set and taken away, which MiniStack lacks. As in MiniStack, nothing is encrypted."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import cloudwatch_logs as logs

from local_aws.patches import require

ACTIONS = ("AssociateKmsKey", "DisassociateKmsKey")


def install() -> None:
    """Put it into MiniStack."""
    require(logs, "_log_groups", "json_response", "error_response_json", parameters={"handle_request": 5})
    handle = logs.handle_request

    async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
        action = headers.get("x-amz-target", "").split(".")[-1]
        if action not in ACTIONS:
            return await handle(method, path, headers, body, query_params)
        return _set_key(json.loads(body))

    logs.handle_request = handle_request


def _set_key(data: dict[str, Any]) -> Any:
    group = logs._log_groups.get(data.get("logGroupName"))
    if group is None:
        return logs.error_response_json("ResourceNotFoundException", "The specified log group does not exist.", 400)
    group["kmsKeyId"] = data.get("kmsKeyId")
    return logs.json_response({})
