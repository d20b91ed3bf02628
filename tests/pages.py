"""Open a page of report.yml in a real browser, and measure what is on it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright
from playwright.sync_api import Page as BrowserPage

TESTS = Path(__file__).parent
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
# The texts whose contrast with what they are on is below what WCAG's level AA asks for: 4.5, or 3 from 18.7 px bold or 24 px on.
FAINT = """() => {
  const parse = color => (color.match(/[\\d.]+/g) || []).map(Number)
  const clear = color => color === 'none' || color === 'transparent' || parse(color)[3] === 0
  const light = color => parse(color).slice(0, 3)
    .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0)
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  const below = element => {
    for (let up = element; up; up = up.parentElement) {
      const color = getComputedStyle(up).backgroundColor
      if (!clear(color)) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const drawn = text => {
    const box = text.getBBox(), x = box.x + box.width / 2, y = box.y + box.height / 2
    const under = [...text.ownerSVGElement.querySelectorAll('rect')].filter(rect => {
      const place = rect.getBBox()
      return place.x <= x && x <= place.x + place.width && place.y <= y && y <= place.y + place.height
    })
    return under.length ? getComputedStyle(under.at(-1)).fill : below(text.ownerSVGElement)
  }
  return [...document.querySelectorAll('body *')].flatMap(element => {
    const svg = element.closest('svg')
    if (svg ? element.tagName !== 'text' : ![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) return []
    const style = getComputedStyle(element), size = parseFloat(style.fontSize)
    const needed = size >= 24 || (size >= 18.7 && Number(style.fontWeight) >= 700) ? 3 : 4.5
    const found = svg ? contrast(style.fill, drawn(element)) : contrast(style.color, below(element))
    return found < needed ? [`${element.textContent.trim()}: ${found.toFixed(2)}`] : []
  })
}"""
# The texts of pictures that lie on another one, or leave their picture.
JUMBLED = """() => [...document.querySelectorAll('svg.picture')].flatMap(svg => {
  const frame = svg.viewBox.baseVal
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBBox()]).filter(([, box]) => box.width)
  const out = texts.filter(([, b]) => b.x < 0 || b.y < 0 || b.x + b.width > frame.width || b.y + b.height > frame.height)
  const pairs = texts.flatMap(([one, a], at) => texts.slice(at + 1).filter(([, b]) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).map(([other]) => [one + ' / ' + other]))
  return [...out, ...pairs].map(([text]) => text)
})"""


@dataclass
class Page:
    """A page in the browser, with all that it asked for and said."""

    page: BrowserPage
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, path: Path, width: int = 1280, scheme: Any = "light") -> Page:
        """Show a file, as wide as this, light or dark."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=scheme)
        self.page.goto(path.as_uri())
        return self

    def text(self, selector: str = "body") -> str:
        """What a reader sees of an element."""
        return self.page.locator(selector).inner_text()

    def width(self) -> int:
        """How wide the page is; more than the window means that it scrolls sideways."""
        return int(self.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"))

    def faint(self) -> list[str]:
        """Texts that are hard to read."""
        return list(self.page.evaluate(FAINT))

    def jumbled(self) -> list[str]:
        """Texts of pictures that are on each other, or cut off."""
        return list(self.page.evaluate(JUMBLED))


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[BrowserContext]:
    """Chromium with a profile of its own in the folder.

    :arg folder: one that is empty
    """
    path = subprocess.run([str(TESTS / "browser.sh")], capture_output=True, text=True, check=True).stdout.strip()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=path, headless=True, args=[*ARGUMENTS], chromium_sandbox=False
        )
        yield context
        context.close()
