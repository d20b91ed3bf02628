"""Stacks for the tests of the playbooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from emulators import Emulator
from modules import Account
from stacks import Stack


@pytest.fixture
def stack(ministack: Emulator, tmp_path: Path) -> Stack:
    """A stack ``iot-dev`` in a fresh account; nothing is deployed yet."""
    return Stack(Account(ministack), tmp_path / "stack")
