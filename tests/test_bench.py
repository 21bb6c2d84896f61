"""The benchmark's pure parts, and that what it times is training or, for the limits, products and updates."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
import tensorflow as tf
from typer.testing import CliRunner

from foundations import bench
from foundations.specs import RunSpec, baseline

TINY = baseline.vary(train_size=330)  # ten batches of 32 images and one of ten
TRAINERS = {row: prepare for row, prepare in bench.ROWS.items() if row.startswith(("this", "`model", "PyTorch", "JAX"))}
MODULES = {"PyTorch, eager loop": "torch", "JAX, `lax.scan`": "jax"}
TIMES = {
    (bench.PLAIN, bench.ENGINE): [1.0, 2.0, 4.0],
    (bench.PLAIN, bench.WORKERS): [0.8, 1.6, 3.2],
    (bench.PLAIN, bench.FIT): [13.0, 24.0, 100.0],
    (bench.PLAIN, bench.LIMIT): [0.5, 1.0, 2.0],
    (bench.PLAIN, bench.UPDATE): [0.3, 0.6, 1.2],
    (bench.DROPPED, bench.ENGINE): [1.2, 2.4, 4.8],
    (bench.DROPPED, bench.LIMIT): [0.5, 1.0, 2.0],
}


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Make modules look as if they were not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


def numpy_products(images: np.ndarray, kernel: np.ndarray, last: np.ndarray, steps: int) -> np.ndarray:
    """Return the first kernel after the same products in NumPy."""
    for _ in range(steps):
        kernel = images.T @ (images @ kernel @ last @ last.T)
    return kernel


@pytest.mark.parametrize("batch_size", [33, 32, 330], ids=["no rest", "a rest", "one batch"])
def test_an_epoch_takes_every_image_once_in_full_batches_and_a_rest(batch_size: int) -> None:
    """`shuffled` deals out all positions, the partial batch last, in a new order every epoch, and averages losses."""
    parts: list[np.ndarray] = []
    epoch = bench.shuffled(TINY.vary(batch_size=batch_size), lambda part: parts.append(part) or part.sum())
    assert epoch() == epoch() == np.mean(range(330))
    sizes = [(330 // batch_size, batch_size), *([(1, 330 % batch_size)] if 330 % batch_size else [])]
    assert [part.shape for part in parts] == sizes * 2
    first, second = (
        np.concatenate([part.ravel() for part in half]) for half in np.array_split(np.array(parts, object), 2)
    )
    assert sorted(first) == sorted(second) == [*range(330)]
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("row", TRAINERS)
def test_every_engine_trains(row: str, dropout: float) -> None:
    """Each engine's epoch goes on where the one before stopped: the loss falls from that of guessing."""
    if row in MODULES:
        pytest.importorskip(MODULES[row])
    epoch = TRAINERS[row](TINY.vary(dropout=dropout))
    losses = [epoch() for _ in range(8)]
    assert losses[0] == pytest.approx(np.log(10), rel=0.3)
    assert losses[-1] < losses[0] / 2


def test_flops_are_those_of_the_five_products() -> None:
    """An image of the baseline takes forward 784·128 + 128·10 and backward 784·128 + 2·128·10 multiply-adds."""
    assert bench.epoch_flops(baseline) == 50_000 * 2 * (2 * 784 * 128 + 3 * 128 * 10)
    assert bench.epoch_flops(baseline.vary(hidden=(3, 5), train_size=70)) == 140 * (2 * 784 * 3 + 3 * (3 * 5 + 5 * 10))


@pytest.mark.parametrize("batch_size", [8, 32])
def test_the_limit_computes_its_products(batch_size: int) -> None:
    """The loop gives what NumPy gives, and neither overflows nor vanishes in a whole epoch."""
    random = np.random.default_rng(0)
    operands = [random.normal(0, 0.1, shape).astype(np.float32) for shape in ((batch_size, 784), (784, 128), (128, 10))]
    kernel = bench.products(*map(tf.constant, operands), tf.constant(3))
    np.testing.assert_allclose(kernel, numpy_products(*operands, steps=3), rtol=1e-3, atol=1e-4)
    orthogonal = bench.operands(baseline.vary(batch_size=batch_size))
    norms = [np.linalg.norm(bench.products(*orthogonal, tf.constant(steps))) for steps in (1, 6000)]
    assert norms[1] == pytest.approx(norms[0], rel=0.01)


def test_the_compiler_leaves_all_products_in_the_loop() -> None:
    """The compiled loop's body holds five matrix products, and there are no others outside it."""
    text = bench.products.experimental_get_compiler_ir(*bench.operands(baseline), tf.constant(3))(stage="optimized_hlo")
    bodies = text.split("\n\n")
    assert text.count(" dot(") == 5
    assert max(body.count(" dot(") for body in bodies if not body.startswith("ENTRY")) == 5


def test_the_updates_are_adams() -> None:
    """The loop gives what Keras's Adam makes of a steady gradient, but for the bias of its first averages."""
    slope, weights, mean, square = np.float32([0.01, -0.02]), *np.zeros((3, 2), np.float32)
    for _ in range(50):
        mean += (slope - mean) * 0.1
        square += (slope**2 - square) * 0.001
        weights -= 0.001 * mean / (np.sqrt(square) + 1e-7)
    np.testing.assert_allclose(bench.updates(tf.constant(slope), tf.constant(50)), weights, rtol=1e-4)
    text = bench.updates.experimental_get_compiler_ir(tf.constant(slope), tf.constant(3))(stage="optimized_hlo")
    assert text.count(" sqrt(") == 1
    assert " sqrt(" not in text.split("ENTRY")[1]


def test_ratio_is_the_median_within_rounds() -> None:
    """One slow round moves neither side of a ratio: it is taken within each round, then the middle one is used."""
    assert bench.ratio(TIMES, (bench.PLAIN, bench.FIT), (bench.PLAIN, bench.ENGINE)) == 13.0


def test_table_shows_seconds_ratios_and_rates() -> None:
    """A row names the engine, median seconds and the ratio to the book's engine; the last one gives the rate."""
    lines = bench.table(TIMES, {bench.PLAIN: baseline, bench.DROPPED: baseline}).splitlines()
    assert lines[0] == "| an epoch of | batch 32 | batch 32, dropout 0.1 |"
    assert lines[1] == "| --- | ---: | ---: |"
    assert lines[2] == "| this book's engine | 2.00 s (1.00 ×) | 2.40 s (1.00 ×) |"
    assert lines[-1] == "| rate of the products | 20 GFLOP/s | 20 GFLOP/s |"
    assert len({line.count("|") for line in lines if "not installed" not in line}) == 2  # the times of fit lack dropout


def test_budgets_say_what_holds() -> None:
    """Each line gives the measured figure, the most that is allowed and the verdict."""
    fit, workers, limit, dropout, least = bench.budgets(TIMES).splitlines()
    assert workers == "- engine in workers / `model.fit`, Keras's defaults, batch 32: 0.062, at most 0.083: holds"
    assert fit == "- engine / `model.fit`, Keras's defaults, batch 32: 0.077, at most 0.083: holds"
    assert limit.endswith("2.000, at most 1.500: does not hold")
    assert dropout.endswith("1.200, at most 1.300: holds")
    assert least.endswith("batch 32: 1.250")


def test_what_is_not_installed_gets_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyTorch and JAX the report has their rows, marked as not installed, and nothing fails."""
    hide(monkeypatch, "torch", "jax")
    rows = {row: bench.ROWS[row] for row in (bench.ENGINE, bench.LIMIT, *MODULES)}
    times = bench.measure({"tiny": TINY}, rows, rounds=2)
    assert {task: len(seconds) for task, seconds in times.items()} == dict.fromkeys(
        [("tiny", bench.ENGINE), ("tiny", bench.LIMIT)], 2
    )
    lines = bench.table(times, {"tiny": TINY}).splitlines()
    assert [line for line in lines if line.startswith(("| PyTorch", "| JAX"))] == [
        f"| {row} | not installed |" for row in MODULES
    ]
    assert "torch" not in bench.header(2)


def test_engines_take_turns_after_warming_up() -> None:
    """Every round runs each engine once, and the first turn is not counted."""
    calls: list[str] = []

    def prepare(name: str) -> bench.Epoch:
        return lambda: calls.append(name) or 0.0

    rows = {name: lambda _, name=name: prepare(name) for name in "ab"}
    times = bench.measure({"tiny": TINY}, rows, rounds=3)
    assert calls == ["a", "b"] * 4
    assert [len(seconds) for seconds in times.values()] == [3, 3]


def test_the_time_of_workers_is_shared_by_their_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call of the workers' row takes an epoch in all of them: an epoch counts as its part of the time."""
    clock = itertools.count(0.0, 6.0)
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    monkeypatch.setenv("FOUNDATIONS_WORKERS", "3")
    rows = dict.fromkeys((bench.ENGINE, bench.WORKERS), lambda _: lambda: 0.0)
    times = bench.measure({"tiny": TINY}, rows, rounds=2)
    assert times == {("tiny", bench.ENGINE): [6.0, 6.0], ("tiny", bench.WORKERS): [2.0, 2.0]}


def test_engine_against_fit_gives_both_medians(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chapter gets the seconds of the engine and of `model.fit` by name."""
    monkeypatch.setattr(bench, "baseline", TINY)
    seconds = bench.engine_against_fit(rounds=1)
    assert seconds.keys() == {"engine", "model.fit"}
    assert min(seconds.values()) > 0


@pytest.mark.parametrize(("options", "settings"), [([], bench.SETTINGS), (["--quick"], bench.BUDGETED)])
def test_the_command_prints_a_report(
    monkeypatch: pytest.MonkeyPatch, options: list[str], settings: dict[str, RunSpec]
) -> None:
    """Header, table and budgets come out as Markdown, for all settings or only those that have budgets."""
    app = bench.typer.Typer()
    app.command()(bench.main)
    asked = []

    def measure(settings: dict[str, RunSpec], rows: dict[str, object], rounds: int) -> bench.Times:
        asked.append((settings, rounds))
        return {task: [1.0] * rounds for task in itertools.product(settings, rows)}

    monkeypatch.setattr(bench, "measure", measure)
    result = CliRunner().invoke(app, [*options, "--rounds", "3"])
    assert result.exit_code == 0
    assert asked == [(settings, 3)]
    assert "- 3 rounds" in result.stdout
    assert "| 1.00 s (1.00 ×) " * len(settings) in result.stdout
    assert result.stdout.count("does not hold") == 2  # an engine as slow as `model.fit`, in one process or in workers
