#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: sns_topic
version_added: 0.2.0
short_description: Manage a topic of Amazon SNS that services of AWS publish to
description:
  - Creates, changes and deletes a standard topic with its encryption, access policy, subscriptions and tags.
  - Unlike M(community.aws.sns_topic) it knows the KMS key of a topic, and shows a diff.
options:
  state:
    description: Whether the topic should exist. Its subscriptions go with it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name, 1 to 256 letters, digits, hyphens and underscores. AWS cannot change it.
    type: str
    required: true
  display_name:
    description: The sender's name in e-mails, up to 100 characters. Left out, it stays as it is.
    type: str
  kms_master_key_id:
    description:
      - The KMS key that encrypts messages; its policy must allow the publishing services C(kms:GenerateDataKey*) and C(kms:Decrypt). An
        empty string ends the encryption.
      - C(alias/aws/sns) is refused, since no other service of AWS can use it.
      - Left out, the key stays as it is. In check mode, C(known-after-deploy) stands for a key that is still to be made.
    type: str
  publishers:
    description:
      - The services that may publish to the topic, such as V(cloudwatch.amazonaws.com), on behalf of the topic's own account, and only
        with TLS. It replaces the topic's access policy; identities of the account may do what their own policies allow.
      - EventBridge is not among those that can be told by their account; a topic for it needs another policy.
      - Left out, the policy stays as it is.
    type: list
    elements: str
  subscriptions:
    description:
      - Who is told. Other subscriptions are removed, but for those that wait for their confirmation, which AWS removes by itself.
      - A receiver by e-mail or HTTPS must confirm; a queue or a function must allow the topic to send.
      - Left out, subscriptions stay as they are.
    type: list
    elements: dict
    suboptions:
      protocol:
        description: How.
        type: str
        choices: [email, email-json, https, lambda, sms, sqs]
        required: true
      endpoint:
        description: Where to, in the form that the protocol has. It is shown nowhere, since a URL may hold a secret.
        type: str
        required: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Let alarms be told by e-mail
  iot.sensor_stack.sns_topic:
    name: iot-alarms-dev
    kms_master_key_id: alias/iot-logs-key-dev
    publishers: [cloudwatch.amazonaws.com]
    subscriptions:
      - protocol: email
        endpoint: operations@example.com
    tags:
      Environment: dev

- name: Remove the topic
  iot.sensor_stack.sns_topic:
    name: iot-alarms-dev
    state: absent
"""

RETURN = r"""
topic:
  description: The topic after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-alarms-dev
    arn:
      description: Its ARN, which is known before it exists.
      type: str
      sample: arn:aws:sns:ca-central-1:123456789012:iot-alarms-dev
    display_name:
      description: The sender's name in e-mails.
      type: str
      sample: ""
    kms_master_key_id:
      description: The KMS key that encrypts messages; empty without one.
      type: str
      sample: alias/iot-logs-key-dev
    policy:
      description: Its access policy.
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    tags:
      description: Its tags.
      type: dict
      sample: {"Environment": "dev"}
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import caller_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import same_key_as
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns.topics import (
    ENDPOINTS,
    PENDING,
    Subscription,
    build_policy,
    check_topic,
    to_attributes,
    topic_arn,
    topic_to_dict,
)

# The ARN of each.
Subscriptions = dict[Subscription, str]

# What a topic that was just made has nothing of.
NOTHING: dict[str, Any] = {"display_name": "", "kms_master_key_id": "", "policy": {}, "tags": {}}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against SNS's limits."""
    return check_topic(params)


def find_arn(module: AnsibleAWSModule, client: Any) -> str:
    """The ARN that the topic has or will have."""
    return topic_arn(caller_arn(module), client.meta.region_name, module.params["name"])


def read_current(client: Any, name: str, arn: str) -> dict[str, Any] | None:
    """The topic as it is, or None."""
    attributes = api.get_topic_attributes(client, arn)
    return None if attributes is None else topic_to_dict(name, arn, attributes, api.list_tags(client, arn))


def read_subscriptions(client: Any, arn: str) -> Subscriptions:
    """The subscriptions of a topic."""
    found = api.list_subscriptions(client, arn)
    return {Subscription(one["Protocol"], one["Endpoint"]): one["SubscriptionArn"] for one in found}


def build_wanted(module: AnsibleAWSModule, arn: str, current: dict[str, Any]) -> dict[str, Any]:
    """The topic as it should be; None leaves a field as it is."""
    params = module.params
    policy = None if params["publishers"] is None else build_policy(arn, params["publishers"])
    return {
        "display_name": params["display_name"],
        "kms_master_key_id": same_key_as(module, params["kms_master_key_id"], current["kms_master_key_id"]),
        "policy": policy if policy and compare_policies(current["policy"], policy) else None,
        "tags": merge_tags(current["tags"], params["tags"], params["purge_tags"]),
    }


def wanted_subscriptions(params: dict[str, Any], have: Subscriptions) -> list[Subscription]:
    """The subscriptions that there should be; those that wait for their confirmation cannot be removed."""
    if params["subscriptions"] is None:
        return list(have)
    wanted = [Subscription(one["protocol"], one["endpoint"]) for one in params["subscriptions"]]
    return wanted + [one for one, arn in have.items() if arn in PENDING and one not in wanted]


def shown(subscriptions: Subscriptions | list[Subscription]) -> list[str]:
    """Subscriptions for a diff."""
    return sorted(one.shown for one in subscriptions)


def apply(client: Any, topic: dict[str, Any], changes: Changes, exists: bool) -> None:
    """Create the topic, or change its attributes and tags."""
    arn, attributes = topic["arn"], to_attributes({field: change.after for field, change in changes.items()})
    if not exists:
        api.create_topic(client, topic["name"], attributes, topic["tags"])
        return
    for attribute, value in attributes.items():
        api.set_topic_attribute(client, arn, attribute, value)
    apply_entries(changes.get("tags"), partial(api.untag, client, arn), partial(api.tag, client, arn))


def apply_subscriptions(client: Any, arn: str, have: Subscriptions, wanted: list[Subscription]) -> None:
    """Subscribe those that are not there, and remove those that are not wanted."""
    for one in wanted:
        if one not in have:
            api.subscribe(client, arn, one.protocol, one.endpoint)
    for one, subscription_arn in have.items():
        if one not in wanted:
            api.unsubscribe(client, subscription_arn)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the topic."""
    name, arn = module.params["name"], find_arn(module, client)
    current = read_current(client, name, arn)
    have = read_subscriptions(client, arn) if current and module.params["subscriptions"] is not None else {}
    wanted, told = build_wanted(module, arn, current or NOTHING), wanted_subscriptions(module.params, have)
    changes = build_changes(current or NOTHING, wanted)
    if current is None:
        changes = {
            "name": Change(None, name),
            **{field: Change(None, change.after) for field, change in changes.items()},
        }
    if set(told) != set(have):
        changes["subscriptions"] = Change(shown(have), shown(told))
    given = {field: value for field, value in wanted.items() if value is not None}
    after = {**(current or {"name": name, "arn": arn, **NOTHING}), **given}
    if changes and not module.check_mode:
        apply(client, after, changes, exists=current is not None)
        apply_subscriptions(client, arn, have, told)
    diff = build_diff(changes, f"topic {name}", present_action(current))
    return {"changed": bool(changes), "diff": diff, "topic": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the topic."""
    name, arn = module.params["name"], find_arn(module, client)
    current = read_current(client, name, arn)
    changes = build_removal(current or {})
    if current and not module.check_mode:
        api.delete_topic(client, arn)
    return {"changed": bool(changes), "diff": build_diff(changes, f"topic {name}", "remove"), "topic": {}}


SUBSCRIPTION_SPEC = {
    "protocol": {"type": "str", "required": True, "choices": list(ENDPOINTS)},
    "endpoint": {"type": "str", "required": True, "no_log": True},
}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "display_name": {"type": "str"},
            "kms_master_key_id": {"type": "str"},
            "publishers": {"type": "list", "elements": "str"},
            "subscriptions": {"type": "list", "elements": "dict", "options": SUBSCRIPTION_SPEC},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "sns", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
