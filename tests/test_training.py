"""The compiled epoch, held to `model.fit`; determinism, early stopping, snapshots and clean metrics."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foundations import data, models, program, training
from foundations.runs import Run, Weights
from foundations.specs import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, EarlyStoppingSpec, RunSpec, baseline

SMALL = baseline.vary(train_size=330, epochs=3)  # ten batches of 32 images and one of ten
ORACLE = baseline.vary(train_size=1590, epochs=4)  # 50 steps an epoch, the last with 22 images
KERAS_METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")
OPTIMIZER_CHANGES: dict[str, dict[str, Any]] = {
    **{name: {"optimizer": name} for name in OPTIMIZERS},
    "sgd with momentum": {"optimizer": "sgd", "momentum": 0.9},
}
CASES: dict[str, dict[str, Any]] = {
    "adam, softsign": {"activation": "softsign"},
    "adam, relu, l2": {"l2": 0.001},
    "sgd, sigmoid, dropout": {"optimizer": "sgd", "activation": "sigmoid", "dropout": 0.3},
    "sgd with momentum, tanh": {"optimizer": "sgd", "momentum": 0.9, "activation": "tanh"},
    "adamw, gelu, two layers, l2": {
        "optimizer": "adamw",
        "activation": "gelu",
        "hidden": (64, 32),
        "l2": 0.001,
    },
}

SLOW_IN_FLOAT32 = ("adam, softsign", "adam, relu, l2")  # Adam with ReLU is trained for a whole epoch below

Bits = Callable[[Run], dict[str, str]]


@dataclass
class Fitted:
    """What `model.fit` gave: Keras's history, and the weights after certain steps."""

    history: dict[str, list[float]] = field(default_factory=dict)
    weights: dict[int, Weights] = field(default_factory=dict)


class Recorder(keras.callbacks.Callback):
    """Keeps a network's weights after certain optimizer steps, and before the first."""

    def __init__(self, steps: tuple[int, ...]) -> None:
        super().__init__()
        self.steps, self.taken = steps, 0
        self.weights: dict[int, Weights] = {}

    def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002  # Keras passes it
        """Keep the initial weights."""
        self.record()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002  # Keras passes them
        """Count the step."""
        self.taken += 1
        self.record()

    def record(self) -> None:
        """Keep the weights if they are asked for."""
        if self.taken in self.steps:
            self.weights[self.taken] = tuple(self.model.get_weights())


def batches(spec: RunSpec, pool: data.Pool) -> Iterator[tuple[NDArray[np.floating], NDArray[np.uint8]]]:
    """Yield every batch of a run, in the engine's order, as arrays."""
    train = data.split(pool.labels, spec.seed).train[: spec.data.train_size]
    for order in training.orders(spec, train):
        for start in range(0, len(order), spec.batch_size):
            positions = order[start : start + spec.batch_size]
            yield gray(pool, positions), pool.labels[positions]


def gray(pool: data.Pool, positions: NDArray[np.int32]) -> NDArray[np.floating]:
    """Return images in [0, 1] in Keras's float type, rounded to float32 first as the engine's are."""
    return (pool.images[positions] / np.float32(255)).astype(keras.config.floatx())


def network_of(spec: RunSpec) -> keras.Sequential:
    """Return a freshly built and compiled network with the initial weights and dropout seeds of a run."""
    keras.utils.set_random_seed(spec.stream_seed("initialisation"))
    return models.compiled(spec.model, spec.optimizer)


def fit(spec: RunSpec, pool: data.Pool, steps: tuple[int, ...]) -> Fitted:
    """Train as a reader would, with `model.fit`, fed in the engine's order; keep the weights after `steps`."""
    network, recorder = network_of(spec), Recorder(steps)
    signature = (tf.TensorSpec((None, 28, 28), keras.config.floatx()), tf.TensorSpec((None,), tf.uint8))
    select = data.split(pool.labels, spec.seed).select
    history = network.fit(
        tf.data.Dataset.from_generator(lambda: batches(spec, pool), output_signature=signature),
        epochs=spec.epochs,
        steps_per_epoch=spec.steps_per_epoch,
        validation_data=(gray(pool, select), pool.labels[select]),
        validation_batch_size=1000,
        callbacks=[recorder],
        shuffle=False,
        verbose=0,
    )
    return Fitted(history.history, recorder.weights)


def deviation(expected: Weights, actual: Weights) -> float:
    """Return the largest absolute difference of two networks' weights."""
    return max(float(np.abs(a - b).max()) for a, b in zip(expected, actual, strict=True))


def entropy_and_accuracy(weights: Weights, images: NDArray[np.floating], labels: NDArray[np.uint8]) -> list[float]:
    """Return cross-entropy and accuracy of a ReLU network with one hidden layer, computed by hand in float64."""
    kernel, bias, out_kernel, out_bias = (array.astype(np.float64) for array in weights)
    logits = np.maximum(images.reshape(len(images), -1) @ kernel + bias, 0) @ out_kernel + out_bias
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    hits = logits.argmax(axis=1) == labels
    return [-logarithms[np.arange(len(labels)), labels].mean(), hits.mean()]


@pytest.fixture
def float64() -> Iterator[None]:
    """Let Keras and the engine compute in float64."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def check_float64(spec: RunSpec, pool: data.Pool) -> None:
    """Compare a run of 200 steps with `model.fit`: initial and final weights and Keras's metrics, to 1e-9."""
    run = training.train(spec.vary(snapshots=(0, 20)))
    fitted = fit(spec, pool, steps=(0, 20, spec.steps))
    two_hundred = 200
    assert two_hundred == spec.steps
    assert {np.dtype("float64")} == {array.dtype for array in run.weights}
    for step, weights in {**run.snapshots, spec.steps: run.weights}.items():
        assert deviation(fitted.weights[step], weights) < 1e-9
    assert {*KERAS_METRICS} == fitted.history.keys()
    for name in KERAS_METRICS:
        np.testing.assert_allclose(run.history[name], fitted.history[name], atol=1e-9, err_msg=name)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_training_is_fit_in_float64(pool: data.Pool, changes: dict[str, Any]) -> None:
    """In float64 the engine gives the weights and the history of `model.fit` to 1e-9 after 200 steps."""
    check_float64(ORACLE.vary(**changes), pool)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZER_CHANGES.values(), ids=OPTIMIZER_CHANGES)
def test_every_combination_is_fit_in_float64(pool: data.Pool, activation: str, optimizer: dict[str, Any]) -> None:
    """Whatever optimizer and activation meet, with l2 and dropout, the engine is fit to 1e-9 after 200 steps."""
    check_float64(ORACLE.vary(activation=activation, l2=0.001, dropout=0.3, **optimizer), pool)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(changes, id=name, marks=[pytest.mark.slow] * (name in SLOW_IN_FLOAT32))
        for name, changes in CASES.items()
    ],
)
def test_training_is_fit_in_float32(pool: data.Pool, changes: dict[str, Any]) -> None:
    """In float32 the weights are those of `model.fit` to 1e-5 after 20 steps, and the losses to 1e-3 throughout."""
    spec = ORACLE.vary(snapshots=(0, 1, 20), **changes)
    run = training.train(spec)
    fitted = fit(spec, pool, steps=spec.snapshots)
    assert spec.snapshots == tuple(run.snapshots)
    for step, weights in run.snapshots.items():
        assert deviation(fitted.weights[step], weights) < 1e-5
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(run.history[name], fitted.history[name], atol=1e-3, err_msg=name)
    for name in ("accuracy", "val_accuracy"):
        np.testing.assert_allclose(run.history[name], fitted.history[name], atol=5e-3, err_msg=name)


def test_whole_epoch_is_fit(pool: data.Pool) -> None:
    """After an epoch of all 50,000 images, in float32, the loss and Keras's other metrics are those of fit to 1e-3."""
    spec = baseline.vary(epochs=1)
    run = training.train(spec)
    fitted = fit(spec, pool, steps=())
    for name in KERAS_METRICS:
        np.testing.assert_allclose(run.history[name], fitted.history[name], atol=1e-3, err_msg=name)


def test_snapshots_are_those_of_fit(pool: data.Pool) -> None:
    """Weights kept at the start, within, before and after the partial batch are those of `model.fit` then."""
    steps = (0, 1, 7, 10, 11, 12, 22, 33)
    run = training.train(SMALL.vary(snapshots=steps))
    fitted = fit(SMALL, pool, steps)
    assert steps == tuple(run.snapshots)
    for step in steps:
        assert deviation(fitted.weights[step], run.snapshots[step]) < 1e-5
    for before, after in itertools.pairwise(steps):
        assert deviation(run.snapshots[before], run.snapshots[after]) > 1e-5


@pytest.mark.parametrize("steps", [range(34), (0, 3, 7, 11, 16, 25, 33)], ids=["every step", "some"])
def test_snapshots_do_not_change_the_result(steps: Iterable[int], bits: Bits) -> None:
    """Pausing an epoch to keep weights changes no bit of the history or of the final weights."""
    plain = bits(training.train(SMALL))
    paused = bits(training.train(SMALL.vary(snapshots=tuple(steps))))
    assert plain == {name: paused[name] for name in plain}
    assert plain["weights"] == paused["snapshot 33"]


@pytest.mark.parametrize("train_size", [330, 320])
def test_snapshot_at_an_epochs_end_is_the_shorter_run(train_size: int, bits: Bits) -> None:
    """Weights kept at an epoch's end, after a partial batch or without one, are those of the run that ends there."""
    spec = SMALL.vary(train_size=train_size)
    ends = tuple(epoch * spec.steps_per_epoch for epoch in (1, 2))
    run = bits(training.train(spec.vary(snapshots=ends)))
    for epochs, end in enumerate(ends, start=1):
        assert bits(training.train(spec.vary(epochs=epochs)))["weights"] == run[f"snapshot {end}"]


def test_training_repeats_bitwise(bits: Bits) -> None:
    """A run repeats to the last bit, at once and after a run of another seed and rate on the same program."""
    spec = SMALL.vary(dropout=0.3, snapshots=(0, 5, 33))
    first = bits(training.train(spec))
    assert first == bits(training.train(spec))
    training.train(spec.vary(seed=9, learning_rate=0.1))
    assert first == bits(training.train(spec))


def test_new_compilation_repeats_bitwise(bits: Bits) -> None:
    """A run on a program that has trained others is bitwise the run on a program compiled for it alone."""
    used = bits(training.train(SMALL))
    program.cached_program.cache_clear()
    assert used == bits(training.train(SMALL))


def test_seeds_differ(pool: data.Pool, bits: Bits) -> None:
    """Another seed gives another initialisation, split and result, and so do dropout masks alone."""
    spec = SMALL.vary(snapshots=(0,))
    one, other = (bits(training.train(spec.vary(seed=seed))) for seed in (0, 1))
    assert not {*one.values()} & {*other.values()}
    network = network_of(SMALL.vary(dropout=0.3))
    first, second = (network(gray(pool, np.arange(8)), training=True) for _ in range(2))
    assert not np.array_equal(first, second)


def test_replicas_share_the_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica starts from other weights and takes another order, but trains and judges on the same images."""
    seen: dict[int, list[NDArray[np.int32]]] = {}
    divide = data.split
    for replica in (0, 1):
        splits: list[data.Split] = []
        training.split.cache_clear()
        monkeypatch.setattr(data, "split", lambda *given, to=splits: to.append(divide(*given)) or to[-1])
        run = training.train(SMALL.vary(replica=replica, epochs=1, snapshots=(0,)))
        order = next(training.orders(run.spec, splits[0].train[:330]))
        seen[replica] = [splits[0].train, splits[0].judge, order, run.snapshots[0][0]]
    train, judge, order, initial = (np.array_equal(*pair) for pair in zip(*seen.values(), strict=True))
    assert train
    assert judge
    assert not order
    assert not initial
    np.testing.assert_array_equal(np.sort(seen[0][2]), np.sort(seen[1][2]))


@given(st.integers(0, 2**31), st.integers(0, 100), st.integers(1, 300), st.integers(2, 5))
def test_orders_are_permutations(seed: int, replica: int, size: int, epochs: int) -> None:
    """Every epoch takes every training image once; a shorter run takes the same first orders."""
    train = np.arange(1000, 1000 + size, dtype=np.int32)
    spec = baseline.vary(epochs=epochs, seed=seed, replica=replica)
    orders = [*training.orders(spec, train)]
    assert epochs == len(orders)
    for order in orders:
        np.testing.assert_array_equal(np.sort(order), train)
    for first, again in zip(training.orders(spec.vary(epochs=1), train), orders[:1], strict=True):
        np.testing.assert_array_equal(first, again)


def test_epochs_have_different_orders() -> None:
    """Two epochs of a run, and two seeds' or replicas' first epochs, take the images in different orders."""
    train = np.arange(330, dtype=np.int32)
    specs = (SMALL, SMALL.vary(seed=1), SMALL.vary(replica=1))
    orders = {order.tobytes() for spec in specs for order in training.orders(spec, train)}
    assert sum(spec.epochs for spec in specs) == len(orders)


@pytest.mark.parametrize("train_size", [64, 200])
def test_smaller_training_sets_are_nested(pool: data.Pool, train_size: int) -> None:
    """A run is trained on the first images of its seed's split, whatever its size, so smaller sets are parts of larger.

    The loss of one step on the whole training set is the mean cross-entropy of the initial network on those images.
    """
    spec = baseline.vary(train_size=train_size, batch_size=train_size, epochs=1, snapshots=(0,), seed=3)
    run = training.train(spec)
    train = data.split(pool.labels, spec.seed).train[:train_size]
    expected, accuracy = entropy_and_accuracy(run.snapshots[0], gray(pool, train), pool.labels[train])
    assert pytest.approx(expected, rel=1e-5) == run.history["loss"][0]
    assert pytest.approx(accuracy) == run.history["accuracy"][0]


def test_random_labels_are_learnt_by_heart_and_judged_by_the_true_ones(pool: data.Pool) -> None:
    """A run with random labels is the run with the true ones, but for its labels.

    The first step's loss is the initial network's on the drawn labels, as are the training metrics; those of the
    validation set stay with the true labels.
    """
    spec = baseline.vary(train_size=64, batch_size=64, epochs=300, evaluate_every=300, snapshots=(0, 1), seed=3)
    run = training.train(spec.vary(random_labels=True))
    split = data.split(pool.labels, spec.seed)
    train, drawn = split.train[:64], data.random_labels(pool.labels, split, spec.seed)
    first = training.train(spec.vary(random_labels=True, epochs=1, evaluate_every=1, snapshots=(0,)))
    expected, _ = entropy_and_accuracy(first.snapshots[0], gray(pool, train), drawn[train])
    assert pytest.approx(expected, rel=1e-5) == first.history["loss"][0]
    assert run.history["train_accuracy"][-1] == 1
    memorised = entropy_and_accuracy(run.weights, gray(pool, train), drawn[train])
    assert pytest.approx(memorised[0], rel=1e-4) == run.history["train_cross_entropy"][-1]
    expected, accuracy = entropy_and_accuracy(run.weights, gray(pool, split.judge), pool.labels[split.judge])
    assert pytest.approx(expected, rel=1e-4) == run.history["judge_cross_entropy"][-1]
    assert pytest.approx(accuracy, abs=1e-3) == run.history["judge_accuracy"][-1] < 0.3
    again = training.train(spec)
    np.testing.assert_array_equal(first.snapshots[0][0], again.snapshots[0][0])
    assert again.history["judge_accuracy"][-1] > 0.6


def test_new_rate_or_seed_does_not_recompile() -> None:
    """Runs that differ in learning rate, seed, replica, length or early stopping share one compiled program."""
    training.train(SMALL)
    compiled = program.program_for(SMALL)
    functions = (compiled.steps, compiled.measure)
    before = [function.experimental_get_tracing_count() for function in functions]
    misses = program.cached_program.cache_info().misses
    for changes in ({"learning_rate": 0.01}, {"seed": 5}, {"replica": 2}, {"epochs": 2, "snapshots": (3, 14)}):
        training.train(SMALL.vary(**changes))
    training.train(SMALL.vary(early_stopping=EarlyStoppingSpec()))
    assert misses == program.cached_program.cache_info().misses
    assert before == [function.experimental_get_tracing_count() for function in functions]


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("l2", (0.001, 0.01)),
        ("dropout", (0.1, 0.3)),
        ("weight_decay", (0.0, 0.3)),
        ("initializer", INITIALIZERS),
    ],
)
def test_coefficients_are_values_of_one_program(bits: Bits, setting: str, values: tuple[Any, Any]) -> None:
    """Runs that differ in a coefficient, or in how weights are drawn, share a program; it changes no bit of either."""
    first, second = (SMALL.vary(optimizer="adamw", epochs=2).vary(**{setting: value}) for value in values)
    alone = []
    for spec in (first, second):
        program.cached_program.cache_clear()
        alone.append(bits(training.train(spec)))
    shared = [bits(training.train(spec)) for spec in (first, second, first)]
    assert program.cached_program.cache_info().misses == 1
    assert [*alone, alone[0]] == shared
    assert alone[0]["weights"] != alone[1]["weights"]


@pytest.mark.parametrize("changes", [{"l2": 0.0}, {"dropout": 0.5}, {"activation": "tanh"}, {"optimizer": "sgd"}])
def test_other_structures_are_other_programs(changes: dict[str, Any]) -> None:
    """A penalty of 0 is none, and whatever else a program computes differently is part of a run's structure."""
    spec = SMALL.vary(l2=0.001)
    assert spec.structure != spec.vary(**changes).structure


@given(st.integers(1, 300), st.integers(1, 300))
def test_batches_hold_every_image_once(count: int, size: int) -> None:
    """Batches hold an order as it is; only the end of the last can be absent."""
    order = np.random.default_rng(count).permutation(count).astype(np.int32)
    found = training.batches(order, size)
    assert (-(-count // size), size) == found.shape
    assert order.dtype == found.dtype
    np.testing.assert_array_equal(found.ravel()[:count], order)
    assert {*found.ravel()[count:].tolist()} <= {training.ABSENT}


@given(st.integers(1, 300), st.integers(1, 300))
def test_batches_are_filled_up_to_blocks(steps: int, size: int) -> None:
    """A run's batches come first; after them, up to whole blocks, there is no image."""
    rows = np.broadcast_to(np.int32(7), (steps, size))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "BLOCK", 96)
        found = training.filled(rows)
    block = max(1, 96 // size)
    assert (-(-steps // block) * block, size) == found.shape
    assert (found[:steps] == 7).all()
    assert (found[steps:] == training.ABSENT).all()


def test_sizes_of_training_sets_share_a_compilation() -> None:
    """Neither the number of training images nor the epochs between evaluations is compiled into a program's steps."""
    program.cached_program.cache_clear()
    for changes in ({}, {"train_size": 96}, {"epochs": 4, "evaluate_every": 2}):
        spec = SMALL.vary(**changes)
        training.train(spec)
    assert program.program_for(spec).steps.experimental_get_tracing_count() == 1


def test_learning_rate_takes_effect() -> None:
    """Adam's first step is proportional to the learning rate, also where the compiled program is reused."""
    changes = []
    for rate in (0.001, 0.002):
        run = training.train(SMALL.vary(learning_rate=rate, epochs=1, snapshots=(0, 1)))
        changes.append(run.snapshots[1][0] - run.snapshots[0][0])
    np.testing.assert_allclose(changes[1], 2 * changes[0], atol=1e-7)
    assert pytest.approx(0.002, rel=1e-3) == np.abs(changes[1]).max()


def stops(values: NDArray[np.floating], stop: EarlyStoppingSpec) -> tuple[int, int]:
    """Return best and last epoch, counted from 1, of a curve that is watched as `stop` says; worked out by hand."""
    curve = values if stop.monitor == "val_loss" else -values
    best = 0
    for epoch in range(1, len(curve)):
        if curve[epoch] < curve[best] - stop.min_delta:
            best = epoch
        elif epoch - best >= stop.patience:
            return best + 1, epoch + 1
    return best + 1, len(curve)


STOPS = [
    EarlyStoppingSpec(patience=1),
    EarlyStoppingSpec(patience=3),
    EarlyStoppingSpec(patience=2, min_delta=0.05),
    EarlyStoppingSpec(patience=2, monitor="val_accuracy"),
    EarlyStoppingSpec(patience=2, restore_best_weights=False),
]


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_early_stopping(bits: Bits, stop: EarlyStoppingSpec) -> None:
    """A run stops `patience` epochs after its best one, whose weights on the unstopped trajectory it restores."""
    spec = SMALL.vary(learning_rate=0.005, epochs=30)
    ends = tuple(epoch * spec.steps_per_epoch for epoch in range(1, spec.epochs + 1))
    whole = training.train(spec.vary(snapshots=ends))
    best, last = stops(whole.history[stop.monitor], stop)
    run = training.train(spec.vary(early_stopping=stop))
    assert (best, last) == (run.best_epoch, run.epochs)
    assert best + stop.patience == last
    assert last < spec.epochs
    kept = best if stop.restore_best_weights else last
    assert bits(whole)[f"snapshot {kept * spec.steps_per_epoch}"] == bits(run)["weights"]
    for name, values in run.history.items():
        np.testing.assert_array_equal(values, whole.history[name][:last])


def test_early_stopping_that_never_stops() -> None:
    """A run whose patience outlasts it trains all epochs and restores the best."""
    stop = EarlyStoppingSpec(patience=30)
    spec = SMALL.vary(learning_rate=0.005, epochs=20, early_stopping=stop)
    run = training.train(spec)
    best = 1 + int(np.argmin(run.history["val_loss"]))
    assert (best, spec.epochs) == (run.best_epoch, run.epochs)
    assert best < run.epochs
    # The restored weights, unlike the last epoch's, have the best epoch's metrics.
    again = training.train(spec.vary(early_stopping=None, epochs=best))
    assert deviation(again.weights, run.weights) == pytest.approx(0, abs=0)


def test_sparse_evaluation_is_every_so_manyth(bits: Bits) -> None:
    """Evaluating every third epoch changes no weight, and gives every third value of the history."""
    spec = SMALL.vary(epochs=6, snapshots=(5, 40))
    every, third = training.train(spec), training.train(spec.vary(evaluate_every=3))
    assert every.epochs == third.epochs
    for name, values in third.history.items():
        np.testing.assert_array_equal(values, every.history[name][2::3])
    kept = ("weights", "snapshot 5", "snapshot 40")
    assert [bits(every)[name] for name in kept] == [bits(third)[name] for name in kept]


def test_patience_counts_evaluations(bits: Bits) -> None:
    """With sparse evaluation, early stopping waits and chooses in evaluations, and names its best epoch in epochs."""
    stop = EarlyStoppingSpec(patience=2)
    spec = SMALL.vary(learning_rate=0.005, epochs=30, evaluate_every=3)
    whole = training.train(spec.vary(snapshots=tuple(range(33, 331, 33))))
    best, last = (3 * evaluation for evaluation in stops(whole.history["val_loss"], stop))
    run = training.train(spec.vary(early_stopping=stop))
    assert (best, last) == (run.best_epoch, run.epochs)
    assert last < spec.epochs
    assert bits(whole)[f"snapshot {best * spec.steps_per_epoch}"] == bits(run)["weights"]


def test_stop_does_not_reach_the_next_run() -> None:
    """A run after one that stopped early, on the same program, trains all its epochs."""
    stopped = training.train(SMALL.vary(learning_rate=0.005, epochs=30, early_stopping=EarlyStoppingSpec(patience=1)))
    assert stopped.epochs < stopped.spec.epochs
    run = training.train(SMALL)
    assert SMALL.epochs == run.epochs
    assert run.best_epoch is None


def test_clean_metrics_by_hand(pool: data.Pool) -> None:
    """Cross-entropy and accuracy on the training, select and judge images are those of NumPy's forward pass."""
    run = training.train(SMALL.vary(seed=2, l2=0.01, dropout=0.3))
    split = data.split(pool.labels, 2)
    for name, positions in {"train": split.train[:330], "select": split.select, "judge": split.judge}.items():
        expected = entropy_and_accuracy(run.weights, gray(pool, positions), pool.labels[positions])
        actual = [run.history[f"{name}_{metric}"][-1] for metric in ("cross_entropy", "accuracy")]
        np.testing.assert_allclose(actual, expected, rtol=1e-5, err_msg=name)


def test_an_evaluation_may_read_fewer_images(pool: data.Pool) -> None:
    """With `evaluate_images` the metrics are those of the first images of each set; training is not changed by it."""
    run, whole = (training.train(SMALL.vary(evaluate_images=count)) for count in (100, 10_000))
    split = data.split(pool.labels, SMALL.seed)
    for name, positions in {"train": split.train[:100], "select": split.select[:50], "judge": split.judge[:50]}.items():
        expected = entropy_and_accuracy(run.weights, gray(pool, positions), pool.labels[positions])
        actual = [run.history[f"{name}_{metric}"][-1] for metric in ("cross_entropy", "accuracy")]
        np.testing.assert_allclose(actual, expected, rtol=1e-5, err_msg=name)
    for one, other in zip(run.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_clean_metrics_are_those_of_evaluate(pool: data.Pool) -> None:
    """`model.evaluate` with the run's weights gives its clean metrics, on every set."""
    run = training.train(SMALL)
    network = network_of(SMALL)
    network.set_weights(run.weights)
    split = data.split(pool.labels, SMALL.seed)
    for name, positions in {"train": split.probe(330), "select": split.select, "judge": split.judge}.items():
        expected = network.evaluate(gray(pool, positions), pool.labels[positions], batch_size=1000, verbose=0)
        actual = [run.history[f"{name}_{metric}"][-1] for metric in ("cross_entropy", "accuracy")]
        np.testing.assert_allclose(actual, expected, rtol=1e-5, err_msg=name)


def test_penalty_counts_in_keras_metrics_alone() -> None:
    """Keras's validation loss includes the penalty, l2 times the kernel's sum of squares; the clean one does not."""
    run = training.train(SMALL.vary(l2=0.01, dropout=0.3))
    penalty = 0.01 * np.square(run.weights[0].astype(np.float64)).sum()
    assert penalty > 0.1
    assert pytest.approx(penalty, rel=1e-5) == run.history["val_loss"][-1] - run.history["select_cross_entropy"][-1]
    np.testing.assert_array_equal(run.history["val_accuracy"], run.history["select_accuracy"])


def test_history_has_one_value_an_epoch() -> None:
    """The history holds Keras's four metrics and six clean ones, one float64 for every epoch."""
    run = training.train(SMALL)
    clean = {f"{part}_{name}" for part in ("train", "select", "judge") for name in ("cross_entropy", "accuracy")}
    assert {*KERAS_METRICS, *clean} == run.history.keys()
    assert {(np.dtype("float64"), (3,))} == {(values.dtype, values.shape) for values in run.history.values()}


def test_provenance_names_the_versions() -> None:
    """A run says when it was trained and with which versions."""
    provenance = training.train(SMALL).provenance
    assert (tf.__version__, keras.__version__, np.__version__) == (
        provenance.tensorflow,
        provenance.keras,
        provenance.numpy,
    )
    assert provenance.started.endswith("+00:00")
    assert provenance.seconds > 0


def test_training_never_reads_the_test_set(monkeypatch: pytest.MonkeyPatch, bits: Bits) -> None:
    """Training gives the same run where reading a test array is an error."""
    expected = bits(training.train(SMALL))
    read = np.lib.npyio.NpzFile.__getitem__
    keys: list[str] = []

    def sealed(archive: np.lib.npyio.NpzFile, key: str) -> NDArray[np.generic]:
        assert key not in ("x_test", "y_test")
        keys.append(key)
        return read(archive, key)

    monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", sealed)
    data._load.cache_clear()
    training.tensors.cache_clear()
    assert expected == bits(training.train(SMALL))
    arrays = ["x_train", "y_train"]
    assert arrays == keys
    with pytest.raises(AssertionError), np.load(data.PACKAGED) as archive:
        archive["x_test"]


def test_training_needs_no_test_set(archive: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run trains on the file that the environment names, which need not hold a test set.

    Its images are blank, so the network can only guess one digit for all, and every digit is a tenth of each set.
    """
    labels = np.random.default_rng(0).permutation(np.arange(60_000) % 10).astype(np.uint8)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(archive(y_train=labels)))
    run = training.train(SMALL)
    for name in ("select_accuracy", "judge_accuracy"):
        np.testing.assert_allclose(run.history[name], 0.1, atol=2 / 5000)
