# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Redis: one client kept between a function's calls, with short waits, because Redis only makes things faster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from sensor_functions import logs
from sensor_functions.secrets import Secret, SecretError

CA_FILE = Path(__file__).parent.parent / "cache-ca.pem"
SECONDS = 1

Result = TypeVar("Result")


class CacheAway(Exception):
    """Redis cannot be reached, or does not do what it is asked."""


def connect(values: dict[str, Any]) -> redis.Redis:
    """A client with a secret's values. Certificate and host name are checked; the connection is made at the first use."""
    tls: dict[str, Any] = {}
    if values.get("tls", True):
        tls = {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True}
        if CA_FILE.is_file():
            tls["ssl_ca_certs"] = str(CA_FILE)
    return redis.Redis(
        host=str(values["host"]),
        port=int(values.get("port") or 6379),
        # By auth token, or by user.
        username=values.get("username") or None,
        password=values.get("auth_token") or values.get("password") or None,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=True,
        **tls,
    )


class Cache:
    """A client kept between calls."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._client: redis.Redis | None = None

    def use(self, action: Callable[[redis.Redis], Result]) -> Result:
        """Do something with the client; raises CacheAway.

        It is tried twice if the kept connection broke, or if the auth token was refused, after the secret was read
        again: the action must be one that can be repeated.
        """
        kept = self._client is not None
        try:
            return action(self._open())
        except SecretError as failure:
            raise CacheAway("Redis's secret cannot be read") from failure
        except (RedisError, OSError) as failure:
            self.close()
            refused = isinstance(failure, AuthenticationError | NoPermissionError)
            if not refused and not kept:
                raise CacheAway("Redis cannot be used") from failure
            logs.debug("cache_retry", **logs.describe(failure))
        try:
            if refused:
                self._secret.refresh()
            return action(self._open())
        except (RedisError, OSError, SecretError) as failure:
            self.close()
            raise CacheAway("Redis cannot be used") from failure

    def _open(self) -> redis.Redis:
        if self._client is None:
            values = self._secret.values()
            if not values.get("host"):
                raise SecretError("The cache's connection secret has no host")
            self._client = connect(values)
        return self._client

    def close(self) -> None:
        """Close the client; the next use opens another."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close()
            except (RedisError, OSError):
                pass
