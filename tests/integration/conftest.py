"""The order of the files: those with the longest runs first, so that no process is left with one of them when the others are done."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# The files of a folder stay in their order.
ORDER = [HERE / "processing", HERE / "playbooks", HERE / "extensions", HERE, HERE / "modules"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; tests elsewhere come first."""
    items.sort(key=lambda item: ORDER.index(item.path.parent) if item.path.parent in ORDER else 0)
