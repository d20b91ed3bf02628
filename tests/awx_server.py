"""A simulated AWX: the part of its REST API that extensions/awx/apply.yml uses, kept in memory.

It stores what it is given and finds it again by its fields, as AWX's API does; it runs nothing. It says that it is AWX 24.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TEMPLATES = ("projects", "job_templates", "workflow_job_templates", "inventory_sources", "workflow_approval_templates")
ASSOCIATIONS = ("credentials", "success_nodes", "always_nodes", "failure_nodes", "labels", "instance_groups")
# What AWX itself knows of an item.
MORE: dict[str, dict[str, Any]] = {
    "projects": {"scm_revision": "0123abc", "status": "successful", "summary_fields": {}}
}
Item = dict[str, Any]


class AWX:
    """What the server holds: items by endpoint, and the requests that changed something."""

    def __init__(self) -> None:
        self.items: dict[str, list[Item]] = {}
        self.links: dict[str, list[Item]] = {}
        self.surveys: dict[str, Item] = {}
        self.writes: list[tuple[str, str]] = []
        self.url = ""

    def add(self, endpoint: str, **fields: Any) -> Item:
        """A new item, with what AWX adds to each."""
        number = 1 + sum(map(len, self.items.values()))
        url = f"/api/v2/{endpoint}/{number}/"
        item = {
            "id": number,
            "url": url,
            "type": endpoint.removesuffix("s"),
            "related": {"survey_spec": f"{url}survey_spec/"},
            **MORE.get(endpoint, {}),
            **fields,
        }
        self.items.setdefault(endpoint, []).append(item)
        return item

    def named(self, endpoint: str) -> dict[str, Item]:
        """The items of an endpoint by their names, nodes by their identifiers."""
        return {item.get("name") or item["identifier"]: item for item in self.items.get(endpoint, [])}

    def answer(self, method: str, path: str, query: dict[str, str], body: Item) -> tuple[int, Any]:
        """Status and JSON of a request."""
        parts = path.removeprefix("/api/v2/").strip("/").split("/")
        if method != "GET":
            self.writes.append((method, path))
        if len(parts) == 1:
            return self._collection(method, parts[0], query, body)
        item = next(item for item in self.items[parts[0]] if str(item["id"]) == parts[1])
        if len(parts) == 2:
            item |= body if method == "PATCH" else {}
            return 200, item
        return self._part(method, path, parts[2], item, body)

    def _collection(self, method: str, endpoint: str, query: dict[str, str], body: Item) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.add(endpoint, **body)
        kinds = TEMPLATES if endpoint == "unified_job_templates" else (endpoint,)
        all_items = [item for kind in kinds for item in self.items.get(kind, [])]
        return 200, page([item for item in all_items if all(str(item.get(k)) == v for k, v in query.items())])

    def _part(self, method: str, path: str, part: str, item: Item, body: Item) -> tuple[int, Any]:
        if part == "survey_spec":
            if method == "POST":
                self.surveys[path] = body
            return 200, self.surveys.get(path, {})
        if part == "create_approval_template":
            template = self.add("workflow_approval_templates", **body)
            item["unified_job_template"] = template["id"]
            item["related"]["unified_job_template"] = template["url"]
            return 201, template
        assert part in ASSOCIATIONS, path
        links = self.links.setdefault(path, [])
        if method == "POST":
            links[:] = [link for link in links if link["id"] != body["id"]] + (
                [] if body.get("disassociate") else [body]
            )
            return 204, None
        return 200, page(links)


def page(items: list[Item]) -> Item:
    """The one page of a list."""
    return {"count": len(items), "next": None, "previous": None, "results": items}


@contextmanager
def awx_server() -> Iterator[AWX]:
    """A server on a free port of 127.0.0.1; its address is in ``url``."""
    awx = AWX()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            assert self.headers["Authorization"] == "Bearer simulated", self.path
            address = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            assert re.match(r"/api/v2/\w+/", address.path), address.path
            status, answer = awx.answer(self.command, address.path, dict(parse_qsl(address.query)), body)
            self.send_response(status)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if answer is None else json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    awx.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield awx
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
