"""rds_parameter_group against MiniStack and moto, which knows no reset."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "rds_parameter_group"
NAME = "iot-aurora-params-16-dev"
GROUP: dict[str, Any] = {
    "name": NAME,
    "family": "aurora-postgresql16",
    "description": "Parameters of iot-aurora-dev",
    "parameters": {"rds.force_ssl": True, "work_mem": 65536},
    "tags": {"Environment": "dev"},
}
# For each scope: what the calls are named by, and the key of the ARN.
NOUNS = {"cluster": "DBClusterParameter", "instance": "DBParameter"}


def reads(scope: str) -> list[str]:
    return [f"Describe{NOUNS[scope]}Groups", f"Describe{NOUNS[scope]}s", "ListTagsForResource"]


def parameters(account: Account, scope: str, name: str = NAME) -> dict[str, dict[str, Any]]:
    """What was set in a group, as AWS answers, by name."""
    client = account.client("rds")
    describe = {"cluster": client.describe_db_cluster_parameters, "instance": client.describe_db_parameters}[scope]
    found = describe(**{f"{NOUNS[scope]}GroupName": name, "Source": "user"})["Parameters"]
    return {parameter["ParameterName"]: parameter for parameter in found}


@pytest.mark.parametrize("scope", NOUNS)
@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_is_created_once(scope: str, emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    planned = account.run(MODULE, check_mode=True, scope=scope, **GROUP)
    first = account.run(MODULE, scope=scope, **GROUP)
    second = account.run(MODULE, scope=scope, **GROUP)

    assert planned["changed"] and planned.calls == reads(scope)[:1] and planned["diff"] == first["diff"]
    assert first["diff"]["action"] == "create"
    assert first["diff"]["after"]["parameters"] == {"rds.force_ssl": "1", "work_mem": "65536"}
    assert first.writes == [f"Create{NOUNS[scope]}Group", f"Modify{NOUNS[scope]}Group"]
    assert not second["changed"] and second.calls == reads(scope)
    assert second["parameter_group"] == first["parameter_group"]
    live = parameters(account, scope)
    assert live["rds.force_ssl"]["ParameterValue"] == "1" and live["work_mem"]["ParameterValue"] == "65536"
    client = account.client("rds")
    tags = client.list_tags_for_resource(ResourceName=second["parameter_group"]["arn"])["TagList"]
    assert tags == [{"Key": "Environment", "Value": "dev"}]


@pytest.mark.parametrize("scope", NOUNS)
def test_a_dynamic_parameter_changes_at_once_and_a_static_one_at_the_restart(account: Account, scope: str) -> None:
    account.run(MODULE, scope=scope, **GROUP)
    wanted = {**GROUP, "scope": scope, "parameters": {"work_mem": 1, "shared_buffers": "256MB"}}
    planned = account.run(MODULE, check_mode=True, **wanted)
    changed = account.run(MODULE, **wanted)

    assert planned.writes == [] and planned["diff"] == changed["diff"]
    assert changed["diff"]["before"]["parameters"] == {"rds.force_ssl": "1", "work_mem": "65536"}
    assert changed.writes == [f"Reset{NOUNS[scope]}Group", f"Modify{NOUNS[scope]}Group"]
    methods = {name: found["ApplyMethod"] for name, found in parameters(account, scope).items()}
    assert methods == {"work_mem": "immediate", "shared_buffers": "pending-reboot"}
    assert not account.run(MODULE, **wanted)["changed"]


def test_tags_change_alone_and_what_is_left_out_is_left_alone(account: Account) -> None:
    account.run(MODULE, **GROUP)
    changed = account.run(MODULE, name=NAME, family=GROUP["family"], tags={"a": "b"})

    assert changed.writes == ["RemoveTagsFromResource", "AddTagsToResource"]
    assert list(changed["diff"]["after"]) == ["tags"] and len(parameters(account, "cluster")) == 2
    assert not account.run(MODULE, name=NAME, family=GROUP["family"])["changed"]


def test_no_parameters_are_all_defaults(account: Account) -> None:
    account.run(MODULE, **GROUP)
    result = account.run(MODULE, **{**GROUP, "parameters": {}})

    assert result.writes == ["ResetDBClusterParameterGroup"] and parameters(account, "cluster") == {}


def test_family_and_description_cannot_change(account: Account) -> None:
    account.run(MODULE, **GROUP)
    result = account.try_run(MODULE, **{**GROUP, "family": "aurora-postgresql17", "description": "other"})

    assert "family is 'aurora-postgresql16' on AWS and 'aurora-postgresql17' is wanted" in result["msg"]
    assert "description is" in result["msg"] and result.writes == []


@pytest.mark.parametrize("scope", NOUNS)
def test_removal_is_repeatable(account: Account, scope: str) -> None:
    account.run(MODULE, scope=scope, **GROUP)
    gone = {"name": NAME.upper(), "scope": scope, "state": "absent"}
    planned = account.run(MODULE, check_mode=True, **gone)
    first = account.run(MODULE, **gone)
    second = account.run(MODULE, **gone)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == [f"Delete{NOUNS[scope]}Group"] and first["parameter_group"] == {}
    assert not second["changed"] and second.calls == reads(scope)[:1]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "default.aurora-postgresql16"}, "default.* groups belong to AWS"),
        ({"name": "1a"}, "name is '1a'"),
        ({"name": "a" * 256}, "(256 characters): allowed are 1 to 255"),
        ({"family": "PostgreSQL 16"}, "family is 'PostgreSQL 16': allowed is a family such as aurora-postgresql16"),
        ({"parameters": {"a": [1]}}, "parameters['a'] is [1]: allowed is a text, a number or a boolean"),
        ({"tags": {"aws:a": "b"}}, "tags has the key 'aws:a'"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, options: dict[str, Any], problem: str) -> None:
    result = account.try_run(MODULE, **{**GROUP, **options})

    assert result["failed"] and problem in result["msg"] and result.calls == []
