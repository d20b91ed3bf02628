"""inventories/prod, deployed on the local AWS with a real PostgreSQL and a real Redis behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import emulators
from modules import DEFAULT_ACCOUNT, REGION, SECRET_KEY, Account
from stacks import ROOT, Run, Stack


@dataclass
class Prod(Stack):
    """The stack of inventories/prod. Region aside, its connection comes from the environment, as on an account of AWS.

    :arg variables: extra variables of all runs
    """

    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def inventory(self) -> Path:
        """The inventory of the runs."""
        return ROOT / "inventories" / "prod"

    def write_inventory(self) -> None:
        """It is there."""

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a run."""
        connection = {
            "AWS_ENDPOINT_URL": self.account.emulator.endpoint,
            "AWS_ACCESS_KEY_ID": self.account.number,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }
        return super().environment(**connection, **more)

    def try_run(self, playbook: str, *arguments: str, variables: dict[str, Any] | None = None, **more: str) -> Run:
        """Run a playbook to its end."""
        return super().try_run(playbook, *arguments, variables={**self.variables, **(variables or {})}, **more)


@contextmanager
def prod_stack(folder: Path) -> Iterator[Prod]:
    """The stack, not yet deployed. Its ports and certificates are those of the servers on this machine."""
    with emulators.data_servers(folder / "data") as data, emulators.ministack(folder, data) as emulator:
        of_this_machine = {
            "stack_outputs_dir": str(folder / "outputs"),
            "database_port": data.database_port,
            "cache_port": data.cache_port,
            "processing_database_ca_file": str(data.ca_file),
            "processing_cache_ca_file": str(data.ca_file),
            "processing_build_dir": str(folder / "build"),
        }
        yield Prod(Account(emulator, number=DEFAULT_ACCOUNT), folder, {"prod": {}}, of_this_machine)
