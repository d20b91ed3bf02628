"""Rules of security groups: between AWS's form, the options and texts, and their checks."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.security_groups import (
    build_rule_steps,
    check_group,
    check_rules,
    merge_rules,
    normalize_rule,
    permission_to_rules,
    referencing_groups,
    rule_text,
    rule_to_permission,
    security_group_to_dict,
)

OWNER = "123456789012"
REDIS = {"protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_ip": "10.0.0.0/16"}
HTTPS = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ip": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (REDIS, "tcp 6379 from 10.0.0.0/16"),
        ({**REDIS, "description": "Redis"}, "tcp 6379 from 10.0.0.0/16 (Redis)"),
        (
            {"protocol": "6", "from_port": 1000, "to_port": 2000, "source_security_group_id": "sg-123"},
            "tcp 1000-2000 from sg-123",
        ),
        ({"protocol": "udp", "from_port": 0, "to_port": 0, "prefix_list_id": "pl-1"}, "udp 0 from pl-1"),
        ({"protocol": "all", "cidr_ip": "0.0.0.0/0"}, "all traffic from 0.0.0.0/0"),
        ({"protocol": "50", "cidr_ipv6": "2001:DB8:0::/32"}, "protocol 50 from 2001:db8::/32"),
        ({"protocol": "icmp", "from_port": 8, "cidr_ip": "10.0.0.1/32"}, "icmp 8 from 10.0.0.1/32"),
        ({"protocol": "1", "from_port": 3, "to_port": 4, "cidr_ip": "10.0.0.1/32"}, "icmp 3 code 4 from 10.0.0.1/32"),
        ({"protocol": "58", "cidr_ipv6": "::/0"}, "icmpv6 from ::/0"),
    ],
)
def test_rules_are_readable(rule: dict[str, Any], text: str) -> None:
    assert rule_text(normalize_rule(rule)) == text


def test_egress_rules_go_to() -> None:
    assert rule_text({"protocol": "-1", "cidr_ip": "0.0.0.0/0"}, "to") == "all traffic to 0.0.0.0/0"


def test_a_permission_is_one_rule_a_source() -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 81,
        "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "one"}, {"CidrIp": "10.1.0.0/16"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [
            {"GroupId": "sg-1", "UserId": OWNER},
            {"GroupId": "sg-2", "UserId": "210987654321", "Description": "other account"},
        ],
    }
    rules = permission_to_rules(permission, OWNER)

    ports = {"protocol": "tcp", "from_port": 80, "to_port": 81}
    assert rules == [
        {**ports, "cidr_ip": "10.0.0.0/16", "description": "one"},
        {**ports, "cidr_ip": "10.1.0.0/16"},
        {**ports, "cidr_ipv6": "::/0"},
        {**ports, "source_security_group_id": "sg-1"},
        {**ports, "source_security_group_id": "210987654321/sg-2", "description": "other account"},
        {**ports, "prefix_list_id": "pl-1"},
    ]
    again = [entry for rule in rules for entry in permission_to_rules(rule_to_permission(rule), OWNER)]
    assert again == rules
    assert rule_to_permission(rules[4])["UserIdGroupPairs"] == [
        {"GroupId": "sg-2", "UserId": "210987654321", "Description": "other account"}
    ]


@pytest.mark.parametrize("protocol", ["-1", "50"])
def test_ports_of_protocols_without_ports_do_not_count(protocol: str) -> None:
    permission = {"IpProtocol": protocol, "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

    assert permission_to_rules(permission, OWNER) == [{"protocol": protocol, "cidr_ip": "0.0.0.0/0"}]
    assert "FromPort" not in rule_to_permission({"protocol": protocol, "cidr_ip": "0.0.0.0/0"})


def test_host_bits_that_an_endpoint_kept_do_not_count() -> None:
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.1/16"}]}

    assert permission_to_rules(permission, OWNER) == [{"protocol": "-1", "cidr_ip": "10.0.0.0/16"}]


def test_rules_that_were_not_asked_for_are_kept_or_purged() -> None:
    described = {**REDIS, "description": "Redis", "cidr_ipv6": None}
    merged = {**REDIS, "description": "Redis"}

    assert merge_rules([HTTPS, REDIS], [described], purge=True) == [merged]
    assert merge_rules([HTTPS, REDIS], [described], purge=False) == [HTTPS, merged]
    assert merge_rules([HTTPS, REDIS], [], purge=True) == []
    assert merge_rules([HTTPS, REDIS], None, purge=True) is None


def test_a_description_alone_is_no_new_rule() -> None:
    described = {**REDIS, "description": "Redis"}
    other_port = {**HTTPS, "to_port": 444}

    assert build_rule_steps([REDIS, HTTPS], [described, other_port]) == ([other_port], [described], [HTTPS])
    assert build_rule_steps([described], [REDIS]) == ([], [REDIS], [])
    assert build_rule_steps([REDIS], [REDIS]) == ([], [], [])


def test_a_group_without_tags_and_rules() -> None:
    group = {"GroupId": "sg-1", "GroupName": "one", "Description": "d", "VpcId": "vpc-1", "OwnerId": OWNER}

    assert security_group_to_dict(group) == {
        "id": "sg-1",
        "name": "one",
        "description": "d",
        "vpc_id": "vpc-1",
        "owner_id": OWNER,
        "arn": None,
        "rules": [],
        "rules_egress": [],
        "tags": {},
    }


def test_references_are_found_in_both_directions_but_not_to_itself() -> None:
    permission = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}]
    groups = [
        {"GroupId": "sg-1", "GroupName": "itself", "IpPermissions": permission},
        {"GroupId": "sg-2", "GroupName": "in", "IpPermissions": permission},
        {"GroupId": "sg-3", "GroupName": "out", "IpPermissionsEgress": permission},
        {"GroupId": "sg-4", "GroupName": "none", "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": []}]},
    ]

    assert referencing_groups(groups, "sg-1") == ["in (sg-2)", "out (sg-3)"]


@pytest.mark.parametrize(
    "rule",
    [
        {"from_port": 0, "to_port": 65535, "cidr_ip": "0.0.0.0/0"},
        {"from_port": 22, "to_port": 22, "source_security_group_id": "sg-known-after-deploy"},
        {"from_port": 22, "to_port": 22, "source_security_group_id": "123456789012/sg-1", "description": ""},
        {"protocol": "icmp", "cidr_ip": "10.0.0.0/8"},
        {"protocol": "icmp", "from_port": 255, "to_port": -1, "cidr_ip": "10.0.0.0/8"},
        {"protocol": "255", "cidr_ipv6": "::/0", "description": "a ._-:/()#,@[]+=&;{}!$*z"},
    ],
)
def test_good_rules_pass(rule: dict[str, Any]) -> None:
    assert check_rules("rules", [{"protocol": "tcp", **rule}]) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"protocol": "sctp"}, "rules[0].protocol is 'sctp': allowed is tcp, udp,"),
        ({"protocol": "256"}, "rules[0].protocol is '256': allowed is tcp, udp,"),
        ({"from_port": None}, "rules[0].protocol is 'tcp': from_port and to_port are needed"),
        ({"from_port": -1}, "rules[0].from_port is -1: allowed is 0 to 65535"),
        ({"to_port": 65536}, "rules[0].to_port is 65536: allowed is 0 to 65535"),
        ({"to_port": 6378}, "rules[0].to_port is 6378: allowed is 6379 to 65535"),
        ({"protocol": "icmp", "to_port": -1}, "rules[0].from_port is 6379: allowed is -1 to 255"),
        ({"protocol": "icmp", "from_port": None, "to_port": 1}, "rules[0].to_port is 1: an ICMP code needs its type"),
        ({"protocol": "all"}, "rules[0].protocol is 'all': from_port and to_port do not go with it"),
        ({"cidr_ip": None}, "rules[0] has no source: allowed is one of cidr_ip, cidr_ipv6, source_security_group_id"),
        ({"cidr_ipv6": "::/0"}, "rules[0] has cidr_ip and cidr_ipv6: allowed is one of"),
        ({"cidr_ip": "10.0.0.1/16"}, "rules[0].cidr_ip is '10.0.0.1/16': allowed is a network such as 10.0.0.0/16"),
        ({"cidr_ip": "::/0"}, "rules[0].cidr_ip is '::/0'"),
        ({"cidr_ip": None, "cidr_ipv6": "2001:db8::1/32"}, "rules[0].cidr_ipv6 is '2001:db8::1/32'"),
        ({"cidr_ip": None, "source_security_group_id": "redis"}, "rules[0].source_security_group_id is 'redis'"),
        ({"cidr_ip": None, "prefix_list_id": "sg-1"}, "rules[0].prefix_list_id is 'sg-1'"),
        ({"description": "Redis ↔ VPC"}, "rules[0].description is 'Redis ↔ VPC': allowed is letters,"),
        ({"description": "x" * 256}, "(256 characters): allowed are 0 to 255"),
    ],
)
def test_bad_rules_are_named(change: dict[str, Any], problem: str) -> None:
    (found,) = check_rules("rules", [{**REDIS, **change}])

    assert problem in found


def test_a_rule_is_given_once() -> None:
    rules = [
        {"protocol": "all", "cidr_ip": "0.0.0.0/0"},
        {"protocol": "-1", "cidr_ip": "0.0.0.0/0", "description": "x"},
    ]

    assert check_rules("rules_egress", rules) == [
        "rules_egress[1] is 'all traffic to 0.0.0.0/0 (x)': allowed is each rule once"
    ]


@pytest.mark.parametrize(
    ("name", "description", "vpc_id", "problem"),
    [
        ("sg-one", "d", "vpc-1", "name is 'sg-one': allowed is a name that does not start with sg-"),
        ("Default", "d", "vpc-1", "name is 'Default': allowed is a name that does not start with sg-"),
        ("", "d", "vpc-1", "name is '' (0 characters)"),
        ("one ", "d", "vpc-1", "name is 'one ': allowed is letters, digits, spaces (not at the end)"),
        ("one", "", "vpc-1", "description is '' (0 characters)"),
        ("one", "é", "vpc-1", "description is 'é': allowed is letters"),
        ("one", None, "", "vpc_id is '': allowed is a VPC ID"),
    ],
)
def test_bad_groups_are_named(name: str, description: str | None, vpc_id: str, problem: str) -> None:
    (found,) = check_group(name, description, vpc_id)

    assert problem in found


def test_good_groups_pass() -> None:
    assert check_group("iot redis*", "Redis (dev)", "vpc-known-after-deploy") == []
    assert check_group("iot-redis-sg-dev", None, "vpc-0123456789abcdef0") == []
