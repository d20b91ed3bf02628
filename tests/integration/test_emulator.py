"""The emulator behaves as a test asks it to."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from emulators import Emulator
from modules import SECRET_KEY, Account

ONCE = Config(retries={"total_max_attempts": 1})
LONG = 3600.0


def once(account: Account, service: str) -> Any:
    """A client that asks once and reports what it gets."""
    return boto3.client(
        service,
        endpoint_url=account.emulator.endpoint,
        region_name=account.region,
        aws_access_key_id=account.number,
        aws_secret_access_key=SECRET_KEY,
        config=ONCE,
    )


def behave(account: Account, **settings: Any) -> None:
    account.emulator.behave(account.number, **settings)


def always(kind: str) -> dict[str, Any]:
    """The setting errors that makes every call fail in one way."""
    return {"rate": 1.0, "seed": 7, "kinds": [kind]}


def recorded(account: Account) -> list[dict[str, Any]]:
    return account.emulator.recorded(account.number)


# What is recorded


def test_record_tells_what_was_called_and_when(account: Account) -> None:
    before = time.time()
    once(account, "ec2").describe_vpcs()
    once(account, "secretsmanager").list_secrets()
    once(account, "apigateway").get_rest_apis()
    after = time.time()

    ec2, secrets, api = recorded(account)
    common = {"account": account.number, "region": account.region}
    assert {**ec2, "time": 0} == {**common, "service": "ec2", "action": "DescribeVpcs", "time": 0}
    assert {**secrets, "time": 0} == {**common, "service": "secretsmanager", "action": "ListSecrets", "time": 0}
    assert {**api, "time": 0} == {**common, "service": "apigateway", "action": "GET /restapis", "time": 0}
    assert before <= ec2["time"] <= secrets["time"] <= api["time"] <= after


def test_all_accounts_behave_by_the_star_unless_told_otherwise(account: Account, ministack: Emulator) -> None:
    other = Account(ministack)
    ministack.behave("*", errors=always("throttling"))
    behave(account, errors=None)
    try:
        assert once(account, "ec2").describe_vpcs()["ResponseMetadata"]["HTTPStatusCode"] == 200
        with pytest.raises(ClientError, match="RequestLimitExceeded"):
            once(other, "ec2").describe_vpcs()
    finally:
        ministack.behave("*")
    assert once(other, "ec2").describe_vpcs()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_numbers_of_a_usage_plan_stay_numbers_after_a_patch(account: Account) -> None:
    client = once(account, "apigateway")
    plan = client.create_usage_plan(name="p", throttle={"rateLimit": 200, "burstLimit": 400})
    patch = [{"op": "replace", "path": f"/throttle/{name}", "value": "250"} for name in ("rateLimit", "burstLimit")]
    client.update_usage_plan(usagePlanId=plan["id"], patchOperations=patch)
    assert client.get_usage_plan(usagePlanId=plan["id"])["throttle"] == {"rateLimit": 250.0, "burstLimit": 250}


# Latency


def test_latency_is_added_to_each_call_and_waited_at_once(account: Account) -> None:
    behave(account, latency_seconds=1)
    client = once(account, "ec2")
    start = time.time()
    client.describe_vpcs()
    assert time.time() - start >= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.describe_vpcs(), range(4)))
    times = sorted(call["time"] for call in recorded(account)[1:])
    # One after the other, three latencies lie between the first and the last.
    assert len(times) == 4 and times[-1] - times[0] < 3


# Creating


def states(account: Account) -> dict[str, set[str]]:
    """The states of all that has one, by kind of resource."""
    rds, cache = once(account, "rds"), once(account, "elasticache")
    groups = cache.describe_replication_groups()["ReplicationGroups"]
    nodes = cache.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    return {
        "cluster": {cluster["Status"] for cluster in rds.describe_db_clusters()["DBClusters"]},
        "instance": {instance["DBInstanceStatus"] for instance in rds.describe_db_instances()["DBInstances"]},
        "group": {group["Status"] for group in groups},
        "node group": {node_group["Status"] for group in groups for node_group in group["NodeGroups"]},
        "member": {node["CacheClusterStatus"] for node in nodes},
        "node": {part["CacheNodeStatus"] for node in nodes for part in node["CacheNodes"]},
    }


def create_cluster(account: Account, name: str = "c") -> None:
    once(account, "rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="iotadmin",
        MasterUserPassword="not-a-secret",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 1.0},
    )


def create_instance(account: Account, name: str = "i", cluster: str = "c") -> None:
    once(account, "rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBClusterIdentifier=cluster,
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )


def create_group(account: Account, name: str = "g") -> None:
    once(account, "elasticache").create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="g",
        CacheNodeType="cache.t3.micro",
        Engine="redis",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
    )


def create_all(account: Account) -> None:
    create_cluster(account)
    create_instance(account)
    create_group(account)


CACHE = ("group", "node group", "member", "node")


def test_one_time_holds_all_kinds_and_their_parts_in_creating(account: Account) -> None:
    behave(account, creating_seconds=LONG)
    create_all(account)
    assert states(account) == dict.fromkeys(("cluster", "instance", *CACHE), {"creating"})

    behave(account)
    assert states(account) == dict.fromkeys(("cluster", "instance", *CACHE), {"available"})


@pytest.mark.parametrize(
    ("kind", "creating"),
    [("DBInstance", {"instance"}), ("ReplicationGroup", set(CACHE))],
)
def test_each_kind_may_have_a_time_of_its_own(account: Account, kind: str, creating: set[str]) -> None:
    behave(account, creating_seconds={kind: LONG})
    create_all(account)
    assert {part for part, found in states(account).items() if found == {"creating"}} == creating


def test_instance_is_not_available_before_its_cluster(account: Account) -> None:
    behave(account, creating_seconds={"DBCluster": LONG})
    create_all(account)
    found = states(account)
    assert found["cluster"] == found["instance"] == {"creating"}


def test_what_was_there_before_stays_available(account: Account) -> None:
    create_cluster(account, "old")
    behave(account, creating_seconds=LONG)
    # A refused creation makes nothing anew.
    with pytest.raises(ClientError):
        create_cluster(account, "old")
    create_cluster(account, "new")
    clusters = once(account, "rds").describe_db_clusters()["DBClusters"]
    assert {cluster["DBClusterIdentifier"]: cluster["Status"] for cluster in clusters} == {
        "old": "available",
        "new": "creating",
    }


def test_creating_ends_when_its_time_is_over(account: Account) -> None:
    behave(account, creating_seconds=LONG)
    create_group(account)
    assert states(account)["group"] == {"creating"}
    behave(account, creating_seconds=0.001)
    assert states(account)["group"] == {"available"}


# Errors

CALLS: dict[str, Callable[[Account], Any]] = {
    "ec2": lambda account: once(account, "ec2").describe_vpcs(),
    "query": lambda account: once(account, "rds").describe_db_clusters(),
    "json": lambda account: once(account, "secretsmanager").list_secrets(),
    "rest-json": lambda account: once(account, "apigateway").get_rest_apis(),
}


@pytest.mark.parametrize(
    ("kind", "protocol", "status", "code"),
    [
        ("throttling", "ec2", 503, "RequestLimitExceeded"),
        ("throttling", "query", 400, "Throttling"),
        ("throttling", "json", 400, "ThrottlingException"),
        ("throttling", "rest-json", 429, "TooManyRequestsException"),
        ("server_error", "ec2", 500, "InternalError"),
        ("server_error", "query", 500, "InternalFailure"),
        ("server_error", "json", 500, "InternalServiceError"),
        ("server_error", "rest-json", 503, "ServiceUnavailableException"),
    ],
)
def test_errors_are_told_in_each_protocol(account: Account, kind: str, protocol: str, status: int, code: str) -> None:
    behave(account, errors=always(kind))
    with pytest.raises(ClientError) as caught:
        CALLS[protocol](account)
    answer = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code)
    assert answer["Error"]["Message"]
    assert [(call["error"], call["done"]) for call in recorded(account)] == [(kind, False)]


def test_failed_call_was_not_done(account: Account) -> None:
    behave(account, errors=always("server_error"))
    with pytest.raises(ClientError):
        once(account, "secretsmanager").create_secret(Name="s", SecretString="x")
    behave(account)
    assert once(account, "secretsmanager").list_secrets()["SecretList"] == []


@pytest.mark.parametrize("protocol", CALLS)
def test_drop_is_a_closed_connection(account: Account, protocol: str) -> None:
    behave(account, errors=always("dropped"))
    with pytest.raises(ConnectionClosedError):
        CALLS[protocol](account)


def test_about_half_of_the_dropped_calls_were_done(account: Account) -> None:
    behave(account, errors=always("dropped"))
    client = once(account, "secretsmanager")
    names = [f"s{number}" for number in range(20)]
    for name in names:
        with pytest.raises(ConnectionClosedError):
            client.create_secret(Name=name, SecretString="x")
    done = {name for name, call in zip(names, recorded(account), strict=True) if call["done"]}
    behave(account)
    made = {secret["Name"] for secret in client.get_paginator("list_secrets").paginate().search("SecretList[]")}
    assert made == done
    assert 5 < len(done) < 15


def outcomes(account: Account, errors: dict[str, Any], calls: int) -> list[str]:
    """What was injected into each of so many calls."""
    behave(account, errors=errors)
    client = once(account, "ec2")
    for _call in range(calls):
        try:
            client.describe_vpcs()
        except (ClientError, ConnectionClosedError):
            pass
    return [call.get("error", "none") for call in recorded(account)]


def test_errors_follow_rate_and_seed(account: Account, ministack: Emulator) -> None:
    errors = {"rate": 0.5, "seed": 7, "kinds": ["throttling", "server_error", "dropped"]}
    first = outcomes(account, errors, 60)
    assert outcomes(Account(ministack), errors, 60) == first
    assert outcomes(Account(ministack), {**errors, "seed": 8}, 60) != first
    assert set(first) == {"none", "throttling", "server_error", "dropped"}
    assert 15 < first.count("none") < 45
