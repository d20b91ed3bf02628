# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""NAT gateways and their Elastic IPs: typed wrappers of the AWS calls, waits, and what they look like to the rest of the network.

A NAT gateway and its Elastic IP have the same Name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    boto3_tag_list_to_ansible_dict,
    boto3_tag_specifications,
)
from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.api import NEW, NEW_TRIES
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.common import EC2ErrorHandler

# AWS goes on showing a gateway for about an hour after it is gone.
GONE = ("deleted", "failed")
UNKNOWN = "NatGatewayNotFound"
STATES = "NatGateways[].State"
STATES_LEFT = "NatGateways[?State!='deleted'].State"
# A gateway that has just gone may still hold its address, for some seconds.
IN_USE = ("InvalidIPAddress.InUse", "AuthFailure.InUse")

Found = dict[str, Any]


@EC2ErrorHandler.common_error_handler("describe the NAT gateways")
@retry()
def describe_nat_gateways(client: Any, vpc_id: str) -> list[Found]:
    """DescribeNatGateways of a VPC, without those that are gone or have failed."""
    pages = client.get_paginator("describe_nat_gateways").paginate(Filter=[{"Name": "vpc-id", "Values": [vpc_id]}])
    found = pages.build_full_result().get("NatGateways", [])
    return [nat_to_dict(gateway) for gateway in found if gateway["State"] not in GONE]


@EC2ErrorHandler.common_error_handler("describe the Elastic IPs")
@retry()
def describe_addresses(client: Any) -> list[Found]:
    """DescribeAddresses of the region: there are few, and those of gateways may have any name."""
    return [address_to_dict(address) for address in client.describe_addresses()["Addresses"]]


@EC2ErrorHandler.common_error_handler("allocate the Elastic IP")
def allocate_address(client: Any, tags: dict[str, str]) -> str:
    """AllocateAddress, once: see ``core.errors.create_once``; returns its ID."""
    specifications = boto3_tag_specifications(tags, ["elastic-ip"])
    return client.allocate_address(Domain="vpc", TagSpecifications=specifications)["AllocationId"]


@EC2ErrorHandler.common_error_handler("create the NAT gateway")
@retry(*NEW, "InvalidAllocationID.NotFound", "InvalidElasticIpID.NotFound", retries=NEW_TRIES)
def create_nat_gateway(client: Any, subnet_id: str, address_id: str, tags: dict[str, str], token: str) -> str:
    """CreateNatGateway; with the token, AWS creates it once however often it is asked; returns its ID."""
    answer = client.create_nat_gateway(
        SubnetId=subnet_id,
        AllocationId=address_id,
        ClientToken=token,
        TagSpecifications=boto3_tag_specifications(tags, ["natgateway"]),
    )
    return answer["NatGateway"]["NatGatewayId"]


@EC2ErrorHandler.deletion_error_handler("delete the NAT gateway")
@retry()
def delete_nat_gateway(client: Any, gateway_id: str) -> bool:
    """DeleteNatGateway, which keeps its Elastic IP; False when it was gone already."""
    client.delete_nat_gateway(NatGatewayId=gateway_id)
    return True


@EC2ErrorHandler.deletion_error_handler("release the Elastic IP")
@retry(*IN_USE)
def release_address(client: Any, address_id: str) -> bool:
    """ReleaseAddress; False when it was released already."""
    client.release_address(AllocationId=address_id)
    return True


def nat_to_dict(gateway: Found) -> Found:
    """A NAT gateway: its name, subnet, Elastic IPs and network interfaces."""
    addresses = gateway.get("NatGatewayAddresses") or []
    tags = boto3_tag_list_to_ansible_dict(gateway.get("Tags"))
    return {
        "id": gateway["NatGatewayId"],
        "name": tags.get("Name"),
        "state": gateway["State"],
        "subnet_id": gateway.get("SubnetId"),
        "address_ids": [address["AllocationId"] for address in addresses if address.get("AllocationId")],
        "interface_ids": [address["NetworkInterfaceId"] for address in addresses if address.get("NetworkInterfaceId")],
        "tags": tags,
    }


def address_to_dict(address: Found) -> Found:
    """An Elastic IP; one of EC2-Classic had no ID."""
    tags = boto3_tag_list_to_ansible_dict(address.get("Tags"))
    return {
        "id": address.get("AllocationId"),
        "name": tags.get("Name"),
        "public_ip": address["PublicIp"],
        "tags": tags,
    }


def address_of(nat: Found | None, name: str, addresses: Iterable[Found]) -> Found | None:
    """The Elastic IP of a gateway: the one it has, whatever its name, or else the one that waits under the name."""
    ids = nat["address_ids"] if nat else []
    found = list(addresses)
    return next((item for item in found if item["id"] in ids), None) or next(
        (item for item in found if item["name"] == name), None
    )


class NatGatewayWaiters(BaseWaiterFactory):
    """The waiters ``available`` and ``deleted``."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        operation = "DescribeNatGateways"
        return {
            "available": build_waiter(operation, STATES, "available", ["failed", "deleting", "deleted"], UNKNOWN),
            "deleted": build_waiter(operation, STATES_LEFT, "deleted", [], UNKNOWN),
        }


def wait_for_nat_gateway(client: Any, title: str, gateway_id: str, waiter: str, timeout: int) -> None:
    """Wait until a gateway is ``available`` or ``deleted``.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once when it has failed, with AWS's reason; and when the time is up
    """
    states = STATES_LEFT if waiter == "deleted" else STATES
    factory, ids = NatGatewayWaiters(), [gateway_id]
    try:
        wait(factory, client, waiter, resource=title, states=states, timeout=timeout, NatGatewayIds=ids)
    except AnsibleAWSError as error:
        answer = getattr(error.__cause__, "last_response", None) or {}
        reasons = [item["FailureMessage"] for item in answer.get("NatGateways", []) if item.get("FailureMessage")]
        message = ": ".join([error.message or "", *reasons])
        raise AnsibleAWSError(message=message, exception=error.exception) from error
