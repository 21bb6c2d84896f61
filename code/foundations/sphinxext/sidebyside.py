"""Pages are read side by side, one process a core, since reading a chapter is executing it.

Sphinx cuts its sorted list of pages into pieces and gives each piece to a process. The list is dealt anew, so that each
process has its share of the chapters, then of the other pages with code, most of which collect what chapters measured,
then of the rest.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sphinx.errors import SphinxParallelError
from sphinx.util.parallel import make_chunks

from foundations.sphinxext.numbering import chapter_mark

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

BESIDE = ("introduction", "takeaways", "reproduce", "all-claims")
"""Pages with code that are no chapters, as they are dealt: of two processes, the second has the shorter chapters."""

UNDECLARED = frozenset({"sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"})
"""Extensions of Jupyter Book that touch one page at a time, or all after reading, and do not say that this is safe."""


def dealt(pages: list[str], processes: int) -> list[str]:
    """Order pages so that Sphinx's pieces of the list, read by so many processes, each begin with chapters.

    Examples
    --------
    >>> dealt(["all-claims", "glossary", "task01-a", "task02-b", "task03-c", "task04-d"], 2)
    ['task01-a', 'task03-c', 'all-claims', 'task02-b', 'task04-d', 'glossary']
    """
    slots = [(number, row) for number, piece in enumerate(make_chunks(pages, processes)) for row in range(len(piece))]
    # Pieces beyond the number of processes are begun last.
    turns = sorted(slots, key=lambda slot: (slot[0] >= processes, slot[1], slot[0]))
    return [page for _, page in sorted(zip(turns, sorted(pages, key=rank), strict=True))]


def rank(page: str) -> int:
    """Return 0 for a chapter, more for another page with code, in turn, and most for any other."""
    if chapter_mark(page):
        return 0
    name = page.rpartition("/")[2]
    return 1 + (BESIDE.index(name) if name in BESIDE else len(BESIDE))


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Put the pages to be read in their order."""
    del env
    docnames[:] = dealt(docnames, app.parallel)


def in_full(error: SphinxParallelError) -> str:
    """Return the message and the traceback of an error in another process."""
    return f"{error.message}\n\n{error.traceback}"


def share(app: Sphinx) -> None:
    """Let Sphinx use as many processes as training does, and each its share of the cores for NumPy's products."""
    from joblib import cpu_count  # noqa: PLC0415  # slow to load and not needed to set up
    from nbclient import NotebookClient  # noqa: PLC0415  # as joblib

    from foundations.parallel import workers  # noqa: PLC0415  # as joblib

    app.parallel = workers()
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cpu_count() // app.parallel)))
    # TensorFlow takes two seconds to say goodbye, in every chapter that loads it.
    NotebookClient.shutdown_kernel.default_value = "immediate"
    # Jupyter Book shows an error's text alone: the failing cell and its message would be lost.
    SphinxParallelError.__str__ = in_full  # type: ignore[method-assign]
    for name in UNDECLARED & app.extensions.keys():
        app.extensions[name].parallel_read_safe = True


def setup(app: Sphinx) -> None:
    """Connect before Sphinx reads its pages."""
    app.connect("builder-inited", share)
    app.connect("env-before-read-docs", deal)
