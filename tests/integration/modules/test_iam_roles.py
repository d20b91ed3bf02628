"""iam_roles against MiniStack and moto."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from modules import Account

NAMES = [f"iot-several-{number}-role-dev" for number in range(10)]
LOGS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}]}
DEFAULTS = {"service": "lambda.amazonaws.com", "policies": {"logs": LOGS}, "tags": {"Environment": "dev"}}


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_from_the_first_run_to_the_last(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    roles, iam = [{"name": name} for name in NAMES], account.client("iam")
    planned = account.run("iam_roles", check_mode=True, roles=roles, defaults=DEFAULTS)
    first = account.run("iam_roles", roles=roles, defaults=DEFAULTS)
    second = account.run("iam_roles", roles=roles, defaults=DEFAULTS)

    assert planned.writes == [] and planned["diff"] == first["diff"] and len(first["diff"]) == len(NAMES)
    assert [role["name"] for role in first["roles"]] == NAMES
    assert not second["changed"] and second.writes == [] and second["roles"] == first["roles"]
    # The same calls as of so many runs of iam_role.
    assert len(second.calls) == 3 * len(NAMES)
    for role in first["roles"]:
        assert iam.get_role(RoleName=role["name"])["Role"]["Arn"] == role["arn"]
        assert iam.get_role_policy(RoleName=role["name"], PolicyName="logs")["PolicyDocument"] == LOGS

    removed = account.run("iam_roles", state="absent", roles=roles)
    again = account.run("iam_roles", state="absent", roles=roles)

    assert [diff["after_header"] for diff in removed["diff"]] == [f"role {name}" for name in NAMES]
    assert not again["changed"] and again["roles"] == [{}] * len(NAMES)
    for name in NAMES:
        with pytest.raises(ClientError, match="NoSuchEntity"):
            iam.get_role(RoleName=name)


def test_one_that_iam_refuses_is_named_and_the_others_are_made(moto_account: Account) -> None:
    broken = {"name": "iot-broken-role-dev", "managed_policy_arns": ["arn:aws:iam::aws:policy/NotThere"]}
    roles = [{"name": "iot-whole-role-dev"}, {**broken, "policies": {}}]
    result = moto_account.try_run("iam_roles", roles=roles, defaults=DEFAULTS)

    assert result["failed"] and result["msg"].startswith("roles['iot-broken-role-dev']: Failed to attach arn:aws:iam")
    assert result["msg"].endswith("; done all the same: create role iot-whole-role-dev")
    assert moto_account.client("iam").get_role(RoleName="iot-whole-role-dev")
