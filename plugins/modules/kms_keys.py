#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kms_keys
version_added: 0.2.0
short_description: Manage several customer keys of AWS KMS at the same time
description:
  - Creates, changes and schedules for deletion keys that encrypt, each told by its alias, as M(iot.sensor_stack.kms_key) does one.
  - All are worked on at the same time, up to 8, so that many take about as long as one.
  - All options are checked before the first call. When one key fails, the others are brought about all the same; the message names
    all that failed, and what was done, which the diff has too.
options:
  state:
    description: Whether the keys should exist. It is the same for all of them.
    type: str
    choices: [present, absent]
    default: present
  keys:
    description:
      - The keys, each with the options of M(iot.sensor_stack.kms_key), but for C(state) and those of the connection.
      - Each key can be there once.
    type: list
    elements: dict
    required: true
  defaults:
    description: Options for those of O(keys) that do not have them themselves. The value of an option is taken as a whole.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: iot.sensor_stack.kms_key
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Keys for secrets and data
  iot.sensor_stack.kms_keys:
    defaults:
      rotation_enabled: true
      rotation_period_in_days: 365
      tags:
        Environment: dev
    keys:
      - name: iot-secrets-key-dev
        description: Secrets of iot-dev
      - name: iot-data-key-dev
        description: Data of iot-dev

- name: Have them deleted in a week
  iot.sensor_stack.kms_keys:
    defaults:
      pending_window_in_days: 7
    keys:
      - name: iot-secrets-key-dev
      - name: iot-data-key-dev
    state: absent
"""

RETURN = r"""
kms_keys:
  description:
    - The keys after the run, in the order given, each as M(iot.sensor_stack.kms_key) returns it.
    - In check mode as they would be. Those that there are none of are empty.
  returned: when none failed
  type: list
  elements: dict
  contains:
    name:
      description: Its alias, without C(alias/); the other values are those of M(iot.sensor_stack.kms_key).
      type: str
      sample: iot-logs-key-dev
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for a key that does not exist yet.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.several import ensure_several
from ansible_collections.iot.sensor_stack.plugins.module_utils.kms.keys import KEY


def main() -> None:
    """Module entry point."""
    ensure_several(KEY, "keys", answer="kms_keys")


if __name__ == "__main__":
    main()
