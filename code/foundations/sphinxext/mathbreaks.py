"""Where a display may be broken over lines: HTML's mathematics has no line breaking, but its parts can wrap.

A formula is cut at its outermost level: after a wide space, and each piece before every relation but the first and
before what is added. The style sheet lays the pieces out side by side; where there is no room for them they wrap, and
then the parts of a piece that is still too wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from foundations.sphinxext.mathspacing import SIGNS, base, is_term

CLASS = "breaks"
"""Of an element whose children may wrap."""

_OPENING, _CLOSING, _BARS = frozenset("([{⌊⌈⟨"), frozenset(")]}⌋⌉⟩"), frozenset("|‖∥")
_RELATIONS = frozenset("=≈≡≠<>≤≥≪≫∼≃→←↦⇒⇔∝")
_WIDE = "2em"
"""The space between two formulas of one display."""


def allow_breaks(formula: Element) -> None:
    """Cut a display in place, if there is a place to."""
    if len(formula) != 1 or formula[0].tag != "mrow":
        return
    row = formula[0]
    pieces = [[*_parts(piece)] for piece in _pieces(list(row))]
    if len(pieces) == len(pieces[0]) == 1:
        return
    formula.remove(row)
    formula.set("class", CLASS)
    for parts in pieces:
        whole = formula if len(pieces) == 1 else Element("mrow", {"class": CLASS} if len(parts) > 1 else {})
        if len(parts) == 1:
            whole.extend(parts[0])
        else:
            whole.extend(_row(part) for part in parts)
        if whole is not formula:
            formula.append(whole)


def _row(part: Sequence[Element]) -> Element:
    """Return a part as a row; an operator at its beginning would be taken for a sign."""
    if part[0].text in SIGNS | _RELATIONS and "form" not in part[0].attrib:
        part[0].set("form", "infix")
    row = Element("mrow")
    row.extend(part)
    return row


def _pieces(row: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield the elements of a row up to each wide space."""
    piece: list[Element] = []
    for element in row:
        piece.append(element)
        if element.tag == "mspace" and element.get("width") == _WIDE:
            yield piece
            piece = []
    if piece:
        yield piece


def _parts(piece: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield the elements of a piece, cut where it may be broken."""
    depth = relations = 0
    between_bars = False
    part: list[Element] = []
    for place, element in enumerate(piece):
        text = (base(element).text or "") if base(element).tag == "mo" else ""
        depth += (text in _OPENING) - (text in _CLOSING)
        between_bars ^= depth == 0 and text in _BARS
        outside = depth == 0 and not between_bars
        relation = outside and text in _RELATIONS
        added = outside and text in SIGNS and place > 0 and is_term(piece[place - 1])
        relations += relation
        if part and ((relation and relations > 1) or added):
            yield part
            part = []
        part.append(element)
    yield part
