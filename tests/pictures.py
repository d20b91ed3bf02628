"""Facts of stacks to draw, in the form of stack_info, and what is in a picture."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

SVG = re.compile(r"<svg.*</svg>", re.DOTALL)


def subnets(kind: str, zones: str, each: int = 1) -> list[dict[str, Any]]:
    """Subnets of a kind, so many in each zone."""
    return [
        {
            "name": f"iot-{kind}-{at + 1}-dev",
            "id": f"subnet-{kind}-{at + 1}",
            "cidr": f"10.0.{at + (10 if kind == 'private' else 0)}.0/24",
            "availability_zone": f"ca-central-1{zone}",
        }
        for at, zone in enumerate(zones * each)
    ]


def nodes(name: str, zones: str, first: str, others: str, state: str = "available") -> list[dict[str, Any]]:
    """Nodes of a cache or database, one in each of these zones; ``?`` for one whose zone AWS does not tell."""
    return [
        {
            "name": f"{name}-{at + 1}",
            "role": others if at else first,
            "availability_zone": None if zone == "?" else f"ca-central-1{zone}",
            "state": state,
        }
        for at, zone in enumerate(zones)
    ]


def rule(source: str, port: int = 6379, **more: Any) -> dict[str, Any]:
    """A rule for addresses, or for a group."""
    key = "source_security_group_id" if source.startswith("sg-") else "cidr_ip"
    return {"protocol": "tcp", "from_port": port, "to_port": port, key: source, **more}


OUT = {"protocol": "-1", "cidr_ip": "0.0.0.0/0"}


def group(name: str, *rules: dict[str, Any], egress: tuple[dict[str, Any], ...] = (OUT,)) -> dict[str, Any]:
    """A security group."""
    return {"id": f"sg-{name}", "name": f"iot-{name}-sg-dev", "rules": [*rules], "rules_egress": [*egress]}


def network(zones: str = "ab", each: int = 1, **more: Any) -> dict[str, Any]:
    """The network over these zones."""
    facts = {
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.0.0.0/16",
        "internet_gateway_id": "igw-1",
        "public_subnets": subnets("public", zones, each),
        "private_subnets": subnets("private", zones, each),
        "nat_gateways": [],
        "interface_endpoints": [],
        "gateway_endpoints": [],
        "security_groups": [],
    }
    return {**facts, **more}


def cache(zones: str = "ab", **more: Any) -> dict[str, Any]:
    """A replication group with a node in each of these zones."""
    facts = {
        "replication_group_id": "iot-redis-dev",
        "engine": "redis",
        "engine_version": "7.1",
        "node_type": "cache.t3.micro",
        "nodes": nodes("iot-redis-dev", zones, "primary", "replica"),
        "security_groups": [group("redis", rule("10.0.0.0/16"))],
    }
    return {**facts, **more}


def database(zones: str = "ab", **more: Any) -> dict[str, Any]:
    """A cluster with an instance in each of these zones."""
    facts = {
        "cluster_id": "iot-aurora-dev",
        "engine_version": "16.6",
        "nodes": nodes("iot-aurora", zones, "writer", "reader"),
        "security_groups": [group("aurora", rule("10.0.0.0/16", 5432))],
    }
    return {**facts, **more}


def api(**more: Any) -> dict[str, Any]:
    """An API with its stage."""
    return {"rest_api_id": "a1b2c3", "stage_name": "prod", "api_key_id": "k1", "client_keys": {"a": "k2"}, **more}


def processing(**more: Any) -> dict[str, Any]:
    """Queues and functions."""
    names = ("ingest", "query", "migrate", "maintain", "rotate")
    queue = "https://sqs.ca-central-1.amazonaws.com/123456789012"
    facts = {
        "queue_url": f"{queue}/iot-readings-dev",
        "dead_letter_queue_url": f"{queue}/iot-readings-dlq-dev",
        "messages_failed": 0,
        "functions": [{"name": f"iot-{name}-dev", "runtime": "python3.13", "state": "Active"} for name in names],
        "security_groups": [group("functions")],
        **{f"{name}_function_arn": f"arn:aws:lambda:::{name}" for name in names},
    }
    return {**facts, **more}


def simple(**more: Any) -> dict[str, Any]:
    """A stack without a queue."""
    return {
        "network": network(),
        "secrets": {"secret_name": "iot-aurora-password-dev"},
        "cache": cache(),
        "database": database(),
        "api": api(),
        **more,
    }


def whole(**more: Any) -> dict[str, Any]:
    """A stack with everything."""
    endpoints = [{"name": f"iot-{one}-endpoint-dev", "service": one} for one in ("secretsmanager", "sqs", "logs")]
    nats = [{"name": "iot-nat-1-dev", "id": "nat-1", "public_ip": "203.0.113.1", "subnet_id": "subnet-public-1"}]
    parts = {
        "network": network(
            "abc",
            interface_endpoints=endpoints,
            nat_gateways=nats,
            security_groups=[group("endpoints", rule("sg-functions", 443))],
        ),
        "cache": cache("abc", security_groups=[group("redis", rule("sg-functions"), rule("10.0.10.0/24"))]),
        "database": database("ab", security_groups=[group("aurora", rule("sg-functions", 5432))]),
        "processing": processing(),
        "observability": {"alarms": ["one", "two"]},
    }
    return simple(**{**parts, **more})


def read(text: str) -> ElementTree.Element:
    """A picture as XML, which it must be."""
    return ElementTree.fromstring(text)


def texts(picture: ElementTree.Element) -> list[str]:
    """All lines of text that are shown."""
    return [
        "".join(part for part in (line.text, *(child.tail for child in line)) if part) for line in picture.iter("text")
    ]
