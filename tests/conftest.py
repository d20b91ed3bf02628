"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import botocore.session
import emulators
import pytest
from botocore.loaders import Loader
from modules import Account


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No AWS settings of the caller reach a test."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """All clients of this test process share the models of the services, as those of one session do: they are read once."""
    loader = Loader()
    paths = list(loader.search_paths)

    def shared(_search_path: str | None = None) -> Loader:
        loader.search_paths[:] = paths  # each session adds its own
        return loader

    with mock.patch.object(botocore.session, "create_loader", shared):
        yield


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[emulators.Emulator]:
    """A MiniStack of this test process."""
    with emulators.ministack(tmp_path_factory.mktemp("ministack")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def moto() -> Iterator[emulators.Emulator]:
    """A moto server of this test process."""
    with emulators.moto() as emulator:
        yield emulator


@pytest.fixture
def account(ministack: emulators.Emulator) -> Account:
    """A fresh account on MiniStack."""
    return Account(ministack)


@pytest.fixture
def moto_account(moto: emulators.Emulator) -> Account:
    """The account on moto; all tests share it, so names must be a test's own."""
    return Account(moto)
