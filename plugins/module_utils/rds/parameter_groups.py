# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The parameter groups of RDS, of clusters and of instances: the same calls under two names.

One AWS call, one typed wrapper. Errors arrive as AnsibleAWSError; temporary ones have been retried.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.rds.common import RDSErrorHandler

# A group that was just made or changed, and one that is still in use.
BUSY = "InvalidDBParameterGroupState"
# Source: ModifyDBClusterParameterGroup and ModifyDBParameterGroup in the Amazon RDS API reference.
MOST_PARAMETERS = 20

Parameters = dict[str, dict[str, Any]]


class Scope(NamedTuple):
    """What the parameters are for, and the names in RDS's API."""

    kind: str
    method: str
    noun: str

    def call(self, client: Any, operation: str, name: str, **request: Any) -> dict[str, Any]:
        """Make a call of the group, such as ``create_{}_group``."""
        method = getattr(client, operation.format(self.method))
        return method(**{f"{self.noun}Name": name, **request})


SCOPES = {
    "cluster": Scope("DB cluster parameter group", "db_cluster_parameter", "DBClusterParameterGroup"),
    "instance": Scope("DB parameter group", "db_parameter", "DBParameterGroup"),
}


@RDSErrorHandler.list_error_handler("describe the parameter group {name}")
@retry()
def describe_group(client: Any, scope: Scope, name: str) -> dict[str, Any] | None:
    """DescribeDBClusterParameterGroups or DescribeDBParameterGroups for one name; None when it does not exist."""
    groups = scope.call(client, "describe_{}_groups", name)[f"{scope.noun}s"]
    return groups[0] if groups else None


@RDSErrorHandler.common_error_handler("describe the parameters of the parameter group {name}")
@retry()
def describe_parameters(client: Any, scope: Scope, name: str, **source: str) -> Parameters:
    """DescribeDBClusterParameters or DescribeDBParameters, by name; with ``Source="user"`` those that were set only."""
    pages = client.get_paginator(f"describe_{scope.method}s").paginate(**{f"{scope.noun}Name": name}, **source)
    found = pages.build_full_result().get("Parameters", [])
    return {parameter["ParameterName"]: parameter for parameter in found}


@RDSErrorHandler.common_error_handler("create the parameter group {name}")
@retry()
def create_group(client: Any, scope: Scope, name: str, **request: Any) -> dict[str, Any]:
    """CreateDBClusterParameterGroup or CreateDBParameterGroup; AWS refuses a second group of the same name."""
    return scope.call(client, "create_{}_group", name, **request)[scope.noun]


@RDSErrorHandler.common_error_handler("modify the parameter group {name}")
@retry(BUSY)
def modify_group(client: Any, scope: Scope, name: str, parameters: list[dict[str, str]]) -> None:
    """ModifyDBClusterParameterGroup or ModifyDBParameterGroup, as many calls as it takes."""
    for start in range(0, len(parameters), MOST_PARAMETERS):
        scope.call(client, "modify_{}_group", name, Parameters=parameters[start : start + MOST_PARAMETERS])


@RDSErrorHandler.common_error_handler("reset parameters of the parameter group {name}")
@retry(BUSY)
def reset_parameters(client: Any, scope: Scope, name: str, parameters: list[dict[str, str]]) -> None:
    """ResetDBClusterParameterGroup or ResetDBParameterGroup for these parameters, as many calls as it takes."""
    for start in range(0, len(parameters), MOST_PARAMETERS):
        scope.call(client, "reset_{}_group", name, Parameters=parameters[start : start + MOST_PARAMETERS])


@RDSErrorHandler.deletion_error_handler("delete the parameter group {name}")
@retry(BUSY)
def delete_group(client: Any, scope: Scope, name: str) -> bool:
    """DeleteDBClusterParameterGroup or DeleteDBParameterGroup; False when it was gone already."""
    scope.call(client, "delete_{}_group", name)
    return True
