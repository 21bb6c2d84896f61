"""TeX's spacing of function names, signs, bars and fences, where MathML's operator dictionary would differ."""

from __future__ import annotations

import itertools
from xml.etree.ElementTree import Element

LIMITS = frozenset(["max", "min", "sup", "inf", "lim", "limsup", "liminf", "argmax", "argmin", "det", "gcd"])
"""Functions whose subscript goes underneath in a display."""

SIGNS = frozenset("+−±∓")
THIN = "0.1667em"
HOOK = "0.12em"
"""How far the hook of an italic f reaches over what follows."""
_SCRIPTS = frozenset(["msub", "msup", "msubsup", "munder", "mover", "munderover"])
_ROWS = frozenset(["math", "mrow", "mtd", "msqrt", "mstyle", "mphantom", "mpadded"])
BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}
BARS = frozenset("|‖∥")
_PRIMES = frozenset("′″‴")
_FENCES = frozenset(BRACKETS) | frozenset(BRACKETS.values()) | BARS
_ORDINARY = frozenset("∂∇∞…%")
_MARKS = frozenset(",.")
_QUADS = frozenset(["1em", "2em"])
_LARGE = frozenset("∑∏∐⋃⋂⋁⋀")
_UNDER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_ENDS = frozenset(BRACKETS.values()) | BARS | _PRIMES | {"!"}
_CLOSING = BRACKETS | {bar: bar for bar in BARS}


def set_spacing(element: Element) -> None:
    """Adjust an element and all below it in place."""
    _set_symbol(element)
    for child in element:
        set_spacing(child)
    if element.tag in _SCRIPTS:
        _set_limits(element)
        _set_prime(element)
        _clear_hook(element)
    if element.tag in _ROWS:
        _group_sized_fences(element)
        _set_signs(element)
        _set_marks_apart(element)
        _space_functions(element)


def _set_symbol(element: Element) -> None:
    text = element.text or ""
    if element.tag == "mo" and _is_name(text):
        element.tag = "mi"
        element.attrib.clear()
        if len(text) == 1:
            element.set("mathvariant", "normal")
    elif element.tag in ("mo", "mi") and text in _FENCES:
        element.tag = "mo"
        if text in BARS and "form" not in element.attrib:
            element.attrib.update({"lspace": "0", "rspace": "0"})
            element.set("stretchy", "true" if "minsize" in element.attrib else "false")
    elif element.tag == "mo" and text in _ORDINARY:
        element.tag = "mi"
        element.set("mathvariant", "normal")
    elif element.tag == "mi" and text and {*text} <= _PRIMES:
        element.tag = "mo"
    elif element.tag == "mi" and text in SIGNS:
        element.tag = "mo"  # plus or minus
    elif element.tag == "mo" and text == "*":
        element.text = "∗"  # as a superscript the other stands too high
    elif element.tag == "mi" and text == "~":
        element.tag, element.text = "mo", "∼"
    elif element.tag == "mi" and len(text) == 1 and "Α" <= text <= "Ω":
        element.set("mathvariant", "normal")  # TeX's capital Greek letters are upright


def _set_prime(script: Element) -> None:
    """Set a prime on the line: its glyph is raised already."""
    mark = script[1].text if script[1].tag == "mo" else ""
    if script.tag == "msup" and mark and {*mark} <= _PRIMES:
        script.tag = "mrow"
        script[1].attrib.update({"lspace": "0", "rspace": "0"})


def _clear_hook(script: Element) -> None:
    """Move an exponent off the hook of an italic f, as TeX does; Chromium sets it right over the hook."""
    if script.tag in ("msup", "msubsup") and script[0].text == "f" and not script[0].attrib:
        raised = script[-1]
        script.remove(raised)
        group = Element("mrow")
        group.extend([Element("mspace", {"width": HOOK}), raised])
        script.append(group)


def _set_limits(element: Element) -> None:
    """Put the subscript of max and its kin underneath in displays, as MathML does for sums."""
    base = element[0]
    if base.tag == "mo" and base.text in _LARGE and "movablelimits" not in base.attrib:
        element.tag = _UNDER.get(element.tag, element.tag)
    if _function_name(base) not in LIMITS:
        return
    while base.tag == "mrow" and len(base) == 1:
        base = base[0]
    element.tag = _UNDER.get(element.tag, element.tag)
    base.tag = "mo"
    base.attrib.update({"movablelimits": "true", "lspace": "0", "rspace": "0"})


def _function_name(element: Element) -> str:
    """Name the function that an element is, such as ``max``, or return an empty string."""
    while (element.tag in _SCRIPTS or (element.tag == "mrow" and len(element) == 1)) and len(element):
        element = element[0]
    text = (element.text or "").replace("\u2009", "").replace("\u2006", "")
    is_function = element.tag == "mi" or element.get("movablelimits") == "true"
    return text if is_function and len(text) > 1 and _is_name(text) else ""


def _is_name(text: str) -> bool:
    """Tell whether a text is a word of Latin letters, thin spaces within it allowed."""
    letters = text.replace("\u2009", "").replace("\u2006", "")
    return letters.isascii() and letters.isalpha()


def _group_sized_fences(row: Element) -> None:
    r"""Hang the exponent of a closing ``\bigr)`` on the whole group: browsers misplace a sized fence with scripts."""
    for script in [child for child in row if child.tag in _SCRIPTS and len(child) and child[0].get("minsize")]:
        children = list(row)
        end = children.index(script)
        starts = [i for i in range(end) if _closes(children[i], script[0])]
        if not starts:
            continue
        group = Element("mrow")
        inside = children[starts[-1] : end]
        for child in inside:
            row.remove(child)
        group.extend([*inside, script[0]])
        script.remove(script[0])
        script.insert(0, group)


def _closes(opening: Element, closing: Element) -> bool:
    is_sized = opening.tag == "mo" and opening.get("minsize") == closing.get("minsize")
    return is_sized and _CLOSING.get(opening.text or "") == closing.text


def _set_signs(row: Element) -> None:
    """Set no space after a plus or minus that stands before a term only, as after another operator."""
    for left, right in itertools.pairwise(row):
        if right.tag == "mo" and right.text in SIGNS and not is_term(left):
            right.set("form", "prefix")


def _set_marks_apart(row: Element) -> None:
    """Set a thin space before the comma or full stop that ends a formula, which else looks like a prime of its end."""
    for mark, after in itertools.zip_longest(row, row[1:]):
        if mark.tag == "mo" and mark.text in _MARKS and (after is None or after.get("width") in _QUADS):
            mark.attrib.update({"lspace": THIN, "rspace": "0"})


def is_term(element: Element) -> bool:
    """Tell whether something can be added to what ends with an element: to a term or a closed bracket."""
    last = nucleus(element)
    return last.tag not in ("mo", "mspace") or (last.text or "") in _ENDS


def nucleus(element: Element) -> Element:
    """Return an element without its scripts."""
    while element.tag in _SCRIPTS and len(element):
        element = element[0]
    return element


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
