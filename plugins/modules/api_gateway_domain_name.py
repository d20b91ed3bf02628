#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_domain_name
version_added: 0.2.0
short_description: Manage a custom domain of Amazon API Gateway that leads to a stage
description:
  - Creates, changes and deletes a regional custom domain with its certificate, the mapping of a base path to a stage of a REST API, and
    the record of Route 53 that leads the name to it.
  - The domain is told by its tag C(Name), so that a removal finds it without knowing its name. A domain that exists without it is
    taken over, and gets it.
  - Mappings to other APIs are left alone.
options:
  state:
    description:
      - Whether the domain should exist.
      - V(absent) is refused as long as the domain leads to several APIs.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The tag C(Name), 1 to 256 characters.
    type: str
    required: true
  domain_name:
    description: The domain in lower case, such as V(api.example.com). AWS cannot change it. Required with O(state=present).
    type: str
  certificate_arn:
    description: The ARN of a certificate of ACM for it, in the same region. Required with O(state=present).
    type: str
  security_policy:
    description: The oldest version of TLS that is taken.
    type: str
    choices: [TLS_1_0, TLS_1_2]
    default: TLS_1_2
  truststore_uri:
    description:
      - An object in S3 with the authorities whose client certificates callers must show, such as V(s3://bucket/truststore.pem). An
        empty string asks for none. Leave it out to leave it alone.
      - Callers get by it as long as the API's own URL is not disabled.
    type: str
  base_path:
    description: The first part of the path, before the API's; empty for none.
    type: str
    default: ""
  rest_api_id:
    description: The ID of the REST API that it leads to. Required with O(state=present).
    type: str
  stage:
    description: The stage that it leads to.
    type: str
    default: prod
  hosted_zone_id:
    description:
      - The hosted zone of Route 53 that gets the record of the domain. Its ID is kept in the tag C(HostedZoneId) of the domain.
      - An empty string makes none, and removes the one that this module has made.
    type: str
    default: ""
  wait_timeout:
    description: How many seconds to wait for a new or changed domain.
    type: int
    default: 600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
notes:
  - AWS allows one new, one changed and one deleted domain in 30 seconds; the module retries.
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Let https://api.example.com/v1 lead to the stage
  iot.sensor_stack.api_gateway_domain_name:
    name: iot-api-domain-dev
    domain_name: api.example.com
    certificate_arn: arn:aws:acm:ca-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
    base_path: v1
    rest_api_id: a1b2c3d4e5
    hosted_zone_id: Z0123456789ABC

- name: Remove it
  iot.sensor_stack.api_gateway_domain_name:
    name: iot-api-domain-dev
    state: absent
"""

RETURN = r"""
domain:
  description: The domain after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    domain_name:
      description: The domain.
      type: str
      sample: api.example.com
    url:
      description: The URL that callers use, without the API's path.
      type: str
      sample: https://api.example.com/v1
    target:
      description: Where the name must lead to, for a record of one's own; V(known-after-deploy) in check mode for a new one.
      type: str
      sample: d-a1b2c3d4e5.execute-api.ca-central-1.amazonaws.com
    target_hosted_zone_id:
      description: The hosted zone of the target, for an alias record of one's own.
      type: str
      sample: Z19DQILCV0OWEC
    endpoint_type:
      description: Its type.
      type: str
      sample: REGIONAL
    certificate_arn:
      description: Its certificate.
      type: str
      sample: arn:aws:acm:ca-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
    security_policy:
      description: The oldest version of TLS.
      type: str
      sample: TLS_1_2
    truststore_uri:
      description: The authorities of callers; empty without.
      type: str
      sample: ""
    mappings:
      description: Base path to API and stage, of those that lead to the API.
      type: dict
      sample: {"v1": "a1b2c3d4e5/prod"}
    record:
      description: Where the record in the hosted zone leads to; empty without.
      type: str
      sample: d-a1b2c3d4e5.execute-api.ca-central-1.amazonaws.com
    tags:
      description: Its tags.
      type: dict
      sample: {"Name": "iot-api-domain-dev"}
"""

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api, domains, patches
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.domain_waiters import wait_for_domain
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import apply_tags, build_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.transformations import drop_empty
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    Change,
    Changes,
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
    refuse_immutable,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.route53 import aliases
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

IMMUTABLE = {
    "domain_name": "remove the old one (state=absent; in the playbooks api_domain_name: none) and run again",
    "endpoint_type": "delete the domain by hand and run again, its names then lead elsewhere",
}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits."""
    values = {**params, "name": params["domain_name"]}
    return [
        *check_length("name", params["name"], 1, 256),
        *(problem.replace("name is", "domain_name is", 1) for problem in domains.check_domain(values)),
        *check_range("wait_timeout", params["wait_timeout"], 1, 7200, "seconds"),
        *check_tags("tags", params["tags"]),
    ]


def read_current(module: AnsibleAWSModule, client: Any) -> dict[str, Any] | None:
    """The domain as it is, with its mappings and its record, or None.

    :raises AnsibleAWSError: when the one with the tag has another name
    """
    params, found = module.params, api.get_domain_names(client)
    domain = next((one for one in found if one["domainName"] == params["domain_name"]), None)
    other = domains.own_domain(found, params["name"])
    if domain is None and other is not None:
        change = Change(other["domainName"], params["domain_name"])
        refuse_immutable({"domain_name": change}, IMMUTABLE, f"domain {params['name']}")
    if domain is None:
        return None
    current = domains.domain_to_dict(domain)
    mappings = api.get_base_path_mappings(client, params["domain_name"])
    current["mappings"] = domains.own_mappings(mappings, params["base_path"], params["rest_api_id"])
    current["zone"] = current["tags"].get(domains.ZONE_TAG, "")
    zone = params["hosted_zone_id"] or current["zone"]
    record = aliases.find_record(module.client("route53"), zone, params["domain_name"]) if zone else None
    if wanted_tags(params, current["tags"]) != current["tags"]:  # GetTags is the authority, and a call more
        current["tags"] = api.get_tags(client, build_arn(client, f"/domainnames/{params['domain_name']}"))
    return {**current, "record": aliases.target_of(record)}


def wanted_tags(params: dict[str, Any], current: dict[str, str]) -> dict[str, str]:
    """The tags asked for, with those that this module finds the domain and its record by."""
    zone = params["hosted_zone_id"]
    asked = {**(params["tags"] or {}), "Name": params["name"], **({domains.ZONE_TAG: zone} if zone else {})}
    before = {key: value for key, value in current.items() if key != domains.ZONE_TAG}
    return merge_tags(before, asked, params["tags"] is not None and params["purge_tags"]) or {}


def build_wanted(params: dict[str, Any], current: dict[str, Any] | None) -> dict[str, Any]:
    """The domain as it should be; None leaves a field as it is."""
    have = current or {}
    return {
        "domain_name": params["domain_name"],
        "endpoint_type": "REGIONAL",
        "certificate_arn": params["certificate_arn"],
        "security_policy": params["security_policy"],
        "truststore_uri": params["truststore_uri"],
        "mappings": {params["base_path"]: f"{params['rest_api_id']}/{params['stage']}"},
        "tags": wanted_tags(params, have.get("tags", {})),
        "record": have.get("target", KNOWN_AFTER_DEPLOY).lower() if params["hosted_zone_id"] else "",
    }


def create(client: Any, wanted: dict[str, Any], timeout: int) -> None:
    """Create the domain, and wait for it."""
    truststore = {"truststoreUri": wanted["truststore_uri"]} if wanted["truststore_uri"] else None
    request = {
        "domainName": wanted["domain_name"],
        "regionalCertificateArn": wanted["certificate_arn"],
        "endpointConfiguration": {"types": [wanted["endpoint_type"]]},
        "securityPolicy": wanted["security_policy"],
        "mutualTlsAuthentication": truststore,
        "tags": wanted["tags"],
    }
    api.create_domain_name(client, **drop_empty(request))
    wait_for_domain(client, wanted["domain_name"], timeout)


def change_mappings(client: Any, domain: str, change: Change) -> None:
    """The new mapping first, so that the API can always be reached."""
    before: dict[str, str] = change.before or {}
    for path, leads in change.after.items():
        rest_api_id, _slash, stage = leads.partition("/")
        if path not in before:
            named = {"basePath": path} if path else {}
            api.create_base_path_mapping(client, domainName=domain, restApiId=rest_api_id, stage=stage, **named)
        elif before[path] != leads:
            operations = [patches.replace("/restapiId", rest_api_id), patches.replace("/stage", stage)]
            api.update_base_path_mapping(client, domain, path or domains.NO_BASE_PATH, operations)
    for path in before:
        if path not in change.after:
            api.delete_base_path_mapping(client, domain, path or domains.NO_BASE_PATH)


def change_record(module: AnsibleAWSModule, domain: dict[str, Any], old_zone: str) -> None:
    """Lead the name to the domain by a record of the wanted zone, and by no other."""
    name, zone, client = domain["domain_name"], module.params["hosted_zone_id"], module.client("route53")
    if zone:
        record = aliases.build_record(name, domain["target"], domain["target_hosted_zone_id"])
        aliases.change_record(client, zone, "UPSERT", record)
    if old_zone and old_zone != zone:
        aliases.remove_alias(client, old_zone, name, domain["target"])


def apply(module: AnsibleAWSModule, client: Any, current: Any, wanted: dict[str, Any], changes: Changes) -> None:
    """Create the domain or change it in place, then mappings, record and tags."""
    name, timeout = wanted["domain_name"], module.params["wait_timeout"]
    old_zone = (current or {}).get("zone", "")
    operations = domains.domain_patches(changes)
    if current is None:
        create(client, wanted, timeout)
    elif operations:
        api.update_domain_name(client, name, operations)
        wait_for_domain(client, name, timeout)
    if "mappings" in changes:
        change_mappings(client, name, changes["mappings"])
    if "record" in changes or old_zone not in ("", module.params["hosted_zone_id"]):
        change_record(module, read_current(module, client) or {}, old_zone)
    if current is not None:
        apply_tags(client, build_arn(client, f"/domainnames/{name}"), changes)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Create or change the domain."""
    params = module.params
    current = read_current(module, client)
    wanted = build_wanted(params, current)
    changes = build_changes(current or {"truststore_uri": "", "record": ""}, wanted)
    refuse_immutable({} if current is None else changes, IMMUTABLE, f"domain {params['domain_name']}")
    diff = build_diff(changes, f"domain {params['domain_name']}", present_action(current))
    if changes and not module.check_mode:
        apply(module, client, current, wanted, changes)
        current = read_current(module, client)
        wanted = build_wanted(params, current)
    after = {
        "url": domains.build_url(params["domain_name"], params["base_path"]),
        **{"target": KNOWN_AFTER_DEPLOY, "target_hosted_zone_id": KNOWN_AFTER_DEPLOY, "truststore_uri": ""},
        **{field: value for field, value in (current or {}).items() if field != "zone"},
        **{field: value for field, value in wanted.items() if value is not None},
    }
    return {"changed": bool(changes), "diff": diff, "domain": after}


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete the domain with its record; the record first, since it is found by the domain."""
    found = domains.own_domain(api.get_domain_names(client), module.params["name"])
    if found is None:
        return {"changed": False, "diff": {}, "domain": {}}
    domain = domains.domain_to_dict(found)
    name, zone = domain["domain_name"], domain["tags"].get(domains.ZONE_TAG)
    leads = sorted({mapping["restApiId"] for mapping in api.get_base_path_mappings(client, name)})
    if len(leads) > 1:
        raise AnsibleAWSError(
            message=f"domain {name} leads to several APIs ({', '.join(leads)}): remove the base path mappings of the others first"
        )
    if not module.check_mode:
        if zone:
            aliases.remove_alias(module.client("route53"), zone, name, domain["target"])
        api.delete_domain_name(client, name)
    return {"changed": True, "diff": build_diff(build_removal(domain), f"domain {name}", "remove"), "domain": {}}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "domain_name": {"type": "str"},
            "certificate_arn": {"type": "str"},
            "security_policy": {"type": "str", "choices": ["TLS_1_0", "TLS_1_2"], "default": "TLS_1_2"},
            "truststore_uri": {"type": "str"},
            "base_path": {"type": "str", "default": ""},
            "rest_api_id": {"type": "str"},
            "stage": {"type": "str", "default": "prod"},
            "hosted_zone_id": {"type": "str", "default": ""},
            "wait_timeout": {"type": "int", "default": 600},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["domain_name", "certificate_arn", "rest_api_id"])],
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
