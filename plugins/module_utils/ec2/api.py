# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.common import EC2ErrorHandler

# A new resource may be unknown to the next calls for some seconds. An ID that is wrong stays unknown.
NEW = (
    "InvalidGatewayID.NotFound",
    "InvalidInternetGatewayID.NotFound",
    "InvalidNatGatewayID.NotFound",
    "InvalidRouteTableID.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidVpcID.NotFound",
)
NEW_TRIES = 6


class NewParentRetry(AWSRetry):
    """Retries a creation only where it was surely refused, since its VPC is too new: see ``core.errors.create_once``."""

    @staticmethod
    def found(response_code: str, catch_extra_error_codes: Any = None) -> bool:
        """Whether the error is such a refusal."""
        return response_code in NEW


retry_refused = NewParentRetry.jittered_backoff(retries=NEW_TRIES, delay=1, max_delay=30)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make independent calls at the same time (boto3's clients allow it), and return their answers in order."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def _describe(client: Any, operation: str, member: str, **filters: str) -> list[dict[str, Any]]:
    """All pages of a describe call.

    :arg filters: AWS's filters; two underscores stand for a colon, one for a hyphen
    """
    request = [
        {"Name": name.replace("__", ":").replace("_", "-"), "Values": [value]} for name, value in filters.items()
    ]
    return client.get_paginator(operation).paginate(Filters=request).build_full_result().get(member, [])


@EC2ErrorHandler.common_error_handler("describe the VPC")
@retry()
def describe_vpcs(client: Any, name: str) -> list[dict[str, Any]]:
    """DescribeVpcs by the tag Name."""
    return _describe(client, "describe_vpcs", "Vpcs", tag__Name=name)


@EC2ErrorHandler.common_error_handler("describe the VPC's DNS support")
@retry()
def describe_dns_support(client: Any, vpc_id: str) -> bool:
    """DescribeVpcAttribute."""
    return client.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"]


@EC2ErrorHandler.common_error_handler("describe the VPC's DNS hostnames")
@retry()
def describe_dns_hostnames(client: Any, vpc_id: str) -> bool:
    """DescribeVpcAttribute."""
    return client.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"]


@EC2ErrorHandler.common_error_handler("describe the subnets")
@retry()
def describe_subnets(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """DescribeSubnets of a VPC."""
    return _describe(client, "describe_subnets", "Subnets", vpc_id=vpc_id)


@EC2ErrorHandler.common_error_handler("describe the route tables")
@retry()
def describe_route_tables(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """DescribeRouteTables of a VPC."""
    return _describe(client, "describe_route_tables", "RouteTables", vpc_id=vpc_id)


@EC2ErrorHandler.common_error_handler("describe the VPC's internet gateway")
@retry()
def describe_attached_gateways(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """DescribeInternetGateways that are attached to a VPC; AWS allows one."""
    return _describe(client, "describe_internet_gateways", "InternetGateways", **{"attachment.vpc_id": vpc_id})


@EC2ErrorHandler.common_error_handler("describe the internet gateways")
@retry()
def describe_gateways(client: Any, name: str) -> list[dict[str, Any]]:
    """DescribeInternetGateways by the tag Name."""
    return _describe(client, "describe_internet_gateways", "InternetGateways", tag__Name=name)


@EC2ErrorHandler.common_error_handler("describe the network interfaces")
@retry()
def describe_network_interfaces(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """DescribeNetworkInterfaces of a VPC. Not every endpoint that speaks AWS's API filters by itself."""
    found = _describe(client, "describe_network_interfaces", "NetworkInterfaces", vpc_id=vpc_id)
    return [interface for interface in found if interface["VpcId"] == vpc_id]


@EC2ErrorHandler.common_error_handler("describe the availability zones")
@retry()
def describe_availability_zones(client: Any) -> list[str]:
    """DescribeAvailabilityZones: the names of those that are available, sorted, without local and wavelength zones."""
    filters = [
        {"Name": "state", "Values": ["available"]},
        {"Name": "zone-type", "Values": ["availability-zone"]},
    ]
    zones = client.describe_availability_zones(Filters=filters)["AvailabilityZones"]
    return sorted(zone["ZoneName"] for zone in zones)


def _tag_specifications(resource_type: str, tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"ResourceType": resource_type, "Tags": ansible_dict_to_boto3_tag_list(tags)}]


@EC2ErrorHandler.common_error_handler("create the VPC")
def create_vpc(client: Any, cidr: str, tags: dict[str, str]) -> str:
    """CreateVpc, once: see ``core.errors.create_once``; returns its ID."""
    return client.create_vpc(CidrBlock=cidr, TagSpecifications=_tag_specifications("vpc", tags))["Vpc"]["VpcId"]


@EC2ErrorHandler.common_error_handler("create the internet gateway")
def create_internet_gateway(client: Any, tags: dict[str, str]) -> str:
    """CreateInternetGateway, once: see ``core.errors.create_once``; returns its ID."""
    answer = client.create_internet_gateway(TagSpecifications=_tag_specifications("internet-gateway", tags))
    return answer["InternetGateway"]["InternetGatewayId"]


@EC2ErrorHandler.common_error_handler("create the subnet")
@retry_refused
def create_subnet(client: Any, vpc_id: str, cidr: str, zone: str, tags: dict[str, str]) -> str:
    """CreateSubnet, once: see ``core.errors.create_once``; returns its ID."""
    specifications = _tag_specifications("subnet", tags)
    answer = client.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone, TagSpecifications=specifications)
    return answer["Subnet"]["SubnetId"]


@EC2ErrorHandler.common_error_handler("create the route table")
@retry_refused
def create_route_table(client: Any, vpc_id: str, tags: dict[str, str]) -> str:
    """CreateRouteTable, once: see ``core.errors.create_once``; returns its ID."""
    answer = client.create_route_table(VpcId=vpc_id, TagSpecifications=_tag_specifications("route-table", tags))
    return answer["RouteTable"]["RouteTableId"]


@EC2ErrorHandler.common_error_handler("modify the VPC")
@retry(*NEW, retries=NEW_TRIES)
def modify_vpc_attribute(client: Any, vpc_id: str, attribute: str, value: bool) -> None:
    """ModifyVpcAttribute, which takes one attribute a call, such as ``EnableDnsSupport``."""
    client.modify_vpc_attribute(VpcId=vpc_id, **{attribute: {"Value": value}})


@EC2ErrorHandler.common_error_handler("modify the subnet")
@retry(*NEW, retries=NEW_TRIES)
def modify_subnet_public_ip(client: Any, subnet_id: str, value: bool) -> None:
    """ModifySubnetAttribute for MapPublicIpOnLaunch."""
    client.modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": value})


@EC2ErrorHandler.common_error_handler("attach the internet gateway")
@retry(*NEW, retries=NEW_TRIES)
def attach_internet_gateway(client: Any, gateway_id: str, vpc_id: str) -> None:
    """AttachInternetGateway. It was detached a moment ago, so that it is attached already where an answer was lost."""
    try:
        client.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    except is_boto3_error_code("Resource.AlreadyAssociated"):
        pass


@EC2ErrorHandler.common_error_handler("create the route")
@retry(*NEW, retries=NEW_TRIES)
def create_route(client: Any, **request: str) -> None:
    """CreateRoute, or ReplaceRoute where one came up meanwhile, or an answer was lost."""
    try:
        client.create_route(**request)
    except is_boto3_error_code("RouteAlreadyExists"):
        client.replace_route(**request)


@EC2ErrorHandler.common_error_handler("replace the route")
@retry(*NEW, retries=NEW_TRIES)
def replace_route(client: Any, **request: str) -> None:
    """ReplaceRoute."""
    client.replace_route(**request)


@EC2ErrorHandler.common_error_handler("delete the route")
@retry()
def delete_route(client: Any, **request: str) -> None:
    """DeleteRoute; one that is gone already is fine."""
    try:
        client.delete_route(**request)
    except is_boto3_error_code("InvalidRoute.NotFound"):
        pass


@EC2ErrorHandler.common_error_handler("associate the route table")
@retry(*NEW, retries=NEW_TRIES)
def associate_route_table(client: Any, table_id: str, subnet_id: str) -> None:
    """AssociateRouteTable. The subnet had no table a moment ago, so that it has it already where an answer was lost."""
    try:
        client.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)
    except is_boto3_error_code("Resource.AlreadyAssociated"):
        pass


@EC2ErrorHandler.common_error_handler("replace the association of the route table")
@retry(*NEW, retries=NEW_TRIES)
def replace_route_table_association(client: Any, association_id: str, table_id: str) -> None:
    """ReplaceRouteTableAssociation: moves a subnet to another table without a moment between."""
    client.replace_route_table_association(AssociationId=association_id, RouteTableId=table_id)


@EC2ErrorHandler.deletion_error_handler("disassociate the route table")
@retry()
def disassociate_route_table(client: Any, association_id: str) -> bool:
    """DisassociateRouteTable; False when it was gone already."""
    client.disassociate_route_table(AssociationId=association_id)
    return True


@EC2ErrorHandler.common_error_handler("tag the EC2 resource")
@retry(*NEW, retries=NEW_TRIES)
def create_tags(client: Any, resource_id: str, tags: dict[str, str]) -> None:
    """CreateTags: sets tags, others stay."""
    client.create_tags(Resources=[resource_id], Tags=ansible_dict_to_boto3_tag_list(tags))


@EC2ErrorHandler.common_error_handler("remove tags from the EC2 resource")
@retry()
def delete_tags(client: Any, resource_id: str, keys: list[str]) -> None:
    """DeleteTags, whatever their values."""
    client.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in keys])


@EC2ErrorHandler.deletion_error_handler("delete the route table")
@retry()
def delete_route_table(client: Any, table_id: str) -> bool:
    """DeleteRouteTable; False when it was gone already."""
    client.delete_route_table(RouteTableId=table_id)
    return True


@EC2ErrorHandler.deletion_error_handler("delete the subnet")
@retry()
def delete_subnet(client: Any, subnet_id: str) -> bool:
    """DeleteSubnet; False when it was gone already."""
    client.delete_subnet(SubnetId=subnet_id)
    return True


@EC2ErrorHandler.deletion_error_handler("detach the internet gateway")
@retry()
def detach_internet_gateway(client: Any, gateway_id: str, vpc_id: str) -> bool:
    """DetachInternetGateway; False when it was detached already."""
    try:
        client.detach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    except is_boto3_error_code("Gateway.NotAttached"):
        return False
    return True


@EC2ErrorHandler.deletion_error_handler("delete the internet gateway")
@retry()
def delete_internet_gateway(client: Any, gateway_id: str) -> bool:
    """DeleteInternetGateway; False when it was gone already."""
    client.delete_internet_gateway(InternetGatewayId=gateway_id)
    return True


@EC2ErrorHandler.deletion_error_handler("delete the VPC")
@retry()
def delete_vpc(client: Any, vpc_id: str) -> bool:
    """DeleteVpc with its main route table, default security group and default network ACL; False when it was gone."""
    client.delete_vpc(VpcId=vpc_id)
    return True
