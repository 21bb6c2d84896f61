"""The run store: what is put in comes out bit by bit, or not at all."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from foundations import parallel, store
from foundations.errors import StoreError
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec, RunSpec, baseline
from foundations.store import DAMAGED, MEASUREMENTS, RUNS, RunStore, describe, run_key
from pretended import random_run

SPEC = baseline.vary(hidden=(1,), train_size=64, epochs=4, snapshots=(0, 3))  # two steps an epoch
STOPPING = SPEC.vary(early_stopping=EarlyStoppingSpec(), snapshots=(0, 8))  # stops before the last snapshot is due
KEY = "0123456789abcdef"
ARRAYS = {"values": np.array([1.0, -2.5, 3e10, np.nan])}
ABOUT = {"name": "a measurement", "settings": [1, 0.5]}


@pytest.fixture
def empty(tmp_path: Path) -> RunStore:
    """Return a run store that nothing was written to."""
    return RunStore(tmp_path / "runs")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """Return a run store for property-based tests, whose examples each write what they read."""
    return RunStore(tmp_path_factory.mktemp("runs"))


def files(root: Path) -> list[str]:
    """Return the names of all files below a folder, relative to it."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def plain(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[object, ...]]:
    """Return arrays in a form that is equal only if every bit is."""
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


def everything(run: Run | None) -> tuple[object, ...]:
    """Return all of a run, for comparison."""
    assert run is not None
    arrays: dict[str, NDArray[Any]] = {**run.history}
    for step, weights in {"end": run.weights, **run.snapshots}.items():
        arrays |= {f"{step} {number}": array for number, array in enumerate(weights)}
    return run.spec, plain(arrays), run.best_epoch, run.provenance


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        SPEC.vary(hidden=(), snapshots=()),
        SPEC.vary(hidden=(3, 2), optimizer="adamw", evaluate_every=2, seed=7, replica=2),
        STOPPING,
        SPEC.vary(optimizer="sgd", momentum=0.9, l2=0.1),
    ],
    ids=["plain", "no hidden layer", "two hidden layers", "stopped early", "penalty"],
)
def test_a_run_comes_back_bitwise(empty: RunStore, spec: RunSpec) -> None:
    """History, weights, snapshots, best epoch and provenance come out of the store as they were put in."""
    run = random_run(spec)
    empty.put(run)
    assert everything(run) == everything(empty.get(spec))


def test_weights_that_are_no_numbers_come_back(empty: RunStore) -> None:
    """A run that diverged is kept as it is, with infinities and what is not a number."""
    run = random_run(SPEC)
    infinite, *others = (np.full_like(array, np.inf) for array in run.weights)
    run = dataclasses.replace(run, weights=(infinite, *(array * np.float32("nan") for array in others)))
    empty.put(run)
    assert everything(run) == everything(empty.get(SPEC))


def test_what_is_not_stored_is_missing(empty: RunStore) -> None:
    """A store without a run, even one whose folder does not exist, answers that it has none, and makes no folder."""
    assert empty.get(SPEC) is None
    assert not empty.has(SPEC)
    assert [] == [*empty.entries()]
    assert [] == empty.verify()
    assert not empty.root.exists()


@pytest.mark.parametrize("evaluate_every", [1, 2])
def test_a_longer_run_serves_shorter_ones(empty: RunStore, evaluate_every: int) -> None:
    """A run of a few epochs is read off a stored longer one that kept the weights at its end."""
    whole = random_run(SPEC.vary(epochs=6, evaluate_every=evaluate_every, snapshots=(0, 3, 8)))
    empty.put(whole)
    short = whole.spec.vary(epochs=4, snapshots=(3,))
    assert empty.has(short)
    assert everything(whole.prefix(short)) == everything(empty.get(short))
    assert whole.spec == empty.held(short)


@pytest.mark.parametrize(
    "asked",
    [SPEC.vary(epochs=5), SPEC.vary(snapshots=(1,)), SPEC.vary(epochs=3, snapshots=()), SPEC.vary(seed=1)],
    ids=["longer", "other snapshots", "an end without weights", "another seed"],
)
def test_what_a_run_does_not_hold_is_not_served(empty: RunStore, asked: RunSpec) -> None:
    """A stored run that is too short, or lacks the weights asked for, is no answer, and stays stored."""
    run = random_run(SPEC)
    empty.put(run)
    assert empty.get(asked) is None
    assert not empty.has(asked)
    assert everything(run) == everything(empty.get(SPEC))


def test_a_longer_run_replaces_a_shorter_one(empty: RunStore) -> None:
    """One trajectory is one file, with what was put in last."""
    longer = random_run(SPEC.vary(epochs=8, snapshots=(0, 3, 8)))
    for run in (random_run(SPEC), longer):
        empty.put(run)
    assert 1 == len(files(empty.root))
    assert everything(longer) == everything(empty.get(longer.spec))


def test_equal_specs_find_one_run(empty: RunStore) -> None:
    """A rate that was given as a whole number is the same as a float: one file, found by both."""
    run = random_run(SPEC.vary(l2=0.0, learning_rate=1.0))
    empty.put(run)
    assert describe(run.spec) == describe(SPEC.vary(l2=-0.0, learning_rate=1.0))
    assert everything(run) == everything(empty.get(SPEC.vary(l2=0, learning_rate=1)))


NAMES = st.from_regex(r"[a-z]{1,8}(/[0-9]{1,3}){0,2}", fullmatch=True).filter(lambda name: name not in RESERVED)
RESERVED = ("about", "checksum", "file", "args")
KINDS = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(),
    hnp.complex_number_dtypes(),
)
VALUES = hnp.arrays(KINDS, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(st.text(), JSON, max_size=3))
def test_any_arrays_come_back(shared: RunStore, arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> None:
    """Arrays of any numeric type, order of bytes and shape come back bitwise, and any description as it was."""
    shared.write(MEASUREMENTS, KEY, arrays, about)
    found = shared.read(MEASUREMENTS, KEY)
    assert found is not None
    assert (plain(arrays), about) == (plain(found[0]), found[1])


def test_a_file_is_replaced_in_one_step(empty: RunStore) -> None:
    """Who has a file open while it is replaced goes on reading the old one, whole."""
    empty.put(random_run(SPEC))
    path = empty.path(RUNS, run_key(SPEC))
    before = path.read_bytes()
    with path.open("rb") as reader:
        empty.put(random_run(SPEC.vary(epochs=8)))
        assert before == reader.read()
    assert before != path.read_bytes()


class Broken:
    """Stands for `numpy.savez`: writes the beginning of a file, then fails."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, file: io.BufferedWriter, **_: object) -> None:
        """Write some bytes and raise."""
        file.write(b"PK\x03\x04 and no more")
        file.flush()
        raise self.error


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left on device"), StoreError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
    ],
    ids=["full disk", "Ctrl-C", "no memory"],
)
def test_a_write_that_fails_leaves_nothing(
    empty: RunStore, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[BaseException]
) -> None:
    """A write that fails midway leaves no file, neither a part nor a result, and the run that was there before."""
    short = random_run(SPEC)
    empty.put(short)
    before = files(empty.root)
    longer = random_run(SPEC.vary(epochs=8))
    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", Broken(error))
        for run in (longer, random_run(SPEC.vary(seed=1))):
            with pytest.raises(raised):
                empty.put(run)
    assert before == files(empty.root)
    assert [] == [*empty.root.rglob(".*")]
    assert everything(short) == everything(empty.get(SPEC))
    assert empty.get(longer.spec) is None
    empty.put(longer)
    assert everything(longer) == everything(empty.get(longer.spec))


def test_a_full_disk_is_named(empty: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of a failed write names the file and the system's reason."""
    monkeypatch.setattr(np, "savez", Broken(OSError(28, "No space left on device")))
    with pytest.raises(StoreError) as caught:
        empty.put(random_run(SPEC))
    path = empty.path(RUNS, run_key(SPEC))
    assert f"the run store must be writable. Received: {str(path)!r} (No space left on device)" == str(caught.value)


def test_what_a_killed_write_leaves_is_no_result(empty: RunStore) -> None:
    """A part of a file that a killed process was writing is neither listed nor returned, and cleared with the rest."""
    part = empty.path(RUNS, run_key(SPEC)).parent / ".part-x" / f"{run_key(SPEC)}.npz"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"PK\x03\x04 and no more")
    assert empty.get(SPEC) is None
    assert [] == [*empty.entries()]
    empty.clear()
    assert [] == files(empty.root)


@pytest.fixture(scope="module")
def stored(shared: RunStore) -> bytes:
    """Return the bytes of a stored run."""
    shared.put(random_run(SPEC))
    return shared.path(RUNS, run_key(SPEC)).read_bytes()


def after(shared: RunStore, content: bytes) -> Run | None:
    """Return what is read after a file's content became another; check that a damaged file is set aside."""
    path = shared.path(RUNS, run_key(SPEC))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    run = shared.get(SPEC)
    aside = shared.root / DAMAGED / path.name
    if run is None:
        assert not path.exists()
        assert content == aside.read_bytes()
        assert [SPEC] == parallel.missing([SPEC], shared)
        aside.unlink()
    assert not aside.exists()
    return run


@given(st.data())
def test_a_flipped_byte_is_found(shared: RunStore, stored: bytes, draw: st.DataObject) -> None:
    """A file with a changed byte is set aside and trained again, unless what it holds is still the same bit by bit."""
    position = draw.draw(st.integers(0, len(stored) - 1))
    damaged = bytearray(stored)
    damaged[position] ^= draw.draw(st.integers(1, 255))
    if (run := after(shared, bytes(damaged))) is not None:
        assert everything(random_run(SPEC)) == everything(run)


def test_damage_in_the_numbers_is_always_found(shared: RunStore, stored: bytes) -> None:
    """A single flipped bit in any of a run's weights or curves is found."""
    run = random_run(SPEC)
    for array in (*run.weights, *run.history.values(), *run.snapshots[3]):
        start = stored.index(array.tobytes())
        for position in {start, start + array.nbytes // 2, start + array.nbytes - 1}:
            damaged = bytearray(stored)
            damaged[position] ^= 1
            assert after(shared, bytes(damaged)) is None


def test_damage_in_every_byte_of_a_small_file(empty: RunStore) -> None:
    """Whichever byte of a file changes, it is set aside, or holds the same numbers and description still."""
    empty.write(MEASUREMENTS, KEY, ARRAYS, ABOUT)
    path = empty.path(MEASUREMENTS, KEY)
    whole = path.read_bytes()
    expected = (ARRAYS["values"].tobytes(), ABOUT)
    outcomes = {None: 0, expected[0]: 0}
    for position, flip in itertools.product(range(len(whole)), (0x01, 0xFF)):
        damaged = bytearray(whole)
        damaged[position] ^= flip
        path.write_bytes(damaged)
        found = empty.read(MEASUREMENTS, KEY)
        assert found is None or expected == (found[0]["values"].tobytes(), found[1])
        outcomes[None if found is None else expected[0]] += 1
        assert (found is None) == (not path.exists())
    assert outcomes[None] > outcomes[expected[0]] > 0


@given(st.data())
def test_a_truncated_file_is_found(shared: RunStore, stored: bytes, draw: st.DataObject) -> None:
    """A file that lost its end, or everything, is set aside."""
    assert after(shared, stored[: draw.draw(st.integers(0, len(stored) - 1))]) is None


@given(st.binary(max_size=300))
def test_random_bytes_are_found(shared: RunStore, content: bytes) -> None:
    """A file of any other content is set aside."""
    assert after(shared, content) is None


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\x00", b"\n" * 50])
def test_files_that_are_no_archives_are_found(shared: RunStore, content: bytes) -> None:
    """An empty file, an empty archive, the beginning of an array and blank lines are set aside."""
    assert after(shared, content) is None


def test_another_runs_file_is_found(shared: RunStore, stored: bytes) -> None:
    """A whole file whose arrays are exchanged for another run's is set aside."""
    shared.put(random_run(SPEC.vary(seed=1)))
    other = np.load(shared.path(RUNS, run_key(SPEC.vary(seed=1))))
    mixed = dict(np.load(io.BytesIO(stored)))
    mixed["weights/0"] = other["weights/0"]
    other.close()
    buffer = io.BytesIO()
    np.savez(buffer, **mixed)
    assert after(shared, buffer.getvalue()) is None


def test_a_damaged_run_is_trained_again(shared: RunStore, stored: bytes) -> None:
    """After a damaged file was set aside its run can be stored anew."""
    assert after(shared, stored[:-1]) is None
    shared.put(random_run(SPEC))
    assert everything(random_run(SPEC)) == everything(shared.get(SPEC))
    assert [] == parallel.missing([SPEC], shared)


class Bomb:
    """Does harm when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        """Return what unpickling calls."""
        return Path.touch, (self.path,)


def test_pickled_objects_are_never_loaded(shared: RunStore, tmp_path: Path) -> None:
    """A file with a pickled object is set aside, and the object is not made."""
    mark = tmp_path / "unpickled"
    pickle.loads(pickle.dumps(Bomb(mark)))
    mark.unlink()
    buffer = io.BytesIO()
    np.savez(buffer, **{"weights/0": np.array([Bomb(mark)]), "about": "{}", "checksum": ""})
    assert after(shared, buffer.getvalue()) is None
    assert not mark.exists()


def test_objects_are_not_stored(empty: RunStore) -> None:
    """An array of Python objects, which only pickle could hold, is refused, and nothing is written."""
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        empty.write(MEASUREMENTS, KEY, {"values": np.array([{}, None])}, {})
    assert [] == files(empty.root)


def test_files_hold_no_pickle(empty: RunStore) -> None:
    """Every array of a stored file can be read without pickle, and its description is JSON."""
    empty.put(random_run(SPEC))
    with np.load(empty.path(RUNS, run_key(SPEC)), allow_pickle=False) as archive:
        kinds = {name: archive[name].dtype.kind for name in archive.files}
        about = json.loads(str(archive["about"]))
    assert {"f", "U"} == {*kinds.values()}
    assert {"about", "checksum"} == {name for name, kind in kinds.items() if kind == "U"}
    assert SPEC.epochs == about["spec"]["epochs"]


@pytest.fixture
def impossible(tmp_path: Path) -> RunStore:
    """Return a run store below a regular file, which nobody can write to, not even root."""
    (tmp_path / "file").write_text("")
    return RunStore(tmp_path / "file" / "runs")


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.prepare(),
        lambda store: store.put(random_run(SPEC)),
        lambda store: store.write(MEASUREMENTS, KEY, ARRAYS, ABOUT),
    ],
    ids=["prepare", "put", "write"],
)
def test_a_store_that_cannot_be_written(impossible: RunStore, write: Callable[[RunStore], None]) -> None:
    """Writing where that is impossible is an error that names the path; reading there finds nothing."""
    with pytest.raises(StoreError, match=r"the run store must be writable. Received: '.*/file/runs"):
        write(impossible)
    assert impossible.get(SPEC) is None
    assert [] == [*impossible.entries()]


def test_a_path_that_cannot_be_read(empty: RunStore) -> None:
    """Something in a file's place that cannot be read, such as a folder, is an error that names it, and stays."""
    path = empty.path(RUNS, run_key(SPEC))
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match=rf"the run store must be readable. Received: '{path}'"):
        empty.get(SPEC)
    assert path.is_dir()


def test_damage_that_cannot_be_set_aside(empty: RunStore) -> None:
    """Where a damaged file cannot be moved, the error names it."""
    path = empty.path(RUNS, run_key(SPEC))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    (empty.root / DAMAGED).write_text("in the way")
    with pytest.raises(StoreError, match=rf"the run store must be writable. Received: '{path}'"):
        empty.get(SPEC)


def test_prepare_makes_the_folder(empty: RunStore) -> None:
    """A prepared store exists, holds no files, and can be prepared again."""
    empty.prepare()
    empty.prepare()
    assert empty.root.is_dir()
    assert [] == files(empty.root)


@pytest.fixture
def three(empty: RunStore) -> RunStore:
    """Return a store of two runs and a measurement."""
    for seed in (0, 1):
        empty.put(random_run(SPEC.vary(seed=seed)))
    empty.write(MEASUREMENTS, KEY, ARRAYS, ABOUT)
    return empty


def test_oldest_is_of_runs_and_stays_as_runs_are_added(three: RunStore) -> None:
    """A store began with its oldest run, whatever comes after and whatever the measurements' dates are."""
    *runs, measurement = (entry.path for entry in three.entries())
    for seconds, path in enumerate([measurement, *runs], start=1):
        os.utime(path, (seconds, seconds))
    assert three.oldest() == 2_000_000_000
    three.put(random_run(SPEC.vary(seed=2)))
    assert three.oldest() == 2_000_000_000
    three.clear()
    assert three.oldest() is None


def test_entries_tell_what_is_stored(three: RunStore) -> None:
    """Every file is listed with its kind, key, place, size and description: runs first, each by key."""
    entries = [*three.entries()]
    assert [RUNS, RUNS, MEASUREMENTS] == [entry.kind for entry in entries]
    keys = {run_key(SPEC.vary(seed=seed)): seed for seed in (0, 1)}
    assert [*sorted(keys), KEY] == [entry.key for entry in entries]
    assert [keys[key] for key in sorted(keys)] == [entry.about["spec"]["seed"] for entry in entries[:2]]
    assert ABOUT == entries[2].about
    assert files(three.root) == sorted(str(entry.path.relative_to(three.root)) for entry in entries)
    assert [entry.path.stat().st_size for entry in entries] == [entry.size for entry in entries]


def test_entries_of_damaged_files_have_no_description(three: RunStore) -> None:
    """A file that cannot be read is listed all the same, and stays where it is."""
    path = three.path(MEASUREMENTS, KEY)
    path.write_bytes(b"damaged")
    assert [(KEY, 7, {})] == [(entry.key, entry.size, entry.about) for entry in three.entries() if not entry.about]
    assert path.exists()


def test_verify_finds_damage(three: RunStore) -> None:
    """Verifying sets exactly the damaged files aside and tells where they were; a second time it finds none."""
    assert [] == three.verify()
    damaged = [three.path(RUNS, run_key(SPEC)), three.path(MEASUREMENTS, KEY)]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1])
    assert damaged == three.verify()
    assert [] == three.verify()
    assert sorted(path.name for path in damaged) == sorted(path.name for path in (three.root / DAMAGED).iterdir())
    assert three.has(SPEC.vary(seed=1))
    assert not three.has(SPEC)


def test_delete_some(three: RunStore) -> None:
    """What is named is deleted, even if it is gone already; the rest stays."""
    first, *rest = three.entries()
    three.delete([first, first])
    assert rest == [*three.entries()]


def test_clear_deletes_everything(three: RunStore) -> None:
    """After clearing nothing is stored, not even what was set aside; other files in the folder stay."""
    three.path(MEASUREMENTS, KEY).write_bytes(b"damaged")
    three.verify()
    (three.root / "note").write_text("mine")
    three.clear()
    three.clear()
    assert ["note"] == files(three.root)
    assert [] == [*three.entries()]


def test_default_root_is_the_books_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results live where FOUNDATIONS_RUNS says, else in the book's folder, else, without a book, in this one."""
    monkeypatch.setenv("FOUNDATIONS_RUNS", "elsewhere")
    assert Path("elsewhere") == RunStore().root
    monkeypatch.setenv("FOUNDATIONS_RUNS", "")
    monkeypatch.setattr(store, "__file__", str(tmp_path / "book" / "code" / "foundations" / "store.py"))
    monkeypatch.chdir(tmp_path)
    assert tmp_path / ".runs" == RunStore().root
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_toc.yml").write_text("")
    assert tmp_path / "book" / ".runs" == RunStore().root
