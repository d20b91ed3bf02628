# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What lets clients in: the auth token of a replication group, or the password of a user. Each can be given a second one for a while.

Source: "Authenticating with the AUTH command" and "Role-Based Access Control (RBAC)" in the ElastiCache user guide.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache.waiters import (
    wait_for_change,
    wait_for_replication_group,
    wait_for_user,
)


class Credential(Protocol):
    """One password that clients give, on AWS."""

    def is_told(self, since: datetime) -> bool:
        """Whether AWS was given a password since then."""

    def add(self, old: str, new: str) -> None:
        """Have both passwords be valid; returns when they are."""

    def keep(self, new: str) -> None:
        """Have this password alone be valid; returns when it is."""


class AuthToken:
    """The token of a replication group.

    :arg timeout: seconds for each wait
    """

    def __init__(self, client: Any, group: str, timeout: int) -> None:
        self._client = client
        self._group = group
        self._timeout = timeout

    def is_told(self, since: datetime) -> bool:
        """Whether the token was changed since then, once AWS is done with a change under way. AWS may tell whole seconds only."""
        wait_for_replication_group(self._client, self._group, "available", self._timeout)
        changed = self._last_modified()
        return changed is not None and changed >= since.replace(microsecond=0)

    def add(self, old: str, new: str) -> None:
        """ROTATE: the token of before, or none where there was none, stays valid."""
        self._update(new, "ROTATE")

    def keep(self, new: str) -> None:
        """SET."""
        self._update(new, "SET")

    def _update(self, token: str, strategy: str) -> None:
        wait_for_replication_group(self._client, self._group, "available", self._timeout)
        before = self._last_modified()
        request = {"AuthToken": token, "AuthTokenUpdateStrategy": strategy, "ApplyImmediately": True}
        api.modify_replication_group(self._client, self._group, **request)
        wait_for_change(self._client, self._group, lambda: self._has_begun(before), self._timeout)

    def _has_begun(self, before: datetime | None) -> bool:
        group = api.describe_replication_group(self._client, self._group) or {}
        changed = group.get("AuthTokenLastModifiedDate")
        return group.get("Status") != "available" or changed is None or changed != before

    def _last_modified(self) -> datetime | None:
        group = api.describe_replication_group(self._client, self._group) or {}
        return group.get("AuthTokenLastModifiedDate")


class UserPassword:
    """The password of a user.

    :arg timeout: seconds for each wait
    """

    def __init__(self, client: Any, user_id: str, timeout: int) -> None:
        self._client = client
        self._user_id = user_id
        self._timeout = timeout

    def is_told(self, since: datetime) -> bool:
        """AWS does not tell; to give the same two passwords again changes nothing."""
        return False

    def add(self, old: str, new: str) -> None:
        """A user has up to two passwords, and is told both of them."""
        self._update([old, new])

    def keep(self, new: str) -> None:
        """The other one goes."""
        self._update([new])

    def _update(self, passwords: list[str]) -> None:
        api.modify_user(self._client, self._user_id, Passwords=passwords)
        wait_for_user(self._client, "user", self._user_id, "active", self._timeout)
