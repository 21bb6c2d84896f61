"""Plain text as HTML, set as the book's prose is: apostrophes, minus signs, and values that no line breaks."""

from __future__ import annotations

import re
from html import escape

NO_BREAK = "\N{NO-BREAK SPACE}"
_NUMBER = r"(?:(?<!\w)[-+−])?\d[\d,.]*(?:e[-+]\d+)?"
_UNIT = r"(?:points|nats|epochs|times)\b"
_VALUE = re.compile(rf"(\[{_NUMBER}, {_NUMBER}\]|(?:\w+ = |< )?{_NUMBER}(?: ± [\d.]+)?(?: {_UNIT})?)")
"""An interval, or a number with what belongs to it: its name, its exponent, its deviation, its unit."""
_HYPHEN = re.compile(r"(?<!e)-(?=\d)")  # not that of an exponent
_APOSTROPHE = re.compile(r"(?<=\w)'")
_NAMED = re.compile(r"\b(Task|Practical|Figure|Table|Exercise|et) (?=[A-Z]?\d|al\b)")
_BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_]) (?=\d)")


def minus(text: str) -> str:
    """Return a text whose negative numbers have a minus; the exponents that Python writes stay as they are."""
    return _HYPHEN.sub("\N{MINUS SIGN}", text)


def joined(text: str) -> str:
    """Return a text in which "Task" and its kin stay with their number, and "et" with "al."."""
    return _NAMED.sub(rf"\1{NO_BREAK}", text)


def numbered(text: str) -> str:
    """Return a name in which a word stays with the number after it, as in "patience 3"."""
    return _BEFORE_NUMBER.sub(NO_BREAK, text)


def capitalized(text: str) -> str:
    """Return a text with a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]


def typeset(text: str) -> str:
    """Return a text as HTML in which no value is broken over lines."""
    words = _VALUE.split(_APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", text))
    words[1::2] = [_unbroken(minus(value)) for value in words[1::2]]
    words[::2] = map(escape, words[::2])
    return "".join(words)


def _unbroken(value: str) -> str:
    html = escape(value)
    return f'<span class="unbroken">{html}</span>' if re.search("[ -]", value) else html
