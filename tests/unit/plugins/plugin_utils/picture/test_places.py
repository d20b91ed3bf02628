"""The picture of what there is and where: everything is in it, in its zone, and nothing is on anything else."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

import pictures
import pytest

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.places import draw_places
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.svg import FONTS, SIZES, Box

LONG = "a-stack-with-quite-a-long-name-0"
STACKS: dict[str, dict[str, Any]] = {
    "simple": pictures.simple(),
    "whole": pictures.whole(),
    "one zone": pictures.simple(
        network=pictures.network("a"), cache=pictures.cache("a"), database=pictures.database("a")
    ),
    "six zones, three subnets in each": pictures.whole(network=pictures.network("abcdef", 3)),
    "nodes in zones without subnets, or in none that is told": pictures.whole(cache=pictures.cache("acd?aa")),
    "sixteen instances": pictures.whole(database=pictures.database("ab" * 8)),
    "long names": pictures.whole(
        cache=pictures.cache(nodes=pictures.nodes(f"{LONG}-redis-dev-0001", "ab", "primary", "replica"))
    ),
    "a function that rotates, without a queue": pictures.simple(
        processing=pictures.processing(queue_url=None, dead_letter_queue_url=None, ingest_function_arn=None)
    ),
    "a network alone": {"network": pictures.network(security_groups=[])},
    "no subnets": pictures.simple(network=pictures.network("")),
}
each = pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)


def box_of(rectangle: ElementTree.Element) -> Box:
    return Box(*(float(rectangle.get(side, "0")) for side in ("x", "y", "width", "height")))


def boxes(picture: ElementTree.Element, *kinds: str) -> list[Box]:
    """The rectangles of these classes."""
    return [box_of(one) for one in picture.iter("rect") if one.get("class", "").split()[0] in kinds]


def lines(picture: ElementTree.Element) -> list[tuple[str, Box]]:
    """Each line of text with about where it is."""
    found = []
    for line, text in zip(picture.iter("text"), pictures.texts(picture), strict=True):
        font = line.get("class", "")
        width, height = len(text) * SIZES[font] * FONTS[font], SIZES[font]
        x, y = float(line.get("x", "")), float(line.get("y", "")) - height * 0.8
        found.append(
            (text, Box(x - {"middle": width / 2, "end": width}.get(line.get("text-anchor", ""), 0.0), y, width, height))
        )
    return found


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def inside(inner: Box, outer: Box) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


@each
def test_nothing_is_on_anything_else_or_outside(stack: dict[str, Any]) -> None:
    picture = pictures.read(draw_places(stack))
    frame = Box(0.0, 0.0, float(picture.get("width", "")), float(picture.get("height", "")))
    things, texts = boxes(picture, "card", "subnet", "chip", "door"), lines(picture)

    assert all(inside(box, frame) for box in [*boxes(picture, "vpc", "zone", "band"), *things])
    assert not [pair for pair in itertools.combinations(things, 2) if overlap(*pair)]
    assert not [
        (one, other) for (one, a), (other, b) in itertools.combinations(texts, 2) if one and other and overlap(a, b)
    ]
    for text, box in texts:
        touched = [thing for thing in things if overlap(thing, box)]
        assert all(inside(box, thing) for thing in touched) and len(touched) <= 1, text


@each
def test_arrows_cross_neither_things_nor_each_other(stack: dict[str, Any]) -> None:
    picture = pictures.read(draw_places(stack))
    things = boxes(picture, "card", "subnet", "chip", "door")
    paths = [
        [(float(x), float(y)) for x, y in (point.split() for point in path.get("d", "")[1:].split(" L"))]
        for path in picture.iter("path")
        if path.get("class") == "arrow"
    ]
    strokes = [
        [Box(min(a, c), min(b, d), abs(a - c), abs(b - d)) for (a, b), (c, d) in itertools.pairwise(path)]
        for path in paths
    ]

    assert not [stroke for stroke in itertools.chain(*strokes) for thing in things if overlap(stroke, thing)]
    for one, other in itertools.combinations(strokes, 2):
        assert not [pair for pair in itertools.product(one, other) if overlap(*(grow(box) for box in pair))]
    texts = [box for _text, box in lines(picture)]
    assert not [stroke for stroke in itertools.chain(*strokes) for text in texts if overlap(grow(stroke), text)]


def grow(box: Box) -> Box:
    """A stroke with its width."""
    return Box(box.x - 1.0, box.y - 1.0, box.width + 2.0, box.height + 2.0)


def test_all_of_a_stack_is_drawn_with_the_way_of_a_reading() -> None:
    picture = pictures.read(draw_places(pictures.whole()))
    shown = pictures.texts(picture)

    for text in (
        *("Clients", "2 API keys", "API Gateway", "stage prod", "iot-readings-dev", "iot-readings-dlq-dev", "2 alarms"),
        *(
            "VPC vpc-1 · 10.0.0.0/16",
            "Internet gateway",
            "ca-central-1c",
            "public · 10.0.0.0/24 · NAT",
            "iot-private-3-dev",
        ),
        *("iot-ingest-dev", "Replication group iot-redis-dev · redis 7.1 cache.t3.micro", "iot-redis-dev-3", "primary"),
        *("Cluster iot-aurora-dev · Aurora PostgreSQL 16.6", "iot-aurora-2", "reader", "secretsmanager"),
    ):
        assert text in shown
    # Clients, API, queue, dead letters; into the functions twice, and to cache and database.
    assert len([path for path in picture.iter("path") if path.get("class") == "arrow"]) == 3 + 2 + 2


def test_without_a_queue_the_way_ends_at_the_api() -> None:
    picture = pictures.read(draw_places(pictures.simple()))

    assert len([path for path in picture.iter("path") if path.get("class") == "arrow"]) == 1
    assert "Queue" not in pictures.texts(picture) and "Functions" not in pictures.texts(picture)


def test_a_node_is_in_the_column_of_its_zone() -> None:
    stack = pictures.whole(cache=pictures.cache("ca?"))
    picture = pictures.read(draw_places(stack))
    places = dict(lines(picture))

    for node, zone in {
        "iot-redis-dev-1": "ca-central-1c",
        "iot-redis-dev-2": "ca-central-1a",
        "iot-redis-dev-3": "zone unknown",
    }.items():
        column = next(box for box in boxes(picture, "zone") if inside(places[zone], box))
        assert column.x <= places[node].x and places[node].right <= column.right


def test_what_is_not_well_looks_so_and_tells_its_state() -> None:
    failed = pictures.cache(nodes=pictures.nodes("iot-redis-dev", "ab", "primary", "replica", "create-failed"))
    well, ill = (pictures.read(draw_places(pictures.simple(cache=one))) for one in (pictures.cache(), failed))

    assert "replica · create-failed" in pictures.texts(ill)
    bad = [[one for one in picture.iter("rect") if one.get("class") == "chip bad"] for picture in (well, ill)]
    assert [len(found) for found in bad] == [0, 2]


def test_a_shortened_name_tells_the_whole_when_pointed_at() -> None:
    name = "x" * 60
    picture = pictures.read(draw_places(pictures.simple(secrets={"secret_name": name})))

    assert name not in pictures.texts(picture)
    assert name in [title.text for title in picture.iter("title")]


def test_names_of_aws_are_text_and_nothing_else() -> None:
    evil = '<script>alert(1)</script>"&'
    stack = pictures.whole(
        cache=pictures.cache(nodes=pictures.nodes(evil, "ab", evil, evil), replication_group_id=evil),
        api=pictures.api(stage_name=evil, domain={"name": evil}),
        secrets={"secret_name": evil},
    )
    text = draw_places(stack)

    assert "<script" not in text and not list(pictures.read(text).iter("script"))
    assert f"{evil}-1" in pictures.texts(pictures.read(text))


@pytest.mark.parametrize("stack", [{}, {"network": {"vpc_id": None}, "api": {"rest_api_id": None}}])
def test_there_is_no_picture_of_nothing(stack: dict[str, Any]) -> None:
    assert draw_places(stack) == ""
