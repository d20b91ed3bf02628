"""The deployed data tier as the tests see it."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.data_servers import DataServers
from sensor_functions import cache, database
from simulated_secrets import SimulatedSecretsManager

MASTER, DATABASE = "iotadmin", "iotdb"
START = round(time.time())
DATABASE_SECRET, CACHE_SECRET = "iot-aurora-password-test", "iot-redis-test"


@dataclass
class Stack:
    """The deployed data tier: empty tables, empty cache, connection secrets."""

    servers: DataServers
    secrets_manager: SimulatedSecretsManager
    password: str
    token: str

    def sql(self, statement: str, **parameters: Any) -> list[list[Any]]:
        """What the master user's statement answers, on a connection of its own."""
        connection = self.connect()
        try:
            return connection.run(statement, **parameters) or []
        finally:
            connection.close()

    def connect(self) -> Any:
        """A connection of the master user."""
        return database.connect(self.connection_values())

    def connection_values(self, **changed: Any) -> dict[str, Any]:
        values = {"username": MASTER, "password": self.password, "engine": "postgres", "host": "localhost"}
        return values | {"port": self.servers.database_port, "dbname": DATABASE} | changed

    def cache_values(self, **changed: Any) -> dict[str, Any]:
        values = {"host": "localhost", "port": self.servers.cache_port, "tls": True, "auth_token": self.token}
        return values | changed

    def redis(self) -> Any:
        """A Redis client of the test's own."""
        return cache.connect(self.cache_values())

    def count(self) -> int:
        return self.sql("SELECT count(*) FROM readings")[0][0]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def reading(
    value: float = 1.0, device: str = "sensor-1", metric: str = "temperature", ago: float = 0, **changed: Any
) -> dict[str, Any]:
    """A reading as a client sends it, so many seconds old when the tests began."""
    time_text = datetime.fromtimestamp(START - ago, UTC).isoformat()
    return {"device": device, "metric": metric, "value": value, "time": time_text} | changed
