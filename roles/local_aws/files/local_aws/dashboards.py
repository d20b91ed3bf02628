# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of CloudWatch's dashboards, which MiniStack knows of alarms only."""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch

from local_aws.patches import require

_original: dict[str, Any] = {}


def install() -> None:
    """Put it into MiniStack."""
    require(cloudwatch, "_dashboards", "_resource_tags", parameters={"_put_dashboard": 4, "_validate_alarm_tag_arn": 3})
    for name, function in {"_put_dashboard": _put_dashboard, "_validate_alarm_tag_arn": _validate_tag_arn}.items():
        _original[name] = getattr(cloudwatch, name)
        setattr(cloudwatch, name, function)


def _put_dashboard(params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
    """A new dashboard has the tags of the request; one that exists keeps its own."""
    name = data.get("DashboardName", "")
    is_new = cloudwatch._dashboards.get(name) is None
    answer = _original["_put_dashboard"](params, data, is_cbor, is_json)
    made = cloudwatch._dashboards.get(name)
    if is_new and made:
        tags = {tag["Key"]: tag["Value"] for tag in data.get("Tags") or []}
        cloudwatch._resource_tags[made["DashboardArn"]] = tags
    return answer


def _validate_tag_arn(arn: str, is_json: bool = False, is_cbor: bool = False) -> Any:
    """Nothing is wrong with the ARN of a dashboard that exists."""
    if any(dashboard["DashboardArn"] == arn for dashboard in cloudwatch._dashboards.values()):
        return None
    return _original["_validate_alarm_tag_arn"](arn, is_json=is_json, is_cbor=is_cbor)
