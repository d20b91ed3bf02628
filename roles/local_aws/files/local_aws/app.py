# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""MiniStack's ASGI application with what it lacks, a module of this folder for each, and real servers.

The servers are those of ``LOCAL_AWS_DATA_DIR``, with their ports ``LOCAL_AWS_DATABASE_PORT`` and ``LOCAL_AWS_CACHE_PORT``; without
them, the endpoints of databases and caches lead nowhere, as in MiniStack. ``GET /_local_aws`` tells which they are.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ministack.app import app as ministack

from local_aws import (
    alarms,
    api_keys,
    aurora,
    client_certificates,
    custom_domains,
    dashboards,
    endpoints,
    log_keys,
    message_moves,
    networks,
    rds_answers,
    replication_groups,
    rest_apis,
    rotation,
    throttles,
    tie,
    web_acls,
)
from local_aws.data_servers import DataServers

STATUS_PATH = "/_local_aws"


def _data_servers() -> DataServers | None:
    folder = os.environ.get("LOCAL_AWS_DATA_DIR")
    if not folder:
        return None
    ports = [int(os.environ[name]) for name in ("LOCAL_AWS_DATABASE_PORT", "LOCAL_AWS_CACHE_PORT")]
    return DataServers(Path(folder), *ports)


servers = _data_servers()
rotation.install()
message_moves.install()
log_keys.install()
endpoints.install()
networks.install()
api_keys.install()
rest_apis.install()
replication_groups.install()
dashboards.install()
alarms.install()
throttles.install()
client_certificates.install()
custom_domains.install()
web_acls.install()
aurora.install()
rds_answers.install()
if servers is not None:
    tie.install(servers)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pass everything on to MiniStack, untouched; only the question for our status is answered here."""
    if scope["type"] == "http" and scope["path"] == STATUS_PATH:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps({"data": _status()}).encode()})
    else:
        await ministack(scope, receive, send)


def _status() -> dict[str, Any] | None:
    if servers is None:
        return None
    return {"dir": str(servers.folder), "database_port": servers.database_port, "cache_port": servers.cache_port}
