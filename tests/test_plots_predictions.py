"""Figures of calibration and of one prediction: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from scipy import special, stats

from foundations import plots
from foundations.calibration import Reliability
from foundations.plots.calibration import FLOOR

BLUE, ORANGE = "#0072b2", "#d55e00"
BINS = Reliability(np.array([0.8, 0.99, 1.0]), np.array([0.7, 0.95, 1.0]), np.array([100, 100, 100]))
PARTS = np.zeros((6, 10))
PARTS[:, 3] = [4, 0, 1, -1, 2, 0.5]
PARTS[:, 8] = [1, 2, 1, 0, -1, 0.25]


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_reliability_draws_errors_against_doubt() -> None:
    """Bins with errors are dots with Wilson intervals; one without is a triangle at its interval's upper end."""
    ax = plots.reliability(BINS, "as trained")
    (container,) = (item for item in ax.containers if isinstance(item, ErrorbarContainer))
    dots, _, (bars,) = container.lines
    assert pytest.approx([0.2, 0.01]) == dots.get_xdata().tolist()
    assert pytest.approx([0.3, 0.05]) == dots.get_ydata().tolist()
    for segment, count in zip(bars.get_segments(), (30, 5), strict=True):
        interval = stats.binomtest(count, 100).proportion_ci(method="wilson")
        assert pytest.approx([interval.low, interval.high]) == segment[:, 1].tolist()
    (triangle,) = (line for line in ax.lines if line.get_marker() == "v")
    upper = stats.binomtest(0, 100).proportion_ci(method="wilson").high
    assert ([FLOOR], [pytest.approx(upper)]) == (triangle.get_xdata().tolist(), triangle.get_ydata().tolist())
    assert ("log", "log") == (ax.get_xscale(), ax.get_yscale())
    assert ("doubt: 1 − confidence", "share of errors") == (ax.get_xlabel(), ax.get_ylabel())


def test_reliability_compares_on_one_diagonal() -> None:
    """Two networks on one axes have two colours, two names and one diagonal."""
    ax = plots.reliability(BINS, "one")
    assert ax is plots.reliability(BINS, "other", ax, color="C1")
    diagonals = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [[FLOOR, 1]] == [[*line.get_xdata()] for line in diagonals]
    assert [[FLOOR, 1]] == [[*line.get_ydata()] for line in diagonals]
    assert ["one", "other"] == [text.get_text() for text in ax.get_legend().get_texts()]
    colors = [to_hex(item.lines[0].get_color()) for item in ax.containers if isinstance(item, ErrorbarContainer)]
    assert [BLUE, ORANGE] == colors


def test_forward_pass_shows_every_layer() -> None:
    """The image, the sorted pre-activations with those above zero in blue, the logits and the probabilities."""
    hidden, logits = np.array([2.0, -1.0, 0.5, -3.0]), np.arange(10.0)
    image, units, outputs, shares = plots.forward_pass(np.eye(28), hidden, logits).axes
    assert np.eye(28).tolist() == image.images[0].get_array().tolist()
    assert [-3, -1, 0.5, 2] == [bar.get_height() for bar in units.patches]
    assert [BLUE] * 2 == [to_hex(bar.get_facecolor()) for bar in units.patches][2:]
    assert BLUE not in [to_hex(bar.get_facecolor()) for bar in units.patches][:2]
    assert logits.tolist() == [bar.get_height() for bar in outputs.patches]
    assert pytest.approx(special.softmax(logits)) == [bar.get_height() for bar in shares.patches]
    for ax in (outputs, shares):
        assert [9] == [digit for digit, bar in enumerate(ax.patches) if to_hex(bar.get_facecolor()) == ORANGE]
    assert ["pre-activation", "logit", "probability"] == [ax.get_ylabel() for ax in (units, outputs, shares)]


def test_contributions_add_to_the_last_row() -> None:
    """The units that separate the two leading digits most stand alone, in order; all rows add to the logits."""
    ax = plots.contributions(PARTS, shown=2)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert ["unit 0", "unit 4", "3 other units", "bias", "sum: logit"] == names
    for container, digit in zip(ax.containers, (3, 8), strict=True):
        widths = [bar.get_width() for bar in container]
        assert pytest.approx(PARTS[:, digit].sum()) == widths[-1] == pytest.approx(sum(widths[:-1]))
    assert [[4, 2], [1, -1]] == [[bar.get_width() for bar in container][:2] for container in ax.containers]
    assert ["digit 3", "digit 8"] == [text.get_text() for text in ax.get_legend().get_texts()]
    assert [ORANGE, BLUE] == [to_hex(container[0].get_facecolor()) for container in ax.containers]


def test_contributions_against_come_last() -> None:
    """A unit that speaks for the second digit stands below those that speak for the first."""
    names = [label.get_text() for label in plots.contributions(PARTS, shown=4).get_yticklabels()]
    assert ["unit 0", "unit 4", "unit 3", "unit 1", "1 other units"] == names[:5]


def test_contributions_draw_where_they_are_told() -> None:
    """The figure draws on the axes that it is given."""
    _, ax = plt.subplots()
    assert ax is plots.contributions(PARTS, ax=ax)


def test_through_training_maps_steps_and_digits() -> None:
    """Every image has a map an optimizer, with one row a step, and its own digit framed."""
    random = np.random.default_rng(0)
    paths = {name: {step: random.random((2, 10)) for step in (0, 10, 1_000)} for name in ("Adam", "SGD")}
    figure = plots.through_training(np.zeros((2, 28, 28)), [4, 7], paths)
    grid = np.reshape(figure.axes, (2, 3))
    for row, label in enumerate((4, 7)):
        for ax, (name, path) in zip(grid[row, 1:], paths.items(), strict=True):
            assert [values[row].tolist() for values in path.values()] == ax.images[0].get_array().tolist()
            assert (0, 1) == ax.images[0].get_clim()
            (frame,) = ax.patches
            assert (label - 0.5, 1) == (frame.get_x(), frame.get_width())
            assert ["0", "10", "1,000"] == [text.get_text() for text in ax.get_yticklabels()]
            assert f"{name} steps" == ax.get_ylabel()
