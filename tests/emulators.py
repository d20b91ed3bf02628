"""The emulators the tests run against: MiniStack with every call recorded, and moto, both on loopback only."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_aws.data_servers import DataServers

TESTS = Path(__file__).parent
LOCAL_AWS = TESTS.parent / "roles" / "local_aws" / "files"


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its name, endpoint and, for MiniStack, the file its calls are recorded in."""

    name: str
    endpoint: str
    record: Path | None = None
    behaviour: Path | None = None

    def behave(self, account: str, **settings: Any) -> None:
        """Make the emulator behave to an account as emulator_behaviour describes, such as ``creating_seconds=3``.

        The account ``*`` stands for all accounts.
        """
        assert self.behaviour is not None, f"{self.name} has one behaviour only"
        known = json.loads(self.behaviour.read_text()) if self.behaviour.exists() else {}
        partial = self.behaviour.with_suffix(".partial")
        partial.write_text(json.dumps({**known, account: settings}))
        partial.replace(self.behaviour)

    def recorded(self, account: str | None = None) -> list[dict[str, Any]]:
        """The calls so far, oldest first, of one account if given, each as emulator_app describes."""
        assert self.record is not None, f"{self.name} records no calls"
        calls = [json.loads(line) for line in self.record.read_text().splitlines()]
        return [call for call in calls if account in (None, call["account"])]


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def ministack(folder: Path, data: DataServers | None = None) -> Iterator[Emulator]:
    """Run MiniStack, with what role local_aws adds to it, behind the recording middleware until the block ends.

    :arg folder: for its log, its record of calls and its temporary files
    :arg data: running servers that are behind the endpoints of databases and caches
    """
    port = free_port()
    record = folder / "calls.jsonl"
    record.touch()
    behaviour = folder / "behaviour.json"
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(folder),
        "EMULATOR_RECORD": str(record),
        "EMULATOR_BEHAVIOUR": str(behaviour),
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(LOCAL_AWS)]),
        "LOG_LEVEL": "WARNING",
        **(_tied_to(data) if data else {}),
    }
    command = [sys.executable, "-m", "hypercorn", "emulator_app:app", "--bind", f"127.0.0.1:{port}"]
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait_for_health(process, f"{endpoint}/_ministack/health", folder / "ministack.log")
        yield Emulator("ministack", endpoint, record, behaviour)
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def data_servers(folder: Path) -> Iterator[DataServers]:
    """Run the PostgreSQL and the Redis of role local_aws until the block ends.

    :arg folder: for all that they keep
    """
    if str(LOCAL_AWS) not in sys.path:
        sys.path.insert(0, str(LOCAL_AWS))
    from local_aws.data_servers import DataServers

    servers = DataServers(folder, free_port(), free_port())
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def _tied_to(data: DataServers) -> dict[str, str]:
    """The environment that ties MiniStack to data servers."""
    return {
        "LOCAL_AWS_DATA_DIR": str(data.folder),
        "LOCAL_AWS_DATABASE_PORT": str(data.database_port),
        "LOCAL_AWS_CACHE_PORT": str(data.cache_port),
        "REDIS_HOST": "localhost",
        "REDIS_PORT": str(data.cache_port),
    }


def _wait_for_health(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"MiniStack did not become healthy:\n{log.read_text()[-4000:]}")


@contextlib.contextmanager
def moto() -> Iterator[Emulator]:
    """Run moto's server in a thread of this process until the block ends."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Emulator("moto", f"http://{host}:{port}")
    finally:
        server.stop()
