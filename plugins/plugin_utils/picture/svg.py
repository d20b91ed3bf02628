# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Elements of SVG as text. Whatever comes from AWS is escaped here, and nowhere else.

Colours and fonts are those of the page, by classes; sizes of text are estimated, since nobody can measure it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

# Width of a character in parts of the font's size: of names, which have a font of one width, and of headings, which are bold.
CODE, BOLD = 0.61, 0.68
SIZES = {"name": 12.0, "small": 11.0, "title": 13.0, "head": 14.0}
FONTS = {"name": CODE, "small": CODE, "title": BOLD, "head": BOLD}


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


def element(tag: str, attributes: dict[str, object], *children: str) -> str:
    """An element with escaped attributes, around children that are elements already."""
    given = "".join(f' {name}="{escape(number(value), quote=True)}"' for name, value in attributes.items())
    return f"<{tag}{given}>{''.join(children)}</{tag}>"


def number(value: object) -> str:
    """An attribute's value; lengths without needless digits."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def text_width(text: str, font: str) -> float:
    """About how wide a text is.

    :arg font: one of SIZES
    """
    return len(text) * SIZES[font] * FONTS[font]


def fit(text: str, font: str, width: float) -> str:
    """The text, shortened in its middle where it is wider: names of a stack begin and end alike."""
    room = int(width / (SIZES[font] * FONTS[font]))
    if len(text) <= room:
        return text
    kept = max(2, room - 1)
    return f"{text[: kept - kept // 2]}…{text[-(kept // 2) :]}"


def label(x: float, y: float, text: str, font: str, width: float, anchor: str = "start") -> str:
    """A line of text that is no wider than this; a shortened one tells the rest when pointed at.

    :arg y: of the base line
    """
    shown = fit(text, font, width)
    title = element("title", {}, escape(text)) if shown != text else ""
    place: dict[str, object] = {"class": font, "x": x, "y": y}
    return element("text", place if anchor == "start" else {**place, "text-anchor": anchor}, title, escape(shown))


def rectangle(box: Box, kind: str, radius: float = 6.0) -> str:
    """A rectangle of a class."""
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return element("rect", {"class": kind, **place, "rx": radius})


def arrow(points: Iterable[tuple[float, float]], marker: str) -> str:
    """A line with corners, and a head at its end.

    :arg marker: the ID of the head, as in ``heads``
    """
    path = " L".join(f"{number(float(x))} {number(float(y))}" for x, y in points)
    return element("path", {"class": "arrow", "d": f"M{path}", "marker-end": f"url(#{marker})"})


def curve(start: tuple[float, float], end: tuple[float, float], marker: str) -> str:
    """A curve that leaves and arrives level, and a head at its end."""
    bend = (start[0] + end[0]) / 2
    points = (start, (bend, start[1]), (bend, end[1]), end)
    first, *rest = [f"{number(float(x))} {number(float(y))}" for x, y in points]
    return element("path", {"class": "arrow", "d": f"M{first} C{', '.join(rest)}", "marker-end": f"url(#{marker})"})


def heads(marker: str) -> str:
    """What arrows end with. IDs are the page's, so each picture has one of its own."""
    size: dict[str, object] = {"markerWidth": 7, "markerHeight": 7, "refX": 6, "refY": 3.5, "orient": "auto"}
    tip = element("path", {"class": "tip", "d": "M0 0 L7 3.5 L0 7 z"})
    return element("defs", {}, element("marker", {"id": marker, **size}, tip))


def drawing(width: float, height: float, title: str, marker: str, parts: Iterable[str]) -> str:
    """The whole picture, in its own size."""
    size: dict[str, object] = {"width": width, "height": height, "viewBox": f"0 0 {number(width)} {number(height)}"}
    named = element("title", {}, escape(title))
    return element(
        "svg", {"class": "picture", "role": "img", "aria-label": title, **size}, named, heads(marker), *parts
    )
