"""The network with all that can be turned on, and turned off again: plan, deploy, unchanged run, destroy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from stacks import Stack, changes

ON: dict[str, Any] = {
    "network_availability_zone_count": 3,
    "network_map_public_ip_on_launch": False,
    "network_default_security_group_empty": True,
    "network_flow_logs_enabled": True,
    "network_flow_logs_retention_days": 365,
    "network_flow_logs_aggregation_interval": 60,
    "network_interface_endpoints": ["secretsmanager", "sqs"],
    "network_endpoints_own_account": True,
    "network_gateway_endpoints": ["s3"],
    "network_nat_gateways": "one_per_az",
}
TAGS = ("--tags", "network")


def writes(account: Account, since: int) -> list[str]:
    """The write calls of the account since then."""
    return [call["action"] for call in account.emulator.recorded(account.number)[since:] if is_write(call)]


def things(account: Account) -> dict[str, Any]:
    """What there is of the options."""
    ec2 = account.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["iot-vpc-dev"]}])["Vpcs"]
    in_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    groups = ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]
    (default,) = [group for group in groups if group["GroupName"] == "default"]
    return {
        "parts": {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}.get("NetworkParts"),
        "subnets": sorted(subnet["CidrBlock"] for subnet in ec2.describe_subnets(Filters=in_vpc)["Subnets"]),
        "public": any(subnet["MapPublicIpOnLaunch"] for subnet in ec2.describe_subnets(Filters=in_vpc)["Subnets"]),
        "default rules": len(default["IpPermissions"]) + len(default["IpPermissionsEgress"]),
        "groups": sorted(group["GroupName"] for group in groups),
        "endpoints": sorted(
            endpoint["ServiceName"].rpartition(".")[2]
            for endpoint in ec2.describe_vpc_endpoints(Filters=in_vpc)["VpcEndpoints"]
        ),
        "tables of the gateway endpoint": sum(
            len(endpoint["RouteTableIds"]) for endpoint in ec2.describe_vpc_endpoints(Filters=in_vpc)["VpcEndpoints"]
        ),
        "ways out": ways_out(ec2, in_vpc),
        "addresses": sorted(
            tag["Value"] for address in ec2.describe_addresses()["Addresses"] for tag in name_of(address)
        ),
        "flow logs": [
            (log["LogGroupName"], log["MaxAggregationInterval"]) for log in ec2.describe_flow_logs()["FlowLogs"]
        ],
        "log groups": [
            (group["logGroupName"], group["retentionInDays"])
            for group in account.client("logs").describe_log_groups()["logGroups"]
        ],
        "roles": [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]],
    }


def name_of(resource: dict[str, Any]) -> list[dict[str, str]]:
    """The tag Name."""
    return [tag for tag in resource["Tags"] if tag["Key"] == "Name"]


def ways_out(ec2: Any, in_vpc: list[dict[str, Any]]) -> dict[str, str | None]:
    """Each private subnet in a table and the NAT gateway that its default route leads through."""
    nats = ec2.describe_nat_gateways(Filter=in_vpc)["NatGateways"]
    titles = {nat["NatGatewayId"]: name_of(nat)[0]["Value"] for nat in nats if nat["State"] == "available"}
    subnets = ec2.describe_subnets(Filters=in_vpc)["Subnets"]
    names = {subnet["SubnetId"]: name_of(subnet)[0]["Value"] for subnet in subnets}
    return {
        names[association["SubnetId"]]: next(
            (titles[route["NatGatewayId"]] for route in table["Routes"] if route.get("NatGatewayId")), None
        )
        for table in ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]
        for association in table["Associations"]
        if "private" in names.get(association.get("SubnetId"), "")
    }


def test_everything_on_then_off_again(ministack: Emulator, tmp_path: Any) -> None:
    stack = Stack(Account(ministack), tmp_path / "stack")
    account = stack.account
    plan = stack.plan(*TAGS, **ON)
    assert writes(account, 0) == [], "the plan wrote"
    made = stack.deploy_changes(*TAGS, **ON)
    assert changes(plan.document) == changes(made)

    on = things(account)
    assert on == {
        "parts": "flow-log nat-gateways s3-gateway-endpoint secretsmanager-endpoint sqs-endpoint",
        "subnets": [f"10.0.{number}.0/24" for number in (0, 1, 10, 11, 12, 2)],
        "public": False,
        "default rules": 0,
        "groups": ["default", "iot-endpoints-sg-dev"],
        "endpoints": ["s3", "secretsmanager", "sqs"],
        "tables of the gateway endpoint": 3,
        "ways out": {f"iot-private-{number}-dev": f"iot-nat-{number}-dev" for number in (1, 2, 3)},
        "addresses": ["iot-nat-1-dev", "iot-nat-2-dev", "iot-nat-3-dev"],
        "flow logs": [("/iot/flow-log-dev", 60)],
        "log groups": [("/iot/flow-log-dev", 365)],
        "roles": ["iot-flow-log-role-ca-central-1-dev"],
    }
    before = len(ministack.recorded(account.number))
    assert stack.deploy(*TAGS, **ON).changed == 0 and writes(account, before) == []

    stack.deploy(*TAGS, **{**ON, "network_interface_endpoints": ["sqs"], "network_nat_gateways": "single"})
    assert things(account) == {
        **on,
        "parts": "flow-log nat-gateways s3-gateway-endpoint sqs-endpoint",
        "endpoints": ["s3", "sqs"],
        "tables of the gateway endpoint": 1,
        "ways out": {f"iot-private-{number}-dev": "iot-nat-1-dev" for number in (1, 2, 3)},
        "addresses": ["iot-nat-1-dev"],
    }

    off = stack.plan(*TAGS, network_nat_keep_eips=True)
    undone = stack.deploy_changes(*TAGS, network_nat_keep_eips=True)
    assert changes(off.document) == changes(undone)
    assert things(account) == {
        **on,
        **{"parts": None, "public": True, "groups": ["default"]},
        # The third zone's subnets stay, as its private one is no longer in a table of the stack's.
        **{"ways out": {f"iot-private-{number}-dev": None for number in (1, 2)}, "addresses": ["iot-nat-1-dev"]},
        **{"endpoints": [], "tables of the gateway endpoint": 0, "flow logs": [], "log groups": [], "roles": []},
    }
    assert stack.deploy(*TAGS, network_nat_keep_eips=True).changed == 0

    stack.deploy(*TAGS, **ON)
    assert things(account)["addresses"] == on["addresses"], "the one that was kept is used again"
    stack.destroy()
    assert account.client("ec2").describe_addresses()["Addresses"] == []
    assert account.client("ec2").describe_flow_logs()["FlowLogs"] == []
    assert account.client("logs").describe_log_groups()["logGroups"] == []
    assert account.client("iam").list_roles()["Roles"] == []
    assert account.client("ec2").describe_addresses()["Addresses"] == []


@pytest.mark.parametrize("given", [ON, {"network_interface_endpoints": []}])
def test_the_facts_of_an_unchanged_run_are_those_that_are_read(
    given: dict[str, Any], ministack: Emulator, tmp_path: Any
) -> None:
    stack = Stack(Account(ministack), tmp_path / "stack")
    tasks: list[dict[str, Any]] = [{"ansible.builtin.include_role": {"name": "iot.sensor_stack.network"}}] * 2
    tasks += [
        {"ansible.builtin.set_fact": {"known": "{{ network_facts }}"}},
        {"ansible.builtin.include_role": {"name": "iot.sensor_stack.network", "tasks_from": "facts"}},
        {
            "ansible.builtin.copy": {
                "content": "{{ [known, network_facts] | to_json }}",
                "dest": str(tmp_path / "facts.json"),
                "mode": "0600",
            }
        },
    ]
    stack.run_tasks(tasks, given)
    known, read = json.loads((tmp_path / "facts.json").read_text())

    assert "found" not in known and known == {key: value for key, value in read.items() if key != "found"}
