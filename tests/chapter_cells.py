"""Read the chapters as notebooks, for tests and for the linter.

As a program, `chapter_cells.py write FOLDER` writes every chapter that has code cells there as an .ipynb, and
`chapter_cells.py read FOLDER` takes the cells of those notebooks, once formatted, back into the chapters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

BOOK = Path(__file__).parents[1] / "book"
CELL = re.compile(
    r"(^```\{code-cell\}[^\n]*\n(?:---\n.*?\n---\n|(?::[^\n]*\n)+\n?)?)(.*?)(\n```$)", re.DOTALL | re.MULTILINE
)


def chapters() -> list[Path]:
    """Return the book's source files in alphabetical order."""
    return sorted(BOOK.glob("*.md"))


def notebook(source: str) -> nbformat.NotebookNode:
    """Return a chapter's source as a notebook; each cell keeps its line in its metadata."""
    return read_myst_markdown_notebook(source, MdParserConfig(), add_source_map=True)


def code_cells(source: str) -> list[nbformat.NotebookNode]:
    """Return the code cells of a chapter's source."""
    return [cell for cell in notebook(source).cells if cell.cell_type == "code"]


def executable() -> Iterator[Path]:
    """Yield the chapters that have code cells."""
    return (path for path in chapters() if code_cells(path.read_text(encoding="utf-8")))


def write(folder: Path) -> None:
    """Write every chapter with code cells into a folder as a notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in executable():
        cells = notebook(path.read_text(encoding="utf-8"))
        cells.metadata["language_info"] = {"name": "python"}
        nbformat.write(cells, folder / f"{path.stem}.ipynb")


def read(folder: Path) -> None:
    """Replace the chapters' cells by those of the notebooks in a folder."""
    for path in executable():
        formatted = nbformat.read(folder / f"{path.stem}.ipynb", as_version=4)
        sources = iter([cell.source for cell in formatted.cells if cell.cell_type == "code"])
        text = path.read_text(encoding="utf-8")
        path.write_text(CELL.sub(lambda cell: cell[1] + next(sources) + cell[3], text), encoding="utf-8")  # noqa: B023


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
