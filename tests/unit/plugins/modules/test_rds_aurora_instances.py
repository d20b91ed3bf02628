"""rds_aurora_instances with simulated AWS answers, for what the emulators cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from modules import ModuleResult, run_module
from simulated import CONNECTION, SimulatedAWS, error

CLUSTER = "iot"
EXISTS = error("DBInstanceAlreadyExists", "DB instance already exists")
CLUSTER_BUSY = error("InvalidDBClusterStateFault", "cluster is creating")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SimulatedAWS:
    simulated = SimulatedAWS(monkeypatch)
    simulated.answers = {operation: [{}] for operation in ("CreateDBInstance", "ModifyDBInstance", "DeleteDBInstance")}
    return simulated


def instance(name: str, status: str = "available", **fields: Any) -> dict[str, Any]:
    """A described instance of the cluster."""
    placed = {} if status == "creating" else {"AvailabilityZone": "ca-central-1a"}
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"arn:aws:rds:ca-central-1:123456789012:db:{name}",
        "DBInstanceStatus": status,
        "DBClusterIdentifier": CLUSTER,
        "DBInstanceClass": "db.serverless",
        "Engine": "aurora-postgresql",
        "PubliclyAccessible": False,
        "PromotionTier": 1,
        **placed,
        **fields,
    }


def members(**states: str) -> dict[str, Any]:
    """An answer of DescribeDBInstances: the state of each instance."""
    return {"DBInstances": [instance(name, state) for name, state in states.items()]}


def cluster(writer: str, *readers: str, status: str = "available") -> dict[str, Any]:
    """An answer of DescribeDBClusters."""
    found = [{"DBInstanceIdentifier": name, "IsClusterWriter": name == writer} for name in (writer, *readers)]
    return {
        "DBClusters": [
            {"DBClusterIdentifier": CLUSTER, "Status": status, "Engine": "aurora-postgresql", "DBClusterMembers": found}
        ]
    }


def run(*names: str, check_mode: bool = False, **options: Any) -> ModuleResult:
    wanted = {"db_cluster_identifier": CLUSTER, "instances": [{"name": name} for name in names]}
    return run_module("rds_aurora_instances", check_mode=check_mode, **CONNECTION, **{**wanted, **options})


def named(aws: SimulatedAWS, operation: str) -> list[str]:
    """The instances that an operation was called for."""
    return [request["DBInstanceIdentifier"] for request in aws.sent(operation)]


def test_all_new_instances_are_asked_for_and_waited_for_together(aws: SimulatedAWS) -> None:
    names = [f"i{number}" for number in range(10)]
    creating, ready = (members(**dict.fromkeys(names, state)) for state in ("creating", "available"))
    half = members(**dict.fromkeys(names[:5], "available"), **dict.fromkeys(names[5:], "creating"))
    aws.answers["DescribeDBInstances"] = [members(), members(), members(i0="available"), creating, half, ready]
    result = run(*names)

    assert result["changed"] and len(result["instances"]) == 10
    assert {item["status"] for item in result["instances"]} == {"available"}
    assert aws.operations[2:12] == ["CreateDBInstance"] * 10 and named(aws, "CreateDBInstance") == names
    assert set(aws.operations[12:]) == {"DescribeDBInstances"} and aws.slept == [5, 5, 5]


def test_the_request_of_a_new_instance(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), members(a="available")]
    settings = {
        "availability_zone": "ca-central-1a",
        "promotion_tier": 0,
        "auto_minor_version_upgrade": False,
        "db_parameter_group_name": "Custom",
        "preferred_maintenance_window": "Sun:05:00-Sun:06:00",
    }
    run(instances=[{"name": "A", **settings}], tags={"Environment": "dev"}, engine="aurora-postgresql")

    assert aws.sent("CreateDBInstance") == [
        {
            "DBInstanceIdentifier": "a",
            "DBClusterIdentifier": CLUSTER,
            "Engine": "aurora-postgresql",
            "DBInstanceClass": "db.serverless",
            "AvailabilityZone": "ca-central-1a",
            "PromotionTier": 0,
            "PubliclyAccessible": False,
            "AutoMinorVersionUpgrade": False,
            "DBParameterGroupName": "custom",
            "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
            "Tags": [{"Key": "Environment", "Value": "dev"}, {"Key": "Name", "Value": "a"}],
        }
    ]


@pytest.mark.parametrize("state", ["failed", "incompatible-network", "insufficient-capacity"])
def test_a_failed_instance_ends_the_wait_at_once_and_is_named(aws: SimulatedAWS, state: str) -> None:
    aws.answers["DescribeDBInstances"] = [
        members(),
        members(),
        members(a="creating", b="creating"),
        members(a="creating", b=state),
    ]
    result = run("a", "b")

    assert result["failed"] and len(aws.slept) == 1
    assert f"the instances of database cluster {CLUSTER} went to state a creating, b {state}" in result["msg"]


def test_a_failed_instance_fails_a_run_that_changes_nothing(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="available", b="failed")]
    result = run("a", "b")

    assert result["failed"] and "went to state b failed" in result["msg"] and aws.slept == []


def test_a_failed_instance_that_is_not_wanted_is_removed(aws: SimulatedAWS) -> None:
    both = members(a="available", b="failed")
    aws.answers["DescribeDBInstances"] = [both, members(a="available", b="deleting"), members(a="available")]
    aws.answers["DescribeDBClusters"] = [cluster("a", "b")]

    assert run("a")["changed"] and named(aws, "DeleteDBInstance") == ["b"]


def test_a_timeout_names_states_and_seconds(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), members(a="creating", b="available")]
    result = run("a", "b", wait_timeout=60)

    assert f"the instances of database cluster {CLUSTER} did not become available within 60 seconds" in result["msg"]
    assert "its last state was a creating, b available" in result["msg"] and sum(aws.slept) == 60


def test_nothing_is_waited_for_when_not_asked_to(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), members(a="creating")]
    result = run("a", wait=False)

    assert result["instances"][0]["status"] == "creating" and result["instances"][0]["endpoint"] is None
    assert aws.slept == [] and len(aws.operations) == 4


def test_a_cluster_still_creating_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), members(a="available", b="available")]
    aws.answers["CreateDBInstance"] = [CLUSTER_BUSY, CLUSTER_BUSY, {}]
    creating = cluster("a", status="creating")
    aws.answers["DescribeDBClusters"] = [creating, creating, cluster("a")]
    result = run("a", "b")

    assert result["changed"] and named(aws, "CreateDBInstance") == ["a", "a", "a", "b"]
    assert aws.operations.count("DescribeDBClusters") == 4


def test_a_cluster_that_never_takes_an_instance_ends_at_the_timeout(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members()]
    aws.answers["CreateDBInstance"] = [CLUSTER_BUSY]
    aws.answers["DescribeDBClusters"] = [cluster("a")]
    result = run("a", wait_timeout=30)

    assert "Failed to create database instance a: InvalidDBClusterStateFault" in result["msg"]
    assert sum(aws.slept) == 30


def test_a_stopped_cluster_fails_at_once(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members()]
    aws.answers["CreateDBInstance"] = [CLUSTER_BUSY]
    aws.answers["DescribeDBClusters"] = [cluster("a", status="stopped")]
    result = run("a")

    assert f"database cluster {CLUSTER} went to state stopped" in result["msg"] and aws.slept == []


def test_a_creation_whose_answer_was_lost_goes_on(aws: SimulatedAWS) -> None:
    creating, ready = members(a="creating"), members(a="available", b="available")
    aws.answers["DescribeDBInstances"] = [members(), members(), creating, creating, ready]
    aws.answers["CreateDBInstance"] = [EXISTS, {}]
    result = run("a", "b")

    assert result["changed"] and named(aws, "CreateDBInstance") == ["a", "b"]
    assert [diff["action"] for diff in result["diff"]] == ["create", "create"]


def test_a_name_taken_meanwhile_elsewhere_is_an_error(aws: SimulatedAWS) -> None:
    taken = {"DBInstances": [instance("a", DBClusterIdentifier="other")]}
    aws.answers["DescribeDBInstances"] = [members(), members(), taken]
    aws.answers["CreateDBInstance"] = [EXISTS]
    result = run("a")

    assert "a database instance of this name exists in database cluster other" in result["msg"]


def test_an_interrupted_creation_is_completed(aws: SimulatedAWS) -> None:
    ready = members(a="available", b="available")
    aws.answers["DescribeDBInstances"] = [members(a="creating"), members(), members(a="creating", b="creating"), ready]
    result = run("a", "b")

    assert named(aws, "CreateDBInstance") == ["b"] and len(result["diff"]) == 1
    assert [item["status"] for item in result["instances"]] == ["available", "available"]


def test_a_busy_instance_is_waited_for_without_a_change(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="creating"), members(a="creating"), members(a="available")]
    result = run("a")

    assert not result["changed"] and result["instances"][0]["status"] == "available" and len(aws.slept) == 1


def test_creation_can_be_left_to_a_later_task(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), members(a="creating")]
    asked = run("a", wait_for_creation=False)
    again = run("a", wait_for_creation=False, tags={"Environment": "dev"})
    aws.answers["DescribeDBInstances"] = [members(a="creating"), members(a="creating"), members(a="available")]
    waited = run("a")

    assert [result["changed"] for result in (asked, again, waited)] == [True, False, False]
    assert [result["instances"][0]["status"] for result in (asked, again, waited)] == [
        "creating",
        "creating",
        "available",
    ]
    assert aws.operations.count("CreateDBInstance") == 1 and aws.slept == [5]


def test_only_creation_can_be_left_to_a_later_task(aws: SimulatedAWS) -> None:
    ready = {"DBInstances": [instance("a", PubliclyAccessible=True)]}
    aws.answers["DescribeDBInstances"] = [ready, members(a="modifying"), members(a="modifying"), members(a="available")]
    result = run("a", wait_for_creation=False)

    assert result["changed"] and result["instances"][0]["status"] == "available" and aws.slept


def test_a_busy_instance_is_compared_when_aws_is_done(aws: SimulatedAWS) -> None:
    large = {"DBInstances": [instance("a", DBInstanceClass="db.r6g.large")]}
    aws.answers["DescribeDBInstances"] = [members(a="modifying"), members(a="modifying"), large]
    wanted = {"instances": [{"name": "a", "instance_class": "db.r6g.large"}]}
    result = run(**wanted)

    assert not result["changed"] and "ModifyDBInstance" not in aws.operations


def test_an_instance_being_created_has_no_zone_to_compare(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="creating")]
    wanted = {"instances": [{"name": "a", "availability_zone": "ca-central-1b"}]}

    assert not run(**wanted, check_mode=True)["changed"]
    aws.answers["DescribeDBInstances"] = [members(a="creating"), members(a="available")]
    assert "a.availability_zone is 'ca-central-1a' on AWS and 'ca-central-1b' is wanted" in run(**wanted)["msg"]


def test_an_instance_being_deleted_is_created_anew(aws: SimulatedAWS) -> None:
    deleting = members(a="available", b="deleting")
    aws.answers["DescribeDBInstances"] = [deleting, deleting]
    planned = run("a", "b", check_mode=True)
    ready = members(a="available", b="available")
    gone = members(a="available")
    aws.answers["DescribeDBInstances"] = [deleting, deleting, gone, gone, members(), ready]
    aws.requests.clear()
    result = run("a", "b")

    assert planned["diff"] == result["diff"] and [diff["action"] for diff in planned["diff"]] == ["create"]
    assert aws.operations[:6] == ["DescribeDBInstances"] * 5 + ["CreateDBInstance"]
    assert named(aws, "CreateDBInstance") == ["b"] and len(planned["instances"]) == len(result["instances"]) == 2


def test_an_unlisted_instance_being_deleted_is_no_change(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="available", b="deleting")]
    result = run("a")

    assert not result["changed"] and [item["name"] for item in result["instances"]] == ["a"]
    assert aws.operations == ["DescribeDBInstances"]


def test_a_modification_begins_late(aws: SimulatedAWS) -> None:
    before, after = members(a="available"), {"DBInstances": [instance("a", PromotionTier=2)]}
    aws.answers["DescribeDBInstances"] = [before, before, before, members(a="modifying"), after]
    result = run(instances=[{"name": "a", "promotion_tier": 2}])

    assert aws.sent("ModifyDBInstance") == [{"DBInstanceIdentifier": "a", "PromotionTier": 2, "ApplyImmediately": True}]
    assert result["instances"][0]["promotion_tier"] == 2 and len(aws.slept) == 2


def test_a_change_that_waits_for_the_window_is_made_at_once_when_asked_to(aws: SimulatedAWS) -> None:
    pending = {"DBInstances": [instance("a", PendingModifiedValues={"DBInstanceClass": "db.r6g.large"})]}
    large = {"DBInstances": [instance("a", DBInstanceClass="db.r6g.large")]}
    wanted = {"instances": [{"name": "a", "instance_class": "db.r6g.large"}]}
    aws.answers["DescribeDBInstances"] = [pending]
    assert not run(**wanted, apply_immediately=False)["changed"]

    aws.answers["DescribeDBInstances"] = [pending, large]
    assert run(**wanted)["changed"] and aws.sent("ModifyDBInstance")[0]["ApplyImmediately"] is True


def test_a_busy_instance_is_asked_again(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="available"), {"DBInstances": [instance("a", PromotionTier=2)]}]
    aws.answers["ModifyDBInstance"] = [error("InvalidDBInstanceState", "modifying"), {}]

    assert run(instances=[{"name": "a", "promotion_tier": 2}])["changed"]
    assert aws.operations.count("ModifyDBInstance") == 2


def test_the_writer_is_replaced_before_it_is_removed(aws: SimulatedAWS) -> None:
    new = [
        instance("low", PromotionTier=3),
        instance("first", PromotionTier=0),
        instance("asleep", "stopped", PromotionTier=0),
    ]
    all_of_them = {"DBInstances": [instance("old"), instance("reader"), *new]}
    aws.answers["DescribeDBInstances"] = [
        members(old="available", reader="available", asleep="stopped"),
        members(),
        members(old="available", reader="available", low="creating", first="creating", asleep="stopped"),
        all_of_them,
        all_of_them,
        {"DBInstances": [instance("old", "deleting"), *new]},
        {"DBInstances": new},
    ]
    aws.answers["DescribeDBClusters"] = [cluster("old", "first"), cluster("old", "first"), cluster("first", "old")]
    aws.answers["FailoverDBCluster"] = [CLUSTER_BUSY, {}]
    tiers = [{"name": "low", "promotion_tier": 3}, {"name": "first", "promotion_tier": 0}, {"name": "asleep"}]
    result = run(instances=tiers)

    assert aws.sent("FailoverDBCluster")[-1] == {"DBClusterIdentifier": CLUSTER, "TargetDBInstanceIdentifier": "first"}
    order = [name for name in aws.operations if not name.startswith("DescribeDBInstances")]
    assert order == [
        *["CreateDBInstance"] * 2,
        "DescribeDBClusters",
        *["FailoverDBCluster"] * 2,
        *["DescribeDBClusters"] * 2,
        *["DeleteDBInstance"] * 2,
    ]
    assert sorted(named(aws, "DeleteDBInstance")) == ["old", "reader"]
    assert [item["name"] for item in result["instances"]] == ["asleep", "first", "low"]


def test_a_failover_that_does_not_end_keeps_the_writer(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(old="available", new="available")]
    aws.answers["DescribeDBClusters"] = [cluster("old", "new")]
    aws.answers["FailoverDBCluster"] = [{}]
    result = run("new", wait_timeout=20)

    assert f"the writer of database cluster {CLUSTER} did not become new within 20 seconds" in result["msg"]
    assert "its last state was old" in result["msg"] and "DeleteDBInstance" not in aws.operations


def test_a_new_instance_is_awaited_before_the_writer_is_removed_even_without_wait(aws: SimulatedAWS) -> None:
    both = members(old="available", new="available")
    aws.answers["DescribeDBInstances"] = [
        members(old="available"),
        members(),
        members(old="available", new="creating"),
        both,
        both,
        members(old="deleting", new="available"),
    ]
    aws.answers["DescribeDBClusters"] = [cluster("old", "new"), cluster("new", "old")]
    aws.answers["FailoverDBCluster"] = [{}]
    result = run("new", wait=False)

    assert aws.slept == [5] and named(aws, "DeleteDBInstance") == ["old"]
    assert aws.operations[-2:] == ["DeleteDBInstance", "DescribeDBInstances"]
    assert [item["name"] for item in result["instances"]] == ["new"]


def test_the_kept_writer_is_not_touched(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="available", b="available"), members(a="available")]
    aws.answers["DescribeDBClusters"] = [cluster("a", "b")]
    run("a")

    assert "FailoverDBCluster" not in aws.operations and named(aws, "DeleteDBInstance") == ["b"]
    assert aws.operations.count("DescribeDBClusters") == 1


def test_all_are_removed_the_writer_last_and_waited_for_together(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [
        members(a="available", b="available", c="available", d="deleting"),
        members(a="deleting", b="deleting", c="deleting"),
        members(a="deleting"),
        members(),
    ]
    aws.answers["DescribeDBClusters"] = [cluster("a", "b", "c")]
    aws.answers["DeleteDBInstance"] = [error("InvalidDBInstanceState", "Instance b is already being deleted."), {}]
    result = run(state="absent", instances=None)

    assert named(aws, "DeleteDBInstance") == ["b", "c", "a"] and "FailoverDBCluster" not in aws.operations
    assert all(request["SkipFinalSnapshot"] for request in aws.sent("DeleteDBInstance"))
    assert len(result["diff"]) == 3 and aws.slept == [5, 5] and result["instances"] == []


def test_a_removal_under_way_is_only_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(a="deleting"), members(a="deleting"), members()]
    result = run(state="absent", instances=None)

    assert not result["changed"] and set(aws.operations) == {"DescribeDBInstances"} and len(aws.slept) == 1


def test_a_cluster_that_aws_does_not_know_has_no_instances(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [error("DBClusterNotFoundFault", "not found", 404)]

    assert not run(state="absent", instances=None)["changed"]
    assert [diff["action"] for diff in run("a", check_mode=True)["diff"]] == ["create"]


def test_all_pages_are_read(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [{**members(a="available"), "Marker": "more"}, members(b="available")]

    assert not run("a", "b")["changed"] and aws.sent("DescribeDBInstances")[1]["Marker"] == "more"


ROLE = "arn:aws:iam::123456789012:role/iot-rds-monitoring-ca-central-1-dev"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WATCHED = {
    "name": "a",
    "monitoring_interval": 60,
    "monitoring_role_arn": ROLE,
    "performance_insights_enabled": True,
    "performance_insights_retention_period": 31,
    "performance_insights_kms_key_id": KEY,
}
NEW_ROLE = error(
    "InvalidParameterValue",
    "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
)


def watched(**fields: Any) -> dict[str, Any]:
    """An answer of DescribeDBInstances with all that WATCHED asks for, but for the fields."""
    on = {
        "MonitoringInterval": 60,
        "MonitoringRoleArn": ROLE,
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": 31,
        "PerformanceInsightsKMSKeyId": KEY,
    }
    return {"DBInstances": [instance("a", **{**on, **fields})]}


def test_a_role_made_a_moment_ago_is_waited_for(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [members(), members(), watched()]
    aws.answers["CreateDBInstance"] = [NEW_ROLE, NEW_ROLE, {}]
    assert run(instances=[WATCHED])["changed"] and aws.slept[:2] == [1, 2]

    aws.answers["DescribeDBInstances"] = [members(a="available"), watched()]
    aws.answers["ModifyDBInstance"] = [NEW_ROLE, {}]
    assert run(instances=[WATCHED])["changed"] and len(aws.sent("ModifyDBInstance")) == 2


def test_a_role_that_stays_unknown_fails_after_a_minute(aws: SimulatedAWS) -> None:
    aws.answers |= {"DescribeDBInstances": [members()], "CreateDBInstance": [NEW_ROLE]}

    assert "ENHANCED_MONITORING" in run(instances=[WATCHED])["msg"] and 60 <= sum(aws.slept) < 80


def test_another_invalid_parameter_fails_at_once(aws: SimulatedAWS) -> None:
    aws.answers |= {"DescribeDBInstances": [members()], "CreateDBInstance": [error("InvalidParameterValue", "other")]}

    assert "other" in run(instances=[WATCHED])["msg"] and aws.slept == []


def test_monitoring_and_insights_are_compared_and_the_key_by_any_of_its_names(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [watched()]
    by_id = {**WATCHED, "performance_insights_kms_key_id": KEY.rsplit("/", 1)[-1]}

    assert not run(instances=[WATCHED])["changed"] and not run(instances=[by_id])["changed"]


def test_the_key_of_insights_cannot_change(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [watched()]
    result = run(instances=[{**WATCHED, "performance_insights_kms_key_id": KEY.replace("1234", "5678")}])

    assert f"a.performance_insights_kms_key_id is '{KEY}' on AWS and" in result["msg"] and result.writes == []
    assert "keep the key, or give the instance another name" in result["msg"]


def test_insights_are_turned_on_with_their_key_and_off_again(aws: SimulatedAWS) -> None:
    aws.answers["DescribeDBInstances"] = [watched(PerformanceInsightsEnabled=False), watched()]
    run(instances=[WATCHED])
    aws.answers["DescribeDBInstances"] = [watched(), watched(PerformanceInsightsEnabled=False)]
    run(instances=[{"name": "a", "performance_insights_enabled": False}])

    on, off = aws.sent("ModifyDBInstance")
    assert on["EnablePerformanceInsights"] is True and on["PerformanceInsightsKMSKeyId"] == KEY
    assert off == {"DBInstanceIdentifier": "a", "ApplyImmediately": True, "EnablePerformanceInsights": False}
