"""rds_parameter_group with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

NAME = "iot-aurora-params-16-dev"
ARN = f"arn:aws:rds:ca-central-1:123456789012:cluster-pg:{NAME}"
GROUP = {
    "DBClusterParameterGroupName": NAME,
    "DBParameterGroupFamily": "aurora-postgresql16",
    "Description": NAME,
    "DBClusterParameterGroupArn": ARN,
}
MISSING = error("DBParameterGroupNotFound", "not found", 404)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    return SimulatedAWS(monkeypatch)


def parameter(name: str, **fields: Any) -> dict[str, Any]:
    return {"ParameterName": name, "IsModifiable": True, "ApplyType": "dynamic", **fields}


def run(check_mode: bool = False, **options: Any) -> ModuleResult:
    return run_module(
        "rds_parameter_group",
        check_mode=check_mode,
        **{"name": NAME, "family": "aurora-postgresql16", **CONNECTION, **options},
    )


def there(*user: dict[str, Any], known: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The answers about a group with these parameters set, whose family has those that are known."""
    return {
        "DescribeDBClusterParameterGroups": [{"DBClusterParameterGroups": [GROUP]}],
        "DescribeDBClusterParameters": [{"Parameters": list(user)}, {"Parameters": known or []}],
        "ListTagsForResource": [{"TagList": []}],
    }


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_nobody_may_change_is_refused_before_the_first_write(aws: SimulatedAWS, check_mode: bool) -> None:
    aws.answers = there(known=[parameter("rds.superuser_variables", IsModifiable=False)])
    result = run(check_mode, parameters={"rds.superuser_variables": "x"})

    assert "parameters has 'rds.superuser_variables', which AWS does not let anybody change" in result["msg"]
    assert result.writes == []


def test_aws_takes_twenty_parameters_a_call_and_is_asked_page_by_page(aws: SimulatedAWS) -> None:
    names = [f"parameter-{number:02d}" for number in range(25)]
    first = {"Parameters": [parameter(name) for name in names[:20]], "Marker": "more"}
    rest = {"Parameters": [parameter(name, ApplyType="static") for name in names[20:]]}
    old = [parameter(f"old-{name}", ParameterValue="1") for name in names]
    aws.answers = there() | {
        "DescribeDBClusterParameters": [{"Parameters": old}, first, rest],
        "ResetDBClusterParameterGroup": [{}],
        "ModifyDBClusterParameterGroup": [{}],
    }
    run(parameters=dict.fromkeys(names, 1))

    for operation in ("ResetDBClusterParameterGroup", "ModifyDBClusterParameterGroup"):
        assert [len(request["Parameters"]) for request in aws.sent(operation)] == [20, 5]
    sent = [one for request in aws.sent("ModifyDBClusterParameterGroup") for one in request["Parameters"]]
    assert [one["ApplyMethod"] for one in sent] == ["immediate"] * 20 + ["pending-reboot"] * 5
    # A restart is what both kinds take, for those of which AWS tells no kind.
    reset = [one for request in aws.sent("ResetDBClusterParameterGroup") for one in request["Parameters"]]
    assert {one["ApplyMethod"] for one in reset} == {"pending-reboot"}
    assert aws.sent("DescribeDBClusterParameters")[0]["Source"] == "user"
    assert aws.sent("DescribeDBClusterParameters")[2]["Marker"] == "more"


def test_a_group_made_meanwhile_is_taken_over(aws: SimulatedAWS) -> None:
    aws.answers = there(known=[parameter("rds.force_ssl")]) | {
        "DescribeDBClusterParameterGroups": [MISSING, {"DBClusterParameterGroups": [GROUP]}],
        "CreateDBClusterParameterGroup": [error("DBParameterGroupAlreadyExists", "exists")],
        "ModifyDBClusterParameterGroup": [{}],
        "AddTagsToResource": [{}],
    }
    result = run(parameters={"rds.force_ssl": 1}, tags={"a": "b"})

    assert result["changed"] and result["parameter_group"]["parameters"] == {"rds.force_ssl": "1"}
    assert result.writes == [
        "CreateDBClusterParameterGroup",
        "ModifyDBClusterParameterGroup",
        "AddTagsToResource",
    ]


def test_a_group_in_use_is_said_to_be(aws: SimulatedAWS) -> None:
    aws.answers = there() | {"DeleteDBClusterParameterGroup": [error("InvalidDBParameterGroupState", "in use")]}
    result = run(state="absent")

    assert f"DB cluster parameter group {NAME} is in use: move the databases" in result["msg"] and len(aws.slept) == 9
