"""Figures of pictures on their way to MNIST's 28×28."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from foundations.digits import Picture, Prepared
from foundations.plots.frame import axes_or_new
from foundations.plots.images import probability_bars

STAGES: Mapping[str, str] = {
    "picture": "gray",
    "polarity": "ink bright",
    "background": "paper even",
    "crop": "cropped",
    "box": "20 × 20",
    "image": "28 × 28",
}
"""The stages of `foundations.digits.Prepared`, and what each is called above its picture."""


def stage(picture: Picture, ax: Axes | None = None) -> Axes:
    """Draw a stage as it is: 0 black, 1 white."""
    ax = axes_or_new(ax, figsize=(1.2, 1.2))
    ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[:].set(visible=True, color="0.7", linewidth=0.6)  # white paper ends somewhere
    return ax


def preparation(
    prepared: Sequence[Prepared],
    probabilities: Sequence[NDArray[np.floating]],
    size: float = 1.0,
    names: Sequence[str] = (),
) -> Figure:
    """Draw pictures after every step of preprocessing and the probabilities of their digits, a row a picture.

    Parameters
    ----------
    prepared
        The pictures.
    probabilities
        Of each, (10,).
    size
        Width of one stage, in inches.
    names
        What the rows are called at their left, if anything.
    """
    columns = len(STAGES) + 1
    figure = plt.figure(figsize=(size * (columns + 0.6), size * (len(prepared) + 0.35)))
    axes = figure.subplots(len(prepared), columns, squeeze=False, width_ratios=[1.0] * len(STAGES) + [1.6])
    for row, item, shares in zip(axes, prepared, probabilities, strict=True):
        for ax, name in zip(row, STAGES, strict=False):
            stage(item.stages[name], ax)
        digit = int(shares.argmax())
        probability_bars(shares, digit, row[-1]).set_title(f"{digit} ({100 * shares[digit]:.0f}%)", fontsize=9, pad=3)
    for ax, name in zip(axes[:, 0], names, strict=False):
        ax.set_ylabel(textwrap.fill(name, 14), rotation=0, ha="right", va="center", fontsize=8)
    for ax, label in zip(axes[0], STAGES.values(), strict=False):
        ax.set_title(label, fontsize=9, pad=3)
    return figure
