#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard
version_added: 0.2.0
short_description: Manage a dashboard of Amazon CloudWatch
description:
  - Creates, changes and deletes a dashboard. Its body is compared by what the JSON means.
  - Dashboards are the account's, for all its regions.
options:
  state:
    description: Whether the dashboard should exist.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Its name, 1 to 255 letters, digits, hyphens and underscores. AWS cannot change it.
    type: str
    required: true
  body:
    description:
      - What it shows, as CloudWatch's "Dashboard body structure and syntax" says; up to 500 widgets. Required with O(state=present).
      - AWS itself checks the widgets; what it warns of fails the run after the dashboard is saved.
    type: dict
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Show the errors of a function
  iot.sensor_stack.cloudwatch_dashboard:
    name: iot-dashboard-dev
    body:
      widgets:
        - type: metric
          x: 0
          y: 0
          width: 8
          height: 6
          properties:
            title: Errors
            region: ca-central-1
            stat: Sum
            period: 300
            metrics: [[AWS/Lambda, Errors, FunctionName, iot-ingest-dev]]
    tags:
      Environment: dev

- name: Remove the dashboard
  iot.sensor_stack.cloudwatch_dashboard:
    name: iot-dashboard-dev
    state: absent
"""

RETURN = r"""
dashboard:
  description: The dashboard after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-dashboard-dev
    arn:
      description: Its ARN; C(known-after-deploy) for one that this run makes.
      type: str
      sample: arn:aws:cloudwatch::123456789012:dashboard/iot-dashboard-dev
    body:
      description: What it shows.
      type: dict
      sample: {"widgets": []}
    tags:
      description: Its tags; empty when O(tags) is left out, since they are not read then.
      type: dict
      sample: {"Environment": "dev"}
"""

import json
from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.cloudwatch import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# Source: PutDashboard in the Amazon CloudWatch API reference, and "CloudWatch service quotas".
MOST_WIDGETS = 500


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against CloudWatch's limits."""
    problems = [
        *check_length("name", params["name"], 1, 255),
        *check_pattern("name", params["name"], r"[A-Za-z0-9_-]*", "letters, digits, hyphens and underscores"),
        *check_tags("tags", params["tags"]),
    ]
    if params["body"] is None and params["state"] == "present":
        problems.append("body is not given: it is needed with state present")
    widgets = (params["body"] or {}).get("widgets") or []
    if len(widgets) > MOST_WIDGETS:
        problems.append(f"body has {len(widgets)} widgets: allowed are up to {MOST_WIDGETS}")
    return problems


def read_current(client: Any, name: str, with_tags: bool) -> dict[str, Any] | None:
    """The dashboard as it is, or None; its tags need another call."""
    found = api.get_dashboard(client, name)
    if found is None:
        return None
    arn = found["DashboardArn"]
    tags = api.list_tags(client, arn) if with_tags else {}
    return {"name": name, "arn": arn, "body": json.loads(found["DashboardBody"]), "tags": tags}


def apply(client: Any, current: dict[str, Any] | None, after: dict[str, Any], changes: Changes) -> None:
    """Put the body where it differs, and the tags."""
    name, warnings = after["name"], []
    if "body" in changes:
        warnings = api.put_dashboard(client, name, json.dumps(after["body"]), {} if current else after["tags"])
    if current is not None:
        arn = current["arn"]
        apply_entries(changes.get("tags"), partial(api.untag, client, arn), partial(api.tag, client, arn))
    if warnings:
        said = "; ".join(f"{warning.get('DataPath', '')}: {warning.get('Message', '')}" for warning in warnings)
        raise AnsibleAWSError(message=f"dashboard {name} is saved, and CloudWatch finds fault with it: {said}")


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the dashboard."""
    params, name = module.params, module.params["name"]
    current = read_current(client, name, with_tags=params["tags"] is not None)
    wanted = {
        "body": params["body"],
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }
    changes = build_changes(current, wanted)
    diff = build_diff(changes, f"dashboard {name}", present_action(current))
    given = {field: value for field, value in wanted.items() if value is not None}
    after = {**(current or {"name": name, "arn": KNOWN_AFTER_DEPLOY, "tags": {}}), **given}
    if changes and not module.check_mode:
        apply(client, current, after, changes)
    return {"changed": bool(changes), "diff": diff, "dashboard": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the dashboard."""
    name = module.params["name"]
    current = read_current(client, name, with_tags=False)
    changes = build_removal(current or {})
    if current and not module.check_mode:
        api.delete_dashboard(client, name)
    return {"changed": bool(changes), "diff": build_diff(changes, f"dashboard {name}", "remove"), "dashboard": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "body": {"type": "dict"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "cloudwatch", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
