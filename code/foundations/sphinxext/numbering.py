"""Figures, tables, equations and exercises are numbered within their chapter: P1.2 in Practical 1, T3.4 in Task 3.

Sphinx would number them through the whole book, so that a new figure in one chapter renumbered those that readers have
cited from another. Pages that are no chapters share one plain count.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

Numbers = dict[str, dict[str, dict[str, tuple[int | str, ...]]]]
"""Page, kind of thing (``figure``, ``displaymath``, …) and its id, to its number, as Sphinx keeps them."""

_CHAPTER = re.compile(r"(?:^|/)([a-z])[a-z]*?0*(\d+)-[^/]*$")


def chapter_mark(page: str) -> str:
    """Return a chapter's mark, or an empty string for a page that is none.

    Examples
    --------
    >>> [chapter_mark(page) for page in ("book/task03-learning-curves", "book/practical1-training", "book/notation")]
    ['T3', 'P1', '']
    """
    match = _CHAPTER.search(page)
    return f"{match[1].upper()}{match[2]}" if match else ""


def within_chapters(numbers: Numbers) -> Numbers:
    """Count anew within each chapter, in the order given.

    Examples
    --------
    >>> within_chapters({"book/task03-x": {"figure": {"fig-a": (7,), "fig-b": (8,)}}})
    {'book/task03-x': {'figure': {'fig-a': ('T3', 1), 'fig-b': ('T3', 2)}}}
    """
    counts: Counter[tuple[str, str]] = Counter()
    result: Numbers = {}
    for page, kinds in numbers.items():
        mark = chapter_mark(page)
        result[page] = {}
        for kind, ids in kinds.items():
            result[page][kind] = {}
            for name in ids:
                counts[mark, kind] += 1
                number = counts[mark, kind]
                result[page][kind][name] = (mark, number) if mark else (number,)
    return result


def restore(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx back its own numbers, which it compares to find pages to write again."""
    del app
    env.toc_fignumbers = getattr(env, "numbers_through_book", env.toc_fignumbers)
    return []


def renumber(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Keep Sphinx's numbers for the next build and put the chapters' in their place."""
    del app
    env.numbers_through_book = env.toc_fignumbers  # type: ignore[attr-defined]
    env.toc_fignumbers = within_chapters(env.toc_fignumbers)  # type: ignore[arg-type, assignment]
    return []


def setup(app: Sphinx) -> None:
    """Connect before and after Sphinx assigns its numbers."""
    app.connect("env-get-updated", restore, priority=100)
    app.connect("env-get-updated", renumber, priority=900)
