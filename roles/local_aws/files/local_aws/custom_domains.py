# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Custom domains of API Gateway that tell their state, and that can be changed, as their mappings can; in MiniStack they cannot."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import apigateway_v1

from local_aws.patches import require


def install() -> None:
    """Put it into MiniStack."""
    require(apigateway_v1, "_domain_names", "_base_path_mappings")
    require(apigateway_v1, parameters={"handle_request": 5, "_create_domain_name": 1, "_apply_patch": 2})
    require(apigateway_v1, parameters={"_v1_response": 2, "_v1_error": 3, "_get_base_path_mapping": 2})
    handle, create = apigateway_v1.handle_request, apigateway_v1._create_domain_name

    async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
        parts = [part for part in path.split("/") if part]
        if method != "PATCH" or parts[:1] != ["domainnames"]:
            return await handle(method, path, headers, body, query_params)
        return _change(parts[1:], json.loads(body).get("patchOperations", []))

    def create_domain_name(data: dict[str, Any]) -> Any:
        answer = create(data)
        domain = apigateway_v1._domain_names.get(data.get("domainName", ""))
        if domain is None:
            return answer
        domain["domainNameStatus"] = "AVAILABLE"
        return apigateway_v1._v1_response(domain, answer[0])

    apigateway_v1.handle_request, apigateway_v1._create_domain_name = handle_request, create_domain_name


def _change(parts: list[str], operations: list[dict[str, Any]]) -> Any:
    domain = apigateway_v1._domain_names.get(parts[0])
    if domain is None:
        return apigateway_v1._v1_error("NotFoundException", "Invalid domain name identifier specified", 404)
    if len(parts) == 1:
        apigateway_v1._apply_patch(domain, operations)
        return apigateway_v1._v1_response(domain)
    mapping = apigateway_v1._base_path_mappings.get(parts[0], {}).get(parts[-1])
    if mapping is not None:
        fields = {"/restapiId": "restApiId", "/stage": "stage"}
        mapping.update({fields[one["path"]]: one["value"] for one in operations if one["path"] in fields})
    return apigateway_v1._get_base_path_mapping(parts[0], parts[-1])
