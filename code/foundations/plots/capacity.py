"""Figures of weights and of capacity: filters, singular values, curves against the width, effects of a factorial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from foundations.effects import Values
from foundations.factorial import combinations, contrast
from foundations.plots.curves import interval_curve
from foundations.plots.frame import axes_or_new
from foundations.statistics import estimate
from foundations.study import Results


def filters(pictures: NDArray[np.floating], limit: float, columns: int = 8, ax: Axes | None = None) -> Axes:
    """Draw pictures of weights in rows: red above zero, blue below, white at zero.

    Parameters
    ----------
    pictures
        (n, height, width).
    limit
        The size of weight from which on colours are full.
    columns
        Pictures in a row.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    count, height, width = pictures.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 2), columns * (width + 2)), np.nan)
    for number, picture in enumerate(pictures):
        top, left = (height + 2) * (number // columns), (width + 2) * (number % columns)
        sheet[top : top + height, left : left + width] = picture
    image = ax.imshow(sheet[:-2, :-2], cmap="RdBu_r", vmin=-limit, vmax=limit)
    ax.axis("off")
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.8, ticks=[-limit, 0, limit])
    bar.set_label("weight")
    return ax


def spectrum(values: Mapping[str, Values], edges: tuple[float, float], ax: Axes | None = None) -> Axes:
    """Draw singular values against their rank, given by name, over a band between the edges of random ones."""
    ax = axes_or_new(ax)
    ax.axhspan(*edges, color="0.9")
    for number, (name, singular) in enumerate(values.items()):
        ax.plot(np.arange(1, len(singular) + 1), singular, ".", color=f"C{number}", label=name)
    ax.set(xlabel="rank", ylabel="singular value", ylim=(0, None))
    ax.legend()
    return ax


def against_width(results: Results, name: str, arms: Mapping[int, str], label: str, ax: Axes, **style: Any) -> None:
    """Draw a metric of arms, given by their width, as means with 95% intervals over the seeds that all arms have."""
    columns = [results.values(name, arm) for arm in arms.values()]
    seeds = min(map(len, columns))
    interval_curve(ax, [*arms], np.array([column[:seeds] for column in columns]).T, label, **style)
    width_axis(ax, [*arms])


def width_axis(ax: Axes, widths: Sequence[int]) -> None:
    """Let the horizontal axis be that of widths: logarithmic, with one tick a width."""
    ax.set_xscale("log", base=2)
    ax.set_xticks(widths, [str(width) for width in widths])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("hidden units")


def factorial_effects(cells: Values, factors: Sequence[str], ax: Axes | None = None, **style: Any) -> Axes:
    """Draw main effects and interactions with their 95% intervals over seeds, one a row.

    Parameters
    ----------
    cells
        (2, …, 2, seeds), as of `foundations.factorial.contrast`.
    factors
        What each axis of `cells` is called.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    chosen = [*combinations(len(factors))]
    found = [estimate(contrast(cells, axes)) for axes in chosen]
    means = np.array([e.mean for e in found])
    reach = np.array([[e.mean - e.low for e in found], [e.high - e.mean for e in found]])
    ax.axvline(0, color="0.4", linewidth=1)
    ax.errorbar(means, np.arange(len(chosen)), xerr=reach, fmt="o", markersize=4, capsize=3, **style)
    ax.set_yticks(np.arange(len(chosen)), [" × ".join(factors[axis] for axis in axes) for axes in chosen])
    ax.invert_yaxis()
    return ax
