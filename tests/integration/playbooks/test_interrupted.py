"""A deploy that is killed goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from stacks import Stack


def deploy_until(stack: Stack, action: str, seconds: float = 120) -> None:
    """Start a deploy and kill it as soon as AWS got this call."""
    process = subprocess.Popen(
        stack.command("site"),
        cwd=stack.folder,
        env=stack.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + seconds
    try:
        while action not in [call["action"] for call in stack.account.emulator.recorded(stack.account.number)]:
            assert process.poll() is None and time.monotonic() < end, f"the deploy ended before {action}"
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_deploy_killed_in_each_tier_is_completed(stack: Stack) -> None:
    for action in ("CreateSubnet", "CreateSecret", "CreateReplicationGroup", "CreateDBInstance", "POST /restapis"):
        deploy_until(stack, action)
    stack.deploy()
    assert stack.deploy().changed == 0

    account = stack.account
    ec2, api = account.client("ec2"), account.client("apigateway")
    assert len(ec2.describe_vpcs()["Vpcs"]) == 2  # ours and the default one
    ours = [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    in_vpc = [{"Name": "vpc-id", "Values": ours}]
    assert len(ec2.describe_subnets(Filters=in_vpc)["Subnets"]) == 4
    assert len(ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]) == 3  # two and the main one
    assert len(ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]) == 3  # two and the default one
    assert len(account.client("elasticache").describe_replication_groups()["ReplicationGroups"]) == 1
    assert len(account.client("rds").describe_db_instances()["DBInstances"]) == 2
    for operation in ("get_rest_apis", "get_usage_plans", "get_api_keys"):
        assert len(getattr(api, operation)()["items"]) == 1
