# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The API's two reads: a device's latest readings, and its readings page by page (Lambda proxy, payload 1.0)."""

from __future__ import annotations

import functools
import json
import time
import urllib.parse
from collections.abc import Iterable
from typing import Any

from pg8000.exceptions import DatabaseError

from sensor_functions import logs, parameters, secrets, settings, store
from sensor_functions.cache import Cache, CacheAway
from sensor_functions.database import Database, DatabaseAway
from sensor_functions.latest import Latest
from sensor_functions.parameters import ParameterErrors
from sensor_functions.readings import Reading, format_time, microseconds

# A client is waiting: with the wait for a connection, this ends before the function does (10 seconds unless set otherwise).
STATEMENT_SECONDS = 3

Response = dict[str, Any]


@functools.lru_cache
def reader() -> Database:
    """The database's reader endpoint, kept between calls."""
    return Database(secrets.secret(settings.database_secret_id()), "reader_host", STATEMENT_SECONDS)


@functools.lru_cache
def latest() -> Latest:
    """The latest readings in Redis, kept between calls."""
    return Latest(Cache(secrets.secret(settings.cache_secret_id())))


def handler(event: dict[str, Any], context: Any) -> Response:
    """Answer one request of API Gateway."""
    logs.start(context)
    began = time.perf_counter()
    is_latest = str(event.get("resource") or event.get("path") or "").rstrip("/").endswith("/latest")
    try:
        response = _latest(event) if is_latest else _page(event)
    except ParameterErrors as failure:
        response = _respond(400, {"message": "The request is not valid", "errors": failure.errors})
    except (DatabaseAway, DatabaseError, secrets.SecretError) as failure:
        logs.error("not_read", **logs.describe(failure))
        response = _respond(503, {"message": "The readings cannot be read at the moment: try again later"})
        response["headers"]["Retry-After"] = "5"
    except Exception as failure:
        logs.error("failed", **logs.describe(failure))
        response = _respond(500, {"message": "Internal error"})
    milliseconds = round((time.perf_counter() - began) * 1000)
    logs.info("request", latest=is_latest, status=response["statusCode"], milliseconds=milliseconds)
    return response


def _latest(event: dict[str, Any]) -> Response:
    device = parameters.device(_path_parameter(event))
    readings, epoch = _cached(device)
    if readings is None:
        readings = store.latest(reader(), device)
        if readings and epoch:
            _fill(device, readings, epoch)
    if not readings:
        return _respond(404, {"message": "The device has no readings"})
    ordered = sorted(readings, key=lambda reading: (-microseconds(reading.time), reading.metric))
    return _respond(200, {"device": device, "readings": _describe(ordered)})


def _cached(device: str) -> tuple[list[Reading] | None, str]:
    try:
        return latest().read(device)
    except CacheAway as failure:
        logs.warning("cache_not_read", **logs.describe(failure))
        return None, ""


def _fill(device: str, readings: list[Reading], epoch: str) -> None:
    try:
        latest().fill(device, readings, epoch)
    except CacheAway as failure:
        logs.warning("cache_not_filled", **logs.describe(failure))


def _page(event: dict[str, Any]) -> Response:
    asked = parameters.page(_path_parameter(event), event.get("queryStringParameters") or {})
    readings, after = store.page(reader(), asked)
    following = parameters.encode_cursor(*after) if after else None
    return _respond(200, {"device": asked.device, "readings": _describe(readings), "next": following})


def _path_parameter(event: dict[str, Any]) -> str:
    # A % is in no device's name, so that decoding once more does no harm where API Gateway has done it already.
    return urllib.parse.unquote(str((event.get("pathParameters") or {}).get("device_id") or ""))


def _describe(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    return [{"metric": one.metric, "value": one.value, "time": format_time(one.time)} for one in readings]


def _respond(status: int, body: dict[str, Any]) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    origin = settings.allowed_origin()
    if origin:
        headers["Access-Control-Allow-Origin"] = origin
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}
