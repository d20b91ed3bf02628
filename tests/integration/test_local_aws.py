"""What the local AWS adds to MiniStack: rotation, message move tasks, and real servers behind its endpoints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import emulators
import pg8000.native
import pytest
import redis
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from emulators import Emulator
from modules import Account

if TYPE_CHECKING:
    from local_aws.data_servers import DataServers

REGION = "ca-central-1"
BUNDLE = Path(__file__).parents[2] / "roles" / "processing" / "files" / "rds-ca-bundle.pem"
FUNCTION = """
import json, os, pathlib
import boto3

def handler(event, context):
    secrets = boto3.client("secretsmanager", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    with open(os.environ["STEPS"], "a") as steps:
        steps.write(json.dumps(event) + "\\n")
    if step == os.environ.get("FAILS") and pathlib.Path(os.environ["BROKEN"]).exists():
        raise RuntimeError("a message that might tell a secret")
    if step == "createSecret":
        try:
            secrets.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
        except secrets.exceptions.ResourceNotFoundException:
            value = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
            value["number"] += 1
            secrets.put_secret_value(
                SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
            )
    if step == "finishSecret":
        stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next(version for version, at in stages.items() if "AWSCURRENT" in at)
        if current != token:
            secrets.update_secret_version_stage(
                SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
            )
"""
ALL_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """The servers behind the endpoints."""
    with emulators.data_servers(tmp_path_factory.mktemp("data")) as servers:
        yield servers


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory, data: DataServers) -> Iterator[Emulator]:
    """The local AWS, tied to the servers."""
    with emulators.ministack(tmp_path_factory.mktemp("local_aws"), data) as emulator:
        yield emulator


def client(emulator: Emulator, service: str) -> Any:
    """A client that asks once. Functions belong to the account that a key without 12 digits stands for."""
    return boto3.client(
        service,
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def status(endpoint: str) -> Any:
    with urllib.request.urlopen(f"{endpoint}/_local_aws", timeout=10) as answer:
        return json.load(answer)


def eventually(check: Callable[[], Any], seconds: float = 30) -> Any:
    """What a check gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := check():
            return found
        time.sleep(0.1)
    raise AssertionError("It has not come about in time")


# Rotation


@dataclass
class Rotation:
    """A secret with a rotation function of its own, and the record of the steps it was called with."""

    secrets: Any
    name: str
    function: str
    record: Path
    broken: Path

    def steps(self) -> list[str]:
        return [event["Step"] for event in self.events()]

    def events(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.record.read_text().splitlines()] if self.record.exists() else []

    def described(self) -> dict[str, Any]:
        return self.secrets.describe_secret(SecretId=self.name)

    def number(self, **version: str) -> int:
        return json.loads(self.secrets.get_secret_value(SecretId=self.name, **version)["SecretString"])["number"]

    def rotate(self, **wishes: Any) -> dict[str, Any]:
        return self.secrets.rotate_secret(SecretId=self.name, RotationLambdaARN=self.function, **wishes)

    def rotated(self) -> bool:
        return "LastRotatedDate" in self.described()


@pytest.fixture
def rotation(local_aws: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> Rotation:
    functions, secrets = client(local_aws, "lambda"), client(local_aws, "secretsmanager")
    name = request.node.name.replace("_", "-")[:50]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("rotate.py", FUNCTION)
    record, broken = tmp_path / "steps", tmp_path / "broken"
    function = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/rotate",
        Handler="rotate.handler",
        Timeout=30,
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"STEPS": str(record), "BROKEN": str(broken), "FAILS": "setSecret"}},
    )["FunctionArn"]
    functions.add_permission(
        FunctionName=name,
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )
    secrets.create_secret(Name=name, SecretString=json.dumps({"number": 1}))
    return Rotation(secrets, name, function, record, broken)


def stages(secret: dict[str, Any], stage: str) -> list[str]:
    return [version for version, at in secret["VersionIdsToStages"].items() if stage in at]


def test_rotation_takes_the_four_steps(rotation: Rotation) -> None:
    before = rotation.described()
    answer = rotation.rotate(RotationRules={"AutomaticallyAfterDays": 30})
    eventually(rotation.rotated)
    after = rotation.described()

    assert rotation.steps() == ALL_STEPS
    assert {event["ClientRequestToken"] for event in rotation.events()} == {answer["VersionId"]}
    assert {event["SecretId"] for event in rotation.events()} == {before["ARN"]}
    assert rotation.number() == 2 and rotation.number(VersionStage="AWSPREVIOUS") == 1
    assert stages(after, "AWSCURRENT") == [answer["VersionId"]]
    assert stages(after, "AWSPREVIOUS") == stages(before, "AWSCURRENT")
    assert before["RotationEnabled"] is False and "LastRotatedDate" not in before
    assert after["RotationEnabled"] is True and after["RotationLambdaARN"] == rotation.function
    assert after["RotationRules"] == {"AutomaticallyAfterDays": 30}


def test_rotation_again_makes_a_new_version(rotation: Rotation) -> None:
    first = rotation.rotate()
    eventually(rotation.rotated)
    second = rotation.secrets.rotate_secret(SecretId=rotation.name)
    eventually(lambda: rotation.number() == 3)
    assert first["VersionId"] != second["VersionId"] and rotation.steps() == ALL_STEPS * 2


def test_rotation_can_be_set_up_without_rotating(rotation: Rotation) -> None:
    rotation.rotate(RotateImmediately=False, RotationRules={"ScheduleExpression": "rate(10 days)"})
    time.sleep(1)
    described = rotation.described()
    assert described["RotationEnabled"] and described["RotationRules"] == {"ScheduleExpression": "rate(10 days)"}
    assert rotation.steps() == [] and stages(described, "AWSPENDING") == [] and rotation.number() == 1


def test_a_failing_step_is_tried_again_then_left_pending_and_gone_on_with(rotation: Rotation) -> None:
    rotation.broken.touch()
    answer = rotation.rotate()
    eventually(lambda: rotation.steps().count("setSecret") == 3)
    time.sleep(1)
    described = rotation.described()
    assert rotation.steps() == ["createSecret"] + ["setSecret"] * 3
    assert stages(described, "AWSPENDING") == [answer["VersionId"]] and "LastRotatedDate" not in described
    assert rotation.number() == 1 and rotation.number(VersionStage="AWSPENDING") == 2

    rotation.broken.unlink()
    again = rotation.rotate()
    eventually(rotation.rotated)
    assert again["VersionId"] == answer["VersionId"] and rotation.number() == 2
    assert rotation.steps()[4:] == ALL_STEPS


def test_an_empty_pending_version_cannot_be_read(rotation: Rotation, local_aws: Emulator) -> None:
    """The function fails before it fills the version."""
    functions = client(local_aws, "lambda")
    variables = functions.get_function_configuration(FunctionName=rotation.function)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=rotation.function, Environment={"Variables": {**variables, "FAILS": "createSecret"}}
    )
    rotation.broken.touch()
    version = rotation.rotate()["VersionId"]
    eventually(lambda: rotation.steps().count("createSecret") == 3)
    for which in ({"VersionStage": "AWSPENDING"}, {"VersionId": version}):
        with pytest.raises(ClientError) as refused:
            rotation.number(**which)
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_rotation_can_be_cancelled(rotation: Rotation) -> None:
    rotation.broken.touch()
    version = rotation.rotate()["VersionId"]
    eventually(lambda: "setSecret" in rotation.steps())
    answer = rotation.secrets.cancel_rotate_secret(SecretId=rotation.name)
    rotation.broken.unlink()
    time.sleep(2)
    assert answer["VersionId"] == version
    assert rotation.described()["RotationEnabled"] is False and "finishSecret" not in rotation.steps()


def test_a_function_that_secrets_manager_may_not_invoke_is_refused(rotation: Rotation, local_aws: Emulator) -> None:
    client(local_aws, "lambda").remove_permission(FunctionName=rotation.function, StatementId="rotation")
    for function in (rotation.function, rotation.function + "-missing"):
        with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
            rotation.secrets.rotate_secret(SecretId=rotation.name, RotationLambdaARN=function)
    assert rotation.described()["RotationEnabled"] is False


def test_cancelling_the_rotation_of_a_missing_secret_is_refused(local_aws: Emulator) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client(local_aws, "secretsmanager").cancel_rotate_secret(SecretId="never-there")


# Message move tasks


@dataclass
class Queues:
    """A queue and its dead-letter queue."""

    sqs: Any
    url: str
    arn: str
    dead_url: str
    dead_arn: str

    def fail(self, *bodies: str) -> None:
        """Send messages and receive them until they are in the dead-letter queue."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)
        eventually(lambda: self._swept() >= len(bodies))

    def _swept(self) -> int:
        self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return self.count(self.dead_url)

    def count(self, url: str) -> int:
        name = "ApproximateNumberOfMessages"
        return int(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def bodies(self, url: str) -> set[str]:
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return {message["Body"] for message in found.get("Messages", [])}

    def tasks(self, **wishes: Any) -> list[dict[str, Any]]:
        return self.sqs.list_message_move_tasks(SourceArn=self.dead_arn, **wishes)["Results"]

    def ended(self) -> dict[str, Any]:
        return eventually(lambda: next((task for task in self.tasks() if task["Status"] != "RUNNING"), None))


@pytest.fixture
def queues(local_aws: Emulator, request: pytest.FixtureRequest) -> Queues:
    sqs = client(local_aws, "sqs")
    name = request.node.name.replace("_", "-")[:60]

    def create(name: str, attributes: dict[str, str]) -> tuple[str, str]:
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    dead_url, dead_arn = create(f"{name}-dead", {})
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    url, arn = create(name, {"RedrivePolicy": policy})
    return Queues(sqs, url, arn, dead_url, dead_arn)


def test_messages_move_back_to_their_queue(queues: Queues) -> None:
    bodies = {f"reading {number}" for number in range(5)}
    queues.fail(*bodies)
    assert queues.count(queues.url) == 0
    queues.sqs.start_message_move_task(SourceArn=queues.dead_arn)
    task = queues.ended()
    assert task["Status"] == "COMPLETED" and task["ApproximateNumberOfMessagesMoved"] == 5
    assert task["SourceArn"] == queues.dead_arn and "DestinationArn" not in task
    assert queues.count(queues.dead_url) == 0 and queues.bodies(queues.url) == bodies


def test_messages_move_to_another_queue(queues: Queues, local_aws: Emulator) -> None:
    queues.fail("one", "two")
    elsewhere = queues.sqs.create_queue(QueueName="elsewhere")["QueueUrl"]
    destination = queues.arn.rpartition(":")[0] + ":elsewhere"
    queues.sqs.start_message_move_task(SourceArn=queues.dead_arn, DestinationArn=destination)
    task = queues.ended()
    assert task["Status"] == "COMPLETED" and task["DestinationArn"] == destination
    assert queues.bodies(elsewhere) == {"one", "two"} and queues.count(queues.url) == 0


def test_a_rate_is_kept_and_a_task_can_be_cancelled(queues: Queues) -> None:
    queues.fail(*(str(number) for number in range(6)))
    handle = queues.sqs.start_message_move_task(SourceArn=queues.dead_arn, MaxNumberOfMessagesPerSecond=2)["TaskHandle"]
    running = eventually(lambda: [task for task in queues.tasks() if task["ApproximateNumberOfMessagesMoved"]])[0]
    assert running["Status"] == "RUNNING" and running["TaskHandle"] == handle
    assert running["ApproximateNumberOfMessagesToMove"] == 6 and running["MaxNumberOfMessagesPerSecond"] == 2
    with pytest.raises(ClientError, match="Only one active task is allowed"):
        queues.sqs.start_message_move_task(SourceArn=queues.dead_arn)
    queues.sqs.cancel_message_move_task(TaskHandle=handle)
    eventually(lambda: queues.tasks()[0]["Status"] == "CANCELLED")
    assert queues.count(queues.dead_url) > 0


def test_a_message_that_came_from_no_queue_fails_the_task(queues: Queues) -> None:
    queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody="sent here by hand")
    queues.sqs.start_message_move_task(SourceArn=queues.dead_arn)
    task = queues.ended()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert queues.count(queues.dead_url) == 1


def test_only_a_dead_letter_queue_has_tasks(queues: Queues) -> None:
    with pytest.raises(ClientError, match="must be configured as a Dead Letter Queue"):
        queues.sqs.start_message_move_task(SourceArn=queues.arn)
    for wishes in (
        {"SourceArn": queues.arn + "-missing"},
        {"SourceArn": queues.dead_arn, "DestinationArn": queues.arn + "x"},
    ):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            queues.sqs.start_message_move_task(**wishes)
    assert queues.tasks() == []


# The servers behind the endpoints


@contextlib.contextmanager
def database(data: DataServers, user: str, password: str, name: str = "postgres") -> Iterator[Any]:
    context = ssl.create_default_context(cafile=str(data.ca_file))
    connection = pg8000.native.Connection(
        user, "localhost", name, data.database_port, password, ssl_context=context, timeout=10
    )
    try:
        yield connection
    finally:
        connection.close()


def is_let_in(data: DataServers, user: str, password: str) -> bool:
    try:
        with database(data, user, password):
            return True
    except pg8000.exceptions.DatabaseError as error:
        assert error.args[0]["C"] in ("28P01", "28000")
        return False


def create_cluster(rds: Any, data: DataServers, name: str, **wishes: Any) -> None:
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        Port=data.database_port,
        MasterUsername=f"{name}admin",
        **wishes,
    )


def delete_cluster(rds: Any, name: str) -> None:
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def test_a_clusters_user_password_and_database_are_real(local_aws: Emulator, data: DataServers) -> None:
    rds = client(local_aws, "rds")
    create_cluster(rds, data, "real", MasterUserPassword="the first password", DatabaseName="realdb")
    rds.create_db_instance(
        DBInstanceIdentifier="real-1",
        DBClusterIdentifier="real",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )
    cluster = rds.describe_db_clusters(DBClusterIdentifier="real")["DBClusters"][0]
    assert (cluster["Endpoint"], cluster["Port"]) == ("localhost", data.database_port)
    with database(data, "realadmin", "the first password", "realdb") as sql:
        sql.run("CREATE TABLE readings (device text)")
        assert sql.run("SELECT current_setting('is_superuser')") == [["off"]]

    rds.modify_db_cluster(DBClusterIdentifier="real", MasterUserPassword="the second password")
    assert is_let_in(data, "realadmin", "the second password")
    assert not is_let_in(data, "realadmin", "the first password")
    rds.modify_db_cluster(DBClusterIdentifier="real", BackupRetentionPeriod=3)
    assert is_let_in(data, "realadmin", "the second password")

    rds.delete_db_instance(DBInstanceIdentifier="real-1", SkipFinalSnapshot=True)
    delete_cluster(rds, "real")
    assert not is_let_in(data, "realadmin", "the second password")


def test_a_managed_password_is_real_and_rotates(local_aws: Emulator, data: DataServers) -> None:
    rds, secrets = client(local_aws, "rds"), client(local_aws, "secretsmanager")
    create_cluster(rds, data, "managed", ManageMasterUserPassword=True)
    cluster = rds.describe_db_clusters(DBClusterIdentifier="managed")["DBClusters"][0]
    arn = cluster["MasterUserSecret"]["SecretArn"]

    def password() -> str:
        return json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])["password"]

    first = password()
    assert is_let_in(data, "managedadmin", first)
    version = secrets.rotate_secret(SecretId=arn)["VersionId"]
    second = password()
    assert second != first and secrets.get_secret_value(SecretId=arn)["VersionId"] == version
    assert is_let_in(data, "managedadmin", second) and not is_let_in(data, "managedadmin", first)
    rds.modify_db_cluster(DBClusterIdentifier="managed", RotateMasterUserPassword=True, ApplyImmediately=True)
    assert password() != second and is_let_in(data, "managedadmin", password())
    delete_cluster(rds, "managed")


def test_what_another_cluster_has_too_stays(local_aws: Emulator, data: DataServers) -> None:
    rds = client(local_aws, "rds")
    wishes = {
        "Engine": "aurora-postgresql",
        "Port": data.database_port,
        "MasterUsername": "shared",
        "DatabaseName": "shareddb",
    }
    for name in ("one", "two"):
        rds.create_db_cluster(DBClusterIdentifier=name, MasterUserPassword="password", **wishes)
    delete_cluster(rds, "one")
    with database(data, "shared", "password", "shareddb"):
        pass
    delete_cluster(rds, "two")
    assert not is_let_in(data, "shared", "password")


def test_a_cluster_of_another_port_is_left_to_ministack(local_aws: Emulator, data: DataServers) -> None:
    rds = client(local_aws, "rds")
    rds.create_db_cluster(
        DBClusterIdentifier="apart", Engine="aurora-postgresql", MasterUsername="apart", MasterUserPassword="password"
    )
    assert not is_let_in(data, "apart", "password")
    delete_cluster(rds, "apart")


def test_a_failure_of_the_database_is_the_calls_and_leaves_nothing(local_aws: Emulator, data: DataServers) -> None:
    rds = client(local_aws, "rds")
    data.stop_database()
    try:
        with pytest.raises(ClientError, match="The local PostgreSQL does not run") as failed:
            create_cluster(rds, data, "failing", MasterUserPassword="password", DeletionProtection=True)
        assert failed.value.response["Error"]["Code"] == "InternalFailure"
    finally:
        data.start_database()
    assert not [one for one in rds.describe_db_clusters()["DBClusters"] if one["DBClusterIdentifier"] == "failing"]
    with pytest.raises(ClientError, match="rdsadmin is reserved"):
        rds.create_db_cluster(
            DBClusterIdentifier="failing",
            Engine="aurora-postgresql",
            Port=data.database_port,
            MasterUsername="rdsadmin",
            MasterUserPassword="password",
        )
    create_cluster(rds, data, "failing", MasterUserPassword="password")
    delete_cluster(rds, "failing")


def test_a_caches_token_is_real(local_aws: Emulator, data: DataServers) -> None:
    cache = client(local_aws, "elasticache")
    first, second = "the-first-token-of-all", "the-second-token-of-all"
    cache.create_replication_group(
        ReplicationGroupId="real",
        ReplicationGroupDescription="real",
        TransitEncryptionEnabled=True,
        AuthToken=first,
        NumCacheClusters=2,
    )
    group = cache.describe_replication_groups(ReplicationGroupId="real")["ReplicationGroups"][0]
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    assert endpoint == {"Address": "localhost", "Port": data.cache_port}

    def works(token: str | None) -> bool:
        connection = redis.Redis(
            endpoint["Address"], endpoint["Port"], password=token, ssl=True, ssl_ca_certs=str(data.ca_file)
        )
        try:
            return bool(connection.ping())
        except redis.AuthenticationError:
            return False
        finally:
            connection.close()

    assert works(first) and not works(None) and not works(second)
    cache.modify_replication_group(ReplicationGroupId="real", AuthToken=second, AuthTokenUpdateStrategy="ROTATE")
    assert works(first) and works(second) and not works(None)
    cache.modify_replication_group(ReplicationGroupId="real", AuthToken=second, AuthTokenUpdateStrategy="SET")
    assert works(second) and not works(first)
    cache.modify_replication_group(ReplicationGroupId="real", SnapshotRetentionLimit=1)
    assert works(second)
    cache.delete_replication_group(ReplicationGroupId="real")
    assert works(None)


def test_an_instance_of_aurora_tells_its_clusters_settings(account: Account) -> None:
    rds = account.client("rds")
    cluster = {"DBClusterIdentifier": "iot-aurora-dev", "Engine": "aurora-postgresql"}
    rds.create_db_cluster(
        **cluster, EngineVersion="16", MasterUsername="iotadmin", MasterUserPassword="a-password", StorageEncrypted=True
    )
    zones = []
    for number in (1, 2):
        instance = rds.create_db_instance(
            **cluster,
            DBInstanceIdentifier=f"iot-aurora-{number}-dev",
            DBInstanceClass="db.serverless",
            MonitoringInterval=60,
            MonitoringRoleArn="arn:aws:iam::000000000000:role/monitoring",
        )["DBInstance"]
        zones.append(instance["AvailabilityZone"])
        assert rds.describe_db_clusters()["DBClusters"][0]["MultiAZ"] is (number == 2)

    assert zones == ["ca-central-1a", "ca-central-1b"]
    instance = rds.describe_db_instances()["DBInstances"][-1]
    assert instance["StorageEncrypted"] and instance["EngineVersion"].startswith("16.")
    assert ":log-group:RDSOSMetrics:log-stream:db-" in instance["EnhancedMonitoringResourceArn"]
    known = [one["EngineVersion"] for one in rds.describe_db_engine_versions()["DBEngineVersions"]]
    assert instance["EngineVersion"] in known


def test_older_sdks_are_told_the_actions_of_an_alarm(account: Account) -> None:
    cloudwatch = account.client("cloudwatch")
    topic = f"arn:aws:sns:{REGION}:{account.number}:alarms"
    alarm = {"AlarmName": "errors", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 60}
    limit = {"EvaluationPeriods": 1, "Threshold": 0, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch.put_metric_alarm(**alarm, **limit, AlarmActions=[topic])
    scope = f"Credential={account.number}/20260101/{REGION}/monitoring/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(account.emulator.endpoint, b"Action=DescribeAlarms&Version=2010-08-01", headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        told = answer.read().decode()

    assert f"<ActionsEnabled>true</ActionsEnabled><AlarmActions><member>{topic}</member></AlarmActions>" in told


def test_the_authorities_of_rds_have_amazons_dates(account: Account) -> None:
    rds = account.client("rds")
    told = {one["CertificateIdentifier"]: one["ValidTill"] for one in rds.describe_certificates()["Certificates"]}
    bundle = x509.load_pem_x509_certificates(BUNDLE.read_bytes())
    dates = [one.not_valid_after_utc for one in bundle if REGION in one.subject.rfc4514_string()]

    assert sorted(told.values()) == sorted(dates)
    with pytest.raises(ClientError, match="CertificateNotFound"):
        rds.describe_certificates(CertificateIdentifier="rds-ca-2015")


def test_the_status_tells_which_servers_are_behind(local_aws: Emulator, data: DataServers, ministack: Emulator) -> None:
    wanted = {"dir": str(data.folder), "database_port": data.database_port, "cache_port": data.cache_port}
    assert status(local_aws.endpoint) == {"data": wanted} and status(ministack.endpoint) == {"data": None}


# The role


@dataclass
class Role:
    """The role on ports and in a folder of its own."""

    folder: Path
    port: int
    database_port: int
    cache_port: int

    @property
    def emulator(self) -> Emulator:
        return Emulator("ministack", f"http://127.0.0.1:{self.port}")

    def run(self, entry: str, *options: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Run an entry point of the role in a play."""
        tasks = [{"ansible.builtin.include_role": {"name": "iot.sensor_stack.local_aws", "tasks_from": entry}}]
        given = {
            "ansible_python_interpreter": sys.executable,
            "local_aws_dir": str(self.folder / "state"),
            "local_aws_port": self.port,
            "local_aws_database_port": self.database_port,
            "local_aws_cache_port": self.cache_port,
            **variables,
        }
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": given, "tasks": tasks}
        playbook = self.folder / "play.yml"
        playbook.write_text(json.dumps([play]))
        return subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", str(playbook), *options],
            cwd=emulators.TESTS.parent,
            env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default", "ANSIBLE_HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def changes(self, entry: str, *options: str, **variables: Any) -> int:
        """How many tasks changed something."""
        result = self.run(entry, *options, **variables)
        assert result.returncode == 0, result.stdout + result.stderr
        return int(re.findall(r"changed=(\d+)", result.stdout)[-1])

    def listening(self) -> list[bool]:
        found = []
        for port in (self.port, self.database_port, self.cache_port):
            with socket.socket() as probe:
                found.append(probe.connect_ex(("127.0.0.1", port)) == 0)
        return found


@pytest.fixture
def role(tmp_path: Path) -> Iterator[Role]:
    found = Role(tmp_path, emulators.free_port(), emulators.free_port(), emulators.free_port())
    yield found
    assert found.run("absent").returncode == 0


def test_the_role_ties_a_running_local_aws_to_data_servers_and_stops_all(role: Role) -> None:
    assert role.changes("main") > 0 and role.listening() == [True, False, False]
    assert role.changes("main") == 0
    secrets = client(role.emulator, "secretsmanager")
    secrets.create_secret(Name="kept", SecretString="through the new start")

    assert role.changes("main", local_aws_data=True) > 0 and role.listening() == [True, True, True]
    assert status(role.emulator.endpoint)["data"]["database_port"] == role.database_port
    assert secrets.get_secret_value(SecretId="kept")["SecretString"] == "through the new start"
    assert role.changes("main", local_aws_data=True) == 0
    assert role.changes("main", "--check", local_aws_data=True) == 0

    assert role.changes("absent", "--check", local_aws_data=True) == 0 and all(role.listening())
    assert role.changes("absent", local_aws_data=True) == 2 and not any(role.listening())
    assert role.changes("absent", local_aws_data=True) == 0
    assert role.changes("main", "--check", local_aws_data=True) > 0 and all(role.listening())
    assert secrets.get_secret_value(SecretId="kept")["SecretString"] == "through the new start"


def test_the_role_leaves_a_strangers_ministack_alone(role: Role, ministack: Emulator) -> None:
    role.port = int(ministack.endpoint.rpartition(":")[2])
    result = role.run("main", local_aws_data=True)
    assert result.returncode != 0
    text = re.sub(r"\s+", " ", result.stdout)
    assert (
        f"The MiniStack on port {role.port} of 127.0.0.1 runs without the data servers that local_aws_data asks for"
        in text
    )
    assert status(ministack.endpoint) == {"data": None}
    role.run("absent", local_aws_data=True)
    assert role.listening() == [True, False, False]


def test_the_role_names_a_port_that_is_held(role: Role) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", role.database_port))
        holder.listen()
        result = role.run("main", local_aws_data=True)
    assert result.returncode != 0 and f"Port {role.database_port} of 127.0.0.1 is not free" in result.stdout
