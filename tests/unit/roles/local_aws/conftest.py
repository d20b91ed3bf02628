"""What the tests of the local AWS's servers share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import emulators
import pytest

sys.path.insert(0, str(Path(__file__).parents[4] / "roles" / "local_aws" / "files"))

from local_aws.data_servers import DataServers


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """Running servers of a test module, in a folder whose path is longer than a unix socket's name can be."""
    folder = tmp_path_factory.mktemp("data") / ("long" * 30)
    found = DataServers(folder, emulators.free_port(), emulators.free_port())
    try:
        found.start()
        yield found
    finally:
        found.stop()
