# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What AWS and the stack allow for the variables of the role processing; pure functions."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_range
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.schedules import check_schedule
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import RETENTION_DAYS
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.rules.common import KMS_KEY_ARN, Values

# Number, and the range and unit of it that AWS, or the functions, take.
PROCESSING_RANGES = {
    "processing_memory_size": (128, 10240, "MB"),
    "processing_ingest_timeout": (5, 900, "seconds"),
    "processing_batch_size": (1, 10000, "messages"),
    "processing_batch_window": (0, 300, "seconds"),
    "processing_maximum_concurrency": (2, 1000, "batches"),
    "processing_query_timeout": (1, 29, "seconds, as API Gateway waits"),
    "processing_query_concurrency": (-1, 1000, "answers, -1 for no limit"),
    "processing_max_receive_count": (1, 1000, "tries"),
    "processing_message_retention_days": (1, 14, "days"),
    "processing_retention_days": (1, 3650, "days"),
    "processing_credentials_seconds": (1, 3600, "seconds"),
    "processing_latest_seconds": (1, 86400, "seconds"),
    "processing_wait_timeout": (1, 86400, "seconds"),
}


def check_processing(values: Values) -> list[str]:
    """Numbers in AWS's ranges, files that are there."""
    problems = [
        problem
        for name, (minimum, maximum, unit) in PROCESSING_RANGES.items()
        for problem in check_range(name, values[name], minimum, maximum, unit)
    ]
    size, window = values["processing_batch_size"], values["processing_batch_window"]
    if size > 10 and window < 1:
        problems.append(
            f"processing_batch_size is {size} with processing_batch_window {window}: allowed are up to 10 messages without a window"
        )
    if values["processing_log_retention_days"] not in RETENTION_DAYS[1:]:  # without 0, for ever
        problems.append(
            f"processing_log_retention_days is {values['processing_log_retention_days']}: allowed are "
            f"{', '.join(map(str, RETENTION_DAYS[1:]))} days"
        )
    reserved, most = values["processing_ingest_concurrency"], values["processing_maximum_concurrency"]
    if reserved != -1 and reserved < most:
        problems.append(
            f"processing_ingest_concurrency is {reserved} with processing_maximum_concurrency {most}: allowed is at least as many, or -1"
        )
    # The functions' roles name the key, which takes its ARN.
    for name in ("processing_kms_key_id", "processing_logs_kms_key_id"):
        problems += check_pattern(
            name,
            values.get(name),
            KMS_KEY_ARN,
            "the ARN of a KMS key, such as arn:aws:kms:ca-central-1:123456789012:key/1234abcd-…, or empty",
        )
    problems += check_schedule("processing_maintenance_schedule", values["processing_maintenance_schedule"])
    return problems + check_ca_files(values)


def check_ca_files(values: Values) -> list[str]:
    """Certificates that the functions' package is to hold. One that the run itself makes, as the local AWS does, is a template away."""
    return [
        f"{name} is '{values[name]}': allowed is the path of a PEM file on the controller, with .pem or .crt at its end"
        for name in ("processing_database_ca_file", "processing_cache_ca_file")
        if values[name] and not values[name].endswith((".pem", ".crt"))
    ]
