# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tie between MiniStack's records of databases and caches and the real servers behind their endpoints.

It is done before the call is answered. What fails is answered as InternalFailure, with what is wrong, and can be tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import elasticache, rds

from local_aws.data_servers import DataServers, ServerError
from local_aws.patches import require

logger = logging.getLogger("local_aws.tie")

ENGINE = "aurora-postgresql"

Answer = tuple[int, dict[str, str], bytes]
Action = Callable[[dict[str, Any]], Answer]


def install(servers: DataServers) -> None:
    """Put it into MiniStack. Its functions run in threads there, so that they may wait for the servers."""
    require(rds, "_ACTION_MAP", "_clusters", "_resolve_cluster_in_request_region", parameters={"_p": 3, "_error": 3})
    require(elasticache, "_replication_groups", "_DOCKER_BACKED_ACTIONS", parameters={"_p": 3, "_error": 3})
    for name, wrap in {
        "CreateDBCluster": _creating_cluster,
        "ModifyDBCluster": _modifying_cluster,
        "DeleteDBCluster": _deleting_cluster,
    }.items():
        rds._ACTION_MAP[name] = wrap(servers, rds._ACTION_MAP[name])
    for name, wrap in {
        "_create_replication_group": _creating_group,
        "_modify_replication_group": _modifying_group,
        "_delete_replication_group": _deleting_group,
    }.items():
        require(elasticache, parameters={name: 1})
        setattr(elasticache, name, wrap(servers, getattr(elasticache, name)))


def _failure(service: Any, error: ServerError) -> Answer:
    logger.warning("%s", error)
    return service._error("InternalFailure", escape(str(error)), 500)


def _is_served(servers: DataServers, cluster: dict[str, Any]) -> bool:
    """Whether the endpoint of the cluster is that of the local PostgreSQL."""
    return cluster["Engine"] == ENGINE and cluster["Port"] == servers.database_port


def _creating_cluster(servers: DataServers, original: Action) -> Action:
    def create(params: dict[str, Any]) -> Answer:
        answer = original(params)
        cluster = rds._clusters.get(rds._p(params, "DBClusterIdentifier")) if answer[0] == 200 else None
        if cluster is None or not _is_served(servers, cluster):
            return answer
        try:
            servers.create_master(cluster["MasterUsername"], cluster["_MasterUserPassword"], cluster["DatabaseName"])
        except ServerError as error:
            # As if it had never been: the caller tries again, or reads why not.
            delete({"DBClusterIdentifier": cluster["DBClusterIdentifier"], "SkipFinalSnapshot": "true"}, cluster)
            return _failure(rds, error)
        return answer

    def delete(params: dict[str, Any], cluster: dict[str, Any]) -> None:
        cluster["DeletionProtection"] = False
        rds._delete_db_cluster(params)

    return create


def _modifying_cluster(servers: DataServers, original: Action) -> Action:
    def modify(params: dict[str, Any]) -> Answer:
        cluster = rds._resolve_cluster_in_request_region(rds._p(params, "DBClusterIdentifier"))
        if cluster is None:
            return original(params)
        before = cluster["_MasterUserPassword"]
        answer = original(params)
        if answer[0] != 200 or not _is_served(servers, cluster):
            return answer
        if not rds._p(params, "MasterUserPassword") and cluster["_MasterUserPassword"] == before:
            return answer
        try:
            servers.set_password(cluster["MasterUsername"], cluster["_MasterUserPassword"])
        except ServerError as error:
            return _failure(rds, error)
        return answer

    return modify


def _deleting_cluster(servers: DataServers, original: Action) -> Action:
    def delete(params: dict[str, Any]) -> Answer:
        cluster = rds._resolve_cluster_in_request_region(rds._p(params, "DBClusterIdentifier"))
        answer = original(params)
        if answer[0] != 200 or cluster is None or not _is_served(servers, cluster):
            return answer
        others = [one for one in rds._clusters.all_values() if _is_served(servers, one)]
        try:
            # Several clusters are in one PostgreSQL here: what another one has too stays.
            if cluster["DatabaseName"] and all(one["DatabaseName"] != cluster["DatabaseName"] for one in others):
                servers.drop_database(cluster["DatabaseName"])
            if all(one["MasterUsername"] != cluster["MasterUsername"] for one in others):
                servers.drop_master(cluster["MasterUsername"])
        except ServerError as error:
            return _failure(rds, error)
        return answer

    return delete


def _creating_group(servers: DataServers, original: Action) -> Action:
    def create(params: dict[str, Any]) -> Answer:
        answer = original(params)
        token = elasticache._p(params, "AuthToken")
        # A token that a group of the past left behind is not the new one's; another group's stays.
        if answer[0] != 200 or not (token or len(elasticache._replication_groups.all_values()) == 1):
            return answer
        try:
            servers.set_auth_token(token or None)
        except ServerError as error:
            elasticache_delete({"ReplicationGroupId": elasticache._p(params, "ReplicationGroupId")})
            return _failure(elasticache, error)
        return answer

    elasticache_delete = elasticache._delete_replication_group
    return create


def _modifying_group(servers: DataServers, original: Action) -> Action:
    def modify(params: dict[str, Any]) -> Answer:
        answer = original(params)
        token = elasticache._p(params, "AuthToken")
        strategy = elasticache._p(params, "AuthTokenUpdateStrategy") or "ROTATE"
        if answer[0] != 200 or not (token or strategy == "DELETE"):
            return answer
        try:
            if strategy == "DELETE":
                servers.set_auth_token(None)
            else:
                servers.set_auth_token(token, keep=strategy == "ROTATE")
        except ServerError as error:
            return _failure(elasticache, error)
        return answer

    return modify


def _deleting_group(servers: DataServers, original: Action) -> Action:
    def delete(params: dict[str, Any]) -> Answer:
        answer = original(params)
        if answer[0] != 200 or elasticache._replication_groups.all_values():
            return answer
        try:
            servers.set_auth_token(None)
            servers.flush_cache()
        except ServerError as error:
            return _failure(elasticache, error)
        return answer

    return delete
