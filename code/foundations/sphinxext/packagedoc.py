"""The directive ``package-reference``: every module of the package and its public names, from their docstrings.

It reads the source and imports nothing. Each name is an object of Sphinx's Python domain, so that the search finds it
and ``{py:func}`foundations.data.load` `` links to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from sphinx.util.docutils import SphinxDirective

from foundations import reference

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.domains.python import PythonDomain

CLASS = "package-reference"


def prose(text: str) -> list[nodes.Node]:
    """Return a docstring's text, in which backticks enclose code.

    Examples
    --------
    >>> [str(node) for node in prose("Return a `Run`.")]
    ['Return a ', '<literal>Run</literal>', '.']
    """
    parts = re.split(r"`+([^`]+)`+", text)
    return [nodes.literal("", part) if odd % 2 else nodes.Text(part) for odd, part in enumerate(parts) if part]


class PackageReference(SphinxDirective):
    """One section a group, one subsection a module, one definition a name."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        sections = []
        for heading, modules in reference.modules().items():
            section = nodes.section(ids=[nodes.make_id(heading)], names=[], classes=[CLASS])
            section += nodes.title("", heading)
            section += [self.module(module) for module in modules]
            sections.append(section)
        return sections

    def module(self, module: reference.Module) -> nodes.section:
        """Return what there is in a module."""
        section = nodes.section(ids=[self.note("module", module.name)], names=[])
        section += nodes.title("", "", nodes.literal("", module.name.removeprefix("foundations.")))
        section += nodes.paragraph("", "", *prose(module.summary))
        if module.entries:
            section += nodes.definition_list("", *(self.entry(module.name, entry) for entry in module.entries))
        return section

    def entry(self, module: str, entry: reference.Entry) -> nodes.definition_list_item:
        """Return a name with what it is."""
        term = nodes.term("", "", nodes.strong("", entry.name), nodes.Text(entry.signature))
        term["support_smartquotes"] = False  # a default such as "relu" is code
        term["ids"].append(self.note(entry.kind, f"{module}.{entry.name}"))
        return nodes.definition_list_item(
            "", term, nodes.definition("", nodes.paragraph("", "", *prose(entry.summary)))
        )

    def note(self, kind: str, name: str) -> str:
        """Make a dotted name known as an object, and return the id of its place."""
        place = nodes.make_id(name)
        domain = cast("PythonDomain", self.env.get_domain("py"))
        if kind == "module":
            domain.note_module(name, place, "", "", False)
        domain.note_object(name, kind, place, location=self.get_source_info())
        return str(place)


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("package-reference", PackageReference)
