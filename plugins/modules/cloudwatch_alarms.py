#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_alarms
version_added: 0.2.0
short_description: Manage a set of alarms of Amazon CloudWatch
description:
  - Creates, changes and deletes alarms on metrics, all of a set in one run.
  - Unlike M(amazon.aws.cloudwatch_metric_alarm), which manages one alarm, it reads all of them at once, writes those that differ, and
    removes those that are no longer wanted.
  - AWS takes 3 new or changed alarms a second; more are waited for.
options:
  state:
    description:
      - V(present) brings about O(alarms).
      - V(absent) removes all alarms that O(purge_pattern) matches.
    type: str
    choices: [present, absent]
    default: present
  name_prefix:
    description: What the names of all alarms of the set start with, 1 to 255 characters. Other alarms are not read.
    type: str
    required: true
  purge_pattern:
    description:
      - A regular expression (of Python). Alarms that start with O(name_prefix), whose whole name it matches, and that are not in
        O(alarms), are removed.
      - Left out, no alarm is removed. Required with O(state=absent).
    type: str
  alarms:
    description: The alarms of the set.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name, up to 255 characters, starting with O(name_prefix). AWS cannot change it.
        type: str
        required: true
      description:
        description: What it means and what to do, up to 1024 characters.
        type: str
        default: ""
      namespace:
        description: The namespace of the metric, such as C(AWS/Lambda).
        type: str
        required: true
      metric_name:
        description: The metric, such as C(Errors).
        type: str
        required: true
      dimensions:
        description: The dimensions of the metric, up to 30.
        type: dict
        default: {}
      statistic:
        description: V(SampleCount), V(Average), V(Sum), V(Minimum), V(Maximum), or a percentile such as V(p95) or V(p99.9).
        type: str
        required: true
      period:
        description: Seconds of a period, V(10), V(20), V(30) or a multiple of 60.
        type: int
        default: 300
      evaluation_periods:
        description: How many periods are looked at, together a day at most, or a week with periods of an hour and more.
        type: int
        default: 1
      datapoints_to_alarm:
        description: How many of these periods must be beyond the threshold. By default all of them.
        type: int
      threshold:
        description: The threshold, in the unit of the metric.
        type: float
        required: true
      comparison_operator:
        description: How the metric compares with the threshold when the alarm goes off.
        type: str
        choices: [GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, LessThanOrEqualToThreshold]
        default: GreaterThanThreshold
      treat_missing_data:
        description: What a period without data counts as.
        type: str
        choices: [breaching, notBreaching, ignore, missing]
        default: missing
  alarm_actions:
    description: The ARNs of what is done when an alarm goes off, such as a topic of SNS; up to 5.
    type: list
    elements: str
    default: []
  ok_actions:
    description: The ARNs of what is done when all is well again; up to 5.
    type: list
    elements: str
    default: []
  tags:
    description:
      - The tags of all alarms. Each has its own name as the tag C(Name) too.
      - Left out, tags stay as they are. With tags, each alarm's are read, with one call an alarm.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description: Whether other tags are removed.
    type: bool
    default: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Watch a function and a queue
  iot.sensor_stack.cloudwatch_alarms:
    name_prefix: iot-alarm-
    purge_pattern: iot-alarm-[a-z-]+-dev
    alarms:
      - name: iot-alarm-ingest-errors-dev
        namespace: AWS/Lambda
        metric_name: Errors
        dimensions:
          FunctionName: iot-ingest-dev
        statistic: Sum
        threshold: 0
        treat_missing_data: notBreaching
      - name: iot-alarm-api-latency-dev
        namespace: AWS/ApiGateway
        metric_name: Latency
        dimensions:
          ApiName: iot-sensor-api-dev
          Stage: prod
        statistic: p95
        evaluation_periods: 3
        threshold: 3000
    alarm_actions: ["arn:aws:sns:ca-central-1:123456789012:iot-alarms-dev"]
    tags:
      Environment: dev

- name: Remove them
  iot.sensor_stack.cloudwatch_alarms:
    name_prefix: iot-alarm-
    purge_pattern: iot-alarm-[a-z-]+-dev
    state: absent
"""

RETURN = r"""
alarms:
  description: The wanted alarms after the run, by name; in check mode as they would be. Empty when absent.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-alarm-ingest-errors-dev
    arn:
      description: Its ARN; C(known-after-deploy) for one that this run makes.
      type: str
      sample: arn:aws:cloudwatch:ca-central-1:123456789012:alarm:iot-alarm-ingest-errors-dev
    state:
      description: V(OK), V(ALARM) or V(INSUFFICIENT_DATA), as it was read.
      type: str
      sample: OK
    metric_name:
      description: The metric; the other options of an alarm are returned too.
      type: str
      sample: Errors
    tags:
      description: Its tags; absent when O(tags) is left out, since they are not read then.
      type: dict
      sample: {"Environment": "dev", "Name": "iot-alarm-ingest-errors-dev"}
"""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.cloudwatch import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.cloudwatch.alarms import (
    COMPARISONS,
    MISSING_DATA,
    alarm_request,
    alarm_to_dict,
    alarm_wanted,
    check_alarms,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# By name.
Alarms = dict[str, dict[str, Any]]

# So many questions for tags at the same time: AWS answers about 10 a second.
THREADS = 4


class Plan(NamedTuple):
    """What has to change, by the name of the alarm."""

    create: dict[str, Changes]
    change: dict[str, Changes]
    remove: dict[str, Changes]

    @property
    def diff(self) -> list[dict[str, Any]]:
        """Ansible's diffs, one for each alarm that changes."""
        return [
            build_diff(changes, f"alarm {name}", action)
            for action, group in self._asdict().items()
            for name, changes in group.items()
        ]


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against CloudWatch's limits."""
    problems, pattern = check_alarms(params), params["purge_pattern"]
    if pattern is None and params["state"] == "absent":
        problems.append("purge_pattern is not given: it is needed with state absent")
    try:
        re.compile(pattern or "")
    except re.error as error:
        problems.append(f"purge_pattern is '{pattern}': allowed is a regular expression ({error})")
    return problems


def read_current(client: Any, params: dict[str, Any]) -> Alarms:
    """The alarms that are wanted or to be removed, as they are, and their tags where tags are given."""
    wanted = {alarm["name"] for alarm in params["alarms"]}
    found = [alarm_to_dict(alarm) for alarm in api.describe_alarms(client, params["name_prefix"])]
    own = {alarm["name"]: alarm for alarm in found if alarm["name"] in wanted or is_purged(params, alarm["name"])}
    if params["tags"] is not None:
        with ThreadPoolExecutor(THREADS) as pool:
            tags = pool.map(partial(api.list_tags, client), [alarm["arn"] for alarm in own.values()])
            own = {name: {**alarm, "tags": of_alarm} for (name, alarm), of_alarm in zip(own.items(), tags, strict=True)}
    return own


def is_purged(params: dict[str, Any], name: str) -> bool:
    """Whether an alarm of this name goes when it is not wanted."""
    return bool(params["purge_pattern"] and re.fullmatch(params["purge_pattern"], name))


def build_wanted(params: dict[str, Any], current: Alarms) -> Alarms:
    """All alarms as they should be."""
    return {
        alarm["name"]: {
            **alarm_wanted(alarm, params),
            "tags": merge_tags(
                current.get(alarm["name"], {}).get("tags"),
                None if params["tags"] is None else {**params["tags"], "Name": alarm["name"]},
                params["purge_tags"],
            ),
        }
        for alarm in params["alarms"]
    }


def build_plan(wanted: Alarms, current: Alarms) -> Plan:
    """Compare the alarms with those that are wanted."""
    changes = {name: build_changes(current.get(name), alarm) for name, alarm in wanted.items()}
    return Plan(
        create={name: changed for name, changed in changes.items() if name not in current},
        change={name: changed for name, changed in changes.items() if name in current and changed},
        remove={name: build_removal(alarm) for name, alarm in sorted(current.items()) if name not in wanted},
    )


def apply_plan(client: Any, plan: Plan, wanted: Alarms, current: Alarms) -> None:
    """Make the changes, first those that add."""
    for name in plan.create:
        tags = wanted[name]["tags"]
        more = {"Tags": ansible_dict_to_boto3_tag_list(tags)} if tags else {}
        api.put_alarm(client, name, **alarm_request(wanted[name]), **more)
    for name, changes in plan.change.items():
        if set(changes) != {"tags"}:
            api.put_alarm(client, name, **alarm_request(wanted[name]))
        arn = current[name]["arn"]
        apply_entries(changes.get("tags"), partial(api.untag, client, arn), partial(api.tag, client, arn))
    gone = list(plan.remove)
    for start in range(0, len(gone), api.PAGE_SIZE):
        api.delete_alarms(client, gone[start : start + api.PAGE_SIZE])


def build_result(wanted: Alarms, current: Alarms) -> list[dict[str, Any]]:
    """The wanted alarms for the module's answer."""
    new = {"arn": KNOWN_AFTER_DEPLOY, "state": ""}
    after = [{**current.get(name, new), **alarm} for name, alarm in sorted(wanted.items())]
    return [{field: value for field, value in alarm.items() if value is not None} for alarm in after]


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create, change and remove alarms."""
    current = read_current(client, module.params)
    wanted = build_wanted(module.params, current)
    plan = build_plan(wanted, current)
    if plan.diff and not module.check_mode:
        apply_plan(client, plan, wanted, current)
    return {"changed": bool(plan.diff), "diff": plan.diff, "alarms": build_result(wanted, current)}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Remove all alarms of the set."""
    current = read_current(client, {**module.params, "alarms": [], "tags": None})
    plan = build_plan({}, current)
    if plan.remove and not module.check_mode:
        apply_plan(client, plan, {}, current)
    return {"changed": bool(plan.diff), "diff": plan.diff, "alarms": []}


ALARM_SPEC = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str", "default": ""},
    "namespace": {"type": "str", "required": True},
    "metric_name": {"type": "str", "required": True},
    "dimensions": {"type": "dict", "default": {}},
    "statistic": {"type": "str", "required": True},
    "period": {"type": "int", "default": 300},
    "evaluation_periods": {"type": "int", "default": 1},
    "datapoints_to_alarm": {"type": "int"},
    "threshold": {"type": "float", "required": True},
    "comparison_operator": {"type": "str", "choices": list(COMPARISONS), "default": "GreaterThanThreshold"},
    "treat_missing_data": {"type": "str", "choices": list(MISSING_DATA), "default": "missing"},
}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name_prefix": {"type": "str", "required": True},
            "purge_pattern": {"type": "str"},
            "alarms": {"type": "list", "elements": "dict", "default": [], "options": ALARM_SPEC},
            "alarm_actions": {"type": "list", "elements": "str", "default": []},
            "ok_actions": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "cloudwatch", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
