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


POOL = "arn:aws:cognito-idp:ca-central-1:123456789012:userpool/ca-central-1_{}"
FUNCTION = (
    "arn:aws:apigateway:ca-central-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:ca-central-1:123456789012:function:{}/invocations"
)
POOLS = {"name": "users", "type": "COGNITO_USER_POOLS", "provider_arns": [POOL.format("a"), POOL.format("b")]}
DEVICES = {"name": "devices", "type": "TOKEN", "uri": FUNCTION.format("decide"), "result_ttl_in_seconds": 60}
AUTHORIZED = {
    **API,
    "authorizers": [POOLS, DEVICES],
    "routes": [
        mock_route(authorization_type="CUSTOM", authorizer="devices", api_key_required=True),
        mock_route(
            method="GET",
            authorization_type="COGNITO_USER_POOLS",
            authorizer="users",
            authorization_scopes=["readings/write", "readings/read"],
        ),
    ],
}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_authorizers_are_created_once_and_routes_refer_to_them(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = {**AUTHORIZED, "name": f"authorized-{emulator}"}
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)

    assert first["changed"] and first.writes.count("CreateAuthorizer") == 2
    assert not second["changed"] and second.writes == [] and len(second.calls) == 6
    assert second["rest_api"]["definition_hash"] == first["rest_api"]["definition_hash"]
    client, api_id = account.client("apigateway"), first["rest_api"]["id"]
    authorizers = {item["name"]: item for item in client.get_authorizers(restApiId=api_id)["items"]}
    methods = read(account, api_id)["/sensor-data"]
    assert methods["POST"]["authorizerId"] == authorizers["devices"]["id"] and methods["POST"]["apiKeyRequired"] is True
    assert methods["GET"]["authorizerId"] == authorizers["users"]["id"]
    assert sorted(methods["GET"]["authorizationScopes"]) == ["readings/read", "readings/write"]
    assert authorizers["devices"]["authorizerResultTtlInSeconds"] == 60


def test_an_authorizer_changes_in_place_and_goes_after_its_routes(account: Account) -> None:
    first = account.run(MODULE, **AUTHORIZED)
    pools = {**POOLS, "provider_arns": [POOL.format("b"), POOL.format("c")]}
    other = {**AUTHORIZED, "authorizers": [pools, {**DEVICES, "uri": FUNCTION.format("judge")}]}
    planned, changed = account.run(MODULE, check_mode=True, **other), account.run(MODULE, **other)

    assert changed.writes == ["UpdateAuthorizer", "UpdateAuthorizer"] and planned["diff"] == changed["diff"]
    assert planned["rest_api"]["definition_hash"] == changed["rest_api"]["definition_hash"]
    assert changed["rest_api"]["definition_hash"] != first["rest_api"]["definition_hash"]
    client, api_id = account.client("apigateway"), first["rest_api"]["id"]
    authorizers = {item["name"]: item for item in client.get_authorizers(restApiId=api_id)["items"]}
    assert authorizers["users"]["providerARNs"] == [POOL.format("b"), POOL.format("c")]
    assert authorizers["devices"]["authorizerUri"] == FUNCTION.format("judge")
    assert not account.run(MODULE, **other)["changed"]

    without = {**API, "authorizers": []}
    removed = account.run(MODULE, **without)
    assert (
        removed.writes[-2:] == ["DeleteAuthorizer", "DeleteAuthorizer"]
        and "authorizer users" in removed["diff"]["before"]
    )
    assert client.get_authorizers(restApiId=api_id)["items"] == []
    again = account.run(MODULE, **without)
    assert not again["changed"] and len(again.calls) == 5, "authorizers are not read where no route has one"


def test_an_authorizers_type_cannot_change(account: Account) -> None:
    account.run(MODULE, **AUTHORIZED)
    token = {**DEVICES, "name": "users"}
    routes = [mock_route(authorization_type="CUSTOM", authorizer="users")]

    message = account.fail(MODULE, **{**API, "authorizers": [token], "routes": routes})
    assert "type is 'COGNITO_USER_POOLS' on AWS and 'TOKEN' is wanted: give the authorizer another name" in message


def test_an_authorizer_may_be_given_by_its_id(account: Account) -> None:
    api_id = account.run(MODULE, **API)["rest_api"]["id"]
    client = account.client("apigateway")
    made = client.create_authorizer(restApiId=api_id, name="by-hand", type="TOKEN", authorizerUri=FUNCTION.format("x"))
    options = {**API, "routes": [mock_route(authorization_type="CUSTOM", authorizer_id=made["id"])]}

    assert account.run(MODULE, **options)["changed"] and not account.run(MODULE, **options)["changed"]
    assert read(account, api_id)["/sensor-data"]["POST"]["authorizerId"] == made["id"]


CORS = {"allowed_origin": "https://app.example.com", "max_age_seconds": 60}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_cors_comes_and_goes(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    options = {**FULL, "name": f"cors-{emulator}", "cors": CORS}
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)

    assert not second["changed"] and second.writes == []
    client, methods = account.client("apigateway"), read(account, first["rest_api"]["id"])
    assert {path for path, verbs in methods.items() if "OPTIONS" in verbs} == {
        "/sensor-data",
        "/devices/{id}/readings",
        "/devices/{id}",
    }
    preflight = methods["/sensor-data"]["OPTIONS"]
    assert not preflight["apiKeyRequired"] and preflight["authorizationType"] == "NONE"
    answered = preflight["methodIntegration"]["integrationResponses"]["200"]["responseParameters"]
    assert answered["method.response.header.Access-Control-Allow-Methods"] == "'OPTIONS,POST'"
    responses = client.get_gateway_responses(restApiId=first["rest_api"]["id"])["items"]
    origins = {
        item["responseType"]: item["responseParameters"].get("gatewayresponse.header.Access-Control-Allow-Origin")
        for item in responses
        if not item.get("defaultResponse")
    }
    assert origins == dict.fromkeys(["THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"], "'https://app.example.com'")

    without = {key: value for key, value in options.items() if key != "cors"}
    account.run(MODULE, **without)
    assert not any("OPTIONS" in verbs for verbs in read(account, first["rest_api"]["id"]).values())
    assert not account.run(MODULE, **without)["changed"]


def test_addresses_are_allowed_and_a_foreign_policy_stays(account: Account) -> None:
    options = {**API, "allowed_cidrs": ["203.0.113.0/24"]}
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)
    client, api_id = account.client("apigateway"), first["rest_api"]["id"]

    assert not second["changed"] and second.writes == []
    denied = first["rest_api"]["policy"]["Statement"][1]
    assert denied["Effect"] == "Deny" and denied["Condition"] == {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}
    planned = account.run(MODULE, check_mode=True, **{**options, "allowed_cidrs": []})
    opened = account.run(MODULE, **{**options, "allowed_cidrs": []})
    assert planned["rest_api"]["definition_hash"] == "pending" and opened.writes == ["UpdateRestApi"]
    assert not client.get_rest_api(restApiId=api_id).get("policy")
    assert not account.run(MODULE, **{**options, "allowed_cidrs": []})["changed"]

    own = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
    account.run(MODULE, **API, policy=own)
    assert not account.run(MODULE, **API, policy=own)["changed"]
    assert not account.run(MODULE, **{**options, "allowed_cidrs": []})["changed"], "somebody else's stays"
    account.run(MODULE, **API, policy={})
    assert not client.get_rest_api(restApiId=api_id).get("policy")


def test_an_api_becomes_private_and_regional_again_in_place(account: Account) -> None:
    first = account.run(MODULE, **API)
    private = {**API, "endpoint_type": "PRIVATE", "vpc_endpoint_ids": ["vpce-0b", "vpce-0a"], "allowed_cidrs": []}
    result = account.run(MODULE, **private)
    client, api_id = account.client("apigateway"), first["rest_api"]["id"]

    assert result.writes == ["UpdateRestApi"] and result["rest_api"]["id"] == api_id
    assert result["rest_api"]["definition_hash"] != first["rest_api"]["definition_hash"]
    endpoint = client.get_rest_api(restApiId=api_id)["endpointConfiguration"]
    assert endpoint["types"] == ["PRIVATE"] and endpoint["vpcEndpointIds"] == ["vpce-0a", "vpce-0b"]
    condition = result["rest_api"]["policy"]["Statement"][1]["Condition"]
    assert condition == {"StringNotEquals": {"aws:SourceVpce": ["vpce-0b", "vpce-0a"]}}
    assert not account.run(MODULE, **private)["changed"]
    account.run(MODULE, **{**private, "vpc_endpoint_ids": ["vpce-0a", "vpce-0c"]})
    assert client.get_rest_api(restApiId=api_id)["endpointConfiguration"]["vpcEndpointIds"] == ["vpce-0a", "vpce-0c"]

    back = account.run(MODULE, **API, allowed_cidrs=[])
    assert back["rest_api"]["definition_hash"] == first["rest_api"]["definition_hash"]
    api = client.get_rest_api(restApiId=api_id)
    assert api["endpointConfiguration"] == {"types": ["REGIONAL"], "vpcEndpointIds": []} and not api["policy"]
    assert not account.run(MODULE, **API, allowed_cidrs=[])["changed"]


def test_a_security_policy_is_set_and_changed(account: Account) -> None:
    options = {**API, "security_policy": "SecurityPolicy_TLS13_1_2_2021_06", "endpoint_access_mode": "BASIC"}
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)
    assert first["rest_api"]["security_policy"] == options["security_policy"] and not second["changed"]

    strict = account.run(MODULE, **{**options, "endpoint_access_mode": "STRICT"})
    assert strict.writes == ["UpdateRestApi"]
    assert strict["rest_api"]["definition_hash"] != first["rest_api"]["definition_hash"]
    api = account.client("apigateway").get_rest_api(restApiId=first["rest_api"]["id"])
    assert api["endpointAccessMode"] == "STRICT" and api["securityPolicy"] == options["security_policy"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"authorizers": [{**POOLS, "provider_arns": []}]}, "authorizers[0].provider_arns is [] with type COGNITO"),
        (
            {"authorizers": [{**POOLS, "provider_arns": ["x"]}]},
            "authorizers[0].provider_arns is 'x': allowed is the ARN",
        ),
        ({"authorizers": [{**DEVICES, "uri": "x"}]}, "authorizers[0].uri is 'x': allowed is a function's URI"),
        (
            {"authorizers": [{**DEVICES, "result_ttl_in_seconds": 3601}]},
            "result_ttl_in_seconds is 3601: allowed is 0 to 3600",
        ),
        (
            {"authorizers": [{**DEVICES, "identity_source": "a,b"}]},
            "identity_source is 'a,b': allowed with type TOKEN is one",
        ),
        (
            {"authorizers": [{**DEVICES, "type": "REQUEST"}]},
            "identity_source is '': allowed with type REQUEST is at least one",
        ),
        (
            {"authorizers": [{**DEVICES, "type": "REQUEST", "identity_source": "body.x"}]},
            "identity_source is 'body.x': allowed is method.request.",
        ),
        ({"authorizers": [DEVICES, DEVICES]}, "authorizers has 'devices' more than once"),
        (
            {"authorizers": [], "routes": [mock_route(authorization_type="CUSTOM", authorizer="x")]},
            "routes[0].authorizer is 'x': allowed are those of authorizers (none)",
        ),
        (
            {"authorizers": [DEVICES], "routes": [mock_route(authorization_type="CUSTOM", authorizer_id="x")]},
            "routes[0].authorizer_id is 'x' with authorizers of names: allowed is routes[0].authorizer",
        ),
        (
            {"routes": [mock_route(authorization_scopes=["x"])]},
            "authorization_scopes is ['x'] with authorization_type NONE",
        ),
        ({"cors": CORS}, "gateway_responses is not given with cors: allowed is a list, which may be empty"),
        (
            {"cors": {"allowed_origin": "app.example.com/x"}},
            "cors.allowed_origin is 'app.example.com/x': allowed is '*'",
        ),
        ({"cors": {**CORS, "allowed_headers": ["a b"]}}, "cors.allowed_headers is 'a b'"),
        ({"cors": {**CORS, "max_age_seconds": 90000}}, "cors.max_age_seconds is 90000: allowed is 0 to 86400"),
        ({"allowed_cidrs": ["10.0.0.1/8"]}, "allowed_cidrs[0] is '10.0.0.1/8': allowed is a range in CIDR notation"),
        ({"allowed_cidrs": [f"10.0.{i}.0/24" for i in range(256)] * 2}, "allowed_cidrs makes a resource policy of"),
        ({"policy": {}, "allowed_cidrs": []}, "parameters are mutually exclusive: policy|allowed_cidrs"),
        ({"vpc_endpoint_ids": ["vpce-1"]}, "vpc_endpoint_ids is ['vpce-1'] with endpoint_type REGIONAL"),
        ({"endpoint_type": "PRIVATE", "vpc_endpoint_ids": ["x"]}, "vpc_endpoint_ids is 'x': allowed is IDs"),
        ({"security_policy": "SecurityPolicy_TLS13_1_2_2021_06"}, "endpoint_access_mode is '' with security_policy"),
        (
            {"security_policy": "SecurityPolicy_TLS13_2025_EDGE", "endpoint_access_mode": "STRICT"},
            "security_policy is 'SecurityPolicy_TLS13_2025_EDGE' with endpoint_type REGIONAL",
        ),
    ],
)
def test_who_may_call_is_checked_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{**API, **options})

    assert result.get("failed") and message in result["msg"] and result.calls == []
