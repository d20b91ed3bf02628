# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow, beyond the types of the roles' argument specs; pure functions, no AWS calls.

A module a tier. Each rule takes the values of a tier's variables and returns a list of sentences, empty when all is well. Here is
what the tiers share.
"""

from __future__ import annotations

import ipaddress
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.names import check_stack_name, resource_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

Values = dict[str, Any]

# The ARN of a KMS key, which a key that is still to be made has not got yet; or none.
KMS_KEY_ARN = rf"|arn:[^:]+:kms:[^:]+:\d{{12}}:key/.+|{KNOWN_AFTER_DEPLOY}"

ROLE_TAGS = ("Environment", "Project", "ManagedBy", "Name")


def explain_type(message: str, values: Values, options: dict[str, Any]) -> str:
    """Ansible's sentence about a value of a wrong type, in the form of ours: it does not always hold the value."""
    wrong = re.match(r"argument '(\w+)' is of type", message)
    if wrong is None or wrong[1] not in options:
        return message
    return f"{wrong[1]} is '{values[wrong[1]]}': allowed is a value of type {options[wrong[1]]['type']}"


def check_stack(values: Values) -> list[str]:
    """stack_name, stack_environment, stack_tags and stack_region."""
    return [
        *check_stack_name(values["stack_name"], values["stack_environment"]),
        *check_stack_tags(values.get("stack_tags") or {}),
        *check_replacement(values),
        *check_region("stack_region", values.get("stack_region")),
    ]


def check_replacement(values: Values) -> list[str]:
    """The names of what may be replaced: a misspelt one would allow nothing."""
    named = [name for name in (values.get("stack_allow_replacement") or "").split(",") if name]
    replaceable = [
        resource_name(values["stack_name"], thing, values["stack_environment"]) for thing in ("redis", "aurora")
    ]
    return [
        f"stack_allow_replacement has '{name}': allowed are {', '.join(replaceable)}, with commas between them"
        for name in named
        if name not in replaceable
    ]


def check_stack_tags(tags: dict[str, Any]) -> list[str]:
    """Tags that all services of the stack accept, with room for the roles' own."""
    problems = check_tags("stack_tags", tags)
    for key, value in tags.items():
        for name, text in (("stack_tags has a key that", key), (f"stack_tags['{key}']", value)):
            problems += check_pattern(name, str(text), r"[\w\s.:/=+@-]*", "letters, digits, spaces and _.:/=+-@")
    more = set(tags) - set(ROLE_TAGS)
    if len(more) > 50 - len(ROLE_TAGS):
        problems.append(
            f"stack_tags has {len(more)} tags besides {', '.join(ROLE_TAGS)}: allowed are {50 - len(ROLE_TAGS)}, for AWS's 50"
        )
    return problems


def check_region(name: str, region: str | None) -> list[str]:
    """Check a region against those that botocore knows to have EC2."""
    known = [] if region is None else known_regions()
    if not known or region in known:
        return []
    return [f"{name} is '{region}': allowed is a region of AWS, such as ca-central-1 (known are {', '.join(known)})"]


@cache
def known_regions() -> list[str]:
    """The regions botocore knows, sorted; read from its data, since importing botocore takes half a second."""
    found = find_spec("botocore")
    if found is None or not found.submodule_search_locations:
        return []  # The modules report the missing library.
    path = Path(found.submodule_search_locations[0], "data", "partitions.json")
    partitions = json.loads(path.read_text(encoding="utf-8"))["partitions"]
    return sorted(
        region for partition in partitions for region in partition["regions"] if not region.endswith("-global")
    )


def check_ranges_allowed(name: str, cidrs: list[str]) -> list[str]:
    """Address ranges for a security group's rule; the whole internet is refused."""
    problems = []
    for index, cidr in enumerate(cidrs):
        try:
            network = ipaddress.IPv4Network(cidr)
        except ValueError as error:
            problems.append(f"{name}[{index}] is '{cidr}': allowed is an IPv4 range in CIDR notation ({error})")
            continue
        if network.prefixlen == 0:
            problems.append(f"{name}[{index}] is '{cidr}': allowed is any range but the whole internet")
    return problems
