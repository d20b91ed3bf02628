"""The order of the files: those with the longest runs first, so that no process is left with one of them when the others are done."""

from __future__ import annotations

import pytest

# Folders, and then what has no folder; the files of a folder stay in their order.
ORDER = ("processing", "playbooks", "extensions", "integration", "modules")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; tests elsewhere stay where they are."""
    items.sort(key=lambda item: ORDER.index(item.path.parent.name) if item.path.parent.name in ORDER else 0)
