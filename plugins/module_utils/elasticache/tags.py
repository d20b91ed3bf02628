# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of ElastiCache's resources."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes, tag_calls
from ansible_collections.iot.sensor_stack.plugins.module_utils.elasticache import api


def apply_tags(client: Any, arn: str, changes: Changes) -> None:
    """Remove and set tags, where the changes have some."""
    if "tags" not in changes:
        return
    to_set, to_remove = tag_calls(changes["tags"])
    if to_remove:
        api.remove_tags(client, arn, to_remove)
    if to_set:
        api.add_tags(client, arn, ansible_dict_to_boto3_tag_list(to_set))
