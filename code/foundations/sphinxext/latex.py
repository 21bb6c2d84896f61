"""LaTeX as authors write it, put into the LaTeX that latex2mathml reads."""

from __future__ import annotations

import re

_ENVIRONMENTS = {
    "aligned": "align*",
    "align": "align*",
    "split": "align*",
    "eqnarray": "align*",
    "gathered": "matrix",
    "gather": "matrix",
    "gather*": "matrix",
}
"""Environments and their nearest kin. Numbering is the renderer's business, so starred forms do."""

_REWRITES = (
    (r"\\(begin|end)\{equation\*?\}", ""),
    (r"\\arg\s*\\(max|min)\b", r"\\arg\1 "),
    (r"\\operatorname\*?\{arg\s*(?:\\,)?\s*(max|min)\}", r"\\arg\1 "),
    (r"\\mathrm\{(\w)\}", r"\\operatorname{\1}"),  # a single upright letter would come out italic
    (r"\\(?:dotsc|dotso)\b", r"\\ldots "),
    (r"\\dots[bmi]\b", r"\\cdots "),
    (r"\\(big|Big|bigg|Bigg)([lrm]?)\s*\\(?:lvert|rvert|vert)\b", r"\\\1\2|"),
    (r"\\(big|Big|bigg|Bigg)([lrm]?)\s*\\(?:lVert|rVert|Vert)\b", r"\\\1\2\\|"),
    (r"\\arg\b", r"\\operatorname{arg}"),
    (r"(?<!\\)%.*", ""),
)


def normalise(latex: str) -> str:
    r"""Rewrite what latex2mathml does not know into what it does.

    Examples
    --------
    >>> normalise(r"\begin{aligned} a &= b \end{aligned}")
    '\\begin{align*} a &= b \\end{align*}'
    """
    for pattern, replacement in _REWRITES:
        latex = re.sub(pattern, replacement, latex)
    return re.sub(r"\\(begin|end)\{([a-z]+\*?)\}", _environment, latex).strip()


def display_lines(latex: str) -> str:
    r"""Wrap a display of several lines in ``aligned``.

    Lines are parted by a blank line, or by ``\\`` outside any environment, as in Sphinx's ``math`` directive.
    """
    parts = [part.strip() for part in re.split(r"\n\s*\n", latex) if part.strip()]
    text = r" \\ ".join(parts)
    return rf"\begin{{aligned}} {text} \end{{aligned}}" if _breaks_line(text) else text


def _environment(match: re.Match[str]) -> str:
    side, name = match.groups()
    return rf"\{side}{{{_ENVIRONMENTS.get(name, name)}}}"


def _breaks_line(latex: str) -> bool:
    depth = 0
    for token in re.findall(r"\\\\|\\begin\b|\\end\b|\\substack\b", latex):
        if token == r"\\" and depth == 0:
            return True
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
    return False
