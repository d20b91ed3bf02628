# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""JSON patch operations as API Gateway takes them; pure functions.

Source: "Patch operations" in the API Gateway API reference.
"""

from __future__ import annotations

from typing import Any

Operation = dict[str, str]


def replace(path: str, value: Any) -> Operation:
    """Set a value. Patches carry text only; None is a patch without a value, which AWS reads as null."""
    operation = {"op": "replace", "path": path}
    return operation if value is None else {**operation, "value": to_text(value)}


def add(path: str, value: str) -> Operation:
    """Add a value to a list."""
    return {"op": "add", "path": path, "value": value}


def remove(path: str, value: str | None = None) -> Operation:
    """Remove a field, or a value from a list."""
    operation = {"op": "remove", "path": path}
    return operation if value is None else {**operation, "value": value}


def to_text(value: Any) -> str:
    """A value as a patch carries it: true, 200 for 200.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def escape(token: str) -> str:
    """One token of a JSON pointer: /sensor-data becomes ~1sensor-data."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The opposite of ``escape``."""
    return token.replace("~1", "/").replace("~0", "~")


def method_pointer(path_and_method: str) -> str:
    """The two tokens for a method: /sensor-data/POST becomes ~1sensor-data/POST, and ``*/*`` stays."""
    path, method = path_and_method.rsplit("/", 1)
    return f"{escape(path or '/')}/{method}"
