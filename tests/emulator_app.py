"""The local AWS's ASGI application with a middleware that records every AWS call, and is slow or failing on request.

``EMULATOR_RECORD`` names a file that gets a line of JSON for each call: ``account``, ``region``, ``service``, ``action``,
and ``time``, its arrival in seconds since the epoch. REST services have no action in the request, so that method and path
stand for it (``GET /restapis``). A call that was made to fail has ``error``, the way it failed, and ``done``, whether
MiniStack did it all the same. What can be requested, and how, is described in ``emulator_behaviour``.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from typing import Any
from urllib.parse import parse_qs

import emulator_behaviour as behaviour
from emulator_behaviour import Answer
from local_aws.app import app as ministack

SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pass everything on to MiniStack; requests that are signed as AWS calls are recorded, and treated as requested."""
    headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope.get("headers", [])}
    signed = SCOPE.search(headers.get("authorization", ""))
    if scope["type"] != "http" or signed is None:
        await ministack(scope, receive, send)
        return
    body = await _body(receive)
    account, region, service = signed.groups()
    call = {"account": account, "region": region, "service": service, "action": _action(scope, headers, body)}
    settings = behaviour.settings(account)
    fault = behaviour.fault(account, settings.get("errors"))
    _record({**call, "time": time.time(), **({"error": fault.kind, "done": fault.done} if fault else {})})

    await asyncio.sleep(settings.get("latency_seconds", 0))
    if fault is None or fault.done:
        answer = await _ask_ministack(scope, body, receive)
        if key := _wanted_key(scope):
            answer = await _plans_of_key(scope, answer, key, receive)
        if seconds := settings.get("creating_seconds"):
            if answer.status == 200:
                behaviour.note_creation(call, body)
            answer = answer.with_body(behaviour.with_states(call, seconds, answer.body))
    if fault is None:
        await _send(answer, send)
    elif fault.kind == "dropped":
        # A head without the body it promises: the server can only close the connection.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
    else:
        await _send(behaviour.error_answer(fault.kind, _protocol(service, headers)), send)


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _ask_ministack(scope: dict[str, Any], body: bytes, receive: Any) -> Answer:
    """MiniStack's whole answer to a request whose body has been received."""
    sent: list[dict[str, Any]] = []
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return received.pop() if received else await receive()

    async def keep(message: dict[str, Any]) -> None:
        sent.append(message)

    await ministack(scope, replay, keep)
    answer = Answer(sent[0]["status"], sent[0]["headers"], b"".join(part.get("body", b"") for part in sent[1:]))
    return _with_numbers(answer) if scope["path"].startswith("/usageplans") and answer.body else answer


# The numbers of a usage plan. MiniStack keeps those of a patch as text, which the stricter AWS SDKs refuse to read.
NUMBERS = {"rateLimit": float, "burstLimit": int, "limit": int, "offset": int}


def _with_numbers(answer: Answer) -> Answer:
    def convert(found: dict[str, Any]) -> dict[str, Any]:
        return {name: NUMBERS.get(name, lambda same: same)(value) for name, value in found.items()}

    return answer.with_body(json.dumps(json.loads(answer.body, object_hook=convert)).encode())


def _wanted_key(scope: dict[str, Any]) -> str | None:
    """The key of a GetUsagePlans that asks for the plans of one key."""
    query = parse_qs(scope.get("query_string", b"").decode())
    asked = scope["method"] == "GET" and scope["path"] == "/usageplans" and "keyId" in query
    return query["keyId"][0] if asked else None


async def _plans_of_key(scope: dict[str, Any], answer: Answer, key: str, receive: Any) -> Answer:
    """The usage plans that a key is in. MiniStack answers with all, where AWS heeds the filter."""
    document, kept = json.loads(answer.body), []
    for plan in document.get("item", []):
        path = f"/usageplans/{plan['id']}/keys/{key}"
        one = {**scope, "path": path, "raw_path": path.encode(), "query_string": b""}
        if (await _ask_ministack(one, b"", receive)).status == 200:
            kept.append(plan)
    return answer.with_body(json.dumps({**document, "item": kept}).encode())


async def _send(answer: Answer, send: Any) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


def _record(line: dict[str, Any]) -> None:
    with open(os.environ["EMULATOR_RECORD"], "a", encoding="utf-8") as record:
        record.write(json.dumps(line) + "\n")


def _protocol(service: str, headers: dict[str, str]) -> str:
    if "x-amz-target" in headers:
        return "json"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return "ec2" if service == "ec2" else "query"
    return "rest-json"


def _action(scope: dict[str, Any], headers: dict[str, str], body: bytes) -> str:
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rsplit(".", 1)[-1]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode()).get("Action", ["?"])[0]
    return f"{scope['method']} {scope['path']}"


READS = ("Describe", "Get", "List", "BatchGet")


def is_write(call: dict[str, Any]) -> bool:
    """Whether a recorded call changes something."""
    return not call["action"].startswith((*READS, "GET ", "HEAD "))
