"""Figures of curves over epochs and of intervals over seeds.

Lines are means over seeds and bands span all of them, from the lowest to the highest, unless a function says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from foundations.metrics import SERIES_LABELS, kept, series
from foundations.plots.frame import axes_or_new, label_end
from foundations.statistics import estimate
from foundations.study import Results


def band(ax: Axes, x: ArrayLike, values: NDArray[np.floating], label: str, **style: Any) -> None:
    """Draw the mean over seeds of (seeds, points) as a line named at its end, and all seeds' range as a band."""
    (line,) = ax.plot(x, values.mean(axis=0), **style)
    color = line.get_color()
    ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)
    label_end(ax, float(np.asarray(x)[-1]), float(values.mean(axis=0)[-1]), label, color)


def learning_curves(results: Results, names: Mapping[str, str], arm: str, ax: Axes | None = None) -> Axes:
    """Draw curves of one arm against the epoch, with seed bands.

    Parameters
    ----------
    results
        Of a study.
    names
        Curves, as `foundations.metrics.series` knows them, and what each is called beside its line.
    arm
        The arm's name.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    for name, label in names.items():
        _curve(ax, results, name, arm, label)
    return _epoch_axes(ax, "accuracy (%)" if _percent(next(iter(names))) == 100 else "cross-entropy (nats)")


def compare_arms(results: Results, name: str, arms: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """Draw one curve of several arms, given with what each is called, against the epoch, with seed bands."""
    ax = axes_or_new(ax)
    for arm, label in arms.items():
        _curve(ax, results, name, arm, label)
    return _epoch_axes(ax, f"{SERIES_LABELS[name]} ({'%' if _percent(name) == 100 else 'nats'})")


def _percent(name: str) -> int:
    return 100 if name.endswith("accuracy") else 1


def _curve(ax: Axes, results: Results, name: str, arm: str, label: str) -> None:
    values = _percent(name) * results.curves(name, arm)
    band(ax, results[arm][0].evaluated[: values.shape[1]], values, label)


def _epoch_axes(ax: Axes, y_label: str) -> Axes:
    ax.set_xlabel("epoch")
    ax.set_ylabel(y_label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def ends(results: Results, name: str, arm: str, ax: Axes | None = None, **style: Any) -> Axes:
    """Draw every seed's curve of one arm as a thin line, with a dot at the epoch whose weights the run ends with."""
    ax = axes_or_new(ax)
    style = {"color": "C0", **style}
    for run in results[arm]:
        values = _percent(name) * series(run, name)
        ax.plot(run.evaluated, values, linewidth=0.8, alpha=0.6, **style)
        end = kept(run)
        ax.plot(run.evaluated[end], values[end], marker="o", markersize=5, linestyle="", **style)
    return _epoch_axes(ax, f"{SERIES_LABELS[name]} ({'%' if _percent(name) == 100 else 'nats'})")


def interval_curve(ax: Axes, x: ArrayLike, values: NDArray[np.floating], label: str, **style: Any) -> None:
    """Draw means over seeds of (seeds, points) with their 95% t intervals, named at the end of the line."""
    found = [estimate(column) for column in values.T]
    means = np.array([e.mean for e in found])
    reach = np.array([[e.mean - e.low for e in found], [e.high - e.mean for e in found]])
    container = ax.errorbar(x, means, yerr=reach, marker="o", markersize=4, capsize=3, **style)
    label_end(ax, float(np.asarray(x)[-1]), float(means[-1]), label, container.lines[0].get_color())
