"""Figures of early stopping: their structure, not their pixels."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from foundations import plots
from foundations.specs import EarlyStoppingSpec, baseline
from foundations.statistics import estimate
from foundations.stopping import lengths
from pretended import pretend, random_run, results_of

LOSS = [0.5, 0.3, 0.4, 0.35, 0.2, 0.6]
ACCURACY = [0.90, 0.96, 0.95, 0.955, 0.97, 0.94]
RUN = pretend(baseline.vary(epochs=6), {"val_loss": LOSS, "val_accuracy": ACCURACY})


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw in the book's style, and close every figure after the test."""
    with plt.style.context(plots.STYLE):
        yield
    plt.close("all")


def test_stop_is_marked_on_the_curve() -> None:
    """The whole curve is drawn, what is trained over it, the best epoch, the window of patience, and the stop."""
    ax = plots.early_stop(RUN, EarlyStoppingSpec(patience=2))
    whole, trained, best, stop = ax.lines
    assert LOSS == whole.get_ydata().tolist()
    assert LOSS[:4] == trained.get_ydata().tolist()
    assert ([2], [0.3]) == (np.ravel(best.get_xdata()).tolist(), np.ravel(best.get_ydata()).tolist())
    assert [4, 4] == list(stop.get_xdata())
    (window,) = ax.patches
    assert (2, 2) == (window.get_x(), window.get_width())
    assert ["best: epoch 2", "stop: epoch 4"] == [text.get_text() for text in ax.texts]
    assert ("epoch", "Keras's val_loss (nats)") == (ax.get_xlabel(), ax.get_ylabel())


def test_accuracy_is_drawn_in_percent() -> None:
    """A monitored accuracy is drawn in percent, with its highest epoch as the best."""
    ax = plots.early_stop(RUN, EarlyStoppingSpec("val_accuracy", 2))
    assert pytest.approx([100 * value for value in ACCURACY]) == ax.lines[0].get_ydata()
    assert "best: epoch 2" == ax.texts[0].get_text()
    assert "Keras's val_accuracy (%)" == ax.get_ylabel()


def test_no_stop_is_drawn_where_none_is() -> None:
    """Where patience outlasts the curve there is a best epoch, but no stop."""
    ax = plots.early_stop(RUN, EarlyStoppingSpec(patience=5))
    assert 3 == len(ax.lines)
    assert ["best: epoch 5"] == [text.get_text() for text in ax.texts]


def test_arms_against_patience() -> None:
    """Every arm is a line of means with 95% intervals over seeds, against the patience, and named at its end."""
    runs = {arm: [random_run(baseline.vary(hidden=(4 + i,), seed=s)) for s in range(4)] for i, arm in enumerate("ab")}
    rules = [EarlyStoppingSpec(patience=patience) for patience in (0, 2, 5)]
    ax = plots.against_patience(results_of(runs), {"a": "one", "b": "other"}, rules, lengths)
    assert ["one", "other"] == [text.get_text() for text in ax.texts]
    assert 2 == len(ax.containers)
    for container, group in zip(ax.containers, runs.values(), strict=True):
        line = container.lines[0]
        assert pytest.approx([0, 2, 5], abs=0.1) == line.get_xdata()
        assert pytest.approx([estimate(lengths(group, rule)).mean for rule in rules]) == line.get_ydata()
    assert [0, 2, 5] == ax.get_xticks().tolist()
    assert "patience (epochs)" == ax.get_xlabel()
