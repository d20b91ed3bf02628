# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper, for regional web ACLs. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.wafv2.common import WafErrorHandler

# Those of CloudFront are in another scope.
SCOPE = "REGIONAL"
# What was just made, or is just let go of, is not known everywhere yet.
UNAVAILABLE = "WAFUnavailableEntityException"
STILL_USED = "WAFAssociatedItemException"
HICCUP = "WAFInternalErrorException"


@WafErrorHandler.common_error_handler("list the web ACLs")
@retry(HICCUP)
def list_web_acls(client: Any) -> list[dict[str, Any]]:
    """ListWebACLs, all pages; boto3 has no paginator for it."""
    found: list[dict[str, Any]] = []
    request: dict[str, Any] = {"Scope": SCOPE, "Limit": 100}
    while True:
        answer = client.list_web_acls(**request)
        found += answer["WebACLs"]
        if not answer.get("NextMarker"):
            return found
        request["NextMarker"] = answer["NextMarker"]


@WafErrorHandler.common_error_handler("get the web ACL")
@retry(HICCUP, UNAVAILABLE)
def get_web_acl(client: Any, name: str, acl_id: str) -> tuple[dict[str, Any], str]:
    """GetWebACL: the web ACL, and the token that a change must carry."""
    answer = client.get_web_acl(Name=name, Id=acl_id, Scope=SCOPE)
    return answer["WebACL"], answer["LockToken"]


@WafErrorHandler.common_error_handler("create the web ACL")
@retry(HICCUP, UNAVAILABLE)
def create_web_acl(client: Any, **request: Any) -> None:
    """CreateWebACL; a name that is taken is an error."""
    client.create_web_acl(Scope=SCOPE, **request)


@WafErrorHandler.common_error_handler("change the web ACL")
@retry(HICCUP, UNAVAILABLE)
def update_web_acl(client: Any, **request: Any) -> None:
    """UpdateWebACL; what the request leaves out, the web ACL loses."""
    client.update_web_acl(Scope=SCOPE, **request)


@WafErrorHandler.deletion_error_handler("delete the web ACL")
@retry(HICCUP, UNAVAILABLE, STILL_USED)
def delete_web_acl(client: Any, name: str, acl_id: str, token: str) -> bool:
    """DeleteWebACL; False when it was gone already."""
    client.delete_web_acl(Name=name, Id=acl_id, Scope=SCOPE, LockToken=token)
    return True


@WafErrorHandler.list_error_handler("read where the web ACL logs to")
@retry(HICCUP)
def get_log_destination(client: Any, arn: str) -> dict[str, Any] | None:
    """GetLoggingConfiguration; None without one."""
    return client.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]


@WafErrorHandler.common_error_handler("set where the web ACL logs to")
@retry(HICCUP, UNAVAILABLE, "WAFServiceLinkedRoleErrorException")
def put_log_destination(client: Any, **configuration: Any) -> None:
    """PutLoggingConfiguration."""
    client.put_logging_configuration(LoggingConfiguration=configuration)


@WafErrorHandler.deletion_error_handler("end the web ACL's log")
@retry(HICCUP)
def delete_log_destination(client: Any, arn: str) -> bool:
    """DeleteLoggingConfiguration; False when there was none."""
    client.delete_logging_configuration(ResourceArn=arn)
    return True


@WafErrorHandler.common_error_handler("list what the web ACL guards")
@retry(HICCUP)
def list_guarded(client: Any, arn: str, resource_type: str) -> list[str]:
    """ListResourcesForWebACL: the ARNs of the resources of a type, such as ``API_GATEWAY``."""
    return client.list_resources_for_web_acl(WebACLArn=arn, ResourceType=resource_type).get("ResourceArns", [])


@WafErrorHandler.common_error_handler("put the web ACL before the resource")
@retry(HICCUP, UNAVAILABLE)
def associate_web_acl(client: Any, arn: str, resource_arn: str) -> None:
    """AssociateWebACL, in place of the web ACL that guards the resource."""
    client.associate_web_acl(WebACLArn=arn, ResourceArn=resource_arn)


@WafErrorHandler.deletion_error_handler("take the web ACL off the resource")
@retry(HICCUP)
def disassociate_web_acl(client: Any, resource_arn: str) -> bool:
    """DisassociateWebACL; False when the resource was gone already."""
    client.disassociate_web_acl(ResourceArn=resource_arn)
    return True


@WafErrorHandler.common_error_handler("list the tags of the web ACL")
@retry(HICCUP)
def list_tags(client: Any, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource, of which there are 50 at most."""
    answer = client.list_tags_for_resource(ResourceARN=arn, Limit=100)
    return answer.get("TagInfoForResource", {}).get("TagList", [])


@WafErrorHandler.common_error_handler("tag the web ACL")
@retry(HICCUP, UNAVAILABLE)
def tag(client: Any, arn: str, tags: list[dict[str, str]]) -> None:
    """TagResource."""
    client.tag_resource(ResourceARN=arn, Tags=tags)


@WafErrorHandler.common_error_handler("remove tags from the web ACL")
@retry(HICCUP, UNAVAILABLE)
def untag(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource."""
    client.untag_resource(ResourceARN=arn, TagKeys=keys)
