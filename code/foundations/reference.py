"""What the package holds, read from its source: the purpose of every module and its public names.

Nothing is imported, so that a list of all modules needs neither TensorFlow nor a run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent

GROUPS: Mapping[str, Sequence[str]] = {
    "Training networks": (
        *("specs", "data", "models", "program", "training"),
        *("backend", "parallel", "retraining", "errors"),
    ),
    "Keeping what was trained": ("runs", "store", "fingerprint", "measurements", "export", "profiles"),
    "Studies, claims and verdicts": (
        *("study", "effects", "quantities", "claims", "checks"),
        *("metrics", "statistics", "tuning"),
    ),
    "What networks do": (),
    "Pictures of digits": (
        *("digits", "pictures", "surroundings", "ink", "regions", "resampling"),
        *("strokes", "shifts", "outside", "canvases"),
    ),
    "Figures, tables and text": (
        *("plots", "tables", "prose", "lessons"),
        *("evidence", "finals", "typeset", "reference"),
    ),
    "Speed": ("bench", "speed"),
    "The studies": ("studies",),
    "The command-line program": ("cli",),
    "The site": ("sphinxext",),
}
"""Headings with their modules or folders of modules. Those that none names come under the one that has none."""

SUMMARIZED = ("studies", "cli", "sphinxext")
"""Folders whose modules are told by their purpose alone: a chapter does not call what is in them by name."""


@dataclass(frozen=True)
class Entry:
    """A public name of a module: a `kind` of Python object, its signature without types, and what it is."""

    kind: str
    name: str
    signature: str
    summary: str


@dataclass(frozen=True)
class Module:
    """A module by its dotted name, what it is for, and its public names in the order of the source."""

    name: str
    summary: str
    entries: Sequence[Entry]


def modules() -> dict[str, list[Module]]:
    """Return every module of the package by heading, in the order of `GROUPS`."""
    paths = {path.relative_to(ROOT): path for path in sorted(ROOT.rglob("*.py")) if not path.stem.startswith("__")}
    named = {name for names in GROUPS.values() for name in names}
    others = sorted({_top(place) for place in paths} - named)
    return {
        heading: [read(path) for name in names or others for place, path in paths.items() if _top(place) == name]
        for heading, names in GROUPS.items()
    }


def _top(place: Path) -> str:
    """Return the module, or the folder of modules, that a file below the package's folder belongs to."""
    return place.with_suffix("").parts[0]


def read(path: Path) -> Module:
    """Return what a source file of the package says of itself."""
    place = path.relative_to(ROOT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    entries = () if _top(place) in SUMMARIZED else tuple(_entries(tree))
    return Module(".".join(("foundations", *place.with_suffix("").parts)), summary(ast.get_docstring(tree)), entries)


def summary(docstring: str | None) -> str:
    """Return the first paragraph of a docstring as one line."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def _entries(tree: ast.Module) -> Iterator[Entry]:
    """Yield the functions, classes and explained constants that a module defines for others."""
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        name = _name(node)
        if name.startswith("_") or not name:
            continue
        if isinstance(node, ast.FunctionDef):
            yield Entry("function", name, f"({_arguments(node.args)})", summary(ast.get_docstring(node)))
        elif isinstance(node, ast.ClassDef):
            yield Entry("class", name, "", summary(ast.get_docstring(node)))
        elif isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            yield Entry("data", name, "", summary(str(following.value.value)))


def _name(node: ast.stmt) -> str:
    """Return the name that a statement defines, or nothing."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _arguments(arguments: ast.arguments) -> str:
    """Return a function's parameters as they are written, without their types."""
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in given:
        if argument is not None:
            argument.annotation = None
    return ast.unparse(arguments)
