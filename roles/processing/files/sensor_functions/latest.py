# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A device's latest reading per metric, kept in Redis.

A device has one key, a hash: metric -> JSON of value, time and the time's microseconds. Ingest puts in what it stored, a
query fills it from Aurora, and neither ever puts an older reading over a newer. Two more fields, whose names no metric can
have, tell whether the hash is a whole answer:

- `*until`: until when (seconds since 1970) it is, set by a fill to LATEST_SECONDS ahead and by nothing else. Without it, as
  after Redis lost its data, the hash holds just some metrics.
- `*epoch`: a random name that the first query without an answer puts in before it asks Aurora. Its fill counts only if
  the name is still there, since otherwise updates made meanwhile may be lost.

The key itself lives longer than its answer, at least KEPT_SECONDS after each update, so that a fill from a reader that is
a little behind meets the updates the reader has not seen.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import redis

from sensor_functions import settings
from sensor_functions.cache import Cache
from sensor_functions.readings import Reading, format_time, from_microseconds, microseconds

PREFIX = "latest:"
KEPT_SECONDS = 60
MOST_DIRTY = 10_000

# KEYS[1]; ARGV: a new epoch, seconds to keep the key. Answers the fields, or the epoch alone.
_READ = """
local now = tonumber(redis.call('TIME')[1])
local before = redis.call('HGET', KEYS[1], '*until')
if before and tonumber(before) > now then
  return {'', redis.call('HGETALL', KEYS[1])}
end
redis.call('HSETNX', KEYS[1], '*epoch', ARGV[1])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return {redis.call('HGET', KEYS[1], '*epoch'), {}}
"""

# KEYS[1]; ARGV: seconds to keep the key, then metric, microseconds, JSON of each reading.
_UPDATE = """
for i = 2, #ARGV, 3 do
  local kept = redis.call('HGET', KEYS[1], ARGV[i])
  if not kept or cjson.decode(kept).us < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  end
end
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
"""

# KEYS[1]; ARGV: the epoch, seconds the answer counts, seconds to keep the key, then as above. At equal times Aurora is right.
_FILL = """
if redis.call('HGET', KEYS[1], '*epoch') ~= ARGV[1] then return 0 end
for i = 4, #ARGV, 3 do
  local kept = redis.call('HGET', KEYS[1], ARGV[i])
  if not kept or cjson.decode(kept).us <= tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  end
end
redis.call('HDEL', KEYS[1], '*epoch')
redis.call('HSET', KEYS[1], '*until', tonumber(redis.call('TIME')[1]) + tonumber(ARGV[2]))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


class Latest:
    """The latest readings in Redis; its methods raise CacheAway."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._dirty: set[str] = set()
        self._all_dirty = False

    def read(self, device: str) -> tuple[list[Reading] | None, str]:
        """The device's readings, or None and the epoch that a fill must name."""

        def action(client: redis.Redis) -> Any:
            return client.register_script(_READ)(keys=[PREFIX + device], args=[uuid.uuid4().hex, KEPT_SECONDS])

        epoch, fields = self._cache.use(action)
        if epoch:
            return None, epoch
        pairs = zip(fields[::2], fields[1::2], strict=True)
        return [_decode(device, metric, text) for metric, text in pairs if not metric.startswith("*")], ""

    def fill(self, device: str, readings: Iterable[Reading], epoch: str) -> bool:
        """Make the device's hash a whole answer; False if Redis lost data since the epoch began."""
        seconds = settings.latest_seconds()
        arguments = [epoch, seconds, seconds + KEPT_SECONDS, *_encode(readings)]

        def action(client: redis.Redis) -> Any:
            return client.register_script(_FILL)(keys=[PREFIX + device], args=arguments)

        return bool(self._cache.use(action))

    def update(self, readings: Iterable[Reading]) -> None:
        """Put in what was stored, in one round trip, after the keys that are out of date were deleted."""
        devices: dict[str, list[Reading]] = {}
        for reading in readings:
            devices.setdefault(reading.device, []).append(reading)
        try:
            self._cache.use(lambda client: self._update(client, devices))
        except BaseException:
            self._remember(devices)
            raise
        self._dirty.clear()
        self._all_dirty = False

    def _update(self, client: redis.Redis, devices: dict[str, list[Reading]]) -> None:
        stale = [PREFIX + device for device in self._dirty]
        if self._all_dirty:
            stale = list(client.scan_iter(PREFIX + "*", count=1000))
        script = client.register_script(_UPDATE)
        with client.pipeline(transaction=False) as pipeline:
            for start in range(0, len(stale), 1000):
                pipeline.unlink(*stale[start : start + 1000])
            for device, readings in devices.items():
                script(keys=[PREFIX + device], args=[KEPT_SECONDS, *_encode(readings)], client=pipeline)
            pipeline.execute()

    def _remember(self, devices: Iterable[str]) -> None:
        """Keep the names of devices whose keys may be out of date; of too many, just that there are too many."""
        self._dirty.update(devices)
        if len(self._dirty) > MOST_DIRTY:
            self._all_dirty = True
            self._dirty.clear()


def _encode(readings: Iterable[Reading]) -> list[str | int]:
    arguments: list[str | int] = []
    for reading in readings:
        us = microseconds(reading.time)
        text = json.dumps({"value": reading.value, "time": format_time(reading.time), "us": us})
        arguments += [reading.metric, us, text]
    return arguments


def _decode(device: str, metric: str, text: str) -> Reading:
    kept = json.loads(text)
    return Reading(device, metric, from_microseconds(kept["us"]), kept["value"])
