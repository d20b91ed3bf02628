# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of RDS's resources."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.changes import Changes
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.module import apply_entries
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds import api


def apply_tags(client: Any, arn: str, changes: Changes) -> None:
    """Remove and set tags, where the changes have some."""
    apply_entries(changes.get("tags"), partial(api.remove_tags, client, arn), partial(api.add_tags, client, arn))
