"""secretsmanager_secret_value against MiniStack and, where it is the stricter one, moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from modules import Account

MODULE = "secretsmanager_secret_value"
NAME = "iot-aurora-password-dev"
SECRET: dict[str, Any] = {
    "name": NAME,
    "description": "Master user of iot-aurora-dev",
    "generate": {"key": "password", "length": 32},
    "values": {"username": "iotadmin", "engine": "postgres", "port": 5432, "dbname": "iotdb"},
    "tags": {"Environment": "dev"},
}


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of the modules run in this test."""
    said: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, warning, **_kwargs: said.append(warning))
    return said


def value(account: Account, name: str = NAME) -> Any:
    return json.loads(account.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def versions(account: Account, name: str = NAME) -> dict[str, list[str]]:
    return account.client("secretsmanager").describe_secret(SecretId=name)["VersionIdsToStages"]


def test_is_created_once_with_a_generated_password(account: Account) -> None:
    first = account.run(MODULE, **SECRET)
    stored = value(account)
    second = account.run(MODULE, **SECRET)

    assert first["changed"] and first.writes == ["CreateSecret"]
    assert len(stored["password"]) == 32 and not set(stored["password"]) & set("/@\"'\\`")
    assert {key: stored[key] for key in SECRET["values"]} == SECRET["values"]
    assert first["secret"]["json_keys"] == ["dbname", "engine", "password", "port", "username"]
    assert not second["changed"] and second.calls == ["DescribeSecret", "GetSecretValue"]
    assert value(account) == stored and list(versions(account)) == [first["secret"]["version_id"]]
    secret = account.client("secretsmanager").describe_secret(SecretId=NAME)
    assert secret["Description"] == SECRET["description"] and secret["ARN"] == second["secret"]["arn"]
    assert secret["Tags"] == [{"Key": "Environment", "Value": "dev"}]


def test_is_created_on_moto_too(moto_account: Account) -> None:
    name = "iot-created-once"
    first = moto_account.run(MODULE, **{**SECRET, "name": name})
    second = moto_account.run(MODULE, **{**SECRET, "name": name})

    assert first["changed"] and not second["changed"] and second.writes == []
    assert len(value(moto_account, name)["password"]) == 32


def test_the_password_appears_nowhere(account: Account) -> None:
    results = [account.run(MODULE, **SECRET)]
    password = value(account)["password"]
    results.append(account.run(MODULE, **SECRET))
    results.append(account.run(MODULE, **{**SECRET, "values": {"host": "db.example"}}))
    results.append(account.run(MODULE, name=NAME, absent_values=["password"]))
    results.append(account.run(MODULE, name=NAME, state="absent"))

    for result in results:
        assert json.dumps(password)[1:-1] not in result.output
    assert results[2]["diff"]["after"]["value"]["host"] == "db.example"
    assert "password" in results[2]["secret"]["json_keys"]
    assert "password" in results[3]["diff"]["before"]["value"]


def test_given_secrets_appear_nowhere(account: Account) -> None:
    first = account.run(MODULE, name=NAME, secret_values={"password": "first-Passw0rd"})
    second = account.run(MODULE, name=NAME, secret_values={"password": "second-Passw0rd"})

    assert value(account) == {"password": "second-Passw0rd"}
    assert second["changed"] and "(changed)" in second["diff"]["after"]["value"]["password"]
    assert "first-Passw0rd" not in first.output + second.output and "second-Passw0rd" not in second.output


def test_the_host_is_added_and_nothing_else_changes(account: Account) -> None:
    account.run(MODULE, **SECRET)
    before = value(account)
    result = account.run(MODULE, name=NAME, values={"host": "db.example", "port": 5432})

    assert result.writes == ["PutSecretValue"]
    assert value(account) == {**before, "host": "db.example"}
    assert result["secret"]["description"] == SECRET["description"]
    assert result["secret"]["tags"] == SECRET["tags"]


def test_check_mode_writes_nothing(account: Account) -> None:
    new = account.run(MODULE, check_mode=True, **SECRET)
    account.run(MODULE, **SECRET)
    changed = account.run(MODULE, check_mode=True, **{**SECRET, "values": {"host": "db.example"}, "tags": {"a": "b"}})

    assert new["changed"] and new.calls == ["DescribeSecret"]
    assert new["diff"]["after"]["value"]["username"] == "iotadmin" and new["secret"]["json_keys"][2] == "password"
    assert changed["changed"] and changed.writes == []
    assert changed["secret"]["tags"] == {"a": "b"} and changed["secret"]["version_id"] is None


def test_check_mode_never_rotates(account: Account) -> None:
    account.run(MODULE, **SECRET)
    rotation = {"lambda_arn": "arn:aws:lambda:ca-central-1:123456789012:function:rotate"}
    result = account.run(MODULE, check_mode=True, name=NAME, rotation=rotation)

    assert result["changed"] and result.writes == []
    assert account.client("secretsmanager").describe_secret(SecretId=NAME)["RotationEnabled"] is False


def test_rotation_is_set_up_once(account: Account) -> None:
    account.run(MODULE, **SECRET)
    arn = "arn:aws:lambda:ca-central-1:123456789012:function:rotate"
    rotation = {"lambda_arn": arn, "automatically_after_days": 30}
    first = account.run(MODULE, name=NAME, rotation=rotation)
    second = account.run(MODULE, name=NAME, rotation=rotation)
    left_out = account.run(MODULE, **SECRET)

    assert first.writes == ["RotateSecret"] and first["secret"]["rotation"]["enabled"]
    assert not second["changed"] and second.writes == [] and not left_out["changed"]
    secret = account.client("secretsmanager").describe_secret(SecretId=NAME)
    assert secret["RotationLambdaARN"] == arn and secret["RotationRules"] == {"AutomaticallyAfterDays": 30}


def test_a_field_is_removed(account: Account) -> None:
    account.run(MODULE, **SECRET)
    first = account.run(MODULE, name=NAME, absent_values=["engine", "never-there"])
    second = account.run(MODULE, name=NAME, absent_values=["engine", "never-there"])

    assert first["changed"] and "engine" not in value(account) and "username" in value(account)
    assert not second["changed"]


def test_an_empty_field_is_generated(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name=NAME, SecretString='{"password": "", "host": "h"}')
    result = account.run(MODULE, name=NAME, generate={"length": 40, "exclude_punctuation": True})

    assert result["changed"] and value(account)["password"].isalnum() and len(value(account)["password"]) == 40


def test_a_secret_string_is_stored_once(account: Account) -> None:
    first = account.run(MODULE, name=NAME, secret_string="first-token")
    kept = account.run(MODULE, name=NAME, secret_string="second-token")
    replaced = account.run(MODULE, name=NAME, secret_string="second-token", overwrite="always")

    assert first["changed"] and not kept["changed"] and kept.writes == []
    assert replaced.writes == ["PutSecretValue"] and "second-token" not in replaced.output
    assert account.client("secretsmanager").get_secret_value(SecretId=NAME)["SecretString"] == "second-token"


def test_json_strings_are_compared_by_meaning(account: Account) -> None:
    account.run(MODULE, name=NAME, secret_string='{"a": 1, "b": [true]}')
    result = account.run(MODULE, name=NAME, secret_string='{ "b":[true], "a":1.0 }', overwrite="always")

    assert not result["changed"]


def test_fields_of_a_plain_text_are_refused(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name=NAME, SecretString="plain-text-value")
    message = account.fail(MODULE, **SECRET)

    assert "holds no JSON object" in message and "plain-text-value" not in message


def test_a_secret_without_value_is_filled(account: Account) -> None:
    account.run(MODULE, name=NAME)
    result = account.run(MODULE, **SECRET)

    assert result["changed"] and len(value(account)["password"]) == 32


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_tags_and_description_change_in_place(request: pytest.FixtureRequest, fixture: str) -> None:
    account, name = request.getfixturevalue(fixture), "iot-tags-and-description"
    account.run(MODULE, name=name, description="one", secret_string="x", tags={"a": "1", "b": "2"})
    result = account.run(MODULE, name=name, description="two", tags={"b": "3"})
    again = account.run(MODULE, name=name, description="two", tags={"b": "3"})

    assert result.writes == ["UpdateSecret", "UntagResource", "TagResource"] and not again["changed"]
    secret = account.client("secretsmanager").describe_secret(SecretId=name)
    assert secret["Description"] == "two" and secret["Tags"] == [{"Key": "b", "Value": "3"}]
    assert len(secret["VersionIdsToStages"]) == 1


def test_tags_are_kept_without_purge(account: Account) -> None:
    account.run(MODULE, name=NAME, tags={"a": "1"})
    result = account.run(MODULE, name=NAME, tags={"b": "2"}, purge_tags=False)

    assert result["secret"]["tags"] == {"a": "1", "b": "2"} and result.writes == ["TagResource"]


def test_policy_is_compared_by_meaning(account: Account) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    same = {"Version": "2012-10-17", "Statement": {**statement, "Action": "secretsmanager:GetSecretValue"}}
    first = account.run(MODULE, name=NAME, policy=policy)
    second = account.run(MODULE, name=NAME, policy=same)
    removed = account.run(MODULE, name=NAME, policy={})
    again = account.run(MODULE, name=NAME, policy={})

    assert first.writes == ["CreateSecret", "PutResourcePolicy"] and not second["changed"]
    assert removed.writes == ["DeleteResourcePolicy"] and not again["changed"]
    assert "ResourcePolicy" not in account.client("secretsmanager").get_resource_policy(SecretId=NAME)


@pytest.mark.parametrize("fixture", ["account", "moto_account"])
def test_a_name_pending_deletion_is_restored(request: pytest.FixtureRequest, fixture: str) -> None:
    account, name = request.getfixturevalue(fixture), "iot-restored"
    account.run(MODULE, **{**SECRET, "name": name})
    password = value(account, name)["password"]
    account.run(MODULE, name=name, state="absent", recovery_window_in_days=7)
    planned = account.run(MODULE, check_mode=True, **{**SECRET, "name": name})
    result = account.run(MODULE, **{**SECRET, "name": name, "values": {"host": "new.example"}})
    again = account.run(MODULE, **{**SECRET, "name": name, "values": {"host": "new.example"}})

    assert planned["changed"] and planned.writes == [] and planned["diff"]["before"]["deleted_date"]
    assert result.writes == ["RestoreSecret", "PutSecretValue"]
    assert result["diff"]["before"]["deleted_date"] and "deleted_date" not in result["diff"]["after"]
    assert value(account, name)["password"] == password and value(account, name)["host"] == "new.example"
    assert not again["changed"]


def test_removal_is_repeatable(account: Account) -> None:
    account.run(MODULE, **SECRET)
    planned = account.run(MODULE, check_mode=True, name=NAME, state="absent")
    first = account.run(MODULE, name=NAME, state="absent", recovery_window_in_days=7)
    second = account.run(MODULE, name=NAME, state="absent", recovery_window_in_days=7)
    forced = account.run(MODULE, name=NAME, state="absent", force_delete=True)
    gone = account.run(MODULE, name=NAME, state="absent", force_delete=True)

    assert planned["changed"] and planned.writes == [] and first.writes == ["DeleteSecret"]
    assert not second["changed"] and second.writes == []
    assert forced.writes == ["DeleteSecret"] and not gone["changed"] and gone.writes == []
    assert account.run(MODULE, **SECRET)["changed"]


def test_an_awspending_version_is_left_alone(account: Account, warnings: list[str]) -> None:
    account.run(MODULE, **SECRET)
    client = account.client("secretsmanager")
    token = "0" * 32
    client.put_secret_value(SecretId=NAME, SecretString="{}", VersionStages=["AWSPENDING"], ClientRequestToken=token)
    account.run(MODULE, name=NAME, values={"host": "db.example"})

    assert versions(account)[token] == ["AWSPENDING"] and "run again after it" in warnings[0]


def test_confusing_names_are_warned_about_once(account: Account, warnings: list[str]) -> None:
    account.run(MODULE, name="iot-aurora-password-test01")
    assert "partial ARN" in warnings[0]
    warnings.clear()
    account.run(MODULE, name="iot-aurora-password-test01")

    assert warnings == []


@pytest.mark.parametrize("name", ["iot-aurora-password-dev", "iot-aurora-password-staging"])
def test_the_stacks_names_are_not_warned_about(account: Account, warnings: list[str], name: str) -> None:
    account.run(MODULE, name=name)

    assert warnings == []


def test_a_key_is_recognised_by_any_of_its_names(account: Account) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/iot", TargetKeyId=key["KeyId"])
    account.run(MODULE, name=NAME, kms_key_id=key["Arn"])

    for name in (key["KeyId"], key["Arn"], "alias/iot"):
        assert not account.run(MODULE, name=NAME, kms_key_id=name)["changed"], name
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert account.run(MODULE, name=NAME, kms_key_id=other).writes == ["UpdateSecret"]


def test_access_is_restricted_to_those_named_and_the_caller(account: Account) -> None:
    client, readers = account.client("secretsmanager"), "arn:{partition}:iam::{account_id}:role/readers"
    account.run(MODULE, **SECRET)
    options = {**SECRET, "restrict_access_to": [readers]}
    planned = account.run(MODULE, check_mode=True, **options)
    first = account.run(MODULE, **options)
    second = account.run(MODULE, **options)

    assert (
        planned.writes == [] and planned["diff"] == first["diff"] and set(first["diff"]["after"]) == {"policy", "tags"}
    )
    assert first.writes == ["PutResourcePolicy", "TagResource"] and not second["changed"]
    statement = json.loads(client.get_resource_policy(SecretId=NAME)["ResourcePolicy"])["Statement"][0]
    own = f"arn:aws:iam::{account.number}"
    assert statement["Effect"] == "Deny" and "secretsmanager:GetSecretValue" in statement["Action"]
    assert statement["Condition"]["StringNotLike"]["aws:PrincipalArn"] == [f"{own}:role/readers", f"{own}:root"]

    ended = account.run(MODULE, **{**SECRET, "restrict_access_to": []})
    assert ended.writes == ["DeleteResourcePolicy", "UntagResource"]
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=NAME)
    client.put_resource_policy(SecretId=NAME, ResourcePolicy='{"Version": "2012-10-17", "Statement": []}')
    left = account.run(MODULE, **{**SECRET, "restrict_access_to": []})
    assert not left["changed"] and left.calls == ["DescribeSecret", "GetSecretValue"], "another policy is not ours"


def test_a_new_secret_is_restricted_at_once(account: Account) -> None:
    options = {**SECRET, "restrict_access_to": ["arn:aws:iam::123456789012:role/*"]}
    planned = account.run(MODULE, check_mode=True, **options)
    first = account.run(MODULE, **options)

    assert planned["diff"] == first["diff"] and first.writes == ["CreateSecret", "PutResourcePolicy"]
    assert not account.run(MODULE, **options)["changed"]


def test_replicas_are_added_and_removed(moto_account: Account) -> None:
    """moto alone, which tells no keys of replicas: MiniStack removes no replica."""
    name = "iot-replicated"
    options = {**SECRET, "name": name}
    moto_account.run(MODULE, **options, replicas=[{"region": "eu-central-1"}])
    wanted = [{"region": "eu-central-1"}, {"region": "us-east-1"}]
    planned = moto_account.run(MODULE, check_mode=True, **options, replicas=wanted)
    more = moto_account.run(MODULE, **options, replicas=wanted)
    again = moto_account.run(MODULE, **options, replicas=wanted)

    assert planned["diff"] == more["diff"] and planned.writes == [] and not again["changed"]
    assert more.writes == ["ReplicateSecretToRegions"]
    assert more["secret"]["replicas"] == dict.fromkeys(("eu-central-1", "us-east-1"), "alias/aws/secretsmanager")
    assert moto_account.client("secretsmanager", "us-east-1").describe_secret(SecretId=name)["PrimaryRegion"]
    assert not moto_account.run(MODULE, **options)["changed"], "left out, they stay"
    fewer = moto_account.run(MODULE, **options, replicas=wanted[:1])
    assert fewer.writes == ["RemoveRegionsFromReplication"]
    removed = moto_account.run(MODULE, name=name, state="absent", force_delete=True)
    assert removed.writes == ["RemoveRegionsFromReplication", "DeleteSecret"]


def test_a_replica_beside_the_secret_is_refused(account: Account) -> None:
    result = account.try_run(MODULE, **SECRET, replicas=[{"region": "ca-central-1"}])

    assert "replicas has ca-central-1, where secret" in result["msg"] and result.calls == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replicas": [{"region": "Europe"}]}, "replicas[0].region is 'Europe': allowed is a region"),
        ({"replicas": [{"region": "eu-central-1", "kms_key_id": "alias/a"}]}, "allowed is the ID or ARN of a KMS key"),
        ({"replicas": [{"region": "eu-central-1"}] * 2}, "which is in the list twice"),
        ({"restrict_access_to": ["*"]}, "restrict_access_to[0] is '*': allowed is the ARN of a role or user"),
        ({"restrict_access_to": [], "policy": {}}, "mutually exclusive"),
        ({"name": "a b"}, "name is 'a b': allowed is the name of a secret, of 1 to 512 ASCII letters"),
        ({"name": ""}, "name is ''"),
        ({"generate": {"length": 7}}, "generate.length is 7: allowed is 8 to 4096 characters"),
        ({"values": {"password": "x"}}, "values has the field 'password', and values are shown"),
        ({"values": {"a": 1}, "absent_values": ["a"]}, "absent_values has the field 'a', which is also in values"),
        ({"values": {"p": 1}, "generate": {"key": "p"}}, "generate.key has the field 'p', which is also in values"),
        ({"secret_string": ""}, "secret_string is empty or too long"),
        ({"policy": "[]"}, "policy is not a JSON object"),
        ({"rotation": {"automatically_after_days": 0}}, "rotation.automatically_after_days is 0"),
        (
            {"rotation": {"automatically_after_days": 1, "schedule_expression": "rate(1 days)"}},
            "automatically_after_days and schedule_expression: allowed is one",
        ),
        ({"rotation": {"schedule_expression": "daily"}}, "rotation.schedule_expression is 'daily'"),
        ({"recovery_window_in_days": 5}, "recovery_window_in_days is 5: allowed is 7 to 30 days"),
        ({"tags": {"aws:x": "1"}}, "tags has the key 'aws:x'"),
        ({"secret_string": "a-token", "values": {"a": 1}}, "mutually exclusive"),
    ],
)
def test_bad_options_are_refused_before_any_call(account: Account, options: dict[str, Any], message: str) -> None:
    result = account.try_run(MODULE, **{"name": NAME, **options})

    assert result["failed"] and message in result["msg"] and result.calls == []
