# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""REST APIs whose endpoint type, VPC endpoints and security policy are kept, and authorizers whose user pools change: MiniStack drops
the security policy of a new API, and takes the paths of such patches for dictionaries, where AWS has lists.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import apigateway_v1

from local_aws.patches import require

ENDPOINT = "/endpointConfiguration"
KEPT = ("securityPolicy", "endpointAccessMode")


def install() -> None:
    """Put it into MiniStack."""
    require(apigateway_v1, "_rest_apis", "_authorizers_v1", "_v1_response", "_rest_api_view")
    require(apigateway_v1, parameters={"_create_rest_api": 1, "_update_rest_api": 2, "_update_authorizer": 3})
    create, update, update_authorizer = (
        apigateway_v1._create_rest_api,
        apigateway_v1._update_rest_api,
        apigateway_v1._update_authorizer,
    )

    def create_rest_api(data: dict[str, Any]) -> Any:
        answer = create(data)
        api = apigateway_v1._rest_apis.get(json.loads(answer[2]).get("id"))
        if not api:
            return answer
        api.update({key: data[key] for key in KEPT if key in data})
        return apigateway_v1._v1_response(apigateway_v1._rest_api_view(api), 201)

    def update_rest_api(api_id: str, data: dict[str, Any]) -> Any:
        operations, api = data.get("patchOperations", []), apigateway_v1._rest_apis.get(api_id)
        if api:
            configuration = api["endpointConfiguration"]
            for operation in operations:
                if operation["path"].startswith(f"{ENDPOINT}/types/"):
                    configuration["types"] = [operation["value"]]
                elif operation["path"] == f"{ENDPOINT}/vpcEndpointIds":
                    configuration["vpcEndpointIds"] = _patched(configuration.get("vpcEndpointIds"), operation)
        others = [operation for operation in operations if not operation["path"].startswith(ENDPOINT)]
        return update(api_id, {**data, "patchOperations": others})

    def change_authorizer(api_id: str, authorizer_id: str, data: dict[str, Any]) -> Any:
        operations = data.get("patchOperations", [])
        authorizer = apigateway_v1._authorizers_v1.get(api_id, {}).get(authorizer_id)
        pools = [operation for operation in operations if operation["path"] == "/providerARNs"]
        for operation in pools if authorizer else []:
            authorizer["providerARNs"] = _patched(authorizer.get("providerARNs"), operation)
        others = [operation for operation in operations if operation not in pools]
        return update_authorizer(api_id, authorizer_id, {**data, "patchOperations": others})

    apigateway_v1._create_rest_api = create_rest_api
    apigateway_v1._update_rest_api = update_rest_api
    apigateway_v1._update_authorizer = change_authorizer


def _patched(values: list[str] | None, operation: dict[str, str]) -> list[str]:
    """A list after one operation, ``add`` or ``remove``."""
    kept = [value for value in values or [] if value != operation["value"]]
    return [*kept, operation["value"]] if operation["op"] == "add" else kept
