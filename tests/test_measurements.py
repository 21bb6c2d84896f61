"""Measurements: computed once for each set of runs, settings and code, and then read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from foundations import fingerprint, measurements
from foundations.errors import FoundationsError, StoreError
from foundations.measurements import measurement
from foundations.runs import Run
from foundations.specs import baseline
from foundations.store import DAMAGED, MEASUREMENTS, RunStore
from pretended import random_run

SPEC = baseline.vary(hidden=(1,), train_size=64, epochs=4, snapshots=(0, 3))
RUN = random_run(SPEC)
SOURCE = '''
import numpy as np
from foundations import other

calls = []

def last(runs, scale=1, shift=0, names=()):
    """Return what loss each run ends with."""
    calls.append(1)
    return np.array([scale * run.history["loss"][-1] + shift for run in runs])

def first(runs):
    """Return what loss each run begins with."""
    return np.array([run.history["loss"][0] for run in runs])
'''

Measure = Callable[..., NDArray[Any]]


class Module:
    """A module of a package of two, whose functions are measurements; it can be edited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: list[int] = []
        self.edit(other="constant = 1\n")
        self.edit()

    def edit(self, source: str = SOURCE, other: str | None = None) -> None:
        """Write the source anew, and load it as a new process would."""
        if other is not None:
            (self.folder / "other.py").write_text(other)
        (self.folder / "probe.py").write_text(source)
        fingerprint.fingerprint.cache_clear()
        names: dict[str, Any] = {"__name__": "foundations.probe"}
        exec(compile(source.replace("from foundations import other", ""), "probe.py", "exec"), names)
        names["calls"] = self.calls
        self.last, self.first = measurement(names["last"]), measurement(names["first"])

    def computes(self, *args: Any, **settings: Any) -> bool:
        """Whether `last` has to compute its result."""
        before = len(self.calls)
        self.last(*args, **settings)
        return len(self.calls) > before


@pytest.fixture
def module(runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """Return a module with measurements, whose results are stored in an empty run store."""
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    for name in ("specs", "runs", "training"):
        (tmp_path / f"{name}.py").write_text("")
    assert not runs_folder.exists()
    yield Module(tmp_path)
    fingerprint.fingerprint.cache_clear()


def test_computed_once_then_read(module: Module) -> None:
    """The second call returns what the first one stored, bit by bit, without computing anything."""
    first, second = module.last([RUN]), module.last([RUN])
    assert 1 == len(module.calls)
    assert [RUN.history["loss"][-1]] == first.tolist() == second.tolist()
    assert first.dtype == second.dtype
    assert [MEASUREMENTS] == [entry.kind for entry in RunStore().entries()]


def test_stored_by_what_it_was_computed_from(module: Module) -> None:
    """A stored result says which function, settings and runs it belongs to."""
    module.last([RUN], 2, shift=3)
    (entry,) = RunStore().entries()
    assert {"module", "name", "settings", "runs"} == entry.about.keys()
    assert "foundations.probe" == entry.about["module"]
    assert ("last", [2, {"shift": 3}]) == (entry.about["name"], entry.about["settings"])
    assert [[4, [0, 3]]] == [about[1:] for about in entry.about["runs"]]


SETTINGS: list[tuple[tuple[object, ...], dict[str, object]]] = [
    ((), {}),
    ((2,), {}),
    ((2, 1), {}),
    ((), {"scale": 3}),
    ((), {"shift": 3}),
    ((), {"shift": 2.5}),
    ((), {"names": ["a"]}),
    ((), {"names": ["b"]}),
]


def test_other_settings_are_other_results(module: Module) -> None:
    """Each set of settings, by place or by name, is computed on its own, and read back as itself."""
    assert [True] * len(SETTINGS) == [module.computes([RUN], *args, **named) for args, named in SETTINGS]
    assert [False] * len(SETTINGS) == [module.computes([RUN], *args, **named) for args, named in SETTINGS]
    assert len(SETTINGS) == len([*RunStore().entries()])


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [RUN, RUN],
        [random_run(SPEC.vary(seed=1))],
        [random_run(SPEC.vary(epochs=3, snapshots=(0, 3)))],
        [random_run(SPEC.vary(snapshots=(0, 4)))],
        [random_run(SPEC.vary(dropout=0.1))],
    ],
    ids=["none", "twice", "another seed", "shorter", "other snapshots", "another network"],
)
def test_other_runs_are_other_results(module: Module, runs: Sequence[Run]) -> None:
    """A result is of exactly its runs: number, seeds, lengths, snapshots and all else that they are."""
    assert module.computes([RUN])
    assert module.computes(runs)
    assert not module.computes([RUN])
    assert not module.computes(runs)


def test_order_of_runs_counts(module: Module) -> None:
    """The same runs in another order give their own result, in that order."""
    other = random_run(SPEC.vary(seed=1))
    assert module.last([RUN, other]).tolist() == module.last([other, RUN]).tolist()[::-1]
    assert 2 == len(module.calls)


def test_functions_of_one_module_are_apart(module: Module) -> None:
    """Two measurements of the same runs in the same module do not get each other's results."""
    assert module.last([RUN]).tolist() != module.first([RUN]).tolist()
    assert [RUN.history["loss"][0]] == module.first([RUN]).tolist()


def test_other_code_is_another_result(module: Module) -> None:
    """After an edit of its module, or of one that this imports, a measurement is computed anew, except of prose."""
    assert module.computes([RUN])
    module.edit(SOURCE.replace('"""Return', '"""Give').replace("calls = []", "calls = []  # for counting"))
    assert not module.computes([RUN])
    module.edit(SOURCE.replace("[-1] + shift", "[-1] - shift"))
    assert module.computes([RUN])
    module.edit(other="constant = 1  # the same\n")
    assert not module.computes([RUN])
    module.edit(other="constant = 2\n")
    assert module.computes([RUN])


def test_current_until_its_code_changes(module: Module) -> None:
    """A stored measurement is current until its module, or one that this imports, does something else or is gone."""
    module.last([RUN], 2, names=("a",))
    (entry,) = RunStore().entries()
    assert measurements.is_current(entry.key, entry.about)
    assert not measurements.is_current("0" * 64, entry.about)
    assert not measurements.is_current(entry.key, {})
    module.edit(other="constant = 2\n")
    assert not measurements.is_current(entry.key, entry.about)
    (module.folder / "probe.py").unlink()
    fingerprint.fingerprint.cache_clear()
    assert not measurements.is_current(entry.key, entry.about)


def test_other_versions_are_another_result(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of a library makes another result."""
    assert module.computes([RUN])
    monkeypatch.setattr(measurements, "versions", lambda: {"numpy": "0.1"})
    assert module.computes([RUN])


@pytest.mark.parametrize("content", [b"", b"damaged"])
def test_a_damaged_result_is_computed_again(module: Module, runs_folder: Path, content: bytes) -> None:
    """A stored result that is damaged is set aside, computed again and stored."""
    expected = module.last([RUN]).tolist()
    (entry,) = RunStore().entries()
    entry.path.write_bytes(content)
    assert expected == module.last([RUN]).tolist()
    assert 2 == len(module.calls)
    assert content == (runs_folder / DAMAGED / entry.path.name).read_bytes()
    assert not module.computes([RUN])


def test_store_that_cannot_be_written(module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be stored, that is an error which names the path."""
    assert module.computes([RUN])
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FOUNDATIONS_RUNS", str(tmp_path / "file" / "runs"))
    with pytest.raises(StoreError, match="file/runs"):
        module.last([RUN])


def test_settings_must_be_plain(module: Module) -> None:
    """A setting that JSON cannot express is refused before anything is computed."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        module.last([RUN], names={1, 2})
    with pytest.raises(ValueError, match="not JSON compliant"):
        module.last([RUN], scale=float("nan"))
    assert [] == module.calls
    assert module.computes([RUN])


@pytest.mark.parametrize("outside", ["__main__", "elsewhere", "foundationsx.probe"])
def test_measurements_are_part_of_the_package(outside: str) -> None:
    """A function of a chapter, whose code no fingerprint covers, cannot become a measurement."""

    def last(runs: Sequence[Run]) -> NDArray[Any]:
        return np.array([len(runs)])

    last.__module__ = outside
    with pytest.raises(FoundationsError, match=rf"a measurement's module must be part of foundations. .*{outside}"):
        measurement(last)


def test_measurement_keeps_name_and_documentation(module: Module) -> None:
    """A measurement is documented as its function is."""
    assert ("last", "Return what loss each run ends with.") == (module.last.__name__, module.last.__doc__)  # type: ignore[attr-defined]


@given(
    hnp.arrays(
        hnp.boolean_dtypes() | hnp.integer_dtypes() | hnp.floating_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
def test_any_array_comes_back(tmp_path_factory: pytest.TempPathFactory, values: NDArray[Any]) -> None:
    """Whatever array a measurement gives, the second call returns it with the same type, shape and bits."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FOUNDATIONS_RUNS", str(tmp_path_factory.mktemp("runs")))
        results = [values]

        def take(runs: Sequence[Run]) -> NDArray[Any]:  # noqa: ARG001  # the form of a measurement
            return results.pop()

        take.__module__ = "foundations.errors"
        first, second = (measurement(take)([RUN]) for _ in range(2))
    for found in (first, second):
        assert (values.dtype, values.shape, values.tobytes()) == (found.dtype, found.shape, found.tobytes())


def test_a_number_becomes_an_array(module: Module) -> None:
    """A result that is a plain number is an array without dimensions, computed or read."""
    module.edit(SOURCE.replace("return np.array([scale", "return len([scale"))
    assert [(), ()] == [module.last([RUN]).shape for _ in range(2)]
    assert 1 == len(module.calls)
