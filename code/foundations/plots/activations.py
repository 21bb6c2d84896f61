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
from foundations.plots.frame import axes_or_new, label_end

COLORS = dict(zip(ACTIVATIONS, ("C0", "C1", "C2", "C3", "C4"), strict=True))
"""One colour an activation in all figures."""
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
    measured: Mapping[str, NDArray[np.float64]],
    derived: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    first: int = 1,
) -> Axes:
    """Draw what comes back against the hidden layer, on a logarithmic axis, in the direction in which it travels.

    Lines are means over seeds and bands span all of them.

    Parameters
    ----------
    measured
        By activation, (seeds, layers), in the order of the layers, all above 0.
    derived
        By activation, (layers,), drawn as dashes.
    ax
        Where to draw; a new figure if None.
    first
        The number of the first layer given.
    """
    ax = axes_or_new(ax)
    ax.set_yscale("log")
    layers = first + np.arange(next(iter(measured.values())).shape[1])
    for name, values in measured.items():
        band(ax, layers, values, "", color=COLORS[name])
    for name, line in derived.items():
        ax.plot(layers, np.asarray(line), color=COLORS[name], linestyle="--", linewidth=1)
    for name, values in measured.items():
        label_end(ax, first, float(values[:, 0].mean()), NAMES[name], COLORS[name])
    ax.invert_xaxis()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_locator(LogLocator(numticks=7))
    ax.minorticks_off()
    ax.set_xlabel("hidden layer")
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
        beside = places + APART * (number - (len(values) - 1) / 2)
        for seed in of:
            ax.plot(beside, seed, "o", color=COLORS[name], markersize=3, alpha=0.5)
        ax.plot(beside, of.mean(axis=0), color=COLORS[name], label=NAMES[name])
    ax.set_xticks(places, [f"{setting:g}" for setting in at])
    return ax
