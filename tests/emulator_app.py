"""MiniStack's ASGI application with a middleware that records every AWS call, and makes it as slow as AWS on request.

``EMULATOR_RECORD`` names a file that gets a line of JSON for each call: account, region, service and action; REST services
have no action in the request, so that method and path stand for it (``GET /restapis``).

``EMULATOR_BEHAVIOUR`` names a file of JSON that may say how the emulator behaves to an account: ``{"<account>":
{"creating_seconds": 3}}`` makes new clusters, instances and replication groups ``creating`` for so long.
"""

from __future__ import annotations

import json
import os
import re
import time
from typing import Any
from urllib.parse import parse_qs

from ministack.app import app as ministack

SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pass everything on to MiniStack, and record the requests that are signed as AWS calls."""
    if scope["type"] != "http":
        return await ministack(scope, receive, send)
    headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
    signed = SCOPE.search(headers.get("authorization", ""))
    if signed is None:
        return await ministack(scope, receive, send)
    messages, body, more = [], b"", True
    while more:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        more = message.get("more_body", False)

    async def replay() -> Any:
        return messages.pop(0) if messages else await receive()

    account, region, service = signed.groups()
    line = {"account": account, "region": region, "service": service, "action": _action(scope, headers, body)}
    with open(os.environ["EMULATOR_RECORD"], "a", encoding="utf-8") as record:
        record.write(json.dumps(line) + "\n")
    seconds = _behaviour(line["account"]).get("creating_seconds", 0)
    if not seconds:
        return await ministack(scope, replay, send)
    _note_creation(line, body)
    return await ministack(scope, replay, _delayed(line["account"], seconds, send))


def _behaviour(account: str) -> dict[str, Any]:
    path = os.environ.get("EMULATOR_BEHAVIOUR", "")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file).get(account, {})


# The element of a resource in an answer, its ID, and its state.
STATES = {
    "ReplicationGroup": ("ReplicationGroupId", "Status"),
    "DBCluster": ("DBClusterIdentifier", "Status"),
    "DBInstance": ("DBInstanceIdentifier", "DBInstanceStatus"),
}
_created: dict[tuple[str, str, str], float] = {}


def _note_creation(line: dict[str, str], body: bytes) -> None:
    kind = line["action"].removeprefix("Create")
    if line["action"].startswith("Create") and kind in STATES:
        name = parse_qs(body.decode())[STATES[kind][0]][0]
        _created[line["account"], kind, name] = time.monotonic()


def _delayed(account: str, seconds: float, send: Any) -> Any:
    """Wraps send: what was made less than so many seconds ago is still being created."""
    held: list[dict[str, Any]] = []

    async def hold(message: dict[str, Any]) -> None:
        held.append(message)
        if message["type"] != "http.response.body" or message.get("more_body"):
            return
        start, *bodies = held
        text = b"".join(part.get("body", b"") for part in bodies).decode("utf-8", "surrogateescape")
        body = _still_creating(account, seconds, text).encode("utf-8", "surrogateescape")
        headers = [(key, value) for key, value in start["headers"] if key.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return hold


def _still_creating(account: str, seconds: float, text: str) -> str:
    for kind, (id_element, state_element) in STATES.items():

        def creating(match: re.Match[str], kind: str = kind, ids: str = id_element, states: str = state_element) -> str:
            name = re.search(f"<{ids}>(.*?)</{ids}>", match[0])
            made = _created.get((account, kind, name[1])) if name else None
            if made is None or time.monotonic() - made >= seconds:
                return match[0]
            return match[0].replace(f"<{states}>available</{states}>", f"<{states}>creating</{states}>", 1)

        text = re.sub(f"<{kind}>.*?</{kind}>", creating, text, flags=re.DOTALL)
    return text


def _action(scope: dict[str, Any], headers: dict[str, str], body: bytes) -> str:
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rsplit(".", 1)[-1]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode()).get("Action", ["?"])[0]
    return f"{scope['method']} {scope['path']}"


READS = ("Describe", "Get", "List", "BatchGet")


def is_write(call: dict[str, str]) -> bool:
    """Whether a recorded call changes something."""
    return not call["action"].startswith((*READS, "GET ", "HEAD "))
