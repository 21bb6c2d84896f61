"""A page with code depends on the package: change either, and an incremental build executes the page again.

Sphinx reads a page again when a file that it noted as the page's dependency has changed, and here reading is
executing. So each page with code cells, or with the package's reference, notes every file of the package, data
included. Files that are new since then are found by comparison.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import foundations
from foundations.sphinxext import packagedoc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PACKAGE = Path(foundations.__file__).parent
READING = {"cell", packagedoc.CLASS}
"""Classes of what is read from the package: a code cell's output, and the list of its modules."""


def package_files(root: Path) -> list[Path]:
    """List the files below a package's folder that its behaviour can depend on, sorted."""
    files = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in files if "__pycache__" not in path.parts and path.suffix != ".md")


def note_package(app: Sphinx, doctree: nodes.document) -> None:
    """Note the package's files as dependencies of the page just read, if it shows what comes from them."""
    # A cell may hide its source, so it is known by itself and not by its input.
    if any(READING.intersection(node.get("classes", ())) for node in doctree.findall(_is_element)):
        for name in _names(app):
            app.env.note_dependency(name)
        _readers(app.env).add(app.env.docname)
    else:
        _readers(app.env).discard(app.env.docname)


def find_outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> Iterable[str]:
    """Return the pages with code that were read before some file of the package existed."""
    names = set(_names(app))
    known = _readers(env) - added - changed - removed
    return sorted(page for page in known if not names <= env.dependencies[page])


def _is_element(node: nodes.Node) -> bool:
    return hasattr(node, "attributes")


def _names(app: Sphinx) -> list[str]:
    """Name the package's files relative to the book's folder, as Sphinx keeps dependencies."""
    return [Path(os.path.relpath(path, app.srcdir)).as_posix() for path in package_files(Path(app.config.book_package))]


def _readers(env: BuildEnvironment) -> set[str]:
    """Return the pages that have code cells; kept with the environment from build to build."""
    if not hasattr(env, "pages_with_code"):
        env.pages_with_code = set()  # type: ignore[attr-defined]
    pages: set[str] = env.pages_with_code  # type: ignore[attr-defined]
    return pages


def merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    """Collect what a parallel reader found."""
    del app, docnames
    _readers(env).update(_readers(other))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's reading of pages."""
    app.add_config_value("book_package", str(PACKAGE), "", str)
    app.connect("doctree-read", note_package)
    app.connect("env-get-outdated", find_outdated)
    app.connect("env-merge-info", merge)
