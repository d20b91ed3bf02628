# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Records that lead a name of one's own to a resource of AWS (alias records of type A)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.route53.common import Route53ErrorHandler

BUSY = "PriorRequestNotComplete"

Record = dict[str, Any]


@Route53ErrorHandler.list_error_handler("read the record of the domain")
@retry(BUSY)
def find_record(client: Any, zone_id: str, name: str) -> Record | None:
    """ListResourceRecordSets, of which one is the A record of the name; None without it, and without the zone."""
    answer = client.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
    )
    found = (one for one in answer["ResourceRecordSets"] if one["Type"] == "A" and plain(one["Name"]) == name)
    return next(found, None)


@Route53ErrorHandler.common_error_handler("change the record of the domain")
@retry(BUSY)
def change_record(client: Any, zone_id: str, action: str, record: Record) -> None:
    """ChangeResourceRecordSets: UPSERT or DELETE one record."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def plain(name: str) -> str:
    """A name as people write it: Route 53 ends it with a dot, and writes a star as its number."""
    return name.rstrip(".").replace("\\052", "*").lower()


def target_of(record: Record | None) -> str:
    """Where a record leads to; empty for one that is no alias."""
    return plain((record or {}).get("AliasTarget", {}).get("DNSName", ""))


def build_record(name: str, target: str, target_zone_id: str) -> Record:
    """The record that leads the name to the target, which is not asked for its health."""
    alias = {"DNSName": target, "HostedZoneId": target_zone_id, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": "A", "AliasTarget": alias}


def remove_alias(client: Any, zone_id: str, name: str, target: str) -> None:
    """Delete the record, when it leads to the target."""
    record = find_record(client, zone_id, name)
    if record and target_of(record) == target.lower():
        change_record(client, zone_id, "DELETE", record)
