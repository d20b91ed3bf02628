-- Copyright: Contributors to the iot.sensor_stack collection
-- GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

-- One partition a month (UTC), made and dropped by the function maintain.
CREATE TABLE readings (
  device text NOT NULL,
  metric text NOT NULL,
  time timestamptz NOT NULL,
  value double precision NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (device, metric, time)
) PARTITION BY RANGE (time);

-- For the pages of a device's readings of all metrics, newest first; the primary key serves those of one metric.
CREATE INDEX readings_pages ON readings (device, time DESC, metric);
