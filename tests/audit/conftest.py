"""inventories/prod, deployed on the local AWS with a real PostgreSQL and a real Redis behind it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit.checks import CHECKS, patterns
from modules import REGION
from prod import Prod, prod_stack
from stacks import ROOT

SCAN = Path(__file__).with_name("scan.py")
PROWLER = ROOT / ".cache" / "audit" / "bin" / "python"


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prod]:
    """The deployed stack."""
    with prod_stack(tmp_path_factory.mktemp("audit")) as stack:
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
