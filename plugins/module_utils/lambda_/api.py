# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.common import LambdaErrorHandler

# Lambda's own hiccup, an update of the same function that is going on, and one of the same mapping.
HICCUP, UPDATING, IN_USE = "ServiceException", "ResourceConflictException", "ResourceInUseException"


@LambdaErrorHandler.list_error_handler("read the function")
@retry(HICCUP)
def get_function(client: Any, name: str) -> dict[str, Any] | None:
    """GetFunction: configuration, tags and reserved concurrency; None when it does not exist."""
    return client.get_function(FunctionName=name)


@LambdaErrorHandler.common_error_handler("create the function")
@retry(HICCUP)
def create_function(client: Any, **request: Any) -> dict[str, Any]:
    """CreateFunction; a name that is taken is an error, so that a repeated call does no harm."""
    return client.create_function(**request)


@LambdaErrorHandler.common_error_handler("update the function's code")
@retry(HICCUP, UPDATING)
def update_code(client: Any, name: str, **request: Any) -> dict[str, Any]:
    """UpdateFunctionCode."""
    return client.update_function_code(FunctionName=name, **request)


@LambdaErrorHandler.common_error_handler("update the function's configuration")
@retry(HICCUP, UPDATING)
def update_configuration(client: Any, name: str, **request: Any) -> dict[str, Any]:
    """UpdateFunctionConfiguration."""
    return client.update_function_configuration(FunctionName=name, **request)


@LambdaErrorHandler.deletion_error_handler("delete the function")
@retry(HICCUP, UPDATING)
def delete_function(client: Any, name: str) -> bool:
    """DeleteFunction; False when it was gone already."""
    client.delete_function(FunctionName=name)
    return True


@LambdaErrorHandler.common_error_handler("reserve concurrency for the function")
@retry(HICCUP, UPDATING)
def put_concurrency(client: Any, name: str, number: int) -> None:
    """PutFunctionConcurrency."""
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=number)


@LambdaErrorHandler.deletion_error_handler("release the function's reserved concurrency")
@retry(HICCUP, UPDATING)
def delete_concurrency(client: Any, name: str) -> bool:
    """DeleteFunctionConcurrency."""
    client.delete_function_concurrency(FunctionName=name)
    return True


@LambdaErrorHandler.common_error_handler("tag the function")
@retry(HICCUP)
def tag(client: Any, arn: str, tags: dict[str, str]) -> None:
    """TagResource, of a function or an event source mapping."""
    client.tag_resource(Resource=arn, Tags=tags)


@LambdaErrorHandler.common_error_handler("remove tags from the function")
@retry(HICCUP)
def untag(client: Any, arn: str, keys: list[str]) -> None:
    """UntagResource, of a function or an event source mapping."""
    client.untag_resource(Resource=arn, TagKeys=keys)


@LambdaErrorHandler.list_error_handler("read who may invoke the function")
@retry(HICCUP)
def get_policy(client: Any, name: str) -> str | None:
    """GetPolicy as JSON; None when the function has none."""
    return client.get_policy(FunctionName=name)["Policy"]


@LambdaErrorHandler.common_error_handler("let {request[Principal]} invoke the function")
@retry(HICCUP)
def add_permission(client: Any, name: str, request: dict[str, Any]) -> None:
    """AddPermission; a statement ID that is taken is an error."""
    client.add_permission(FunctionName=name, Action="lambda:InvokeFunction", **request)


@LambdaErrorHandler.deletion_error_handler("remove statement {statement_id} from those who may invoke the function")
@retry(HICCUP)
def remove_permission(client: Any, name: str, statement_id: str) -> bool:
    """RemovePermission; False when it was gone already."""
    client.remove_permission(FunctionName=name, StatementId=statement_id)
    return True


@LambdaErrorHandler.list_error_handler("list the function's event sources", [])
@retry(HICCUP)
def list_event_source_mappings(client: Any, name: str) -> list[dict[str, Any]]:
    """ListEventSourceMappings of a function; those of one that is gone can still be there."""
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=name)
    return pages.build_full_result()["EventSourceMappings"]


@LambdaErrorHandler.common_error_handler("create the function's event source")
@retry(HICCUP)
def create_event_source_mapping(client: Any, **request: Any) -> dict[str, Any]:
    """CreateEventSourceMapping; a second one of a queue for a function is an error."""
    return client.create_event_source_mapping(**request)


@LambdaErrorHandler.common_error_handler("update the function's event source")
@retry(HICCUP, IN_USE, UPDATING)
def update_event_source_mapping(client: Any, uuid: str, **request: Any) -> dict[str, Any]:
    """UpdateEventSourceMapping; it is in use while an earlier change of it goes on."""
    return client.update_event_source_mapping(UUID=uuid, **request)


@LambdaErrorHandler.deletion_error_handler("delete the function's event source")
@retry(HICCUP, IN_USE, UPDATING)
def delete_event_source_mapping(client: Any, uuid: str) -> bool:
    """DeleteEventSourceMapping, which AWS carries out some time later; False when it was gone already."""
    client.delete_event_source_mapping(UUID=uuid)
    return True
