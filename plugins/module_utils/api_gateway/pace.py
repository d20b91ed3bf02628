# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Keeps a module's own calls below AWS's quotas, instead of being refused and asking again."""

from __future__ import annotations

import time
from collections.abc import Callable

# How many times as long as after any call one waits after these. AWS takes 10 calls a second in all, of an account, 5 that
# create or delete API keys, and one UpdateUsagePlan in 20 seconds.
# Source: "Fixed quotas for creating, deploying and managing an API" in the API Gateway guide.
WEIGHTS = {"create_key": 2, "delete_key": 2, "update_plan": 200}


class Pacer:
    """Waits before a call as long as its quota asks."""

    def __init__(
        self, rate: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Take calls per second in all; 0 for no waits."""
        self.interval = 1 / rate if rate else 0.0
        self.clock, self.sleep = clock, sleep
        self.free: dict[str, float] = {}

    def wait(self, operation: str) -> None:
        """Wait until the operation may be called, and note that it is."""
        now = self.clock()
        start = max(now, self.free.get("", now), self.free.get(operation, now))
        if start > now:
            self.sleep(start - now)
        self.free[""] = start + self.interval
        self.free[operation] = start + self.interval * WEIGHTS.get(operation, 1)
