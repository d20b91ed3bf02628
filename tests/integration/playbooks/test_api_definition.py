"""Who may call the API and what it answers, by the playbooks: real requests, and everything taken back again."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import DEFAULT_ACCOUNT, Account
from stacks import Stack

ORIGIN = "https://app.example.com"
READING = {"device": "sensor-1", "metric": "temperature", "value": 21.5, "time": "2026-01-01T12:00:00Z"}
AUTHORIZER = """
def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "let me in" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "device", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


class Site:
    """A stack's API in the account whose APIs the emulator serves, and a function that lets callers in."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.apigateway, self.iam = stack.account.client("apigateway"), stack.account.client("iam")

    def make_authorizer(self) -> str:
        """The ARN of the function."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("main.py", AUTHORIZER)
        client, trust = self.stack.account.client("lambda"), json.dumps({"Version": "2012-10-17", "Statement": []})
        role = self.iam.create_role(RoleName="decide", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        made = client.create_function(
            FunctionName="decide",
            Runtime="python3.13",
            Handler="main.handler",
            Role=role,
            Code={"ZipFile": archive.getvalue()},
        )
        client.get_waiter("function_active_v2").wait(FunctionName="decide")
        return made["FunctionArn"]

    def outputs(self) -> dict[str, Any]:
        return json.loads((self.stack.folder / "outputs" / "iot-who-ca-central-1.json").read_text())

    def ask(self, method: str = "POST", body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body of a request; body, ``Authorization`` and the key are the right ones unless given."""
        key = self.apigateway.get_api_key(apiKey=self.outputs()["api_key_id"], includeValue=True)["value"]
        sent = {"Content-Type": "application/json", "X-Api-Key": key, "Authorization": "let me in", "Origin": ORIGIN}
        request = urllib.request.Request(
            f"{self.outputs()['api_gateway_url']}/sensor-data",
            data=json.dumps(READING if body is None else body).encode() if method == "POST" else None,
            headers={name: value for name, value in {**sent, **headers}.items() if value},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), json.loads(answer.read() or "{}")
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), json.loads(error.read())

    def definition(self) -> dict[str, Any]:
        """What there is besides the one route."""
        (api,) = [item for item in self.apigateway.get_rest_apis()["items"] if item["name"] == "iot-sensor-api-who"]
        api_id = {"restApiId": api["id"]}
        resources = self.apigateway.get_resources(**api_id, embed=["methods"])["items"]
        responses = self.apigateway.get_gateway_responses(**api_id)["items"]
        return {
            "methods": sorted(verb for resource in resources for verb in resource.get("resourceMethods") or {}),
            "models": [item["name"] for item in self.apigateway.get_models(**api_id)["items"]],
            "validators": [item["name"] for item in self.apigateway.get_request_validators(**api_id)["items"]],
            "responses": sorted(item["responseType"] for item in responses if not item.get("defaultResponse")),
            "authorizers": [item["name"] for item in self.apigateway.get_authorizers(**api_id)["items"]],
            "policy": bool(api.get("policy")),
            "roles": [role["RoleName"] for role in self.iam.list_roles()["Roles"] if "authorize" in role["RoleName"]],
        }


@pytest.fixture(scope="module")
def site(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    account = Account(ministack, number=DEFAULT_ACCOUNT)
    site = Site(Stack(account, tmp_path_factory.mktemp("who") / "stack", {"who": {}}))
    yield site
    site.stack.destroy("--tags", "api")
    assert not [role["RoleName"] for role in site.iam.list_roles()["Roles"] if "authorize" in role["RoleName"]]
    account.client("lambda").delete_function(FunctionName="decide")
    site.iam.delete_role(RoleName="decide")


def test_callers_are_checked_and_told_why_and_all_of_it_goes_again(site: Site) -> None:
    options = {
        "api_request_validation": True,
        "api_json_errors": True,
        "api_cors_allowed_origins": [ORIGIN],
        "api_authorization": "lambda",
        "api_authorizer_function_arn": site.make_authorizer(),
        "api_allowed_cidrs": ["127.0.0.0/8"],
    }
    account, (kind, number) = site.stack.account, ("authorizers", "iot-token-authorizer-who")
    site.stack.deploy("--tags", "api", **options)
    before = len(account.emulator.recorded(account.number))
    assert site.stack.deploy("--tags", "api", **options).changed == 0
    assert not any(map(is_write, account.emulator.recorded(account.number)[before:]))
    assert site.definition() == {
        "methods": ["OPTIONS", "POST"],
        "models": ["SensorData"],
        "validators": ["body"],
        "responses": ["BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX"],
        kind: [number],
        "policy": True,
        "roles": ["iot-authorize-role-ca-central-1-who"],
    }

    status, headers, _body = site.ask("OPTIONS", Authorization="", **{"X-Api-Key": ""})
    assert status == 200 and headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Access-Control-Allow-Methods"] == "OPTIONS,POST"
    assert "X-Api-Key" in headers["Access-Control-Allow-Headers"] and headers["Access-Control-Max-Age"] == "600"
    for body in (READING, [READING, READING]):
        status, headers, answer = site.ask(body=body)
        assert (status, answer) == (200, {"message": "Data received"})
        assert headers["Access-Control-Allow-Origin"] == ORIGIN

    refused = {
        "BAD_REQUEST_BODY": site.ask(body={**READING, "value": "hot"}),
        "INVALID_API_KEY": site.ask(**{"X-Api-Key": "no-such-key-of-the-stack"}),
        "ACCESS_DENIED": site.ask(Authorization="please"),
        "UNAUTHORIZED": site.ask(Authorization=""),
        "UNSUPPORTED_MEDIA_TYPE": site.ask(**{"Content-Type": "text/plain"}),
    }
    assert [status for status, _headers, _body in refused.values()] == [400, 403, 403, 401, 415]
    for reason, (_status, headers, answer) in refused.items():
        assert answer["reason"] == reason and answer["message"] and answer["request_id"]
        assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert len(refused["BAD_REQUEST_BODY"][2]["errors"]) == 1

    site.stack.deploy("--tags", "api")
    plain = {"methods": ["POST"], "models": [], "validators": [], "responses": [], "authorizers": [], "roles": []}
    assert site.definition() == {**plain, "policy": False}
    assert site.ask(body={"any": "thing"}, Authorization="")[0] == 200
    # What is there at the destroy is found by its name, though the inventory says nothing of it by then.
    site.iam.create_role(RoleName="iot-authorize-role-ca-central-1-who", AssumeRolePolicyDocument="{}")


def test_a_private_api_is_reached_by_the_networks_endpoint_and_becomes_regional_again(stack: Stack) -> None:
    private = {
        "api_endpoint_type": "PRIVATE",
        "api_allowed_cidrs": ["10.0.10.0/24"],
        "api_security_policy": "SecurityPolicy_TLS13_1_2_2021_06",
        "api_endpoint_access_mode": "STRICT",
        "api_disable_execute_api_endpoint": True,
    }
    alone = stack.try_run("site", "--tags", "api", variables=private)
    assert alone.code == 2 and "api_vpc_endpoint_ids is [] with api_endpoint_type PRIVATE" in alone.output
    assert stack.plan("--tags", "network,api", **private).code == 2
    stack.deploy("--tags", "network,api", **private)
    assert stack.deploy("--tags", "network,api", **private).changed == 0

    client = stack.account.client("apigateway")
    (endpoint,) = stack.account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    (api,) = client.get_rest_apis()["items"]
    assert api["endpointConfiguration"] == {"types": ["PRIVATE"], "vpcEndpointIds": [endpoint["VpcEndpointId"]]}
    assert endpoint["VpcEndpointId"] in api["policy"] and "aws:VpcSourceIp" in api["policy"]
    assert (api["securityPolicy"], api["endpointAccessMode"]) == ("SecurityPolicy_TLS13_1_2_2021_06", "STRICT")
    assert str(api["disableExecuteApiEndpoint"]).lower() == "true"

    back = stack.deploy("--tags", "api").changed_tasks
    assert back[:2] == ["Ensure the REST API iot-sensor-api-dev", "Ensure the deployment and the stage prod"]
    (api,) = client.get_rest_apis()["items"]
    assert api["endpointConfiguration"]["types"] == ["REGIONAL"] and not api["policy"]
