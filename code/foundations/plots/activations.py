"""Figures of activation functions and of what comes back through deep networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from foundations.activations import DERIVATIVES, NAMES
from foundations.evaluation import ACTIVATIONS
from foundations.plots.curves import band
from foundations.plots.frame import axes_or_new

COLORS = dict(zip(ACTIVATIONS, ("C0", "C1", "C2", "C3", "0.4"), strict=True))
"""One colour an activation in all figures; the control is gray."""
APART = 0.08
"""How far apart the activations' dots stand, in settings."""


def activations(derivative: bool = False, reach: float = 3.0, ax: Axes | None = None) -> Axes:
    """Draw the activation functions, or their derivatives, against the pre-activation."""
    ax = axes_or_new(ax)
    a = np.linspace(-reach, reach, 601)
    for name, function in (DERIVATIVES if derivative else ACTIVATIONS).items():
        ax.plot(a, function(a), color=COLORS[name], label=NAMES[name])
    ax.set(xlabel="pre-activation $a$", ylabel="derivative $\\varphi'(a)$" if derivative else "$\\varphi(a)$")
    return ax


def by_layer(
    signals: Mapping[str, NDArray[np.float64]],
    theory: Mapping[str, ArrayLike],
    ax: Axes | None = None,
) -> Axes:
    """Draw a positive quantity against the hidden layer on a logarithmic axis: measured, and derived as dashes.

    Parameters
    ----------
    signals
        By activation, (seeds, layers), from the first hidden layer to the last.
    theory
        By activation, (layers,).
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    ax.set_yscale("log")
    for name, values in signals.items():
        layers = np.arange(1, values.shape[1] + 1)
        # From the last layer to the first, as the signal travels, so that a line is named where it ends.
        band(ax, layers[::-1], values[:, ::-1], NAMES[name], color=COLORS[name])
        ax.plot(layers, np.asarray(theory[name]), color=COLORS[name], linestyle="--", linewidth=1)
    ax.invert_xaxis()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_locator(LogLocator(numticks=7))
    ax.set(xlabel="hidden layer")
    return ax


def dots_and_means(values: Mapping[str, NDArray[np.float64]], at: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw every seed's value as a dot, and the means as a line, by activation, at evenly spaced settings.

    Parameters
    ----------
    values
        By activation, (seeds, settings).
    at
        The settings, which are written below the axis.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    places = np.arange(len(at))
    for number, (name, of) in enumerate(values.items()):
        # Side by side, so that no dot hides another.
        apart = places + APART * (number - (len(values) - 1) / 2)
        for seed in of:
            ax.plot(apart, seed, "o", color=COLORS[name], markersize=3, alpha=0.5)
        ax.plot(apart, of.mean(axis=0), color=COLORS[name], label=NAMES[name])
    ax.set_xticks(places, [f"{setting:g}" for setting in at])
    return ax
