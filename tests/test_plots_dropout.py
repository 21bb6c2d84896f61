"""Figures of dropout: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots

BY_ARM = {
    "light": [np.array([0.1, 0.3]), np.array([0.2, 0.4])],
    "heavy": [np.array([-0.1, 0.1]), np.array([0.5, 0.7])],
}


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_changes_are_dots_and_means() -> None:
    """Every seed is a dot beside its length, every arm a line through its means, named at its end."""
    ax = plots.changes([5, 20], BY_ARM)
    means = [line for line in ax.lines if line.get_marker() == "None" and len(line.get_xdata()) == 2][1:]
    assert [pytest.approx([0.2, 0.3]), pytest.approx([0.0, 0.6])] == [line.get_ydata().tolist() for line in means]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    drawn = [line.get_ydata().tolist() for line in dots]
    assert [values.tolist() for arm in BY_ARM.values() for values in arm] == drawn
    for line, length in zip(dots, [5, 20, 5, 20], strict=True):
        assert pytest.approx(length, rel=0.1) == line.get_xdata()[0]
    assert ["light", "heavy"] == [text.get_text() for text in ax.texts]
    assert ("log", "epochs") == (ax.get_xscale(), ax.get_xlabel())
    assert ["5", "20"] == [label.get_text() for label in ax.get_xticklabels()]


def test_reference_keeps_the_first_colour() -> None:
    """The arms have the second colour of the palette and those after it."""
    ax = plots.changes([5, 20], BY_ARM)
    assert ["C1", "C2"] == [text.get_color() for text in ax.texts]


def test_an_arm_may_be_shorter() -> None:
    """An arm may have fewer lengths than there are; its name stands at the last of its own."""
    ax = plots.changes([5, 20], {"heavy": [np.array([0.1, 0.2])]})
    (text,) = ax.texts
    assert pytest.approx((5, 0.15), rel=0.1) == text.xy
    assert ["5", "20"] == [label.get_text() for label in ax.get_xticklabels()]


def test_an_arm_without_any_length_is_left_out() -> None:
    """An arm that is shorter than all lengths, as some are in a preview, is not drawn; others keep their colours."""
    ax = plots.changes([5, 20], {"light": [], "heavy": [np.array([0.1, 0.2])]})
    assert [("heavy", "C2")] == [(text.get_text(), text.get_color()) for text in ax.texts]


def test_no_change_is_marked() -> None:
    """A line at nought tells gains from losses."""
    ax = plots.changes([5, 20], BY_ARM)
    assert [0, 0] == list(ax.lines[0].get_ydata())


def test_seeds_are_dots_with_their_mean() -> None:
    """Every arm is a row from the top, with a dot a seed and a bar at their mean."""
    rows = {"plain": np.array([1.0, 2.0, 6.0]), "heavy": np.array([4.0, 8.0])}
    ax = plots.seeds(rows, "share (%)")
    dots, means = ax.lines[::2], ax.lines[1::2]
    assert [values.tolist() for values in rows.values()] == [line.get_xdata().tolist() for line in dots]
    assert [[3.0], [6.0]] == [np.ravel(line.get_xdata()).tolist() for line in means]
    assert [1, 0] == [line.get_ydata()[0] for line in dots]
    assert ["plain", "heavy"] == [label.get_text() for label in ax.get_yticklabels()]
    assert "share (%)" == ax.get_xlabel()
    assert (0, True) == (ax.get_xlim()[0], ax.get_xlim()[1] > 8)


def test_figures_draw_where_they_are_told() -> None:
    """A figure draws on the axes that it is given."""
    _, (upper, lower) = plt.subplots(2, 1)
    assert upper is plots.changes([5, 20], BY_ARM, upper)
    assert lower is plots.seeds({"plain": np.ones(2)}, "x", lower)
