# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Alarms between AWS's answers and the form of the module's option, and their limits; pure functions.

Source: PutMetricAlarm in the Amazon CloudWatch API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
    check_tags,
)

Alarm = dict[str, Any]

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
COMPARISONS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
SHORT_PERIODS = (10, 20, 30)
DAY = 86400


def check_alarms(params: Mapping[str, Any]) -> list[str]:
    """Check all alarms, and the names that they must have."""
    names = [alarm["name"] for alarm in params["alarms"]]
    problems = [f"alarms has the name '{name}' more than once" for name in sorted(set(names)) if names.count(name) > 1]
    problems += check_length("name_prefix", params["name_prefix"], 1, 255)
    for index, alarm in enumerate(params["alarms"]):
        problems += check_alarm(f"alarms[{index}]", alarm)
        if not alarm["name"].startswith(params["name_prefix"]):
            problems.append(
                f"alarms[{index}].name is '{alarm['name']}': allowed are names that start with name_prefix, "
                f"'{params['name_prefix']}'"
            )
    for option in ("alarm_actions", "ok_actions"):
        if len(params[option]) > 5:
            problems.append(f"{option} has {len(params[option])} entries: allowed are up to 5")
    return problems + check_tags("tags", params["tags"])


def check_alarm(option: str, alarm: Mapping[str, Any]) -> list[str]:
    """Check one alarm."""
    problems = [
        *check_length(f"{option}.name", alarm["name"], 1, 255),
        *check_length(f"{option}.description", alarm["description"], 0, 1024),
        *check_length(f"{option}.namespace", alarm["namespace"], 1, 255),
        *check_length(f"{option}.metric_name", alarm["metric_name"], 1, 255),
        *check_pattern(
            f"{option}.statistic",
            alarm["statistic"],
            rf"{'|'.join(STATISTICS)}|p(\d{{1,2}}(\.\d{{1,2}})?|100)",
            f"{', '.join(STATISTICS)}, or a percentile such as p95 or p99.9",
        ),
        *check_range(f"{option}.evaluation_periods", alarm["evaluation_periods"], 1, DAY),
        *check_range(f"{option}.datapoints_to_alarm", alarm["datapoints_to_alarm"], 1, alarm["evaluation_periods"]),
    ]
    if len(alarm["dimensions"]) > 30:
        problems.append(f"{option}.dimensions has {len(alarm['dimensions'])} entries: allowed are up to 30")
    return problems + check_period(option, alarm["period"], alarm["evaluation_periods"])


def check_period(option: str, period: int, periods: int) -> list[str]:
    """The seconds of a period, and of all periods that are looked at: a day, or a week of hours and more."""
    if period not in SHORT_PERIODS and (period < 60 or period % 60):
        return [f"{option}.period is {period}: allowed are 10, 20, 30 and multiples of 60 seconds"]
    most = 7 * DAY if period >= 3600 else DAY
    if period * periods > most:
        return [f"{option} looks at {periods} periods of {period} seconds: allowed are {most} seconds together"]
    return []


def alarm_to_dict(alarm: Mapping[str, Any]) -> Alarm:
    """An alarm in the form of the option, with its ARN, state and actions; one on a metric of another kind has no metric name."""
    return {
        "name": alarm["AlarmName"],
        "arn": alarm["AlarmArn"],
        "state": alarm.get("StateValue", ""),
        "description": alarm.get("AlarmDescription") or "",
        "namespace": alarm.get("Namespace") or "",
        "metric_name": alarm.get("MetricName") or "",
        "dimensions": {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []},
        # MiniStack tells a statistic beside the percentile; AWS does not.
        "statistic": alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "",
        "unit": alarm.get("Unit") or "",
        "period": alarm.get("Period") or 0,
        "evaluation_periods": alarm.get("EvaluationPeriods") or 0,
        "datapoints_to_alarm": alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods") or 0,
        "threshold": float(alarm.get("Threshold") or 0),
        "comparison_operator": alarm.get("ComparisonOperator") or "",
        "treat_missing_data": alarm.get("TreatMissingData") or "missing",
        "actions_enabled": alarm.get("ActionsEnabled", True),
        "alarm_actions": sorted(alarm.get("AlarmActions") or []),
        "ok_actions": sorted(alarm.get("OKActions") or []),
        "insufficient_data_actions": sorted(alarm.get("InsufficientDataActions") or []),
    }


def alarm_wanted(alarm: Mapping[str, Any], params: Mapping[str, Any]) -> Alarm:
    """An alarm as it should be, all of it: PutMetricAlarm keeps nothing that it is not told."""
    return {
        **alarm,
        "dimensions": {name: str(value) for name, value in alarm["dimensions"].items()},
        "unit": "",
        "datapoints_to_alarm": alarm["datapoints_to_alarm"] or alarm["evaluation_periods"],
        "actions_enabled": True,
        "alarm_actions": sorted(params["alarm_actions"]),
        "ok_actions": sorted(params["ok_actions"]),
        "insufficient_data_actions": [],
    }


def alarm_request(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """The request of PutMetricAlarm, without name and tags."""
    percentile = alarm["statistic"].startswith("p")
    return {
        "AlarmDescription": alarm["description"],
        "ActionsEnabled": True,
        "AlarmActions": alarm["alarm_actions"],
        "OKActions": alarm["ok_actions"],
        "Namespace": alarm["namespace"],
        "MetricName": alarm["metric_name"],
        "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(alarm["dimensions"].items())],
        "ExtendedStatistic" if percentile else "Statistic": alarm["statistic"],
        "Period": alarm["period"],
        "EvaluationPeriods": alarm["evaluation_periods"],
        "DatapointsToAlarm": alarm["datapoints_to_alarm"],
        "Threshold": alarm["threshold"],
        "ComparisonOperator": alarm["comparison_operator"],
        "TreatMissingData": alarm["treat_missing_data"],
    }
