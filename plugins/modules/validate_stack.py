#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

DOCUMENTATION = r"""
---
module: validate_stack
version_added: 0.1.0
short_description: Check a stack's variables before the first AWS call
description:
  - Checks the variables that the roles of the collection read, as the inventory gives them, against the roles' argument
    specs and then against AWS's limits and each other (address ranges, availability zones, failover, capacity, throttling,
    routes, names, region).
  - Fails with all problems at once. Each names the variable, its value and what is allowed.
  - Runs on the controller, makes no AWS call and changes nothing.
options:
  tiers:
    description: The roles whose variables are checked.
    type: list
    elements: str
    choices: [network, secrets, cache, database, processing, api, observability]
    default: [network, secrets, cache, database, processing, api, observability]
attributes:
  check_mode:
    description: Nothing is changed, so that check mode does the same.
    support: full
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Check all variables
  iot.sensor_stack.validate_stack:

- name: Check the cache's variables
  iot.sensor_stack.validate_stack:
    tiers: [cache]
"""

RETURN = r"""
problems:
  description: What is wrong, one sentence each.
  returned: failure
  type: list
  elements: str
  sample:
    - "database_min_capacity is 0.7: allowed are half steps, such as 0.5 or 1.0 ACU"
"""
