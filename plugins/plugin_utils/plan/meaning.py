# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a change means for those who use the stack: whether, and how, it interrupts service."""

from __future__ import annotations

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.plan.model import ResourceChange

NODES_REPLACED = "AWS replaces the nodes one by one; connections drop at the failover, with one node for minutes"
RESTART = "the engine restarts: connections drop, for seconds to minutes"

# Kind of resource, field (all below it too), and what its change does. Sources: "Scaling replica nodes", "Upgrading engine
# versions" and "In-transit encryption" in the ElastiCache user guide; "Settings for Aurora" in the Aurora user guide.
INTERRUPTIONS = [
    ("replication group", "node_type", NODES_REPLACED),
    ("replication group", "engine", NODES_REPLACED),
    ("replication group", "engine_version", NODES_REPLACED),
    ("replication group", "transit_encryption_enabled", "clients must change between TLS and plain connections"),
    ("replication group", "transit_encryption_mode", "clients without TLS are refused once it is required"),
    ("replication group", "auth_token_enabled", "clients without the auth token are refused"),
    ("replication group", "cache_parameter_group_name", "some parameters take effect with a reboot of the nodes only"),
    ("database cluster", "engine_version", RESTART),
    ("database cluster", "port", RESTART),
    ("database cluster", "db_cluster_parameter_group_name", "some parameters take effect with a restart only"),
    (
        "database cluster",
        "manage_master_user_password",
        "the master password changes: applications must read the new one",
    ),
    ("database instance", "instance_class", RESTART),
    ("database instance", "ca_certificate_identifier", RESTART),
    ("database instance", "db_parameter_group_name", "some parameters take effect with a reboot only"),
    ("database instance", "publicly_accessible", "connections drop for seconds"),
    ("API key", "enabled", "a disabled key is refused"),
]
REPLACED = "the resource is gone until the new one is there, and its data with it, but for a final snapshot"
REMOVED_INSTANCE = "connections to this instance drop"


def interruptions(change: ResourceChange) -> list[str]:
    """What the change interrupts, one sentence each; empty when nothing is interrupted."""
    if change.action == "replace":
        return [REPLACED]
    if change.action == "remove" and change.resource.startswith("database instance "):
        return [REMOVED_INSTANCE]
    if change.action != "change":
        return []
    found = [
        sentence
        for kind, field, sentence in INTERRUPTIONS
        if change.resource.startswith(f"{kind} ")
        and any(name == field or name.startswith(f"{field}.") for name in change.fields)
    ]
    return list(dict.fromkeys(found))
