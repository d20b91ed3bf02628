# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Security groups: typed wrappers of the AWS calls, and pure functions around rules.

A rule is a dict in the form of the module's options: ``protocol`` (``-1`` for all traffic), ``from_port`` and ``to_port``
(ICMP: type and code) where the protocol has them, one of SOURCES, and ``description`` if there is one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.errors import retry
from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import (
    check_length,
    check_pattern,
    check_range,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.api import NEW_TRIES, retry_refused
from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.common import EC2ErrorHandler
from ansible_collections.iot.sensor_stack.plugins.module_utils.stack.placeholders import KNOWN_AFTER_DEPLOY

Rule = dict[str, Any]

# A rule's source (egress: destination): the member of IpPermission that holds it, and its key there.
SOURCES = {
    "cidr_ip": ("IpRanges", "CidrIp"),
    "cidr_ipv6": ("Ipv6Ranges", "CidrIpv6"),
    "source_security_group_id": ("UserIdGroupPairs", "GroupId"),
    "prefix_list_id": ("PrefixListIds", "PrefixListId"),
}
# The module's option: the direction in the calls' names, the member of SecurityGroup, and the word before the source.
DIRECTIONS = {
    "rules": ("ingress", "IpPermissions", "from"),
    "rules_egress": ("egress", "IpPermissionsEgress", "to"),
}
# AWS tells these by their names, whichever way they were asked for.
PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
# What AWS gives a new group by itself; to ::/0 too where the VPC has IPv6.
NEW_GROUP: dict[str, Any] = {"rules": [], "rules_egress": [{"protocol": "-1", "cidr_ip": "0.0.0.0/0"}]}
# The group that AWS makes with a VPC, for everything that names no other; it lets its own members in.
DEFAULT = "default"
NEW_DEFAULT_GROUP: dict[str, Any] = {
    **NEW_GROUP,
    "id": f"sg-{KNOWN_AFTER_DEPLOY}",
    "name": DEFAULT,
    "description": "default VPC security group",
    "rules": [{"protocol": "-1", "source_security_group_id": f"sg-{KNOWN_AFTER_DEPLOY}"}],
    "tags": {},
}
# AWS drops a space at the end.
TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*(?<! )"
TEXT_IN_WORDS = "letters, digits, spaces (not at the end) and ._-:/()#,@[]+=&;{}!$*"
# A new group may be unknown to the next calls for some seconds.
UNKNOWN = "InvalidGroup.NotFound"


@EC2ErrorHandler.common_error_handler("describe the security groups")
@retry()
def describe_security_groups(client: Any, **filters: str) -> list[dict[str, Any]]:
    """DescribeSecurityGroups, all pages.

    :arg filters: AWS's filter names with underscores, such as ``vpc_id``
    """
    request = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    pages = client.get_paginator("describe_security_groups").paginate(Filters=request)
    return pages.build_full_result().get("SecurityGroups", [])


def find_security_group(client: Any, name: str, vpc_id: str) -> dict[str, Any] | None:
    """The security group of that name in the VPC, or None."""
    groups = describe_security_groups(client, group_name=name, vpc_id=vpc_id)
    # AWS's filters take * for any text, and a name may have one.
    return next((group for group in groups if group["GroupName"] == name), None)


@EC2ErrorHandler.common_error_handler("create the security group")
@retry_refused
def create_security_group(client: Any, **request: Any) -> dict[str, Any]:
    """CreateSecurityGroup, once: see ``core.errors.create_once``. It is fine when the group is there meanwhile."""
    try:
        return client.create_security_group(**request)
    except is_boto3_error_code("InvalidGroup.Duplicate"):
        return {}


@EC2ErrorHandler.deletion_error_handler("delete the security group")
@retry()
def delete_security_group(client: Any, group_id: str) -> bool:
    """DeleteSecurityGroup; False when it was gone already."""
    client.delete_security_group(GroupId=group_id)
    return True


@EC2ErrorHandler.common_error_handler("authorize rules of the security group")
@retry(UNKNOWN, retries=NEW_TRIES)
def authorize_rules(client: Any, direction: str, group_id: str, rules: list[Rule]) -> None:
    """AuthorizeSecurityGroupIngress or AuthorizeSecurityGroupEgress."""
    call = getattr(client, f"authorize_security_group_{direction}")
    _call_with(call, group_id, rules, "InvalidPermission.Duplicate")


@EC2ErrorHandler.common_error_handler("revoke rules of the security group")
@retry(UNKNOWN, retries=NEW_TRIES)
def revoke_rules(client: Any, direction: str, group_id: str, rules: list[Rule]) -> None:
    """RevokeSecurityGroupIngress or RevokeSecurityGroupEgress."""
    call = getattr(client, f"revoke_security_group_{direction}")
    _call_with(call, group_id, rules, "InvalidPermission.NotFound")


def _call_with(call: Callable[..., Any], group_id: str, rules: list[Rule], already: str) -> None:
    """Make a call for all rules, or one by one where somebody has done some meanwhile: AWS does all or none.

    :arg already: AWS's error code for a rule that is already as it should be
    """
    try:
        call(GroupId=group_id, IpPermissions=[rule_to_permission(rule) for rule in rules])
    except is_boto3_error_code(already):
        if len(rules) > 1:
            for rule in rules:
                _call_with(call, group_id, [rule], already)


@EC2ErrorHandler.common_error_handler("update the descriptions of rules of the security group")
@retry()
def update_descriptions(client: Any, direction: str, group_id: str, rules: list[Rule]) -> None:
    """UpdateSecurityGroupRuleDescriptionsIngress or …Egress; a rule without a description loses the one it has."""
    call = getattr(client, f"update_security_group_rule_descriptions_{direction}")
    call(GroupId=group_id, IpPermissions=[rule_to_permission(rule) for rule in rules])


def security_group_to_dict(group: dict[str, Any]) -> dict[str, Any]:
    """A security group in the form of the module's options and return values."""
    rules = {
        field: sort_rules(
            rule for permission in group.get(member, []) for rule in permission_to_rules(permission, group["OwnerId"])
        )
        for field, (_call, member, _word) in DIRECTIONS.items()
    }
    return {
        "id": group["GroupId"],
        "name": group["GroupName"],
        "description": group["Description"],
        "vpc_id": group["VpcId"],
        "owner_id": group["OwnerId"],
        "arn": group.get("SecurityGroupArn"),
        **rules,
        "tags": boto3_tag_list_to_ansible_dict(group.get("Tags")),
    }


def permission_to_rules(permission: dict[str, Any], owner_id: str) -> list[Rule]:
    """The rules, one a source, that AWS tells as one IpPermission.

    :arg owner_id: the group's account; a source group of another one is told as ``<account>/<group ID>``
    """
    rules = []
    for source, (member, key) in SOURCES.items():
        for entry in permission.get(member, []):
            owner = entry.get("UserId") or owner_id
            rules.append(
                normalize_rule(
                    {
                        "protocol": permission["IpProtocol"],
                        "from_port": permission.get("FromPort"),
                        "to_port": permission.get("ToPort"),
                        source: entry[key] if owner == owner_id else f"{owner}/{entry[key]}",
                        "description": entry.get("Description"),
                    }
                )
            )
    return rules


def rule_to_permission(rule: Rule) -> dict[str, Any]:
    """The rule as AWS's IpPermission."""
    source = rule_source(rule)
    member, key = SOURCES[source]
    entry = {key: rule[source]}
    if source == "source_security_group_id" and "/" in rule[source]:
        entry["UserId"], entry[key] = rule[source].split("/")
    if "description" in rule:
        entry["Description"] = rule["description"]
    ports = {"FromPort": rule["from_port"], "ToPort": rule["to_port"]} if "from_port" in rule else {}
    return {"IpProtocol": rule["protocol"], **ports, member: [entry]}


def normalize_rule(rule: Rule) -> Rule:
    """A rule as AWS tells it: protocols by name, ports only where the protocol has some, CIDRs in their short form."""
    protocol = PROTOCOLS.get(rule["protocol"], rule["protocol"])
    ports: Rule = {}
    if protocol in ("tcp", "udp"):
        ports = {"from_port": rule["from_port"], "to_port": rule["to_port"]}
    elif protocol in ("icmp", "icmpv6"):
        ports = {field: -1 if rule.get(field) is None else rule[field] for field in ("from_port", "to_port")}
    source = rule_source(rule)
    value = str(ipaddress.ip_network(rule[source], strict=False)) if source.startswith("cidr") else rule[source]
    described = {"description": rule["description"]} if rule.get("description") else {}
    return {"protocol": protocol, **ports, source: value, **described}


def rule_source(rule: Rule) -> str:
    """Which of SOURCES the rule has."""
    return next(source for source in SOURCES if rule.get(source))


def rule_key(rule: Rule) -> tuple[Any, ...]:
    """What makes two rules the same one on AWS: everything but the description."""
    return tuple(rule.get(field) for field in ("protocol", "from_port", "to_port", *SOURCES))


def sort_rules(rules: Iterable[Rule]) -> list[Rule]:
    """The rules in the order of their texts."""
    return sorted(rules, key=rule_text)


def rule_text(rule: Rule, word: str = "from") -> str:
    """A rule for the reader, such as ``tcp 6379 from 10.0.0.0/16 (Redis)``.

    :arg word: ``from`` or ``to``
    """
    described = f" ({rule['description']})" if "description" in rule else ""
    return f"{traffic_text(rule)} {word} {rule[rule_source(rule)]}{described}"


def traffic_text(rule: Rule) -> str:
    """What a rule lets through, such as ``tcp 6379``."""
    protocol, first, last = rule["protocol"], rule.get("from_port"), rule.get("to_port")
    traffic = "all traffic" if protocol == "-1" else f"protocol {protocol}" if protocol.isdigit() else protocol
    if protocol.startswith("icmp"):
        ports = (f" {first}" if first != -1 else "") + (f" code {last}" if last != -1 else "")
    else:
        ports = "" if first is None else f" {first}" if first == last else f" {first}-{last}"
    return f"{traffic}{ports}"


def to_readable(group: dict[str, Any]) -> dict[str, Any]:
    """The fields of a group for its diff, the rules as texts."""
    rules = {
        field: None if group[field] is None else [rule_text(rule, word) for rule in group[field]]
        for field, (_call, _member, word) in DIRECTIONS.items()
    }
    return {"description": group["description"], "vpc_id": group["vpc_id"], **rules, "tags": group["tags"]}


def merge_rules(current: list[Rule], wanted: list[Rule] | None, purge: bool) -> list[Rule] | None:
    """Work out the rules a group should end up with.

    :arg wanted: the rules asked for, as the options have them, or None to leave the rules alone
    :arg purge: whether rules that were not asked for are removed
    """
    if wanted is None:
        return None
    rules = [*([] if purge else current), *(normalize_rule(rule) for rule in wanted)]
    return sort_rules({rule_key(rule): rule for rule in rules}.values())


class RuleSteps(NamedTuple):
    """The rules to authorize, those whose description differs, and the rules to revoke."""

    authorize: list[Rule]
    describe: list[Rule]
    revoke: list[Rule]


def build_rule_steps(current: list[Rule], wanted: list[Rule]) -> RuleSteps:
    """What it takes to come from the current rules to the wanted ones."""
    have = {rule_key(rule): rule for rule in current}
    want = {rule_key(rule): rule for rule in wanted}
    return RuleSteps(
        authorize=[rule for key, rule in want.items() if key not in have],
        describe=[rule for key, rule in want.items() if key in have and have[key] != rule],
        revoke=[rule for key, rule in have.items() if key not in want],
    )


def referencing_groups(groups: list[dict[str, Any]], group_id: str) -> list[str]:
    """The names and IDs of the other groups that have a rule naming this group.

    :arg groups: as DescribeSecurityGroups tells them
    """
    return sorted(
        f"{group['GroupName']} ({group['GroupId']})"
        for group in groups
        if group["GroupId"] != group_id
        and any(
            pair.get("GroupId") == group_id
            for _call, member, _word in DIRECTIONS.values()
            for permission in group.get(member, [])
            for pair in permission.get("UserIdGroupPairs", [])
        )
    )


def check_group(name: str, description: str | None, vpc_id: str, may_be_default: bool = False) -> list[str]:
    """Check the fields of a group.

    :arg may_be_default: whether it may be the VPC's default group, which AWS neither creates nor deletes for us
    """
    problems = check_text("name", name, 1) + check_text("description", description, 1)
    problems += check_pattern("vpc_id", vpc_id, r"vpc-[A-Za-z0-9-]+", "a VPC ID such as vpc-0123456789abcdef0")
    if name.startswith("sg-") or (name.lower() == DEFAULT and not (may_be_default and name == DEFAULT)):
        problems.append(f"name is '{name}': allowed is a name that does not start with sg- and is not default")
    return problems


def check_text(name: str, value: str | None, minimum: int) -> list[str]:
    """Check a name or description; see CreateSecurityGroup and IpRange in the EC2 API reference."""
    return check_length(name, value, minimum, 255) or check_pattern(name, value, TEXT, TEXT_IN_WORDS)


def check_rules(name: str, rules: list[Rule] | None) -> list[str]:
    """Check rules as the options have them.

    :arg name: of the option
    """
    rules = rules or []
    problems = [problem for index, rule in enumerate(rules) for problem in _check_rule(f"{name}[{index}]", rule)]
    if problems:
        return problems
    seen: set[tuple[Any, ...]] = set()
    for index, rule in enumerate(map(normalize_rule, rules)):
        if rule_key(rule) in seen:
            problems.append(f"{name}[{index}] is '{rule_text(rule, DIRECTIONS[name][2])}': allowed is each rule once")
        seen.add(rule_key(rule))
    return problems


def _check_rule(name: str, rule: Rule) -> list[str]:
    byte = r"25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d"
    problems = check_pattern(
        f"{name}.protocol",
        rule["protocol"],
        rf"tcp|udp|icmp|icmpv6|all|-1|{byte}",
        "tcp, udp, icmp, icmpv6, all or 0-255",
    )
    problems = problems or _check_ports(name, rule)
    return problems + _check_source(name, rule) + check_text(f"{name}.description", rule.get("description"), 0)


def _check_ports(name: str, rule: Rule) -> list[str]:
    protocol = PROTOCOLS.get(rule["protocol"], rule["protocol"])
    first, last = rule.get("from_port"), rule.get("to_port")
    if protocol in ("icmp", "icmpv6"):
        problems = check_range(f"{name}.from_port", first, -1, 255) + check_range(f"{name}.to_port", last, -1, 255)
        if first in (None, -1) and last not in (None, -1):
            problems.append(f"{name}.to_port is {last}: an ICMP code needs its type in from_port")
        return problems
    if protocol not in ("tcp", "udp"):
        given = first is not None or last is not None
        return [f"{name}.protocol is '{rule['protocol']}': from_port and to_port do not go with it"] if given else []
    if first is None or last is None:
        return [f"{name}.protocol is '{rule['protocol']}': from_port and to_port are needed"]
    problems = check_range(f"{name}.from_port", first, 0, 65535) + check_range(f"{name}.to_port", last, 0, 65535)
    return problems or check_range(f"{name}.to_port", last, first, 65535)


def _check_source(name: str, rule: Rule) -> list[str]:
    given = [source for source in SOURCES if rule.get(source)]
    if len(given) != 1:
        return [f"{name} has {' and '.join(given) or 'no source'}: allowed is one of {', '.join(SOURCES)}"]
    field, value = given[0], rule[given[0]]
    if field == "source_security_group_id":
        allowed = "a security group ID such as sg-0123456789abcdef0, or 123456789012/sg-0123456789abcdef0"
        return check_pattern(f"{name}.{field}", value, r"(\d{12}/)?sg-[A-Za-z0-9-]+", allowed)
    if field == "prefix_list_id":
        return check_pattern(
            f"{name}.{field}", value, r"pl-[A-Za-z0-9-]+", "a prefix list ID such as pl-0123456789abcdef0"
        )
    network = ipaddress.IPv4Network if field == "cidr_ip" else ipaddress.IPv6Network
    try:
        network(value)
    except ValueError:
        example = "10.0.0.0/16" if field == "cidr_ip" else "2001:db8::/32"
        return [f"{name}.{field} is '{value}': allowed is a network such as {example}, its host bits zero"]
    return []
