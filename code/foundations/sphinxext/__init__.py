"""What the site needs beyond Jupyter Book: one module a concern, one Sphinx extension for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foundations.sphinxext import (
    anchors,
    execution,
    mathrenderer,
    numbering,
    offline,
    packagedoc,
    pages,
    preview,
    sidebyside,
    typography,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (anchors, execution, mathrenderer, numbering, offline, packagedoc, pages, preview, sidebyside, typography)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
