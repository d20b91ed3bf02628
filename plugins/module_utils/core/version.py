# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The version of the collection, as in galaxy.yml, which modules cannot read where they run."""

from __future__ import annotations

VERSION = "0.1.0"
