"""Figures of gradient noise and of batch sizes: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots
from foundations.noise import left_of_noise
from foundations.specs import baseline
from foundations.tuning import Sweep, SweepResults
from pretended import random_run, results_of

ARMS = {"batch 8, one": 8, "batch 32, other": 32}
RESULTS = results_of(
    {
        arm: [random_run(baseline.vary(epochs=3, batch_size=size, seed=seed)) for seed in range(4)]
        for arm, size in ARMS.items()
    }
)
MOMENTS = np.exp(np.random.default_rng(0).standard_normal((5, 3, 2)))


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_gradient_and_noise() -> None:
    """Both moments are lines of geometric means over seeds at evenly spaced stages, named at their ends."""
    ax = plots.gradient_and_noise([0, 100, 1_563], MOMENTS)
    for container, place in zip(ax.containers, (1, 0), strict=True):
        expected = np.exp(np.log(MOMENTS[..., place]).mean(axis=0))
        assert pytest.approx(expected) == container.lines[0].get_ydata()
    assert 2 == sum(text.get_text() != "" for text in ax.texts)
    assert ["0", "100", "1,563"] == [label.get_text() for label in ax.get_xticklabels()]
    assert "log" == ax.get_yscale()


def test_noise_scales() -> None:
    """The noise scale is drawn as a ratio, with a dashed line for every batch size."""
    ax = plots.noise_scales([0, 100, 1_563], MOMENTS, (8, 128))
    expected = np.exp(np.log(MOMENTS[..., 1] / MOMENTS[..., 0]).mean(axis=0))
    assert pytest.approx(expected) == ax.containers[0].lines[0].get_ydata()
    assert [8, 128] == [line.get_ydata()[0] for line in ax.lines if line.get_linestyle() == "--"]
    assert {"B = 8", "B = 128"} <= {text.get_text() for text in ax.texts}
    assert ax.get_ylabel()


def test_noise_against_size() -> None:
    """For every stage there are the law's line and dots of what was measured, over the squared gradient."""
    sizes, found = [8, 32, 128], MOMENTS[:, 0]
    law = found[:, 1:] * left_of_noise(sizes, 1_000)
    ax = plots.noise_against_size(sizes, {"start": (law, found), "end": (2 * law, found)}, 1_000)
    first, second = (container.lines[0].get_ydata() for container in ax.containers)
    assert pytest.approx(2 * first) == second
    line = ax.lines[0]
    assert pytest.approx([first[0], first[-1]]) == line.get_ydata()[[0, -1]]
    assert ["start", "end"] == [text.get_text() for text in ax.texts]
    assert ["8", "32", "128"] == [label.get_text() for label in ax.get_xticklabels()]
    assert ("log", "log") == (ax.get_xscale(), ax.get_yscale())


def test_progress() -> None:
    """An arm is drawn against its epochs times what one of them costs, and called by its batch size."""
    ax = plots.progress(RESULTS, dict(zip(ARMS, (10.0, 2.0), strict=True)), "train_cross_entropy")
    for line, unit, arm in zip(ax.lines, (10, 2), ARMS, strict=True):
        assert pytest.approx([unit, 2 * unit, 3 * unit]) == line.get_xdata()
        assert pytest.approx(RESULTS.curves("train_cross_entropy", arm).mean(axis=0)) == line.get_ydata()
    assert ["batch 8", "batch 32"] == [text.get_text() for text in ax.texts]
    assert 2 == len(ax.collections)
    ax.figure.canvas.draw()
    assert "0.5" in [label.get_text() for label in ax.get_yticklabels()]


def test_against_fit() -> None:
    """Every seed is a thin line and every arm's mean a line with a dot an epoch; a better fit is further right."""
    ax = plots.against_fit(RESULTS, dict.fromkeys(ARMS, "name"))
    assert 2 * (4 + 1) == len(ax.lines)
    mean = ax.lines[4]
    assert pytest.approx(RESULTS.curves("train_cross_entropy", "batch 8, one").mean(axis=0)) == mean.get_xdata()
    assert pytest.approx(RESULTS.curves("validation_cross_entropy", "batch 8, one").mean(axis=0)) == mean.get_ydata()
    assert ["name", "name"] == [text.get_text() for text in ax.texts]
    assert ax.xaxis_inverted()


def test_tuning() -> None:
    """A sweep is a line of mean accuracies against the rate, with a ring at the rate that was chosen."""
    sweep = Sweep(baseline.vary(epochs=2), (0.001, 0.002), chosen=0.002)
    results = SweepResults("sweep", sweep, [random_run(spec) for spec in sweep.specs()])
    ax = plots.tuning({"batch 32": results})
    line, ring = ax.lines
    means = results.values("validation_accuracy").mean(axis=1)
    assert pytest.approx(means) == line.get_ydata()
    assert ([0.002], pytest.approx([means[1]])) == (ring.get_xdata().tolist(), ring.get_ydata().tolist())
    assert ["1", "2"] == [label.get_text() for label in ax.get_xticklabels()]
    assert ["batch 32"] == [text.get_text() for text in ax.texts if text.get_text()]
