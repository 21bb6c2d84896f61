"""Figures of weights and of capacity: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots
from foundations.factorial import combinations, contrast
from foundations.specs import baseline
from foundations.statistics import estimate
from pretended import random_run, results_of


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_filters_stand_in_rows() -> None:
    """Every picture is in its place, with blanks between them, on a scale that is symmetric about zero."""
    pictures = np.arange(5 * 28 * 28, dtype=float).reshape(5, 28, 28)
    ax = plots.filters(pictures, 0.5, columns=3)
    (image,) = ax.images
    sheet = np.ma.filled(image.get_array().astype(float), np.nan)
    assert (28 + 2 + 28, 3 * 30 - 2) == sheet.shape
    assert np.array_equal(pictures[1], sheet[:28, 30:58])
    assert np.array_equal(pictures[3], sheet[30:, :28])
    assert np.isnan(sheet[28:30]).all()
    assert np.isnan(sheet[30:, 60:]).all()
    assert (-0.5, 0.5) == image.get_clim()


def test_spectrum_over_its_edges() -> None:
    """Each set of singular values is drawn against its rank, over a band from edge to edge."""
    ax = plots.spectrum({"before": np.array([2.0, 1.0]), "after": np.array([5.0, 1.5])}, (0.8, 1.8))
    assert [[1, 2]] * 2 == [line.get_xdata().tolist() for line in ax.lines]
    assert [[2, 1], [5, 1.5]] == [line.get_ydata().tolist() for line in ax.lines]
    (edges,) = ax.patches
    assert pytest.approx((0.8, 1.8)) == (edges.get_y(), edges.get_y() + edges.get_height())
    assert ["before", "after"] == [text.get_text() for text in ax.get_legend().get_texts()]


def test_metric_against_width() -> None:
    """The means of all arms are drawn over the seeds that all have, against their widths, one tick each."""
    widths = {4: 3, 16: 5}
    runs = {f"{w}": [random_run(baseline.vary(hidden=(w,), seed=s)) for s in range(n)] for w, n in widths.items()}
    results = results_of(runs)
    _, ax = plt.subplots()
    plots.against_width(results, "validation_accuracy", {4: "4", 16: "16"}, "true", ax)
    (container,) = ax.containers
    expected = [results.values("validation_accuracy", arm)[:3].mean() for arm in ("4", "16")]
    assert pytest.approx(expected) == container.lines[0].get_ydata()
    assert [4, 16] == ax.get_xticks().tolist()
    assert ["true"] == [text.get_text() for text in ax.texts]
    assert ("log", "hidden units") == (ax.get_xscale(), ax.get_xlabel())


def test_effects_of_a_factorial() -> None:
    """Every main effect and interaction is a row with the mean of its contrast, the first at the top."""
    cells = np.random.default_rng(0).standard_normal((2, 2, 2, 4))
    ax = plots.factorial_effects(cells, ("a", "b", "c"))
    (container,) = ax.containers
    expected = [estimate(contrast(cells, factors)).mean for factors in combinations(3)]
    assert pytest.approx(expected) == container.lines[0].get_xdata()
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert ["a", "b", "c", "a × b", "a × c", "b × c", "a × b × c"] == names
    assert ax.yaxis_inverted()
