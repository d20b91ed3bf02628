"""lambda_function against MiniStack and, where it can, moto; MiniStack runs the functions for real."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from modules import Account, run_module

MODULE = "lambda_function"
CODE = (
    'import os\n\n\ndef handler(event, context):\n    return {"event": event, "level": os.environ.get("LOG_LEVEL")}\n'
)
STORE = """import json
import os

import boto3


def handler(event, context):
    sqs = boto3.client("sqs")
    for record in event["Records"]:
        sqs.send_message(QueueUrl=os.environ["TARGET"], MessageBody="stored " + record["body"])
    return {"batchItemFailures": []}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def build_zip(folder: Path, code: str = CODE) -> dict[str, str]:
    """The options of a package made for the test by lambda_package."""
    source = folder / "greeter"
    source.mkdir(exist_ok=True)
    (source / "__init__.py").write_text("")
    (source / "main.py").write_text(code)
    path = folder / f"{hashlib.sha256(code.encode()).hexdigest()[:8]}.zip"
    package = run_module("lambda_package", source=str(source), path=str(path))
    return {"zip_path": package["path"], "code_sha256": package["sha256"]}


def make_role(account: Account, name: str) -> str:
    iam = account.client("iam")
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]


def options(account: Account, folder: Path, name: str, **more: Any) -> dict[str, Any]:
    """A whole wish for a function, with a role of its own."""
    wish = {
        "function_name": name,
        "description": "Greets",
        "runtime": "python3.13",
        "handler": "greeter.main.handler",
        "role": make_role(account, f"{name}-role"),
        **build_zip(folder),
        "memory_size": 256,
        "timeout": 10,
        "environment": {"LOG_LEVEL": "DEBUG", "SECONDS": 300},
        "tags": {"Environment": "dev"},
    }
    return {**wish, **more}


def live(account: Account, name: str) -> dict[str, Any]:
    return account.client("lambda").get_function(FunctionName=name)


def statements(account: Account, name: str) -> list[dict[str, Any]]:
    policy = json.loads(account.client("lambda").get_policy(FunctionName=name)["Policy"])
    return policy["Statement"]


def log_groups(account: Account) -> dict[str, Any]:
    return {group["logGroupName"]: group for group in account.client("logs").describe_log_groups()["logGroups"]}


def make_queue(account: Account, name: str) -> tuple[str, str]:
    """The URL and the ARN of a queue."""
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def until(look: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_is_created_once(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-created-once"
    wish = options(account, tmp_path, name, log_group={"retention_in_days": 30})
    planned = account.run(MODULE, check_mode=True, **wish)
    first = account.run(MODULE, **wish)
    second = account.run(MODULE, **wish)

    assert planned["changed"] and planned.calls == ["GetFunction", "DescribeLogGroups"]
    assert planned["function"]["arn"] == "known-after-deploy" and planned["function"]["state"] == "planned"
    assert first["diff"] == planned["diff"] and first["diff"]["action"] == "create"
    assert first.writes == ["CreateLogGroup", "PutRetentionPolicy", "CreateFunction"]
    function = live(account, name)
    configuration = function["Configuration"]
    assert configuration["CodeSha256"] == wish["code_sha256"] == first["function"]["code_sha256"]
    assert configuration["MemorySize"] == 256 and configuration["Timeout"] == 10
    assert configuration["Environment"]["Variables"] == {"LOG_LEVEL": "DEBUG", "SECONDS": "300"}
    assert function["Tags"] == {"Environment": "dev"} and configuration["State"] == "Active"
    group = log_groups(account)[f"/aws/lambda/{name}"]
    assert group["retentionInDays"] == 30 and first["function"]["log_group"] == group["logGroupName"]
    assert not second["changed"] and second.calls == ["GetFunction", "DescribeLogGroups", "ListTagsForResource"]
    same = {key: value for key, value in first["function"].items() if key != "log_group"}
    assert {key: second["function"][key] for key in same} == same
    assert second["function"]["arn"] == configuration["FunctionArn"] and second["function"]["state"] == "Active"


def test_a_function_without_more_options_is_read_with_one_call(account: Account, tmp_path: Path) -> None:
    wish = options(account, tmp_path, "iot-one-call")
    account.run(MODULE, **wish)

    assert account.run(MODULE, **wish).calls == ["GetFunction"]


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_what_differs_is_changed_in_place(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-changed"
    wish = options(account, tmp_path, name)
    account.run(MODULE, **wish)
    new = {
        **wish,
        **build_zip(tmp_path, CODE + "# more\n"),
        "memory_size": 512,
        "environment": {"LOG_LEVEL": "INFO"},
        "tags": {"Project": "iot"},
    }
    planned = account.run(MODULE, check_mode=True, **new)
    result = account.run(MODULE, **new)
    again = account.run(MODULE, **new)

    assert planned.writes == [] and planned["diff"] == result["diff"]
    assert result["diff"]["before"]["environment"] == {"LOG_LEVEL": "DEBUG", "SECONDS": "300"}
    assert set(result["diff"]["after"]) == {"memory_size", "code_sha256", "environment", "tags"}
    assert result.writes == ["UpdateFunctionCode", "UpdateFunctionConfiguration", "UntagResource", "TagResource"]
    configuration = live(account, name)["Configuration"]
    assert configuration["MemorySize"] == 512 and configuration["CodeSha256"] == new["code_sha256"]
    assert configuration["Description"] == "Greets" and configuration["Timeout"] == 10
    assert live(account, name)["Tags"] == {"Project": "iot"}
    assert not again["changed"] and again.writes == []


def test_the_same_code_is_not_uploaded_again(account: Account, tmp_path: Path) -> None:
    wish = options(account, tmp_path, "iot-same-code")
    account.run(MODULE, **wish)
    (tmp_path / "new").mkdir()
    result = account.run(MODULE, **{**wish, **build_zip(tmp_path / "new"), "timeout": 20})

    assert result.writes == ["UpdateFunctionConfiguration"]


def test_a_part_of_the_options_is_enough_for_a_function_that_exists(account: Account, tmp_path: Path) -> None:
    wish = options(account, tmp_path, "iot-part")
    account.run(MODULE, **wish)
    result = account.run(MODULE, function_name="iot-part", timeout=20)
    code = account.fail(MODULE, function_name="iot-part", code_sha256=base64.b64encode(b"x" * 32).decode())
    missing = account.fail(MODULE, function_name="iot-not-there", runtime="python3.13")

    assert result.writes == ["UpdateFunctionConfiguration"]
    assert live(account, "iot-part")["Configuration"]["MemorySize"] == 256
    assert code == "zip_path is not given: it is needed to change the code of function iot-part"
    assert "handler is not given: it is needed to create function iot-not-there; role is not given" in missing


def test_the_tag_of_lambda_invoke_is_left_alone_and_not_shown(account: Account, tmp_path: Path) -> None:
    wish = options(account, tmp_path, "iot-tagged")
    arn = account.run(MODULE, **wish)["function"]["arn"]
    account.client("lambda").tag_resource(Resource=arn, Tags={"InvokedFor": "abc", "Other": "x"})
    result = account.run(MODULE, **wish)

    assert result.writes == ["UntagResource"] and "InvokedFor" not in result.output
    assert live(account, "iot-tagged")["Tags"] == {"Environment": "dev", "InvokedFor": "abc"}
    assert "lambda_invoke sets it" in account.fail(MODULE, **{**wish, "tags": {"InvokedFor": "x"}})


def test_a_function_moves_into_a_vpc_and_out_of_it(account: Account, tmp_path: Path) -> None:
    ec2, wish = account.client("ec2"), options(account, tmp_path, "iot-vpc")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)]
    group = ec2.create_security_group(VpcId=vpc, GroupName="functions", Description="functions")["GroupId"]
    account.run(MODULE, **wish)
    inside = account.run(MODULE, **wish, vpc={"subnet_ids": subnets, "security_group_ids": [group]})
    other_order = account.run(MODULE, **wish, vpc={"subnet_ids": subnets[::-1], "security_group_ids": [group]})
    network = live(account, "iot-vpc")["Configuration"]["VpcConfig"]
    outside = account.run(MODULE, **wish, vpc={})

    assert inside.writes == ["UpdateFunctionConfiguration"] and not other_order["changed"]
    assert sorted(network["SubnetIds"]) == sorted(subnets) and network["SecurityGroupIds"] == [group]
    assert outside["changed"] and not live(account, "iot-vpc")["Configuration"]["VpcConfig"].get("SubnetIds")


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_concurrency_is_reserved_and_released(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-reserved"
    wish = options(account, tmp_path, name)
    account.run(MODULE, **wish, reserved_concurrency=5)
    again = account.run(MODULE, **wish, reserved_concurrency=5)
    kept = account.run(MODULE, **wish)
    number = live(account, name)["Concurrency"]["ReservedConcurrentExecutions"]
    released = account.run(MODULE, **wish, reserved_concurrency=-1)

    assert number == 5 and not again["changed"] and not kept["changed"]
    assert released.writes == ["DeleteFunctionConcurrency"] and "Concurrency" not in live(account, name)


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_permissions_are_exactly_those_given(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-allowed"
    wish = options(account, tmp_path, name)
    arn = "arn:aws:execute-api:ca-central-1:123456789012:a1/*/GET/*"
    api = {"statement_id": "api", "principal": "apigateway.amazonaws.com", "source_arn": arn}
    rule = {"statement_id": "rule", "principal": "events.amazonaws.com", "source_account": "123456789012"}
    first = account.run(MODULE, **wish, permissions=[api, rule])
    second = account.run(MODULE, **wish, permissions=[rule, api])
    untouched = account.run(MODULE, **wish)
    changed = account.run(MODULE, function_name=name, permissions=[{**api, "source_arn": f"{arn}/x"}])
    again = account.run(MODULE, function_name=name, permissions=[{**api, "source_arn": f"{arn}/x"}])

    assert first.writes == ["CreateFunction", "AddPermission", "AddPermission"]
    assert not second["changed"] and second.calls == ["GetFunction", "GetPolicy"] and not untouched["changed"]
    assert changed.writes == ["RemovePermission", "RemovePermission", "AddPermission"] and not again["changed"]
    assert changed["function"]["permissions"] == {"api": {"principal": api["principal"], "source_arn": f"{arn}/x"}}
    assert [statement["Sid"] for statement in statements(account, name)] == ["api"]
    assert statements(account, name)[0]["Condition"] == {"ArnLike": {"AWS:SourceArn": f"{arn}/x"}}
    none = account.run(MODULE, function_name=name, permissions=[])
    assert none.writes == ["RemovePermission"]
    assert not account.run(MODULE, function_name=name, permissions=[])["changed"]


def test_a_queue_is_worked_on(account: Account, tmp_path: Path) -> None:
    """For real: a message goes through the function and comes out of the other queue."""
    source_url, source = make_queue(account, "iot-readings")
    target_url, _target = make_queue(account, "iot-stored")
    event_source = {"queue_arn": source, "batch_size": 10, "report_batch_item_failures": True}
    wish = options(account, tmp_path, "iot-ingest", **build_zip(tmp_path, STORE), environment={"TARGET": target_url})
    first = account.run(MODULE, **wish, event_source=event_source)
    second = account.run(MODULE, **wish, event_source=event_source)
    sqs = account.client("sqs")
    sqs.send_message(QueueUrl=source_url, MessageBody="one")
    found = until(lambda: sqs.receive_message(QueueUrl=target_url, WaitTimeSeconds=1).get("Messages"))

    assert found[0]["Body"] == "stored one"
    assert first.writes == ["CreateFunction", "CreateEventSourceMapping"] and first["function"]["event_source_uuid"]
    assert not second["changed"] and second.calls == ["GetFunction", "ListEventSourceMappings"]
    assert second["function"]["event_source_uuid"] == first["function"]["event_source_uuid"]


def test_the_mapping_of_a_queue_is_changed_replaced_and_removed(account: Account, tmp_path: Path) -> None:
    _url, one = make_queue(account, "iot-one")
    _url, two = make_queue(account, "iot-two")
    wish, client = options(account, tmp_path, "iot-mapped"), account.client("lambda")
    event_source = {"queue_arn": one, "batch_size": 100, "maximum_batching_window_seconds": 2, "maximum_concurrency": 5}
    account.run(MODULE, **wish, event_source=event_source)
    new = {"queue_arn": one, "report_batch_item_failures": True, "enabled": False}
    planned = account.run(MODULE, check_mode=True, **wish, event_source=new)
    changed = account.run(MODULE, **wish, event_source=new)
    again = account.run(MODULE, **wish, event_source=new)
    mapping = client.list_event_source_mappings(FunctionName="iot-mapped")["EventSourceMappings"][0]

    assert planned.writes == [] and planned["diff"] == changed["diff"]
    assert changed.writes == ["UpdateEventSourceMapping"] and not again["changed"]
    assert mapping["BatchSize"] == 10 and mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["State"] == "Disabled" and not mapping["ScalingConfig"]
    assert client.list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"] == {"Environment": "dev"}

    moved = account.run(MODULE, **{**wish, "tags": {"Project": "iot"}}, event_source={"queue_arn": two})
    mappings = client.list_event_source_mappings(FunctionName="iot-mapped")["EventSourceMappings"]
    assert moved.writes[-2:] == ["DeleteEventSourceMapping", "CreateEventSourceMapping"]
    assert [mapping["EventSourceArn"] for mapping in mappings] == [two]
    tagged = account.run(MODULE, **{**wish, "tags": {"Project": "x"}}, event_source={"queue_arn": two})
    assert tagged.writes == ["TagResource", "TagResource"]
    assert client.list_tags(Resource=mappings[0]["EventSourceMappingArn"])["Tags"] == {"Project": "x"}

    removed = account.run(MODULE, function_name="iot-mapped", event_source={})
    assert removed.writes == ["DeleteEventSourceMapping"] and removed["function"]["event_source_uuid"] is None
    assert not account.run(MODULE, function_name="iot-mapped", event_source={})["changed"]


def test_mappings_of_other_queues_are_removed(account: Account, tmp_path: Path) -> None:
    _url, one = make_queue(account, "iot-mine")
    _url, two = make_queue(account, "iot-other")
    wish, client = options(account, tmp_path, "iot-two-queues"), account.client("lambda")
    account.run(MODULE, **wish, event_source={"queue_arn": one})
    client.create_event_source_mapping(FunctionName="iot-two-queues", EventSourceArn=two)
    result = account.run(MODULE, **wish, event_source={"queue_arn": one})

    assert result.writes == ["DeleteEventSourceMapping"] and result["diff"]["before"] == {"other_queues": [two]}
    mappings = client.list_event_source_mappings(FunctionName="iot-two-queues")["EventSourceMappings"]
    assert [mapping["EventSourceArn"] for mapping in mappings] == [one]


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_the_log_group_is_changed_in_place(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-logged"
    wish = options(account, tmp_path, name)
    account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}-longer")
    account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}", tags={"Old": "1"})
    account.run(MODULE, **wish)
    result = account.run(MODULE, **wish, log_group={"retention_in_days": 7})
    again = account.run(MODULE, **wish, log_group={"retention_in_days": 7})
    for_ever = account.run(MODULE, **wish, log_group={"retention_in_days": 0})

    assert result.writes == ["PutRetentionPolicy", "UntagResource", "TagResource"] and not again["changed"]
    assert result["diff"]["before"]["log_group"]["retention_in_days"] == 0
    assert for_ever.writes == ["DeleteRetentionPolicy"]
    assert "retentionInDays" not in log_groups(account)[f"/aws/lambda/{name}"]
    assert account.client("logs").list_tags_log_group(logGroupName=f"/aws/lambda/{name}")["tags"] == wish["tags"]


def test_a_plan_works_with_what_is_known_after_the_deploy(account: Account, tmp_path: Path) -> None:
    wish = {**options(account, tmp_path, "iot-planned"), "role": "known-after-deploy"}
    result = account.run(
        MODULE,
        check_mode=True,
        **wish,
        vpc={
            "subnet_ids": ["subnet-known-after-deploy-private-1"],
            "security_group_ids": ["sg-known-after-deploy"],
        },
        event_source={"queue_arn": "known-after-deploy"},
        permissions=[
            {"statement_id": "api", "principal": "apigateway.amazonaws.com", "source_arn": "known-after-deploy"},
        ],
        log_group={"retention_in_days": 30},
    )

    assert result["changed"] and result.writes == [] and result["function"]["role"] == "known-after-deploy"
    assert result["diff"]["after"]["event_source"]["queue_arn"] == "known-after-deploy"


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_removal_is_repeatable(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    account, name = request.getfixturevalue(fixture), "iot-removed"
    _url, queue = make_queue(account, "iot-removed")
    wish = options(account, tmp_path, name)
    account.run(MODULE, **wish, event_source={"queue_arn": queue}, log_group={"retention_in_days": 1})
    planned = account.run(MODULE, check_mode=True, function_name=name, state="absent")
    first = account.run(MODULE, function_name=name, state="absent")
    second = account.run(MODULE, function_name=name, state="absent")

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["DeleteEventSourceMapping", "DeleteFunction", "DeleteLogGroup"]
    assert not second["changed"] and second.calls == ["GetFunction", "ListEventSourceMappings", "DescribeLogGroups"]
    assert f"/aws/lambda/{name}" not in log_groups(account)


def test_what_is_left_of_a_removal_is_removed(account: Account, tmp_path: Path) -> None:
    account.client("logs").create_log_group(logGroupName="/aws/lambda/iot-left")
    result = account.run(MODULE, function_name="iot-left", state="absent")

    assert (
        result["changed"] and result.writes == ["DeleteLogGroup"] and "/aws/lambda/iot-left" not in log_groups(account)
    )


ROLE = "arn:aws:iam::123456789012:role/r"
QUEUE = "arn:aws:sqs:ca-central-1:123456789012:q"
API = "apigateway.amazonaws.com"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"function_name": "a b"}, "function_name is 'a b': allowed is 1 to 64 letters"),
        ({"description": "x" * 257}, "(257 characters): allowed are 0 to 256"),
        ({"runtime": "Python 3"}, "runtime is 'Python 3': allowed is a runtime such as python3.13"),
        ({"handler": "a b"}, "handler is 'a b'"),
        ({"role": "iot-role"}, "role is 'iot-role': allowed is the ARN of a role"),
        ({"zip_path": "/no/such.zip"}, "zip_path is '/no/such.zip': it cannot be read: No such file"),
        ({"code_sha256": "abc"}, "code_sha256 is 'abc': allowed is a SHA-256 in base64"),
        ({"memory_size": 64}, "memory_size is 64: allowed is 128 to 10240 MB"),
        ({"timeout": 901}, "timeout is 901: allowed is 1 to 900 seconds"),
        ({"architectures": ["x86_64", "arm64"]}, "architectures is ['x86_64', 'arm64']: allowed is one of"),
        ({"environment": {"1A": "x"}}, "environment has the name '1A'"),
        ({"environment": {"AWS_REGION": "x"}}, "environment has the name 'AWS_REGION': Lambda sets it itself"),
        ({"environment": {"DB_PASSWORD": "x"}}, "environment has the name 'DB_PASSWORD', and its values are shown"),
        ({"environment": {"LONG": "x" * 5000}}, "environment has 5004 bytes: allowed are 4096"),
        ({"vpc": {"subnet_ids": ["subnet-1"]}}, "vpc.security_group_ids is []: a function in a VPC needs"),
        ({"vpc": {"subnet_ids": ["x"], "security_group_ids": ["sg-1"]}}, "vpc.subnet_ids has one that is 'x'"),
        ({"reserved_concurrency": -2}, "reserved_concurrency is -2: allowed is 0 or more"),
        (
            {"dead_letter_arn": "iot"},
            "dead_letter_arn is 'iot': allowed is the ARN of a queue or topic, such as arn:aws:sqs:",
        ),
        ({"kms_key_arn": "alias/x"}, "kms_key_arn is 'alias/x': allowed is the ARN of a KMS key"),
        ({"log_group": {"retention_in_days": 31}}, "log_group.retention_in_days is 31: allowed are 0, 1, 3"),
        ({"permissions": [{"statement_id": "a b", "principal": API, "source_account": "123456789012"}]}, "is 'a b'"),
        ({"permissions": [{"statement_id": "a", "principal": API}]}, "to invoke the function for every account"),
        (
            {"permissions": [{"statement_id": "a", "principal": API, "source_account": "1"}]},
            "permissions['a'].source_account is '1': allowed is an account of 12 digits",
        ),
        ({"permissions": [{"statement_id": "a", "principal": ROLE}] * 2}, "has the statement_id 'a' twice"),
        ({"event_source": {"batch_size": 1}}, "event_source has no queue_arn"),
        ({"event_source": {"queue_arn": "q"}}, "event_source.queue_arn is 'q': allowed is the ARN of a queue"),
        ({"event_source": {"queue_arn": QUEUE, "batch_size": 11}}, "more than 10 need a maximum_batching_window"),
        ({"event_source": {"queue_arn": QUEUE + ".fifo", "batch_size": 11}}, "batch_size is 11: allowed is 1 to 10"),
        ({"event_source": {"queue_arn": QUEUE, "maximum_concurrency": 1}}, "is 1: allowed is 2 to 1000 invocations"),
        (
            {"event_source": {"queue_arn": QUEUE, "maximum_batching_window_seconds": 301}},
            "maximum_batching_window_seconds is 301: allowed is 0 to 300 seconds",
        ),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, more: dict[str, Any], message: str) -> None:
    wish = {"function_name": "iot-bad", "runtime": "python3.13", "handler": "a.b", "role": ROLE}
    result = account.try_run(MODULE, **{**wish, **more})

    assert result["failed"] and message in result["msg"] and result.calls == []


def test_a_zip_of_another_checksum_is_refused(account: Account, tmp_path: Path) -> None:
    wish = options(account, tmp_path, "iot-other-zip")
    other = build_zip(tmp_path, CODE + "# other\n")["code_sha256"]
    result = account.try_run(MODULE, **{**wish, "code_sha256": other})

    assert result["failed"] and "build the zip again" in result["msg"] and result.calls == []
