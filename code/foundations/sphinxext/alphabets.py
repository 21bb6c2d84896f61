"""Mathematical alphabets: the Unicode characters that replace MathML's ``mathvariant`` attribute.

Browsers implement MathML Core, which keeps ``mathvariant="normal"`` only. Bold, script and other alphabets
are characters of their own there; Unicode names them regularly enough to be looked up by name.
"""

from __future__ import annotations

import unicodedata

STYLES = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "sans-serif-bold-italic": "SANS-SERIF BOLD ITALIC",
    "monospace": "MONOSPACE",
}
"""Values of ``mathvariant`` and the style's part of a Unicode character name."""

_OLDER_NAMES = {"FRAKTUR": "BLACK-LETTER"}
"""Letters that Unicode had before the mathematical block kept names of the older form."""


def restyle(text: str, variant: str) -> str:
    """Write text in a mathematical alphabet.

    Parameters
    ----------
    text : str
        Letters, digits and symbols; a character that the alphabet lacks stays as it is.
    variant : str
        A value of MathML's ``mathvariant``, one of `STYLES`.

    Returns
    -------
    str
        The same text in the characters of that alphabet.

    Raises
    ------
    KeyError
        If the variant has no alphabet.

    Examples
    --------
    >>> restyle("Rx1", "bold")
    '𝐑𝐱𝟏'
    """
    style = STYLES[variant]
    return "".join(_styled(character, style) for character in text)


def _styled(character: str, style: str) -> str:
    name = unicodedata.name(character, "")
    plain = name.removeprefix("LATIN ").removeprefix("GREEK ").replace("LETTER ", "").replace("LUNATE ", "")
    candidates = [f"MATHEMATICAL {style} {plain}", f"{_OLDER_NAMES.get(style, style)} {plain}"]
    if name == "LATIN SMALL LETTER H" and style == "ITALIC":
        candidates.append("PLANCK CONSTANT")
    for candidate in candidates:
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return character
