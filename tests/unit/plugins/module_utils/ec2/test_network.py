"""ec2.network: what differs, over networks in the form of ec2.transformations."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.network import (
    Live,
    build_association_steps,
    build_plan,
    find_strangers,
    find_subnet,
    is_lingering,
    needs_zones,
    plan_removal,
)

EMPTY = Live(None, None, [], [])
ZONES = ["ca-central-1a", "ca-central-1b"]


def option(name: str, cidr: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "cidr": cidr,
        "availability_zone": None,
        "zone_index": 0,
        "map_public_ip_on_launch": False,
        **more,
    }


def params(**more: Any) -> dict[str, Any]:
    return {
        "name": "net",
        "cidr_block": "10.0.0.0/16",
        "dns_support": True,
        "dns_hostnames": True,
        "internet_gateway": "gate",
        "availability_zones": None,
        "parts": None,
        "purge_parts": False,
        "nat_gateways": None,
        "absent_nat_gateways": None,
        "absent_route_tables": None,
        "keep_nat_addresses": False,
        "subnets": [option("one", "10.0.0.0/24"), option("two", "10.0.1.0/24", zone_index=1)],
        "route_tables": [{"name": "table", "subnets": ["two", "one"], "routes": []}],
        "tags": None,
        "purge_tags": True,
        **more,
    }


def subnet(subnet_id: str, name: str | None, cidr: str, **more: Any) -> dict[str, Any]:
    tags = {"Name": name} if name else {}
    fields = {"availability_zone": ZONES[0], "map_public_ip_on_launch": False, "tags": tags}
    return {"id": subnet_id, "name": name, "cidr": cidr, **fields, **more}


def table(table_id: str, name: str | None, subnets: dict[str, str], **more: Any) -> dict[str, Any]:
    tags = {"Name": name} if name else {}
    fields = {"main": False, "routes": [], "associations": list(subnets.values()), "tags": tags}
    return {"id": table_id, "name": name, "subnets": subnets, **fields, **more}


def live(**more: Any) -> Live:
    vpc = {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "dns_support": True, "dns_hostnames": True}
    return Live(
        {**vpc, "tags": {"Name": "net"}},
        {"id": "igw-1", "attached": True, "tags": {"Name": "gate"}},
        [subnet("s1", "one", "10.0.0.0/24"), subnet("s2", "two", "10.0.1.0/24")],
        [table("rtb-1", "table", {"s1": "a1", "s2": "a2"}), table("rtb-0", None, {}, main=True)],
    )._replace(**more)


def changed(current: Live, **more: Any) -> dict[str, Any]:
    """Title to changes, of the resources that change."""
    return {
        resource.title: resource.changes
        for resource in build_plan(params(**more), current, ZONES).resources()
        if resource.changes
    }


def test_a_network_as_it_should_be_does_not_change() -> None:
    assert changed(live()) == {}


def test_a_new_network_is_planned_with_placeholders() -> None:
    plan = build_plan(params(), EMPTY, ZONES)

    assert [resource.id for resource in plan.resources()] == [
        "vpc-known-after-deploy",
        "igw-known-after-deploy",
        "subnet-known-after-deploy-one",
        "subnet-known-after-deploy-two",
        "rtb-known-after-deploy-table",
    ]
    assert [item.after()["availability_zone"] for item in plan.subnets] == ZONES
    assert plan.tables[0].diff() == {
        "before": {},
        "after": {"routes": [], "subnets": ["one", "two"], "tags": {"Name": "table"}},
        "before_header": "route table table",
        "after_header": "route table table",
        "action": "create",
    }


@pytest.mark.parametrize(
    ("tags", "purge", "after"), [(None, True, {"a": "b", "Name": "one"}), ({}, True, {"Name": "one"})]
)
def test_tags_are_purged_only_where_tags_are_given(tags: Any, purge: bool, after: dict[str, str]) -> None:
    current = live(subnets=[subnet("s1", "one", "10.0.0.0/24", tags={"a": "b", "Name": "one"}), live().subnets[1]])
    changes = changed(current, tags=tags, purge_tags=purge)

    assert changes.get("subnet one", {}).get("tags", (None, {"a": "b", "Name": "one"}))[1] == after


def test_a_name_comes_before_a_range() -> None:
    subnets = [subnet("s1", "old", "10.0.0.0/24"), subnet("s2", "one", "10.0.5.0/24")]

    assert find_subnet(subnets, "one", "10.0.0.0/24") == subnets[1]
    assert find_subnet(subnets, "new", "10.0.0.0/24") == subnets[0]
    assert find_subnet(subnets, "new", "10.0.9.0/24") is None


def test_an_adopted_subnet_keeps_its_place_in_the_route_table() -> None:
    current = live(subnets=[subnet("s1", "old", "10.0.0.0/24"), live().subnets[1]])

    assert changed(current) == {"subnet one": {"tags": ({"Name": "old"}, {"Name": "one"})}}


def test_foreign_subnets_of_a_table_are_shown_by_name_or_id() -> None:
    subnets = [*live().subnets, subnet("s3", "foreign", "10.0.3.0/24"), subnet("s4", None, "10.0.4.0/24")]
    tables = [table("rtb-1", "table", {"s1": "a1", "s2": "a2", "s3": "a3", "s4": "a4"})]

    assert changed(live(subnets=subnets, tables=tables)) == {
        "route table table": {"subnets": (["foreign", "one", "s4", "two"], ["one", "two"])}
    }


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({}, False),
        ({"subnets": [option("three", "10.0.3.0/24")]}, True),
        ({"subnets": [option("three", "10.0.3.0/24", availability_zone="ca-central-1d")]}, False),
        ({"subnets": [option("three", "10.0.3.0/24")], "availability_zones": ["ca-central-1d"]}, False),
        ({"subnets": [option("adopted", "10.0.0.0/24")]}, False),
    ],
)
def test_zones_are_needed_for_new_subnets_only(options: dict[str, Any], needed: bool) -> None:
    assert needs_zones(params(**options), live()) is needed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cidr_block": "10.0.0.0/17"}, r"VPC net \(vpc-1\) cannot be changed in place. cidr_block is '10.0.0.0/16'"),
        ({"subnets": [option("one", "10.0.7.0/24")]}, r"subnet one \(s1\) cannot be changed in place. cidr is"),
        (
            {"subnets": [option("one", "10.0.0.0/24", availability_zone="ca-central-1d")]},
            "availability_zone is 'ca-central-1a' on AWS and 'ca-central-1d' is wanted",
        ),
        (
            {"subnets": [option("new", "10.0.0.0/24", availability_zone="ca-central-1d")]},
            r"subnet new \(s1\) cannot be changed in place. availability_zone",
        ),
    ],
)
def test_what_cannot_change_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleAWSError, match=message):
        build_plan(params(**{"route_tables": None, **options}), live(), ZONES)


def test_an_unmanaged_gateway_is_still_named_in_routes() -> None:
    route = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
    tables = [table("rtb-1", "table", {"s1": "a1", "s2": "a2"}, routes=[route])]
    wanted = [{"destination_cidr_block": "0.0.0.0/0", "gateway": "igw-1"}]
    options = [{"name": "table", "subnets": ["one", "two"], "routes": wanted}]

    assert changed(live(tables=tables), internet_gateway=None, route_tables=options) == {}


def test_associations_are_moved_made_and_ended() -> None:
    tables = [
        table("rtb-1", "table", {"s2": "a2", "s3": "a3"}),
        table("rtb-2", "other", {"s1": "a1", "s4": "a4"}),
        table("rtb-3", "foreign", {"s5": "a5"}),
    ]
    options = [
        {"name": "table", "subnets": ["one"], "routes": []},
        {"name": "other", "subnets": ["two", "new"], "routes": []},
    ]
    subnets = [*params()["subnets"], option("new", "10.0.9.0/24")]
    plan = build_plan(params(route_tables=options, subnets=subnets), live(tables=tables), ZONES)
    ids = {resource.title: resource.id for resource in plan.resources()} | {"subnet new": "s9"}
    steps = build_association_steps(plan, ids)

    assert steps.replace == [("a1", "rtb-1"), ("a2", "rtb-2")] and steps.associate == [("rtb-2", "s9")]
    assert steps.disassociate == ["a3", "a4"]


def test_what_is_listed_is_removed_and_the_rest_is_strange() -> None:
    current = live(
        subnets=[*live().subnets, subnet("s3", None, "10.0.3.0/24")],
        tables=[*live().tables, table("rtb-2", "other", {})],
    )
    titles = [resource.title for resource in plan_removal(params(), current)]
    groups = [{"GroupId": "sg-0", "GroupName": "default"}, {"GroupId": "sg-1", "GroupName": "web"}]
    interface = {"NetworkInterfaceId": "eni-1", "InterfaceType": "interface"}

    assert titles == ["route table table", "subnet one", "subnet two", "internet gateway gate", "VPC net"]
    assert find_strangers(params(), current, groups, [interface]) == [
        "subnet s3",
        "route table rtb-2 (other)",
        "security group sg-1 (web)",
        "network interface eni-1",
    ]
    assert find_strangers(params(internet_gateway=None), live(), [], []) == ["internet gateway igw-1 (gate)"]


def test_a_removal_shows_what_goes() -> None:
    diffs = [resource.diff("remove") for resource in plan_removal(params(), live())]

    assert diffs[0]["before"] == {
        "id": "rtb-1",
        "routes": [],
        "subnets": ["one", "two"],
        "tags": {"Name": "table"},
    }
    assert all(diff["after"] == {} and diff["action"] == "remove" for diff in diffs)


@pytest.mark.parametrize(
    ("kind", "managed", "lingers"),
    [("interface", True, True), ("interface", False, False), ("lambda", False, True), ("nat_gateway", True, False)],
)
def test_only_services_leave_interfaces_behind(kind: str, managed: bool, lingers: bool) -> None:
    assert is_lingering({"InterfaceType": kind, "RequesterManaged": managed}) is lingers
