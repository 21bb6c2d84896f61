"""Typography of the text: what a browser or a number's format would set wrongly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from sphinx.transforms.post_transforms import SphinxPostTransform

from foundations.typeset import joined, minus

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_CLOSING = re.compile(r"[.,;:!?)\]’”%-]+")


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
                text.parent.replace(text, nodes.Text(minus(text.astext())))


class References(SphinxPostTransform):
    """Keep "Task" and "Figure" with their number and "et" with "al.", and let no link begin with a space."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Replace spaces, and move those at the beginning of a link before it."""
        for link in [*self.document.findall(nodes.reference)]:
            for text in [*link.findall(nodes.Text)]:
                words = text.astext()
                if text is link.next_node(nodes.Text) and words.startswith(" "):
                    link.parent.insert(link.parent.index(link), nodes.Text(" "))
                    words = words.lstrip()
                if (found := joined(words)) != text.astext():
                    text.parent.replace(text, nodes.Text(found))


def setup(app: Sphinx) -> None:
    """Register the transforms."""
    app.add_post_transform(Punctuation)
    app.add_post_transform(Minus)
    app.add_post_transform(References)
