"""Figures of optimizers: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots
from foundations.specs import SGD, Adam, baseline
from foundations.trials import expected_best
from foundations.tuning import Sweep, SweepResults
from foundations.updates import path
from foundations.valley import Valley
from pretended import pretend

RATES = (0.01, 0.1, 1.0)
SHARES = ([0.90, 0.91, 0.95], [0.97, 0.96, 0.98], [0.10, 0.97, 0.20])


def sweep(shares: Sequence[Sequence[float]], chosen: float) -> SweepResults:
    """Return a sweep that ended with these accuracies, one list a rate."""
    of = Sweep(baseline.vary(epochs=1, optimizer="sgd"), RATES, chosen)
    flat = [share for row in shares for share in row]
    curves = [{"select_accuracy": [share], "judge_accuracy": [share]} for share in flat]
    return SweepResults("sweep", of, [pretend(spec, curve) for spec, curve in zip(of.specs(), curves, strict=True)])


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_descents_are_drawn_over_contours() -> None:
    """Every path is a line with its name, over contour lines of the loss, in equal units; the minimum is marked."""
    valley = Valley(angle=30)
    paths = {
        name: path(spec, valley.gradient, [3.0, 1.0], 5) for name, spec in {"a": SGD(0.01), "b": Adam(0.1)}.items()
    }
    ax = plots.descents(valley, paths)
    *drawn, minimum = ax.lines
    for line, (name, points) in zip(drawn, paths.items(), strict=True):
        assert name == line.get_label()
        np.testing.assert_array_equal(points, line.get_xydata())
    assert [[0, 0]] == np.asarray(minimum.get_xydata()).tolist()
    assert 1 == len(ax.collections)
    assert 1 == ax.get_aspect()


def test_accuracy_against_the_rate() -> None:
    """Each sweep is a line of mean errors on logarithmic axes, with a dot at its choice and a ring at the default."""
    ax = plots.against_rate({"SGD": sweep(SHARES, 0.1), "other": sweep(SHARES, 1.0)}, "validation_accuracy")
    lines, dots, rings = ax.lines[::3], ax.lines[1::3], ax.lines[2::3]
    means = 100 - 100 * np.mean(SHARES, axis=1)
    for line in lines:
        assert pytest.approx(RATES) == line.get_xdata()
        assert pytest.approx(means) == line.get_ydata()
    assert [[0.1], [1.0]] == [np.ravel(dot.get_xdata()).tolist() for dot in dots]
    assert [[0.01], [0.01]] == [np.ravel(ring.get_xdata()).tolist() for ring in rings]
    assert ("log", "log") == (ax.get_xscale(), ax.get_yscale())
    assert ["SGD", "other"] == [text.get_text() for text in ax.get_legend().get_texts()]
    assert 2 == len(ax.collections)


def test_best_after_trials() -> None:
    """The best of k rates is drawn for k from one to all, as the mean over seeds of what each may expect."""
    ax = plots.against_trials({"SGD": sweep(SHARES, 0.1)}, "validation_accuracy")
    (line,) = ax.lines
    assert [1, 2, 3] == line.get_xdata().tolist()
    assert pytest.approx(100 - expected_best(100 * np.array(SHARES)).mean(axis=1)) == line.get_ydata()


def test_an_axis_of_errors_reads_as_accuracy() -> None:
    """Ticks stand at errors and name accuracies; better is higher."""
    ax = plots.against_rate({"SGD": sweep(SHARES, 0.1)}, "validation_accuracy")
    assert [2, 3, 5, 10, 30, 90] == ax.get_yticks().tolist()
    assert ["98", "97", "95", "90", "70", "10"] == [label.get_text() for label in ax.get_yticklabels()]
    bottom, top = ax.get_ylim()
    assert bottom > top
    assert "validation accuracy (%)" == ax.get_ylabel()
