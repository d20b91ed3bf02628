# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The wait for a custom domain."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.waiter import BaseWaiterFactory

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import build_waiter, wait

STATES = "[domainNameStatus]"
# A domain whose owner AWS asks for stays so until somebody answers.
FAILED = ["FAILED", "PENDING_CERTIFICATE_REIMPORT", "PENDING_OWNERSHIP_VERIFICATION"]


class DomainWaiterFactory(BaseWaiterFactory):
    """The waiter ``available``."""

    @property
    def _waiter_model_data(self) -> dict[str, Any]:
        return {"available": build_waiter("GetDomainName", STATES, "AVAILABLE", FAILED, "NotFoundException")}


def wait_for_domain(client: Any, domain_name: str, timeout: int) -> None:
    """Wait until a domain is available.

    :arg timeout: seconds
    :raises AnsibleAWSError: at once in a state from which it will not get there, and when the time is up
    """
    resource = f"domain {domain_name}"
    wait(
        DomainWaiterFactory(),
        client,
        "available",
        resource=resource,
        states=STATES,
        timeout=timeout,
        domainName=domain_name,
    )
