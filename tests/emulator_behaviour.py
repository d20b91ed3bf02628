"""How the emulator behaves to an account beyond MiniStack: slow, still creating, or failing now and then.

``EMULATOR_BEHAVIOUR`` names a file of JSON with the settings of each account, and under ``*`` those of all accounts, which
an account's own go before, name by name:

- ``latency_seconds``: added to each signed call; calls at once wait at once.
- ``creating_seconds``: how long new clusters, instances and replication groups are ``creating``: one number for all, or
  a number by kind, such as ``{"DBCluster": 20, "DBInstance": 40, "ReplicationGroup": 60}``. As on AWS, an instance's time
  starts when its cluster is available, and the nodes of a replication group are in its state.
- ``errors``: ``{"rate": 0.1, "seed": 7, "kinds": ["throttling", "server_error", "dropped"]}``: so many of the account's
  calls fail, in one of these ways. The seed decides, call by call. ``dropped`` ends the connection without an answer,
  half of the times after MiniStack has done the call.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


def settings(account: str) -> dict[str, Any]:
    """What is set for an account at this moment."""
    path = Path(os.environ.get("EMULATOR_BEHAVIOUR", ""))
    known = json.loads(path.read_text()) if path.is_file() else {}
    return {**known.get("*", {}), **known.get(account, {})}


# Errors


@dataclass(frozen=True)
class Fault:
    """A failure of one call: throttling, server_error or dropped; and whether MiniStack does the call all the same."""

    kind: str
    done: bool


@dataclass(frozen=True)
class Answer:
    """An HTTP answer that is ready to be sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body."""
        headers = [(key, value) for key, value in self.headers if key.lower() != b"content-length"]
        return Answer(self.status, [*headers, (b"content-length", str(len(body)).encode())], body)


# By account and settings, so that new settings start anew.
_generators: dict[tuple[str, str], Random] = {}


def fault(account: str, errors: Mapping[str, Any] | None) -> Fault | None:
    """Decide whether and how the account's next call fails."""
    if not errors:
        return None
    generator = _generators.setdefault((account, json.dumps(errors, sort_keys=True)), Random(errors["seed"]))
    if generator.random() >= errors["rate"]:
        return None
    kind = generator.choice(errors["kinds"])
    return Fault(kind, done=kind == "dropped" and generator.random() < 0.5)


# How each protocol says it: status and code.
ERRORS = {
    "throttling": {
        "ec2": (503, "RequestLimitExceeded"),
        "query": (400, "Throttling"),
        "json": (400, "ThrottlingException"),
        "rest-json": (429, "TooManyRequestsException"),
    },
    "server_error": {
        "ec2": (500, "InternalError"),
        "query": (500, "InternalFailure"),
        "json": (500, "InternalServiceError"),
        "rest-json": (503, "ServiceUnavailableException"),
    },
}
MESSAGES = {"throttling": "Rate exceeded", "server_error": "An internal error occurred"}


def error_answer(kind: str, protocol: str) -> Answer:
    """The answer of a call that failed, in the form of its protocol: ec2, query, json or rest-json."""
    status, code = ERRORS[kind][protocol]
    message = MESSAGES[kind]
    if protocol == "json":
        headers = [(b"content-type", b"application/x-amz-json-1.1")]
        return Answer(status, headers, b"").with_body(json.dumps({"__type": code, "message": message}).encode())
    if protocol == "rest-json":
        headers = [(b"content-type", b"application/json"), (b"x-amzn-errortype", code.encode())]
        return Answer(status, headers, b"").with_body(json.dumps({"message": message}).encode())
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if protocol == "ec2":
        body = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>emulated</RequestID></Response>"
    else:
        body = f"<ErrorResponse><Error>{error}</Error><RequestId>emulated</RequestId></ErrorResponse>"
    return Answer(status, [(b"content-type", b"text/xml")], b"").with_body(body.encode())


# Creating

# The elements of an answer that have a state: the kind of resource whose state it is, and the element of its ID.
STATES = {
    "ReplicationGroup": ("ReplicationGroup", "ReplicationGroupId"),
    "CacheCluster": ("ReplicationGroup", "ReplicationGroupId"),
    "DBCluster": ("DBCluster", "DBClusterIdentifier"),
    "DBInstance": ("DBInstance", "DBInstanceIdentifier"),
}


@dataclass(frozen=True)
class Resource:
    """A resource that was made: when, in seconds of the monotonic clock, and in which cluster if it is an instance."""

    made: float
    cluster: str = ""


# By account, region, kind and ID.
_resources: dict[tuple[str, str, str, str], Resource] = {}


def note_creation(call: Mapping[str, Any], body: bytes) -> None:
    """Remember when a cluster, an instance or a replication group was made, by a call that MiniStack has done."""
    kind = call["action"].removeprefix("Create")
    if kind == call["action"] or STATES.get(kind, ("", ""))[0] != kind:
        return
    request = parse_qs(body.decode())
    cluster = request.get("DBClusterIdentifier", [""])[0] if kind == "DBInstance" else ""
    key = call["account"], call["region"], kind, request[STATES[kind][1]][0]
    _resources[key] = Resource(time.monotonic(), cluster)


def with_states(call: Mapping[str, Any], seconds: float | Mapping[str, float], answer: bytes) -> bytes:
    """An answer of MiniStack, in which what was made a short while ago is still being created.

    :arg seconds: the setting ``creating_seconds``
    """
    place = call["account"], call["region"]
    text = answer.decode("utf-8", "surrogateescape")
    for element, (kind, id_element) in STATES.items():

        def creating(match: re.Match[str], kind: str = kind, id_element: str = id_element) -> str:
            name = re.search(f"<{id_element}>(.*?)</{id_element}>", match[0])
            if name is None or time.monotonic() >= _available_at(place, kind, name[1], seconds):
                return match[0]
            return re.sub(r"(<\w*Status>)available<", r"\1creating<", match[0])

        text = re.sub(f"<{element}>.*?</{element}>", creating, text, flags=re.DOTALL)
    return text.encode("utf-8", "surrogateescape")


def _available_at(place: tuple[str, str], kind: str, name: str, seconds: float | Mapping[str, float]) -> float:
    """When a resource is available, in seconds of the monotonic clock; 0 for what was not made under these eyes."""
    resource = _resources.get((*place, kind, name))
    if resource is None:
        return 0
    own = seconds.get(kind, 0) if isinstance(seconds, Mapping) else seconds
    start = max(resource.made, _available_at(place, "DBCluster", resource.cluster, seconds))
    return start + own
