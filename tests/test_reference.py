"""The package's reference: every module and public name, read from the source."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import foundations
from foundations import reference
from foundations.reference import GROUPS, SUMMARIZED, Module, modules, read, summary

PACKAGE = Path(foundations.__file__).parent
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
MODULES = [module for group in modules().values() for module in group]

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def test_every_module_is_listed_once() -> None:
    """Each source file but the packages' own and the entry point is under one heading."""
    files = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py") if path.stem[:2] != "__")
    assert sorted(".".join(("foundations", *path.parts)) for path in files) == sorted(m.name for m in MODULES)


def test_headings_name_what_exists() -> None:
    """Every module that a heading names exists, no two name the same, and one is for all others."""
    named = [name for names in GROUPS.values() for name in names]
    assert len(named) == len({*named})
    assert [] == [name for name in named if not (PACKAGE / name).is_dir() and not (PACKAGE / f"{name}.py").exists()]
    assert 1 == sum(not names for names in GROUPS.values())
    assert all(group for group in modules().values())


@each_module
def test_module_says_what_it_is_for(module: Module) -> None:
    """Every module and every public name of it has a docstring."""
    assert module.summary
    assert [] == [entry.name for entry in module.entries if not entry.summary]


@pytest.mark.parametrize("name", ["specs", "statistics", "evaluation", "lessons"])
def test_names_are_those_that_python_finds(name: str) -> None:
    """The functions and classes listed, with their parameters, are those of the imported module."""
    module = importlib.import_module(f"foundations.{name}")
    found = {
        key: value
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", "") == module.__name__ and callable(value)
    }
    listed = {entry.name: entry for entry in read(PACKAGE / f"{name}.py").entries if entry.kind != "data"}
    assert {*found} == {*listed}
    for key, entry in listed.items():
        if entry.kind == "function":
            parameters = [argument.arg for argument in ast.parse(f"def f{entry.signature}: 0").body[0].args.args]  # type: ignore[attr-defined]
            assert set(parameters) <= {*inspect.signature(inspect.unwrap(found[key])).parameters}
            assert ":" not in entry.signature


def test_entries_of_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private names, plain constants and types are left out; explained constants, functions and classes stay."""
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    source = tmp_path / "thing.py"
    source.write_text(
        '"""A thing.\n\nMore."""\nA = 1\nB: int = 2\n"""Bee."""\ndef _f(): "No."\n'
        'def g(x: int, *rest: int, y: str = "a") -> int:\n    """Return\n    it.\n\n    Long."""\n'
        'class C:\n    """See."""\n'
    )
    found = read(source)
    assert ("foundations.thing", "A thing.") == (found.name, found.summary)
    assert [
        ("data", "B", "", "Bee."),
        ("function", "g", "(x, *rest, y='a')", "Return it."),
        ("class", "C", "", "See."),
    ] == [(entry.kind, entry.name, entry.signature, entry.summary) for entry in found.entries]


def test_some_folders_are_summarized() -> None:
    """Of studies, commands and the site only the modules' purposes are told, and their folders exist."""
    assert all((PACKAGE / name).is_dir() for name in SUMMARIZED)
    inside = [module for module in MODULES if module.name.split(".")[1] in SUMMARIZED]
    assert len(inside) > len(SUMMARIZED)
    assert [] == [module.name for module in inside if module.entries]


def test_a_docstring_that_is_missing_has_no_summary() -> None:
    """Where there is no docstring there is an empty summary."""
    assert "" == summary(None)


def test_nothing_is_imported() -> None:
    """Reading the whole package loads neither TensorFlow nor NumPy."""
    code = "import sys; from foundations import reference as r; r.modules(); print({'keras', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()" == done.stdout.strip()


def test_readme_maps_every_module() -> None:
    """The README's map names every module, or the folder that it is in."""
    mapped = {name.rstrip("/") for name in re.findall(r"(?:`|foundations/)([a-z0-9_]+)(?:\.py|/)`", README)}
    assert {module.name.split(".")[1] for module in MODULES} - {"errors"} <= mapped
