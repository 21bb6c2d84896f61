"""How long an epoch takes: the book's engine against `model.fit`, PyTorch, JAX and the machine's own limits.

`python -m foundations.bench` prints a report in Markdown. One process times whole epochs, engine after engine in each
round, so that what else the machine does falls on all. The engine is timed in that process, with all its threads, and
as runs are trained: in workers of one thread each, an epoch then being the time divided by the number of workers.
PyTorch and JAX, the optional extra `bench`, may be missing.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import platform
import time
from collections.abc import Callable, Mapping
from importlib import import_module, metadata, util
from statistics import median
from typing import Annotated, Any

import joblib
import numpy as np
import typer
from numpy.typing import NDArray

from foundations import data, parallel
from foundations.backend import keras, tf
from foundations.models import build, build_optimizer
from foundations.specs import RunSpec, baseline
from foundations.training import Training

Epoch = Callable[[], float]  # goes on training from where the epoch before stopped; returns the mean loss
Times = Mapping[tuple[str, str], list[float]]  # seconds in every round, by setting and engine

PLAIN, DROPPED = "batch 32", "batch 32, dropout 0.1"
BUDGETED = {PLAIN: baseline, DROPPED: baseline.vary(dropout=0.1)}
SETTINGS = BUDGETED | {f"batch {size}": baseline.vary(batch_size=size) for size in (8, 128)}


def samples(spec: RunSpec) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the training images of a spec, (n, 28, 28) in [0, 1], and their labels, (n,)."""
    pool = data.load()
    train = data.split(pool.labels, spec.seed).train[: spec.data.train_size]
    return data.unit_range(pool.images[train]), pool.labels[train].astype(np.int64)


def shuffled(spec: RunSpec, take: Callable[[NDArray[np.int32]], Any]) -> Epoch:
    """Return an epoch in which `take` gets positions (steps, batch), of all full batches and of the rest."""
    random, size = np.random.default_rng(spec.seed), spec.data.train_size

    def epoch() -> float:
        full, rest = np.split(random.permutation(size).astype(np.int32), [size // spec.batch_size * spec.batch_size])
        return sum(float(take(part)) for part in (full.reshape(-1, spec.batch_size), rest[None]) if part.size) / size

    return epoch


def engine(spec: RunSpec) -> Epoch:
    """Return the epoch of this book, as its runs take it: one XLA program over images in memory."""
    run, random = Training(spec), np.random.default_rng(spec.seed)
    train = run.split.train[: spec.data.train_size]
    return lambda: run.train_epochs(0, [train[random.permutation(len(train))]])["loss"]


@functools.cache
def engine_of_worker(spec: RunSpec) -> Epoch:
    """Return the engine's epoch in a process of one thread; kept from call to call."""
    parallel.isolate()
    return engine(spec)


def epoch_in_worker(spec: RunSpec) -> float:
    """Take an epoch in a worker process."""
    return engine_of_worker(spec)()


def engine_in_workers(spec: RunSpec) -> Epoch:
    """Return an epoch in every worker at once, as runs are trained; its loss is their mean."""
    task = joblib.delayed(epoch_in_worker)(spec)
    return lambda: float(np.mean([*parallel.spread([task] * parallel.workers())]))


def fit(spec: RunSpec, **settings: Any) -> Epoch:
    """Return an epoch of `model.fit` on NumPy arrays; `settings` go to `model.compile`."""
    images, labels = samples(spec)
    *body, last = build(spec.vary(dropout=0.0).model).layers
    model = keras.Sequential([*body, keras.layers.Dropout(spec.model.dropout), last])  # not the book's faster one
    model.compile(build_optimizer(spec.optimizer), "sparse_categorical_crossentropy", metrics=["accuracy"], **settings)
    return lambda: model.fit(images, labels, batch_size=spec.batch_size, verbose=0).history["loss"][0]


def torch_loop(spec: RunSpec) -> Epoch:
    """Return an epoch of PyTorch's ordinary loop, eager, with Keras's settings of Adam."""
    torch: Any = import_module("torch")
    images, labels = map(torch.from_numpy, samples(spec))
    nn, (width,), rate = torch.nn, spec.model.hidden, spec.model.dropout
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Dropout(rate), nn.Linear(width, 10))
    cross_entropy, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), eps=1e-7)

    def take(part: NDArray[np.int32]) -> Any:
        total = torch.zeros(())
        for batch in torch.from_numpy(part):
            optimizer.zero_grad()
            loss = cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(batch)
        return total

    return shuffled(spec, take)


def jax_scan(spec: RunSpec) -> Epoch:
    """Return an epoch of JAX: one jitted `lax.scan` over the batches."""
    jax: Any = import_module("jax")
    held = jax.device_put(samples(spec))
    weights = build(spec.model).get_weights()
    state: Any = (weights, *jax.tree.map(np.zeros_like, [weights, weights]), 0)
    scan = jax.jit(lambda state, part, *held: jax.lax.scan(functools.partial(jax_step, jax, spec, held), state, part))

    def take(part: NDArray[np.int32]) -> Any:
        nonlocal state
        state, losses = scan(state, part, *held)
        return losses.sum() * part.shape[1]

    return shuffled(spec, take)


def jax_step(jax: Any, spec: RunSpec, held: Any, state: Any, positions: Any) -> tuple[Any, Any]:
    """Take one step of Adam from `state`; return the next state and the batch's mean loss."""
    (images, labels), rate, tree = (array[positions] for array in held), spec.model.dropout, jax.tree
    weights, means, squares, taken = state

    def loss(weights: Any) -> Any:
        kernel, bias, last_kernel, last_bias = weights
        hidden = jax.nn.relu(images.reshape(len(images), -1) @ kernel + bias)
        if rate:
            kept = jax.random.bernoulli(jax.random.key(taken, impl="rbg"), 1 - rate, hidden.shape)  # cheap on a CPU
            hidden = jax.numpy.where(kept, hidden / (1 - rate), 0)
        scores = jax.nn.log_softmax(hidden @ last_kernel + last_bias)
        return -jax.numpy.take_along_axis(scores, labels[:, None], 1).mean()

    value, slopes = jax.value_and_grad(loss)(weights)
    means = tree.map(lambda m, g: m + (g - m) * (1 - 0.9), means, slopes)
    squares = tree.map(lambda v, g: v + (g * g - v) * (1 - 0.999), squares, slopes)
    pace = 0.001 * (1 - 0.999 ** (taken + 1)) ** 0.5 / (1 - 0.9 ** (taken + 1))
    weights = tree.map(lambda w, m, v: w - m * pace / (jax.numpy.sqrt(v) + 1e-7), weights, means, squares)
    return (weights, means, squares, taken + 1), value


def epoch_flops(spec: RunSpec) -> int:
    """Return the floating-point operations of an epoch's matrix products, 2 · inputs · outputs an image for each."""
    sizes = [inputs * outputs for inputs, outputs in itertools.pairwise((784, *spec.model.hidden, 10))]
    return 2 * spec.data.train_size * (3 * sum(sizes) - sizes[0])


@tf.function(jit_compile=True, autograph=False)
def products(images: tf.Tensor, kernel: tf.Tensor, last: tf.Tensor, steps: tf.Tensor) -> Any:
    """Take the five matrix products of a training step, `steps` times, and nothing else.

    Each pass needs all of the one before it, so that the compiler can leave nothing out, nor move it out of the loop.
    """

    def step(i: tf.Tensor, kernel: tf.Tensor, moved: tf.Tensor) -> tuple[tf.Tensor, ...]:
        hidden = images @ kernel
        scores = hidden @ moved
        back = tf.matmul(scores, moved, transpose_b=True)
        moved = last + 1e-20 * tf.matmul(hidden, scores, transpose_a=True)  # too little to matter
        return i + 1, tf.matmul(images, back, transpose_a=True), moved

    return tf.while_loop(lambda i, *_: i < steps, step, (0, kernel, last))[1]


def operands(spec: RunSpec) -> list[tf.Tensor]:
    """Return a batch and kernels with orthonormal rows or columns: their products neither grow nor vanish."""
    orthogonal = keras.initializers.Orthogonal(seed=0)
    return [orthogonal(shape) for shape in itertools.pairwise((spec.batch_size, 784, *spec.model.hidden, 10))]


def product_limit(spec: RunSpec, times: int = 1) -> Epoch:
    """Return the matrix products of an epoch, `times` over; they have no loss, which is given as 0."""
    x, *kernels = operands(spec)
    return shuffled(spec, lambda part: 0 * products(x[: part.shape[1]], *kernels, np.int32(times * len(part)))[0, 0])


@tf.function(jit_compile=True, autograph=False)
def updates(slope: tf.Tensor, steps: tf.Tensor) -> Any:
    """Take Adam's update of parameters that start at zero, by a steady gradient, `steps` times, and nothing else."""

    def step(i: tf.Tensor, weights: tf.Tensor, mean: tf.Tensor, square: tf.Tensor) -> tuple[tf.Tensor, ...]:
        gradient = slope + 1e-20 * weights  # so that nothing can be moved out of the loop
        mean += (gradient - mean) * (1 - 0.9)
        square += (gradient * gradient - square) * (1 - 0.999)
        return i + 1, weights - 0.001 * mean / (tf.sqrt(square) + 1e-7), mean, square

    return tf.while_loop(lambda i, *_: i < steps, step, (0, *[tf.zeros_like(slope)] * 3))[1]


def update_limit(spec: RunSpec) -> Epoch:
    """Return an epoch's updates by Adam, all parameters in one vector; they have no loss, which is given as 0."""
    slope = tf.fill([spec.model.parameters], 0.01)
    return shuffled(spec, lambda part: 0 * updates(slope, np.int32(len(part)))[0])


ENGINE, WORKERS = "this book's engine", "this book's engine, a worker on each core"
FIT = "`model.fit`, Keras's defaults"
LIMIT, UPDATE = "its matrix products alone", "its updates by Adam alone"
ROWS: dict[str, Callable[[RunSpec], Epoch]] = {
    ENGINE: engine,
    WORKERS: engine_in_workers,
    FIT: fit,
    "`model.fit`, `steps_per_execution=32`": functools.partial(fit, steps_per_execution=32),
    "PyTorch, eager loop": torch_loop,
    "JAX, `lax.scan`": jax_scan,
    LIMIT: product_limit,
    "the same products, twice over": functools.partial(product_limit, times=2),
    UPDATE: update_limit,
}


def measure(settings: Mapping[str, RunSpec], rows: Mapping[str, Callable[[RunSpec], Epoch]], rounds: int) -> Times:
    """Time an epoch of every engine that is installed, in every setting, round after round, after one to warm up."""
    epochs: dict[tuple[str, str], Epoch] = {}
    for (setting, spec), (row, prepare) in itertools.product(settings.items(), rows.items()):
        with contextlib.suppress(ModuleNotFoundError):  # PyTorch and JAX are optional
            epochs[setting, row] = prepare(spec)
    times: dict[tuple[str, str], list[float]] = {task: [] for task in epochs}
    for turn, (task, epoch) in itertools.product(range(rounds + 1), epochs.items()):
        start = time.perf_counter()
        epoch()
        seconds = (time.perf_counter() - start) / (parallel.workers() if task[1] == WORKERS else 1)
        times[task] += [seconds] if turn else []
    return times


def ratio(times: Times, task: tuple[str, str], other: tuple[str, str]) -> float:
    """Return how many times as long one task takes as another: the median over rounds of the ratio within a round."""
    return median(a / b for a, b in zip(times[task], times[other], strict=True))


def table(times: Times, settings: Mapping[str, RunSpec]) -> str:
    """Return as a table in Markdown: median seconds, how many times the engine's that is, the rate of the products."""
    rows = [["an epoch of", *settings], ["---", *("---:" for _ in settings)]]
    for row in ROWS:
        tasks = [(name, row) for name in settings if (name, row) in times]
        cells = [f"{median(times[t]):.2f} s ({ratio(times, t, (t[0], ENGINE)):.2f} ×)" for t in tasks]
        rows.append([row, *(cells or ["not installed"] * len(settings))])
    rates = [f"{epoch_flops(settings[name]) / median(times[name, LIMIT]) / 1e9:.0f} GFLOP/s" for name in settings]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*rows, ["rate of the products", *rates]])


def budgets(times: Times) -> str:
    """Return, as a list in Markdown, what was promised of the engine, what was measured and whether it holds."""
    lines = []
    for what, task, other, most in (
        ("engine / `model.fit`, Keras's defaults", (PLAIN, ENGINE), (PLAIN, FIT), 1 / 12),
        ("engine in workers / `model.fit`, Keras's defaults", (PLAIN, WORKERS), (PLAIN, FIT), 1 / 12),
        ("engine / its matrix products alone", (PLAIN, ENGINE), (PLAIN, LIMIT), 1.5),
        ("engine, dropout 0.1 / no dropout", (DROPPED, ENGINE), (PLAIN, ENGINE), 1.3),
    ):
        holds = "holds" if (found := ratio(times, task, other)) <= most else "does not hold"
        lines.append(f"- {what}, batch 32: {found:.3f}, at most {most:.3f}: {holds}")
    least = [sum(parts) for parts in zip(times[PLAIN, LIMIT], times[PLAIN, UPDATE], strict=True)]
    over = median(whole / part for whole, part in zip(times[PLAIN, ENGINE], least, strict=True))
    lines.append(f"- engine / its products and updates, which no engine can do without, batch 32: {over:.3f}")
    return "\n".join(lines)


def header(rounds: int) -> str:
    """Return what the figures depend on: machine, threads, versions and protocol."""
    names = [name for name in ("tensorflow", "keras", "numpy", "torch", "jax") if util.find_spec(name)]
    return (
        "# An epoch of 50,000 images: 784-128-10, ReLU, Adam\n\n"
        f"- {platform.machine()} {platform.system()}, {joblib.cpu_count()} cores, threads as each engine sets them\n"
        f"- python {platform.python_version()}, {', '.join(f'{name} {metadata.version(name)}' for name in names)}\n"
        f"- {rounds} rounds, alternating, after one to warm up: medians, and medians of the ratios within a round\n"
    )


def engine_against_fit(rounds: int = 3, spec: RunSpec = baseline) -> dict[str, float]:
    """Return the median seconds an epoch of "engine" and of "model.fit", alternating, of a run."""
    times = measure({PLAIN: spec}, {ENGINE: engine, FIT: fit}, rounds)
    return {name: median(times[PLAIN, row]) for name, row in (("engine", ENGINE), ("model.fit", FIT))}


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How often to time every engine.")] = 5,
    quick: Annotated[bool, typer.Option("--quick", help="Only the settings that have budgets.")] = False,
) -> None:
    """Print the seconds that an epoch takes in each engine, and whether the book's engine keeps its budgets."""
    settings = BUDGETED if quick else SETTINGS
    times = measure(settings, ROWS, rounds)
    typer.echo(f"{header(rounds)}\n{table(times, settings)}\n\n{budgets(times)}")


if __name__ == "__main__":
    from foundations import bench  # noqa: PLW0406  # so that workers find its functions by this name

    typer.run(bench.main)
