"""Figures of images, of predictions, and of the network itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from foundations.plots.frame import axes_or_new


def image_grid(
    images: NDArray[Any], titles: Sequence[str] | None = None, columns: int = 10, size: float = 0.65
) -> Figure:
    """Draw images (n, 28, 28) in rows, each under its title, and return the figure."""
    rows = -(-len(images) // columns)
    height = size * (1.35 if titles else 1.0)
    figure, axes = plt.subplots(rows, columns, figsize=(size * columns, height * rows), squeeze=False)
    for number, ax in enumerate(axes.flat):
        ax.axis("off")
        if number < len(images):
            ax.imshow(images[number])
            if titles:
                ax.set_title(titles[number], fontsize=8, pad=2)
    return figure


def predictions(
    images: NDArray[Any], probabilities: NDArray[np.floating], labels: ArrayLike, columns: int = 6
) -> Figure:
    """Draw images above bars of their probabilities: the true digit blue, a wrongly predicted one orange."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(2 * rows, columns, figsize=(1.15 * columns, 1.9 * rows), squeeze=False)
    for number, (image, row, label) in enumerate(zip(images, probabilities, np.asarray(labels), strict=True)):
        block, column = divmod(number, columns)
        axes[2 * block, column].imshow(image)
        probability_bars(row, int(label), axes[2 * block + 1, column])
    for ax in axes[::2].flat:
        ax.axis("off")
    for ax in axes[1::2].flat[len(images) :]:
        ax.axis("off")
    return figure


def probability_bars(probabilities: NDArray[np.floating], label: int, ax: Axes | None = None) -> Axes:
    """Draw the ten probabilities of one image: the true digit blue, a wrongly predicted one orange."""
    ax = axes_or_new(ax)
    told = {int(probabilities.argmax()): "C1", label: "C0"}
    ax.bar(np.arange(10), probabilities, color=[told.get(digit, "0.75") for digit in range(10)])
    ax.set_xticks(np.arange(10))
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 1])
    ax.tick_params(labelsize=6, length=2)
    ax.grid(visible=False)
    # A bar may be too low to be seen.
    for digit, color in told.items():
        ax.get_xticklabels()[digit].set(color=color, fontsize=8, fontweight="bold")
    return ax


def confusion(counts: NDArray[np.floating], ax: Axes | None = None) -> Axes:
    """Draw counts (10, 10) by true digit (row) and predicted digit (column), shaded by the errors."""
    ax = axes_or_new(ax, figsize=(5.4, 5.0))
    errors = counts * (1 - np.eye(len(counts)))
    ax.imshow(errors, cmap="Oranges", vmax=1.6 * errors.max() or 1)
    whole = np.array_equal(counts, counts.round())
    for (row, column), count in np.ndenumerate(counts):
        text = f"{count:.0f}" if whole or count >= 10 or count == 0 else f"{count:.1f}"
        ax.text(column, row, text, ha="center", va="center", fontsize=8, color="0.3" if row == column else "black")
    ax.set_xticks(np.arange(10))
    ax.set_yticks(np.arange(10))
    ax.set_xlabel("predicted digit")
    ax.set_ylabel("true digit")
    ax.grid(visible=False)
    return ax


def network(widths: Sequence[int], names: Sequence[str], shown: int = 9, ax: Axes | None = None) -> Axes:
    """Draw a fully connected network as columns of units, of which `shown` at most a layer, and all connections."""
    ax = axes_or_new(ax, figsize=(6.4, 3.4))
    columns = []
    for x, (width, name) in enumerate(zip(widths, names, strict=True)):
        y = np.linspace(-1, 1, min(width, shown))
        ax.plot(np.full(len(y), x), y, "o", color=f"C{x}", markersize=10, zorder=3)
        if width > shown:
            ax.plot(np.full(3, x), np.array([-0.04, 0, 0.04]) - 1.17, ".", color=f"C{x}", markersize=3)
        ax.text(x, 1.22, f"{name}\n{width}", ha="center", va="bottom", fontsize=9)
        columns.append(y)
    for x, (left, right) in enumerate(itertools.pairwise(columns)):
        for start in left:
            for end in right:
                ax.plot([x, x + 1], [start, end], color="0.75", linewidth=0.4, zorder=1)
    ax.set_ylim(-1.3, 1.75)
    ax.axis("off")
    return ax
