# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried.

Requests keep AWS's own argument names, so that they can be planned as data.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.common import (
    ApiGatewayErrorHandler,
    accept_existing,
    retry,
)

PAGE_SIZE = 500  # the largest API Gateway allows; the default of 25 would cost more calls

# UpdateStage and its siblings refuse longer lists of patch operations.
PATCH_SIZE = 80


def _list(client: Any, operation: str, **request: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": PAGE_SIZE}, **request)
    return pages.build_full_result().get("items", [])


def _patch(call: Any, operations: list[dict[str, str]], **request: Any) -> None:
    for start in range(0, len(operations), PATCH_SIZE):
        call(patchOperations=operations[start : start + PATCH_SIZE], **request)


@ApiGatewayErrorHandler.list_error_handler("list the REST APIs", default_value=[])
@retry()
def get_rest_apis(client: Any) -> list[dict[str, Any]]:
    """GetRestApis, all pages."""
    return _list(client, "get_rest_apis")


@ApiGatewayErrorHandler.list_error_handler("get the REST API")
@retry()
def get_rest_api(client: Any, api_id: str) -> dict[str, Any] | None:
    """GetRestApi; None when it does not exist."""
    return client.get_rest_api(restApiId=api_id)


@ApiGatewayErrorHandler.common_error_handler("create the REST API")
def create_rest_api(client: Any, **request: Any) -> dict[str, Any]:
    """CreateRestApi, unretried: names are not unique, so that it goes through ``create_once``."""
    return client.create_rest_api(**request)


@ApiGatewayErrorHandler.common_error_handler("change the REST API")
@retry()
def update_rest_api(client: Any, api_id: str, operations: list[dict[str, str]]) -> None:
    """UpdateRestApi."""
    _patch(client.update_rest_api, operations, restApiId=api_id)


@ApiGatewayErrorHandler.deletion_error_handler("delete the REST API")
@retry(retries=30)
def delete_rest_api(client: Any, api_id: str) -> bool:
    """DeleteRestApi; False when it was gone already. AWS allows one in 30 seconds an account, hence the many tries."""
    client.delete_rest_api(restApiId=api_id)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the resources of the REST API", default_value=[])
@retry()
def get_resources(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetResources with all methods, integrations and responses embedded."""
    return _list(client, "get_resources", restApiId=api_id, embed=["methods"])


@ApiGatewayErrorHandler.common_error_handler("create the resource")
@retry()
@accept_existing
def create_resource(client: Any, **request: Any) -> dict[str, Any] | None:
    """CreateResource; None when it exists already."""
    return client.create_resource(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the resource")
@retry()
def delete_resource(client: Any, **request: Any) -> bool:
    """DeleteResource; False when it was gone already."""
    client.delete_resource(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("create the method")
@retry()
@accept_existing
def put_method(client: Any, **request: Any) -> None:
    """PutMethod."""
    client.put_method(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the method")
@retry()
def delete_method(client: Any, **request: Any) -> bool:
    """DeleteMethod; False when it was gone already."""
    client.delete_method(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("create the method response")
@retry()
@accept_existing
def put_method_response(client: Any, **request: Any) -> None:
    """PutMethodResponse."""
    client.put_method_response(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the method response")
@retry()
def delete_method_response(client: Any, **request: Any) -> bool:
    """DeleteMethodResponse; False when it was gone already."""
    client.delete_method_response(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("create the integration")
@retry()
def put_integration(client: Any, **request: Any) -> None:
    """PutIntegration."""
    client.put_integration(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the integration")
@retry()
def delete_integration(client: Any, **request: Any) -> bool:
    """DeleteIntegration; False when it was gone already."""
    client.delete_integration(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("set the integration response")
@retry()
def put_integration_response(client: Any, **request: Any) -> None:
    """PutIntegrationResponse; replaces the one that exists."""
    client.put_integration_response(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the integration response")
@retry()
def delete_integration_response(client: Any, **request: Any) -> bool:
    """DeleteIntegrationResponse; False when it was gone already."""
    client.delete_integration_response(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the models", default_value=[])
@retry()
def get_models(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetModels, all pages."""
    return _list(client, "get_models", restApiId=api_id)


@ApiGatewayErrorHandler.common_error_handler("create the model")
@retry()
@accept_existing
def create_model(client: Any, **request: Any) -> None:
    """CreateModel."""
    client.create_model(**request)


@ApiGatewayErrorHandler.common_error_handler("change the model")
@retry()
def update_model(client: Any, **request: Any) -> None:
    """UpdateModel."""
    client.update_model(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the model")
@retry()
def delete_model(client: Any, **request: Any) -> bool:
    """DeleteModel; False when it was gone already."""
    client.delete_model(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the request validators", default_value=[])
@retry()
def get_request_validators(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetRequestValidators, all pages."""
    return _list(client, "get_request_validators", restApiId=api_id)


@ApiGatewayErrorHandler.common_error_handler("create the request validator")
def create_request_validator(client: Any, **request: Any) -> dict[str, Any]:
    """CreateRequestValidator, unretried: names are not unique, so that it goes through ``create_once``."""
    return client.create_request_validator(**request)


@ApiGatewayErrorHandler.common_error_handler("change the request validator")
@retry()
def update_request_validator(client: Any, **request: Any) -> None:
    """UpdateRequestValidator."""
    client.update_request_validator(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the request validator")
@retry()
def delete_request_validator(client: Any, **request: Any) -> bool:
    """DeleteRequestValidator; False when it was gone already."""
    client.delete_request_validator(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the gateway responses", default_value=[])
@retry()
def get_gateway_responses(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetGatewayResponses; only those that were set, not the defaults of AWS."""
    responses = _list(client, "get_gateway_responses", restApiId=api_id)
    return [response for response in responses if not response.get("defaultResponse")]


@ApiGatewayErrorHandler.common_error_handler("set the gateway response")
@retry()
def put_gateway_response(client: Any, **request: Any) -> None:
    """PutGatewayResponse; replaces the one that exists."""
    client.put_gateway_response(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the gateway response")
@retry()
def delete_gateway_response(client: Any, **request: Any) -> bool:
    """DeleteGatewayResponse; False when it was gone already."""
    client.delete_gateway_response(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("list the custom domains", default_value=[])
@retry()
def get_domain_names(client: Any) -> list[dict[str, Any]]:
    """GetDomainNames, all pages."""
    return _list(client, "get_domain_names")


@ApiGatewayErrorHandler.list_error_handler("read the custom domain")
@retry()
def get_domain_name(client: Any, domain: str) -> dict[str, Any] | None:
    """GetDomainName; None when it does not exist."""
    return client.get_domain_name(domainName=domain)


@ApiGatewayErrorHandler.common_error_handler("create the custom domain")
@retry(retries=30)
@accept_existing
def create_domain_name(client: Any, **request: Any) -> None:
    """CreateDomainName. AWS allows one in 30 seconds an account, as of the two below, hence the many tries."""
    client.create_domain_name(**request)


@ApiGatewayErrorHandler.common_error_handler("change the custom domain")
@retry(retries=30)
def update_domain_name(client: Any, domain: str, operations: list[dict[str, str]]) -> None:
    """UpdateDomainName."""
    _patch(client.update_domain_name, operations, domainName=domain)


@ApiGatewayErrorHandler.deletion_error_handler("delete the custom domain")
@retry(retries=30)
def delete_domain_name(client: Any, domain: str) -> bool:
    """DeleteDomainName with all its mappings; False when it was gone already."""
    client.delete_domain_name(domainName=domain)
    return True


@ApiGatewayErrorHandler.common_error_handler("create the base path mapping")
@retry()
@accept_existing
def create_base_path_mapping(client: Any, **request: Any) -> None:
    """CreateBasePathMapping."""
    client.create_base_path_mapping(**request)


@ApiGatewayErrorHandler.common_error_handler("change the base path mapping")
@retry()
def update_base_path_mapping(client: Any, domain: str, base_path: str, operations: list[dict[str, str]]) -> None:
    """UpdateBasePathMapping."""
    _patch(client.update_base_path_mapping, operations, domainName=domain, basePath=base_path)


@ApiGatewayErrorHandler.deletion_error_handler("delete the base path mapping")
@retry()
def delete_base_path_mapping(client: Any, domain: str, base_path: str) -> bool:
    """DeleteBasePathMapping; False when it was gone already."""
    client.delete_base_path_mapping(domainName=domain, basePath=base_path)
    return True


@ApiGatewayErrorHandler.common_error_handler("read the account's settings of API Gateway")
@retry()
def get_account(client: Any) -> dict[str, Any]:
    """GetAccount, of the region."""
    return client.get_account()


@ApiGatewayErrorHandler.common_error_handler("change the account's settings of API Gateway")
@retry()
def update_account(client: Any, operations: list[dict[str, str]]) -> None:
    """UpdateAccount."""
    _patch(client.update_account, operations)


@ApiGatewayErrorHandler.common_error_handler("list the client certificates")
@retry()
def get_client_certificates(client: Any) -> list[dict[str, Any]]:
    """GetClientCertificates, all pages; they hold no private keys."""
    return _list(client, "get_client_certificates")


@ApiGatewayErrorHandler.common_error_handler("make the client certificate")
def generate_client_certificate(client: Any, **request: Any) -> dict[str, Any]:
    """GenerateClientCertificate, unretried: it makes a new one each time, so that it goes through ``create_once``."""
    return client.generate_client_certificate(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the client certificate")
@retry()
def delete_client_certificate(client: Any, certificate_id: str) -> bool:
    """DeleteClientCertificate; False when it was gone already. AWS refuses one that a stage shows."""
    client.delete_client_certificate(clientCertificateId=certificate_id)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the base path mappings", default_value=[])
@retry()
def get_base_path_mappings(client: Any, domain: str) -> list[dict[str, Any]]:
    """GetBasePathMappings of a custom domain, all pages."""
    return _list(client, "get_base_path_mappings", domainName=domain)


@ApiGatewayErrorHandler.list_error_handler("read the authorizers", default_value=[])
@retry()
def get_authorizers(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetAuthorizers, all pages."""
    return _list(client, "get_authorizers", restApiId=api_id)


@ApiGatewayErrorHandler.common_error_handler("create the authorizer")
def create_authorizer(client: Any, **request: Any) -> dict[str, Any]:
    """CreateAuthorizer, unretried: a second one of the name is a conflict, so that it goes through ``create_once``."""
    return client.create_authorizer(**request)


@ApiGatewayErrorHandler.common_error_handler("change the authorizer")
@retry()
def update_authorizer(client: Any, **request: Any) -> None:
    """UpdateAuthorizer."""
    client.update_authorizer(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the authorizer")
@retry()
def delete_authorizer(client: Any, **request: Any) -> bool:
    """DeleteAuthorizer; False when it was gone already."""
    client.delete_authorizer(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("list the deployments", default_value=[])
@retry()
def get_deployments(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetDeployments, all pages."""
    return _list(client, "get_deployments", restApiId=api_id)


@ApiGatewayErrorHandler.list_error_handler("get the deployment")
@retry()
def get_deployment(client: Any, api_id: str, deployment_id: str) -> dict[str, Any] | None:
    """GetDeployment; None when it does not exist."""
    return client.get_deployment(restApiId=api_id, deploymentId=deployment_id)


@ApiGatewayErrorHandler.common_error_handler("deploy the REST API")
def create_deployment(client: Any, **request: Any) -> dict[str, Any]:
    """CreateDeployment, unretried: it makes a new one each time, so that it goes through ``create_once``."""
    return client.create_deployment(**request)


@ApiGatewayErrorHandler.deletion_error_handler("delete the deployment")
@retry()
def delete_deployment(client: Any, **request: Any) -> bool:
    """DeleteDeployment; False when it was gone already."""
    client.delete_deployment(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("list the stages", default_value=[])
@retry()
def get_stages(client: Any, api_id: str) -> list[dict[str, Any]]:
    """GetStages."""
    return client.get_stages(restApiId=api_id).get("item", [])


@ApiGatewayErrorHandler.list_error_handler("get the stage")
@retry()
def get_stage(client: Any, api_id: str, name: str) -> dict[str, Any] | None:
    """GetStage; None when it, or its API, does not exist."""
    return client.get_stage(restApiId=api_id, stageName=name)


@ApiGatewayErrorHandler.common_error_handler("create the stage")
@retry()
@accept_existing
def create_stage(client: Any, **request: Any) -> None:
    """CreateStage."""
    client.create_stage(**request)


@ApiGatewayErrorHandler.common_error_handler("change the stage")
@retry()
def update_stage(client: Any, api_id: str, name: str, operations: list[dict[str, str]]) -> None:
    """UpdateStage."""
    _patch(client.update_stage, operations, restApiId=api_id, stageName=name)


@ApiGatewayErrorHandler.deletion_error_handler("delete the stage")
@retry()
def delete_stage(client: Any, **request: Any) -> bool:
    """DeleteStage; False when it was gone already."""
    client.delete_stage(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("list the usage plans")
@retry()
def get_usage_plans(client: Any, **request: Any) -> list[dict[str, Any]]:
    """GetUsagePlans, all pages; ``keyId`` asks for the plans of one key."""
    return _list(client, "get_usage_plans", **request)


@ApiGatewayErrorHandler.common_error_handler("create the usage plan")
def create_usage_plan(client: Any, **request: Any) -> dict[str, Any]:
    """CreateUsagePlan, unretried: names are not unique, so that it goes through ``create_once``."""
    return client.create_usage_plan(**request)


@ApiGatewayErrorHandler.common_error_handler("change the usage plan")
@retry()
def update_usage_plan(client: Any, plan_id: str, operations: list[dict[str, str]]) -> None:
    """UpdateUsagePlan."""
    _patch(client.update_usage_plan, operations, usagePlanId=plan_id)


@ApiGatewayErrorHandler.deletion_error_handler("delete the usage plan")
@retry()
def delete_usage_plan(client: Any, **request: Any) -> bool:
    """DeleteUsagePlan; False when it was gone already."""
    client.delete_usage_plan(**request)
    return True


@ApiGatewayErrorHandler.list_error_handler("read the keys of the usage plan")
@retry()
def get_usage_plan_key(client: Any, plan_id: str, key_id: str) -> dict[str, Any] | None:
    """GetUsagePlanKey; None when the key is not in the plan."""
    return client.get_usage_plan_key(usagePlanId=plan_id, keyId=key_id)


@ApiGatewayErrorHandler.list_error_handler("list the keys of the usage plan", default_value=[])
@retry()
def get_usage_plan_keys(client: Any, plan_id: str) -> list[dict[str, str]]:
    """ID and name of each key of GetUsagePlanKeys, all pages; AWS answers with the values too, which are dropped here."""
    keys = _list(client, "get_usage_plan_keys", usagePlanId=plan_id)
    return [{"id": key["id"], "name": key.get("name", "")} for key in keys]


@ApiGatewayErrorHandler.list_error_handler("read the usage of the usage plan", default_value={})
@retry()
def get_usage(client: Any, plan_id: str, first: str, last: str) -> dict[str, list[list[int]]]:
    """GetUsage, all pages: ID of a key to used and remaining requests, a pair for each day of the dates."""
    found: dict[str, list[list[int]]] = {}
    request = {"usagePlanId": plan_id, "startDate": first, "endDate": last, "limit": PAGE_SIZE}
    while True:
        answer = client.get_usage(**request)
        found |= answer.get("items", {})
        if not answer.get("position"):
            return found
        request["position"] = answer["position"]


@ApiGatewayErrorHandler.common_error_handler("add the API key to the usage plan")
def create_usage_plan_key(client: Any, plan_id: str, key_id: str) -> dict[str, Any]:
    """CreateUsagePlanKey, unretried: a second one is a conflict, so that it goes through ``create_once``."""
    return client.create_usage_plan_key(usagePlanId=plan_id, keyId=key_id, keyType="API_KEY")


@ApiGatewayErrorHandler.deletion_error_handler("delete the API key from the usage plan")
@retry()
def delete_usage_plan_key(client: Any, **request: Any) -> bool:
    """DeleteUsagePlanKey; False when it was gone already."""
    client.delete_usage_plan_key(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("list the API keys")
@retry()
def get_api_keys(client: Any, name: str) -> list[dict[str, Any]]:
    """GetApiKeys whose names start with ``name``, without their values."""
    return _list(client, "get_api_keys", nameQuery=name, includeValues=False)


@ApiGatewayErrorHandler.common_error_handler("read the values of the API keys")
@retry()
def get_api_key_values(client: Any, name: str) -> dict[str, str]:
    """Name to value, a secret, of GetApiKeys with the values of the keys whose names start with ``name``."""
    keys = _list(client, "get_api_keys", nameQuery=name, includeValues=True)
    return {key["name"]: key["value"] for key in keys}


@ApiGatewayErrorHandler.list_error_handler("get the API key")
@retry()
def get_api_key_with_value(client: Any, key_id: str) -> dict[str, Any] | None:
    """GetApiKey with its value, which is a secret."""
    return client.get_api_key(apiKey=key_id, includeValue=True)


@ApiGatewayErrorHandler.common_error_handler("create the API key")
def create_api_key(client: Any, **request: Any) -> dict[str, Any]:
    """CreateApiKey, unretried: names are not unique, so that it goes through ``create_once``."""
    return client.create_api_key(**request)


@ApiGatewayErrorHandler.common_error_handler("change the API key")
@retry()
def update_api_key(client: Any, key_id: str, operations: list[dict[str, str]]) -> None:
    """UpdateApiKey."""
    _patch(client.update_api_key, operations, apiKey=key_id)


@ApiGatewayErrorHandler.deletion_error_handler("delete the API key")
@retry()
def delete_api_key(client: Any, **request: Any) -> bool:
    """DeleteApiKey; False when it was gone already."""
    client.delete_api_key(**request)
    return True


@ApiGatewayErrorHandler.common_error_handler("read the tags of the API Gateway resource")
@retry()
def get_tags(client: Any, arn: str) -> dict[str, str]:
    """GetTags."""
    return client.get_tags(resourceArn=arn).get("tags", {})


@ApiGatewayErrorHandler.common_error_handler("tag the API Gateway resource")
@retry()
def tag_resource(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource."""
    client.tag_resource(resourceArn=arn, tags=tags)


@ApiGatewayErrorHandler.common_error_handler("remove tags from the API Gateway resource")
@retry()
def untag_resource(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(resourceArn=arn, tagKeys=keys)
