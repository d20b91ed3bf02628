# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.cloudwatch.common import CloudWatchErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry

# CloudWatch's own word for a hiccup, and another change of the same dashboard.
TEMPORARY = ("InternalServiceError", "InternalServiceFault", "ConflictException")
# DescribeAlarms answers with so many at once, and DeleteAlarms takes so many.
PAGE_SIZE = 100


@CloudWatchErrorHandler.common_error_handler("describe the alarms {prefix}*")
@retry(*TEMPORARY)
def describe_alarms(client: Any, prefix: str) -> list[dict[str, Any]]:
    """DescribeAlarms, all pages of the metric alarms whose names start so."""
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": PAGE_SIZE}
    )
    return [alarm for page in pages for alarm in page.get("MetricAlarms", [])]


@CloudWatchErrorHandler.common_error_handler("put the alarm {name}")
@retry(*TEMPORARY)
def put_alarm(client: Any, name: str, **request: Any) -> None:
    """PutMetricAlarm, which makes an alarm or replaces all of its settings; tags are of new alarms only."""
    client.put_metric_alarm(AlarmName=name, **request)


@CloudWatchErrorHandler.deletion_error_handler("delete alarms")
@retry(*TEMPORARY)
def delete_alarms(client: Any, names: list[str]) -> bool:
    """DeleteAlarms of up to 100 alarms; those that are gone already are no error."""
    client.delete_alarms(AlarmNames=names)
    return True


@CloudWatchErrorHandler.list_error_handler("get the dashboard {name}")
@retry(*TEMPORARY)
def get_dashboard(client: Any, name: str) -> dict[str, Any] | None:
    """GetDashboard; None when it does not exist."""
    return client.get_dashboard(DashboardName=name)


@CloudWatchErrorHandler.common_error_handler("put the dashboard {name}")
@retry(*TEMPORARY)
def put_dashboard(client: Any, name: str, body: str, tags: dict[str, str]) -> list[dict[str, str]]:
    """PutDashboard, which makes a dashboard or replaces its body; tags are of new ones only. Returns what AWS warns of."""
    request = {"Tags": ansible_dict_to_boto3_tag_list(tags)} if tags else {}
    answer = client.put_dashboard(DashboardName=name, DashboardBody=body, **request)
    return answer.get("DashboardValidationMessages") or []


@CloudWatchErrorHandler.deletion_error_handler("delete the dashboard {name}")
@retry(*TEMPORARY)
def delete_dashboard(client: Any, name: str) -> bool:
    """DeleteDashboards of one; False when it was gone already."""
    client.delete_dashboards(DashboardNames=[name])
    return True


@CloudWatchErrorHandler.list_error_handler("list the tags of {arn}", {})
@retry(*TEMPORARY)
def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource of an alarm or a dashboard; none when it is gone."""
    return boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(ResourceARN=arn).get("Tags", []))


@CloudWatchErrorHandler.common_error_handler("tag {arn}")
@retry(*TEMPORARY)
def tag(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource: sets tags, others stay."""
    client.tag_resource(ResourceARN=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


@CloudWatchErrorHandler.common_error_handler("remove tags from {arn}")
@retry(*TEMPORARY)
def untag(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(ResourceARN=arn, TagKeys=keys)
