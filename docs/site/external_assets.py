"""Names what pages of HTML load from elsewhere, and fails when there is something: external_assets.py <folder>."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

# What a browser fetches for a page, unlike links that a reader may follow.
LOADED = {"src", "srcset", "poster", "data", "xlink:href"}
LINKS_TO_PAGES = {"author", "canonical", "index", "next", "prev", "search"}
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.urls += [value for name, value in attributes.items() if name in LOADED]
        if tag == "link" and attributes.get("rel") not in LINKS_TO_PAGES:
            self.urls.append(attributes.get("href", ""))


def external_assets(path: Path) -> list[str]:
    """What a file of HTML, CSS or SVG loads from elsewhere."""
    text = path.read_text()
    page = Page()
    if path.suffix != ".css":
        page.feed(text)
    return [url for url in page.urls if url.startswith(("http:", "https:", "//"))] + IN_STYLE.findall(text)


def main(folder: Path) -> int:
    found = [
        f"{path.relative_to(folder)} loads {url}"
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".css", ".html", ".svg"}
        for url in external_assets(path)
    ]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
