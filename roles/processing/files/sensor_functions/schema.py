# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Migrations: numbered SQL files, applied once each, in order, forward only."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pg8000.native import Connection

from sensor_functions.database import transaction

FOLDER = Path(__file__).parent / "migrations"
FILE = re.compile(r"([0-9]{4})_[a-z0-9_]+\.sql")

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_versions (
  version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
"""
_APPLIED = "INSERT INTO schema_versions (version, name, checksum) VALUES (CAST(:version AS int), :name, :checksum)"


class MigrationError(Exception):
    """The database and the package's migrations do not fit together."""


@dataclass(frozen=True)
class Migration:
    """One SQL file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load(folder: Path) -> list[Migration]:
    """The migrations of a folder, in order."""
    migrations: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = FILE.fullmatch(path.name)
        if not match:
            raise MigrationError(f"The migration {path.name} has a wrong name: allowed is such as 0001_readings.sql")
        version = int(match[1])
        if version in migrations:
            raise MigrationError(f"Two migrations have the version {version}: {migrations[version].name}, {path.name}")
        migrations[version] = Migration(version, path.name, path.read_text(encoding="utf-8"))
    if not migrations:
        raise MigrationError(f"There is no migration in {folder.name}")
    return list(migrations.values())


def pending(migrations: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """The migrations to apply, given the checksums of those that are; raises MigrationError where they do not fit."""
    newest = max(applied, default=0)
    known = {migration.version: migration for migration in migrations}
    for version in sorted(applied):
        if version not in known:
            raise MigrationError(
                f"The database has version {version}, which this package (up to {max(known)}) does not know: deploy the newer package"
            )
        if applied[version] != known[version].checksum:
            raise MigrationError(
                f"{known[version].name} was changed after it was applied: restore it, and add a new file instead"
            )
    missing = [migration for migration in migrations if migration.version not in applied]
    for migration in missing:
        if migration.version < newest:
            raise MigrationError(
                f"{migration.name} comes before version {newest}, which is applied already: give it a higher number"
            )
    return missing


def migrate(connection: Connection, folder: Path = FOLDER) -> tuple[list[str], int]:
    """Apply what is missing, each file in a transaction of its own; answers the names applied and the version now."""
    migrations = load(folder)
    connection.run(_VERSIONS)
    applied = {row[0]: row[1] for row in connection.run("SELECT version, checksum FROM schema_versions")}
    missing = pending(migrations, applied)
    for migration in missing:
        with transaction(connection):
            connection.run(migration.sql)
            connection.run(_APPLIED, version=str(migration.version), name=migration.name, checksum=migration.checksum)
    return [migration.name for migration in missing], max([*applied, *(migration.version for migration in missing)])
