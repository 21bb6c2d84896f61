"""Figures of the noise of minibatches' gradients: means over seeds on logarithmic axes are geometric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from foundations.noise import left_of_noise, noise_scale
from foundations.plots.frame import axes_or_new, label_end
from foundations.statistics import estimate

Values = NDArray[np.float64]


def _geometric(ax: Axes, x: ArrayLike, values: Values, label: str, **style: Any) -> None:
    """Draw geometric means over seeds of (seeds, points) with 95% intervals, named at the end of the line."""
    found = [estimate(column) for column in np.log(values).T]
    middle, low, high = np.exp([(e.mean, e.low, e.high) for e in found]).T
    drawn = ax.errorbar(x, middle, yerr=[middle - low, high - middle], marker="o", markersize=4, capsize=3, **style)
    label_end(ax, float(np.asarray(x)[-1]), float(middle[-1]), label, drawn.lines[0].get_color())
    ax.set_yscale("log")


def _stages(ax: Axes, steps: Sequence[int]) -> NDArray[np.int_]:
    """Label an axis with stages of training, evenly apart, and return their places."""
    places = np.arange(len(steps))
    ax.set_xticks(places, [f"{step:,}" for step in steps])
    ax.set_xlabel("optimizer step")
    return places


def gradient_and_noise(steps: Sequence[int], found: Values, ax: Axes | None = None) -> Axes:
    """Draw the squared gradient and the variance of single examples' gradients at stages of training.

    Parameters
    ----------
    steps
        The stages, as optimizer steps.
    found
        (seeds, steps, 2), as from `foundations.noise.gradient_moments`.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    places = _stages(ax, steps)
    _geometric(ax, places, found[..., 1], r"tr $\Sigma$", color="C1")
    _geometric(ax, places, found[..., 0], r"$\|\mathbf{G}\|^2$", color="C0")
    ax.set_ylabel("nats² per unit²")
    return ax


def noise_scales(steps: Sequence[int], found: Values, sizes: Sequence[int], ax: Axes | None = None) -> Axes:
    """Draw the noise scale at stages of training, with batch sizes as dashed lines."""
    ax = axes_or_new(ax)
    _geometric(ax, _stages(ax, steps), noise_scale(found), "", color="C2")
    for size in sizes:
        ax.axhline(size, color="0.5", linestyle="--", linewidth=1)
        ax.annotate(
            f"B = {size}",
            (1, size),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 2),
            textcoords="offset points",
            fontsize=9,
            color="0.35",
            ha="right",
        )
    ax.set_ylabel("noise scale (images)")
    return ax


def noise_against_size(
    sizes: Sequence[int], stages: Mapping[str, tuple[Values, Values]], images: int, ax: Axes | None = None
) -> Axes:
    """Draw the measured noise of minibatches, over the squared gradient, against their size, and the law as lines.

    Parameters
    ----------
    sizes
        Images a minibatch.
    stages
        By name, the mean squared distance from the gradient, (seeds, sizes), and the moments, (seeds, 2).
    images
        That the minibatches are drawn from.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    fine = np.geomspace(sizes[0], sizes[-1], 50)
    for number, (label, (measured, found)) in enumerate(stages.items()):
        law = np.exp(np.log(noise_scale(found)).mean()) * left_of_noise(fine, images)
        ax.plot(fine, law, color=f"C{number}", linewidth=1)
        _geometric(ax, sizes, measured / found[:, :1], label, color=f"C{number}", linestyle="")
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set(xlabel="batch size (images)", ylabel=r"$\|\mathbf{g}_B - \mathbf{G}\|^2 / \|\mathbf{G}\|^2$")
    return ax
