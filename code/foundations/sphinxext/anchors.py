"""Claims and checks that cells display can be linked to: ``[text](#claim-adam-faster)`` works from any page.

A cell's HTML output is opaque to Sphinx. Its ``id`` attributes that begin with ``claim-`` or ``check-`` become
labels here.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, cast

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains.std import StandardDomain

logger = logging.getLogger(__name__)

_ANCHOR = re.compile(
    r"""<(?:aside|div|section)\b[^>]*\bid=["']((?:claim|check)-[\w-]+)["'][^>]*>(.*?)</p>""", re.DOTALL
)


def anchors_in(text: str) -> list[tuple[str, str]]:
    """List the anchors in HTML, each with the plain text of its first paragraph.

    Examples
    --------
    >>> anchors_in('<aside class="claim" id="claim-x"><p>Adam is <em>faster</em>.</p></aside>')
    [('claim-x', 'Adam is faster.')]
    """
    return [(name, html.unescape(re.sub(r"<[^>]*>", "", body)).strip()) for name, body in _ANCHOR.findall(text)]


def register(app: Sphinx, doctree: nodes.document) -> None:
    """Make labels of the anchors in the raw HTML of the page just read; one name on two pages is a warning."""
    domain = cast("StandardDomain", app.env.get_domain("std"))
    page = app.env.docname
    for node in doctree.findall(nodes.raw):
        for name, sentence in anchors_in(node.astext()) if "html" in node["format"] else ():
            other = domain.labels.get(name, (page,))[0]
            if other != page:
                logger.warning("%s is already on page %s", name, other, location=node, type="anchors")
            domain.labels[name] = (page, name, sentence)
            domain.anonlabels[name] = (page, name)


def setup(app: Sphinx) -> None:
    """Connect after the standard domain has cleared what the page said before."""
    app.connect("doctree-read", register)
