"""The compiled epoch: from a `RunSpec` to a `Run`.

A whole epoch, or all epochs from one evaluation to the next, is one call of an XLA program over images that sit in
memory; Keras's callbacks run between evaluations. The arithmetic is that of `model.fit`, which the tests hold it to.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import platform
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import data
from foundations.backend import keras, tf
from foundations.program import ABSENT, program_for
from foundations.runs import Provenance, Run, Weights
from foundations.specs import RunSpec

Indices = NDArray[np.int32]
Sums = tuple[tf.Tensor, tf.Tensor]

BLOCK = 2**16
"""Positions that are handed to the program at a time, or a multiple: of another number it is compiled anew."""


def orders(spec: RunSpec, train: Indices) -> Iterator[Indices]:
    """Yield each epoch's order of the training images, as positions in the pool."""
    random = np.random.default_rng(spec.stream_seed("order"))
    for _ in range(spec.epochs):
        yield train[random.permutation(len(train))]


def batches(order: Indices, size: int) -> Indices:
    """Return an epoch's order in rows of `size`, (steps, size), the last filled up with `ABSENT`.

    A last batch of fewer images would be compiled on its own.
    """
    return np.pad(order, (0, -len(order) % size), constant_values=ABSENT).reshape(-1, size)


def filled(rows: Indices) -> Indices:
    """Return batches, (steps, size), with rows of `ABSENT` after them that no step takes, up to whole blocks."""
    block = max(1, BLOCK // rows.shape[1])
    return np.pad(rows, ((0, -len(rows) % block), (0, 0)), constant_values=ABSENT)


@functools.lru_cache(maxsize=1)
def tensors(checksum: str, dtype: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the pool's images, in [0, 1], and labels as tensors; kept from run to run."""
    pool = data.load()
    assert pool.checksum == checksum
    return tf.constant(data.unit_range(pool.images), dtype), tf.constant(pool.labels, tf.int32)


@functools.lru_cache(maxsize=16)
def split(checksum: str, seed: int) -> data.Split:
    """Return a seed's split of the pool; kept from run to run, as it takes as long as thirty steps."""
    pool = data.load()
    assert pool.checksum == checksum
    return data.split(pool.labels, seed)


def train(spec: RunSpec) -> Run:
    """Train a run from its beginning to its end, in this process.

    For many runs use `foundations.parallel.train_missing`, whose workers always have one thread: the bits of a result
    depend on the number of threads.
    """
    return Training(spec).run()


class Training:
    """One run while it is trained."""

    def __init__(self, spec: RunSpec) -> None:
        pool = data.load()
        self.spec = spec
        self.program = program_for(spec)
        self.tensors = tensors(pool.checksum, keras.config.floatx())
        self.split = split(pool.checksum, spec.seed)
        if spec.data.random_labels:
            drawn = data.random_labels(pool.labels, self.split, spec.seed)
            self.tensors = (self.tensors[0], tf.constant(drawn, tf.int32))
        self.sets = {
            "train": self.split.probe(min(spec.data.train_size, spec.evaluate_images)),
            "select": self.split.select[: spec.evaluate_images // 2],
            "judge": self.split.judge[: spec.evaluate_images // 2],
        }
        positions = tf.constant(np.concatenate([*self.sets.values()]))
        self.measured = [tf.gather(part, positions) for part in self.tensors]
        self.history: dict[str, list[float]] = {}
        self.snapshots: dict[int, Weights] = {}

    def run(self) -> Run:
        """Train from evaluation to evaluation, with Keras's callbacks in between."""
        started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
        stopping = early_stopping(self.spec)
        model = self.program.model
        callbacks = keras.callbacks.CallbackList([stopping] if stopping else [], model=model)
        self._snapshot(0)
        callbacks.on_train_begin()
        every, epochs = self.spec.evaluate_every, orders(self.spec, self.split.train[: self.spec.data.train_size])
        for evaluation, part in enumerate(zip(*[epochs] * every, strict=True)):
            callbacks.on_epoch_begin(evaluation)
            logs = {**self.train_epochs(evaluation * every, part), **self._measure()}
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            callbacks.on_epoch_end(evaluation, logs)
            if model.stop_training:
                break
        callbacks.on_train_end()
        return Run(
            spec=self.spec,
            history={name: np.array(values) for name, values in self.history.items()},
            weights=self._weights(),
            snapshots=self.snapshots,
            best_epoch=(stopping.best_epoch + 1) * self.spec.evaluate_every if stopping else None,
            provenance=provenance(started, time.perf_counter() - clock),
        )

    def train_epochs(self, first: int, orders: Sequence[Indices]) -> dict[str, float]:
        """Take all steps of some epochs, of which `first` is the first, pausing where a snapshot is due.

        Return Keras's training averages, which are those of the last epoch.
        """
        epochs = [batches(order, self.spec.batch_size) for order in orders]
        rows = tf.constant(filled(np.concatenate(epochs)))
        length = len(epochs[0])
        before, last, end = first * length, (len(epochs) - 1) * length, len(epochs) * length
        due = {step - before for step in self.spec.snapshots if before < step <= before + end}
        zero = tf.zeros((), self.tensors[0].dtype)
        nothing: Sums = (zero, zero)
        sums = nothing
        for start, stop in itertools.pairwise(sorted({0, *due, last, end})):
            bounds = tf.constant(start), tf.constant(stop)
            # What was summed before the last epoch is in no average.
            sums = self.program.steps(*self.tensors, rows, *bounds, *(nothing if start == last else sums))
            self._snapshot(before + stop)
        loss, correct = (float(value) / len(orders[-1]) for value in sums)
        return {"loss": loss, "accuracy": correct}

    def _measure(self) -> dict[str, float]:
        """Return the clean metrics on the three sets, and Keras's `val_loss` and `val_accuracy` on the select half."""
        entropies, correct, cost = (np.asarray(value) for value in self.program.measure(*self.measured))
        logs: dict[str, float] = {}
        end = 0
        for name, indices in self.sets.items():
            part = slice(end, end := end + len(indices))
            logs[f"{name}_cross_entropy"] = float(entropies[part].mean(dtype=np.float64))
            logs[f"{name}_accuracy"] = float(correct[part].mean(dtype=np.float64))
        return {"val_loss": logs["select_cross_entropy"] + float(cost), "val_accuracy": logs["select_accuracy"], **logs}

    def _weights(self) -> Weights:
        return tuple(self.program.model.get_weights())

    def _snapshot(self, step: int) -> None:
        """Keep the weights after `step` steps, if the spec asks for them."""
        if step in self.spec.snapshots:
            self.snapshots[step] = self._weights()


def early_stopping(spec: RunSpec) -> keras.callbacks.EarlyStopping | None:
    """Return a new Keras callback for a run that asks for one."""
    if (stop := spec.early_stopping) is None:
        return None
    return keras.callbacks.EarlyStopping(
        monitor=stop.monitor,
        mode="min" if stop.monitor.endswith("loss") else "max",
        patience=stop.patience,
        min_delta=stop.min_delta,
        restore_best_weights=stop.restore_best_weights,
    )


def provenance(started: datetime.datetime, seconds: float) -> Provenance:
    """Return where and when a run was trained."""
    return Provenance(
        seconds=seconds,
        started=started.isoformat(timespec="seconds"),
        machine=f"{platform.machine()} {platform.system()}",
        python=platform.python_version(),
        tensorflow=tf.__version__,
        keras=keras.__version__,
        numpy=np.__version__,
    )
