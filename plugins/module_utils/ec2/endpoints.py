# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Interface and gateway endpoints of a VPC: typed wrappers of the AWS calls, their limits, and pure functions around them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    boto3_tag_list_to_ansible_dict,
    boto3_tag_specifications,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_json_object,
    check_pattern,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.api import NEW, NEW_TRIES
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.common import EC2ErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.limits import NAME, NAME_IN_WORDS, check_unique

# What the endpoint needs may be new itself.
NEW_PARTS = (*NEW, "InvalidGroup.NotFound", "InvalidSecurityGroupId.NotFound")
UNKNOWN = "InvalidVpcEndpointId.NotFound"
LEAVING = ("deleting", "deleted")
FAILED = ("failed", "rejected", "expired")
SERVICE = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
SERVICE_IN_WORDS = (
    "a service such as secretsmanager, or its whole name such as com.amazonaws.ca-central-1.secretsmanager"
)
# Characters. Source: "Endpoint policies" in the AWS PrivateLink Guide.
MAX_POLICY = 20480
WHOLE_NAMES = ("com.", "aws.", "cn.", "eu.", "gov.")
# In these partitions, the names of some services start with other words than com.amazonaws.
OTHER_PARTITIONS = ("cn-", "us-iso", "eu-iso", "eusc-")
# Field of an endpoint to the member of ModifyVpcEndpoint.
LISTS = {"subnet_ids": "SubnetIds", "security_group_ids": "SecurityGroupIds", "route_table_ids": "RouteTableIds"}
# What each type has, besides service, VPC and tags; the first is needed to make one.
FIELDS = {
    "interface": ("subnet_ids", "security_group_ids", "private_dns_enabled"),
    "gateway": ("route_table_ids",),
}


def check_endpoint(params: Mapping[str, Any]) -> list[str]:
    """Check all options of an endpoint. Source: CreateVpcEndpoint in the Amazon EC2 API reference."""
    problems = [
        *check_pattern("name", params["name"], NAME, NAME_IN_WORDS),
        *check_pattern("vpc_id", params["vpc_id"], r"vpc-[0-9a-z-]+", "the ID of a VPC"),
        *check_pattern("service", params["service"], SERVICE, SERVICE_IN_WORDS),
        *check_json_object("policy", params["policy"], MAX_POLICY),
        *check_range("wait_timeout", params["wait_timeout"], 0, 86400, "seconds"),
        # The Name is one of the 50 tags.
        *check_tags("tags", {**(params["tags"] or {}), "Name": params["name"]}),
    ]
    if params["state"] == "present" and params["service"] is None:
        problems.append("service is not given: it is needed with state present")
    problems += [
        f"{field} is given: allowed is that with type {kind}"
        for kind, fields in FIELDS.items()
        for field in fields
        if kind != params["type"] and params[field] is not None
    ]
    for option, prefix in (("subnet_ids", "subnet"), ("security_group_ids", "sg"), ("route_table_ids", "rtb")):
        ids = params[option]
        problems += check_unique(option, ids or [])
        for index, item in enumerate(ids or []):
            problems += check_pattern(
                f"{option}[{index}]", item, rf"{prefix}-[0-9a-z-]+", f"an ID such as {prefix}-0123"
            )
        if ids is not None and not ids:
            problems.append(f"{option} is empty: allowed is at least one, or leave it out to leave them alone")
    return problems


def service_name(service: str, region: str) -> str:
    """The whole name of a service.

    :arg service: such as ``secretsmanager``, or the whole name already
    :raises AnsibleAWSError: in partitions where it cannot be told from the short one
    """
    if service.startswith(WHOLE_NAMES):
        return service
    if region.startswith(OTHER_PARTITIONS):
        raise AnsibleAWSError(
            message=f"service is '{service}': allowed is the whole name in region {region}, where names start in more than "
            "one way; aws ec2 describe-vpc-endpoint-services lists them"
        )
    return f"com.amazonaws.{region}.{service}"


@EC2ErrorHandler.common_error_handler("describe the VPC endpoints")
@retry()
def find_endpoints(client: Any, name: str, vpc_id: str, kind: str) -> list[dict[str, Any]]:
    """DescribeVpcEndpoints by the tag Name and the VPC: those of the type, also those being deleted.

    :arg kind: ``interface`` or ``gateway``
    """
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "tag:Name", "Values": [name]}]
    pages = client.get_paginator("describe_vpc_endpoints").paginate(Filters=filters)
    found = [endpoint_to_dict(endpoint) for endpoint in pages.build_full_result().get("VpcEndpoints", [])]
    # Not every endpoint that speaks AWS's API filters by itself.
    return [
        endpoint
        for endpoint in found
        if endpoint["type"] == kind and endpoint["vpc_id"] == vpc_id and endpoint["tags"].get("Name") == name
    ]


@EC2ErrorHandler.common_error_handler("describe the VPC endpoint")
@retry(UNKNOWN, retries=NEW_TRIES)
def describe_endpoint(client: Any, endpoint_id: str) -> dict[str, Any]:
    """DescribeVpcEndpoints of one that is there."""
    return endpoint_to_dict(client.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])


@EC2ErrorHandler.common_error_handler("create the VPC endpoint")
@retry(*NEW_PARTS, retries=NEW_TRIES)
def create_endpoint(client: Any, **request: Any) -> dict[str, Any]:
    """CreateVpcEndpoint; with the ClientToken in the request, AWS creates it once however often it is asked."""
    return endpoint_to_dict(client.create_vpc_endpoint(**request)["VpcEndpoint"])


@EC2ErrorHandler.common_error_handler("modify the VPC endpoint")
@retry(*NEW_PARTS, retries=NEW_TRIES)
def modify_endpoint(client: Any, endpoint_id: str, **request: Any) -> None:
    """ModifyVpcEndpoint."""
    client.modify_vpc_endpoint(VpcEndpointId=endpoint_id, **request)


@EC2ErrorHandler.common_error_handler("delete the VPC endpoint")
@retry()
def delete_endpoint(client: Any, endpoint_id: str) -> None:
    """DeleteVpcEndpoints for one; one that is gone already is fine."""
    try:
        failed = client.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id]).get("Unsuccessful") or []
    except is_boto3_error_code(UNKNOWN):
        return
    errors = [item.get("Error") or {} for item in failed]
    said = [f"{error.get('Code')}: {error.get('Message')}" for error in errors if error.get("Code") != UNKNOWN]
    if said:
        raise AnsibleAWSError(message=f"Failed to delete the VPC endpoint {endpoint_id}: {'; '.join(said)}")


def endpoint_to_dict(endpoint: dict[str, Any]) -> dict[str, Any]:
    """An endpoint in the form of the module's options and return values. AWS writes states and types in both cases."""
    tags = boto3_tag_list_to_ansible_dict(endpoint.get("Tags"))
    return {
        "id": endpoint["VpcEndpointId"],
        "name": tags.get("Name"),
        "type": endpoint.get("VpcEndpointType", "").lower(),
        "state": endpoint.get("State", "").lower(),
        "last_error": (endpoint.get("LastError") or {}).get("Message", ""),
        "service_name": endpoint["ServiceName"],
        "vpc_id": endpoint["VpcId"],
        "subnet_ids": sorted(endpoint.get("SubnetIds") or []),
        "security_group_ids": sorted(group["GroupId"] for group in endpoint.get("Groups") or []),
        "route_table_ids": sorted(endpoint.get("RouteTableIds") or []),
        "private_dns_enabled": bool(endpoint.get("PrivateDnsEnabled")),
        "policy": json.loads(endpoint.get("PolicyDocument") or "{}"),
        "account_id": endpoint.get("OwnerId", ""),
        "network_interface_ids": sorted(endpoint.get("NetworkInterfaceIds") or []),
        "dns_names": [entry["DnsName"] for entry in endpoint.get("DnsEntries") or [] if entry.get("DnsName")],
        "tags": tags,
    }


def create_request(wanted: Mapping[str, Any], kind: str, token: str) -> dict[str, Any]:
    """The request of CreateVpcEndpoint."""
    request = {
        "VpcEndpointType": kind.capitalize(),
        "ClientToken": token,
        "VpcId": wanted["vpc_id"],
        "ServiceName": wanted["service_name"],
        **{member: wanted.get(field) for field, member in LISTS.items()},
        "PrivateDnsEnabled": wanted.get("private_dns_enabled"),
        "PolicyDocument": json.dumps(wanted["policy"]) if wanted.get("policy") else None,
        "TagSpecifications": boto3_tag_specifications(wanted["tags"], ["vpc-endpoint"]),
    }
    return {member: value for member, value in request.items() if value is not None}


def modify_request(changes: Changes) -> dict[str, Any]:
    """The request of ModifyVpcEndpoint; empty when nothing of it differs."""
    request: dict[str, Any] = {}
    for field, member in LISTS.items():
        if field in changes:
            before, after = set(changes[field].before or []), set(changes[field].after)
            request |= {f"Add{member}": sorted(after - before), f"Remove{member}": sorted(before - after)}
    if "private_dns_enabled" in changes:
        request["PrivateDnsEnabled"] = changes["private_dns_enabled"].after
    if "policy" in changes:
        request["PolicyDocument"] = json.dumps(changes["policy"].after)
    return {member: value for member, value in request.items() if value != []}
