"""The processing through its life: planned, deployed, unchanged, drifted, switched off, removed; with users that alternate."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pictures
import pytest
from awx_jobs import runner_of
from emulator_app import is_write
from live import Live
from load import ACCEPTED, Connection
from local_aws.data_servers import DataServers
from modules import Account
from processing import ARRIVAL_SECONDS, keys, look_at, make_stack, reading, unique, url_of
from stacks import Plan, Stack, changes

# The most calls of AWS that an unchanged run may make, but for values of secrets.
BUDGET = 96
EVERYTHING = [
    "VPC endpoint iot-secretsmanager-endpoint-life",
    "security group iot-endpoints-sg-life",
    "secret iot-aurora-app-password-life",
    "secret iot-redis-auth-life",
    "queue iot-readings-dlq-life",
    "queue iot-readings-life",
    "security group iot-functions-sg-life",
    *(
        f"role iot-{of}-role-ca-central-1-life"
        for of in ("ingest", "query", "maintain", "migrate", "rotate", "api-queue")
    ),
    *(f"function iot-{of}-life" for of in ("ingest", "query", "maintain", "migrate", "rotate")),
    "rule iot-maintain-life",
]

# Two of those that make test stacks quick by being one.
TWO = {
    "cache_num_cache_clusters": 2,
    "cache_automatic_failover_enabled": True,
    "cache_multi_az_enabled": True,
    "database_instance_count": 2,
}


@dataclass
class Life:
    """A stack with its first plan and deploy."""

    stack: Stack
    live: Live
    plan: Plan
    planned_writes: list[dict[str, Any]]
    made: dict[str, Any]

    def calls(self) -> list[dict[str, Any]]:
        return self.stack.account.emulator.recorded(self.stack.account.number)


@pytest.fixture(scope="module")
def life(local_aws: Account, data: DataServers, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Planned and deployed, with users that alternate."""
    folder = tmp_path_factory.mktemp("life")
    stack = make_stack(local_aws, folder, "life", data, secrets_rotation_strategy="alternating_users", **TWO)
    before = len(local_aws.emulator.recorded(local_aws.number))
    plan = stack.plan()
    written = [call for call in local_aws.emulator.recorded(local_aws.number)[before:] if is_write(call)]
    return Life(stack, look_at(stack, data), plan, written, stack.deploy_changes())


def post(life: Life, *readings: Any) -> None:
    """Have a client post readings, and wait until they have arrived."""
    with life.live.clients(unique("client")) as (client,):
        connection = Connection(url_of(life.stack), client.key)
        assert [connection.post(one)[0] for one in readings] == [ACCEPTED] * len(readings)
        connection.close()
    assert life.live.wait_until_stored(ARRIVAL_SECONDS)


def test_the_first_plan_is_what_the_first_deploy_does_and_writes_nothing(life: Life) -> None:
    planned, made = changes(life.plan.document), changes(life.made)

    assert life.plan.code == 2 and life.planned_writes == [], life.plan.output[-3000:]
    assert set(EVERYTHING) <= set(planned) and planned == made


def test_an_unchanged_run_and_its_plan_change_and_write_nothing(life: Life) -> None:
    before = len(life.calls())
    again = life.stack.deploy()
    calls = [call for call in life.calls()[before:] if not call["action"].startswith("GetSecretValue")]
    plan = life.stack.plan()

    assert again.changed == 0, again.changed_tasks
    # The functions read their secrets too, whenever they are called.
    assert len(calls) <= BUDGET, Counter(call["service"] for call in calls)
    assert plan.code == 0 and not [call for call in life.calls()[before:] if is_write(call)]


def test_the_report_draws_the_way_of_a_reading_and_tells_no_secret(life: Life) -> None:
    before = len(life.calls())
    life.stack.run("report")
    (path,) = (life.stack.folder / "outputs").glob("*.html")
    page = path.read_text()

    places, traffic = (pictures.texts(pictures.read(svg)) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    functions = {f"iot-{name}-life" for name in ("ingest", "query", "migrate", "maintain", "rotate")}
    assert functions | {"iot-readings-life", "iot-readings-dlq-life", "secretsmanager", "rotated"} <= set(places)
    assert "iot-functions-sg-life" in traffic and "iot-endpoints-sg-life" in traffic
    assert not [call for call in life.calls()[before:] if is_write(call)]
    secrets = [life.live.secret(name) for name in ("aurora-password", "aurora-app-password", "redis-auth")]
    assert not [secret for secret in secrets if secret.get("password", secret.get("auth_token")) in page]


@pytest.mark.parametrize("tag", ["processing", "api", "cache", "secrets"])
def test_a_tier_alone_finds_what_it_needs(life: Life, tag: str) -> None:
    assert life.stack.deploy("--tags", tag).changed == 0


def test_functions_are_small_and_kept_apart(life: Life) -> None:
    functions, iam = life.live.client("lambda"), life.live.client("iam")
    for name in ("ingest", "query", "maintain", "migrate", "rotate"):
        settings = functions.get_function_configuration(FunctionName=life.live.resource(name))
        assert settings["Role"].endswith(f"iot-{name}-role-ca-central-1-life")
        assert settings["VpcConfig"]["SubnetIds"] and settings["VpcConfig"]["SecurityGroupIds"]
        environment = json.dumps(settings["Environment"])
        assert life.live.secret("aurora-password")["password"] not in environment
        policy = iam.get_role_policy(RoleName=f"iot-{name}-role-ca-central-1-life", PolicyName="function")[
            "PolicyDocument"
        ]
        wide = [one for one in policy["Statement"] if one["Resource"] == "*"]
        assert {one["Sid"] for one in wide} <= {"BeInTheVpc", "MakePasswords"}
        group = life.live.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/iot-{name}-life")
        assert [one["retentionInDays"] for one in group["logGroups"]] == [30]


def sizes(life: Life) -> tuple[float, int, int, str]:
    """Least capacity, instances, nodes, and whether the queue is read."""
    (cluster,) = life.live.client("rds").describe_db_clusters()["DBClusters"]
    (group,) = life.live.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    functions = life.live.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName="iot-ingest-life")["EventSourceMappings"]
    capacity = cluster["ServerlessV2ScalingConfiguration"]["MinCapacity"]
    nodes = group["NodeGroups"][0]["NodeGroupMembers"]
    return capacity, len(cluster["DBClusterMembers"]), len(nodes), mapping["State"]


def test_while_it_sleeps_readings_wait_and_it_comes_back_as_it_was(life: Life, tmp_path: Path) -> None:
    refused = life.stack.try_run("sleep")
    assert refused.code == 2 and "stack_may_sleep is false for iot-life" in refused.output
    assert sizes(life) == (0.5, 2, 2, "Enabled")

    awx = runner_of(life.stack, tmp_path / "awx", stack_may_sleep=True)
    assert awx.run("sleep").code == 0
    assert sizes(life) == (0, 1, 1, "Disabled")
    again = awx.run("sleep")
    assert again.code == again.changed == 0, again.output[-3000:]
    (device,) = unique("asleep")
    with life.live.clients(unique("client")) as (client,):
        connection = Connection(url_of(life.stack), client.key)
        assert connection.post(reading(device))[0] == ACCEPTED
        connection.close()
    assert life.live.messages("readings") == 1 and not life.live.stored(device)

    woken = awx.run("wake")
    assert sizes(life) == (0.5, 2, 2, "Enabled") and woken.code == 0 and woken.changed > 0
    assert life.live.wait_until_stored(ARRIVAL_SECONDS) and len(life.live.stored(device)) == 1


def test_drift_is_shown_and_put_right(life: Life) -> None:
    sqs, functions = life.live.client("sqs"), life.live.client("lambda")
    url = sqs.get_queue_url(QueueName="iot-readings-life")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    functions.update_function_configuration(FunctionName="iot-query-life", MemorySize=512)
    (mapping,) = functions.list_event_source_mappings(FunctionName="iot-ingest-life")["EventSourceMappings"]
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
    functions.delete_function(FunctionName="iot-maintain-life")
    status = json.loads(life.stack.run("status", "-e", "stack_status_format=json").output)

    assert status["tiers"]["processing"]["health"] == "degraded"
    assert "function iot-maintain-life" in status["tiers"]["processing"]["missing"]
    planned = changes(life.stack.plan().document)
    assert planned["queue iot-readings-life"] == ("change", {"visibility_timeout"})
    assert planned["function iot-query-life"] == ("change", {"memory_size"})
    assert planned["function iot-maintain-life"][0] == "create" and planned["function iot-ingest-life"][0] == "change"
    assert planned == changes(life.stack.deploy_changes())
    assert life.stack.deploy().changed == 0
    (device,) = unique("after")
    post(life, reading(device))
    assert len(life.live.stored(device)) == 1


def test_a_changed_schema_or_retention_is_migrated_once(life: Life) -> None:
    changed = life.stack.deploy(processing_retention_days=200)

    assert "Ensure the schema" in changed.changed_tasks
    assert life.stack.deploy(processing_retention_days=200).changed == 0
    assert "Ensure the schema" in life.stack.deploy().changed_tasks


def test_alternating_users_take_turns_and_the_passwords_from_before_are_refused(life: Life) -> None:
    users = [life.live.secret("aurora-app-password")["username"]]
    outputs = []
    for _turn in range(2):
        outputs.append(life.stack.run("rotate").output)
        users.append(life.live.secret("aurora-app-password")["username"])
        (device,) = unique("turn")
        post(life, reading(device))
        assert len(life.live.stored(device)) == 1

    assert users == ["iotapp", "iotapp_clone", "iotapp"]
    assert all(output.count("logs in;") == 2 for output in outputs)
    texts = [" ".join(output.split()) for output in outputs]
    assert (
        "of iotapp_clone logs in; it is the first one of this user" in texts[0]
        and texts[1].count("logs in; the old one no longer does") == 2
    )
    assert life.stack.deploy().changed == 0, "the rotated user stays"


def test_the_functions_user_may_not_change_the_schema(life: Life) -> None:
    connection = life.live.database()
    try:
        granted = connection.run(
            "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE table_name = 'readings'"
            " AND grantee = 'iot_readings' ORDER BY 1"
        )
        assert granted == [["INSERT"], ["SELECT"]]
        with pytest.raises(Exception, match="42501|permission denied"):
            connection.run("SET ROLE iot_readings")
            connection.run("DROP TABLE readings")
    finally:
        connection.close()


def test_keys_traces_and_failed_calls_are_turned_on_and_off(life: Life) -> None:
    # AWS gives no other key to a database or a cache that is there.
    existing = {"database_kms_key_id": "", "cache_kms_key_id": ""}
    wanted = {
        "secrets_kms_keys": ["secrets", "data", "logs"],
        "processing_tracing": True,
        "processing_failed_calls_queue": True,
        "processing_ingest_concurrency": 5,
        **existing,
    }
    life.stack.deploy(**wanted)
    assert life.stack.deploy(**wanted).changed == 0
    (device,) = unique("encrypted")
    post(life, reading(device))
    assert len(life.live.stored(device)) == 1

    kms = life.live.client("kms")
    arns = {
        of: kms.describe_key(KeyId=f"alias/iot-{of}-key-life")["KeyMetadata"]["Arn"]
        for of in ("secrets", "data", "logs")
    }
    settings = life.live.client("lambda").get_function(FunctionName="iot-ingest-life")
    assert settings["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    configuration = settings["Configuration"]
    assert configuration["KMSKeyArn"] == arns["data"] and configuration["TracingConfig"] == {"Mode": "Active"}
    assert configuration["DeadLetterConfig"]["TargetArn"].endswith(":iot-failed-calls-life")
    for name in ("iot-readings-life", "iot-readings-dlq-life", "iot-failed-calls-life"):
        assert queue_attributes(life, name)["KmsMasterKeyId"] == arns["data"]
    (group,) = life.live.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/iot-ingest-life")[
        "logGroups"
    ]
    assert group["kmsKeyId"] == arns["logs"]
    statements = {role: sids_and_resources(life, role) for role in ("ingest", "api-queue")}
    assert statements["ingest"]["UseKey"] == arns["secrets"] and statements["ingest"]["UseDataKey"] == arns["data"]
    assert statements["api-queue"]["UseDataKey"] == arns["data"] and {"Trace", "KeepFailedCalls"} <= set(
        statements["ingest"]
    )

    off = life.stack.deploy(**existing)
    assert "Remove the queue of failed calls that is not wanted any more" in off.changed_tasks
    assert life.live.client("sqs").list_queues(QueueNamePrefix="iot-failed-calls-life").get("QueueUrls", []) == []
    assert queue_attributes(life, "iot-readings-life")["KmsMasterKeyId"] == arns["data"], "nothing loses its key"
    assert life.stack.deploy(**existing).changed == 0


def queue_attributes(life: Life, name: str) -> dict[str, str]:
    """All attributes of a queue."""
    sqs = life.live.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def sids_and_resources(life: Life, role: str) -> dict[str, Any]:
    """What each statement of a function's or the API's role is about."""
    (policy,) = life.live.client("iam").list_role_policies(RoleName=f"iot-{role}-role-ca-central-1-life")["PolicyNames"]
    found = life.live.client("iam").get_role_policy(RoleName=f"iot-{role}-role-ca-central-1-life", PolicyName=policy)
    return {one["Sid"]: one["Resource"] for one in found["PolicyDocument"]["Statement"]}


def test_removal_needs_the_word_that_says_readings_and_takes_everything(life: Life, data: DataServers) -> None:
    (device,) = unique("last")
    post(life, reading(device))
    before = len(life.calls())
    refused = life.stack.try_run("destroy", "-e", "stack_destroy=iot-life")
    assert refused.code == 2 and "stack_destroy=iot-life-with-readings" in refused.output
    assert "The database holds readings." in refused.output
    written = [call["action"] for call in life.calls()[before:] if is_write(call)]
    assert all(action.endswith("/invocations") for action in written), "only the look at the table"
    assert keys(life.live.stored(device))

    alone = life.stack.try_run("destroy", "--tags", "processing", "-e", "stack_destroy=iot-life")
    assert alone.code == 2 and "leads to queue iot-readings-life" in alone.output
    life.stack.run("destroy", "-e", "stack_destroy=iot-life-with-readings")
    assert left_over(life.live) == []
    again = life.stack.run("destroy", "-e", "stack_destroy=iot-life")
    assert again.changed == 0


def test_rds_rotates_the_password_that_it_manages(local_aws: Account, data: DataServers, tmp_path: Path) -> None:
    """The local AWS stands in for RDS: it changes the password of the real server."""
    managed = {"database_master_password": "rds_managed", "secrets_rotation": "rds_managed", "api_integration": "mock"}
    stack = make_stack(
        local_aws,
        tmp_path,
        "managed",
        data,
        **managed,
        database_master_username="managedadmin",
        database_name="manageddb",
    )
    planned = stack.plan()
    made = {
        resource: made for resource, made in changes(stack.deploy_changes()).items() if "rds!cluster" not in resource
    }
    assert changes(planned.document) == made and planned.code == 2
    assert stack.deploy().changed == 0
    rotated = " ".join(stack.run("rotate").output.split())

    assert "of managedadmin logs in; the old one no longer does" in rotated
    assert stack.deploy().changed == 0
    stack.run("destroy", "-e", "stack_destroy=iot-managed")
    assert left_over(look_at(stack, data)) == []


def left_over(live: Live) -> list[str]:
    """What there still is of the processing and its kind."""
    name = live.environment
    found = [url.rsplit("/", 1)[-1] for url in live.client("sqs").list_queues().get("QueueUrls", [])]
    found += [one["FunctionName"] for one in live.client("lambda").list_functions()["Functions"]]
    found += [one["RoleName"] for one in live.client("iam").list_roles()["Roles"]]
    found += [one["Name"] for one in live.client("events").list_rules()["Rules"]]
    found += [one["logGroupName"] for one in live.client("logs").describe_log_groups()["logGroups"]]
    found += [one["Name"] for one in live.client("secretsmanager").list_secrets()["SecretList"]]
    found += [one["GroupName"] for one in live.client("ec2").describe_security_groups()["SecurityGroups"]]
    for endpoint in live.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]:
        found += [tag["Value"] for tag in endpoint["Tags"] if tag["Key"] == "Name"]
    return [one for one in found if one.endswith(f"-{name}")]
