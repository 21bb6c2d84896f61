"""The HTML math renderer ``mathml``: formulas become MathML when the book is built, with no script in the page."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from foundations.sphinxext.latex import display_lines
from foundations.sphinxext.mathml import MathError, to_mathml

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

WIDE = 32
"""Glyphs in a display beyond which it may be wider than a phone, so that its box takes the keyboard's focus."""


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(_render(node, node.astext(), "inline"))
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula set apart, in a box that scrolls, with its number and anchor if it has one."""
    formula = _render(node, display_lines(node.astext()), "block")
    glyphs = re.sub(r"<[^>]*>|\s", "", formula)
    focus = ' tabindex="0"' if len(html.unescape(glyphs)) > WIDE else ""
    self.body.append(self.starttag(node, "div", CLASS="math displaymath"))
    self.body.append(f'<div class="math-box"{focus}>{formula}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _render(node: nodes.Node, latex: str, display: Literal["inline", "block"]) -> str:
    try:
        return to_mathml(latex, display)
    except MathError as error:
        logger.warning("formula not rendered: %s", error, location=node, type="mathml")
        return f'<code class="math-error">{html.escape(latex)}</code>'


def setup(app: Sphinx) -> None:
    """Register the renderer; ``html_math_renderer: mathml`` chooses it."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
