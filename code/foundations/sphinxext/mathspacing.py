"""TeX's spacing of function names, bars and fences, where MathML's operator dictionary would differ."""

from __future__ import annotations

import itertools
from xml.etree.ElementTree import Element

LIMITS = frozenset(["max", "min", "sup", "inf", "lim", "limsup", "liminf", "argmax", "argmin", "det", "gcd"])
"""Functions whose subscript goes underneath in a display."""

THIN = "0.1667em"
_SCRIPTS = frozenset(["msub", "msup", "msubsup", "munder", "mover", "munderover"])
_ROWS = frozenset(["math", "mrow", "mtd", "msqrt", "mstyle", "mphantom", "mpadded"])
_FENCES = frozenset("()[]{}⌊⌋⌈⌉⟨⟩|‖∥")
_ORDINARY = frozenset("∂∇∞…%")


def set_spacing(element: Element) -> None:
    """Adjust an element and all below it in place."""
    _set_symbol(element)
    for child in element:
        set_spacing(child)
    if element.tag in _SCRIPTS:
        _set_limits(element)
    if element.tag in _ROWS:
        _space_functions(element)


def _set_symbol(element: Element) -> None:
    text = element.text or ""
    if element.tag == "mo" and text.replace("\u2009", "").replace("\u2006", "").isalpha() and len(text) > 0:
        element.tag = "mi"
        element.attrib.clear()
        if len(text) == 1:
            element.set("mathvariant", "normal")
    elif element.tag in ("mo", "mi") and text in _FENCES:
        element.tag = "mo"
        if text in "|‖∥" and not element.attrib.keys() & {"form", "minsize"}:
            element.attrib.update({"stretchy": "false", "lspace": "0", "rspace": "0"})
    elif element.tag == "mo" and text in _ORDINARY:
        element.tag = "mi"
        element.set("mathvariant", "normal")
    elif element.tag == "mi" and text and set(text) == {"′"}:
        element.tag = "mo"


def _set_limits(element: Element) -> None:
    """Put the subscript of max and its kin underneath in displays, as MathML does for sums."""
    base = element[0]
    if _function_name(base) not in LIMITS:
        return
    while base.tag == "mrow" and len(base) == 1:
        base = base[0]
    element.tag = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}.get(element.tag, element.tag)
    base.tag = "mo"
    base.attrib.update({"movablelimits": "true", "lspace": "0", "rspace": "0"})


def _function_name(element: Element) -> str:
    """Name the function that an element is, such as ``max``, or return an empty string."""
    while (element.tag in _SCRIPTS or (element.tag == "mrow" and len(element) == 1)) and len(element):
        element = element[0]
    text = (element.text or "").replace("\u2009", "").replace("\u2006", "")
    is_name = element.tag == "mi" or element.get("movablelimits") == "true"
    return text if is_name and len(text) > 1 and text.isalpha() and text.isascii() else ""


def _space_functions(row: Element) -> None:
    """Set a thin space between a function and what it is applied to, unless that is a bracket."""
    children = list(row)
    for left, right in reversed(list(itertools.pairwise(children))):
        touches = _function_name(left) or _function_name(right)
        if touches and _is_ordinary(left) and _is_ordinary(right):
            row.insert(list(row).index(right), Element("mspace", {"width": THIN}))


def _is_ordinary(element: Element) -> bool:
    """Tell whether an element is a term rather than an operator, a bracket or a space."""
    if element.tag in ("mo", "mspace", "mtext"):
        return element.get("movablelimits") == "true"
    if (element.tag in _SCRIPTS or element.tag == "mrow") and len(element):
        return _is_ordinary(element[0])
    return bool(element.text) or len(element) > 0
