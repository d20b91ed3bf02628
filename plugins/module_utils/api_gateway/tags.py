# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of API Gateway's resources."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.api_gateway import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes, merge_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries


def build_arn(client: Any, path: str) -> str:
    """The ARN that tag calls take, of a path such as ``/restapis/a1b2c3``."""
    return f"arn:{client.meta.partition}:apigateway:{client.meta.region_name}::{path}"


def confirm_tags(client: Any, arn: str, seen: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    """The tags a resource has now.

    ``seen`` came with the resource. GetTags, the authority, is asked only where they are not what is wanted, so that an
    unchanged run does without that call.
    """
    wanted = merge_tags(seen, params["tags"], params["purge_tags"])
    return seen if wanted in (None, seen) else api.get_tags(client, arn)


def apply_tags(client: Any, arn: str, changes: Changes) -> None:
    """Set and remove tags."""
    apply_entries(changes.get("tags"), partial(api.untag_resource, client, arn), partial(api.tag_resource, client, arn))
