# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""API keys that are disabled by a change, not only from their creation: MiniStack keeps the change as text, and takes the key."""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1

from local_aws.patches import require


def install() -> None:
    """Put it into MiniStack."""
    require(apigateway_v1, "_api_keys", "_v1_response", parameters={"_update_api_key": 2})
    update = apigateway_v1._update_api_key

    def update_api_key(key_id: str, data: dict[str, Any]) -> Any:
        answer = update(key_id, data)
        key = apigateway_v1._api_keys.get(key_id)
        if not key:
            return answer
        key["enabled"] = str(key.get("enabled", True)).lower() == "true"
        return apigateway_v1._v1_response(key)

    apigateway_v1._update_api_key = update_api_key
