"""cloudwatch_dashboard against MiniStack, with what roles/local_aws adds to it (moto knows no tags of dashboards)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from modules import Account

MODULE = "cloudwatch_dashboard"
NAME = "iot-dashboard-dev"
WIDGET = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "# api"}}


def options(**more: Any) -> dict[str, Any]:
    """Options of a dashboard with one widget."""
    return {"name": NAME, "body": {"widgets": [WIDGET]}, "tags": {"Environment": "dev"}, **more}


def test_is_created_once_and_removed_once(account: Account) -> None:
    planned = account.run(MODULE, check_mode=True, **options())
    first = account.run(MODULE, **options())
    second = account.run(MODULE, **options())

    assert planned["diff"] == first["diff"] and planned.writes == [] and first["diff"]["action"] == "create"
    assert first.calls == ["GetDashboard", "PutDashboard"]
    assert not second["changed"] and second.calls == ["GetDashboard", "ListTagsForResource"]
    found = account.client("cloudwatch").get_dashboard(DashboardName=NAME)
    assert json.loads(found["DashboardBody"]) == {"widgets": [WIDGET]}
    assert second["dashboard"] == {**first["dashboard"], "arn": found["DashboardArn"]}

    would = account.run(MODULE, check_mode=True, name=NAME, state="absent")
    removed = account.run(MODULE, name=NAME, state="absent")
    again = account.run(MODULE, name=NAME, state="absent")
    assert would.writes == [] and removed["diff"] == would["diff"] and removed.writes == ["DeleteDashboards"]
    assert not again["changed"] and again.calls == ["GetDashboard"]


def test_the_body_is_compared_by_meaning_and_tags_by_themselves(account: Account) -> None:
    account.run(MODULE, **options())
    body = json.dumps({"widgets": [dict(reversed(WIDGET.items()))]}, indent=3)
    account.client("cloudwatch").put_dashboard(DashboardName=NAME, DashboardBody=body)
    assert not account.run(MODULE, **options())["changed"]

    retagged = account.run(MODULE, **options(tags={"Environment": "qa"}))
    assert retagged.writes == ["TagResource"] and retagged["diff"]["before"] == {"tags": {"Environment": "dev"}}
    other = account.run(MODULE, **options(body={"widgets": []}, tags={"Environment": "qa"}))
    assert other.writes == ["PutDashboard"] and other["diff"]["after"] == {"body": {"widgets": []}}
    assert account.run(MODULE, **options(body={"widgets": []}, tags=None)).calls == ["GetDashboard"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "a.b"}, "name is 'a.b': allowed is letters, digits, hyphens and underscores"),
        ({"name": "x" * 256}, "(256 characters): allowed are 1 to 255 characters"),
        ({"body": None}, "body is not given: it is needed with state present"),
        ({"body": {"widgets": [WIDGET] * 501}}, "body has 501 widgets: allowed are up to 500"),
    ],
)
def test_bad_options_are_refused_before_the_first_call(
    changed: dict[str, Any], sentence: str, account: Account
) -> None:
    result = account.try_run(MODULE, **options(**changed))

    assert sentence in result["msg"] and result.calls == []
