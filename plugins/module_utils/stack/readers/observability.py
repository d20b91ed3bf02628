# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Read the observability of a live stack."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.cloudwatch import api
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.caller import get_caller_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.events.api import describe_rule
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns.api import get_topic_attributes
from ansible_collections.iot.sensor_stack.plugins.module_utils.sns.topics import topic_arn
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.readers.common import Facts, Name, summarize

# All alarms that a stack may have, as regular expressions: others of these names may be another stack's. The same as in the role.
ALARM_THINGS = (
    "api-(4xx|5xx|latency)",
    "aurora-(acu|connections|cpu|deadlocks|memory|replica-lag)",
    "redis-(cpu|engine-cpu|evictions|memory|replication-lag)-[0-9-]+",
    "readings-(age|failed)",
    "(ingest|query|maintain|migrate|rotate)-(errors|throttles)",
    "rotation-failed",
)


def read_observability(clients: dict[str, Any], name: Name, details: bool = False) -> Facts:
    """Topic, alarms, dashboard, and the rule of failed rotations; a stack may have none of it."""
    arn = topic_arn(get_caller_arn(clients["sts"]), clients["sns"].meta.region_name, name("alarms"))
    topic = get_topic_attributes(clients["sns"], arn)
    alarms = find_alarms(clients["cloudwatch"], name)
    dashboard = api.get_dashboard(clients["cloudwatch"], name("dashboard"))
    rule = describe_rule(clients["events"], name("rotation-failed"))
    parts: dict[str, Any] = {
        f"topic {name('alarms')}": topic,
        f"dashboard {name('dashboard')}": dashboard,
        **{f"alarm {alarm['AlarmName']}": alarm for alarm in alarms},
    }
    if rule:
        parts[f"rule {name('rotation-failed')}"] = rule
    facts: Facts = {
        "topic_arn": arn if topic else None,
        "dashboard_name": name("dashboard") if dashboard else None,
        "alarms": [alarm["AlarmName"] for alarm in alarms],
    }
    if details and any(parts.values()):
        facts |= {"problems": find_problems(alarms), "notes": find_deaf(topic, name) if topic else []}
    return summarize(facts, parts)


def find_alarms(client: Any, name: Name) -> list[dict[str, Any]]:
    """The stack's alarms by name."""
    prefix, suffix = name("|").split("|")
    pattern = re.compile(f"{re.escape(prefix)}alarm-({'|'.join(ALARM_THINGS)}){re.escape(suffix)}")
    found = api.describe_alarms(client, f"{prefix}alarm-")
    return sorted((one for one in found if pattern.fullmatch(one["AlarmName"])), key=lambda one: one["AlarmName"])


def find_problems(alarms: list[dict[str, Any]]) -> list[str]:
    """The alarms that have gone off."""
    return [
        f"alarm {alarm['AlarmName']} has gone off: {alarm.get('AlarmDescription') or alarm.get('StateReason', '')}"
        for alarm in alarms
        if alarm.get("StateValue") == "ALARM"
    ]


def find_deaf(topic: dict[str, str], name: Name) -> list[str]:
    """What keeps alarms from being heard, which is no fault of the stack's: a sentence, or none."""
    confirmed, pending = (int(topic.get(f"Subscriptions{state}", 0)) for state in ("Confirmed", "Pending"))
    if pending:
        return [f"topic {name('alarms')} waits for {pending} of its receivers to confirm"]
    return [] if confirmed else [f"topic {name('alarms')} tells nobody: set observability_subscriptions"]
