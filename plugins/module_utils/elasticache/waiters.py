# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for replication groups, users and user groups. botocore's own give up after 10 minutes and poll on after ``create-failed``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import (
    POLL_SECONDS,
    build_waiter,
    wait,
)

STATES = "ReplicationGroups[].Status"
OPERATION = "DescribeReplicationGroups"
MISSING = "ReplicationGroupNotFoundFault"
# How often to look whether a change has begun: AWS may call a group available for seconds after it took the change.
BEGIN_POLLS = 4


class ReplicationGroupWaiterFactory(BaseWaiterFactory):
    """The waiters ``available`` and ``deleted``."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {
            "available": build_waiter(OPERATION, STATES, "available", ["create-failed", "deleting"], MISSING),
            "deleted": build_waiter(OPERATION, STATES, "deleted", [], MISSING),
        }


def wait_for_replication_group(client: Any, name: str, waiter: str, timeout: int) -> None:
    """Wait until the replication group is ``available`` or ``deleted``.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when its creation failed, and when the time is up
    """
    factory = ReplicationGroupWaiterFactory()
    resource = f"replication group {name}"
    wait(factory, client, waiter, resource=resource, states=STATES, timeout=timeout, ReplicationGroupId=name)


def wait_for_change(client: Any, name: str, has_begun: Callable[[], bool], timeout: int) -> None:
    """Wait until a change has begun, and then until AWS is done with it.

    :arg has_begun: whether the group shows the change, or is busy with it
    :arg timeout: seconds
    """
    for _poll in range(BEGIN_POLLS):
        if has_begun():
            break
        time.sleep(POLL_SECONDS)
    wait_for_replication_group(client, name, "available", timeout)


USER_STATES = {"user": "Users[].Status", "user group": "UserGroups[].Status"}
USER_KEYS = {"user": "UserId", "user group": "UserGroupId"}


class UserWaiterFactory(BaseWaiterFactory):
    """The waiters ``user_active``, ``user_deleted``, ``user_group_active`` and ``user_group_deleted``."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        users, groups = USER_STATES["user"], USER_STATES["user group"]
        missing, missing_group = "UserNotFound", "UserGroupNotFound"
        return {
            "user_active": build_waiter("DescribeUsers", users, "active", ["deleting"], missing),
            "user_deleted": build_waiter("DescribeUsers", users, "deleted", [], missing),
            "user_group_active": build_waiter("DescribeUserGroups", groups, "active", ["deleting"], missing_group),
            "user_group_deleted": build_waiter("DescribeUserGroups", groups, "deleted", [], missing_group),
        }


def wait_for_user(client: Any, kind: str, identifier: str, state: str, timeout: int) -> None:
    """Wait until a user or user group is ``active`` or ``deleted``.

    :arg kind: ``user`` or ``user group``
    :arg timeout: seconds
    """
    waiter = f"{kind.replace(' ', '_')}_{state}"
    wait(
        UserWaiterFactory(),
        client,
        waiter,
        resource=f"{kind} {identifier}",
        states=USER_STATES[kind],
        timeout=timeout,
        **{USER_KEYS[kind]: identifier},
    )
