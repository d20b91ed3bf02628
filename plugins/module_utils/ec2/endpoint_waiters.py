# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for interface endpoints of a VPC. botocore has none."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.endpoints import FAILED, LEAVING, UNKNOWN

OPERATION = "DescribeVpcEndpoints"
STATES = "VpcEndpoints[].State"
# AWS may go on showing an endpoint that is deleted.
STATES_LEFT = "VpcEndpoints[?State!='deleted' && State!='Deleted'].State"


def both_cases(*states: str) -> list[str]:
    """The states as AWS answers them, and as its API reference writes them."""
    return [text for state in states for text in (state, state.capitalize())]


class EndpointWaiterFactory(BaseWaiterFactory):
    """The waiters ``available`` and ``deleted``."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        available = build_waiter(OPERATION, STATES, "available", both_cases(*FAILED, *LEAVING), UNKNOWN)
        available["acceptors"].append(
            {"state": "success", "matcher": "pathAll", "expected": "Available", "argument": STATES}
        )
        return {
            "available": available,
            "deleted": build_waiter(OPERATION, STATES_LEFT, "deleted", both_cases("failed"), UNKNOWN),
        }


def wait_for_endpoint(client: Any, endpoint: dict[str, Any], waiter: str, timeout: int) -> None:
    """Wait until the endpoint is ``available`` or ``deleted``.

    :arg endpoint: its ``id`` and ``name``
    :arg timeout: seconds
    :raises AnsibleAWSError: at once in a state from which it will not get there, and when the time is up
    """
    resource, ids = f"VPC endpoint {endpoint['name']}", [endpoint["id"]]
    states = STATES_LEFT if waiter == "deleted" else STATES
    wait(
        EndpointWaiterFactory(),
        client,
        waiter,
        resource=resource,
        states=states,
        timeout=timeout,
        VpcEndpointIds=ids,
    )
