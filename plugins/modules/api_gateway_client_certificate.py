#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: api_gateway_client_certificate
version_added: 0.2.0
short_description: Manage the client certificate that a stage of Amazon API Gateway shows to its backends
description:
  - Makes, renews and deletes a client certificate. AWS keeps its private key. A stage shows it, see
    O(iot.sensor_stack.api_gateway_stage#module:client_certificate_id), and a backend that trusts it knows who calls.
  - AWS gives client certificates no names, so that this one is told by its tag C(Name).
options:
  state:
    description:
      - Whether the certificate should exist.
      - AWS deletes only one that no stage shows.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The tag C(Name), 1 to 256 characters.
    type: str
    required: true
  description:
    description: What a new certificate is for.
    type: str
  renew_before_days:
    description:
      - A certificate that expires within so many days, 0 to 364, gets a successor, which is returned; it itself stays, since a stage
        shows it. Certificates are valid for 365 days.
      - V(0) never renews, such as where a backend must first be told to trust the next one.
    type: int
    default: 30
  ids:
    description: With O(state=absent), which of the name's certificates are deleted, such as RV(superseded) ones; all, when it is left out.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
"""

EXAMPLES = r"""
- name: Ensure the client certificate
  iot.sensor_stack.api_gateway_client_certificate:
    name: iot-api-client-certificate-dev
    description: The API of iot-dev to its backends
    tags:
      Environment: dev
  register: __certificate

- name: Show it
  iot.sensor_stack.api_gateway_stage:
    rest_api_id: a1b2c3d4e5
    name: prod
    client_certificate_id: "{{ __certificate.certificate.id }}"

- name: Delete those that have been renewed
  iot.sensor_stack.api_gateway_client_certificate:
    name: iot-api-client-certificate-dev
    state: absent
    ids: "{{ __certificate.superseded }}"
"""

RETURN = r"""
certificate:
  description: The newest certificate after the run; in check mode as it would be. Empty when absent.
  returned: always
  type: dict
  contains:
    id:
      description: Its ID; V(known-after-deploy) in check mode for one that does not exist yet.
      type: str
      sample: a1b2c3
    description:
      description: Its description.
      type: str
      sample: The API of iot-dev to its backends
    expires:
      description: When it expires, in ISO 8601; empty in check mode for one that does not exist yet.
      type: str
      sample: "2027-01-01T12:00:00+00:00"
    pem:
      description: The certificate, for a backend to trust. It holds no private key.
      type: str
      sample: "-----BEGIN CERTIFICATE-----"
    tags:
      description: Its tags.
      type: dict
      sample: {"Name": "iot-api-client-certificate-dev"}
superseded:
  description: The IDs of the certificates before it.
  returned: always
  type: list
  elements: str
  sample: []
"""

from datetime import UTC, datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.certificates import (
    VALID_DAYS,
    certificate_to_dict,
    is_spent,
    named,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway.tags import apply_tags, build_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import (
    build_changes,
    build_diff,
    build_removal,
    merge_tags,
    present_action,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import create_once, single_shot_client
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import ensure_state
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_range,
    check_tags,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

NEW = {"id": KNOWN_AFTER_DEPLOY, "description": "", "expires": "", "pem": ""}


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options against API Gateway's limits."""
    problems = check_length("name", params["name"], 1, 256)
    problems += check_range("renew_before_days", params["renew_before_days"], 0, VALID_DAYS - 1, "days, 0: never")
    if "Name" in (params["tags"] or {}) and params["tags"]["Name"] != params["name"]:
        problems.append(f"tags['Name'] is '{params['tags']['Name']}': allowed is '{params['name']}', the name")
    return problems + check_tags("tags", params["tags"])


def read_named(client: Any, name: str) -> list[dict[str, Any]]:
    """The certificates of the name, the newest first."""
    return named(api.get_client_certificates(client), name)


def generate(module: AnsibleAWSModule, client: Any, tags: dict[str, str], known: list[str]) -> dict[str, Any]:
    """GenerateClientCertificate, once.

    :arg known: the IDs of those of the name before
    """
    single_shot = single_shot_client(module, "apigateway")
    description = module.params["description"]
    request = {"tags": tags, **({"description": description} if description else {})}

    def find() -> dict[str, Any] | None:
        found = read_named(client, module.params["name"])
        return next((one for one in found if one["clientCertificateId"] not in known), None)

    return create_once(lambda: api.generate_client_certificate(single_shot, **request), find)


def ensure_present(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Make a certificate, or the successor of one that expires soon; else set the tags."""
    params, name = module.params, module.params["name"]
    found = read_named(client, name)
    spent = bool(found) and is_spent(found[0], params["renew_before_days"], datetime.now(UTC))
    lasting = [] if spent else found[:1]
    current = certificate_to_dict(lasting[0]) if lasting else None
    asked, purge = {**(params["tags"] or {}), "Name": name}, params["tags"] is not None and params["purge_tags"]
    wanted: dict[str, Any] = {"tags": merge_tags((current or {}).get("tags"), asked, purge)}
    changes = build_changes(current, wanted)
    after = {**(current or {**NEW, "description": params["description"] or ""}), **wanted}
    if changes and not module.check_mode:
        if current is None:
            known = [one["clientCertificateId"] for one in found]
            after = {**certificate_to_dict(generate(module, client, wanted["tags"], known)), **wanted}
        else:
            apply_tags(client, build_arn(client, f"/clientcertificates/{current['id']}"), changes)
    return {
        "changed": bool(changes),
        "diff": build_diff(changes, f"client certificate {name}", present_action(current)),
        "certificate": after,
        "superseded": [one["clientCertificateId"] for one in found[len(lasting) :]],
    }


def ensure_absent(module: AnsibleAWSModule, client: Any) -> dict[str, Any]:
    """Delete all certificates of the name, or those that are asked for."""
    name, asked = module.params["name"], module.params["ids"]
    found = [one["clientCertificateId"] for one in read_named(client, name)]
    ids = [one for one in found if asked is None or one in asked]
    if not module.check_mode:
        for certificate_id in ids:
            api.delete_client_certificate(client, certificate_id)
    diff = build_diff(build_removal({"ids": ids} if ids else {}), f"client certificate {name}", "remove")
    return {"changed": bool(ids), "diff": diff, "certificate": {}, "superseded": []}


def main() -> None:
    """Module entry point."""
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "renew_before_days": {"type": "int", "default": 30},
            "ids": {"type": "list", "elements": "str"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    module.exit_json(**ensure_state(module, "apigateway", validate, ensure_present, ensure_absent))


if __name__ == "__main__":
    main()
