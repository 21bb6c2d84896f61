"""Read the chapters as notebooks, for tests and for the linter.

Run as a program with a folder's name, it writes every chapter that has code cells there as an .ipynb.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from myst_parser.config.main import MdParserConfig
from myst_nb.core.read import read_myst_markdown_notebook

BOOK = Path(__file__).parents[1] / "book"


def chapters() -> list[Path]:
    """Return the book's source files in alphabetical order."""
    return sorted(BOOK.glob("*.md"))


def notebook(source: str) -> nbformat.NotebookNode:
    """Return a chapter's source as a notebook; each cell keeps its line in its metadata."""
    return read_myst_markdown_notebook(source, MdParserConfig(), add_source_map=True)


def write(folder: Path) -> None:
    """Write every chapter with code cells into a folder as a notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in chapters():
        cells = notebook(path.read_text(encoding="utf-8"))
        if any(cell.cell_type == "code" for cell in cells.cells):
            cells.metadata["language_info"] = {"name": "python"}
            nbformat.write(cells, folder / f"{path.stem}.ipynb")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
