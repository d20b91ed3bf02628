# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is drawn in the pictures of places: cards for what is outside the VPC, chips for nodes and functions."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.picture.svg import Box, text_width

LEAST, MOST = 116.0, 300.0
# Between neighbours with an arrow, and without.
LINKED, APART = 54.0, 20.0


class Chip(NamedTuple):
    """A node or function: its name, what it is, its zone if it has one, and whether it is well."""

    name: str
    text: str
    zone: str | None
    well: bool


class Card(NamedTuple):
    """A resource outside the VPC; ``linked`` when an arrow comes from the card before it."""

    key: str
    tier: str
    title: str
    lines: tuple[str, ...]
    linked: bool = False


def outside_cards(stack: dict[str, Any]) -> tuple[list[Card], list[tuple[str, str]]]:
    """The cards from left to right, and the pairs of keys that an arrow joins."""
    api, processing = stack.get("api", {}), stack.get("processing", {})
    secrets, alarms = stack.get("secrets", {}), stack.get("observability", {})
    cards = [client_card(api)]
    if api.get("rest_api_id"):
        stage = f"stage {api['stage_name']}" if api.get("stage_name") else "no stage"
        cards.append(Card("api", "api", "API Gateway", (api["rest_api_id"], stage, *guards(api)), linked=True))
    if processing.get("queue_url"):
        linked = cards[-1].key == "api"
        cards.append(Card("queue", "processing", "Queue", (queue_name(processing["queue_url"]),), linked))
    if processing.get("dead_letter_queue_url"):
        waiting = f"{processing.get('messages_failed', 0)} messages"
        name = queue_name(processing["dead_letter_queue_url"])
        cards.append(Card("failed", "processing", "Dead letters", (name, waiting), linked=cards[-1].key == "queue"))
    if secrets.get("secret_name"):
        rotation = "rotated" if secrets.get("rotated_secrets") else "not rotated"
        cards.append(Card("secrets", "secrets", "Secrets Manager", (secrets["secret_name"], rotation)))
    if alarms.get("alarms"):
        cards.append(Card("alarms", "observability", "CloudWatch", (f"{len(alarms['alarms'])} alarms",)))
    links = [(before.key, card.key) for before, card in zip(cards, cards[1:], strict=False) if card.linked]
    return cards, links


def client_card(api: dict[str, Any]) -> Card:
    """Who calls."""
    count = len(api.get("client_keys") or ()) + bool(api.get("api_key_id"))
    return Card("clients", "clients", "Clients", (f"{count} API key{'' if count == 1 else 's'}",))


def guards(api: dict[str, Any]) -> tuple[str, ...]:
    """What is in front of the API: a domain, a web ACL."""
    domain = api.get("domain")
    return tuple(filter(None, (domain["name"] if domain else "", "web ACL" if api.get("web_acl_arn") else "")))


def queue_name(url: str) -> str:
    """The name of a queue."""
    return url.rsplit("/", 1)[-1]


def place_cards(cards: list[Card], y: float) -> list[tuple[Card, Box]]:
    """The cards side by side, all as high as the highest."""
    height = 34.0 + 17.0 * max(len(card.lines) for card in cards) + 8.0
    placed, x = [], 1.0
    for at, card in enumerate(cards):
        x += 0.0 if at == 0 else LINKED if card.linked else APART
        texts = [text_width(card.title, "title"), *(text_width(line, "small") for line in card.lines)]
        box = Box(x, y, min(MOST, max(LEAST, max(texts) + 32.0)), height)
        placed.append((card, box))
        x = box.right
    return placed
