# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The picture of who may connect to what: security groups, with an arrow for each of their rules.

Who may come is on the left, where the groups' members may go is on the right. Each rule has a row of its group to itself, so
that no arrow ends on another, and no text is in the way of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.iot.sensor_stack.plugins.module_utils.ec2.security_groups import rule_source, traffic_text
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture import svg
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.svg import Box

MARKER = "head-traffic"
ROW, HEAD, PAD, GAP = 26.0, 36.0, 14.0, 22.0
REACH = 96.0  # between the columns, for the arrows
WIDEST = 300.0
ANYWHERE = ("0.0.0.0/0", "::/0")
NOTHING = "nothing comes in"


@dataclass(frozen=True)
class Row:
    """A rule in its group: where it is, what it lets through, and from or to whom."""

    y: float
    text: str
    peer: str


@dataclass(frozen=True)
class Group:
    """A security group as it is drawn."""

    name: str
    box: Box
    ingress: tuple[Row, ...]
    egress: tuple[Row, ...]


def draw_traffic(stack: dict[str, Any]) -> str:
    """The picture, empty text where no group is known."""
    known = list({group["id"]: group for group in security_groups(stack)}.values())
    if not known:
        return ""
    names = {group["id"]: group["name"] for group in known}
    sources = column_width(peers(known, "rules", names))
    targets = column_width(peers(known, "rules_egress", names))
    groups = lay_out(known, names, sources + REACH if sources else 1.0)
    right = groups[0].box.right + REACH
    parts = [part for group in groups for part in draw_group(group)]
    parts += draw_peers(groups, "rules", Box(1.0, 0.0, sources, 0.0), set(names.values()))
    parts += draw_peers(groups, "rules_egress", Box(right, 0.0, targets, 0.0), set(names.values()))
    width = right + targets if targets else groups[0].box.right
    return svg.drawing(width + 2.0, lowest(groups) + 2.0, "Security groups and their rules", MARKER, parts)


def security_groups(stack: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The groups of all tiers."""
    return (group for facts in stack.values() for group in facts.get("security_groups") or ())


def peer_text(rule: dict[str, Any], names: dict[str, str]) -> str:
    """From or to whom a rule lets traffic through."""
    value = str(rule[rule_source(rule)])
    return names.get(value, f"anywhere {value}" if value in ANYWHERE else value)


def peers(groups: list[dict[str, Any]], way: str, names: dict[str, str]) -> list[str]:
    """All of a way, each once."""
    return list(dict.fromkeys(peer_text(rule, names) for group in groups for rule in group[way]))


def column_width(texts: list[str]) -> float:
    """How wide the boxes of these texts are."""
    return min(WIDEST, max((svg.text_width(text, "name") for text in texts), default=-2 * PAD) + 2 * PAD)


def lay_out(known: list[dict[str, Any]], names: dict[str, str], x: float) -> list[Group]:
    """The groups below each other, all as wide as the widest."""
    width = max(group_width(group) for group in known)
    groups, y = [], 1.0
    for group in known:
        rows = max(len(group["rules"]), len(group["rules_egress"]), 1)
        box = Box(x, y, width, HEAD + rows * ROW + 8.0)
        groups.append(
            Group(group["name"], box, *(lay_rows(group[way], names, box) for way in ("rules", "rules_egress")))
        )
        y = box.bottom + GAP
    return groups


def lay_rows(rules: list[dict[str, Any]], names: dict[str, str], box: Box) -> tuple[Row, ...]:
    """The rules of a way, from the top."""
    first = box.y + HEAD + ROW / 2
    return tuple(Row(first + at * ROW, traffic_text(rule), peer_text(rule, names)) for at, rule in enumerate(rules))


def group_width(group: dict[str, Any]) -> float:
    """As wide as its name, or as what comes in beside what goes out."""
    ways = ([traffic_text(rule) for rule in group[way]] for way in ("rules", "rules_egress"))
    sides = [max(svg.text_width(text, "small") for text in texts or [NOTHING]) for texts in ways]
    return min(WIDEST, max(svg.text_width(group["name"], "name"), sum(sides) + 2 * PAD, 180.0) + 2 * PAD)


def draw_group(group: Group) -> list[str]:
    """Its box and the texts of its rules; the arrows come with their other ends."""
    box, half = group.box, group.box.width / 2 - PAD
    parts = [
        svg.rectangle(box, "group"),
        svg.label(box.x + PAD, box.y + 23.0, group.name, "name", box.width - 2 * PAD),
    ]
    parts += [svg.label(box.x + PAD, row.y + 4.0, row.text, "small", half) for row in group.ingress]
    parts += [svg.label(box.right - PAD, row.y + 4.0, row.text, "small", half, "end") for row in group.egress]
    if not group.ingress:
        parts.append(svg.label(box.x + PAD, box.y + HEAD + ROW / 2 + 4.0, NOTHING, "small", box.width - 2 * PAD))
    return parts


def draw_peers(groups: list[Group], way: str, column: Box, names: set[str]) -> list[str]:
    """The other ends of a way, each near its rules, and an arrow a rule.

    :arg column: where they are from left to right
    :arg names: what groups of the stack are called, which look like groups here too
    """
    ends = [(row, group) for group in groups for row in (group.ingress if way == "rules" else group.egress)]
    wished: dict[str, list[float]] = {}
    for row, _group in ends:
        wished.setdefault(row.peer, []).append(row.y)
    places = spread({peer: sum(ys) / len(ys) for peer, ys in wished.items()}, lowest(groups))
    parts = []
    for peer, y in places.items():
        box = Box(column.x, y - 15.0, column.width, 30.0)
        parts.append(svg.rectangle(box, peer_kind(peer, way, names)))
        parts.append(svg.label(box.middle[0], y + 4.0, peer, "name", box.width - PAD, "middle"))
    for row, group in ends:
        here, there = (column.x, places[row.peer]), (group.box.right, row.y)
        if way == "rules":
            parts.append(svg.curve((column.right, here[1]), (group.box.x - 2.0, row.y), MARKER))
        else:
            parts.append(svg.curve(there, (here[0] - 2.0, here[1]), MARKER))
    return parts


def peer_kind(peer: str, way: str, names: set[str]) -> str:
    """The class of another end: a group, anybody who may come in, or some addresses."""
    if peer in names:
        return "group"
    return "peer open" if way == "rules" and peer.startswith("anywhere ") else "peer"


def spread(wished: dict[str, float], bottom: float) -> dict[str, float]:
    """Each as near to its wish as the others let it: none on another, none outside while there is room."""
    step, placed = 40.0, dict(sorted(wished.items(), key=lambda item: item[1]))
    least = 17.0
    for peer, y in placed.items():
        placed[peer] = max(y, least)
        least = placed[peer] + step
    most = max(bottom - 16.0, 17.0 + step * (len(placed) - 1))
    for peer, y in reversed(list(placed.items())):
        placed[peer] = min(y, most)
        most = placed[peer] - step
    return placed


def lowest(groups: list[Group]) -> float:
    """The lower edge of the picture: of the groups, or of more other ends than these have room for."""
    most = max(len({row.peer for group in groups for row in rows(group)}) for rows in (ingress_of, egress_of))
    return max(groups[-1].box.bottom, most * 40.0)


def ingress_of(group: Group) -> tuple[Row, ...]:
    """What comes in."""
    return group.ingress


def egress_of(group: Group) -> tuple[Row, ...]:
    """What goes out."""
    return group.egress
