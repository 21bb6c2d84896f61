"""Corrections of the finished pages where the theme offers no option.

- Icons are glyphs of a font. The theme also loads a script of 1.5 MB that draws them once more; it goes, and so do
  the source maps, which only a debugger of the theme would miss.
- Two labels for assistive technology contradict the text that is seen (WCAG 2.5.3); without them, that text counts.
- On a first visit the theme knows neither mode nor colours until its script has run; it follows the system at once.
- References have a deprecated role, which is none of a list's items (WCAG 1.3.1).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_SYSTEM_THEME = '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'

CORRECTIONS = (
    (r'[ \t]*<script[^>]*\bsrc="[^"]*/scripts/fontawesome\.js[^"]*"[^>]*></script>\n?', ""),
    (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
    (r'(<button class="[^"]*\bsearch-button-field\b[^"]*"[^>]*) aria-label="[^"]*"', r"\1"),
    (r'(localStorage\.getItem\("mode"\) \|\| )""', r'\1"auto"'),
    (r'(localStorage\.getItem\("theme"\) \|\| )""', rf"\1{_SYSTEM_THEME}"),
    (r'role="doc-biblioentry"', 'role="listitem"'),
)
"""What is replaced in every page, and by what."""

SURPLUS = ("scripts/fontawesome.js*", "**/*.js.map", "**/*.css.map")
"""Files below ``_static`` that no page needs."""


def corrected(page: str) -> str:
    """Return a page's HTML with every correction made; twice is the same as once.

    Examples
    --------
    >>> corrected('<script defer src="_static/scripts/fontawesome.js?digest=1"></script><p>')
    '<p>'
    """
    for pattern, replacement in CORRECTIONS:
        page = re.sub(pattern, replacement, page)
    return page


def correct(app: Sphinx, exception: Exception | None) -> None:
    """Correct every page of the site, and remove the surplus files."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if (better := corrected(text)) != text:
            path.write_text(better, encoding="utf-8")
    for pattern in SURPLUS:
        for path in (site / "_static").glob(pattern):
            path.unlink()


def setup(app: Sphinx) -> None:
    """Connect after the pages have been written and before they are checked."""
    app.connect("build-finished", correct, priority=800)
