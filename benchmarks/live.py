"""A deployed stack on a local AWS, seen from outside: keys for clients, the queue, and what PostgreSQL and Redis hold.

On AWS the database and the cache can be reached from inside the VPC only; on the local AWS they are on this machine.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pg8000.native
import redis
from load import Client, Reading

QUIET_SECONDS = 2.0


@dataclass
class Live:
    """One stack.

    :arg name: of the stack, and environment, such as ``iot`` and ``demo``
    :arg ca_file: the certificate authority of the local database and cache
    """

    name: str
    environment: str
    region: str
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path

    def client(self, service: str) -> Any:
        """A boto3 client."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    def resource(self, thing: str) -> str:
        """The name of a resource, such as ``iot-readings-demo``."""
        return f"{self.name}-{thing}-{self.environment}"

    @contextlib.contextmanager
    def clients(self, names: list[str], rate: float = 0) -> Iterator[list[Client]]:
        """Clients with a key each in the stack's usage plan, which go when the block ends."""
        api = self.client("apigateway")
        plans = api.get_usage_plans()["items"]
        (plan,) = [plan["id"] for plan in plans if plan["name"] == self.resource("usage-plan")]
        made: list[str] = []
        try:
            clients = []
            for name in names:
                key = api.create_api_key(name=self.resource(f"key-of-{name}"), enabled=True)
                made.append(key["id"])
                api.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
                clients.append(Client(name, key["value"], rate))
            yield clients
        finally:
            for key_id in made:
                api.delete_api_key(apiKey=key_id)

    def secret(self, thing: str) -> dict[str, Any]:
        """The value of a secret."""
        answer = self.client("secretsmanager").get_secret_value(SecretId=self.resource(thing))
        return json.loads(answer["SecretString"])

    def tls(self) -> ssl.SSLContext:
        """TLS that trusts the local servers."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def database(self) -> pg8000.native.Connection:
        """A connection of the master user."""
        secret = self.secret("aurora-password")
        return pg8000.native.Connection(
            secret["username"],
            password=secret["password"],
            host=secret["host"],
            port=int(secret["port"]),
            database=secret["dbname"],
            ssl_context=self.tls(),
        )

    def redis(self, **changed: str) -> redis.Redis:
        """A connection to the cache, with the values of its secret but for those that are given."""
        secret = self.secret("redis-auth") | changed
        return redis.Redis(
            host=secret["host"],
            port=int(secret["port"]),
            password=secret["auth_token"],
            ssl=True,
            ssl_ca_certs=str(self.ca_file),
            decode_responses=True,
        )

    def messages(self, queue: str = "readings") -> int:
        """How many messages a queue holds, those in work included."""
        client = self.client("sqs")
        url = client.get_queue_url(QueueName=self.resource(queue))["QueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return sum(
            int(count)
            for count in client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
        )

    def wait_until_stored(self, seconds: float) -> bool:
        """Wait until the queue has been empty for a moment; False when that took longer."""
        end, empty_since = time.monotonic() + seconds, None
        while time.monotonic() < end:
            if self.messages():
                empty_since = None
            elif empty_since is None:
                empty_since = time.monotonic()
            elif time.monotonic() - empty_since >= QUIET_SECONDS:
                return True
            time.sleep(0.25)
        return False

    def stored(self, prefix: str = "") -> list[Reading]:
        """The readings in the table, of devices whose names begin so."""
        connection = self.database()
        try:
            rows = connection.run(
                "SELECT device, metric, value, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM readings"
                " WHERE starts_with(device, :prefix)",
                prefix=prefix,
            )
        finally:
            connection.close()
        return [
            {"device": device, "metric": metric, "value": value, "time": moment}
            for device, metric, value, moment in rows
        ]

    def count(self) -> int:
        """How many readings the table holds."""
        connection = self.database()
        try:
            return int(connection.run("SELECT count(*) FROM readings")[0][0])
        finally:
            connection.close()

    def cached(self, device: str) -> dict[str, dict[str, Any]]:
        """What Redis holds of a device: metric to value and time."""
        with self.redis() as client:
            fields = client.hgetall(f"latest:{device}")
        return {metric: json.loads(text) for metric, text in fields.items() if not metric.startswith("*")}
