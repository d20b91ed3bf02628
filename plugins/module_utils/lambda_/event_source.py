# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The queue a function works on: its event source mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Change
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_ import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import retry_new_role, wait_mapping

# What AWS takes where nothing is asked for.
DEFAULTS: dict[str, Any] = {
    "batch_size": 10,
    "maximum_batching_window_seconds": 0,
    "maximum_concurrency": None,
    "report_batch_item_failures": False,
    "enabled": True,
}
MOVING = ("Creating", "Enabling", "Disabling", "Updating")
ITEM_FAILURES = "ReportBatchItemFailures"

# A mapping of ListEventSourceMappings, and the option's form of it.
SourceMapping = dict[str, Any]
EventSource = dict[str, Any]


def queue_mappings(mappings: Iterable[SourceMapping]) -> list[SourceMapping]:
    """Those of SQS; one that is being deleted counts as gone."""
    return [each for each in mappings if ":sqs:" in each.get("EventSourceArn", "") and each["State"] != "Deleting"]


def find_mapping(mappings: Iterable[SourceMapping], queue_arn: str | None) -> SourceMapping | None:
    """The mapping of the queue, or that of another one."""
    found = queue_mappings(mappings)
    return next((each for each in found if each["EventSourceArn"] == queue_arn), found[0] if found else None)


def mapping_to_dict(mapping: SourceMapping | None) -> EventSource:
    """A mapping in the form of the module's option; empty without one."""
    if mapping is None:
        return {}
    return {
        "queue_arn": mapping["EventSourceArn"],
        "batch_size": mapping.get("BatchSize", DEFAULTS["batch_size"]),
        "maximum_batching_window_seconds": mapping.get("MaximumBatchingWindowInSeconds") or 0,
        "maximum_concurrency": (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency"),
        "report_batch_item_failures": ITEM_FAILURES in (mapping.get("FunctionResponseTypes") or []),
        "enabled": mapping["State"] not in ("Disabled", "Disabling"),
    }


def build_event_source(option: Mapping[str, Any] | None) -> EventSource | None:
    """The mapping as it should be: empty for none, with AWS's defaults for what is left out."""
    if option is None:
        return None
    given = {key: value for key, value in option.items() if value is not None}
    return {"queue_arn": given["queue_arn"], **DEFAULTS, **given} if given else {}


def build_request(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What CreateEventSourceMapping and UpdateEventSourceMapping have in common."""
    concurrency = wanted["maximum_concurrency"]
    return {
        "BatchSize": wanted["batch_size"],
        "MaximumBatchingWindowInSeconds": wanted["maximum_batching_window_seconds"],
        "ScalingConfig": {"MaximumConcurrency": concurrency} if concurrency else {},
        "FunctionResponseTypes": [ITEM_FAILURES] if wanted["report_batch_item_failures"] else [],
        "Enabled": wanted["enabled"],
    }


class EventSources:
    """The event sources of one function."""

    def __init__(self, client: Any, name: str, mappings: list[SourceMapping], timeout: int) -> None:
        """:arg name: the function's; timeout: seconds for each wait"""
        self._client, self._name, self._mappings, self._timeout = client, name, mappings, timeout

    def ensure(self, wanted: EventSource, tags: dict[str, str]) -> str | None:
        """Create the mapping or change it in place, and remove all others of queues; its UUID, None when it is to be none."""
        for mapping in queue_mappings(self._mappings):
            if mapping["EventSourceArn"] != wanted.get("queue_arn"):
                self.remove(mapping)
        if not wanted:
            return None
        current = next((m for m in queue_mappings(self._mappings) if m["EventSourceArn"] == wanted["queue_arn"]), None)
        if current is None:
            current = self._create(wanted, tags)
        if mapping_to_dict(current) != wanted:
            api.update_event_source_mapping(self._client, current["UUID"], **build_request(wanted))
        self.wait(current["UUID"], wanted)
        return current["UUID"]

    def wait(self, uuid: str, wanted: EventSource) -> None:
        """Wait until the mapping does what it should."""
        waiter = "enabled" if wanted["enabled"] else "disabled"
        wait_mapping(self._client, uuid, waiter, self._name, self._timeout)

    def remove(self, mapping: SourceMapping) -> None:
        """Delete a mapping and wait until it is gone."""
        if mapping["State"] == "Deleting" or api.delete_event_source_mapping(self._client, mapping["UUID"]):
            wait_mapping(self._client, mapping["UUID"], "deleted", self._name, self._timeout)

    def apply_tags(self, uuid: str, change: Change) -> None:
        """Make the change of the function's tags on the mapping too."""
        arn = next((m.get("EventSourceMappingArn") for m in self._mappings if m["UUID"] == uuid), None)
        if arn:
            apply_entries(
                change,
                lambda keys: api.untag(self._client, arn, keys),
                lambda tags: api.tag(self._client, arn, tags),
            )

    def _create(self, wanted: EventSource, tags: dict[str, str]) -> SourceMapping:
        for mapping in self._mappings:  # AWS takes no second one while the first is being deleted
            if mapping["State"] == "Deleting" and mapping.get("EventSourceArn") == wanted["queue_arn"]:
                self.remove(mapping)
        request = {"EventSourceArn": wanted["queue_arn"], "FunctionName": self._name, **build_request(wanted)}
        if tags:
            request["Tags"] = tags
        try:
            return retry_new_role(
                self._name, lambda: api.create_event_source_mapping(self._client, **request), self._timeout
            )
        except AnsibleAWSError as error:
            # Made since we looked, by another run or by a call of ours whose answer was lost.
            conflict = explain(error)[1] == "ResourceConflictException"
            found = api.list_event_source_mappings(self._client, self._name) if conflict else []
            mine = [m for m in queue_mappings(found) if m["EventSourceArn"] == wanted["queue_arn"]]
            if not mine:
                raise
            return mine[0]
