# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A secret's replicas in other regions, which Secrets Manager keeps the same. A replica is told by its region."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.progress import report
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.waiters import POLL_SECONDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.kms import key_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.secretsmanager.transformations import DEFAULT_KEY

# Region to KMS key.
Replicas = dict[str, str]
# What stands for the key of a replica that AWS could not make.
FAILED = "failed"


def check_replicas(name: str, replicas: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """Regions as AWS writes them, each once, and keys that are told by themselves: an alias means another key elsewhere."""
    seen: set[str] = set()
    problems = []
    for index, replica in enumerate(replicas or ()):
        region, said = replica["region"], f"{name}[{index}]"
        problems += check_pattern(f"{said}.region", region, r"([a-z]+-)+\d+", "a region such as eu-central-1")
        problems += check_pattern(
            f"{said}.kms_key_id",
            replica.get("kms_key_id") or "",
            r"|(arn:[^:]+:kms:[^:]+:\d{12}:key/)?(mrk-)?[0-9a-f-]{32,36}",
            "the ID or ARN of a KMS key of that region",
        )
        if region in seen:
            problems.append(f"{said}.region is '{region}', which is in the list twice: allowed is once")
        seen.add(region)
    return problems


def current_replicas(secret: Mapping[str, Any]) -> Replicas:
    """The replicas of a described secret."""
    return {
        one["Region"]: FAILED if one.get("Status") == "Failed" else one.get("KmsKeyId") or DEFAULT_KEY
        for one in secret.get("ReplicationStatus") or []
    }


def wanted_replicas(option: Iterable[Mapping[str, Any]] | None, current: Replicas) -> Replicas | None:
    """The replicas as they should be; None where they stay as they are. A replica without a key keeps the one it has."""
    if not option and (option is None or not current):
        return None
    return {one["region"]: wanted_key(one.get("kms_key_id"), current.get(one["region"], FAILED)) for one in option}


def wanted_key(wanted: str | None, current: str) -> str:
    """The key that a replica should have, in the words of AWS where it has it."""
    if not wanted:
        return DEFAULT_KEY if current == FAILED else current
    return current if key_name(wanted) == key_name(current) else wanted


def apply_replicas(client: Any, name: str, change: Change | None, timeout: int) -> None:
    """Remove and add replicas; one with another key is made anew, since AWS changes no replica in place.

    :arg timeout: seconds to wait for each; 0 does not wait
    """
    if change is None:
        return
    before: Replicas = change.before or {}
    kept = {region: key for region, key in before.items() if change.after.get(region) == key}
    gone = [
        region for region, key in before.items() if region not in kept and key != FAILED or region not in change.after
    ]
    if gone:
        api.remove_replicas(client, name, gone)
        wait_replicated(client, name, set(before) - set(gone), set(), timeout)
    added = {region: key for region, key in change.after.items() if region not in kept}
    if added:
        api.add_replicas(client, name, added)
        wait_replicated(client, name, set(change.after), set(added), timeout)


def wait_replicated(client: Any, name: str, regions: set[str], added: set[str], timeout: int) -> None:
    """Wait until there are replicas in these regions and no others, and those added are in sync.

    :raises AnsibleAWSError: at once when AWS could not make one of them, and when the time is up
    """
    for left in range(timeout // POLL_SECONDS, -1, -1):
        secret = api.describe_secret(client, name) if timeout else {}
        states = {one["Region"]: one for one in (secret or {}).get("ReplicationStatus") or []}
        for region in sorted(added & set(states)):
            if states[region]["Status"] == "Failed":
                raise AnsibleAWSError(
                    message=f"secret {name} was not replicated to {region}: {states[region].get('StatusMessage', 'no reason given')}"
                )
        if not timeout or (set(states) == regions and all(states[region]["Status"] == "InSync" for region in added)):
            return
        report(f"secret {name}", "replicating")
        if left:
            time.sleep(POLL_SECONDS)
    raise AnsibleAWSError(
        message=f"secret {name} was not replicated to {', '.join(sorted(regions)) or 'no region'} within {timeout} seconds "
        "(wait_timeout): run again, or raise wait_timeout"
    )


def remove_replicas(client: Any, secret: Mapping[str, Any], timeout: int) -> None:
    """Remove all replicas of a secret, which AWS does not delete before."""
    apply_replicas(client, secret["Name"], Change(current_replicas(secret), {}), timeout)
