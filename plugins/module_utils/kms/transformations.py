# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between AWS's answers and the modules' options; pure functions."""

from __future__ import annotations

from typing import Any

Key = dict[str, Any]


def key_to_dict(key: Key) -> Key:
    """A described key in the form of the module's options; policy, rotation and tags are read apart from it."""
    deleted = key.get("DeletionDate")
    return {
        "key_id": key["KeyId"],
        "arn": key["Arn"],
        "key_state": key["KeyState"],
        "deletion_date": deleted.isoformat() if deleted else None,
        "description": key.get("Description") or "",
    }


def rotation_to_dict(status: Key) -> Key:
    """The rotation of a key in the form of the module's options; a key that does not rotate has no period."""
    enabled = bool(status["KeyRotationEnabled"])
    return {
        "rotation_enabled": enabled,
        "rotation_period_in_days": status.get("RotationPeriodInDays", 365) if enabled else None,
    }
