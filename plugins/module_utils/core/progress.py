# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a module tells the play what it waits for; the action plugins of the modules that wait show it.

The action plugin makes a file on the controller and names it in the module's environment. The module adds a line of JSON
each time it sees a state.
"""

from __future__ import annotations

import json
import os

PROGRESS_FILE = "IOT_SENSOR_STACK_PROGRESS_FILE"


def report(resource: str, state: str) -> None:
    """Add what is waited for, and the state it is in, to the play's file.

    Does nothing where there is no such file: when the module runs on another machine, or without its action plugin.

    :arg resource: such as ``replication group iot-redis-dev``
    :arg state: AWS's word, such as ``creating``
    """
    path = os.environ.get(PROGRESS_FILE, "")
    if os.path.exists(path):
        with open(path, "a", encoding="utf-8") as progress:
            progress.write(json.dumps({"resource": resource, "state": state}) + "\n")
