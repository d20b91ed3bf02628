# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.common import (
    MISSING,
    TEMPORARY,
    EventsErrorHandler,
)

# A new rule may be unknown to the next calls for some seconds. A name that is wrong stays unknown.
NEW_TRIES = 6


@EventsErrorHandler.list_error_handler("describe the rule {name}")
@retry(*TEMPORARY)
def describe_rule(client: Any, name: str) -> dict[str, Any] | None:
    """DescribeRule on the default event bus; None when it does not exist."""
    return client.describe_rule(Name=name)


@EventsErrorHandler.list_error_handler("list the targets of the rule {name}", [])
@retry(*TEMPORARY)
def list_targets(client: Any, name: str) -> list[dict[str, Any]]:
    """ListTargetsByRule, all pages; none when the rule is gone."""
    pages = client.get_paginator("list_targets_by_rule").paginate(Rule=name)
    return pages.build_full_result().get("Targets", [])


@EventsErrorHandler.list_error_handler("list the tags of the rule", {})
@retry(*TEMPORARY)
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource; none when the rule is gone."""
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


@EventsErrorHandler.common_error_handler("put the rule")
@retry(*TEMPORARY)
def put_rule(client: Any, **request: Any) -> str:
    """PutRule, which makes or replaces a rule; returns its ARN. AWS takes tags of a new rule only."""
    return client.put_rule(**request)["RuleArn"]


@EventsErrorHandler.common_error_handler("put the target of the rule {name}")
@retry(*TEMPORARY, MISSING, retries=NEW_TRIES)
def put_targets(client: Any, name: str, targets: list[dict[str, Any]]) -> None:
    """PutTargets, which makes or replaces targets by their IDs."""
    _raise_failed(client.put_targets(Rule=name, Targets=targets), f"put the target of the rule {name}")


@EventsErrorHandler.deletion_error_handler("remove targets of the rule {name}")
@retry(*TEMPORARY)
def remove_targets(client: Any, name: str, ids: list[str]) -> bool:
    """RemoveTargets; False when the rule was gone already."""
    _raise_failed(client.remove_targets(Rule=name, Ids=ids), f"remove targets of the rule {name}")
    return True


@EventsErrorHandler.deletion_error_handler("delete the rule {name}")
@retry(*TEMPORARY, "ValidationException", retries=NEW_TRIES)
def delete_rule(client: Any, name: str) -> bool:
    """DeleteRule; False when it was gone already. For some seconds, AWS may still see the targets just removed."""
    client.delete_rule(Name=name)
    return True


@EventsErrorHandler.common_error_handler("tag the rule")
@retry(*TEMPORARY)
def tag_rule(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource: sets tags, others stay."""
    client.tag_resource(ResourceARN=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@EventsErrorHandler.common_error_handler("remove tags from the rule")
@retry(*TEMPORARY)
def untag_rule(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(ResourceARN=arn, TagKeys=keys)


def _raise_failed(answer: dict[str, Any], task: str) -> None:
    """AWS answers such a call with success and a list of what failed in it."""
    failed = [
        f"{entry.get('TargetId')}: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
        for entry in answer.get("FailedEntries") or []
    ]
    if answer.get("FailedEntryCount") or failed:
        raise AnsibleAWSError(message=f"Failed to {task}: {'; '.join(failed) or 'AWS tells no reason'}")
