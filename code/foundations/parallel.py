"""Training many runs: in worker processes of one thread each, on this machine or on a cluster."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import joblib
from joblib.externals.loky import get_reusable_executor, process_executor
from joblib.parallel import get_active_backend

from foundations import data
from foundations.errors import DataError, FoundationsError, require_count
from foundations.runs import Run, covers, longest, trajectory
from foundations.specs import RunSpec
from foundations.store import RunStore, circumstances

ALONE = threading.Lock()
"""Held while a process trains: a cluster's worker may have several threads, and Keras's random state is shared."""

PORTION = 12.0
"""Seconds of training, by `cost`, that a worker is given at a time: what is lost when a build is killed."""

GROWTH = 10**9
"""Bytes by which a worker may grow before joblib replaces it: it keeps the programs that it has compiled."""

HUGE_PAGES = "glibc.malloc.hugetlb=1"
"""Lets workers on Linux keep arrays in huge pages of memory: an epoch takes up to a tenth less, to the same bits."""

Progress = Callable[[Sequence[RunSpec], Iterable[Run]], Iterable[Run]]
"""Passes runs on as they come, given the specs of all of them, and shows how far they are."""


def silent(specs: Sequence[RunSpec], runs: Iterable[Run]) -> Iterable[Run]:  # noqa: ARG001  # the form of Progress
    """Pass runs on and show nothing, as in a chapter."""
    return runs


def missing(specs: Iterable[RunSpec], store: RunStore) -> list[RunSpec]:
    """Return what must be trained so that `store` answers `specs`: each trajectory once, in the order of training.

    A trajectory that is stored but too short is trained anew, and keeps the weights that it held.
    """
    asked: dict[RunSpec, list[RunSpec]] = {}
    for spec in specs:
        asked.setdefault(trajectory(spec), []).append(spec)
    found = []
    for group in asked.values():
        whole = longest(group)
        held = store.held(whole)
        if held is None:
            found.append(whole)
        elif not all(covers(held, spec) for spec in group):
            found.append(longest([*group, held]))
    return sorted(found, key=turn)


def program_key(spec: RunSpec) -> tuple[object, ...]:
    """Return what runs have in common that share a compiled program, as a key to sort by, the costliest first."""
    shapes = (spec.batch_size, spec.evaluate_images)
    return (-spec.model.parameters, *map(repr, spec.structure), *shapes)


def turn(spec: RunSpec) -> tuple[object, ...]:
    """Return a key by which runs are sorted to be trained: by structure, and the longest first."""
    return (*program_key(spec), -cost(spec), spec.seed, spec.replica)


def cost(spec: RunSpec) -> float:
    """Return roughly how many seconds a run takes on one core: per step, per parameter, and per multiplication."""
    parameters = spec.model.parameters
    step = 3e-5 + 6e-10 * parameters + 4e-11 * parameters * spec.batch_size
    masks = 1.2 if spec.model.dropout else 1.0
    return 0.1 + 0.04 * spec.epochs / spec.evaluate_every + masks * step * spec.steps


def workers() -> int:
    """Return the number of worker processes: the variable FOUNDATIONS_WORKERS, else one a core."""
    chosen = os.environ.get("FOUNDATIONS_WORKERS")
    count = int(chosen) if chosen and chosen.isdecimal() else chosen or joblib.cpu_count()
    require_count("FOUNDATIONS_WORKERS", count, 1)
    return int(count)


def train_missing(specs: Sequence[RunSpec], store: RunStore, progress: Progress = silent) -> int:
    """Train what `store` lacks of `specs`, store every run as it ends, and return how many were trained.

    Runs train in joblib's workers, never in this process, so that their bits do not depend on who asked. Inside
    `joblib.parallel_config("dask")` they spread over that cluster.

    Raises
    ------
    FoundationsError
        If the data, the store or FOUNDATIONS_WORKERS cannot be used; nothing is trained then.
    KeyboardInterrupt
        On Ctrl-C, after the workers have ended; what was stored stays.
    """
    data.load()
    workers()
    if todo := missing(specs, store):
        store.prepare()
        with contextlib.closing(trained(todo)) as runs:
            for run in progress(todo, runs):
                store.put(run)
    return len(todo)


def trained(specs: Sequence[RunSpec]) -> Generator[Run]:
    """Train runs in workers, store nothing, and yield them as they are finished; end the workers if interrupted."""
    asked = circumstances()
    tasks = [joblib.delayed(in_turn)(train_in_worker, part, asked) for part in portions(specs)]
    with contextlib.closing(spread(tasks)) as parts:
        for part in parts:
            yield from part


def spread(tasks: Iterable[Any]) -> Generator[Any]:
    """Do joblib's delayed tasks in workers, and yield the results as they come; end the workers if interrupted."""
    # joblib replaces a worker that has come to hold much (`GROWTH`), as measurements may, and warns of it, in a thread
    # of its own. Where warnings are errors, that thread would end, and all who wait for results would wait for ever.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)
    pool = joblib.Parallel(**dispatch(), return_as="generator_unordered")
    with holding_interrupts(), extended("GLIBC_TUNABLES", HUGE_PAGES, ":"):
        results = pool(tasks)
    try:
        for result in results:  # noqa: UP028  # `yield from` would end joblib's generator before its warning is silenced
            yield result
    except BaseException:
        with warnings.catch_warnings(action="ignore"):  # that some results are not used
            results.close()
        get_reusable_executor().shutdown(wait=True, kill_workers=True)
        raise


def portions(specs: Sequence[RunSpec]) -> Iterator[Sequence[RunSpec]]:
    """Yield what a worker is given at a time: runs that share a program, so that not every worker compiles it.

    They take `PORTION` seconds at most, and a third of a worker's share of all, unless a single run takes longer.
    """
    limit = min(PORTION, sum(map(cost, specs)) / (3 * workers()))
    for _, group in itertools.groupby(specs, key=program_key):
        part: list[RunSpec] = []
        for spec in group:
            if part and cost(spec) + sum(map(cost, part)) > limit:
                yield part
                part = []
            part.append(spec)
        yield part


def in_turn(
    function: Callable[[RunSpec, Mapping[str, object]], Run], specs: Sequence[RunSpec], asked: Mapping[str, object]
) -> list[Run]:
    """Return what a function of each spec and the `circumstances` gives, one after another."""
    return [function(spec, asked) for spec in specs]


def dispatch() -> dict[str, Any]:
    """Return how joblib hands out runs: to this machine's workers, or to all of a cluster's."""
    if get_active_backend()[0].__class__.__name__ != "LokyBackend":
        return {"n_jobs": -1}
    count = workers()
    # joblib would train in this process if it were asked for one job: two workers take turns instead.
    return {"n_jobs": 2, "pre_dispatch": 1} if count == 1 else {"n_jobs": count}


@contextlib.contextmanager
def holding_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back for a moment; processes that are started in it do not hear it at all.

    It is for the process that asked, which ends its workers.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    start_trackers()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_trackers() -> None:
    """Start the processes that clean up after workers; in Python 3.11, starting one lets Ctrl-C through again.

    joblib's is not to warn: the locks that it misses when workers are killed are as a rule gone already.
    """
    from multiprocessing import resource_tracker  # noqa: PLC0415  # not on Windows, as what follows

    from joblib.externals.loky.backend import resource_tracker as joblibs_tracker  # noqa: PLC0415

    resource_tracker.ensure_running()
    with extended("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning", ","):
        joblibs_tracker.ensure_running()


@contextlib.contextmanager
def extended(name: str, value: str, separator: str) -> Iterator[None]:
    """Add a value to an environment variable, for processes that are started meanwhile."""
    before = os.environ.get(name)
    os.environ[name] = separator.join(filter(None, (before, value)))
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def train_in_worker(spec: RunSpec, asked: Mapping[str, object]) -> Run:
    """Train one run in a worker process, with one thread.

    Parameters
    ----------
    spec
        The run.
    asked
        The `circumstances` of the process that asked, under which the run will be stored.

    Raises
    ------
    DataError
        If the worker has other data.
    FoundationsError
        If it has other library versions or other training code, as a cluster's may.
    """
    if threading.current_thread() is threading.main_thread():  # as in joblib's workers, not in a cluster's
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whatever libraries do that a run loads
    process_executor._MAX_MEMORY_LEAK_SIZE = GROWTH  # joblib has no setting for it
    with ALONE:
        compare(asked, circumstances())
        isolate()
        from foundations.training import train  # noqa: PLC0415  # in workers only, and after the threads are set

        return train(spec)


def compare(asked: Mapping[str, object], own: Mapping[str, object]) -> None:
    """Raise unless a worker's circumstances are those that it was asked for."""
    for name, value in asked.items():
        if own[name] != value:
            kind = DataError if name == "data" else FoundationsError
            raise kind(f"a worker's {name} must be what it was asked for, {value}. Received: {own[name]!r}")


def isolate() -> None:
    """Let nothing else in this process change the bits of a run: neither threads nor who else draws random numbers.

    Keras draws the seeds of layers from Python's random numbers, which other threads of a cluster's worker use as well.
    """
    from foundations.backend import tf  # noqa: PLC0415  # in workers only, as what follows

    if tf.config.threading.get_intra_op_parallelism_threads() != 1:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    # It warns of programs that are compiled for several shapes, as those of runs that share a network must be.
    tf.get_logger().setLevel("ERROR")
    from keras.src.random import seed_generator  # noqa: PLC0415  # after `backend`, which loads it silently
    from keras.src.utils import rng_utils  # noqa: PLC0415

    if seed_generator.python_random is rng_utils.random is random:
        seed_generator.python_random = rng_utils.random = random.Random()
