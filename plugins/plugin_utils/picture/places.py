# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The picture of what there is and where: what is outside the VPC in a row above it, and in the VPC a column for each zone.

What spans zones (functions, replication group, cluster, endpoints) is a band across the columns, with its nodes in those of their
zones. Arrows go through the gutters at both sides, where nothing else is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture import svg
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.cards import (
    Card,
    Chip,
    outside_cards,
    place_cards,
)
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.svg import Box

MARKER = "head-places"
PAD, GAP = 14.0, 12.0
GUTTER = 56.0
# Between the row and the VPC: with arrows that turn there, and with the internet gateway alone.
ROUTES, DOOR = 56.0, 34.0
CHIP, SUBNET = 40.0, 46.0
LEAST_COLUMN, WIDEST_COLUMN = 190.0, 300.0
ELSEWHERE = "zone unknown"
WELL = ("available", "Active", "Inactive", None)


@dataclass(frozen=True)
class Band:
    """What spans the zones: its key, its text, and its chips by zone; those of no zone are side by side."""

    key: str
    title: str
    chips: tuple[Chip, ...]
    zoned: bool = True


@dataclass(frozen=True)
class Grid:
    """The columns of the VPC: a zone each, from left to right."""

    zones: tuple[str, ...]
    x: float
    column: float

    @property
    def right(self) -> float:
        """The right edge of the last column."""
        return self.x + len(self.zones) * (self.column + GAP) - GAP

    def left_of(self, zone: str) -> float:
        """The left edge of a zone's column."""
        return self.x + self.zones.index(zone) * (self.column + GAP)


def draw_places(stack: dict[str, Any]) -> str:
    """The picture, empty text where there is nothing to draw."""
    cards, links = outside_cards(stack)
    network = stack.get("network", {})
    if not network.get("vpc_id") and len(cards) < 2:
        return ""
    lane = place_cards(cards, 1.0)
    parts = [part for card, box in lane for part in draw_card(card, box)]
    boxes = {card.key: box for card, box in lane}
    parts += [link(boxes[start], boxes[end]) for start, end in links]
    bottom, right = (max(getattr(box, side) for box in boxes.values()) for side in ("bottom", "right"))
    if network.get("vpc_id"):
        drawn, vpc = draw_vpc(
            stack, boxes, Box(1.0, bottom + (ROUTES if find_functions(stack) else DOOR), right - 1.0, 0.0)
        )
        parts += drawn
        bottom, right = vpc.bottom, max(right, vpc.right)
    return svg.drawing(right + 2.0, bottom + 2.0, "What the stack consists of, and where it is", MARKER, parts)


def draw_card(card: Card, box: Box) -> list[str]:
    """A card of the row, with a stripe in the colour of its tier."""
    room = box.width - 2 * PAD
    parts = [
        svg.rectangle(box, "card"),
        svg.rectangle(Box(box.x, box.y + 8.0, 4.0, box.height - 16.0), f"stripe {card.tier}", 2.0),
        svg.label(box.x + PAD, box.y + 24.0, card.title, "title", room),
    ]
    for at, line in enumerate(card.lines):
        parts.append(svg.label(box.x + PAD, box.y + 43.0 + at * 17.0, line, "small", room))
    return parts


def link(start: Box, end: Box) -> str:
    """An arrow between neighbours of the row."""
    y = start.y + 30.0
    return svg.arrow([(start.right, y), (end.x - 2.0, y)], MARKER)


def draw_vpc(stack: dict[str, Any], outside: dict[str, Box], least: Box) -> tuple[list[str], Box]:
    """The VPC with all that is in it, and how large it became.

    :arg outside: the boxes of the row above, by key
    :arg least: where it begins, and its least width
    """
    network, bands = stack["network"], find_bands(stack)
    flows = any(band.key == "functions" for band in bands)
    grid = lay_grid(network, bands, least, GUTTER if flows else PAD)
    top = least.y + 62.0
    columns, y = draw_columns(network, grid, top)
    places, parts = {}, []
    for band in bands:
        drawn, places[band.key] = draw_band(band, grid, y)
        parts += drawn
        y = places[band.key].bottom + GAP
    vpc = Box(least.x, least.y, grid.right + (GUTTER if flows else PAD) - least.x, y + PAD - GAP - least.y)
    frame = [svg.rectangle(vpc, "vpc", 10.0), *draw_head(network, vpc, grid)]
    zones = [
        svg.rectangle(Box(grid.left_of(zone), top - 26.0, grid.column, y - GAP / 2 - top + 26.0), "zone")
        for zone in grid.zones
    ]
    return [*frame, *zones, *columns, *parts, *(draw_flows(stack, outside, places, grid) if flows else ())], vpc


def lay_grid(network: dict[str, Any], bands: list[Band], least: Box, gutter: float) -> Grid:
    """As many columns as there are zones, as wide as what is in them."""
    subnets = [*network["public_subnets"], *network["private_subnets"]]
    zones = sorted({subnet["availability_zone"] for subnet in subnets} - {None})
    chips = [chip for band in bands if band.zoned for chip in band.chips]
    more = sorted({chip.zone for chip in chips if chip.zone} - set(zones))
    all_zones = (*zones, *more, *((ELSEWHERE,) if any(not chip.zone for chip in chips) or not zones + more else ()))
    texts = [subnet["name"] for subnet in subnets] + [chip.name for chip in chips]
    needed = max((svg.text_width(text, "name") + 4 * PAD for text in texts), default=0.0)
    fair = (least.width - 2 * gutter + GAP) / len(all_zones) - GAP
    column = max(min(max(needed, LEAST_COLUMN), WIDEST_COLUMN), fair)
    return Grid(all_zones, least.x + gutter, column)


def draw_head(network: dict[str, Any], vpc: Box, grid: Grid) -> list[str]:
    """The name of the VPC, and its internet gateway at the edge."""
    gateway = network.get("internet_gateway_id")
    title = f"VPC {network['vpc_id']} · {network['vpc_cidr']}"
    room = vpc.right - grid.x - (210.0 if gateway else PAD)
    parts = [svg.label(grid.x, vpc.y + 26.0, title, "head", room)]
    if gateway:
        door = Box(vpc.right - 206.0, vpc.y - 14.0, 192.0, 30.0)
        parts += [svg.rectangle(door, "door", 15.0)]
        parts += [svg.label(door.middle[0], door.y + 19.5, "Internet gateway", "title", 180.0, "middle")]
    return parts


def draw_columns(network: dict[str, Any], grid: Grid, top: float) -> tuple[list[str], float]:
    """The zones' names and subnets; where the bands begin."""
    parts = [
        svg.label(grid.left_of(zone) + PAD, top - 6.0, zone, "title", grid.column - 2 * PAD) for zone in grid.zones
    ]
    nats = {nat.get("subnet_id"): nat["name"] for nat in network["nat_gateways"]}
    y = top + 6.0
    for kind in ("public", "private"):
        subnets = network[f"{kind}_subnets"]
        lowest = y
        for zone in grid.zones:
            below = y
            for subnet in (one for one in subnets if one["availability_zone"] == zone):
                box = Box(grid.left_of(zone) + GAP / 2, below, grid.column - GAP, SUBNET)
                parts += draw_subnet(subnet, kind, nats.get(subnet["id"]), box)
                below += SUBNET + 6.0
            lowest = max(lowest, below)
        y = lowest + (6.0 if lowest > y else 0.0)
    return parts, y


def draw_subnet(subnet: dict[str, Any], kind: str, nat: str | None, box: Box) -> list[str]:
    """A subnet, with its NAT gateway where it has one."""
    text = f"{kind} · {subnet['cidr']}" + (" · NAT" if nat else "")
    room = box.width - 2 * PAD
    return [
        svg.rectangle(box, f"subnet {kind}"),
        svg.label(box.x + PAD, box.y + 20.0, subnet["name"], "name", room),
        svg.label(box.x + PAD, box.y + 36.0, text, "small", room),
    ]


def find_bands(stack: dict[str, Any]) -> list[Band]:
    """What there is across the zones, from the top."""
    makers: tuple[Callable[[dict[str, Any]], Band | None], ...] = (
        functions_band,
        cache_band,
        database_band,
        endpoints_band,
    )
    return [band for make in makers if (band := make(stack))]


def find_functions(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """The functions of the processing."""
    return stack.get("processing", {}).get("functions") or []


def functions_band(stack: dict[str, Any]) -> Band | None:
    """The functions, which may run in every private subnet."""
    chips = [Chip(one["name"], one["runtime"] or "", None, one["state"] in WELL) for one in find_functions(stack)]
    return Band("functions", "Functions", tuple(chips), zoned=False) if chips else None


def cache_band(stack: dict[str, Any]) -> Band | None:
    """The replication group with its nodes."""
    facts = stack.get("cache", {})
    if not facts.get("replication_group_id"):
        return None
    version = " ".join(filter(None, (facts.get("engine"), facts.get("engine_version"), facts.get("node_type"))))
    return Band("cache", f"Replication group {facts['replication_group_id']} · {version}", node_chips(facts))


def database_band(stack: dict[str, Any]) -> Band | None:
    """The cluster with its instances."""
    facts = stack.get("database", {})
    if not facts.get("cluster_id"):
        return None
    title = f"Cluster {facts['cluster_id']} · Aurora PostgreSQL {facts.get('engine_version') or ''}".rstrip()
    return Band("database", title, node_chips(facts))


def endpoints_band(stack: dict[str, Any]) -> Band | None:
    """The VPC endpoints."""
    network = stack["network"]
    found = [*network["interface_endpoints"], *network["gateway_endpoints"]]
    chips = [Chip(one["service"], one["name"], None, True) for one in found]
    return Band("endpoints", "VPC endpoints", tuple(chips), zoned=False) if chips else None


def node_chips(facts: dict[str, Any]) -> tuple[Chip, ...]:
    """The nodes of a cache or database."""
    return tuple(
        Chip(one["name"], describe(one), one["availability_zone"], one["state"] in WELL)
        for one in facts.get("nodes") or ()
    )


def describe(node: dict[str, Any]) -> str:
    """What a node does, and its state where it is not well."""
    return " · ".join(filter(None, (node["role"], None if node["state"] in WELL else node["state"])))


def draw_band(band: Band, grid: Grid, y: float) -> tuple[list[str], Box]:
    """A band across the columns, and where it is."""
    width = grid.right - grid.x
    cells = cells_of(band, grid)
    depth = 1 + max((row for _chip, _x, row in cells), default=0)
    box = Box(grid.x - 6.0, y, width + 12.0, 32.0 + depth * (CHIP + 6.0) + 2.0)
    parts = [
        svg.rectangle(box, f"band {band.key}"),
        svg.label(grid.x + PAD / 2, y + 21.0, band.title, "title", width - PAD),
    ]
    for chip, x, row in cells:
        place = Box(x + GAP / 2, y + 32.0 + row * (CHIP + 6.0), grid.column - GAP, CHIP)
        parts.append(svg.rectangle(place, "chip" if chip.well else "chip bad"))
        parts.append(
            svg.label(place.x + PAD, place.y + (17.0 if chip.text else 24.0), chip.name, "name", place.width - 2 * PAD)
        )
        parts.append(svg.label(place.x + PAD, place.y + 33.0, chip.text, "small", place.width - 2 * PAD))
    return parts, box


def cells_of(band: Band, grid: Grid) -> list[tuple[Chip, float, int]]:
    """Each chip with the left edge of its column and its row."""
    if not band.zoned:
        count = len(grid.zones)
        return [(chip, grid.left_of(grid.zones[at % count]), at // count) for at, chip in enumerate(band.chips)]
    filled: dict[str, int] = {}
    cells = []
    for chip in band.chips:
        zone = chip.zone or ELSEWHERE
        cells.append((chip, grid.left_of(zone), filled.setdefault(zone, 0)))
        filled[zone] += 1
    return cells


def draw_flows(stack: dict[str, Any], outside: dict[str, Box], places: dict[str, Box], grid: Grid) -> list[str]:
    """The way of the readings: into the functions at the left, from them to cache and database at the right.

    The outer line is the one that goes further, so that no two of them cross.
    """
    functions, parts = places["functions"], []
    facts = stack["processing"]
    into = [("api", "query_function_arn", 40.0, 20.0, 0.65), ("queue", "ingest_function_arn", 24.0, 36.0, 0.4)]
    for key, function, edge, turn, at in into:
        if facts.get(function) and key in outside:
            start, y = outside[key], functions.y + functions.height * at
            x, above = functions.x - edge, start.bottom + turn - 4.0
            parts.append(
                svg.arrow(
                    [
                        (start.middle[0], start.bottom),
                        (start.middle[0], above),
                        (x, above),
                        (x, y),
                        (functions.x - 2.0, y),
                    ],
                    MARKER,
                )
            )
    for key, edge, at in (("database", 40.0, 0.4), ("cache", 24.0, 0.65)):
        if key in places:
            x, y, end = functions.right + edge, functions.y + functions.height * at, places[key].middle[1]
            parts.append(svg.arrow([(functions.right, y), (x, y), (x, end), (places[key].right + 2.0, end)], MARKER))
    return parts
