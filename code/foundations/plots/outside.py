"""Figures of pictures from outside MNIST and of shifted images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from foundations.plots.frame import axes_or_new
from foundations.shifts import SHIFTS

Row = tuple[float, float, float]


def shares(rows: Mapping[str, Row], unit: str, ax: Axes | None = None) -> Axes:
    """Draw shares in percent with their intervals, one below the other.

    Parameters
    ----------
    rows
        By name, the share and the ends of its interval, from the top.
    unit
        What the shares are of, for the axis.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax, figsize=(5.8, 0.4 + 0.32 * len(rows)))
    middle, low, high = np.array([*rows.values()]).T
    heights = np.arange(len(rows))[::-1]
    ax.errorbar(middle, heights, xerr=[middle - low, high - middle], fmt="o", markersize=5, capsize=3)
    ax.set_yticks(heights, [*rows])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlabel(f"{unit} (%)")
    return ax


def shifts(curves: Mapping[str, NDArray[np.floating]], columns: int = 2) -> Figure:
    """Draw accuracy and mean confidence against the amount of every kind of shift, with seed bands.

    Parameters
    ----------
    curves
        By kind, (seeds, amounts, 2) in points, as from `foundations.shifts.shift_curves`.
    columns
        Of panels.
    """
    rows = -(-len(curves) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.9, 1.75 * rows), sharey=True, squeeze=False)
    for ax, (kind, values) in zip(axes.flat, curves.items(), strict=False):
        shift(values, kind, ax)
    for ax in axes.flat[len(curves) :]:
        ax.axis("off")
    first = axes[0, 0]
    for text, color, height in (("accuracy", "C0", 0.24), ("confidence", "C1", 0.08)):
        first.text(0.04, height, text, color=color, fontsize=9, transform=first.transAxes)
    for ax in axes[:, 0]:
        ax.set_ylabel("%")
    return figure


def shift(values: NDArray[np.floating], kind: str, ax: Axes | None = None) -> Axes:
    """Draw accuracy (blue) and mean confidence (orange) against the amount of one kind of shift, with seed bands."""
    ax = axes_or_new(ax, figsize=(2.9, 1.9))
    amounts = SHIFTS[kind].amounts
    for number, color in enumerate(("C0", "C1")):
        found = values[:, :, number]
        ax.plot(amounts, found.mean(axis=0), color=color, marker="o", markersize=2.5)
        ax.fill_between(amounts, found.min(axis=0), found.max(axis=0), color=color, alpha=0.18, linewidth=0)
    ax.set_xlabel(SHIFTS[kind].label, fontsize=8)
    ax.set_ylim(0, 103)
    return ax


def cloud(points: NDArray[np.floating], labels: NDArray[np.integer], ax: Axes | None = None) -> Axes:
    """Draw many images as pale points of a plane, (n, 2), with each digit written at the middle of its points."""
    ax = axes_or_new(ax, figsize=(5.8, 5.2))
    ax.scatter(points[:, 0], points[:, 1], s=2, color="0.8", linewidths=0)
    for digit in np.unique(labels):
        x, y = np.median(points[labels == digit], axis=0)
        ax.text(x, y, str(digit), fontsize=22, color="0.35", alpha=0.6, ha="center", va="center")
    ax.set_xlabel("first principal component")
    ax.set_ylabel("second principal component")
    ax.grid(visible=False)
    return ax


def placed(points: NDArray[np.floating], texts: Sequence[str], right: NDArray[np.bool_], ax: Axes) -> Axes:
    """Write what images show at their points of a plane, (n, 2): blue if they are read correctly, otherwise orange."""
    for (x, y), text, hit in zip(points, texts, right, strict=True):
        ax.text(x, y, text, fontsize=8, color="C0" if hit else "C1", ha="center", va="center", zorder=3 - hit)
    return ax
