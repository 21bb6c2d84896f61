"""Training many runs: in worker processes of one thread each, on this machine or on a cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Sequence

import joblib
from joblib.externals.loky import get_reusable_executor

from foundations import data
from foundations.errors import DataError
from foundations.runs import Run, longest, trajectory
from foundations.specs import RunSpec, require_count
from foundations.store import RunStore

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
        elif not all(store.has(spec) for spec in group):
            found.append(longest([*group, held]))
    return sorted(found, key=structure)


def structure(spec: RunSpec) -> tuple[object, ...]:
    """Return what decides whether two runs share a compiled program, the costliest first, as a key to sort by."""
    parts = (spec.model, spec.optimizer.name, spec.batch_size, spec.data.train_size)
    return (-spec.model.parameters, *map(repr, parts), -cost(spec), spec.seed, spec.replica)


def cost(spec: RunSpec) -> float:
    """Return roughly how many seconds a run takes on one core: per step, per parameter, and per multiplication."""
    parameters = spec.model.parameters
    step = 2e-5 + 3e-10 * parameters + 1e-10 * parameters * spec.batch_size
    return 0.1 + 0.04 * spec.epochs / spec.evaluate_every + step * spec.steps


def workers() -> int:
    """Return the number of worker processes: the variable FOUNDATIONS_WORKERS, else one a core."""
    chosen = os.environ.get("FOUNDATIONS_WORKERS")
    count = int(chosen) if chosen and chosen.isdigit() else chosen or joblib.cpu_count()
    require_count("FOUNDATIONS_WORKERS", count, 1)
    return int(count)


def train_missing(specs: Sequence[RunSpec], store: RunStore, progress: Progress = silent) -> int:
    """Train what `store` lacks of `specs`, store every run as it ends, and return how many were trained.

    Runs train in joblib's workers, never in this process, so that their bits do not depend on who asked. Inside
    `joblib.parallel_config("dask")` they spread over that cluster.

    Raises
    ------
    FoundationsError
        If the data or the store cannot be used; nothing is trained then.
    KeyboardInterrupt
        On Ctrl-C, after the workers have ended; what was stored stays.
    """
    data.load()
    if todo := missing(specs, store):
        store.prepare()
        for run in progress(todo, trained(todo)):
            store.put(run)
    return len(todo)


def trained(specs: Sequence[RunSpec]) -> Iterable[Run]:
    """Train runs in workers, store nothing, and yield them as they are finished; end the workers if interrupted."""
    count = workers()
    # joblib would train in this process if it were asked for one job: two workers take turns instead.
    dispatch = {"n_jobs": 2, "pre_dispatch": 1} if count == 1 else {"n_jobs": count}
    pool = joblib.Parallel(**dispatch, batch_size=1, return_as="generator_unordered")
    checksum = data.checksum(data.source())
    try:
        yield from pool(joblib.delayed(train_in_worker)(spec, checksum) for spec in specs)
    except BaseException:
        get_reusable_executor().shutdown(wait=True, kill_workers=True)
        raise


def train_in_worker(spec: RunSpec, checksum: str) -> Run:
    """Train one run in a worker process, with one thread.

    Raises
    ------
    DataError
        If the worker's data are not those that the run was asked for on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked, which ends its workers
    from foundations.backend import tf  # noqa: PLC0415  # loaded in workers only

    if tf.config.threading.get_intra_op_parallelism_threads() != 1:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    if (own := data.checksum(data.source())) != checksum:
        raise DataError(f"the worker's data must have the checksum {checksum}. Received: {own!r}")
    from foundations.training import train  # noqa: PLC0415  # after the threads are set

    return train(spec)
