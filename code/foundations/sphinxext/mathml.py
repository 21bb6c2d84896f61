"""LaTeX to MathML Core, the part of MathML that browsers implement."""

from __future__ import annotations

import html
import itertools
from typing import Literal
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

from foundations.sphinxext.alphabets import restyle
from foundations.sphinxext.latex import normalise
from foundations.sphinxext.mathbreaks import allow_breaks
from foundations.sphinxext.mathspacing import set_spacing

CORE = frozenset(
    word
    for line in (
        "math mrow mstyle mpadded mphantom mspace mi mn mo mtext",
        "mfrac msqrt mroot msub msup msubsup munder mover munderover",
        "mtable mtr mtd",
    )
    for word in line.split()
)
"""The elements of MathML Core that a formula here may use."""

PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
"""How many children an element must have."""

NAMED_SPACES = {
    "negativethinmathspace": "-0.1667em",
    "negativemediummathspace": "-0.2222em",
    "negativethickmathspace": "-0.2778em",
    "thinmathspace": "0.1667em",
    "mediummathspace": "0.2222em",
    "thickmathspace": "0.2778em",
}
"""Lengths that MathML 3 had names for and MathML Core has not."""

_ESCAPED = {r"\|": "‖", r"\{": "{", r"\}": "}", r"\%": "%", r"\&": "&", r"\#": "#", r"\_": "_", r"\$": "$"}
"""What latex2mathml leaves as it was after a sizing command such as ``\\bigl``."""

_ACCENTS = {"^": "ˆ", "~": "˜"} | {mark: mark for mark in "˙¯→ˇ˘¨"}


class MathError(ValueError):
    """A formula that cannot be turned into MathML Core; the message says why."""


def to_mathml(latex: str, display: Literal["inline", "block"] = "inline") -> str:
    r"""Convert a formula.

    Parameters
    ----------
    latex : str
        The formula, without dollar signs.
    display : {"inline", "block"}
        Within a line, or set apart.

    Returns
    -------
    str
        A ``<math>`` element whose ``alttext`` is the LaTeX source.

    Raises
    ------
    MathError
        If a command is unknown, a brace or environment does not close, or the result would need more than
        MathML Core.
    """
    try:
        tree = convert_to_element(normalise(latex), display=display)
    except Exception as error:  # latex2mathml raises bare IndexError, StopIteration and its own errors alike
        reason = " ".join([type(error).__name__, *map(str, error.args)])
        raise MathError(f"{latex!r} cannot be read ({reason})") from error
    _clean(tree, latex)
    set_spacing(tree)
    if display == "block":
        allow_breaks(tree)
    tree.attrib.pop("xmlns", None)
    tree.set("alttext", " ".join(latex.split()))
    return tostring(tree, encoding="unicode", short_empty_elements=False)


def _clean(element: Element, latex: str) -> None:
    """Bring an element and all below it to MathML Core, or say what cannot be."""
    if element.tag not in CORE or "rowlines" in element.attrib or "columnlines" in element.attrib:
        raise MathError(f"{latex!r} needs {element.tag} {dict(element.attrib)}, which browsers do not draw")
    if element.get("linebreak"):
        raise MathError(rf"{latex!r} has \\ outside an environment")
    if len(element) != PARTS.get(element.tag, len(element)):
        raise MathError(f"{latex!r} has {element.tag} with {len(element)} parts instead of {PARTS[element.tag]}")
    for child in element:
        _clean(child, latex)
    if element.text:
        _clean_text(element, latex)
    _clean_attributes(element)
    _join(element)


def _clean_text(element: Element, latex: str) -> None:
    text = html.unescape(element.text or "")
    text = _ESCAPED.get(text, text)
    if element.tag != "mtext" and (text == "&" or (text.startswith("\\") and len(text) > 1)):
        raise MathError(f"{latex!r} has {text!r} where latex2mathml does not know it")
    if element.tag == "mtext" and "$" in text:
        raise MathError(f"{latex!r} has mathematics within text; close the text before it")
    variant = element.attrib.get("mathvariant")
    if variant is not None and not (variant == "normal" and element.tag == "mi"):
        del element.attrib["mathvariant"]
        text = text if variant == "normal" or element.tag == "mtext" else restyle(text, variant)
        if element.tag == "mtext":
            element.set("class", f"text-{variant}")
    element.text = text


def _clean_attributes(element: Element) -> None:
    for name in ("columnspacing", "rowspacing"):
        element.attrib.pop(name, None)
    if align := element.attrib.pop("columnalign", None):
        element.set("class", f"align-{align}")
    if element.tag == "mspace" and element.get("width") in NAMED_SPACES:
        element.set("width", NAMED_SPACES[element.attrib["width"]])
    if element.tag == "mover" and len(element) == 2 and (accent := element[1]).text in _ACCENTS:
        if accent.get("stretchy") is None and element.get("accent") is None:
            accent.set("stretchy", "true")  # the wide forms
        elif accent.text not in "¯→" or len("".join(element[0].itertext())) == 1:
            accent.set("stretchy", "false")
        accent.text = _ACCENTS[accent.text or ""]
        element.set("accent", "true")
    elif element.tag == "mover" and element[1].text == "\N{HORIZONTAL BAR}":
        # No character stretches to a line over a term in all fonts; the style sheet draws it.
        element.remove(element[1])
        element.tag = "mrow"
        element.set("class", "overline")


def _join(element: Element) -> None:
    """Join what LaTeX spells letter by letter: upright words, and numbers with a comma such as 1{,}000."""
    children = list(element)
    for left, right in itertools.pairwise(children):
        if left.tag == right.tag == "mi" and left.get("mathvariant") == right.get("mathvariant") == "normal":
            right.text = f"{left.text}{right.text}"
            element.remove(left)
    for child in element.findall("mi[@mathvariant='normal']"):
        if len(child.text or "") > 1:
            del child.attrib["mathvariant"]
    for first, comma, last in zip(children, children[1:], children[2:], strict=False):
        is_comma = comma.tag == "mrow" and [mark.text for mark in comma] == [","]
        if first.tag == last.tag == "mn" and is_comma:
            last.text = f"{first.text},{last.text}"
            element.remove(first)
            element.remove(comma)
