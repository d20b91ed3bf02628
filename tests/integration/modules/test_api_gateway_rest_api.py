"""api_gateway_rest_api against MiniStack and moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "api_gateway_rest_api"
OK = {"application/json": '{"message": "Data received"}'}


def mock_route(path: str = "/sensor-data", method: str = "POST", **more: Any) -> dict[str, Any]:
    """A route that answers 200 by itself."""
    return {
        "path": path,
        "method": method,
        "integration": {"type": "MOCK", "request_templates": {"application/json": '{"statusCode": 200}'}},
        "responses": [{"status_code": 200, "integration": {"templates": OK}}],
        **more,
    }


API = {
    "name": "iot-sensor-api-dev",
    "description": "Takes sensor readings",
    "routes": [mock_route(api_key_required=True)],
    "tags": {"Environment": "dev"},
}
FULL = {
    **API,
    "minimum_compression_size": 1024,
    "models": [{"name": "Reading", "schema": {"type": "object", "required": ["device"]}}],
    "request_validators": [{"name": "body", "validate_body": True}],
    "gateway_responses": [{"response_type": "THROTTLED", "templates": {"application/json": '{"slow": "down"}'}}],
    "routes": [
        mock_route(
            request_validator="body",
            request_models={"application/json": "Reading"},
            request_parameters={"method.request.header.X-Device": True},
        ),
        mock_route("/devices/{id}/readings", "GET"),
        {
            "path": "/devices/{id}",
            "method": "ANY",
            "integration": {"type": "HTTP_PROXY", "uri": "http://example.com/{id}", "http_method": "GET"},
        },
    ],
}


def read(account: Account, api_id: str) -> dict[str, dict[str, Any]]:
    """The methods that AWS has, by path and verb."""
    client = account.client("apigateway")
    return {
        resource["path"]: resource.get("resourceMethods", {})
        for resource in client.get_resources(restApiId=api_id, limit=500, embed=["methods"])["items"]
    }


def test_is_created_once(account: Account) -> None:
    first, second = account.run(MODULE, **API), account.run(MODULE, **API)

    assert first["changed"] and first["diff"]["after"]["POST /sensor-data"]["api_key_required"] is True
    assert not second["changed"] and second.writes == [] and second["diff"]["after"] == {}
    assert len(second.calls) == 5
    assert second["rest_api"] == first["rest_api"]
    api = account.client("apigateway").get_rest_api(restApiId=first["rest_api"]["id"])
    assert api["endpointConfiguration"]["types"] == ["REGIONAL"] and api["tags"] == {"Environment": "dev"}
    method = read(account, api["id"])["/sensor-data"]["POST"]
    assert method["apiKeyRequired"] is True
    assert method["methodIntegration"]["integrationResponses"]["200"]["responseTemplates"] == OK


def test_full_definition_is_stable(account: Account) -> None:
    first, second = account.run(MODULE, **FULL), account.run(MODULE, **FULL)

    assert first["changed"] and not second["changed"] and second.writes == []
    assert second["rest_api"]["definition_hash"] == first["rest_api"]["definition_hash"]
    client = account.client("apigateway")
    method = read(account, first["rest_api"]["id"])["/sensor-data"]["POST"]
    validator = client.get_request_validators(restApiId=first["rest_api"]["id"])["items"][0]
    assert method["requestValidatorId"] == validator["id"] and validator["validateRequestBody"] is True


@pytest.mark.parametrize("definition", [API, FULL], ids=["small", "full"])
def test_moto_agrees(moto_account: Account, definition: dict[str, Any], request: pytest.FixtureRequest) -> None:
    options = {**definition, "name": f"api-{request.node.name}"}
    first, second = moto_account.run(MODULE, **options), moto_account.run(MODULE, **options)

    assert first["changed"]
    assert second["diff"]["before"] == second["diff"]["after"] and not second["changed"] and second.writes == []


def test_check_mode_writes_nothing(account: Account) -> None:
    result = account.run(MODULE, check_mode=True, **API)

    assert result["changed"] and result.writes == [] and result["rest_api"]["definition_hash"] == "pending"
    assert account.client("apigateway").get_rest_apis()["items"] == []


def test_extras_are_removed(account: Account) -> None:
    api_id = account.run(MODULE, **FULL)["rest_api"]["id"]
    client = account.client("apigateway")
    root = account.run(MODULE, **FULL)["rest_api"]["root_resource_id"]
    client.create_resource(restApiId=api_id, parentId=root, pathPart="by-hand")
    wanted = {**API, "models": [], "request_validators": [], "gateway_responses": []}
    result = account.run(MODULE, **wanted)

    assert set(read(account, api_id)) == {"/", "/sensor-data"}
    assert client.get_models(restApiId=api_id)["items"] == []
    assert client.get_request_validators(restApiId=api_id)["items"] == []
    assert {"resource /by-hand", "model Reading", "GET /devices/{id}/readings"} <= set(result["diff"]["before"])
    assert not account.run(MODULE, **wanted)["changed"]


def test_a_hand_made_method_response_and_method_go(account: Account) -> None:
    api_id = account.run(MODULE, **API)["rest_api"]["id"]
    client = account.client("apigateway")
    resource = next(item["id"] for item in client.get_resources(restApiId=api_id)["items"] if item["path"] != "/")
    target = {"restApiId": api_id, "resourceId": resource}
    client.put_method_response(**target, httpMethod="POST", statusCode="500")
    client.put_method(**target, httpMethod="GET", authorizationType="NONE")
    result = account.run(MODULE, **API)

    assert sorted(result.writes) == ["DeleteMethod", "DeleteMethodResponse"]
    assert list(read(account, api_id)["/sensor-data"]["POST"]["methodResponses"]) == ["200"]
    assert not account.run(MODULE, **API)["changed"]


def test_a_new_body_is_one_call(account: Account) -> None:
    first = account.run(MODULE, **API)
    body = {"application/json": '{"message": "Thanks"}'}
    route = mock_route(api_key_required=True, responses=[{"status_code": 200, "integration": {"templates": body}}])
    planned = account.run(MODULE, check_mode=True, **{**API, "routes": [route]})
    result = account.run(MODULE, **{**API, "routes": [route]})

    assert result.writes == ["PutIntegrationResponse"]
    assert planned["diff"] == result["diff"] and list(result["diff"]["after"]) == ["POST /sensor-data"]
    assert planned["rest_api"]["definition_hash"] == result["rest_api"]["definition_hash"]
    assert result["rest_api"]["definition_hash"] != first["rest_api"]["definition_hash"]
    back = account.run(MODULE, **API)
    assert back["rest_api"]["definition_hash"] == first["rest_api"]["definition_hash"]


def test_method_fields_change(account: Account) -> None:
    api_id = account.run(MODULE, **API)["rest_api"]["id"]
    open_api = {**API, "routes": [mock_route(authorization_type="AWS_IAM")]}
    account.run(MODULE, **open_api)

    method = read(account, api_id)["/sensor-data"]["POST"]
    assert method["apiKeyRequired"] is False and method["authorizationType"] == "AWS_IAM"
    assert method["methodIntegration"]["integrationResponses"]["200"]["responseTemplates"] == OK
    assert not account.run(MODULE, **open_api)["changed"]


def test_a_path_parameter_can_be_renamed(account: Account) -> None:
    account.run(MODULE, **{**API, "routes": [mock_route("/devices/{id}", "GET")]})
    wanted = {**API, "routes": [mock_route("/devices/{device}", "GET")]}
    result = account.run(MODULE, **wanted)

    assert result.writes.index("DeleteResource") < result.writes.index("CreateResource")
    assert set(read(account, result["rest_api"]["id"])) == {"/", "/devices", "/devices/{device}"}
    assert not account.run(MODULE, **wanted)["changed"]


def test_routes_left_out_are_left_alone_and_an_empty_list_removes_them(account: Account) -> None:
    api_id = account.run(MODULE, **API)["rest_api"]["id"]
    untouched = account.run(MODULE, name=API["name"])
    assert not untouched["changed"] and [route["path"] for route in untouched["rest_api"]["routes"]] == ["/sensor-data"]

    account.run(MODULE, **{**API, "routes": []})
    assert read(account, api_id) == {"/": {}}


def test_settings_and_tags_change_alone(account: Account) -> None:
    first = account.run(MODULE, **API)
    wanted = {**API, "description": "Other", "disable_execute_api_endpoint": True, "tags": {"Environment": "qa"}}
    result = account.run(MODULE, **wanted)

    assert result.writes == ["UpdateRestApi", "TagResource"]
    assert set(result["diff"]["after"]) == {"description", "disable_execute_api_endpoint", "tags"}
    client = account.client("apigateway")
    arn = f"arn:aws:apigateway:{account.region}::/restapis/{first['rest_api']['id']}"
    assert client.get_tags(resourceArn=arn)["tags"] == {"Environment": "qa"}
    assert not account.run(MODULE, **wanted)["changed"]


def test_models_are_compared_as_data_and_changed_in_place(account: Account) -> None:
    api_id = account.run(MODULE, **FULL)["rest_api"]["id"]
    client = account.client("apigateway")
    other_text = '{ "required":["device"],\n "type":"object" }'
    patch = [{"op": "replace", "path": "/schema", "value": other_text}]
    client.update_model(restApiId=api_id, modelName="Reading", patchOperations=patch)
    assert not account.run(MODULE, **FULL)["changed"]

    result = account.run(MODULE, **{**FULL, "models": [{"name": "Reading", "schema": {"type": "array"}}]})
    assert result.writes == ["UpdateModel"]


def test_a_models_media_type_cannot_change(account: Account) -> None:
    account.run(MODULE, **FULL)
    model = {**FULL["models"][0], "content_type": "application/xml"}

    assert "content_type is 'application/json' on AWS" in account.fail(MODULE, **{**FULL, "models": [model]})


def test_two_apis_of_one_name_are_an_error(account: Account) -> None:
    client = account.client("apigateway")
    ids = sorted(client.create_rest_api(name=API["name"])["id"] for _number in range(2))
    message = account.fail(MODULE, **API)

    assert f"2 REST APIs have it ({', '.join(ids)})" in message
    assert account.run(MODULE, rest_api_id=ids[0], **API)["rest_api"]["id"] == ids[0]


def test_removal_is_repeatable(account: Account) -> None:
    account.run(MODULE, **API)
    first = account.run(MODULE, name=API["name"], state="absent")
    second = account.run(MODULE, name=API["name"], state="absent")

    assert first["changed"] and not second["changed"] and second.writes == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "sensor-data"}, "routes[0].path is 'sensor-data': allowed are"),
        ({"path": "/sensor-data/"}, "routes[0].path is '/sensor-data/'"),
        ({"path": "/a b"}, "routes[0].path is '/a b'"),
        ({"path": "/{proxy+}/x"}, "routes[0].path is '/{proxy+}/x'"),
        ({"method": "FETCH"}, "value of method must be one of: GET, POST"),
        ({"integration": {"type": "LAMBDA"}}, "value of type must be one of: MOCK, AWS"),
        ({"integration": {"type": "MOCK"}}, "routes[0].integration.request_templates is {}"),
        ({"integration": {"type": "HTTP", "http_method": "GET"}}, "routes[0].integration.uri is ''"),
        ({"integration": {"type": "HTTP", "uri": "http://x"}}, "routes[0].integration.http_method is ''"),
        ({"authorization_type": "CUSTOM"}, "routes[0].authorizer_id is '' with authorization_type CUSTOM"),
        ({"responses": []}, "routes[0].responses is []"),
        ({"responses": [{"status_code": "20x"}]}, "routes[0].responses[0].status_code is '20x'"),
        ({"responses": [{"status_code": 200}, {"status_code": "200"}]}, "routes[0].responses has '200' more than once"),
        ({"request_parameters": {"X": True}}, "routes[0].request_parameters is 'X'"),
    ],
)
def test_bad_routes_are_refused_before_any_call(account: Account, change: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**API, "routes": [{**mock_route(), **change}]})

    assert result.get("failed") and message in result["msg"] and result.calls == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"routes": [mock_route(), mock_route()]}, "routes has 'POST /sensor-data' more than once"),
        ({"routes": [mock_route("/{a}"), mock_route("/{b}/c")]}, "routes have both {a} and {b} under '/'"),
        ({"models": [{"name": "a-b"}]}, "models.name is 'a-b': allowed is letters and digits"),
        ({"minimum_compression_size": -2}, "minimum_compression_size is -2: allowed is -1 to 10485760"),
        ({"request_validators": [], "routes": [mock_route(request_validator="x")]}, "request_validator is 'x'"),
        ({"models": [], "routes": [mock_route(request_models={"a/b": "X"})]}, "request_models has 'X'"),
    ],
)
def test_bad_definitions_are_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**API, **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []


def test_two_default_responses_are_refused(account: Account) -> None:
    """AWS refuses two integration responses of one selection pattern."""
    route = mock_route(responses=[{"status_code": 200}, {"status_code": 500}])

    assert "responses.integration.selection_pattern has '' more than once" in account.fail(
        MODULE, **{**API, "routes": [route]}
    )
