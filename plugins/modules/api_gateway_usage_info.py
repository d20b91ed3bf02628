#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_usage_info
version_added: 0.2.0
short_description: Tell how much the clients of a stack's API have used
description:
  - Asks GetUsage for each usage plan of the stack, and answers by client, over all days and by day.
  - Read-only. AWS counts with a delay of some minutes, and keeps 90 days.
options:
  stack_name:
    description: The first part of every name, such as C(iot).
    type: str
    required: true
  stack_environment:
    description: The last part of every name, such as C(dev).
    type: str
    required: true
  from_date:
    description: The first day, such as C(2026-01-31), in UTC. Six days before O(to_date) unless given.
    type: str
  to_date:
    description: The last day, in UTC; today unless given. At most 90 days from the first one.
    type: str
attributes:
  check_mode:
    description: Nothing is changed, so that check mode does the same.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Read the usage of this week
  iot.sensor_stack.api_gateway_usage_info:
    stack_name: iot
    stack_environment: dev

- name: Read the usage of January
  iot.sensor_stack.api_gateway_usage_info:
    stack_name: iot
    stack_environment: dev
    from_date: "2026-01-01"
    to_date: "2026-01-31"
"""

RETURN = r"""
from_date:
  description: The first day.
  returned: always
  type: str
  sample: "2026-01-01"
to_date:
  description: The last day.
  returned: always
  type: str
  sample: "2026-01-07"
usage:
  description: One item for each key that was used in a plan, sorted by plan and client.
  returned: always
  type: list
  elements: dict
  contains:
    client:
      description: The client; null for the stack's first key and for keys that are not the stack's.
      type: str
      sample: building-7
    key:
      description: The name of the key; null for one that is gone, or not the stack's.
      type: str
      sample: iot-client-building-7-dev
    key_id:
      description: The ID of the key.
      type: str
      sample: k1l2m3n4o5
    plan:
      description: The usage plan.
      type: str
      sample: iot-usage-plan-dev
    used:
      description: Requests over all days.
      type: int
      sample: 12
    remaining:
      description: Requests that remained of the quota on the last day, as AWS tells; null where it tells nothing.
      type: int
      sample: 999988
    days:
      description: C(date), C(used) and C(remaining) for each day.
      type: list
      elements: dict
      sample: [{"date": "2026-01-01", "used": 12, "remaining": 999988}]
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.client_limits import STANDARD
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.clients import Names, usage_by_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import check_stack_name, resource_name

# Source: GetUsage in the API Gateway API reference, "up to 90 days".
MOST_DAYS = 90


def read_dates(params: dict[str, Any], today: date) -> list[date]:
    """The days asked for.

    :raises AnsibleAWSError: when they are no dates, or too many
    """
    refuse(check_stack_name(params["stack_name"], params["stack_environment"]))
    days = {}
    for option in ("from_date", "to_date"):
        try:
            days[option] = date.fromisoformat(params[option]) if params[option] else None
        except ValueError:
            refuse([f"{option} is '{params[option]}': allowed is a date such as 2026-01-31"])
    last = days["to_date"] or today
    first = days["from_date"] or last - timedelta(days=6)
    count = (last - first).days + 1
    if not 1 <= count <= MOST_DAYS:
        refuse([f"from_date is '{first}' and to_date '{last}', {count} days: allowed are 1 to {MOST_DAYS} days"])
    return [first + timedelta(days=number) for number in range(count)]


def read_usage(client: Any, names: Names, days: list[str]) -> list[dict[str, Any]]:
    """The usage of each plan of the stack."""
    plans = api.get_usage_plans(client)
    own = [plan for plan in plans if plan.get("name") == names.tier_plan(STANDARD)] + names.client_plans(plans)
    first = resource_name(names.stack_name, "api-key", names.stack_environment)
    listed = api.get_api_keys(client, f"{names.stack_name}-")
    keys = {key["id"]: key["name"] for key in listed if key["name"] == first} | {
        key["id"]: key["name"] for key in names.client_keys(listed)
    }
    return [
        row
        for plan in sorted(own, key=lambda plan: plan["name"])
        for row in usage_by_client(
            names, plan["name"], keys, api.get_usage(client, plan["id"], days[0], days[-1]), days
        )
    ]


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "stack_name": {"type": "str", "required": True},
            "stack_environment": {"type": "str", "required": True},
            "from_date": {"type": "str"},
            "to_date": {"type": "str"},
        },
        supports_check_mode=True,
    )
    names = Names(module.params["stack_name"], module.params["stack_environment"])
    try:
        days = [day.isoformat() for day in read_dates(module.params, datetime.now(UTC).date())]
        found = read_usage(module.client("apigateway"), names, days)
    except AnsibleAWSError as error:
        fail(module, error)
    module.exit_json(changed=False, from_date=days[0], to_date=days[-1], usage=found)


if __name__ == "__main__":
    main()
