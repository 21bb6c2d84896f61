"""Figures of one prediction: its way through the network, what it is made of, and how training made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from scipy import special

from foundations.anatomy import leading
from foundations.plots.frame import axes_or_new


def forward_pass(image: NDArray[Any], hidden: NDArray[np.floating], logits: NDArray[np.floating]) -> Figure:
    """Draw an image, the pre-activations of its hidden units in ascending order, its logits and its probabilities.

    Units that are on are blue, the others gray.

    Parameters
    ----------
    image
        (28, 28).
    hidden
        Pre-activations of the hidden layer, (units,).
    logits
        (10,).
    """
    figure, axes = plt.subplot_mosaic("ii;hh;lp", figsize=(5.8, 6.4), height_ratios=(1.1, 1.2, 1.0))
    axes["i"].imshow(image)
    axes["i"].axis("off")
    ordered = np.sort(hidden)
    axes["h"].bar(np.arange(len(ordered)), ordered, width=1.0, color=np.where(ordered > 0, "C0", "0.75"))
    axes["h"].set(xlabel="hidden unit, in ascending order", ylabel="pre-activation")
    colors = ["C1" if digit == logits.argmax() else "0.6" for digit in range(10)]
    for name, values in (("logit", logits), ("probability", special.softmax(logits))):
        axes[name[0]].bar(np.arange(10), values, color=colors)
        axes[name[0]].set(xlabel="digit", ylabel=name, xticks=np.arange(10))
        axes[name[0]].tick_params(axis="x", labelsize=8)
    return figure


def contributions(parts: NDArray[np.floating], shown: int = 10, ax: Axes | None = None) -> Axes:
    """Draw what the hidden units add to the logits of the two leading digits, which sum to the last row.

    The units whose contributions to the two differ most are shown one by one, those for the first digit above those
    against it; the others together.

    Parameters
    ----------
    parts
        (units + 1, 10), as of `foundations.anatomy.contributions`.
    shown
        How many units are shown one by one.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax, figsize=(5.8, 5.4))
    pair = parts[:, leading(parts.sum(axis=0))]
    units, bias = pair[:-1], pair[-1]
    difference = units[:, 0] - units[:, 1]
    chosen = np.argsort(-np.abs(difference), kind="stable")[:shown]
    chosen = chosen[np.argsort(-difference[chosen], kind="stable")]
    others = np.delete(units, chosen, axis=0)
    rows = np.vstack([units[chosen], others.sum(axis=0), bias, pair.sum(axis=0)])
    names = [*(f"unit {unit}" for unit in chosen), f"{len(others)} other units", "bias", "sum: logit"]
    height = np.arange(len(rows))
    for side, digit in enumerate(leading(parts.sum(axis=0))):
        ax.barh(height + (side - 0.5) * 0.38, rows[:, side], 0.38, color=f"C{1 - side}", label=f"digit {digit}")
    ax.axhline(len(rows) - 1.5, color="0.6", linewidth=0.8)
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.set_yticks(height, names)
    ax.invert_yaxis()
    ax.set_xlabel("contribution to the logit")
    ax.legend(loc="lower right", fontsize=9)
    ax.grid(visible=False, axis="y")
    return ax


def through_training(
    images: NDArray[Any], labels: Sequence[int], paths: Mapping[str, Mapping[int, NDArray[np.floating]]]
) -> Figure:
    """Draw the probabilities of several images after certain optimizer steps, one shaded map an image and optimizer.

    Parameters
    ----------
    images
        (n, 28, 28).
    labels
        (n,), their digits, which are framed.
    paths
        For each optimizer's name, and for each step, the probabilities (n, 10).
    """
    ratios = (0.7, *(1.0 for _ in paths))
    figure, axes = plt.subplots(
        len(images), len(ratios), figsize=(6.0, 1.9 * len(images)), width_ratios=ratios, squeeze=False
    )
    for row, (image, label) in enumerate(zip(images, labels, strict=True)):
        axes[row, 0].imshow(image)
        axes[row, 0].axis("off")
        for ax, (name, path) in zip(axes[row, 1:], paths.items(), strict=True):
            ax.imshow([values[row] for values in path.values()], cmap="Blues", vmin=0, vmax=1, aspect="auto")
            frame = Rectangle((label - 0.5, -0.5), 1, len(path), fill=False, edgecolor="C1", linewidth=1.2)
            ax.add_patch(frame)
            ax.set_xticks(np.arange(10))
            ax.set_yticks(np.arange(len(path)), [f"{step:,}" for step in path])
            ax.tick_params(labelsize=7, length=2)
            ax.grid(visible=False)
            ax.set_ylabel(f"{name} steps", fontsize=8)
            if row == len(images) - 1:
                ax.set_xlabel("digit", fontsize=9)
    return figure
