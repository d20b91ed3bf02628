"""Clients that post readings to an API of the stack, each at its own pace, and keep what became of every post.

Standard library only: threads with connections that stay open. The demo, the load benchmark and the tests use it.
"""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

METRICS = ("temperature", "humidity", "pressure")
TIMEOUT_SECONDS = 30
ACCEPTED, NO_ANSWER = 202, 0

Reading = dict[str, Any]


@dataclass(frozen=True)
class Client:
    """Who posts: a name, which its devices carry, an API key, and requests a second; 0 for as fast as its connections can."""

    name: str
    key: str
    rate: float = 0


@dataclass(frozen=True)
class Answer:
    """What became of a post: when it was sent, in seconds since the load began, the seconds it took, status and readings."""

    client: str
    sent: float
    seconds: float
    status: int
    readings: tuple[Reading, ...]


class Sender:
    """The posts of one client: what it sends next, and when."""

    def __init__(self, client: Client, devices: int, batch: int, first: datetime, posts: int | None) -> None:
        self.client, self.devices, self.batch, self.first, self.posts = client, devices, batch, first, posts
        self._sent = 0
        self._lock = threading.Lock()

    def next(self) -> tuple[float, tuple[Reading, ...]] | None:
        """When the next post is due, in seconds since the load began, and its readings; None when there are no more."""
        with self._lock:
            number = self._sent
            if self.posts is not None and number >= self.posts:
                return None
            self._sent += 1
        due = number / self.client.rate if self.client.rate else 0.0
        return due, tuple(self._reading(number * self.batch + index) for index in range(self.batch))

    def _reading(self, number: int) -> Reading:
        """Each reading a millisecond after the one before, so that all differ."""
        moment = self.first + timedelta(milliseconds=number)
        return {
            "device": f"{self.client.name}-{number % self.devices}",
            "metric": METRICS[number // self.devices % len(METRICS)],
            "value": round(20 + number % 1000 / 100, 2),
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }


@dataclass
class Load:
    """Posts of some clients at once to one API.

    :arg url: of the stage, as the output ``api_gateway_url``
    :arg connections: of each client
    :arg devices: of each client
    :arg batch: readings in a post
    """

    url: str
    clients: list[Client]
    connections: int = 3
    devices: int = 25
    batch: int = 1
    first: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
    answers: list[Answer] = field(default_factory=list)

    def run(self, seconds: float, posts: int | None = None, look: Callable[[float], None] | None = None) -> None:
        """Post for so many seconds, or until each client has posted so often.

        :arg look: called about every second meanwhile with the seconds since the load began
        """
        began = time.monotonic()
        senders = [Sender(client, self.devices, self.batch, self.first, posts) for client in self.clients]
        threads = [
            threading.Thread(target=self._post_all, args=(sender, began, seconds), daemon=True)
            for sender in senders
            for _connection in range(self.connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=1)
                if look:
                    look(time.monotonic() - began)

    def _post_all(self, sender: Sender, began: float, seconds: float) -> None:
        """What one connection posts, until the time is over or there is no more."""
        where = Connection(self.url, sender.client.key)
        while (post := sender.next()) is not None:
            due, readings = post
            if max(due, time.monotonic() - began) >= seconds:
                break
            time.sleep(max(0.0, began + due - time.monotonic()))
            sent = time.monotonic()
            status, _body = where.post(readings[0] if self.batch == 1 else list(readings))
            self.answers.append(Answer(sender.client.name, sent - began, time.monotonic() - sent, status, readings))
        where.close()

    def statuses(self, client: str | None = None) -> Counter[int]:
        """How many posts were answered with which status, of one client or all."""
        return Counter(answer.status for answer in self.answers if client in (None, answer.client))

    def accepted(self) -> list[Reading]:
        """The readings that were taken."""
        return [one for answer in self.answers if answer.status == ACCEPTED for one in answer.readings]


class Connection:
    """A connection to the API that stays open, with a client's key."""

    def __init__(self, url: str, key: str) -> None:
        self._parts = urlsplit(url)
        self._headers = {"x-api-key": key, "Content-Type": "application/json"}
        self._open: http.client.HTTPConnection | None = None

    def post(self, body: Any) -> tuple[int, Any]:
        """POST readings; status and body of the answer, with the status 0 when there is none."""
        return self._request("POST", "/sensor-data", json.dumps(body))

    def get(self, path: str) -> tuple[int, Any]:
        """GET a path below the stage; status and body of the answer, with the status 0 when there is none."""
        return self._request("GET", path, None)

    def close(self) -> None:
        """Close it."""
        if self._open:
            self._open.close()
            self._open = None

    def _request(self, method: str, path: str, body: str | None) -> tuple[int, Any]:
        """Ask again on a new connection if the server has closed one that was idle: a reading twice is a reading once."""
        reused = self._open is not None
        try:
            if self._open is None:
                kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
                self._open = kind(self._parts.netloc, timeout=TIMEOUT_SECONDS)
            self._open.request(method, self._parts.path + path, body, self._headers)
            answer = self._open.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return self._request(method, path, body) if reused else (NO_ANSWER, None)
        try:
            return answer.status, json.loads(text) if text else None
        except ValueError:
            return answer.status, text.decode("utf-8", "replace")


def newest(readings: Iterable[Reading]) -> dict[tuple[str, str], Reading]:
    """The newest reading of each device and metric."""
    found: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        key = reading["device"], reading["metric"]
        if key not in found or found[key]["time"] < reading["time"]:
            found[key] = reading
    return found


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that so many percent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = math.ceil(len(ordered) * percent / 100)
    return ordered[max(rank, 1) - 1] if ordered else 0.0
