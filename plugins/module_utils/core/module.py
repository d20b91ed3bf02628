# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What every module with a state does, from its options to its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change, tag_calls
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import fail
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import refuse

Ensure = Callable[[AnsibleAWSModule, Any], dict[str, Any]]


class Kind(NamedTuple):
    """A kind of resource that one module manages one of, and another one several.

    ``service`` names the boto3 client, ``noun`` the resource in the result, ``name`` the option that tells one from another.
    ``spec`` and ``rules`` are what AnsibleModule takes as ``argument_spec``, and besides it, such as ``required_if``.
    """

    service: str
    noun: str
    spec: dict[str, Any]
    validate: Callable[[dict[str, Any]], list[str]]
    ensure_present: Ensure
    ensure_absent: Ensure
    name: str = "name"
    rules: dict[str, Any] = {}


def ensure_one(kind: Kind) -> None:
    """All that the module for one resource of a kind does."""
    module = AnsibleAWSModule(argument_spec=kind.spec, supports_check_mode=True, **kind.rules)
    module.exit_json(**ensure_state(module, kind.service, kind.validate, kind.ensure_present, kind.ensure_absent))


def ensure_state(
    module: AnsibleAWSModule,
    service: str,
    validate: Callable[[dict[str, Any]], list[str]],
    ensure_present: Ensure,
    ensure_absent: Ensure,
) -> dict[str, Any]:
    """Check the options before the first call, then bring about the wanted state; ends the module where that fails.

    :arg service: the name of the boto3 client that the two functions get, such as ``elasticache``
    :arg validate: returns what is wrong with the options, one sentence each
    :returns: the result for ``exit_json``
    """
    try:
        refuse(validate(module.params))
        ensure = ensure_present if module.params["state"] == "present" else ensure_absent
        return ensure(module, module.client(service))
    except AnsibleAWSError as error:
        fail(module, error)


def apply_entries(
    change: Change | None, remove: Callable[[list[str]], None], put: Callable[[dict[str, str]], None]
) -> None:
    """Make a change of a dict such as tags: remove the keys that are no longer wanted, then put what differs.

    :arg change: the dict before and after; nothing is called without one
    """
    if change is None:
        return
    to_put, to_remove = tag_calls(change)
    if to_remove:
        remove(to_remove)
    if to_put:
        put(to_put)
