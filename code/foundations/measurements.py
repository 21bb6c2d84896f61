"""Measurements: what is computed from runs, costs more than a moment, and is stored as runs are."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol

import numpy as np
from numpy.typing import NDArray

from foundations.errors import require
from foundations.fingerprint import PACKAGE, digest, fingerprint, versions
from foundations.runs import Run
from foundations.store import MEASUREMENTS, RunStore, run_key

Values = NDArray[Any]
P = ParamSpec("P")


class Measurement(Protocol[P]):
    """A function of runs and settings that remembers its results."""

    def __call__(self, runs: Sequence[Run], *args: P.args, **kwargs: P.kwargs) -> Values:
        """Return the stored result, after computing it if there is none."""
        ...


def measurement(
    function: Callable[Concatenate[Sequence[Run], P], Values],
) -> Measurement[P]:
    """Make a pure function of runs remember its results in the run store.

    The function takes runs, then settings that JSON can express, and returns one array. A result is kept under the
    runs' keys, the settings, and the code of the function's module and of all that it imports.

    Raises
    ------
    FoundationsError
        If that module is not part of this package: its code is not known then.
    """
    inside = function.__module__.partition(".")[0] == PACKAGE
    require(inside, "a measurement's module", function.__module__, f"part of {PACKAGE}")

    @functools.wraps(function)
    def stored(runs: Sequence[Run], *args: P.args, **kwargs: P.kwargs) -> Values:
        store = RunStore()
        settings, of = [*args, kwargs], [_identity(run) for run in runs]
        about = {"module": function.__module__, "name": function.__qualname__, "settings": settings, "runs": of}
        key = _key(about)
        if (content := store.read(MEASUREMENTS, key)) is not None:
            return content[0]["values"]
        values = np.asarray(function(runs, *args, **kwargs))
        store.write(MEASUREMENTS, key, {"values": values}, about)
        return values

    return stored


def is_current(key: str, about: Mapping[str, Any]) -> bool:
    """Whether a stored measurement is what this package, on these library versions, would compute.

    Parameters
    ----------
    key
        Of the stored file.
    about
        What the file says of itself.
    """
    try:
        return _key(about) == key
    except (KeyError, OSError):  # it names no module, or one that is gone
        return False


def _key(about: Mapping[str, Any]) -> str:
    return digest({**about, "code": fingerprint(about["module"]), "versions": versions()})


def _identity(run: Run) -> list[Any]:
    return [run_key(run.spec), run.spec.epochs, list(run.spec.snapshots)]
