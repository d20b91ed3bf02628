# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The functions' settings, from the environment. There is no secret among them, only the secrets' names."""

from __future__ import annotations

import os


class SettingError(Exception):
    """A variable of the environment is missing or has a value that is not allowed."""


def text(name: str) -> str:
    """A variable that must be there."""
    value = os.environ.get(name, "")
    if not value:
        raise SettingError(f"The environment variable {name} is missing")
    return value


def whole(name: str, default: int | None = None, least: int = 1) -> int:
    """A whole number of at least `least`; without a default the variable must be there."""
    value = os.environ.get(name, "") or ("" if default is None else str(default))
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise SettingError(f"The environment variable {name} is '{value[:40]}': allowed is a whole number from {least}")
    return int(value)


def database_secret_id() -> str:
    """ARN or name of the database's connection secret."""
    return text("DATABASE_SECRET_ID")


def cache_secret_id() -> str:
    """ARN or name of the cache's connection secret."""
    return text("CACHE_SECRET_ID")


def application_secret_id() -> str | None:
    """ARN or name of the secret of the application's own database user, where there is one."""
    return os.environ.get("APPLICATION_SECRET_ID") or None


def retention_days() -> int:
    """For how many days readings are kept. It has no default, because older readings are deleted."""
    return whole("RETENTION_DAYS")


def credentials_seconds() -> int:
    """For how many seconds what was read from a secret is used before it is read again."""
    return whole("CREDENTIALS_SECONDS", 300)


def connect_seconds() -> int:
    """For how many seconds a new connection to the database is waited for; one that is paused takes longer to answer."""
    return whole("CONNECT_SECONDS", 5)


def latest_seconds() -> int:
    """For how many seconds a device's latest readings are answered from Redis before Aurora is asked again."""
    return whole("LATEST_SECONDS", 300)


def allowed_origin() -> str | None:
    """The origin whose pages may read an answer in a browser: the header that API Gateway adds to none of a function's answers."""
    return os.environ.get("ALLOWED_ORIGIN") or None


def log_level() -> str:
    """The least level that is logged: DEBUG, INFO, WARNING or ERROR."""
    return os.environ.get("LOG_LEVEL", "INFO").upper()
