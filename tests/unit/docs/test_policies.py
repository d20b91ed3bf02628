"""The IAM policies of docs/policies: whole, within AWS's limits, and each of them on the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from stacks import ROOT

POLICIES = sorted((ROOT / "docs" / "policies").glob("*.json"))
# Actions that end, replace or take away; a plan has none of them.
CHANGES = re.compile(
    r":(Add|Allocate|Associate|Attach|Authorize|Create|Decrease|Delete|Detach|Disable|Enable|Increase|Invoke|Modify|PATCH|POST|PUT|DELETE|Pass|Purge|Put|Release|Remove|Replace|Reset|Restore|Revoke|Rotate|Schedule|Send|Set|Start|Subscribe|Tag|Untag|Update)"
)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def read(name: str) -> list[dict[str, Any]]:
    return json.loads((ROOT / "docs" / "policies" / f"{name}.json").read_text())["Statement"]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_policy_is_one_that_iam_takes(path: Any) -> None:
    text = path.read_text()
    policy = json.loads(text)

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count.
    assert len(re.sub(r"\s", "", text)) <= 6144
    assert set(policy) == {"Version", "Statement"} and policy["Version"] == "2012-10-17"
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids)) and all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
    for statement in policy["Statement"]:
        assert set(statement) - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action) for action in listed(statement["Action"]))
        assert all(
            re.fullmatch(r"\*|arn:aws:[a-z0-9-]+:[^:]*:(123456789012)?:.+", arn)
            for arn in listed(statement["Resource"])
        )


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_policy_is_shown_on_the_page(path: Any) -> None:
    page = (ROOT / "docs" / "permissions.md").read_text()

    assert f"```{{literalinclude}} policies/{path.name}\n" in page


def test_a_plan_changes_nothing() -> None:
    actions = [action for statement in read("plan") for action in listed(statement["Action"])]

    assert actions and not [action for action in actions if CHANGES.search(action)]


def test_who_destroys_makes_nothing_but_last_snapshots() -> None:
    actions = {action for statement in read("destroy") for action in listed(statement["Action"])}
    made = {action for action in actions if re.search(":(Create|Put|Run|POST)", action)}

    assert made <= {"elasticache:CreateSnapshot", "rds:CreateDBClusterSnapshot", "ec2:CreateNetworkInterface"}
