"""Where a display may be broken over lines: HTML's mathematics has no line breaking, but its parts can wrap.

A formula is cut at its outermost level: after a wide space, and each piece before every relation but the first and
before what is added. The style sheet lays the pieces out side by side; where there is no room for them they wrap, and
then the parts of a piece that is still too wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from foundations.sphinxext.mathspacing import BARS, BRACKETS, SIGNS, is_term, nucleus

CLASS = "breaks"
"""Of an element whose children may wrap."""

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
    formula.extend(_rows(pieces[0]) if len(pieces) == 1 else [_wrapping(parts) for parts in pieces])


def _wrapping(parts: Sequence[Sequence[Element]]) -> Element:
    """Return a piece as a row, whose parts may wrap if there are several."""
    rows = _rows(parts)
    if len(rows) == 1:
        return rows[0]
    piece = Element("mrow", {"class": CLASS})
    piece.extend(rows)
    return piece


def _rows(parts: Sequence[Sequence[Element]]) -> list[Element]:
    """Return each part as a row; the operators at the cuts would be taken for signs there."""
    for part in parts[1:]:
        nucleus(part[0]).set("form", "infix")
    rows = [Element("mrow") for _ in parts]
    for row, part in zip(rows, parts, strict=True):
        row.extend(part)
    return rows


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
        symbol = nucleus(element)
        text = (symbol.text or "") if symbol.tag == "mo" else ""
        depth += (text in BRACKETS) - (text in BRACKETS.values())
        between_bars ^= depth == 0 and text in BARS
        outside = depth == 0 and not between_bars
        relation = outside and text in _RELATIONS
        added = outside and text in SIGNS and place > 0 and is_term(piece[place - 1])
        relations += relation
        if part and ((relation and relations > 1) or added):
            yield part
            part = []
        part.append(element)
    yield part
