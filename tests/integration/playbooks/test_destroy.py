"""destroy.yml removes what site.yml made, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import SMALL, Stack


def names(account: Account) -> set[str]:
    """The names of all resources of the stacks' kinds in the account, the default VPC's and AWS's own left out."""
    ec2, cache, rds, api = (account.client(service) for service in ("ec2", "elasticache", "rds", "apigateway"))
    found: list[str] = []
    for operation, key in EC2_KINDS.items():
        for resource in getattr(ec2, operation)()[key]:
            found += [tag["Value"] for tag in resource.get("Tags", []) if tag["Key"] == "Name"]
    found += [group["ReplicationGroupId"] for group in cache.describe_replication_groups()["ReplicationGroups"]]
    found += [cluster["CacheClusterId"] for cluster in cache.describe_cache_clusters()["CacheClusters"]]
    found += [group["CacheSubnetGroupName"] for group in cache.describe_cache_subnet_groups()["CacheSubnetGroups"]]
    found += [cluster["DBClusterIdentifier"] for cluster in rds.describe_db_clusters()["DBClusters"]]
    found += [instance["DBInstanceIdentifier"] for instance in rds.describe_db_instances()["DBInstances"]]
    found += [group["DBSubnetGroupName"] for group in rds.describe_db_subnet_groups()["DBSubnetGroups"]]
    found += [secret["Name"] for secret in account.client("secretsmanager").list_secrets()["SecretList"]]
    for operation in ("get_rest_apis", "get_usage_plans", "get_api_keys"):
        found += [item["name"] for item in getattr(api, operation)()["items"]]
    return {name for name in found if not name.startswith("default")}


# What a stack's first run in a new folder changes, where AWS has all of it.
ONLY_OUTPUTS = ["Ensure the folder of the outputs", "Write the outputs"]

EC2_KINDS = {
    "describe_vpcs": "Vpcs",
    "describe_subnets": "Subnets",
    "describe_route_tables": "RouteTables",
    "describe_internet_gateways": "InternetGateways",
    "describe_security_groups": "SecurityGroups",
}


@pytest.fixture
def two_stacks(ministack: Emulator, tmp_path: Any) -> tuple[Stack, Stack]:
    """iot-dev and iot-qa deployed in one account, beside a foreign VPC."""
    account = Account(ministack)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "foreign"}]}]
    account.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)
    both = Stack(account, tmp_path / "both", {"dev": SMALL, "qa": SMALL})
    both.deploy()
    return Stack(account, tmp_path / "dev", {"dev": SMALL}), Stack(account, tmp_path / "qa", {"qa": SMALL})


def test_destroy(two_stacks: tuple[Stack, Stack]) -> None:
    dev, qa = two_stacks
    everything = names(dev.account)
    of_dev = {name for name in everything if name.endswith("-dev") or name.startswith("iot-redis-dev-")}
    assert len(of_dev) >= 17 and "foreign" in everything

    asked = dev.try_run("destroy")
    assert (
        asked.code != 0
        and "stack_destroy is '': to remove the stack above, run again with -e stack_destroy=iot-dev"
        in flat(asked.output)
    )
    assert "iot-aurora-dev" in asked.output and names(dev.account) == everything

    protected = dev.try_run("destroy", "-e", "stack_destroy=iot-qa")
    assert protected.code != 0 and names(dev.account) == everything

    destroyed = dev.destroy()
    assert names(dev.account) == everything - of_dev
    assert "Nothing of it is left" in destroyed.output and not list((dev.folder / "outputs").glob("*"))
    assert "Stays on purpose: secret iot-aurora-password-dev" in destroyed.output
    assert qa.deploy("--tags", "network,secrets,cache,database,api").changed_tasks == ONLY_OUTPUTS, (
        "the other stack was touched"
    )

    again = dev.destroy()
    assert again.changed == 0

    # The secret's name is pending deletion now (a recovery window of 30 days); deploying again restores it.
    dev.deploy()
    assert names(dev.account) == everything
    assert dev.deploy().changed == 0


def test_half_destroyed(stack: Stack) -> None:
    stack.environments["dev"] = SMALL
    stack.write_inventory()
    stack.deploy()
    stack.destroy("--tags", "api,cache")
    left = names(stack.account)
    assert not any("redis" in name or "api" in name for name in left) and "iot-aurora-dev" in left

    # Somebody removed a part by hand, and another run was interrupted after the database.
    stack.account.client("secretsmanager").delete_secret(
        SecretId="iot-aurora-password-dev", ForceDeleteWithoutRecovery=True
    )
    stack.destroy()
    assert names(stack.account) == set()


def test_all_that_stands_in_the_way_is_said_before_the_first_delete(stack: Stack) -> None:
    stack.environments["dev"] = {**SMALL, "database_deletion_protection": True}
    stack.write_inventory()
    stack.deploy()
    ec2 = stack.account.client("ec2")
    (subnet,) = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["iot-public-1-dev"]}])["Subnets"]
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet["SubnetId"])
    before = len(stack.account.emulator.recorded(stack.account.number))
    refused = stack.try_run("destroy", "-e", "stack_destroy=iot-dev")
    writes = [call for call in stack.account.emulator.recorded(stack.account.number)[before:] if is_write(call)]

    assert refused.code != 0 and "iot-aurora-dev has deletion protection" in flat(refused.output)
    assert f"holds instance {made['Instances'][0]['InstanceId']}" in flat(refused.output)
    assert writes == []


def flat(text: str) -> str:
    """Text without its line breaks and indentation."""
    return " ".join(text.split())
