"""Figures of early stopping: where it stops on one curve, and what patience costs and buys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from foundations.metrics import SERIES_LABELS
from foundations.plots.curves import interval_curve
from foundations.plots.frame import axes_or_new
from foundations.runs import Run
from foundations.specs import EarlyStoppingSpec
from foundations.stopping import stopped
from foundations.study import Results

APART = 0.12
"""How far apart the arms' intervals stand, in epochs of patience."""


def early_stop(run: Run, stop: EarlyStoppingSpec, ax: Axes | None = None) -> Axes:
    """Draw the monitored curve of a run with its best epoch, the patience window after it, and the stop.

    What would have come after the stop is drawn thin.

    Parameters
    ----------
    run
        Trained without early stopping.
    stop
        The rule.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    found = stopped(run, stop)
    percent = stop.monitor.endswith("accuracy")
    values = (100 if percent else 1) * run.history[stop.monitor]
    epochs = run.evaluated
    trained = epochs <= found.epochs
    best = values[epochs == found.best_epoch]
    ax.plot(epochs, values, color="C0", linewidth=0.8, alpha=0.5)
    ax.plot(epochs[trained], values[trained], color="C0")
    ax.axvspan(found.best_epoch, found.epochs, color="C1", alpha=0.15, linewidth=0)
    ax.plot(found.best_epoch, best, "o", color="C1")
    point = (found.best_epoch, float(best[0]))
    words: dict[str, Any] = {"textcoords": "offset points", "color": "C1", "fontsize": 9, "va": "center"}
    # To the left there is neither the window nor, above a rising curve and below a falling one, the curve.
    ax.annotate(f"best: epoch {found.best_epoch}", point, xytext=(0, 14 if percent else -14), ha="right", **words)
    if found.triggered:
        ax.axvline(found.epochs, color="C1", linewidth=1)
        top = ax.get_xaxis_transform()
        ax.annotate(f"stop: epoch {found.epochs}", (found.epochs, 0.95), xycoords=top, xytext=(4, 0), **words)
    ax.margins(y=0.25)
    ax.set(xlabel="epoch", ylabel=f"{SERIES_LABELS[stop.monitor]} ({'%' if percent else 'nats'})")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def against_patience(
    results: Results,
    arms: Mapping[str, str],
    rules: Sequence[EarlyStoppingSpec],
    measure: Callable[[Sequence[Run], EarlyStoppingSpec], NDArray[np.float64]],
    ax: Axes | None = None,
) -> Axes:
    """Draw what several patiences come to, for several arms, with 95% intervals over seeds.

    Parameters
    ----------
    results
        Of a study.
    arms
        Arms trained without early stopping, each with what it is called beside its line.
    rules
        That differ in patience only.
    measure
        From an arm's runs and a rule to one number a run.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    patiences = np.array([rule.patience for rule in rules])
    for number, (arm, label) in enumerate(arms.items()):
        values = np.stack([measure(results[arm], rule) for rule in rules], axis=1)
        # Side by side, so that no interval hides another.
        interval_curve(ax, patiences + APART * (number - (len(arms) - 1) / 2), values, label)
    ax.set(xlabel="patience (epochs)", xticks=patiences)
    return ax
