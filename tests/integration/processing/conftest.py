"""A stack whose readings really arrive: MiniStack with a real PostgreSQL and a real Redis behind its endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import emulators
import pytest
from live import Live
from local_aws.data_servers import DataServers
from modules import DEFAULT_ACCOUNT, REGION, SECRET_KEY, Account
from stacks import SMALL, Stack

# MiniStack serves the API and calls functions in its default account only.
ENVIRONMENT = "load"


def variables(data: DataServers) -> dict[str, object]:
    """What the stack's inventory says."""
    return {
        **SMALL,
        "api_integration": "queue",
        "secrets_rotation": "function",
        "secrets_recovery_window_in_days": 0,
        "database_port": data.database_port,
        "cache_port": data.cache_port,
        "processing_database_ca_file": str(data.ca_file),
        "processing_cache_ca_file": str(data.ca_file),
        "processing_maximum_concurrency": 2,
        # A message is tried again after six times this.
        "processing_ingest_timeout": 5,
        "processing_max_receive_count": 4,
    }


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """The real servers."""
    with emulators.data_servers(tmp_path_factory.mktemp("data")) as servers:
        yield servers


@pytest.fixture(scope="session")
def stack(data: DataServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployed stack, which all tests of a process share; the tests tell their readings by the names of devices."""
    folder = tmp_path_factory.mktemp("stack")
    with emulators.ministack(tmp_path_factory.mktemp("local_aws"), data) as emulator:
        account = Account(emulator, number=DEFAULT_ACCOUNT)
        stack = Stack(
            account, folder, {ENVIRONMENT: {**variables(data), "processing_build_dir": str(folder / "build")}}
        )
        stack.deploy()
        yield stack


@pytest.fixture(scope="session")
def live(stack: Stack, data: DataServers) -> Live:
    """The stack, seen from outside."""
    emulator = stack.account.emulator
    return Live("iot", ENVIRONMENT, REGION, emulator.endpoint, DEFAULT_ACCOUNT, SECRET_KEY, data.ca_file)


@pytest.fixture(scope="session")
def url(stack: Stack) -> str:
    """The URL of the API's stage."""
    import json

    (outputs,) = Path(stack.folder, "outputs").glob("*.json")
    return json.loads(outputs.read_text())["api_gateway_url"]
