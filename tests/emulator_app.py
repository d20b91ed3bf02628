"""MiniStack's ASGI application with a middleware that records every AWS call as a line of JSON.

``EMULATOR_RECORD`` names the file. A line holds account, region, service and action; REST services have no action in
the request, so that method and path stand for it (``GET /restapis``).
"""

from __future__ import annotations

import json
import os
import re
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
    return await ministack(scope, replay, send)


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
