# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Delete what a network is made of, as soon as AWS says that nothing depends on it any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2 import api, nat_gateways
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network import (
    ADDRESS,
    GATEWAY,
    NAT,
    SUBNET,
    TABLE,
    Live,
    Params,
    Resource,
    without_nats,
)


def remove_network(
    client: Any, params: Params, live: Live, resources: Iterable[Resource], interfaces: Iterable[Any]
) -> None:
    """Delete the resources, after the network interfaces that services of AWS left behind have gone.

    :arg interfaces: the VPC's network interfaces, as AWS tells them
    """
    seconds, vpc_id = params["wait_timeout"], live.vpc["id"] if live.vpc else ""
    pauses = pause_until(f"VPC {params['name']}", seconds)
    while left := without_nats(params, live, interfaces):
        if not next(pauses, False):
            ids = ", ".join(interface["NetworkInterfaceId"] for interface in left)
            raise AnsibleAWSError(
                message=f"VPC {params['name']} still has network interfaces after {seconds} seconds "
                f"(wait_timeout): {ids}. Nothing was deleted: remove what they belong to, or run again later"
            )
        interfaces = api.describe_network_interfaces(client, vpc_id)
    remove(client, params, resources, vpc_id, pauses)


def remove(
    client: Any, params: Params, resources: Iterable[Resource], vpc_id: str, pauses: Iterator[bool] | None = None
) -> None:
    """Delete the resources, in their order. All NAT gateways are asked to go before the first is waited for."""
    resources = list(resources)
    pauses = pauses or pause_until(f"VPC {params['name']}", params["wait_timeout"])
    for resource in resources:
        if resource.kind == NAT and resource.current and resource.current["state"] != "deleting":
            nat_gateways.delete_nat_gateway(client, resource.id)
    for resource in resources:
        for delete in deletions(client, resource, vpc_id, params["wait_timeout"]):
            delete_when_free(resource.title, delete, pauses)


def pause_until(resource: str, seconds: int) -> Iterator[bool]:
    """Pauses that make up the seconds; each is reported and yields True."""
    for _pause in range(seconds // POLL_SECONDS):
        report(resource, "network interfaces in use")
        time.sleep(POLL_SECONDS)
        yield True


def deletions(client: Any, resource: Resource, vpc_id: str, timeout: int) -> list[Callable[[], Any]]:
    """The calls that delete a resource, and wait until it is gone."""
    current = resource.current or {}
    if resource.kind == TABLE:
        separate = [partial(api.disassociate_route_table, client, item) for item in current["associations"]]
        return [*separate, partial(api.delete_route_table, client, resource.id)]
    if resource.kind == GATEWAY:
        detach = [partial(api.detach_internet_gateway, client, resource.id, vpc_id)] if current["vpc"] else []
        return [*detach, partial(api.delete_internet_gateway, client, resource.id)]
    if resource.kind == NAT:
        gone = (client, resource.title, resource.id, "deleted", timeout)
        return [partial(nat_gateways.wait_for_nat_gateway, *gone)]
    if resource.kind == ADDRESS:
        return [partial(nat_gateways.release_address, client, resource.id)]
    return [partial(api.delete_subnet if resource.kind == SUBNET else api.delete_vpc, client, resource.id)]


def delete_when_free(title: str, delete: Callable[[], Any], pauses: Iterator[bool]) -> None:
    """Delete something as soon as AWS says that nothing depends on it any more.

    :raises AnsibleAWSError: when the pauses are used up
    """
    while True:
        try:
            delete()
            return
        except AnsibleAWSError as error:
            if explain(error)[1] != "DependencyViolation":
                raise
            if not next(pauses, False):
                message = f"Failed to delete {title}, which is still in use when wait_timeout is over"
                raise AnsibleAWSError(message=message, exception=error.exception) from error
