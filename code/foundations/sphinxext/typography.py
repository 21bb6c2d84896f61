"""Typography of the text: what a browser or a number's format would set wrongly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_CLOSING = re.compile(r"[.,;:!?)\]’”%-]+")
_HYPHEN = re.compile(r"(?<!e)-(?=\d)")  # not that of an exponent


class Punctuation(SphinxPostTransform):
    """Keep a formula within a line together with the punctuation after it, which a browser would let begin a line."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Put both into an element that does not break."""
        for formula in [*self.document.findall(nodes.math)]:
            text = formula.next_node(descend=False, siblings=True)
            if not (isinstance(text, nodes.Text) and (mark := _CLOSING.match(text.astext()))):
                continue
            parent = formula.parent
            # By identity: `Element.replace` takes the first text that reads the same.
            place = next(place for place, child in enumerate(parent.children) if child is formula)
            parent[place + 1] = nodes.Text(text.astext()[mark.end() :])
            parent[place] = nodes.inline("", "", formula.deepcopy(), nodes.Text(mark[0]), classes=["unbroken"])


class Minus(SphinxPostTransform):
    """Write the negative numbers that come from results with a minus, as formulas and tables do."""

    default_priority = 900

    def run(self, **_: object) -> None:
        """Replace the hyphens of Python's formats."""
        for number in self.document.findall(nodes.inline):
            for text in [*number.findall(nodes.Text)] if "pasted-text" in number["classes"] else []:
                text.parent.replace(text, nodes.Text(_HYPHEN.sub("\N{MINUS SIGN}", text.astext())))


def setup(app: Sphinx) -> None:
    """Register the transforms."""
    app.add_post_transform(Punctuation)
    app.add_post_transform(Minus)
