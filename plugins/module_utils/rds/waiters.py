# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for Aurora clusters and their members; botocore's own poll on after states that are final."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.api import members_filter

CLUSTER_STATES = "DBClusters[].Status"
MEMBER_STATES = "DBInstances[].DBInstanceStatus"

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


class MemberWaiters(BaseWaiterFactory):
    """The waiter ``deleted`` of all members of a cluster."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {
            "deleted": build_waiter("DescribeDBInstances", MEMBER_STATES, "deleted", ["failed"], "DBInstanceNotFound")
        }


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


def wait_for_members_deleted(client: Any, name: str, timeout: int) -> None:
    """Wait until all instances of the cluster are gone, for up to ``timeout`` seconds."""
    resource = f"the instances of database cluster {name}"
    filters = [members_filter(name)]
    wait(MemberWaiters(), client, "deleted", resource=resource, states=MEMBER_STATES, timeout=timeout, Filters=filters)
