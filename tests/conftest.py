"""What the tests share: settings that must precede TensorFlow's import, data files, digests of runs, imports."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.pop("FOUNDATIONS_DATA", None)
os.environ.pop("FOUNDATIONS_PROFILE", None)
os.environ.pop("STRICT", None)

from command import Foundations, Said
from foundations import cli, data
from foundations.runs import Run

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")

PACKAGE = Path(data.__file__).parent


@pytest.fixture(scope="session")
def pool() -> data.Pool:
    """Return the packaged images that training and validation are drawn from."""
    return data.load(data.PACKAGED)


@pytest.fixture
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the run store of a test be an empty folder of its own."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(folder))
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a data set like MNIST's training part: blank images, whose labels take turns."""

    def write(without: str = "", **arrays: NDArray[np.generic]) -> Path:
        blank = {"x_train": np.zeros((60_000, 28, 28), np.uint8), "y_train": np.arange(60_000, dtype=np.uint16) % 10}
        blank["y_train"] = blank["y_train"].astype(np.uint8)
        path = tmp_path / "other.npz"
        np.savez_compressed(path, **{name: array for name, array in {**blank, **arrays}.items() if name != without})
        return path

    return write


@pytest.fixture
def foundations(runs_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Foundations:
    """Return a function that runs the command on an empty run store, in this process."""
    monkeypatch.setenv("FOUNDATIONS_DATA", "")
    monkeypatch.delenv("FOUNDATIONS_DATA")  # what the command sets is taken back after the test
    assert not runs_folder.exists()

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            cli.main(lambda: cli.app([*arguments], prog_name="foundations"))
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def bits() -> Callable[[Run], dict[str, str]]:
    """Return a function from a run to digests of everything in its result, equal only if every bit is."""

    def digests(run: Run) -> dict[str, str]:
        arrays = {f"history {name}": [values] for name, values in run.history.items()}
        arrays["weights"] = [*run.weights]
        arrays |= {f"snapshot {step}": [*weights] for step, weights in run.snapshots.items()}
        return {name: hashlib.sha256(b"".join(map(bytes, values))).hexdigest() for name, values in arrays.items()}

    return digests


def imported(module: Path) -> set[str]:
    """Return the dotted names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.fixture(scope="session")
def import_closure() -> Callable[[str], set[str]]:
    """Return a function from a module of the package to everything that it imports, directly or through others."""

    def closure(module: str) -> set[str]:
        found: set[str] = set()
        waiting = [f"foundations.{module}"]
        while waiting:
            name = waiting.pop()
            found.add(name)
            path = PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".py")
            if name.startswith("foundations.") and path.exists():
                waiting += imported(path) - found
        return found

    return closure
