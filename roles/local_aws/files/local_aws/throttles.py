# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A throttle of -1, which is none, as in API Gateway; MiniStack lets nothing pass with it."""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1

from local_aws.patches import require


def install() -> None:
    """Put it into MiniStack."""
    require(apigateway_v1, parameters={"_take_token": 2})
    take = apigateway_v1._take_token

    def take_token(slot: Any, limits: dict[str, Any]) -> bool:
        return True if -1 in (limits.get("rateLimit"), limits.get("burstLimit")) else take(slot, limits)

    apigateway_v1._take_token = take_token
