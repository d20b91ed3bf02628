# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What MiniStack lacks of web ACLs: where they log to, that one in use cannot be deleted, and that a stage of an API tells which
one guards it. As in MiniStack, they block nothing, and nothing is logged.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import get_region
from ministack.services import apigateway_v1, waf

from local_aws.patches import require

# In the web ACL's own record, which MiniStack keeps between runs.
LOG = "_LoggingConfiguration"
ACTIONS = ("PutLoggingConfiguration", "GetLoggingConfiguration", "DeleteLoggingConfiguration")


def install() -> None:
    """Put it into MiniStack."""
    require(
        waf,
        "_associations",
        "_waf_err",
        parameters={"handle_request": 5, "_resolve_local_web_acl": 1, "_waf_err": 2},
    )
    require(waf, parameters={"_delete_web_acl": 1, "_resource_from_scope": 3})
    require(apigateway_v1, parameters={"_get_stage": 2, "_get_stages": 1, "_delete_stage": 2})
    _install_logs()
    _install_stages()


def _install_logs() -> None:
    handle, delete = waf.handle_request, waf._delete_web_acl

    async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
        action = headers.get("x-amz-target", "").split(".")[-1]
        if action not in ACTIONS:
            return await handle(method, path, headers, body, query_params)
        return _log(action, json.loads(body))

    def delete_web_acl(data: dict[str, Any]) -> Any:
        acl = waf._resource_from_scope(waf._web_acls, data.get("Id", ""), data.get("Scope", "REGIONAL"))
        if acl and acl["ARN"] in waf._associations.values():
            return waf._waf_err("WAFAssociatedItemException", "The web ACL is still associated with a resource.")
        return delete(data)

    waf.handle_request, waf._delete_web_acl = handle_request, delete_web_acl


def _log(action: str, data: dict[str, Any]) -> Any:
    configuration = data.get("LoggingConfiguration", {})
    acl, error = waf._resolve_local_web_acl(data.get("ResourceArn") or configuration.get("ResourceArn", ""))
    if error:
        return error
    if action == "PutLoggingConfiguration":
        acl[LOG] = configuration
    elif LOG not in acl:
        return waf._waf_err("WAFNonexistentItemException", "The web ACL has no logging configuration.")
    answer = acl[LOG]
    if action == "DeleteLoggingConfiguration":
        del acl[LOG]
        return waf.json_response({})
    return waf.json_response({"LoggingConfiguration": answer})


def _install_stages() -> None:
    get, get_all, delete = apigateway_v1._get_stage, apigateway_v1._get_stages, apigateway_v1._delete_stage

    def guarded(api_id: str, stage: dict[str, Any]) -> dict[str, Any]:
        found = waf._associations.get(_stage_arn(api_id, stage["stageName"]))
        return {**stage, "webAclArn": found} if found else stage

    def get_stage(api_id: str, stage_name: str) -> Any:
        status, headers, body = get(api_id, stage_name)
        return (
            apigateway_v1._v1_response(guarded(api_id, json.loads(body))) if status == 200 else (status, headers, body)
        )

    def get_stages(api_id: str) -> Any:
        status, headers, body = get_all(api_id)
        if status != 200:
            return status, headers, body
        return apigateway_v1._v1_response({"item": [guarded(api_id, stage) for stage in json.loads(body)["item"]]})

    def delete_stage(api_id: str, stage_name: str) -> Any:
        waf._associations.pop(_stage_arn(api_id, stage_name), None)
        return delete(api_id, stage_name)

    apigateway_v1._get_stage, apigateway_v1._get_stages = get_stage, get_stages
    apigateway_v1._delete_stage = delete_stage


def _stage_arn(api_id: str, stage_name: str) -> str:
    return f"arn:aws:apigateway:{get_region()}::/restapis/{api_id}/stages/{stage_name}"
