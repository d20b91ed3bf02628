"""ec2_vpc_flow_log against MiniStack, with what the local AWS adds, and moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "ec2_vpc_flow_log"
NAME = "iot-flow-log-dev"
BOTH = pytest.mark.parametrize("emulator", ["account", "moto_account"])


def options(account: Account, group: str) -> dict[str, Any]:
    """The options for a new VPC, with the log group and the role that they name."""
    vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    account.run("logs_log_group", name=group)
    role = account.run("iam_role", name=f"{group.strip('/')}-role", service="vpc-flow-logs.amazonaws.com")["role"]
    return {
        "name": NAME,
        "vpc_id": vpc,
        "log_group_name": group,
        "role_arn": role["arn"],
        "tags": {"Environment": "dev"},
    }


def live(account: Account, vpc: str) -> list[dict[str, Any]]:
    """The flow logs of the VPC."""
    filters = [{"Name": "resource-id", "Values": [vpc]}]
    return account.client("ec2").describe_flow_logs(Filters=filters)["FlowLogs"]


@BOTH
def test_is_created_once_and_removed_once(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    wanted = options(account, "/flow-created-once")
    planned = account.run(MODULE, check_mode=True, **wanted)
    first = account.run(MODULE, **wanted)
    second = account.run(MODULE, **wanted)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "create" and first["diff"]["after_header"] == f"flow log {NAME}"
    assert first["diff"]["after"] == {
        **{key: value for key, value in wanted.items() if key not in ("name", "tags")},
        "traffic_type": "ALL",
        "max_aggregation_interval": 600,
        "tags": {"Environment": "dev", "Name": NAME},
    }
    assert not second["changed"] and second.calls == ["DescribeFlowLogs"] and second["flow_log"] == first["flow_log"]
    (found,) = live(account, wanted["vpc_id"])
    assert found["FlowLogId"] == first["flow_log"]["id"] and found["LogGroupName"] == wanted["log_group_name"]
    assert found["DeliverLogsPermissionArn"] == wanted["role_arn"] and found["TrafficType"] == "ALL"

    absent = {"name": NAME, "vpc_id": wanted["vpc_id"], "state": "absent"}
    would = account.run(MODULE, check_mode=True, **absent)
    assert would["changed"] and would.writes == [] and live(account, wanted["vpc_id"])
    removed, again = account.run(MODULE, **absent), account.run(MODULE, **absent)
    assert removed.writes == ["DeleteFlowLogs"] and removed["diff"] == would["diff"]
    assert live(account, wanted["vpc_id"]) == [] and not again["changed"] and again.writes == []


@BOTH
def test_what_aws_cannot_change_is_made_anew(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    wanted = options(account, "/flow-made-anew")
    first = account.run(MODULE, **wanted)
    changed = {**wanted, "traffic_type": "REJECT", "max_aggregation_interval": 60}
    planned = account.run(MODULE, check_mode=True, **changed)
    second = account.run(MODULE, **changed)

    assert planned["diff"] == second["diff"] and planned.writes == []
    assert second["diff"]["action"] == "replace" and second.writes == ["DeleteFlowLogs", "CreateFlowLogs"]
    assert second["diff"]["before"] == {"traffic_type": "ALL", "max_aggregation_interval": 600}
    (found,) = live(account, wanted["vpc_id"])
    assert found["FlowLogId"] == second["flow_log"]["id"] != first["flow_log"]["id"]
    assert found["TrafficType"] == "REJECT" and found["MaxAggregationInterval"] == 60
    assert not account.run(MODULE, **changed)["changed"]


@BOTH
def test_tags_change_in_place(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    wanted = options(account, "/flow-tags")
    first = account.run(MODULE, **wanted)
    second = account.run(MODULE, **{**wanted, "tags": {"Project": "iot"}})

    assert second.writes == ["DeleteTags", "CreateTags"] and second["flow_log"]["id"] == first["flow_log"]["id"]
    assert not account.run(MODULE, **{**wanted, "tags": None})["changed"]


def test_flow_logs_of_other_names_are_left_alone(account: Account) -> None:
    wanted = options(account, "/flow-others")
    account.run(MODULE, **{**wanted, "name": "other"})
    account.run(MODULE, name=NAME, vpc_id=wanted["vpc_id"], state="absent")

    assert len(live(account, wanted["vpc_id"])) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "a*"}, "name is 'a*': allowed is 1 to 256 letters"),
        ({"vpc_id": "10.0.0.0/16"}, "vpc_id is '10.0.0.0/16': allowed is the ID of a VPC"),
        ({"log_group_name": "a b"}, "log_group_name is 'a b': allowed is letters, digits and _-/.#"),
        ({"log_group_name": ""}, "log_group_name is '' (0 characters): allowed are 1 to 512 characters"),
        ({"role_arn": "my-role"}, "role_arn is 'my-role': allowed is the ARN of a role"),
        ({"tags": {"aws:a": "b"}}, "tags has the key 'aws:a'"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, changed: dict[str, Any], sentence: str) -> None:
    given = {"name": NAME, "vpc_id": "vpc-1", "log_group_name": "/a", "role_arn": "arn:aws:iam::123456789012:role/a"}
    result = account.try_run(MODULE, **{**given, **changed})

    assert result["failed"] and sentence in result["msg"] and result.calls == []


def test_the_role_of_the_own_account_only(account: Account) -> None:
    """iam_role's option for services such as this one."""
    options_of_role = {"name": "flow", "service": "vpc-flow-logs.amazonaws.com", "service_own_account_only": True}
    account.run("iam_role", **options_of_role)
    second = account.run("iam_role", **options_of_role)

    document = account.client("iam").get_role(RoleName="flow")["Role"]["AssumeRolePolicyDocument"]
    statement = (json.loads(document) if isinstance(document, str) else document)["Statement"][0]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": account.number}}
    assert not second["changed"] and "GetCallerIdentity" not in second.calls
