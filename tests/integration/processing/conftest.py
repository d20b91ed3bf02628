"""A stack whose readings really arrive: MiniStack with a real PostgreSQL and a real Redis behind its endpoints.

Each file has its own: stacks share user, database and token of the servers, and a second one sets password and token anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import emulators
import pytest
from live import Live
from load import Connection
from local_aws.data_servers import DataServers
from modules import DEFAULT_ACCOUNT, Account
from processing import look_at, make_stack, unique, url_of
from stacks import Stack


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """The real servers."""
    with emulators.data_servers(tmp_path_factory.mktemp("data")) as servers:
        yield servers


@pytest.fixture(scope="module")
def local_aws(data: DataServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The default account of a MiniStack with the real servers."""
    with emulators.ministack(tmp_path_factory.mktemp("local_aws"), data) as emulator:
        yield Account(emulator, number=DEFAULT_ACCOUNT)


@pytest.fixture(scope="module")
def stack(local_aws: Account, data: DataServers, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A deployed stack, which all tests of a file share; they tell their readings by the names of devices."""
    stack = make_stack(local_aws, tmp_path_factory.mktemp("stack"), "load", data)
    stack.deploy()
    return stack


@pytest.fixture(scope="module")
def live(stack: Stack, data: DataServers) -> Live:
    """The stack, seen from outside."""
    return look_at(stack, data)


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    """The URL of the API's stage."""
    return url_of(stack)


@pytest.fixture
def client(live: Live, url: str) -> Iterator[Any]:
    """A connection with a key of its own."""
    with live.clients(unique("client")) as (one,):
        connection = Connection(url, one.key)
        yield connection
        connection.close()
