"""Figures of weights: how they are distributed, and what is measured for a row of settings or groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from foundations.plots.curves import interval_curve
from foundations.plots.frame import axes_or_new


def histograms(shares: Mapping[str, NDArray[np.floating]], edges: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw several distributions of weights as steps, on a logarithmic axis so that rare large weights are seen.

    Parameters
    ----------
    shares
        By name, the share of the weights between edges, (seeds, bins), whose mean over seeds is drawn.
    edges
        (bins + 1,).
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    for name, values in shares.items():
        ax.stairs(values.mean(axis=0), np.asarray(edges), label=name, linewidth=1.4)
    ax.set(yscale="log", xlabel="weight", ylabel="share of the weights")
    ax.legend(loc="upper left", fontsize=9)
    return ax


def categories(values: Mapping[str, NDArray[np.floating]], names: Sequence[str], ax: Axes | None = None) -> Axes:
    """Draw means over seeds with 95% intervals for a row of named settings, one line a measure, named at its end.

    Parameters
    ----------
    values
        By what the line is called, (seeds, len(names)).
    names
        The settings, from left to right.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    places = np.arange(len(names))
    for label, found in values.items():
        interval_curve(ax, places, found, label)
    ax.set_xticks(places, names)
    return ax
