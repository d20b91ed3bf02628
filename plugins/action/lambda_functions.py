# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the module of this name, and shows what it waits for; see the documentation in plugins/modules."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.progress import ProgressAction as ActionModule

__all__ = ["ActionModule"]
