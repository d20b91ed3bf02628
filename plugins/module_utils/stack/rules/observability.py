# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role observability; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns.topics import check_key, check_subscriptions
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import Values

MOST = 1_000_000_000
# Number, and the range and unit of it that make sense for its metric.
OBSERVABILITY_RANGES = {
    "observability_period": (60, 3600, "seconds"),
    "observability_evaluation_periods": (1, 24, "periods"),
    "observability_api_4xx_percent": (0, 100, "percent"),
    "observability_api_5xx_percent": (0, 100, "percent"),
    "observability_api_latency_ms": (1, 30_000, "ms"),
    "observability_cache_cpu_percent": (1, 100, "percent"),
    "observability_cache_engine_cpu_percent": (1, 100, "percent"),
    "observability_cache_memory_percent": (1, 100, "percent"),
    "observability_cache_evictions": (0, MOST, "keys"),
    "observability_cache_replication_lag_seconds": (0, 86_400, "seconds"),
    "observability_database_cpu_percent": (1, 100, "percent"),
    "observability_database_acu_percent": (1, 100, "percent"),
    "observability_database_free_memory_mb": (1, 524_288, "MB"),  # 256 ACU
    "observability_database_connections": (1, 16_000, "connections"),
    "observability_database_deadlocks": (0, 10_000, "a second"),
    "observability_database_replica_lag_ms": (1, 3_600_000, "ms"),
    "observability_queue_age_seconds": (1, 1_209_600, "seconds, the 14 days that a queue keeps messages"),
    "observability_failed_messages": (0, MOST, "messages"),
    "observability_function_errors": (0, MOST, "calls"),
    "observability_function_throttles": (0, MOST, "calls"),
}


def check_observability(values: Values) -> list[str]:
    """Thresholds that make sense, periods that AWS takes, a key and receivers that can be used."""
    problems = [
        problem
        for name, (minimum, maximum, unit) in OBSERVABILITY_RANGES.items()
        for problem in check_range(name, values[name], minimum, maximum, unit)
    ]
    if values["observability_period"] % 60:
        problems.append(
            f"observability_period is {values['observability_period']}: allowed are multiples of 60 seconds"
        )
    problems += check_key("observability_kms_key_id", values.get("observability_kms_key_id"))
    return problems + check_subscriptions("observability_subscriptions", values["observability_subscriptions"])
