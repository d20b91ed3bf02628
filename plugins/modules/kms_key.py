#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kms_key
version_added: 0.2.0
short_description: Manage a customer key of AWS KMS, told by its alias
description:
  - Creates, changes and schedules for deletion a symmetric key that encrypts, with its alias, policy, rotation and tags.
  - Unlike M(amazon.aws.kms_key) it makes four calls for a key that is as it should be, at most, and takes a key back that is pending
    deletion.
options:
  state:
    description:
      - Whether the key should exist.
      - V(present) takes back a key that is pending deletion, and enables one that is disabled.
      - V(absent) schedules the deletion. The alias stays with the key until then, so that the key can be found and taken back; AWS
        deletes the two together. All that the key encrypts is lost with it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The alias, without C(alias/), which is what the key is found by - 1 to 250 letters, digits and C(/_-), not starting with C(aws/).
      - A key that has the alias already is taken as it is, whoever made it.
    type: str
    required: true
  description:
    description: What the key is for, up to 8192 characters. Left out, it stays as it is.
    type: str
  policy:
    description:
      - The key policy, which says alone who may use the key. Compared by meaning, up to 32768 bytes.
      - In it, C({account_id}), C({partition}) (such as C(aws)) and C({region}) stand for those of the key.
      - Left out, it stays as it is; a new key then gets that of AWS, which leaves everything to the account's IAM policies.
    type: json
  rotation_enabled:
    description:
      - Whether AWS makes new key material regularly; what the older encrypts stays readable. Left out, it stays as it is.
    type: bool
  rotation_period_in_days:
    description: Days between two rotations, 90 to 2560. Needs O(rotation_enabled=true).
    type: int
  pending_window_in_days:
    description: With O(state=absent), the days until AWS deletes the key, 7 to 30.
    type: int
    default: 30
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - Needs the permissions C(kms:DescribeKey), C(kms:GetKeyPolicy), C(kms:GetKeyRotationStatus) and C(kms:ListResourceTags), and for
    changes C(CreateKey), C(CreateAlias), C(PutKeyPolicy), C(EnableKeyRotation), C(DisableKeyRotation), C(UpdateKeyDescription),
    C(EnableKey), C(CancelKeyDeletion), C(ScheduleKeyDeletion), C(TagResource), C(UntagResource) and C(ListKeys).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: A key for logs, which CloudWatch Logs alone may use
  iot.sensor_stack.kms_key:
    name: iot-logs-key-dev
    description: Logs of iot-dev
    rotation_enabled: true
    rotation_period_in_days: 365
    policy:
      Version: "2012-10-17"
      Statement:
        - Sid: Administer
          Effect: Allow
          Principal: {AWS: "arn:{partition}:iam::{account_id}:root"}
          Action: kms:*
          Resource: "*"
        - Sid: Logs
          Effect: Allow
          Principal: {Service: "logs.{region}.amazonaws.com"}
          Action: [kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:Describe*]
          Resource: "*"
    tags:
      Environment: dev

- name: Have the key deleted in 30 days
  iot.sensor_stack.kms_key:
    name: iot-logs-key-dev
    state: absent
"""

RETURN = r"""
key:
  description: The key after the run; in check mode as it would be. Empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: Its alias, without C(alias/).
      type: str
      sample: iot-logs-key-dev
    arn:
      description: Its ARN; C(known-after-deploy) in check mode for a key that does not exist yet.
      type: str
      sample: arn:aws:kms:ca-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    key_id:
      description: Its ID; C(known-after-deploy) in check mode for a key that does not exist yet.
      type: str
      sample: 1234abcd-12ab-34cd-56ef-1234567890ab
    key_state:
      description: Its state, V(Enabled), or V(PendingDeletion) after O(state=absent).
      type: str
      sample: Enabled
    deletion_date:
      description: When AWS deletes it, or null. In check mode with O(state=absent) it is not known yet.
      type: str
      sample: "2026-01-31T00:00:00+00:00"
    description:
      description: Its description.
      type: str
      sample: Logs of iot-dev
    policy:
      description: Its policy, when O(policy) is given.
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    rotation_enabled:
      description: Whether it rotates, when O(rotation_enabled) is given.
      type: bool
      sample: true
    rotation_period_in_days:
      description: Days between two rotations, when O(rotation_enabled) is given; null without rotation.
      type: int
      sample: 365
    tags:
      description: Its tags, when O(tags) are given.
      type: dict
      sample: {"Environment": "dev"}
"""

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_one
from ansible_collections.iot.sensor_stack.plugins.module_utils.kms.keys import KEY


def main() -> None:
    """Module entry point."""
    ensure_one(KEY)


if __name__ == "__main__":
    main()
