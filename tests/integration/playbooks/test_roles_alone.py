"""Roles in a playbook of one's own, in a network that was made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from emulators import Emulator
from modules import Account
from stacks import SMALL, Run, Stack

ROLES = ("secrets", "database", "cache", "processing")


class Site:
    """A VPC made by hand, and a play of some roles in it."""

    def __init__(self, account: Account, folder: Path) -> None:
        ec2 = account.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="172.20.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"172.20.{number}.0/24", AvailabilityZone=f"ca-central-1{zone}"
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        where = {
            f"{tier}_{what}": value
            for tier in ("cache", "database")
            for what, value in (("vpc_id", self.vpc), ("subnet_ids", self.subnets), ("vpc_cidr", "172.20.0.0/16"))
        }
        wishes = {
            "processing_vpc_id": self.vpc,
            "processing_subnet_ids": self.subnets,
            "processing_enabled": True,
            "processing_runtime": "python3.12",
            "processing_architecture": "arm64",
            "processing_log_level": "WARNING",
            "processing_build_dir": str(folder / "build"),
            "database_enable_http_endpoint": False,
            "database_wait_for_creation": True,
            "cache_wait_for_creation": True,
            "cache_auth_token_enabled": True,
            "secrets_username": "somebody",
            "secrets_dbname": "readings",
            "secrets_cache_connection": True,
            "secrets_generate_auth_token": True,
            "secrets_recovery_window_in_days": 0,
        }
        self.stack = Stack(account, folder, {"alone": {**SMALL, **where, **wishes}})
        self.account = account

    def run(self) -> Run:
        """Run the play; the last role without what needs a database that answers."""
        tasks: list[dict[str, Any]] = [
            {"ansible.builtin.include_role": {"name": f"iot.sensor_stack.{role}"}} for role in ROLES
        ]
        tasks[-1]["ansible.builtin.include_role"]["tasks_from"] = "deploy"
        return self.stack.run_tasks(tasks)


@pytest.fixture(scope="module")
def site(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Deployed, and run once more."""
    site = Site(Account(ministack), tmp_path_factory.mktemp("alone") / "stack")
    site.run()
    assert site.run().changed == 0
    return site


def test_cache_and_database_are_where_they_were_told(site: Site) -> None:
    ec2, rds = site.account.client("ec2"), site.account.client("rds")
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [site.vpc]}])["SecurityGroups"]
    ranges = {
        group["GroupName"]: [(rule["FromPort"], rule["IpRanges"][0]["CidrIp"]) for rule in group["IpPermissions"]]
        for group in groups
        if group["GroupName"] != "default"
    }
    assert ranges["iot-redis-sg-alone"] == [(6379, "172.20.0.0/16")]
    assert ranges["iot-aurora-sg-alone"] == [(5432, "172.20.0.0/16")]
    (subnet_group,) = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in subnet_group["Subnets"]} == set(site.subnets)
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    assert not cluster.get("HttpEndpointEnabled")


def test_the_secrets_say_what_they_were_told(site: Site) -> None:
    manager = site.account.client("secretsmanager")
    value = json.loads(manager.get_secret_value(SecretId="iot-aurora-password-alone")["SecretString"])
    token = json.loads(manager.get_secret_value(SecretId="iot-redis-auth-alone")["SecretString"])

    assert (value["username"], value["dbname"]) == ("somebody", "readings") and value["host"]
    assert token["auth_token"] and token["host"]


def test_the_functions_are_as_they_were_told(site: Site) -> None:
    function = site.account.client("lambda").get_function_configuration(FunctionName="iot-ingest-alone")

    assert function["Runtime"] == "python3.12" and function["Architectures"] == ["arm64"]
    assert function["Environment"]["Variables"]["LOG_LEVEL"] == "WARNING"
    assert set(function["VpcConfig"]["SubnetIds"]) == set(site.subnets)
