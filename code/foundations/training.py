"""The compiled epoch: from a `RunSpec` to a `Run`.

A whole epoch is one XLA program over images that sit in memory. Models, optimizers, losses and callbacks are Keras's
own; Keras's callbacks run between epochs. The arithmetic is that of `model.fit`, which the tests hold it to.
"""

from __future__ import annotations

import datetime
import functools
import platform
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundations import data
from foundations.backend import keras, tf
from foundations.models import build, compiled
from foundations.runs import Provenance, Run, Weights
from foundations.specs import AdamW, ModelSpec, OptimizerSpec, RunSpec

Indices = NDArray[np.int32]
Sums = tuple[tf.Tensor, tf.Tensor]

ABSENT = -1
"""Stands in an epoch's last batch where no image is left."""


class Program:
    """A network, its optimizer and the compiled functions that train and measure it.

    A program depends on the structure of a run only: seeds, learning rates and coefficients are values of its
    variables, so runs that differ in nothing else share its compilation.
    """

    def __init__(self, model: ModelSpec, optimizer: OptimizerSpec) -> None:
        self.model = compiled(model, optimizer)
        self.model.optimizer.build(self.model.trainable_variables)
        self.untouched = [variable.numpy() for variable in self.model.optimizer.variables]
        self.coefficients: dict[str, tf.Variable] = {}
        if model.l2:
            self._open(self.model.layers[1].kernel_regularizer, "l2")
        if isinstance(optimizer, AdamW):
            self._open(self.model.optimizer, "weight_decay")

    def _open(self, owner: Any, name: str) -> None:
        """Let a coefficient, which Keras would compile in, be a variable."""
        self.coefficients[name] = tf.Variable(getattr(owner, name), dtype=keras.config.floatx())
        setattr(owner, name, self.coefficients[name])

    def reset(self, spec: RunSpec) -> None:
        """Set weights, dropout seeds, optimizer and coefficients to where a run of `spec` starts."""
        variables = [*state(self.model), *self.model.optimizer.variables]
        initial = initial_state(spec.model, stream_seed(spec, "initialisation"), keras.config.floatx())
        for variable, value in zip(variables, [*initial, *self.untouched], strict=True):
            variable.assign(value)
        self.model.optimizer.learning_rate = spec.optimizer.learning_rate
        settings = vars(spec.model) | vars(spec.optimizer)
        for name, variable in self.coefficients.items():
            variable.assign(settings[name])
        self.model.stop_training = False

    @functools.cached_property
    def steps(self) -> Any:
        """The compiled function that takes optimizer steps `start` to `stop` of `order`, the `batches` of an epoch.

        It adds to `sums`, the loss and the correct predictions so far, so that a pause does not change their rounding.
        """

        @tf.function(jit_compile=True, autograph=False, reduce_retracing=False)
        def steps(
            images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, start: tf.Tensor, stop: tf.Tensor, *sums: tf.Tensor
        ) -> Any:
            def step(i: tf.Tensor, loss: tf.Tensor, correct: tf.Tensor) -> tuple[tf.Tensor, ...]:
                positions = tf.maximum(order[i], 0)
                batch = tf.gather(images, positions), tf.gather(labels, positions), order[i] != ABSENT
                batch_loss, batch_correct = self._step(*batch)
                return i + 1, loss + batch_loss, correct + batch_correct

            return tf.while_loop(lambda i, *_: i < stop, step, (start, *sums))[1:]

        return steps

    def _step(self, images: tf.Tensor, labels: tf.Tensor, present: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Take one optimizer step on the images that are present.

        Return the batch's loss, summed over them, and its correct predictions.
        """
        variables = self.model.trainable_variables
        counted = tf.cast(present, images.dtype)
        size = tf.reduce_sum(counted)
        # Keras divides by the number of rows, whether they are counted or not.
        weights = counted * (counted.shape[0] / size)
        with tf.GradientTape() as tape:
            probabilities = self.model(images, training=True)
            loss = self.model.loss(labels, probabilities, weights) + penalty(self.model)
        self.model.optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return loss * size, tf.reduce_sum(counted * hits(labels, probabilities))

    @functools.cached_property
    def measure(self) -> Any:
        """The compiled function from images and labels to each one's cross-entropy and correctness, and the penalty."""

        @tf.function(jit_compile=True, autograph=False, reduce_retracing=False)
        def measure(images: tf.Tensor, labels: tf.Tensor) -> Any:
            probabilities = self.model(images, training=False)
            entropies = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            return entropies, hits(labels, probabilities), penalty(self.model)

        return measure


def state(model: keras.Model) -> list[Any]:
    """Return a network's weights and dropout seeds, without the metrics that `compile` adds."""
    return [variable for layer in model.layers for variable in layer.variables]


@functools.lru_cache(maxsize=64)
def initial_state(model: ModelSpec, seed: int, dtype: str) -> list[NDArray[Any]]:
    """Return the `state` that Keras gives a new network after a global seed; kept, as many runs start from the same."""
    assert dtype == keras.config.floatx()
    keras.utils.set_random_seed(seed)
    return [variable.numpy() for variable in state(build(model))]


def penalty(model: keras.Model) -> Any:
    """Return the sum of a network's regularization losses."""
    return tf.add_n(model.losses) if model.losses else 0.0


def hits(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Return 1 for every image whose most probable digit is its label, otherwise 0."""
    predicted = tf.argmax(probabilities, axis=-1, output_type=labels.dtype)
    return tf.cast(predicted == labels, probabilities.dtype)


def stream_seed(spec: RunSpec, purpose: str) -> int:
    """Return the seed of one of a run's independent random streams."""
    stream = ("initialisation", "order").index(purpose) + 1
    return int(np.random.SeedSequence([spec.seed, stream, spec.replica]).generate_state(1)[0] % 2**31)


def orders(spec: RunSpec, train: Indices) -> Iterator[Indices]:
    """Yield each epoch's order of the training images, as positions in the pool."""
    random = np.random.default_rng(stream_seed(spec, "order"))
    for _ in range(spec.epochs):
        yield train[random.permutation(len(train))]


def batches(order: Indices, size: int) -> Indices:
    """Return an epoch's order in rows of `size`, (steps, size), the last filled up with `ABSENT`.

    A last batch of fewer images would be compiled on its own.
    """
    return np.pad(order, (0, -len(order) % size), constant_values=ABSENT).reshape(-1, size)


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


@functools.lru_cache(maxsize=4)
def program_for(model: ModelSpec, optimizer: OptimizerSpec, dtype: str) -> Program:
    """Return a program in Keras's current float type; kept from run to run."""
    assert dtype == keras.config.floatx()
    return Program(model, optimizer)


def program(spec: RunSpec) -> Program:
    """Return the program of a run's structure, reset to the run's beginning."""
    ready = program_for(*spec.structure, keras.config.floatx())
    ready.reset(spec)
    return ready


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
        self.program = program(spec)
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
        """Train epoch by epoch, with Keras's callbacks in between."""
        started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
        stopping = early_stopping(self.spec)
        model = self.program.model
        callbacks = keras.callbacks.CallbackList([stopping] if stopping else [], model=model)
        self._snapshot(0)
        callbacks.on_train_begin()
        for epoch, order in enumerate(orders(self.spec, self.split.train[: self.spec.data.train_size])):
            evaluation, before = divmod(epoch, self.spec.evaluate_every)
            if before == 0:
                callbacks.on_epoch_begin(evaluation)
            averages = self._train_epoch(epoch, order)
            if before + 1 < self.spec.evaluate_every:
                continue
            logs = {**averages, **self._measure()}
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

    def _train_epoch(self, epoch: int, order: Indices) -> dict[str, float]:
        """Take an epoch's steps, pausing where a snapshot is due; return Keras's training averages."""
        steps = batches(order, self.spec.batch_size)
        first = epoch * len(steps)
        due = [step - first for step in self.spec.snapshots if first < step <= first + len(steps)]
        zero = tf.zeros((), self.tensors[0].dtype)
        sums: Sums = (zero, zero)
        start = 0
        for stop in sorted({*due, len(steps)}):
            sums = self.program.steps(*self.tensors, tf.constant(steps), tf.constant(start), tf.constant(stop), *sums)
            self._snapshot(first + stop)
            start = stop
        loss, correct = (float(value) for value in sums)
        return {"loss": loss / len(order), "accuracy": correct / len(order)}

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
