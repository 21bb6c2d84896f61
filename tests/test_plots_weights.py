"""Figures of weights: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import StepPatch

from foundations import plots
from foundations.statistics import estimate


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_histograms_draw_means_over_seeds() -> None:
    """Every distribution is one line of steps, the mean over seeds, over the edges, and named in the legend."""
    edges = [-1.0, 0.0, 2.0]
    shares = {"one": np.array([[0.2, 0.8], [0.4, 0.6]]), "other": np.array([[0.5, 0.5]])}
    ax = plots.histograms(shares, edges)
    steps = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
    for patch, expected in zip(steps, [[0.3, 0.7], [0.5, 0.5]], strict=True):
        assert pytest.approx(expected) == patch.get_data().values
        assert edges == patch.get_data().edges.tolist()
    legend = ax.get_legend()
    assert legend is not None
    assert ["one", "other"] == [text.get_text() for text in legend.get_texts()]
    assert ("log", "weight", "share of the weights") == (ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel())


def test_categories_are_drawn_in_their_order() -> None:
    """Every measure is a line of means with 95% intervals over named places, named at its end."""
    random = np.random.default_rng(0)
    values = {"one": random.random((4, 3)), "other": random.random((5, 3))}
    ax = plots.categories(values, ["a", "b", "c"])
    assert ["a", "b", "c"] == [label.get_text() for label in ax.get_xticklabels()]
    assert ["one", "other"] == [text.get_text() for text in ax.texts]
    for container, found in zip(ax.containers, values.values(), strict=True):
        line = container.lines[0]
        assert [0, 1, 2] == line.get_xdata().tolist()
        assert pytest.approx([estimate(column).mean for column in found.T]) == line.get_ydata()
