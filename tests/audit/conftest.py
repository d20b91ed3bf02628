"""inventories/prod, deployed on the local AWS with a real PostgreSQL and a real Redis behind it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import emulators
import pytest
from audit.checks import CHECKS, patterns
from modules import DEFAULT_ACCOUNT, REGION, SECRET_KEY, Account
from stacks import ROOT, Run, Stack

SCAN = Path(__file__).with_name("scan.py")
PROWLER = ROOT / ".cache" / "audit" / "bin" / "python"


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


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prod]:
    """The deployed stack. Its ports and certificates are those of the servers on this machine."""
    folder = tmp_path_factory.mktemp("audit")
    with emulators.data_servers(folder / "data") as data, emulators.ministack(folder, data) as emulator:
        of_this_machine = {
            "stack_outputs_dir": str(folder / "outputs"),
            "database_port": data.database_port,
            "cache_port": data.cache_port,
            "processing_database_ca_file": str(data.ca_file),
            "processing_cache_ca_file": str(data.ca_file),
            "processing_build_dir": str(folder / "build"),
        }
        stack = Prod(Account(emulator, number=DEFAULT_ACCOUNT), folder, {"prod": {}}, of_this_machine)
        stack.deploy()
        yield stack


@pytest.fixture(scope="session")
def answer(prod: Prod) -> dict[str, Any]:
    """What scan.py answers about its account."""
    request_file, answer_file = prod.folder / "request.json", prod.folder / "answer.json"
    left_out = [pattern for pattern in patterns(CHECKS) if pattern not in patterns(CHECKS, rows="none")]
    request = {"region": REGION, "services": CHECKS["services"], "settings": CHECKS["settings"], "left_out": left_out}
    request_file.write_text(json.dumps(request))
    command = [PROWLER, SCAN, request_file, answer_file]
    environment = prod.environment(HOME=str(prod.folder))
    done = subprocess.run(command, env=environment, cwd=prod.folder, capture_output=True, text=True, check=False)
    print(done.stderr)  # what Prowler could not read
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(answer_file.read_text())


@pytest.fixture(scope="session")
def foreign(prod: Prod) -> set[str]:
    """The IDs of what every account has: its number, and the default VPC with what belongs to it."""
    ec2 = prod.account.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    filters = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    return {
        prod.account.number,
        vpc["VpcId"],
        *(one["SubnetId"] for one in ec2.describe_subnets(Filters=filters)["Subnets"]),
        *(one["GroupId"] for one in ec2.describe_security_groups(Filters=filters)["SecurityGroups"]),
        *(one["NetworkAclId"] for one in ec2.describe_network_acls(Filters=filters)["NetworkAcls"]),
    }
