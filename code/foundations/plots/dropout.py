"""Figures of dropout: what it changes at several lengths of training, and single numbers seed by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from foundations.plots.frame import axes_or_new, label_end

APART = 0.05
"""How far apart the arms' dots stand, as a share of the way to the next length."""


def changes(
    epochs: Sequence[int],
    by_arm: Mapping[str, Sequence[NDArray[np.floating]]],
    ax: Axes | None = None,
) -> Axes:
    """Draw differences from a reference at several lengths of training: a dot a seed, a line through the means.

    The first colour is left to the reference, which other figures draw beside the arms.

    Parameters
    ----------
    epochs
        The lengths, from the shortest; they are drawn on a logarithmic axis.
    by_arm
        By what an arm is called beside its line, one array (seeds,) for each of the first so many lengths; an arm that
        has none, as a short one in a preview, is left out.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    ax.axhline(0, color="0.5", linewidth=1)
    for number, (label, differences) in enumerate(by_arm.items(), start=1):
        if not differences:
            continue
        x = np.array(epochs)[: len(differences)] * 2 ** (APART * (2 * number - len(by_arm) - 1))
        means = [float(values.mean()) for values in differences]
        ax.plot(x, means, color=f"C{number}")
        for place, values in zip(x, differences, strict=True):
            ax.plot(np.full(len(values), place), values, "o", markersize=3, alpha=0.6, color=f"C{number}")
        label_end(ax, float(x[-1]), means[-1], label, f"C{number}")
    ax.set_xscale("log", base=2)
    ax.set_xticks(epochs, [str(length) for length in epochs])
    ax.set_xlabel("epochs")
    return ax


def seeds(rows: Mapping[str, NDArray[np.floating]], label: str, ax: Axes | None = None) -> Axes:
    """Draw one number a seed as dots, one arm a row from the top, with a bar at the mean, on an axis from 0.

    Parameters
    ----------
    rows
        By arm, (seeds,), above 0.
    label
        What the numbers are, with their unit.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax, figsize=(5.8, 0.7 + 0.3 * len(rows)))
    heights = np.arange(len(rows))[::-1]
    for number, (height, values) in enumerate(zip(heights, rows.values(), strict=True)):
        ax.plot(values, np.full(len(values), height), "o", markersize=4, alpha=0.6, color=f"C{number}")
        ax.plot(values.mean(), height, "|", markersize=16, markeredgewidth=2, color=f"C{number}")
    ax.set_yticks(heights, [*rows])
    most = max(float(values.max()) for values in rows.values())
    ax.set(xlim=(0, 1.06 * most), ylim=(-0.6, len(rows) - 0.4), xlabel=label)
    return ax
