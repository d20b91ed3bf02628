"""What a page of the documentation's site loads from elsewhere is found, and links are none of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from stacks import ROOT

sys.path.append(str(ROOT / "docs" / "site"))
from external_assets import main


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", '<script src="https://cdn.example.com/a.js"></script>'),
        ("page.html", '<link rel="stylesheet" href="//fonts.example.com/css">'),
        ("page.html", '<img src="http://example.com/a.png">'),
        ("page.html", "<style>body { background: url('https://example.com/a.png') }</style>"),
        ("site.css", '@import "https://fonts.example.com/css";'),
        ("picture.svg", '<svg><image xlink:href="https://example.com/a.png"/></svg>'),
    ],
)
def test_what_is_loaded_from_elsewhere_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)

    assert main(tmp_path) == 1
    assert f"{name} loads " in capsys.readouterr().err


def test_links_and_own_assets_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<link rel="canonical" href="https://example.com/"><link rel="stylesheet" href="_static/site.css">'
        '<a href="https://example.com">elsewhere</a><img src="a.svg">'
    )
    (tmp_path / "site.css").write_text("/* https://example.com */ body { background: url(a.png) }")

    assert main(tmp_path) == 0
