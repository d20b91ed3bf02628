"""elasticache_replication_group with simulated AWS answers, for what the emulators cannot show.

``SimulatedAws`` stands in for the service: one replication group with its waiting states, AWS's refusals (busy, one
level of encryption in transit at a time, failover with one node) and the member that tells version and groups.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import botocore.client
import botocore.exceptions
import pytest
from botocore.validate import validate_parameters
from modules import ModuleResult, run_module

MODULE = "elasticache_replication_group"
NAME = "iot-redis-dev"
ARN = f"arn:aws:elasticache:ca-central-1:123456789012:replicationgroup:{NAME}"
KEY = "arn:aws:kms:ca-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-0123456789ab"
ACCOUNT = {"region": "ca-central-1", "access_key": "123456789012", "secret_key": "simulated-secret-key"}
VERSION = "a" * 36
TOKEN = "anAuthTokenOfThirtyTwoCharacters"
CREATE = {"engine": "redis", "engine_version": "7.0", "node_type": "cache.t3.micro", "num_cache_clusters": 2}
# What AWS adds to the versions that were asked for.
FULL_VERSIONS = {"7.0": "7.0.7", "7.1": "7.1.0", "7.2": "7.2.6", "8.0": "8.0.1", "8.1": "8.1.0"}
IN_GROUP = {
    "ReplicationGroupDescription": "Description",
    "Engine": "Engine",
    "CacheNodeType": "CacheNodeType",
    "SnapshotRetentionLimit": "SnapshotRetentionLimit",
    "SnapshotWindow": "SnapshotWindow",
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "TransitEncryptionEnabled": "TransitEncryptionEnabled",
    "TransitEncryptionMode": "TransitEncryptionMode",
    "KmsKeyId": "KmsKeyId",
    "AtRestEncryptionEnabled": "AtRestEncryptionEnabled",
}
SLOW = {"log_type": "slow-log", "log_group": "/iot/redis-slow-log-dev"}
ENGINE = {"log_type": "engine-log", "log_group": "/iot/redis-engine-log-dev", "log_format": "text"}
IN_MEMBER = {
    "CacheSubnetGroupName": "CacheSubnetGroupName",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "Engine": "Engine",
    "CacheNodeType": "CacheNodeType",
}
CHANGES = ("ModifyReplicationGroup", "IncreaseReplicaCount", "DecreaseReplicaCount", "DeleteReplicationGroup")
ENABLED = {True: "enabled", False: "disabled"}


def refusal(
    code: str, operation: str, status: int = 400, message: str = "simulated"
) -> botocore.exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(answer, operation)


class SimulatedAws:
    """One account with at most one replication group.

    ``states`` are the states of the next looks at the group, ``gone`` for none; after them it is available. ``after``
    are the states that each change begins with. ``faults`` are raised by the next calls of an operation.
    """

    def __init__(self) -> None:
        self.group: dict[str, Any] = {}
        self.member: dict[str, Any] = {}
        self.tags: dict[str, str] = {}
        self.states: list[str] = []
        self.after = ["modifying", "modifying"]
        self.faults: dict[str, list[Exception]] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.secret = json.dumps({"auth_token": TOKEN})
        self.stages = {VERSION: ["AWSCURRENT"]}

    def call(self, client: Any, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        validate_parameters(kwargs, client.meta.service_model.operation_model(operation).input_shape)
        if not operation.startswith(("Describe", "Get", "List")):
            self.requests.append(
                (operation, {key: value for key, value in kwargs.items() if key != "ReplicationGroupId"})
            )
        if self.faults.get(operation):
            raise self.faults[operation].pop(0)
        kwargs = copy.deepcopy(kwargs)
        if operation in CHANGES and self.states and self.states[0] != "create-failed":
            raise refusal("InvalidReplicationGroupState", operation)
        return getattr(self, operation)(operation, kwargs)

    def DescribeReplicationGroups(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        state = self.states.pop(0) if self.states else "available"
        if state == "gone":
            self.group = {}
        if not self.group:
            raise refusal("ReplicationGroupNotFoundFault", operation, 404)
        return {"ReplicationGroups": [{**self.group, "Status": state}]}

    def DescribeCacheClusters(self, _operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        assert kwargs["CacheClusterId"] == f"{NAME}-001"
        return {"CacheClusters": [self.member]}

    def DescribeCacheEngineVersions(self, _operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        versions = {"redis": ["6.2", "7.0", "7.1"], "valkey": ["7.2", "8.0", "8.10", "8.2"]}[kwargs["Engine"]]
        return {"CacheEngineVersions": [{"EngineVersion": version} for version in versions]}

    def GetSecretValue(self, _operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        assert kwargs["SecretId"] == "iot-redis-auth-dev"
        return {"SecretString": self.secret, "VersionId": VERSION, "CreatedDate": datetime(2026, 1, 1, tzinfo=UTC)}

    def DescribeSecret(self, _operation: str, _kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"Name": "iot-redis-auth-dev", "ARN": "arn", "VersionIdsToStages": copy.deepcopy(self.stages)}

    def UpdateSecretVersionStage(self, _operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "MoveToVersionId" in kwargs:
            self.stages[kwargs["MoveToVersionId"]].append(kwargs["VersionStage"])
        if "RemoveFromVersionId" in kwargs:
            self.stages[kwargs["RemoveFromVersionId"]].remove(kwargs["VersionStage"])
        return {}

    def ListTagsForResource(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if self.states:
            raise refusal("InvalidReplicationGroupState", operation)
        return {"TagList": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def AddTagsToResource(self, _operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        self.tags.update({item["Key"]: item["Value"] for item in kwargs["Tags"]})
        self.states = list(self.after)
        return {}

    def CreateReplicationGroup(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if self.group:
            raise refusal("ReplicationGroupAlreadyExists", operation)
        self.group = {"ReplicationGroupId": kwargs["ReplicationGroupId"], "ARN": ARN, "SnapshotRetentionLimit": 0}
        self.member = {"EngineVersion": "7.1.0", "CacheParameterGroup": {"CacheParameterGroupName": "default.redis7"}}
        self.tags = {item["Key"]: item["Value"] for item in kwargs.get("Tags", [])}
        self._nodes(kwargs.get("NumCacheClusters", 1))
        self._apply(kwargs)
        self.states = ["creating", "creating"]
        return {"ReplicationGroup": {**self.group, "Status": "creating"}}

    def ModifyReplicationGroup(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        levels = ["off", "preferred", "required"]
        before = levels.index(self._level())
        scheduled = {} if kwargs["ApplyImmediately"] else {"EngineVersion", "CacheNodeType"} & kwargs.keys()
        for field in scheduled:
            self.member.setdefault("PendingModifiedValues", {})[field] = FULL_VERSIONS.get(kwargs[field], kwargs[field])
        self._apply({key: value for key, value in kwargs.items() if key not in scheduled})
        if abs(levels.index(self._level()) - before) > 1:
            raise refusal(
                "InvalidParameterCombination", operation, message="transit encryption must be preferred first"
            )
        if self.group.get("AutomaticFailover") == "enabled" and len(self.group["MemberClusters"]) < 2:
            raise refusal("InvalidParameterCombination", operation, message="failover needs a replica")
        self.states = list(self.after)
        return {"ReplicationGroup": {}}

    def IncreaseReplicaCount(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if kwargs["NewReplicaCount"] < 1 and self.group.get("AutomaticFailover") == "enabled":
            raise refusal("InvalidParameterCombination", operation, message="failover needs a replica")
        self._nodes(kwargs["NewReplicaCount"] + 1)
        self.states = list(self.after)
        return {"ReplicationGroup": {}}

    DecreaseReplicaCount = IncreaseReplicaCount

    def DeleteReplicationGroup(self, _operation: str, _kwargs: dict[str, Any]) -> dict[str, Any]:
        self.states = ["deleting", "deleting", "gone"]
        return {"ReplicationGroup": {}}

    def _level(self) -> str:
        return (
            self.group.get("TransitEncryptionMode", "required") if self.group.get("TransitEncryptionEnabled") else "off"
        )

    def _nodes(self, count: int) -> None:
        names = [f"{NAME}-{number:03d}" for number in range(1, count + 1)]
        address = f"{NAME}.abc123.cac1.cache.amazonaws.com"
        self.group["MemberClusters"] = names
        self.group["NodeGroups"] = [
            {
                "NodeGroupMembers": [{"CacheClusterId": name} for name in names],
                "PrimaryEndpoint": {"Address": f"master.{address}", "Port": 6379},
                "ReaderEndpoint": {"Address": f"replica.{address}", "Port": 6379},
            }
        ]

    def _apply(self, kwargs: dict[str, Any]) -> None:
        if "AuthToken" in kwargs:
            self.group["AuthTokenEnabled"] = True
        if kwargs.get("AuthTokenUpdateStrategy") == "DELETE":
            assert kwargs["UserGroupIdsToAdd"], "AWS takes it only with a user group"
            self.group["AuthTokenEnabled"] = False
        removed = self.group.get("UserGroupIds", []) if kwargs.get("RemoveUserGroups") else []
        removed = [*removed, *kwargs.get("UserGroupIdsToRemove", [])]
        users = [*self.group.get("UserGroupIds", []), *kwargs.get("UserGroupIds", [])]
        users += kwargs.get("UserGroupIdsToAdd", [])
        self.group["UserGroupIds"] = [one for one in users if one not in removed]
        self.group.update({IN_GROUP[key]: value for key, value in kwargs.items() if key in IN_GROUP})
        self.member.update({IN_MEMBER[key]: value for key, value in kwargs.items() if key in IN_MEMBER})
        if "EngineVersion" in kwargs:
            self.member["EngineVersion"] = FULL_VERSIONS.get(kwargs["EngineVersion"], kwargs["EngineVersion"])
        if "CacheParameterGroupName" in kwargs:
            self.member["CacheParameterGroup"] = {"CacheParameterGroupName": kwargs["CacheParameterGroupName"]}
        logs = {one["LogType"]: one for one in self.group.get("LogDeliveryConfigurations", [])}
        logs.update({one["LogType"]: one for one in kwargs.get("LogDeliveryConfigurations", [])})
        self.group["LogDeliveryConfigurations"] = [one for one in logs.values() if one.pop("Enabled", True)]
        if "SecurityGroupIds" in kwargs:
            self.member["SecurityGroups"] = [{"SecurityGroupId": group} for group in kwargs["SecurityGroupIds"]]
        for key, field in (("AutomaticFailoverEnabled", "AutomaticFailover"), ("MultiAZEnabled", "MultiAZ")):
            if key in kwargs:
                self.group[field] = ENABLED[kwargs[key]]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, instead of sleeping."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> SimulatedAws:
    """An account without a group."""
    simulated = SimulatedAws()

    def call(client: Any, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        return simulated.call(client, operation, kwargs)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    return simulated


@pytest.fixture
def group(aws: SimulatedAws) -> SimulatedAws:
    """An account with a group of two nodes on Redis OSS 7.0, available."""
    run(**CREATE)
    aws.requests.clear()
    return aws


def run(*, check_mode: bool = False, **params: Any) -> ModuleResult:
    return run_module(MODULE, check_mode=check_mode, **{**ACCOUNT, "name": NAME, **params})


def test_creation_polls_on_while_creating(aws: SimulatedAws, slept: list[float]) -> None:
    result = run(**CREATE, tags={"Environment": "dev"})

    assert result["changed"] and result.writes == ["CreateReplicationGroup"] and slept == [5, 5]
    made = result["replication_group"]
    assert made["status"] == "available" and made["engine_version"] == "7.0.7" and made["arn"] == ARN
    assert made["member_clusters"] == [f"{NAME}-001", f"{NAME}-002"] and made["tags"] == {"Environment": "dev"}
    assert made["reader_endpoint"] == {"address": f"replica.{NAME}.abc123.cac1.cache.amazonaws.com", "port": 6379}


def test_second_run_makes_three_calls(group: SimulatedAws) -> None:
    result = run(**CREATE)

    assert not result["changed"]
    assert result.calls == ["DescribeReplicationGroups", "DescribeCacheClusters", "ListTagsForResource"]


def test_creation_that_fails_ends_the_wait_at_once(
    aws: SimulatedAws, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    create = aws.CreateReplicationGroup

    def failing(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        answer = create(operation, kwargs)
        aws.states = ["creating", "create-failed", "create-failed"]
        return answer

    monkeypatch.setattr(aws, "CreateReplicationGroup", failing)
    result = run(**CREATE)

    assert result["failed"] and slept == [5]
    assert f"replication group {NAME} went to state create-failed" in result["msg"]


def test_creation_past_the_timeout_names_resource_and_seconds(group: SimulatedAws, slept: list[float]) -> None:
    slept.clear()
    group.states = ["creating"] * 100
    result = run(**CREATE, wait_timeout=12)

    assert result["failed"] and sum(slept) <= 12
    assert f"replication group {NAME} did not become available within 12 seconds (wait_timeout)" in result["msg"]
    assert "its last state was creating" in result["msg"]


def test_creation_without_wait_says_creating(aws: SimulatedAws, slept: list[float]) -> None:
    result = run(**CREATE, tags={"Environment": "dev"}, wait=False)

    assert result["replication_group"]["status"] == "creating" and slept == []
    assert result["replication_group"]["tags"] == {"Environment": "dev"}


def test_creation_can_be_left_to_a_later_task(aws: SimulatedAws, slept: list[float]) -> None:
    asked = run(**CREATE, wait_for_creation=False)
    aws.states = ["creating", "creating", "creating"]
    later = {**CREATE, "node_type": "cache.t3.small"}
    again, waited = run(**later, wait_for_creation=False), run(**later)

    assert asked["changed"] and asked["replication_group"]["status"] == "creating"
    assert not again["changed"] and again["replication_group"]["status"] == "creating"
    assert waited["changed"] and waited.writes == ["ModifyReplicationGroup"]
    assert waited["replication_group"]["status"] == "available"


def test_only_creation_can_be_left_to_a_later_task(group: SimulatedAws, slept: list[float]) -> None:
    slept.clear()
    result = run(**{**CREATE, "node_type": "cache.t3.small"}, wait_for_creation=False)

    assert result["changed"] and result["replication_group"]["status"] == "available" and slept


def test_interrupted_creation_is_waited_for_and_completed(group: SimulatedAws) -> None:
    group.states = ["creating", "creating"]
    unchanged = run(**CREATE)
    group.states = ["creating", "creating"]
    changed = run(**{**CREATE, "node_type": "cache.t3.small"}, wait=False)

    assert not unchanged["changed"] and unchanged["replication_group"]["status"] == "available"
    assert changed.writes == ["ModifyReplicationGroup"]


def test_creation_whose_answer_was_lost_is_not_repeated(aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    create = aws.CreateReplicationGroup

    def lost(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        create(operation, kwargs)
        raise botocore.exceptions.ConnectionClosedError(endpoint_url="https://elasticache")

    monkeypatch.setattr(aws, "CreateReplicationGroup", lost)
    result = run(**CREATE)

    assert result["replication_group"]["status"] == "available" and result.writes == ["CreateReplicationGroup"]


def test_creation_that_was_throttled_is_repeated(aws: SimulatedAws) -> None:
    aws.faults["CreateReplicationGroup"] = [refusal("Throttling", "CreateReplicationGroup")]
    result = run(**CREATE)

    assert result["changed"] and result.writes == ["CreateReplicationGroup"] * 2


def test_group_being_deleted_is_created_anew(group: SimulatedAws) -> None:
    group.states = ["deleting", "deleting", "gone"]
    result = run(**CREATE)

    assert result["changed"] and result.writes == ["CreateReplicationGroup"]
    assert result["replication_group"]["status"] == "available"


def test_group_whose_creation_failed_is_not_touched(group: SimulatedAws) -> None:
    group.states = ["create-failed"]
    result = run(**CREATE)

    assert result["failed"] and result.writes == []
    assert f"replication group {NAME} is create-failed: delete it (state: absent)" in result["msg"]


@pytest.mark.parametrize(("state", "changed"), [("creating", False), ("deleting", True)])
def test_check_mode_does_not_wait(group: SimulatedAws, slept: list[float], state: str, changed: bool) -> None:
    slept.clear()
    group.states = [state]
    result = run(**CREATE, tags={}, check_mode=True)

    assert result["changed"] is changed and result.writes == [] and slept == []


@pytest.mark.parametrize(
    ("option", "value", "request_field", "sent"),
    [
        ("security_group_ids", ["sg-2", "sg-1", "sg-2"], "SecurityGroupIds", ["sg-1", "sg-2"]),
        ("cache_parameter_group_name", "iot-Params", "CacheParameterGroupName", "iot-params"),
        ("preferred_maintenance_window", "Sun:23:00-Mon:01:30", "PreferredMaintenanceWindow", "sun:23:00-mon:01:30"),
        ("auto_minor_version_upgrade", True, "AutoMinorVersionUpgrade", True),
        ("node_type", "cache.m7g.large", "CacheNodeType", "cache.m7g.large"),
    ],
)
def test_one_option_is_one_call(group: SimulatedAws, option: str, value: Any, request_field: str, sent: Any) -> None:
    first = run(**{option: value})
    second = run(**{option: value})

    assert first["changed"] and first["replication_group"][option] == sent
    assert group.requests == [("ModifyReplicationGroup", {request_field: sent, "ApplyImmediately": True})]
    assert not second["changed"]


@pytest.mark.parametrize(("asked", "sent"), [("7.1", "7.1"), ("8", None)])
def test_version_goes_up_in_place(group: SimulatedAws, asked: str, sent: str | None) -> None:
    result = run(engine_version=asked)

    if sent is None:
        assert result["failed"] and "engine_version is '8': AWS offers 6.2, 7.0, 7.1 for redis" in result["msg"]
        return
    expected = {"Engine": "redis", "EngineVersion": sent, "ApplyImmediately": True}
    assert group.requests == [("ModifyReplicationGroup", expected)]
    assert result["replication_group"]["engine_version"] == "7.1.0" and not run(engine_version=asked)["changed"]


@pytest.mark.parametrize("asked", ["7", "7.0"])
def test_version_that_is_met_changes_nothing(group: SimulatedAws, asked: str) -> None:
    assert not run(engine_version=asked)["changed"]


def test_redis_becomes_valkey_in_one_call(group: SimulatedAws) -> None:
    change = {"engine": "valkey", "engine_version": "8", "cache_parameter_group_name": "iot-valkey8"}
    result = run(**change)

    expected = {
        "Engine": "valkey",
        "EngineVersion": "8.10",
        "CacheParameterGroupName": "iot-valkey8",
        "ApplyImmediately": True,
    }
    assert group.requests == [("ModifyReplicationGroup", expected)]
    assert result["replication_group"]["engine"] == "valkey" and not run(**change)["changed"]


def test_valkey_needs_a_version_and_knows_no_way_back(group: SimulatedAws) -> None:
    without = run(engine="valkey")
    run(engine="valkey", engine_version="8.0")
    back = run(engine="redis", engine_version="7.1")

    assert without["failed"] and "engine_version is not given" in without["msg"] and without.writes == []
    assert back["failed"] and "AWS cannot turn a valkey group back" in back["msg"] and back.writes == []


def test_encryption_in_transit_goes_up_and_down_one_level_at_a_time(group: SimulatedAws) -> None:
    up, again = run(transit_encryption_enabled=True), run(transit_encryption_enabled=True)
    down = run(transit_encryption_enabled=False)

    at_once = {"ApplyImmediately": True}
    assert group.requests == [
        ("ModifyReplicationGroup", {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred", **at_once}),
        ("ModifyReplicationGroup", {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required", **at_once}),
        ("ModifyReplicationGroup", {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred", **at_once}),
        ("ModifyReplicationGroup", {"TransitEncryptionEnabled": False, **at_once}),
    ]
    assert up["replication_group"]["transit_encryption_mode"] == "required" and not again["changed"]
    assert down["replication_group"]["transit_encryption_mode"] is None


def test_encryption_in_transit_can_stop_at_preferred(group: SimulatedAws) -> None:
    wish = {"transit_encryption_enabled": True, "transit_encryption_mode": "preferred"}
    result = run(**wish)

    assert len(result.writes) == 1 and not run(**wish)["changed"]


def test_logs_are_sent_changed_and_ended_one_by_one(group: SimulatedAws) -> None:
    both = run(log_delivery=[SLOW, ENGINE])
    again = run(log_delivery=[ENGINE, SLOW])
    one = run(log_delivery=[{**SLOW, "log_format": "text"}])
    none = run(log_delivery=[])
    left = run()

    destination = {"DestinationType": "cloudwatch-logs", "Enabled": True}
    sent = [request["LogDeliveryConfigurations"] for _operation, request in group.requests]
    slow = {"CloudWatchLogsDetails": {"LogGroup": SLOW["log_group"]}}
    assert [log["LogType"] for log in sent[0]] == ["engine-log", "slow-log"]
    assert sent[0][1] == {**destination, "LogType": "slow-log", "LogFormat": "json", "DestinationDetails": slow}
    assert sent[1] == [
        {**destination, "LogType": "slow-log", "LogFormat": "text", "DestinationDetails": slow},
        {"LogType": "engine-log", "Enabled": False},
    ]
    assert sent[2] == [{"LogType": "slow-log", "Enabled": False}] and len(sent) == 3
    assert both["replication_group"]["log_delivery"] == [ENGINE, {**SLOW, "log_format": "json"}]
    assert one["changed"] and none["changed"] and not again["changed"] and not left["changed"]
    assert none["replication_group"]["log_delivery"] == []


def test_a_log_that_aws_failed_to_set_up_is_asked_for_again(group: SimulatedAws) -> None:
    run(log_delivery=[SLOW])
    group.group["LogDeliveryConfigurations"][0]["Status"] = "error"

    assert run(log_delivery=[SLOW])["changed"] and len(group.requests) == 2


def test_one_node_and_back_in_the_order_aws_accepts(group: SimulatedAws) -> None:
    two = {"num_cache_clusters": 2, "automatic_failover_enabled": True, "multi_az_enabled": True}
    one = {"num_cache_clusters": 1, "automatic_failover_enabled": False, "multi_az_enabled": False}
    run(**two)
    down, up = run(**one), run(**two, wait=False)

    assert down.writes == ["ModifyReplicationGroup", "DecreaseReplicaCount"]
    assert up.writes == ["IncreaseReplicaCount", "ModifyReplicationGroup"]
    assert group.requests[-2] == ("IncreaseReplicaCount", {"NewReplicaCount": 1, "ApplyImmediately": True})


def test_everything_at_once_waits_between_the_calls(group: SimulatedAws) -> None:
    result = run(
        description="All new",
        engine_version="7.1",
        node_type="cache.m7g.large",
        num_cache_clusters=3,
        security_group_ids=["sg-1"],
        transit_encryption_enabled=True,
        snapshot_retention_limit=3,
        tags={"Team": "iot"},
        wait=False,
    )

    assert not result.get("failed"), result["msg"]
    assert result.writes == [
        "AddTagsToResource",
        "IncreaseReplicaCount",
        *["ModifyReplicationGroup"] * 5,
    ]
    assert result["replication_group"]["status"] == "modifying" and not run(node_type="cache.m7g.large")["changed"]
    assert group.requests[-5][1]["SnapshottingClusterId"] == f"{NAME}-001"


def test_change_that_begins_late_is_waited_for(group: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS may call a group available, and show the old values, for some seconds after it took a change."""
    old = dict(group.group)
    group.after = []
    modify, describe = group.ModifyReplicationGroup, group.DescribeReplicationGroups
    answers: list[dict[str, Any]] = []

    def late(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        answer = modify(operation, kwargs)
        answers[:] = [{**old, "Status": "available"}, {**old, "Status": "modifying"}, {**old, "Status": "modifying"}]
        return answer

    def look(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"ReplicationGroups": [answers.pop(0)]} if answers else describe(operation, kwargs)

    monkeypatch.setattr(group, "ModifyReplicationGroup", late)
    monkeypatch.setattr(group, "DescribeReplicationGroups", look)
    result = run(description="Changed")

    assert result["replication_group"]["description"] == "Changed" and answers == []


def test_changes_can_wait_for_the_maintenance_window(group: SimulatedAws) -> None:
    wish = {"engine_version": "7.1", "node_type": "cache.t3.small"}
    first = run(**wish, apply_immediately=False)
    second = run(**wish, apply_immediately=False)
    at_once = run(**wish, check_mode=True)

    assert first["changed"] and first["replication_group"]["engine_version"] == "7.0.7"
    assert not second["changed"] and at_once["changed"]


def test_key_may_be_given_by_its_id(aws: SimulatedAws) -> None:
    run(**CREATE, at_rest_encryption_enabled=True, kms_key_id=KEY)
    same = run(at_rest_encryption_enabled=True, kms_key_id=KEY.rsplit("/", maxsplit=1)[-1])
    other = run(at_rest_encryption_enabled=True, kms_key_id=KEY.replace("0a1b", "ffff"))

    assert not same.get("failed") and not same["changed"]
    assert other["failed"] and f"kms_key_id is '{KEY}' on AWS" in other["msg"]


def test_removal_waits_until_it_is_gone(group: SimulatedAws, slept: list[float]) -> None:
    slept.clear()
    result = run(state="absent", final_snapshot_identifier="iot-last")

    assert result["changed"] and slept == [5, 5] and group.group == {}
    assert group.requests == [("DeleteReplicationGroup", {"FinalSnapshotIdentifier": "iot-last"})]


def test_removal_of_a_group_being_deleted_only_waits(group: SimulatedAws) -> None:
    group.states = ["deleting", "deleting", "gone"]
    result = run(state="absent")

    assert not result["changed"] and result.writes == [] and group.group == {}


@pytest.mark.parametrize("state", ["creating", "create-failed"])
def test_removal_of_an_unfinished_group(group: SimulatedAws, state: str) -> None:
    group.states = [state]
    result = run(state="absent")

    assert result["changed"] and result.writes == ["DeleteReplicationGroup"]


def test_removal_past_the_timeout_names_resource_and_seconds(group: SimulatedAws) -> None:
    group.states = ["deleting"] * 100
    result = run(state="absent", wait_timeout=7)

    assert f"replication group {NAME} did not become deleted within 7 seconds (wait_timeout)" in result["msg"]


def test_snapshot_of_that_name_is_one_sentence(group: SimulatedAws) -> None:
    fault = refusal("SnapshotAlreadyExistsFault", "DeleteReplicationGroup", message="Snapshot iot-last already exists")
    group.faults["DeleteReplicationGroup"] = [fault]
    result = run(state="absent", final_snapshot_identifier="iot-last")

    assert result["failed"] and result["msg"].endswith("SnapshotAlreadyExistsFault: Snapshot iot-last already exists")


def test_credentials_that_expire_during_a_wait_are_named(group: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    group.states = ["creating"] * 3
    describe: Callable[..., dict[str, Any]] = group.DescribeReplicationGroups

    def expiring(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(group.states) == 1:
            raise refusal("ExpiredToken", operation, 403)
        return describe(operation, kwargs)

    monkeypatch.setattr(group, "DescribeReplicationGroups", expiring)
    result = run(**CREATE)

    assert f"Failed to wait for replication group {NAME}: the AWS credentials have expired" in result["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a" * 41}, f"name is '{'a' * 41}' (41 characters): allowed are 1 to 40"),
        ({"name": "iot--dev"}, "name is 'iot--dev': allowed is letters, digits and single hyphens"),
        ({"name": "1iot"}, "name is '1iot': allowed is letters"),
        ({"description": ""}, "description is '' (0 characters)"),
        ({"engine": "memcached"}, "value of engine must be one of: redis, valkey, got: memcached"),
        ({"engine_version": "latest"}, "engine_version is 'latest': allowed is major or major.minor"),
        ({"engine_version": "7.0.7"}, "engine_version is '7.0.7': allowed is major or major.minor"),
        ({"node_type": "t3.micro"}, "node_type is 't3.micro': allowed is a cache node type"),
        ({"num_cache_clusters": 0}, "num_cache_clusters is 0: allowed is 1 to 6 nodes"),
        ({"num_cache_clusters": 7}, "num_cache_clusters is 7: allowed is 1 to 6 nodes"),
        ({"num_cache_clusters": "two"}, "argument 'num_cache_clusters' is of type str"),
        (
            {"num_cache_clusters": 1, "automatic_failover_enabled": True},
            "automatic_failover_enabled needs 2 to 6 nodes",
        ),
        ({"node_type": "cache.t1.micro", "automatic_failover_enabled": True}, "not offered on cache.t1"),
        ({"multi_az_enabled": True, "automatic_failover_enabled": False}, "it needs automatic_failover_enabled"),
        ({"num_node_groups": 501}, "num_node_groups is 501: allowed is 1 to 500 shards"),
        ({"num_node_groups": 3, "replicas_per_node_group": 6}, "replicas_per_node_group is 6: allowed is 0 to 5"),
        ({"num_node_groups": 100, "replicas_per_node_group": 5}, "replicas_per_node_group 5: allowed are 500 nodes"),
        ({"num_node_groups": 3, "automatic_failover_enabled": False}, "it needs automatic_failover_enabled"),
        ({"num_node_groups": 3, "replicas_per_node_group": 0, "multi_az_enabled": True}, "needs replicas"),
        ({"num_node_groups": 3, "num_cache_clusters": 2}, "parameters are mutually exclusive"),
        ({"replicas_per_node_group": 1}, "missing parameter(s) required by 'replicas_per_node_group': num_node_groups"),
        ({"port": 65536}, "port is 65536: allowed is 1 to 65535"),
        ({"security_group_ids": []}, "security_group_ids is []: at least one"),
        (
            {"security_group_ids": ["iot-redis-sg-dev"]},
            "security_group_ids is 'iot-redis-sg-dev': allowed is a security",
        ),
        ({"kms_key_id": KEY}, "it needs at_rest_encryption_enabled"),
        (
            {"kms_key_id": "alias/iot", "at_rest_encryption_enabled": True},
            "kms_key_id is 'alias/iot': allowed is the ARN",
        ),
        ({"transit_encryption_mode": "required"}, "it needs transit_encryption_enabled"),
        (
            {
                "transit_encryption_enabled": True,
                "transit_encryption_mode": "preferred",
                "auth_token_secret": "iot-redis-auth-dev",
            },
            "transit_encryption_mode is 'preferred': allowed with auth_token_secret is required",
        ),
        ({"user_group_ids": ["one", "two"]}, "user_group_ids has 2 user groups: allowed is one"),
        ({"user_group_ids": ["a--b"]}, "user_group_ids is 'a--b': allowed is letters"),
        (
            {"user_group_ids": ["one"], "auth_token_secret": "iot-redis-auth-dev"},
            "user_group_ids is given with auth_token_secret: allowed is one of them",
        ),
        (
            {"user_group_ids": ["one"], "transit_encryption_enabled": False},
            "user_group_ids is 'one': it needs transit_encryption_enabled",
        ),
        ({"log_delivery": [SLOW, SLOW]}, "log_delivery has slow-log 2 times: allowed is each log once"),
        (
            {"log_delivery": [{**SLOW, "log_group": "/iot/a b"}]},
            "log_delivery.log_group is '/iot/a b': allowed is 1 to 512",
        ),
        ({"snapshot_retention_limit": 36}, "snapshot_retention_limit is 36: allowed is 0 to 35 days"),
        ({"snapshot_window": "24:00-01:00"}, "snapshot_window is '24:00-01:00': allowed is hh:mm-hh:mm"),
        ({"snapshot_window": "23:30-00:00"}, "at least 60 minutes long"),
        ({"preferred_maintenance_window": "sun:05:00-sun:05:30"}, "at least 60 minutes long"),
        ({"preferred_maintenance_window": "sunday:05:00-06:00"}, "allowed is ddd:hh:mm-ddd:hh:mm"),
        ({"state": "absent", "final_snapshot_identifier": "last-"}, "final_snapshot_identifier is 'last-'"),
        ({"wait_timeout": 0}, "wait_timeout is 0: allowed is 1 to 86400 seconds"),
        ({"tags": {"aws:x": "y"}}, "tags has the key 'aws:x'"),
    ],
)
def test_bad_options_are_refused_before_any_call(aws: SimulatedAws, options: dict[str, Any], message: str) -> None:
    result = run(**options)

    assert result["failed"] and message in result["msg"] and result.calls == []


SECRET = {"auth_token_secret": "iot-redis-auth-dev", "transit_encryption_enabled": True}


def test_a_new_group_has_its_token_from_the_start(aws: SimulatedAws) -> None:
    made = run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **SECRET)
    again = run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **SECRET)

    ((operation, request),) = aws.requests
    assert operation == "CreateReplicationGroup" and request["AuthToken"] == TOKEN
    assert made["replication_group"]["auth_token_enabled"] and not again["changed"]
    assert TOKEN not in made.output + again.output and made["diff"]["after"]["auth_token_enabled"] is True


def test_a_live_group_takes_its_token_beside_none_and_then_alone(aws: SimulatedAws) -> None:
    run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, transit_encryption_enabled=True)
    aws.requests.clear()
    planned = run_module(MODULE, check_mode=True, **ACCOUNT, name=NAME, **CREATE, **SECRET)
    assert planned["changed"] and aws.requests == []
    changed = run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **SECRET)

    sent = [request for operation, request in aws.requests if operation == "ModifyReplicationGroup"]
    assert [request["AuthTokenUpdateStrategy"] for request in sent] == ["ROTATE", "SET"]
    assert {request["AuthToken"] for request in sent} == {TOKEN} and aws.stages == {VERSION: ["AWSCURRENT"]}
    assert planned["diff"] == changed["diff"] and changed["diff"]["after"] == {"auth_token_enabled": True}
    assert TOKEN not in changed.output


def test_a_token_whose_second_step_was_cut_off_is_completed(aws: SimulatedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    run(**CREATE, transit_encryption_enabled=True)
    refused = refusal("InvalidParameterValue", "ModifyReplicationGroup", message="token refused")
    modify, left = aws.ModifyReplicationGroup, [None, refused]

    def cut_off(operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if fault := left.pop(0):
            raise fault
        return modify(operation, kwargs)

    with monkeypatch.context() as during:
        during.setattr(aws, "ModifyReplicationGroup", cut_off)
        assert run(**CREATE, **SECRET)["failed"] and aws.stages == {VERSION: ["AWSCURRENT", "AWSPENDING"]}
    aws.requests.clear()
    assert not run(**CREATE, **SECRET)["changed"], "AWS does not tell that the second step is missing"
    options = {"name": NAME, "secret": "iot-redis-auth-dev", "complete_only": True}
    completed = run_module("elasticache_rotation", **ACCOUNT, **options)
    again = run_module("elasticache_rotation", **ACCOUNT, **options)

    strategies = [request.get("AuthTokenUpdateStrategy") for _operation, request in aws.requests]
    assert completed["changed"] and completed["rotation"]["resumed"] and strategies == ["SET", None]
    assert aws.stages == {VERSION: ["AWSCURRENT"]} and not again["changed"] and again.writes == []


def test_a_token_that_is_there_stays_without_the_option(aws: SimulatedAws) -> None:
    run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **SECRET)

    assert not run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, transit_encryption_enabled=True)["changed"]


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        ('{"auth_token": "too-short"}', "is no auth token: allowed are 16 to 128"),
        ('{"auth_token": "has@characters-that-aws-refuses"}', "is no auth token"),
        ('{"password": "x"}', "whose value has a JSON field 'auth_token'"),
        ("no json", "whose value has a JSON field 'auth_token'"),
    ],
)
def test_a_secret_without_a_token_makes_nothing(aws: SimulatedAws, secret: str, message: str) -> None:
    aws.secret = secret
    result = run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **SECRET)

    assert result["failed"] and message in result["msg"] and aws.requests == []
    assert "too-short" not in result.output and "has@characters" not in result.output


USERS = {"user_group_ids": ["iot-Redis-users-dev"], "transit_encryption_enabled": True}


def test_a_new_group_has_its_users_from_the_start(aws: SimulatedAws) -> None:
    made = run(**CREATE, **USERS)

    ((operation, request),) = aws.requests
    assert operation == "CreateReplicationGroup" and request["UserGroupIds"] == ["iot-redis-users-dev"]
    assert made["replication_group"]["user_group_ids"] == ["iot-redis-users-dev"]
    assert not run(**CREATE, **USERS)["changed"] and not run(**CREATE)["changed"]


def test_token_and_users_take_each_others_place_in_one_step(aws: SimulatedAws) -> None:
    run(**CREATE, **SECRET)
    aws.requests.clear()
    planned = run(**CREATE, **USERS, check_mode=True)
    to_users, again = run(**CREATE, **USERS), run(**CREATE, **USERS)
    to_token = run(**CREATE, **SECRET, user_group_ids=[])

    assert [request for _operation, request in aws.requests] == [
        {
            "UserGroupIdsToAdd": ["iot-redis-users-dev"],
            "AuthTokenUpdateStrategy": "DELETE",
            "ApplyImmediately": True,
        },
        {"RemoveUserGroups": True, "AuthToken": TOKEN, "AuthTokenUpdateStrategy": "SET", "ApplyImmediately": True},
    ]
    assert planned["diff"] == to_users["diff"] and not again["changed"]
    assert to_users["diff"]["after"] == {"auth_token_enabled": False, "user_group_ids": ["iot-redis-users-dev"]}
    assert to_token["replication_group"]["auth_token_enabled"] and TOKEN not in to_token.output


def test_users_of_a_live_group_are_replaced_and_taken_away(group: SimulatedAws) -> None:
    run(**USERS)
    run(user_group_ids=["other"])
    run(user_group_ids=[])

    assert [request for operation, request in group.requests if "UserGroup" in str(request)] == [
        {"UserGroupIdsToAdd": ["iot-redis-users-dev"], "ApplyImmediately": True},
        {"UserGroupIdsToAdd": ["other"], "UserGroupIdsToRemove": ["iot-redis-users-dev"], "ApplyImmediately": True},
        {"RemoveUserGroups": True, "ApplyImmediately": True},
    ]


def test_a_token_needs_encryption_in_transit(aws: SimulatedAws) -> None:
    options = {**SECRET, "transit_encryption_enabled": False}
    result = run_module(MODULE, **ACCOUNT, name=NAME, **CREATE, **options)

    assert result["failed"] and "it needs transit_encryption_enabled" in result["msg"] and aws.requests == []
