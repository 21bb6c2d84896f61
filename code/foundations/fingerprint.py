"""What a stored result depends on, as short hashes: the source that computes it, and the versions it runs on."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = "foundations"
ROOT = Path(__file__).parent
LIBRARIES = ("tensorflow", "keras", "numpy")


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of JSON-like content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of the libraries that determine a result, without importing them."""
    return {library: version(library) for library in LIBRARIES}


@functools.cache
def fingerprint(module: str) -> str:
    """Return a hash of the code of a module of this package and of all that it imports from it.

    Comments, docstrings and annotations do not count, nor does the way the code is laid out.
    """
    return digest({name: canonical(path_of(name).read_text(encoding="utf-8")) for name in sorted(closure(module))})


def closure(module: str) -> set[str]:
    """Return a module's name and the names of this package's modules that it imports, directly or not."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(imports(path_of(name).read_text(encoding="utf-8")))
    return found


def path_of(module: str) -> Path:
    """Return the source file of a module of this package."""
    relative = Path(*module.split(".")[1:])
    file = ROOT / relative.with_suffix(".py") if relative.parts else ROOT / "__init__.py"
    return file if file.exists() else ROOT / relative / "__init__.py"


def imports(source: str) -> Iterator[str]:
    """Yield the modules of this package that a source imports, by absolute names, wherever it does so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if path_of(inner).exists() else node.module


def canonical(source: str) -> str:
    """Return a text that two sources share if they do the same, in a form that no Python version changes.

    `ast.dump` and `ast.unparse` differ between versions; this names the nodes and only those fields that hold
    something.
    """
    return _canonical(ast.parse(source))


IGNORED_FIELDS = {"annotation", "returns", "type_comment", "type_params", "kind", "ctx"}


def _canonical(node: object) -> str:
    if isinstance(node, list):
        return "[" + ",".join(_canonical(item) for item in node if not _is_docstring(item)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.JoinedStr):
        # Some versions end a format specification with an empty string.
        node = ast.JoinedStr([part for part in node.values if getattr(part, "value", None) != ""])
    fields = ((name, value) for name, value in ast.iter_fields(node) if name not in IGNORED_FIELDS)
    inner = (f"{name}={_canonical(value)}" for name, value in fields if value not in (None, []))
    return f"{type(node).__name__}({','.join(inner)})"


def _is_docstring(node: object) -> bool:
    """Whether a statement is a bare string, which does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
