# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for Aurora clusters and their members; botocore's own poll on after states that are final."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.api import members_filter

CLUSTER_STATES = "DBClusters[].Status"
WRITER = "DBClusters[].DBClusterMembers[] | [?IsClusterWriter].DBInstanceIdentifier"

# The states a cluster does not leave by itself. Source: "Viewing DB cluster status" in the Aurora user guide.
FAILED = [
    "cloning-failed",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-credentials",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-resource-limits",
    "migration-failed",
    "restore-error",
    "stopped",
    "storage-full",
]


class ClusterWaiters(BaseWaiterFactory):
    """The waiters ``available`` and ``deleted`` of a cluster."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        missing = "DBClusterNotFoundFault"
        return {
            "available": build_waiter("DescribeDBClusters", CLUSTER_STATES, "available", FAILED, missing),
            "deleted": build_waiter("DescribeDBClusters", CLUSTER_STATES, "deleted", [], missing),
        }


# The states an instance does not leave by itself. Source: "Viewing DB instance status" in the Aurora user guide.
INSTANCE_FAILED = [
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
    "stopped",
    "storage-full",
]


class MemberWaiters(BaseWaiterFactory):
    """The waiters ``available`` and ``deleted`` of members of a cluster, all of them at once."""

    def __init__(self, members: str, count: int) -> None:
        """:arg members: the JMESPath of the members in the answer of DescribeDBInstances
        :arg count: how many of them there must be to be ``available``
        """
        self._members, self._count = members, count
        super().__init__()

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        operation, missing = "DescribeDBInstances", "DBInstanceNotFound"
        states = f"{self._members}.DBInstanceStatus"
        available = build_waiter(operation, states, "available", INSTANCE_FAILED, missing)
        # A new instance may be unknown to the first describe calls; what has failed is known at once all the same.
        unknown = {"matcher": "path", "expected": True, "argument": f"length({states}) < `{self._count}`"}
        available["acceptors"].insert(len(INSTANCE_FAILED), {"state": "retry", **unknown})
        return {"available": available, "deleted": build_waiter(operation, states, "deleted", [], missing)}


class WriterWaiters(BaseWaiterFactory):
    """A waiter of the name of the instance that is to become the writer of a cluster."""

    def __init__(self, target: str) -> None:
        self._target = target
        super().__init__()

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {self._target: build_waiter("DescribeDBClusters", WRITER, self._target, [], "DBClusterNotFoundFault")}


def wait_for_cluster(client: Any, name: str, waiter: str, timeout: int) -> None:
    """Wait until the cluster is ``available`` or ``deleted``.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when it went to a failed state, and when the time is up
    """
    resource = f"database cluster {name}"
    wait(
        ClusterWaiters(),
        client,
        waiter,
        resource=resource,
        states=CLUSTER_STATES,
        timeout=timeout,
        DBClusterIdentifier=name,
    )


def wait_for_members_available(client: Any, name: str, instances: Collection[str], timeout: int) -> None:
    """Wait until these instances of the cluster are available, all in one wait.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when one of them went to a failed state, and when the time is up
    """
    _wait_for_members(client, name, "available", instances, timeout)


def wait_for_members_deleted(client: Any, name: str, timeout: int, instances: Collection[str] | None = None) -> None:
    """Wait until these instances of the cluster, or else all of them, are gone, for up to ``timeout`` seconds."""
    _wait_for_members(client, name, "deleted", instances, timeout)


def _wait_for_members(client: Any, name: str, waiter: str, instances: Collection[str] | None, timeout: int) -> None:
    chosen = "" if instances is None else f"?contains(`{json.dumps(sorted(instances))}`, DBInstanceIdentifier)"
    members = f"DBInstances[{chosen}]"
    wait(
        MemberWaiters(members, len(instances or [])),
        client,
        waiter,
        resource=f"the instances of database cluster {name}",
        states=f"{members}.join(' ', [DBInstanceIdentifier, DBInstanceStatus])",
        timeout=timeout,
        Filters=[members_filter(name)],
    )


def wait_for_writer(client: Any, name: str, target: str, timeout: int) -> None:
    """Wait until the instance ``target`` is the writer of the cluster, for up to ``timeout`` seconds."""
    resource = f"the writer of database cluster {name}"
    waiters = WriterWaiters(target)
    wait(waiters, client, target, resource=resource, states=WRITER, timeout=timeout, DBClusterIdentifier=name)
