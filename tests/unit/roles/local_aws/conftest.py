"""What the tests of the local AWS's servers share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import emulators
import pytest

if TYPE_CHECKING:
    from local_aws.data_servers import DataServers

sys.path.insert(0, str(emulators.LOCAL_AWS))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataServers]:
    """Running servers of a test module, in a folder whose path is longer than a unix socket's name can be."""
    with emulators.data_servers(tmp_path_factory.mktemp("data") / ("long" * 30)) as found:
        yield found
