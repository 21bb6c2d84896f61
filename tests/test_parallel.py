"""Training many runs in worker processes: what is missing, the same bits from any number of workers, interruptions."""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib.util
import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib.externals.loky import get_reusable_executor, process_executor

import pretended_workers
from foundations import parallel
from foundations.errors import DataError, FoundationsError, StoreError
from foundations.runs import Run, trajectory
from foundations.specs import SGD, Adam, EarlyStoppingSpec, RunSpec, baseline
from foundations.store import DAMAGED, RUNS, RunStore, circumstances, run_key
from pretended import pretend

TINY = baseline.vary(train_size=200, epochs=2, dropout=0.3, snapshots=(0, 3))  # seven steps an epoch
SEEDS = [TINY.vary(seed=seed) for seed in range(4)]
SHORT = baseline.vary(train_size=64, epochs=4, hidden=(1,))  # two steps an epoch

Bits = Callable[[Run], dict[str, str]]


def put(store: RunStore, spec: RunSpec) -> None:
    """Store a run of `spec` that nobody trained, and that is quickly written."""
    snapshots = {step: (np.array([step]),) for step in spec.snapshots}
    store.put(pretend(spec, weights=(np.array([spec.steps]),), snapshots=snapshots))


@st.composite
def asked(draw: st.DrawFn) -> RunSpec:
    """Draw one of several lengths and sets of snapshots of a few trajectories, some of which stop early."""
    stop = draw(st.none() | st.just(EarlyStoppingSpec()))
    spec = SHORT.vary(seed=draw(st.integers(0, 1)), epochs=draw(st.integers(1, 5)), early_stopping=stop)
    return spec.vary(snapshots=tuple(draw(st.sets(st.integers(0, spec.steps), max_size=3))))


@settings(max_examples=60)
@given(st.lists(asked(), max_size=4), st.lists(asked(), max_size=6))
def test_missing_is_what_must_be_trained(
    tmp_path_factory: pytest.TempPathFactory, stored: list[RunSpec], specs: list[RunSpec]
) -> None:
    """Whatever is stored, training what is missing answers all that is asked, once a trajectory, and loses nothing."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    for spec in parallel.missing(stored, store):
        put(store, spec)
    unanswered = {trajectory(spec) for spec in specs if not store.has(spec)}
    found = parallel.missing(specs, store)
    assert len(unanswered) == len(found)
    assert unanswered == {trajectory(spec) for spec in found}
    for spec in found:
        put(store, spec)
    assert all(store.get(spec) is not None for spec in [*stored, *specs])
    assert [] == parallel.missing([*stored, *specs], store)


def test_missing_asks_for_no_more_than_the_longest(tmp_path: Path) -> None:
    """Runs of one trajectory are trained as one, to the longest of them, keeping the weights at each one's end."""
    specs = [SHORT.vary(epochs=2), SHORT.vary(epochs=5, snapshots=(1,)), SHORT.vary(epochs=3, snapshots=(0,))]
    assert [SHORT.vary(epochs=5, snapshots=(0, 1, 4, 6))] == parallel.missing(specs, RunStore(tmp_path))


def test_missing_keeps_what_a_shorter_run_held(tmp_path: Path) -> None:
    """A stored run that is too short is trained anew, with all the weights that it held, its last ones included."""
    store = RunStore(tmp_path)
    put(store, SHORT.vary(epochs=3, snapshots=(1, 2)))
    longer = SHORT.vary(epochs=5, snapshots=(7,))
    assert [SHORT.vary(epochs=5, snapshots=(1, 2, 6, 7))] == parallel.missing([longer], store)
    assert [] == parallel.missing([SHORT.vary(epochs=1, snapshots=(1, 2))], store)


def test_missing_trains_a_damaged_run_again(tmp_path: Path) -> None:
    """A run whose file is damaged at its head is missing; one damaged elsewhere is, once that was found."""
    store = RunStore(tmp_path)
    put(store, SHORT)
    path = store.path(RUNS, run_key(SHORT))
    path.write_bytes(path.read_bytes()[:-50])
    assert [SHORT] == parallel.missing([SHORT], store)
    put(store, SHORT)
    content = bytearray(path.read_bytes())
    content[content.index(np.array([SHORT.steps]).tobytes())] ^= 1
    path.write_bytes(content)
    assert [path] == store.verify()
    assert [SHORT] == parallel.missing([SHORT], store)
    assert path.name == next((tmp_path / DAMAGED).iterdir()).name


WORK = [
    SHORT.vary(hidden=hidden, optimizer=optimizer, seed=seed, epochs=epochs, learning_rate=rate)
    for seed, hidden, optimizer, epochs, rate in itertools.product(
        range(2), [(1,), (9,), (2, 2)], [Adam(), SGD(), SGD(momentum=0.5), SGD(momentum=0.9)], [2, 4], [0.1, 0.2]
    )
]


@given(st.permutations(WORK))
def test_work_is_ordered_by_structure(tmp_path_factory: pytest.TempPathFactory, specs: list[RunSpec]) -> None:
    """Runs that share a compiled program follow one another, large networks first, longer runs before shorter ones."""
    order = sorted(specs, key=parallel.turn)
    programs = [spec.structure for spec in order]
    assert len({*programs}) == len([*itertools.groupby(programs)]) == 12
    sizes = [spec.model.parameters for spec in order]
    assert sorted(sizes, reverse=True) == sizes
    for _, group in itertools.groupby(order, key=parallel.program_key):
        epochs = [spec.epochs for spec in group]
        assert sorted(epochs, reverse=True) == epochs
    alone = [spec for spec in specs if spec.epochs == 4]
    todo = parallel.missing(alone, RunStore(tmp_path_factory.getbasetemp() / "nothing"))
    assert sorted(alone, key=parallel.turn) == todo


@given(st.permutations(WORK), st.floats(0.01, 10), st.integers(1, 4))
def test_a_worker_is_given_runs_of_one_program(specs: list[RunSpec], seconds: float, workers: int) -> None:
    """A worker is given as many runs of one program as fit into some seconds and a third of its share, or one."""
    order = sorted(specs, key=parallel.turn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "PORTION", seconds)
        patch.setenv("FOUNDATIONS_WORKERS", str(workers))
        portions = [*parallel.portions(order)]
    assert order == [*itertools.chain.from_iterable(portions)]
    assert {1} == {len({*map(parallel.program_key, portion)}) for portion in portions}
    limit = min(seconds, sum(map(parallel.cost, order)) / (3 * workers))
    costs = [sum(map(parallel.cost, portion)) for portion in portions]
    assert all(cost <= limit or len(portion) == 1 for cost, portion in zip(costs, portions, strict=True))
    for (first, cost), (second, _) in itertools.pairwise(zip(portions, costs, strict=True)):
        alike = parallel.program_key(first[0]) == parallel.program_key(second[0])
        assert not alike or cost + parallel.cost(second[0]) > limit


def test_few_short_runs_are_compiled_once() -> None:
    """Beside much other work, three seeds of a short run are one portion; beside none they are three."""
    few, much = ([spec.vary(seed=seed) for seed in range(3)] for spec in (TINY, baseline.vary(hidden=(512,))))
    assert few == [*parallel.portions([*much, *few])][-1]
    assert [[spec] for spec in few] == [*parallel.portions(few)]


@given(st.integers(1, 50), st.integers(1, 50_000), st.integers(1, 512), st.integers(1, 512))
def test_cost_grows_with_the_work(epochs: int, size: int, batch: int, width: int) -> None:
    """A run is expected to take time, and more of it with another epoch, another unit, or dropout."""
    spec = baseline.vary(epochs=epochs, train_size=size, batch_size=min(batch, size), hidden=(width,))
    more = ({"epochs": epochs + 1}, {"hidden": (width + 1,)}, {"dropout": 0.1})
    assert parallel.cost(spec) > 0
    assert [True] * 3 == [parallel.cost(spec.vary(**change)) > parallel.cost(spec) for change in more]


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("2", 2), ("64", 64), ("", joblib.cpu_count())])
def test_number_of_workers(value: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOUNDATIONS_WORKERS says how many workers there are; without it there is one a core."""
    monkeypatch.setenv("FOUNDATIONS_WORKERS", value)
    assert expected == parallel.workers()
    monkeypatch.delenv("FOUNDATIONS_WORKERS")
    assert joblib.cpu_count() == parallel.workers()


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²", " "])
def test_bad_number_of_workers(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another value of FOUNDATIONS_WORKERS is refused before anything is shown or written."""
    monkeypatch.setenv("FOUNDATIONS_WORKERS", value)
    with pytest.raises(FoundationsError, match="FOUNDATIONS_WORKERS must be a whole number of at least 1. Received: "):
        parallel.train_missing([TINY], RunStore(tmp_path / "runs"), refuse)
    assert not (tmp_path / "runs").exists()


def refuse(specs: Sequence[RunSpec], runs: Iterable[Run]) -> Iterable[Run]:
    """Stand for a progress bar where nothing may be trained."""
    raise AssertionError((specs, runs))


@pytest.fixture(scope="module", autouse=True)
def _workers_end() -> Iterator[None]:
    """End the worker processes after these tests."""
    yield
    get_reusable_executor().shutdown(wait=True, kill_workers=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, RunStore]:
    """Return stores in which one worker, and two, have trained the same runs."""
    stores = {count: RunStore(tmp_path_factory.mktemp(f"workers{count}")) for count in ("1", "2")}
    for count, store in stores.items():
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("FOUNDATIONS_WORKERS", count)
            assert len(SEEDS) == parallel.train_missing(SEEDS, store)
    return stores


def stored(store: RunStore, specs: Sequence[RunSpec]) -> list[Run]:
    """Return runs that are stored, all of them."""
    runs = [store.get(spec) for spec in specs]
    assert None not in runs
    return [run for run in runs if run is not None]


def test_any_number_of_workers_gives_the_same_bits(trained: Mapping[str, RunStore], bits: Bits) -> None:
    """One worker and two train every run to the same bits; runs of different seeds differ."""
    one, two = ([bits(run) for run in stored(trained[count], SEEDS)] for count in ("1", "2"))
    assert one == two
    assert len(SEEDS) == len({digests["weights"] for digests in one})


def test_trained_runs_are_whole(trained: Mapping[str, RunStore]) -> None:
    """A run comes out of the store with its spec, a history of all its epochs, its weights and snapshots."""
    for run, spec in zip(stored(trained["2"], SEEDS), SEEDS, strict=True):
        assert (spec, 2, [0, 3]) == (run.spec, run.epochs, [*run.snapshots])
        assert [(784, 128), (128,), (128, 10), (10,)] == [array.shape for array in run.weights]
        assert run.history["loss"][1] < run.history["loss"][0]


def test_what_is_stored_is_not_trained_again(trained: Mapping[str, RunStore]) -> None:
    """A second call trains nothing and writes nothing."""
    files = {entry.path: entry.path.stat().st_mtime_ns for entry in trained["2"].entries()}
    assert 0 == parallel.train_missing([*SEEDS, TINY.vary(epochs=2, snapshots=())], trained["2"], refuse)
    assert files == {entry.path: entry.path.stat().st_mtime_ns for entry in trained["2"].entries()}


def test_a_longer_run_answers_the_shorter_one_with_the_same_bits(trained: Mapping[str, RunStore], bits: Bits) -> None:
    """Asked for more epochs, a run is trained anew in another process, and its beginning is what it was."""
    store, shown = trained["1"], []

    def show(specs: Sequence[RunSpec], runs: Iterable[Run]) -> Iterable[Run]:
        shown.extend(specs)
        return runs

    before = bits(stored(store, [TINY])[0])
    assert 1 == parallel.train_missing([TINY.vary(epochs=3), *SEEDS], store, show)
    assert [TINY.vary(epochs=3, snapshots=(0, 3, 14))] == shown
    assert before == bits(stored(store, [TINY])[0])


def as_a_clusters_worker(specs: Sequence[RunSpec], asked: Mapping[str, object]) -> list[Run]:
    """Train in two threads of this process, beside a third that draws from Python's random numbers all the time."""
    done = threading.Event()

    def draw() -> None:
        while not done.wait(0.0001):
            random.random()

    other = threading.Thread(target=draw)
    other.start()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [*pool.map(lambda spec: parallel.train_in_worker(spec, asked), specs)]
    done.set()
    other.join()
    return runs


def test_a_clusters_worker_gives_the_same_bits(trained: Mapping[str, RunStore], bits: Bits) -> None:
    """A worker process with several threads, some of them busy with other things, trains the same runs bit by bit."""
    task = joblib.delayed(as_a_clusters_worker)(SEEDS, circumstances())
    (runs,) = parallel.spread([task])
    assert [bits(run) for run in stored(trained["2"], SEEDS)] == [bits(run) for run in runs]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("data", "0" * 64, DataError), ("versions", {"keras": "0.1"}, FoundationsError), ("code", "0", FoundationsError)],
)
def test_a_worker_that_is_unlike_the_asker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object, error: type[FoundationsError]
) -> None:
    """A worker with other data, library versions or code trains nothing, and the error says what differs."""
    here = circumstances()
    monkeypatch.setattr(parallel, "circumstances", lambda: {**here, name: value})
    store = RunStore(tmp_path)
    with pytest.raises(error, match=rf"a worker's {name} must be what it was asked for, .*Received: ") as caught:
        parallel.train_missing([TINY], store)
    assert error is caught.type
    assert str(here[name]) in str(caught.value)
    assert [] == [*store.entries()]


class Interrupted(RunStore):
    """A store in which the second run cannot be stored."""

    def __init__(self, root: Path, error: BaseException) -> None:
        super().__init__(root)
        self.error = error
        self.workers: list[int | None] = []

    def put(self, run: Run) -> None:
        """Store the first run; for the second note which workers there are, and raise."""
        if [*self.entries()]:
            self.workers = [process.pid for process in multiprocessing.active_children()]
            raise self.error
        super().put(run)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreError("full")], ids=["Ctrl-C", "full disk"])
def test_interruption_ends_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """An interruption while a run is stored ends all workers at once, without a warning, and keeps what was stored."""
    monkeypatch.setattr(parallel, "train_in_worker", pretended_workers.train_in_worker)
    monkeypatch.setenv("FOUNDATIONS_WORKERS", "2")
    store = Interrupted(tmp_path, error)
    with pytest.raises(type(error)):
        parallel.train_missing([SHORT.vary(seed=seed) for seed in range(500)], store)
    assert len(store.workers) >= 2
    assert [] == multiprocessing.active_children()
    assert 1 == len([*store.entries()])


def test_runs_that_nobody_fetches_end_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes only the first of several runs leaves no workers behind that train the rest."""
    monkeypatch.setattr(parallel, "train_in_worker", pretended_workers.train_in_worker)
    runs = parallel.trained([SHORT.vary(seed=seed) for seed in range(500)])
    with contextlib.closing(runs):
        assert next(runs).spec.model == SHORT.model
        assert multiprocessing.active_children() != []
    assert [] == multiprocessing.active_children()


def grow(number: int) -> int:
    """Let joblib find from now on that this worker has grown too much, and return the number after a moment."""
    process_executor._MAX_MEMORY_LEAK_SIZE, process_executor._MEMORY_LEAK_CHECK_DELAY = -(10**12), 0.0
    time.sleep(0.05)
    return number


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_worker_that_is_replaced_keeps_nobody_waiting(workers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that joblib ends while others' tasks are waiting are replaced, though warnings of it are errors here."""
    monkeypatch.setenv("FOUNDATIONS_WORKERS", workers)
    try:
        assert [*range(12)] == sorted(parallel.spread(map(joblib.delayed(grow), range(12))))
    finally:
        get_reusable_executor().shutdown(wait=True, kill_workers=True)  # other tests need workers that stay


@pytest.mark.parametrize("before", [None, "glibc.malloc.check=0"])
def test_workers_use_huge_pages(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers, and they alone, are told to use huge pages; what else is set stays."""
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if before:
        monkeypatch.setenv("GLIBC_TUNABLES", before)
    get_reusable_executor().shutdown(wait=True)
    (told,) = parallel.spread([joblib.delayed(os.getenv)("GLIBC_TUNABLES")])
    assert ":".join(filter(None, (before, parallel.HUGE_PAGES))) == told
    assert before == os.environ.get("GLIBC_TUNABLES")


SPECS = [baseline.vary(train_size=2000, epochs=5, seed=seed) for seed in range(8)]
TRAIN = ["train", "--set", "train_size=2000", "--set", "epochs=5", "--seeds", "8"]
REAL = "from foundations import cli; cli.main()"
PRETENDED = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import foundations.parallel, pretended_workers
foundations.parallel.train_in_worker = pretended_workers.train_in_worker
{REAL}
"""
SCRIPTS = [PRETENDED, pytest.param(REAL, marks=pytest.mark.slow)]
scripts = pytest.mark.parametrize("script", SCRIPTS, ids=["pretended", "real"])


class Command:
    """`foundations train` with two workers, in a process group of its own."""

    def __init__(self, folder: Path, script: str) -> None:
        self.store = RunStore(folder)
        variables = {"FOUNDATIONS_RUNS": str(folder), "FOUNDATIONS_WORKERS": "2", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *TRAIN],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_workers_start(self) -> None:
        """Wait until the command has said what it trains, and a moment more."""
        assert self.process.stdout is not None
        assert any("8 runs to train" in line for line in self.process.stdout)
        time.sleep(0.3)

    def wait_until_runs_are_stored(self) -> None:
        """Wait until there are some runs."""
        while len(self.stored()) < 2:
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)

    def stored(self) -> dict[str, tuple[int, int]]:
        """Return what identifies each stored file: its name, inode and time of modification."""
        stats = {path.name: path.stat() for path in self.store.root.glob("runs/*/*.npz")}
        return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}

    def whole(self) -> int:
        """Return how many runs are stored, after reading all of each."""
        assert [] == self.store.verify()
        return sum(self.store.get(spec) is not None for spec in SPECS)

    def end(self) -> None:
        """End what is left of the command and its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Callable[[str], Command]]:
    """Return a function that starts the command, each time with the same run store."""
    started: list[Command] = []

    def start(script: str) -> Command:
        started.append(Command(tmp_path, script))
        return started[-1]

    yield start
    for one in started:
        one.end()


@scripts
def test_a_killed_command_goes_on_where_it_was(command: Callable[[str], Command], script: str) -> None:
    """After `kill -9` in the middle all stored runs are whole, and the same command trains only what is left."""
    killed = command(script)
    killed.wait_until_runs_are_stored()
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    before = killed.stored()
    assert 2 <= len(before) == killed.whole() < 8
    again = command(script)
    output, errors = again.process.communicate(timeout=200)
    assert (0, "") == (again.process.returncode, errors)
    assert f"{8 - len(before)} runs trained" in output
    assert before.items() <= again.stored().items()
    assert 8 == len(again.stored()) == again.whole()


@scripts
@pytest.mark.parametrize("moment", [Command.wait_until_workers_start, Command.wait_until_runs_are_stored])
def test_ctrl_c_stops_the_command(
    command: Callable[[str], Command], script: str, moment: Callable[[Command], None]
) -> None:
    """On Ctrl-C the command says that it can go on, exits with 130, ends its workers and keeps what is finished."""
    interrupted = command(script)
    moment(interrupted)
    os.killpg(interrupted.process.pid, signal.SIGINT)  # to the command and its workers, as a terminal does
    # The output ends when the last process that could write to it has ended: no worker is left.
    output, errors = interrupted.process.communicate(timeout=60)
    assert (130, "") == (interrupted.process.returncode, errors)
    assert "Stopped. Every finished run is stored; the same command goes on from there." in output
    assert len(interrupted.stored()) == interrupted.whole() < 8


@pytest.mark.parametrize("before", [None, "error::DeprecationWarning"])
def test_locks_of_killed_workers_are_not_warned_of(before: str | None) -> None:
    """What joblib's tracker misses at the end is not printed, and other programs' warnings stay as they were."""
    code = (
        "import os; from foundations import parallel; parallel.start_trackers();"
        "from joblib.externals.loky.backend import resource_tracker;"
        "resource_tracker.register('/not-there', 'semlock'); print(os.environ.get('PYTHONWARNINGS'))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    if before:
        environment["PYTHONWARNINGS"] = before
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert (f"{before}\n", "") == (ended.stdout, ended.stderr)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra `cluster` is not installed")
def test_a_dask_cluster_gives_the_same_bits(trained: Mapping[str, RunStore], tmp_path: Path, bits: Bits) -> None:
    """Runs that spread over a dask cluster are bit by bit those of this machine's workers."""
    import distributed  # noqa: PLC0415  # an optional dependency

    store = RunStore(tmp_path)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster), joblib.parallel_config("dask"):
        assert len(SEEDS) == parallel.train_missing(SEEDS, store)
    assert [bits(run) for run in stored(trained["2"], SEEDS)] == [bits(run) for run in stored(store, SEEDS)]
