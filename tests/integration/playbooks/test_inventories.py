"""Several stacks in one inventory and one run."""

from __future__ import annotations

import json
from pathlib import Path

from emulators import Emulator
from modules import Account
from stacks import SMALL, Stack


def test_environments_and_regions_are_apart(ministack: Emulator, tmp_path: Path) -> None:
    hosts = {
        "dev": SMALL,
        "qa": {**SMALL, "network_vpc_cidr": "10.1.0.0/16", **subnets("10.1")},
        "dev-europe": {**SMALL, "stack_environment": "dev", "stack_region": "eu-central-1"},
    }
    stack = Stack(Account(ministack), tmp_path / "stacks", hosts)
    stack.deploy()
    assert stack.deploy().changed == 0

    account = stack.account
    for region, expected in (
        ("ca-central-1", {"iot-aurora-dev", "iot-aurora-qa"}),
        ("eu-central-1", {"iot-aurora-dev"}),
    ):
        clusters = account.client("rds", region).describe_db_clusters()["DBClusters"]
        assert {cluster["DBClusterIdentifier"] for cluster in clusters} == expected
        vpcs = account.client("ec2", region).describe_vpcs()["Vpcs"]
        assert len(vpcs) == len(expected) + 1  # the default VPC
        assert len(account.client("apigateway", region).get_rest_apis()["items"]) == len(expected)
    written = {path.name: json.loads(path.read_text()) for path in (stack.folder / "outputs").iterdir()}
    assert set(written) == {"iot-dev-ca-central-1.json", "iot-qa-ca-central-1.json", "iot-dev-eu-central-1.json"}
    assert len({outputs["vpc_id"] for outputs in written.values()}) == 3

    stack.run("destroy", "--limit", "dev-europe", "-e", "stack_destroy=iot-dev")
    assert account.client("rds", "eu-central-1").describe_db_clusters()["DBClusters"] == []
    assert stack.deploy("--limit", "dev,qa").changed == 0


def subnets(prefix: str) -> dict[str, list[str]]:
    """The subnets of a VPC with this prefix."""
    return {
        "network_public_subnet_cidrs": [f"{prefix}.0.0/24", f"{prefix}.1.0/24"],
        "network_private_subnet_cidrs": [f"{prefix}.10.0/24", f"{prefix}.11.0/24"],
    }
