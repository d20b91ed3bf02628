# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Flow logs, NAT gateways, Elastic IPs and the default group of a VPC, as far as MiniStack drops what they are told."""

from __future__ import annotations

from typing import Any

from ministack.services import ec2

from local_aws.patches import require

Params = dict[str, Any]


def install() -> None:
    """Put it into MiniStack."""
    require(ec2, "_ACTION_MAP", "_flow_logs", "_nat_gateways", "_addresses", "_security_groups", "_vpcs", "_tags")
    require(ec2, parameters={"_create_vpc": 1, "_create_flow_logs": 1, "_create_nat_gateway": 1, "_parse_filters": 1})
    require(ec2, parameters={"_describe_flow_logs": 1, "_describe_nat_gateways": 1, "_describe_addresses": 1})
    require(ec2, parameters={"_p": 3, "_resource_matches_tag_filters": 2})
    ec2._ACTION_MAP |= {
        "CreateVpc": _create_vpc(ec2._create_vpc),
        "CreateFlowLogs": _create_flow_logs(ec2._create_flow_logs),
        "DescribeFlowLogs": _with_fields(ec2._describe_flow_logs, ec2._flow_logs, "flowLogId", _flow_log_fields),
        "CreateNatGateway": _with_fields(ec2._create_nat_gateway, ec2._nat_gateways, "natGatewayId", _nat_fields),
        "DescribeNatGateways": _with_fields(ec2._describe_nat_gateways, ec2._nat_gateways, "natGatewayId", _nat_fields),
        "DescribeAddresses": _describe_addresses,
    }


def _create_vpc(create: Any) -> Any:
    def create_vpc(params: Params) -> Any:
        known = set(ec2._vpcs)
        answer = create(params)
        for made in set(ec2._vpcs) - known:
            group = ec2._security_groups[ec2._vpcs[made]["DefaultSecurityGroupId"]]
            own = {"GroupId": group["GroupId"]}
            group["IpPermissions"] = [
                {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [own]}
            ]
        return answer

    return create_vpc


def _create_flow_logs(create: Any) -> Any:
    def create_flow_logs(params: Params) -> Any:
        known = set(ec2._flow_logs)
        # MiniStack looks for tags of another resource type than AWS.
        answer = create({**params, **_as_resource_type(params, "vpc-flow-log", "flow-log")})
        for made in set(ec2._flow_logs) - known:
            ec2._flow_logs[made] |= {
                "LogGroupName": ec2._p(params, "LogGroupName"),
                "RoleArn": ec2._p(params, "DeliverLogsPermissionArn"),
                "Interval": ec2._p(params, "MaxAggregationInterval") or "600",
            }
        return answer

    return create_flow_logs


def _as_resource_type(params: Params, given: str, known: str) -> Params:
    return {
        key: [known]
        for key, value in params.items()
        if key.startswith("TagSpecification") and key.endswith("ResourceType") and value in (given, [given])
    }


def _with_fields(describe: Any, resources: Any, id_tag: str, fields: Any) -> Any:
    """The answer with more fields of each resource, before its ID."""

    def describe_more(params: Params) -> Any:
        status, headers, body = describe(params)
        text = body.decode() if isinstance(body, bytes) else body
        for key, resource in resources.items():
            text = text.replace(f"<{id_tag}>{key}</{id_tag}>", f"{fields(resource)}<{id_tag}>{key}</{id_tag}>")
        text = text.replace("<natGatewayAddressSet/>", "")
        return status, headers, text.encode() if isinstance(body, bytes) else text

    return describe_more


def _flow_log_fields(flow_log: dict[str, Any]) -> str:
    return (
        f"<logGroupName>{flow_log.get('LogGroupName', '')}</logGroupName>"
        f"<deliverLogsPermissionArn>{flow_log.get('RoleArn', '')}</deliverLogsPermissionArn>"
        f"<maxAggregationInterval>{flow_log.get('Interval', '600')}</maxAggregationInterval>"
    )


def _nat_fields(gateway: dict[str, Any]) -> str:
    address = ec2._addresses.get(gateway.get("AllocationId") or "")
    if address is None:
        return ""
    return (
        f"<natGatewayAddressSet><item><allocationId>{address['AllocationId']}</allocationId>"
        f"<publicIp>{address['PublicIp']}</publicIp></item></natGatewayAddressSet>"
    )


def _describe_addresses(params: Params) -> Any:
    """MiniStack's answer for those that the filters on tags ask for."""
    filters = ec2._parse_filters(params)
    if not filters:
        return ec2._describe_addresses(params)
    found = [key for key in ec2._addresses if ec2._resource_matches_tag_filters(key, filters)]
    return ec2._describe_addresses({f"AllocationId.{number}": [key] for number, key in enumerate(found or ["none"], 1)})
