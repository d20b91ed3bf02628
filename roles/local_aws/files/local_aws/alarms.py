# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The actions of CloudWatch's alarms, which MiniStack does not tell in the query protocol, the one of older SDKs."""

from __future__ import annotations

import re
from typing import Any

from ministack.services import cloudwatch

from local_aws.patches import require


def install() -> None:
    """Put it into MiniStack."""
    require(cloudwatch, "_alarms", parameters={"_describe_alarms": 4})
    original = cloudwatch._describe_alarms

    def describe(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        status, headers, body = original(params, data, is_cbor, is_json)
        if is_cbor or is_json:
            return status, headers, body
        return status, headers, re.sub("<AlarmName>(.*?)</AlarmName>", _with_actions, body.decode()).encode()

    cloudwatch._describe_alarms = describe


def _with_actions(found: re.Match[str]) -> str:
    alarm = cloudwatch._alarms.get(found[1]) or {}
    lists = [name for name in ("AlarmActions", "OKActions", "InsufficientDataActions") if name in alarm]
    actions = "".join(
        f"<{name}>{''.join(f'<member>{action}</member>' for action in alarm[name])}</{name}>" for name in lists
    )
    return f"{found[0]}<ActionsEnabled>{str(alarm.get('ActionsEnabled', True)).lower()}</ActionsEnabled>{actions}"
