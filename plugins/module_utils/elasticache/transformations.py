# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict


def parameter_group_to_dict(
    group: dict[str, Any], parameters: list[dict[str, Any]], tags: list[dict[str, str]]
) -> dict[str, Any]:
    """A cache parameter group, its changed parameters and tags, in the form of the module's options."""
    return {
        "name": group["CacheParameterGroupName"],
        "arn": group.get("ARN"),
        "family": group["CacheParameterGroupFamily"],
        "description": group.get("Description", ""),
        "parameters": {item["ParameterName"]: item.get("ParameterValue", "") for item in parameters},
        "tags": boto3_tag_list_to_ansible_dict(tags),
    }
