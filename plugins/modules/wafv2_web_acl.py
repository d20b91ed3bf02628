#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: wafv2_web_acl
version_added: 0.2.0
short_description: Manage a regional web ACL of AWS WAF
description:
  - Creates, changes and deletes a web ACL that lets requests pass but for those which a managed rule group blocks, or which come
    too fast from one address. It may guard stages of Amazon API Gateway, see O(iot.sensor_stack.api_gateway_stage#module:web_acl_arn).
  - Rules that are not listed are removed.
  - All rules write metrics. No samples of requests are kept, since they would show API keys; a log leaves out the headers
    C(authorization), C(cookie) and C(x-api-key).
options:
  state:
    description:
      - Whether the web ACL should exist.
      - AWS deletes only one that guards nothing.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name, 1 to 128 letters, digits, hyphens and underscores. AWS cannot change it.
    type: str
    required: true
  description:
    description: What the web ACL is for, 3 to 256 letters, digits, spaces and C(+=:#@/-,._). Leave it out to leave it alone.
    type: str
  managed_rule_groups:
    description: Rule groups that others maintain, in the order in which they look at a request.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the group, such as V(AWSManagedRulesCommonRuleSet), once each.
        type: str
        required: true
      vendor_name:
        description: Who maintains it.
        type: str
        default: AWS
      count:
        description: Rules of the group that count the requests they match instead of blocking them.
        type: list
        elements: str
        default: []
  rate_limit:
    description: How many requests an address may make in 5 minutes, 10 to 2000000000, before it is blocked; V(0) for no such rule.
    type: int
    default: 0
  log_destination_arn:
    description:
      - The ARN of what the web ACL logs requests to, of a log group, stream or bucket whose name starts with C(aws-waf-logs-).
      - An empty string ends the log. Leave it out to leave it alone.
      - In check mode, C(known-after-deploy) stands for a log group that is still to be made.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Guard against known attacks, and addresses that flood
  iot.sensor_stack.wafv2_web_acl:
    name: iot-api-waf-dev
    managed_rule_groups:
      - name: AWSManagedRulesAmazonIpReputationList
      - name: AWSManagedRulesCommonRuleSet
        count: [SizeRestrictions_BODY]
    rate_limit: 100000
    tags:
      Environment: dev

- name: Remove the web ACL
  iot.sensor_stack.wafv2_web_acl:
    name: iot-api-waf-dev
    state: absent
"""

RETURN = r"""
web_acl:
  description: The web ACL after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: iot-api-waf-dev
    id:
      description: Its ID; absent in check mode for one that does not exist yet.
      type: str
      sample: a1b2c3d4-5678-90ab-cdef-EXAMPLE11111
    arn:
      description: Its ARN; V(known-after-deploy) in check mode for one that does not exist yet.
      type: str
      sample: arn:aws:wafv2:ca-central-1:123456789012:regional/webacl/iot-api-waf-dev/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111
    description:
      description: Its description.
      type: str
      sample: Guards the API of iot-dev
    default_action:
      description: What becomes of requests that no rule blocks, as AWS has it.
      type: dict
      sample: {"Allow": {}}
    rules:
      description: Its rules by name, as AWS has them.
      type: dict
      sample: {}
    visibility:
      description: Its metrics, as AWS has them.
      type: dict
      sample: {"SampledRequestsEnabled": false, "CloudWatchMetricsEnabled": true, "MetricName": "iot-api-waf-dev"}
    log:
      description: Where it logs to, and the headers that are left out; when O(log_destination_arn) is given. Empty without a log.
      type: dict
      sample: {}
    tags:
      description: Its tags, when O(tags) is given.
      type: dict
      sample: {"Environment": "dev"}
"""

from functools import partial
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries, ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2 import api, web_acls

# Of a log group, Firehose stream or bucket. Source: "Logging AWS WAF traffic" in the AWS WAF developer guide.
LOG_ARN = rf"arn:[^:]+:(logs:.+:log-group:|firehose:.+:deliverystream/|s3:::)aws-waf-logs-.+|{KNOWN_AFTER_DEPLOY}"


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against AWS WAF's limits."""
    groups = params["managed_rule_groups"]
    return [
        *check_pattern("name", params["name"], web_acls.NAME, web_acls.NAME_WORDS),
        *check_pattern(
            "description",
            params["description"],
            r"[\w+=:#@/,.-][\w+=:#@/,.\s-]{1,254}[\w+=:#@/,.-]",
            "3 to 256 letters, digits, spaces and +=:#@/-,._",
        ),
        *web_acls.check_rules(groups, params["rate_limit"], "managed_rule_groups", "rate_limit"),
        *check_pattern(
            "log_destination_arn",
            params["log_destination_arn"] or None,
            LOG_ARN,
            "the ARN of a log group, stream or bucket whose name starts with aws-waf-logs-",
        ),
        *check_tags("tags", params["tags"]),
    ]


def find(client: Any, name: str) -> dict[str, Any] | None:
    """The web ACL of a name as ListWebACLs has it, or None."""
    return next((acl for acl in api.list_web_acls(client) if acl["Name"] == name), None)


def read_current(client: Any, params: dict[str, Any]) -> dict[str, Any] | None:
    """The web ACL as it is, with what is asked about, or None. ``carried`` is what a change must not lose."""
    found = find(client, params["name"])
    if found is None:
        return None
    acl, token = api.get_web_acl(client, found["Name"], found["Id"])
    current = {**web_acls.web_acl_to_dict(acl), "token": token}
    current["carried"] = {key: acl[key] for key in web_acls.CARRIED if key in acl}
    if params["log_destination_arn"] is not None:
        current["log"] = web_acls.log_to_dict(api.get_log_destination(client, acl["ARN"]))
    if params["tags"] is not None:
        current["tags"] = boto3_tag_list_to_ansible_dict(api.list_tags(client, acl["ARN"]))
    return current


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The web ACL as it should be; None leaves a field as it is."""
    return {
        "name": params["name"],
        "description": params["description"],
        "default_action": {"Allow": {}},
        "rules": web_acls.build_rules(params["managed_rule_groups"], params["rate_limit"]),
        "visibility": web_acls.build_visibility(params["name"]),
        "log": web_acls.wanted_log(params["log_destination_arn"]),
        "tags": merge_tags((current or {}).get("tags"), params["tags"], params["purge_tags"]),
    }


def create(client: Any, wanted: dict[str, Any]) -> None:
    """Create the web ACL; one that an earlier try of the same call has made is taken."""
    tags = ansible_dict_to_boto3_tag_list(wanted["tags"] or {})
    request = {**web_acls.build_request(wanted), **({"Tags": tags} if tags else {})}
    try:
        api.create_web_acl(client, **request)
    except AnsibleAWSError as error:
        if explain(error)[1] != "WAFDuplicateItemException" or find(client, wanted["name"]) is None:
            raise


def change(client: Any, current: dict[str, Any], wanted: dict[str, Any], changes: Changes) -> None:
    """Change rules, description and tags in place."""
    if set(changes) - {"log", "tags"}:
        description = current["description"] if wanted["description"] is None else wanted["description"]
        request = web_acls.build_request({**wanted, "description": description})
        api.update_web_acl(client, Id=current["id"], LockToken=current["token"], **{**current["carried"], **request})
    arn = current["arn"]
    apply_entries(
        changes.get("tags"),
        partial(api.untag, client, arn),
        lambda tags: api.tag(client, arn, ansible_dict_to_boto3_tag_list(tags)),
    )


def set_log(client: Any, arn: str, log: dict[str, Any]) -> None:
    """Log to another destination, or to none."""
    if log:
        api.put_log_destination(client, **web_acls.build_log_configuration(arn, log))
    else:
        api.delete_log_destination(client, arn)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the web ACL."""
    params, name = module.params, module.params["name"]
    current = read_current(client, params)
    wanted = build_wanted(params, current)
    changes = build_changes(current or {"log": {}}, wanted)
    diff = build_diff(changes, f"web ACL {name}", present_action(current))
    if changes and not module.check_mode:
        if current is None:
            create(client, wanted)
            current = read_current(client, params) or {}
        else:
            change(client, current, wanted, changes)
        if "log" in changes:
            set_log(client, current["arn"], changes["log"].after)
    known = {key: value for key, value in (current or {}).items() if key not in ("token", "carried")}
    given = {field: value for field, value in wanted.items() if value is not None}
    return {
        "changed": bool(changes),
        "diff": diff,
        "web_acl": {"arn": KNOWN_AFTER_DEPLOY, "description": "", **known, **given},
    }


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the web ACL, and end its log before."""
    name = module.params["name"]
    found = find(client, name)
    changes = build_removal({"name": name, "arn": found["ARN"]} if found else {})
    if found and not module.check_mode:
        api.delete_log_destination(client, found["ARN"])
        api.delete_web_acl(client, name, found["Id"], found["LockToken"])
    return {"changed": bool(changes), "diff": build_diff(changes, f"web ACL {name}", "remove"), "web_acl": {}}


def main() -> None:
    """Module entry point."""
    group = {
        "name": {"type": "str", "required": True},
        "vendor_name": {"type": "str", "default": "AWS"},
        "count": {"type": "list", "elements": "str", "default": []},
    }
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "managed_rule_groups": {"type": "list", "elements": "dict", "options": group, "default": []},
            "rate_limit": {"type": "int", "default": 0},
            "log_destination_arn": {"type": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "wafv2", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
