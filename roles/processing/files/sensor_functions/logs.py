# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Structured logs: one JSON object a line on stdout, where Lambda takes them up.

No payload value, secret or SQL parameter may get in here. That is why an exception is logged as its type, place and
codes: PostgreSQL's and the JSON parser's own messages can quote what a client sent.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from sensor_functions import settings

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}

# SQLSTATE classes, and single codes, whose messages speak of the server or its objects only, never of values.
_SAFE_STATES = ("08", "25", "28", "3D", "53", "55", "57", "42P01", "42501")

_context: dict[str, str] = {}


def start(context: Any) -> None:
    """Remember the request at hand, so that each of its lines names it."""
    _context.clear()
    request_id = getattr(context, "aws_request_id", None)
    if request_id:
        _context["request_id"] = str(request_id)


def debug(event: str, **fields: Any) -> None:
    _write("DEBUG", event, fields)


def info(event: str, **fields: Any) -> None:
    _write("INFO", event, fields)


def warning(event: str, **fields: Any) -> None:
    _write("WARNING", event, fields)


def error(event: str, **fields: Any) -> None:
    _write("ERROR", event, fields)


def describe(failure: BaseException) -> dict[str, Any]:
    """What may be told of an exception: type, place in the code, codes of PostgreSQL, AWS and the network."""
    described: dict[str, Any] = {"error": type(failure).__name__}
    frames = traceback.extract_tb(failure.__traceback__)
    if frames:
        described["at"] = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}"
    described |= _codes(failure)
    cause = failure.__cause__
    if cause is not None and cause is not failure:
        described["cause"] = {"error": type(cause).__name__} | _codes(cause)
    return described


def _codes(failure: BaseException) -> dict[str, Any]:
    codes: dict[str, Any] = {}
    details = failure.args[0] if failure.args else None
    if isinstance(details, dict) and "C" in details:  # PostgreSQL, by pg8000
        codes["sqlstate"] = details["C"]
        if str(details["C"]).startswith(_SAFE_STATES):
            codes["reason"] = details.get("M")
    response = getattr(failure, "response", None)
    if isinstance(response, dict):  # AWS, by botocore
        codes["aws_code"] = response.get("Error", {}).get("Code")
        codes["operation"] = getattr(failure, "operation_name", None)
    if isinstance(failure, ssl.SSLCertVerificationError):
        codes["reason"] = failure.verify_message
    elif isinstance(failure, OSError) and failure.errno:
        codes["reason"] = os.strerror(failure.errno)
    return codes


def _write(level: str, event: str, fields: dict[str, Any]) -> None:
    if LEVELS[level] < LEVELS.get(settings.log_level(), LEVELS["INFO"]):
        return
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event}
    print(json.dumps(line | _context | fields, default=str), file=sys.stdout, flush=True)
