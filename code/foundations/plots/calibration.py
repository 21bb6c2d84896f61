"""The figure of calibration: how often a network errs against how often it says that it does."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from foundations.calibration import Reliability
from foundations.plots.frame import axes_or_new
from foundations.statistics import wilson

FLOOR = 1e-9


def reliability(found: Reliability, label: str, ax: Axes | None = None, **style: Any) -> Axes:
    """Draw each bin's share of errors against its mean doubt, 1 - confidence, on logarithmic axes.

    A usual reliability diagram squeezes a good network into its upper right corner; this is that corner, unfolded.
    Calibrated bins lie on the diagonal, over-confident ones above it. Vertical lines are 95% Wilson intervals. A bin
    without errors has no logarithm: an open triangle marks the upper end of its interval. Doubts below `FLOOR` are
    drawn at it.

    Parameters
    ----------
    found
        Bins of one network.
    label
        What the legend calls it.
    ax
        Where to draw; a new figure if None.
    **style
        For the dots, such as their colour.
    """
    ax = axes_or_new(ax, figsize=(5.2, 4.4))
    doubts = np.maximum(1 - found.confidence, FLOOR)
    wrong = np.rint(found.count * (1 - found.accuracy)).astype(int)
    ends = [wilson(errors, images) for errors, images in zip(wrong, found.count, strict=True)]
    erring = wrong > 0
    shares = (wrong / found.count)[erring]
    low, high = np.array(ends).T
    reach = np.clip([shares - low[erring], high[erring] - shares], 0, None)
    dots = ax.errorbar(doubts[erring], shares, yerr=reach, fmt="o", markersize=5, capsize=2, label=label, **style)
    color = dots.lines[0].get_color()
    ax.plot(doubts[~erring], high[~erring], "v", color=color, markerfacecolor="white", markersize=6)
    ax.set(xscale="log", yscale="log", xlim=(0.7 * FLOOR, 1), ylim=(3e-4, 1))
    ax.set(xlabel="doubt: 1 − confidence", ylabel="share of errors")
    if not any(line.get_gid() == "calibrated" for line in ax.lines):
        ax.plot([FLOOR, 1], [FLOOR, 1], color="0.4", linestyle="--", linewidth=1, gid="calibrated")
    ax.legend(loc="upper left", fontsize=9)
    return ax
