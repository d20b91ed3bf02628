"""rds_aurora_instances against MiniStack and, where it can do it, moto."""

from __future__ import annotations

from typing import Any

import pytest
from modules import Account

MODULE = "rds_aurora_instances"
CLUSTER = "iot-aurora-dev"
ONE, TWO, THREE = (f"{CLUSTER}-{number}" for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulators are ready by the next look."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def make_cluster(account: Account, name: str = CLUSTER) -> None:
    account.client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="iotadmin",
        MasterUserPassword="a-Password-of-tests-1",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 1},
    )


@pytest.fixture
def stack(account: Account) -> Account:
    """An account on MiniStack that has the cluster."""
    make_cluster(account)
    return account


def options(*names: str, **more: Any) -> dict[str, Any]:
    """The module's options for instances of these names."""
    instances = [{"name": name} for name in names]
    return {"db_cluster_identifier": CLUSTER, "instances": instances, "tags": {"Environment": "dev"}, **more}


def describe(account: Account, cluster: str = CLUSTER) -> dict[str, dict[str, Any]]:
    """The instances of the cluster as AWS answers, by name."""
    filters = [{"Name": "db-cluster-id", "Values": [cluster]}]
    found = account.client("rds").describe_db_instances(Filters=filters)["DBInstances"]
    return {instance["DBInstanceIdentifier"]: instance for instance in found}


def writer(account: Account, cluster: str = CLUSTER) -> str:
    members = account.client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]
    return next(item["DBInstanceIdentifier"] for item in members["DBClusterMembers"] if item["IsClusterWriter"])


def actions(result: dict[str, Any]) -> dict[str, str]:
    """The action of each diff by its header."""
    return {diff["after_header"]: diff["action"] for diff in result["diff"]}


def test_are_created_once(stack: Account) -> None:
    planned = stack.run(MODULE, check_mode=True, **options(TWO, ONE.upper()))
    assert describe(stack) == {}
    first = stack.run(MODULE, **options(TWO, ONE.upper()))
    second = stack.run(MODULE, **options(TWO, ONE.upper()))

    assert planned["changed"] and planned.calls == ["DescribeDBInstances"] * 2 and planned["diff"] == first["diff"]
    assert actions(first) == {f"database instance {TWO}": "create", f"database instance {ONE}": "create"}
    assert first["diff"][0]["before"] == {} and first["diff"][0]["after"] == {
        "engine": "aurora-postgresql",
        "instance_class": "db.serverless",
        "publicly_accessible": False,
        "tags": {"Environment": "dev", "Name": TWO},
    }
    assert first.writes == ["CreateDBInstance"] * 2
    assert first.calls == ["DescribeDBInstances"] * 2 + first.writes + ["DescribeDBInstances"] * 2
    assert not second["changed"] and second["diff"] == [] and second.calls == ["DescribeDBInstances"]
    live = describe(stack)
    assert sorted(live) == [ONE, TWO] and live[ONE]["Engine"] == "aurora-postgresql"
    assert {tag["Key"]: tag["Value"] for tag in live[ONE]["TagList"]} == {"Environment": "dev", "Name": ONE}
    assert second["instances"] == first["instances"] and [item["name"] for item in first["instances"]] == [ONE, TWO]
    assert [item["name"] for item in planned["instances"]] == [ONE, TWO]
    assert first["instances"][0]["endpoint"]["address"] == live[ONE]["Endpoint"]["Address"]


def test_a_cluster_that_does_not_exist_is_planned_and_refused(moto_account: Account) -> None:
    missing = options(ONE, TWO, db_cluster_identifier="iot-aurora-missing")
    planned = moto_account.run(MODULE, check_mode=True, **missing)

    assert list(actions(planned).values()) == ["create", "create"] and planned.writes == []
    absent = moto_account.run(MODULE, db_cluster_identifier="iot-aurora-missing", state="absent")
    assert not absent["changed"] and absent.calls == ["DescribeDBInstances"]
    message = moto_account.fail(MODULE, **missing)
    assert f"Failed to create database instance {ONE}: DBClusterNotFoundFault" in message


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("instance_class", "db.r6g.large", "DBInstanceClass"),
        ("publicly_accessible", True, "PubliclyAccessible"),
        ("preferred_maintenance_window", "Mon:01:00-mon:02:00", "PreferredMaintenanceWindow"),
    ],
)
def test_one_setting_of_one_instance_changes(stack: Account, option: str, value: Any, field: str) -> None:
    stack.run(MODULE, **options(ONE, TWO))
    wanted = options(instances=[{"name": ONE}, {"name": TWO, option: value}])
    planned = stack.run(MODULE, check_mode=True, **wanted)
    changed = stack.run(MODULE, **wanted)

    stored = value.lower() if isinstance(value, str) else value
    assert planned.writes == [] and planned["diff"] == changed["diff"] and changed.writes == ["ModifyDBInstance"]
    assert actions(changed) == {f"database instance {TWO}": "change"}
    assert changed["diff"][0]["after"] == {option: stored} and list(changed["diff"][0]["before"]) == [option]
    assert describe(stack)[TWO][field] == stored != describe(stack)[ONE][field]
    assert planned["instances"] == changed["instances"] == stack.run(MODULE, **wanted)["instances"]


def test_drift_is_repaired(stack: Account) -> None:
    stack.run(MODULE, **options(ONE, TWO))
    client = stack.client("rds")
    client.modify_db_instance(DBInstanceIdentifier=ONE, DBInstanceClass="db.r6g.large", ApplyImmediately=True)
    client.delete_db_instance(DBInstanceIdentifier=TWO, SkipFinalSnapshot=True)
    result = stack.run(MODULE, **options(ONE, TWO))

    assert actions(result) == {f"database instance {TWO}": "create", f"database instance {ONE}": "change"}
    assert result["diff"][1]["before"] == {"instance_class": "db.r6g.large"}
    assert result.writes == ["CreateDBInstance", "ModifyDBInstance"]
    assert not stack.run(MODULE, **options(ONE, TWO))["changed"]


def test_a_change_for_the_maintenance_window_counts_as_made(stack: Account) -> None:
    stack.run(MODULE, **options(ONE))
    wanted = options(instances=[{"name": ONE, "instance_class": "db.r6g.large"}])
    later = stack.run(MODULE, **wanted, apply_immediately=False)

    assert later["changed"] and describe(stack)[ONE]["DBInstanceClass"] == "db.serverless"
    assert not stack.run(MODULE, **wanted, apply_immediately=False)["changed"]
    assert stack.run(MODULE, **wanted)["changed"]
    assert describe(stack)[ONE]["DBInstanceClass"] == "db.r6g.large"


def test_tags_change_alone(stack: Account) -> None:
    stack.run(MODULE, **options(ONE, TWO))
    kept = stack.run(MODULE, **options(ONE, TWO, tags={"a": "1"}, purge_tags=False))
    changed = stack.run(MODULE, **options(ONE, TWO, tags={"b": "2"}))

    assert kept.writes == ["AddTagsToResource"] * 2
    assert kept["instances"][1]["tags"] == {"Environment": "dev", "Name": TWO, "a": "1"}
    assert changed.writes == ["RemoveTagsFromResource", "AddTagsToResource"] * 2
    assert changed.calls.count("DescribeDBInstances") == 2  # nothing to wait for
    assert {tag["Key"]: tag["Value"] for tag in describe(stack)[ONE]["TagList"]} == {"Name": ONE, "b": "2"}
    assert not stack.run(MODULE, **options(ONE, TWO, tags=None))["changed"]


def test_unlisted_instances_are_removed_and_the_writer_is_not_touched(stack: Account) -> None:
    stack.run(MODULE, **options(ONE, TWO, THREE))
    planned = stack.run(MODULE, check_mode=True, **options(ONE))
    kept = stack.run(MODULE, **options(ONE, purge_instances=False))
    removed = stack.run(MODULE, **options(ONE))

    assert not kept["changed"] and [item["name"] for item in kept["instances"]] == [ONE, TWO, THREE]
    assert planned.calls == ["DescribeDBInstances"] and planned["diff"] == removed["diff"]
    assert actions(removed) == {f"database instance {TWO}": "remove", f"database instance {THREE}": "remove"}
    assert removed["diff"][0]["before"]["instance_class"] == "db.serverless" and removed["diff"][0]["after"] == {}
    assert removed.writes == ["DeleteDBInstance"] * 2 and removed.calls.count("DescribeDBClusters") == 1
    assert list(describe(stack)) == [ONE] and writer(stack) == ONE
    assert planned["instances"] == removed["instances"]


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_the_writer_is_replaced_by_failover(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    cluster = "iot-aurora-replaced"
    make_cluster(account, cluster)
    old, spare, new = (f"{cluster}-{suffix}" for suffix in ("old", "spare", "new"))
    before = options(old, db_cluster_identifier=cluster)
    tiers = [{"name": spare, "promotion_tier": 5}, {"name": new, "promotion_tier": 0}]
    after = options(db_cluster_identifier=cluster, instances=tiers)
    account.run(MODULE, **before)
    assert writer(account, cluster) == old
    result = account.run(MODULE, **after)

    assert result.writes == ["CreateDBInstance", "CreateDBInstance", "FailoverDBCluster", "DeleteDBInstance"]
    assert sorted(describe(account, cluster)) == [new, spare] and writer(account, cluster) == new
    assert not account.run(MODULE, **after)["changed"]


def test_what_cannot_change_is_refused_before_any_write(stack: Account) -> None:
    stack.run(MODULE, **options(ONE, TWO))
    zones = [{"name": name, "availability_zone": "ca-central-1d", "promotion_tier": 9} for name in (ONE, TWO, THREE)]
    result = stack.try_run(MODULE, **options(instances=zones))

    assert result.writes == [] and result["msg"].startswith(f"the instances of database cluster {CLUSTER} cannot be")
    for name, zone in ((ONE, "ca-central-1a"), (TWO, "ca-central-1b")):
        assert f"{name}.availability_zone is '{zone}' on AWS and 'ca-central-1d' is wanted" in result["msg"]
    other = stack.try_run(MODULE, **options(ONE, engine="aurora-mysql"))
    assert f"{ONE}.engine is 'aurora-postgresql' on AWS" in other["msg"] and other.writes == []


def test_a_name_in_use_elsewhere_is_refused_before_any_write(stack: Account) -> None:
    make_cluster(stack, "another")
    stack.run(MODULE, **options(TWO, db_cluster_identifier="another"))
    stack.client("rds").create_db_instance(
        DBInstanceIdentifier=THREE,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="iotadmin",
        MasterUserPassword="a-Password-of-tests-1",
        AllocatedStorage=20,
    )
    for check_mode in (True, False):
        result = stack.try_run(MODULE, check_mode=check_mode, **options(ONE, TWO, THREE))
        assert result.writes == [] and result.calls == ["DescribeDBInstances"] * 2
        assert f"'{TWO}': a database instance of this name exists in database cluster another" in result["msg"]
        assert f"'{THREE}': a database instance of this name exists outside of any cluster" in result["msg"]


def test_a_cluster_holds_sixteen_instances_at_any_time(stack: Account) -> None:
    nine = [f"{CLUSTER}-{number}" for number in range(9)]
    stack.run(MODULE, **options(*nine))
    result = stack.try_run(MODULE, **options(*[f"{name}-b" for name in nine]))

    assert "has 9, of which 9 are removed afterwards: allowed are 16 at any time" in result["msg"]
    assert result.writes == []


@pytest.mark.parametrize("emulator", ["account", "moto_account"])
def test_removal_is_repeatable(emulator: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(emulator)
    cluster = "iot-aurora-removed"
    make_cluster(account, cluster)
    names = [f"{cluster}-{number}" for number in (1, 2)]
    account.run(MODULE, **options(*names, db_cluster_identifier=cluster))
    gone = {"db_cluster_identifier": cluster, "state": "absent"}
    planned = account.run(MODULE, check_mode=True, **gone)
    first = account.run(MODULE, **gone)
    second = account.run(MODULE, **gone)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["DeleteDBInstance"] * 2 and first["instances"] == []
    assert not second["changed"] and second["diff"] == [] and second.calls == ["DescribeDBInstances"]
    assert describe(account, cluster) == {}


def test_moto_agrees(moto_account: Account) -> None:
    cluster = "iot-aurora-agreed"
    make_cluster(moto_account, cluster)
    names = [f"{cluster}-{number}" for number in (1, 2)]
    moto_account.client("rds").create_db_parameter_group(
        DBParameterGroupName="iot-agreed", DBParameterGroupFamily="aurora-postgresql16", Description="Test"
    )
    common = {"db_cluster_identifier": cluster, "tags": {"Environment": "dev"}}
    planned = moto_account.run(MODULE, check_mode=True, **options(*names, **common))
    first = moto_account.run(MODULE, **options(*names, **common))
    second = moto_account.run(MODULE, **options(*names, **common))
    settings = {
        "promotion_tier": 3,
        "auto_minor_version_upgrade": False,
        "db_parameter_group_name": "IoT-agreed",
        "preferred_maintenance_window": "sun:05:00-sun:05:30",
        "publicly_accessible": True,
    }
    items = [{"name": names[0]}, {"name": names[1], **settings}]
    changed = moto_account.run(MODULE, **options(instances=items, **common))

    assert planned["diff"] == first["diff"] and first.writes == ["CreateDBInstance"] * 2
    assert not second["changed"] and second.calls == ["DescribeDBInstances"]
    assert changed.writes == ["ModifyDBInstance"] and len(changed["diff"]) == 1
    assert changed["diff"][0]["after"] == {**settings, "db_parameter_group_name": "iot-agreed"}
    live = describe(moto_account, cluster)[names[1]]
    assert live["PromotionTier"] == 3 and live["AutoMinorVersionUpgrade"] is False and live["PubliclyAccessible"]
    assert not moto_account.run(MODULE, **options(instances=items, **common))["changed"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"db_cluster_identifier": "-x"}, "db_cluster_identifier is '-x'"),
        ({"instances": []}, "instances has 0 entries: allowed are 1 to 16"),
        ({"instances": [{"name": "a"}, {"name": "A"}]}, "instances has the name 'a' 2 times: allowed is once"),
        ({"instances": [{"name": "a--b"}]}, "instances.name is 'a--b'"),
        (
            {"instances": [{"name": "a", "promotion_tier": 16}]},
            "instances['a'].promotion_tier is 16: allowed is 0 to 15",
        ),
        ({"instances": None}, "instances has 0 entries: allowed are 1 to 16"),
        ({"wait_timeout": 0}, "wait_timeout is 0"),
    ],
)
def test_bad_input_is_refused_before_any_call(account: Account, changed: dict[str, Any], problem: str) -> None:
    result = account.try_run(MODULE, **{**options(ONE), **changed})

    assert result["failed"] and problem in result["msg"] and result.calls == []


ROLE = "arn:aws:iam::123456789012:role/iot-rds-monitoring-ca-central-1-dev"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WATCHED: dict[str, Any] = {
    "name": ONE,
    "promotion_tier": 0,
    "auto_minor_version_upgrade": False,
    "ca_certificate_identifier": "rds-ca-ecc384-g1",
    "monitoring_interval": 60,
    "monitoring_role_arn": ROLE,
    "performance_insights_enabled": True,
    "performance_insights_retention_period": 31,
    "performance_insights_kms_key_id": KEY,
}


def watched(account: Account) -> list[Any]:
    live = describe(account)[ONE]
    return [live[name] for name in ("MonitoringInterval", "PerformanceInsightsEnabled", "CACertificateIdentifier")]


@pytest.mark.parametrize("later", [False, True])
def test_an_instance_is_watched_from_the_start_or_later_and_no_more(stack: Account, later: bool) -> None:
    if later:
        stack.run(MODULE, **options(ONE))
    wanted = options(instances=[WATCHED])
    planned = stack.run(MODULE, check_mode=True, **wanted)
    first, second = stack.run(MODULE, **wanted), stack.run(MODULE, **wanted)

    assert planned.writes == [] and planned["diff"] == first["diff"]
    assert first.writes == ["ModifyDBInstance" if later else "CreateDBInstance"]
    assert not second["changed"] and second.calls == ["DescribeDBInstances"]
    assert watched(stack) == [60, True, "rds-ca-ecc384-g1"]
    assert describe(stack)[ONE]["PerformanceInsightsKMSKeyId"] == KEY and describe(stack)[ONE]["PromotionTier"] == 0
    off = {"name": ONE, "monitoring_interval": 0, "performance_insights_enabled": False}
    assert stack.run(MODULE, **options(instances=[off])).writes == ["ModifyDBInstance"]
    assert watched(stack) == [0, False, "rds-ca-ecc384-g1"]
    assert not stack.run(MODULE, **options(instances=[off]))["changed"]


def test_a_reader_comes_and_goes_in_its_zone_and_the_writer_is_not_touched(stack: Account) -> None:
    stack.run(MODULE, **options(instances=[{"name": ONE, "promotion_tier": 0}]))
    reader = {"name": TWO, "promotion_tier": 15, "availability_zone": "ca-central-1b"}
    added = stack.run(MODULE, **options(instances=[{"name": ONE, "promotion_tier": 0}, reader]))
    live = describe(stack)[TWO]
    removed = stack.run(MODULE, **options(instances=[{"name": ONE, "promotion_tier": 0}]))

    assert (live["AvailabilityZone"], live["PromotionTier"]) == ("ca-central-1b", 15)
    assert added.writes == ["CreateDBInstance"] and removed.writes == ["DeleteDBInstance"]
    assert list(describe(stack)) == [ONE] and writer(stack) == ONE
