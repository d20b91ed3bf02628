"""A real PostgreSQL and a real Redis behind TLS; Secrets Manager's answers are simulated."""

from __future__ import annotations

import json
import secrets as random_names
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path += [str(Path(__file__).parent), str(ROOT / "roles/processing/files"), str(ROOT / "roles/local_aws/files")]

from data_tier import CACHE_SECRET, DATABASE, DATABASE_SECRET, MASTER, Stack, free_port
from local_aws.data_servers import DataServers
from sensor_functions import cache, database, ingest, migrate, query, secrets
from simulated_secrets import SimulatedSecretsManager


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions' environment; no AWS setting of the caller reaches a test."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    monkeypatch.setenv("DATABASE_SECRET_ID", DATABASE_SECRET)
    monkeypatch.setenv("CACHE_SECRET_ID", CACHE_SECRET)
    monkeypatch.setenv("RETENTION_DAYS", "90")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    for name in ("CREDENTIALS_SECONDS", "LATEST_SECONDS", "APPLICATION_SECRET_ID", "ALLOWED_ORIGIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """PostgreSQL and Redis of this test process."""
    started = DataServers(tmp_path_factory.mktemp("data"), free_port(), free_port())
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> SimulatedSecretsManager:
    """An empty Secrets Manager (simulated AWS answers) that the functions use; nothing is kept from other tests."""
    simulated = SimulatedSecretsManager()
    monkeypatch.setattr(secrets, "client", lambda: simulated)
    for kept in (secrets.secret, ingest.writer, ingest.latest, query.reader, query.latest):
        kept.cache_clear()
    return simulated


@pytest.fixture
def bare_stack(
    servers: DataServers, secrets_manager: SimulatedSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    """A database without a schema, a cache, and their secrets."""
    stack = Stack(servers, secrets_manager, random_names.token_urlsafe(24), random_names.token_urlsafe(24))
    monkeypatch.setattr(database, "CA_FILE", servers.ca_file)
    monkeypatch.setattr(cache, "CA_FILE", servers.ca_file)
    servers.start()
    servers.drop_master(MASTER)
    servers.create_master(MASTER, stack.password, DATABASE)
    servers.set_auth_token(stack.token)
    servers.flush_cache()
    secrets_manager.create(DATABASE_SECRET, stack.connection_values())
    secrets_manager.create(CACHE_SECRET, stack.cache_values())
    yield stack
    for function, kept in ((ingest.writer, "close"), (query.reader, "close")):
        if function.cache_info().currsize:
            getattr(function(), kept)()


@pytest.fixture
def stack(bare_stack: Stack) -> Stack:
    """The same with the schema and its partitions."""
    migrate.handler({}, None)
    return bare_stack


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines logged since it was last called."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
