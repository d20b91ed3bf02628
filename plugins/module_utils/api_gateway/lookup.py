# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Find by name what AWS keeps by ID; pure functions."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


def find_by_name(items: list[dict[str, Any]], name: str, what: str, advice: str) -> dict[str, Any] | None:
    """The one item of this name, or None.

    :arg what: the kind of item for messages, such as ``usage plan``
    :arg advice: what to do about several of them
    :raises AnsibleAWSError: naming the IDs, when several have the name
    """
    found = [item for item in items if item.get("name") == name]
    if len(found) > 1:
        ids = ", ".join(sorted(item["id"] for item in found))
        raise AnsibleAWSError(
            message=f"name is '{name}': {len(found)} {what}s have it ({ids}), allowed is one; {advice}"
        )
    return found[0] if found else None


def names_starting_with(items: list[dict[str, Any]], name: str, beginnings: list[str]) -> list[str]:
    """The names of the other items that start with one of these, sorted."""
    return sorted(
        item["name"] for item in items if item.get("name", name) != name and item["name"].startswith(tuple(beginnings))
    )
