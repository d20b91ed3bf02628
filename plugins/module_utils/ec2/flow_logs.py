# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Flow logs of a VPC: typed wrappers of the AWS calls, their limits, and pure functions around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    boto3_tag_list_to_ansible_dict,
    boto3_tag_specifications,
)

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import explain, retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, check_tags
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.common import EC2ErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.limits import NAME, NAME_IN_WORDS
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.waiters import retry_while
from ansible_collections.iot.sensor_stack.plugins.module_utils.logs.log_groups import check_name
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

# What AWS says of a role that was made some seconds ago. Source: the AWS provider of Terraform retries the same.
NEW_ROLE = ("Unable to assume given IAM role", "Access Denied for LogDestination")
NEW_ROLE_SECONDS = 120
UNKNOWN = "InvalidFlowLogId.NotFound"
# The fields that CreateFlowLogs takes, of which AWS can change none afterwards.
REQUEST = {
    "log_group_name": "LogGroupName",
    "role_arn": "DeliverLogsPermissionArn",
    "traffic_type": "TrafficType",
    "max_aggregation_interval": "MaxAggregationInterval",
}
# What AWS takes where it is not told. Source: CreateFlowLogs in the Amazon EC2 API reference.
DEFAULT_INTERVAL = 600


def check_flow_log(params: Mapping[str, Any]) -> list[str]:
    """Check all options of a flow log. Source: CreateFlowLogs in the Amazon EC2 API reference."""
    role = rf"arn:[^:]+:iam::\d{{12}}:role/.+|{KNOWN_AFTER_DEPLOY}"
    return [
        *check_pattern("name", params["name"], NAME, NAME_IN_WORDS),
        *check_pattern("vpc_id", params["vpc_id"], r"vpc-[0-9a-z-]+", "the ID of a VPC"),
        *check_name("log_group_name", params["log_group_name"]),
        *check_pattern("role_arn", params["role_arn"], role, "the ARN of a role"),
        # The Name is one of the 50 tags.
        *check_tags("tags", {**(params["tags"] or {}), "Name": params["name"]}),
    ]


@EC2ErrorHandler.common_error_handler("describe the flow logs")
@retry()
def find_flow_logs(client: Any, name: str, vpc_id: str) -> list[dict[str, Any]]:
    """DescribeFlowLogs by the tag Name and the VPC."""
    filters = [{"Name": "resource-id", "Values": [vpc_id]}, {"Name": "tag:Name", "Values": [name]}]
    pages = client.get_paginator("describe_flow_logs").paginate(Filter=filters)
    return [flow_log_to_dict(item) for item in pages.build_full_result().get("FlowLogs", [])]


def create_flow_log(client: Any, name: str, **request: Any) -> str:
    """CreateFlowLogs for one VPC, for as long as AWS may not know its role yet; returns the ID."""
    return retry_while(
        lambda: _create(client, **request), is_new_role, NEW_ROLE_SECONDS, f"flow log {name}", "waiting for its role"
    )


@EC2ErrorHandler.common_error_handler("create the flow log")
@retry()
def _create(client: Any, **request: Any) -> str:
    """CreateFlowLogs; with the ClientToken in the request, AWS creates it once however often it is asked."""
    answer = client.create_flow_logs(**request)
    refuse_unsuccessful(answer, "create")
    return answer["FlowLogIds"][0]


@EC2ErrorHandler.common_error_handler("delete the flow log")
@retry()
def delete_flow_log(client: Any, flow_log_id: str) -> None:
    """DeleteFlowLogs for one; one that is gone already is fine."""
    try:
        refuse_unsuccessful(client.delete_flow_logs(FlowLogIds=[flow_log_id]), "delete")
    except is_boto3_error_code(UNKNOWN):
        return


def refuse_unsuccessful(answer: Mapping[str, Any], verb: str) -> None:
    """Fail on what AWS says of a resource inside an answer that is no error; what is gone already is fine.

    :raises AnsibleAWSError: with AWS's code and message
    """
    errors = [item.get("Error") or {} for item in answer.get("Unsuccessful") or []]
    said = [f"{error.get('Code')}: {error.get('Message')}" for error in errors if error.get("Code") != UNKNOWN]
    if said:
        raise AnsibleAWSError(message=f"Failed to {verb} the flow log: {'; '.join(said)}")


def is_new_role(error: AnsibleAWSError) -> bool:
    """Whether the error is that of a role which is too new, or of one whose policy is."""
    return any(words in explain(error)[0] for words in NEW_ROLE)


def flow_log_to_dict(flow_log: Mapping[str, Any]) -> dict[str, Any]:
    """A flow log in the form of the module's options and return values."""
    return {
        "id": flow_log["FlowLogId"],
        "vpc_id": flow_log["ResourceId"],
        "log_group_name": flow_log.get("LogGroupName") or "",
        "role_arn": flow_log.get("DeliverLogsPermissionArn") or "",
        "traffic_type": flow_log["TrafficType"],
        "max_aggregation_interval": flow_log.get("MaxAggregationInterval") or DEFAULT_INTERVAL,
        "tags": boto3_tag_list_to_ansible_dict(flow_log.get("Tags")),
    }


def create_request(wanted: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The request of CreateFlowLogs."""
    return {
        "ClientToken": token,
        "ResourceIds": [wanted["vpc_id"]],
        "ResourceType": "VPC",
        "LogDestinationType": "cloud-watch-logs",
        "TagSpecifications": boto3_tag_specifications(wanted["tags"], ["vpc-flow-log"]),
        **{member: wanted[field] for field, member in REQUEST.items()},
    }
