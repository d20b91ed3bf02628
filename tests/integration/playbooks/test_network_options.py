"""The network with all that can be turned on, and turned off again: plan, deploy, unchanged run, destroy."""

from __future__ import annotations

from typing import Any

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
    "network_interface_endpoints": ["secretsmanager", "sqs"],
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
        "flow logs": [log["LogGroupName"] for log in ec2.describe_flow_logs()["FlowLogs"]],
        "log groups": [
            (group["logGroupName"], group["retentionInDays"])
            for group in account.client("logs").describe_log_groups()["logGroups"]
        ],
        "roles": [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]],
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
        "parts": "flow-log secretsmanager-endpoint sqs-endpoint",
        "subnets": [f"10.0.{number}.0/24" for number in (0, 1, 10, 11, 12, 2)],
        "public": False,
        "default rules": 0,
        "groups": ["default", "iot-endpoints-sg-dev"],
        "endpoints": ["secretsmanager", "sqs"],
        "flow logs": ["/iot/flow-log-dev"],
        "log groups": [("/iot/flow-log-dev", 365)],
        "roles": ["iot-flow-log-role-ca-central-1-dev"],
    }
    before = len(ministack.recorded(account.number))
    assert stack.deploy(*TAGS, **ON).changed == 0 and writes(account, before) == []

    stack.deploy(*TAGS, **{**ON, "network_interface_endpoints": ["sqs"]})
    assert things(account) == {**on, "parts": "flow-log sqs-endpoint", "endpoints": ["sqs"]}

    off = stack.plan(*TAGS)
    undone = stack.deploy_changes(*TAGS)
    assert changes(off.document) == changes(undone)
    assert things(account) == {
        **on,
        **{"parts": None, "public": True, "groups": ["default"]},
        **{"endpoints": [], "flow logs": [], "log groups": [], "roles": []},
    }
    assert stack.deploy(*TAGS).changed == 0

    stack.deploy(*TAGS, **ON)
    stack.destroy()
    assert account.client("ec2").describe_flow_logs()["FlowLogs"] == []
    assert account.client("logs").describe_log_groups()["logGroups"] == []
    assert account.client("iam").list_roles()["Roles"] == []
