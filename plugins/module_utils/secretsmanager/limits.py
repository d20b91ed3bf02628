# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Secrets Manager's limits, checked before the first call. Source: CreateSecret in its API reference."""

from __future__ import annotations

# The name of a secret, or its ARN. Other services name those that they manage with an exclamation mark, as RDS does: rds!cluster-…
SECRET_ID = r"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@!-]{1,519}|known-after-deploy"
SECRET_ID_IN_WORDS = "the name of a secret, of 1 to 512 ASCII letters, digits and /_+=.@-, or its ARN"
