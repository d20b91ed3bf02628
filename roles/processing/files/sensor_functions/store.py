# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Readings in PostgreSQL: stored once whatever comes twice, and read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sensor_functions.database import Database
from sensor_functions.readings import Reading

# One statement and so one transaction. It also answers what the table now holds as the latest of each device and metric
# that was given: of a reading that was there before, its value is the one from before.
_INSERT = """
WITH given AS (
  SELECT * FROM unnest(CAST(:devices AS text[]), CAST(:metrics AS text[]), CAST(:times AS timestamptz[]),
                       CAST(:readings AS double precision[])) AS g (device, metric, time, value)
), stored AS (
  INSERT INTO readings (device, metric, time, value) SELECT device, metric, time, value FROM given
  ON CONFLICT DO NOTHING RETURNING device, metric, time, value
), held AS (
  SELECT g.device, g.metric, g.time, coalesce(s.value, (
    SELECT r.value FROM readings r WHERE r.device = g.device AND r.metric = g.metric AND r.time = g.time)) AS value
  FROM given g LEFT JOIN stored s ON s.device = g.device AND s.metric = g.metric AND s.time = g.time
)
SELECT DISTINCT ON (device, metric) device, metric, time, value, (SELECT count(*) FROM stored)
FROM held WHERE value IS NOT NULL ORDER BY device, metric, time DESC
"""

# The device's metrics one by one along the primary key, and of each the newest: the work grows with the metrics, not with
# the readings, as it would with SELECT DISTINCT ON (metric).
_LATEST = """
WITH RECURSIVE metrics AS (
  (SELECT metric FROM readings WHERE device = :device ORDER BY metric LIMIT 1)
  UNION ALL
  SELECT (SELECT r.metric FROM readings r WHERE r.device = :device AND r.metric > m.metric ORDER BY r.metric LIMIT 1)
  FROM metrics m WHERE m.metric IS NOT NULL
)
SELECT m.metric, newest.time, newest.value FROM metrics m CROSS JOIN LATERAL (
  SELECT r.time, r.value FROM readings r WHERE r.device = :device AND r.metric = m.metric ORDER BY r.time DESC LIMIT 1
) newest ORDER BY newest.time DESC, m.metric
"""


@dataclass
class Stored:
    """What became of readings: how many are new, how many were there before, and the latest that the table holds."""

    stored: int = 0
    duplicates: int = 0
    latest: list[Reading] = field(default_factory=list)

    def add(self, other: Stored) -> None:
        """Count in what became of others."""
        self.stored += other.stored
        self.duplicates += other.duplicates
        self.latest += other.latest


def insert(database: Database, readings: Iterable[Reading]) -> Stored:
    """Store readings; of two with the same device, metric and time the first one counts."""
    given = list(readings)
    if not given:
        return Stored()
    once: dict[tuple[str, str, datetime], Reading] = {}
    for reading in given:
        once.setdefault(reading.key, reading)
    # Always in one order, or two statements at the same time could wait for each other.
    ordered = [once[key] for key in sorted(once)]
    rows = database.run(
        _INSERT,
        devices=[reading.device for reading in ordered],
        metrics=[reading.metric for reading in ordered],
        times=[reading.time.isoformat() for reading in ordered],
        readings=[repr(reading.value) for reading in ordered],
    )
    stored = rows[0][4] if rows else 0
    latest = [Reading(device, metric, time, value) for device, metric, time, value, _unused in rows]
    return Stored(stored, len(given) - stored, latest)


def latest(database: Database, device: str) -> list[Reading]:
    """The device's newest reading of each metric, newest first."""
    rows = database.run(_LATEST, device=device)
    return [Reading(device, metric, time, value) for metric, time, value in rows]


@dataclass(frozen=True)
class Page:
    """Which readings of a device are asked for: from `start` on, before `end`, after the reading at `after`."""

    device: str
    limit: int
    metric: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    after: tuple[datetime, str] | None = None


def page(database: Database, asked: Page) -> tuple[list[Reading], tuple[datetime, str] | None]:
    """Readings newest first, at equal times by metric, and where the next page goes on, None at the end."""
    conditions, parameters = ["device = :device"], {"device": asked.device, "most": str(asked.limit + 1)}
    if asked.metric is not None:
        conditions.append("metric = :metric")
        parameters["metric"] = asked.metric
    if asked.start is not None:
        conditions.append("time >= CAST(:start AS timestamptz)")
        parameters["start"] = asked.start.isoformat()
    if asked.end is not None:
        conditions.append("time < CAST(:end AS timestamptz)")
        parameters["end"] = asked.end.isoformat()
    if asked.after is not None:
        conditions.append(
            "time <= CAST(:last AS timestamptz) AND (time < CAST(:last AS timestamptz) OR metric > :seen)"
        )
        parameters |= {"last": asked.after[0].isoformat(), "seen": asked.after[1]}
    rows = database.run(
        f"SELECT metric, time, value FROM readings WHERE {' AND '.join(conditions)}"
        " ORDER BY time DESC, metric LIMIT CAST(:most AS integer)",
        **parameters,
    )
    readings = [Reading(asked.device, metric, time, value) for metric, time, value in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return readings, (readings[-1].time, readings[-1].metric) if more else None
