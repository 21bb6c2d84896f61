"""The site asks no other site for anything: a finished build that would is reported, page by page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

FETCHING_LINKS = frozenset(
    {
        "stylesheet",
        "icon",
        "apple-touch-icon",
        "manifest",
        "preload",
        "modulepreload",
        "prefetch",
        "preconnect",
        "dns-prefetch",
    }
)
"""Kinds of ``<link>`` for which a browser makes a request without being asked."""

_FOREIGN = re.compile(r"\s*(?:https?:|wss?:)?//", re.IGNORECASE)
_HARMLESS = (
    r"<a\b(?![^>]*\bstyle)[^>]*>",
    r'xmlns(?::\w+)?="[^"]*"',
    r"<!DOCTYPE[^>]*>",
    r"(?s)<metadata>.*?</metadata>",
    r'"data:[^"\s]*"',
)
"""Where slashes request nothing: links that a reader follows, namespaces, what an image says of itself, data."""
_CSS_REQUEST = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)
_SCRIPT_REQUEST = re.compile(
    r"""(?:\bsrc\s*=\s*|\bfetch\(\s*|\bimport\(\s*|\bimportScripts\(\s*)["'`]((?:https?:)?//[^"'`]+)"""
)


class _Requests(HTMLParser):
    """Collects the foreign addresses that a page makes a browser ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text_of: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes by which this element loads something."""
        values = {name: value or "" for name, value in attrs}
        self._text_of = tag if tag in ("style", "script") else None
        if tag == "link" and set(values.get("rel", "").lower().split()) & FETCHING_LINKS:
            self._note(values.get("href", ""))
        elif tag in ("image", "use"):  # of SVG
            self._note(values.get("href", "") or values.get("xlink:href", ""))
        elif tag == "object":
            self._note(values.get("data", ""))
        for name in ("src", "poster"):
            self._note(values.get(name, ""))
        for candidate in values.get("srcset", "").split(","):
            self._note(candidate)
        self.found += foreign_in_css(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Look into inline styles and scripts."""
        if self._text_of == "style":
            self.found += foreign_in_css(data)
        elif self._text_of == "script":
            self.found += foreign_in_script(data)

    def handle_endtag(self, tag: str) -> None:
        """Leave a style or script."""
        del tag
        self._text_of = None

    def _note(self, address: str) -> None:
        if _FOREIGN.match(address):
            self.found.append(address.strip())


def foreign_in_page(text: str) -> list[str]:
    """List the addresses at other origins that an HTML page or an SVG image makes a browser request."""
    rest = text
    for pattern in _HARMLESS:
        rest = re.sub(pattern, "", rest)
    if "//" not in rest:
        return []  # nearly all end here: to parse them takes ten times as long
    parser = _Requests()
    parser.feed(text)
    return parser.found


def foreign_in_css(text: str) -> list[str]:
    """List the addresses at other origins that a stylesheet requests by ``url()`` or ``@import``."""
    addresses = ("".join(match) for match in _CSS_REQUEST.findall(text))
    return [address for address in addresses if _FOREIGN.match(address)]


def foreign_in_script(text: str) -> list[str]:
    """List the addresses at other origins that a script plainly loads; one that it assembles is not seen."""
    return _SCRIPT_REQUEST.findall(text)


def foreign_requests(site: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of a built site that would request something elsewhere, with the address."""
    finders = {".html": foreign_in_page, ".css": foreign_in_css, ".js": foreign_in_script, ".svg": foreign_in_page}
    for path in sorted(site.rglob("*")):
        if finder := finders.get(path.suffix):
            for address in finder(path.read_text(encoding="utf-8")):
                yield path, address


def check(app: Sphinx, exception: Exception | None) -> None:
    """Warn of each foreign request, so that a strict build fails."""
    if exception is None and app.builder.format == "html":
        for path, address in foreign_requests(Path(app.outdir)):
            name = path.relative_to(app.outdir).as_posix()
            logger.warning("%s would make readers' browsers request %s", name, address, type="offline")


def setup(app: Sphinx) -> None:
    """Check when all else has been written."""
    app.connect("build-finished", check, priority=900)
