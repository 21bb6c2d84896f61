"""Where a display may be broken over lines: HTML's mathematics has no line breaking, but its parts can wrap.

A formula is cut at its outermost level: after a wide space, before every relation but the first, and before what is
added. The style sheet lays the parts out side by side and lets those wrap for which there is no room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from foundations.sphinxext.mathspacing import SIGNS, base, is_term

CLASS = "breaks"
"""Of a formula whose parts may wrap."""

_OPENING, _CLOSING = frozenset("([{⌊⌈⟨"), frozenset(")]}⌋⌉⟩")
_RELATIONS = frozenset("=≈≡≠<>≤≥≪≫∼≃→←↦⇒⇔∝")
_WIDE = "2em"
"""The space between two formulas of one display."""


def allow_breaks(formula: Element) -> None:
    """Cut a display in place, if there is a place to."""
    if len(formula) != 1 or formula[0].tag != "mrow":
        return
    row = formula[0]
    parts = [*_parts(list(row))]
    if len(parts) < 2:
        return
    formula.remove(row)
    formula.set("class", CLASS)
    for place, part in enumerate(parts):
        if place > 0 and part[0].text in SIGNS | _RELATIONS and "form" not in part[0].attrib:
            part[0].set("form", "infix")  # at the beginning of a row it would be taken for a sign
        cut = Element("mrow")
        cut.extend(part)
        formula.append(cut)


def _parts(row: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield the elements of a row, part by part."""
    depth = relations = 0
    part: list[Element] = []
    for place, element in enumerate(row):
        text = (base(element).text or "") if base(element).tag == "mo" else ""
        depth += (text in _OPENING) - (text in _CLOSING)
        wide = element.tag == "mspace" and element.get("width") == _WIDE
        relation = depth == 0 and text in _RELATIONS
        added = depth == 0 and text in SIGNS and place > 0 and is_term(row[place - 1])
        relations += relation
        if part and ((relation and relations > 1) or added):
            yield part
            part = []
        part.append(element)
        if wide and depth == 0:
            yield part
            part, relations = [], 0
    if part:
        yield part
