"""Figures of optimizers: their ways through a valley, and what the learning rate and the search for it make of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from foundations.plots.frame import axes_or_new
from foundations.specs import named_optimizer
from foundations.trials import expected_best
from foundations.tuning import SweepResults
from foundations.valley import Valley

Values = NDArray[np.float64]

ACCURACIES = (98, 97, 95, 90, 70, 10)
"""The ticks, in percent, of an axis that is stretched where accuracies are high."""


def descents(valley: Valley, paths: Mapping[str, Values], ax: Axes | None = None) -> Axes:
    """Draw paths of optimizers, (steps + 1, 2), over the contour lines of a valley, with a legend.

    Parameters
    ----------
    valley
        The loss.
    paths
        By name; one of no name is drawn without.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    for name, path in paths.items():
        ax.plot(*path.T, marker="o", markersize=2.5, linewidth=1.1, label=name)
    ax.plot(0, 0, marker="+", color="black", markersize=9)
    limits = ax.get_xlim(), ax.get_ylim()
    grid = np.stack(np.meshgrid(*(np.linspace(*ends, 200) for ends in limits)), axis=-1)
    levels = valley.loss(next(iter(paths.values()))[0]) * np.geomspace(0.002, 4, 9)
    ax.contour(*np.moveaxis(grid, -1, 0), valley.loss(grid), levels=levels, colors="0.75", linewidths=0.7, zorder=0)
    ax.grid(visible=False)
    ax.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", xlim=limits[0], ylim=limits[1], aspect="equal")
    return ax


def against_rate(sweeps: Mapping[str, SweepResults], name: str, ax: Axes | None = None) -> Axes:
    """Draw an accuracy against the learning rate, with seed bands, dots at recorded choices and rings at defaults.

    Parameters
    ----------
    sweeps
        By what each is called.
    name
        The metric, a validation accuracy in points.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    for label, sweep in sweeps.items():
        values = 100 - sweep.values(name)
        (line,) = ax.loglog(sweep.rates, values.mean(axis=1), label=label)
        ax.fill_between(sweep.rates, values.min(axis=1), values.max(axis=1), color=line.get_color(), alpha=0.18, lw=0)
        means = dict(zip(sweep.sweep.rates, values.mean(axis=1), strict=True))
        chosen, default = sweep.sweep.chosen, named_optimizer(sweep.sweep.spec.optimizer.name).learning_rate
        ax.plot(chosen, means[chosen], marker="o", color=line.get_color())
        if default in means:
            ax.plot(default, means[default], marker="o", markersize=10, fillstyle="none", color=line.get_color())
    ax.set_xlabel("learning rate")
    ax.legend()
    return stretch(ax)


def against_trials(sweeps: Mapping[str, SweepResults], name: str, ax: Axes | None = None) -> Axes:
    """Draw the accuracy to expect of the best of k learning rates drawn at random, with bands over seeds.

    The parameters are those of `against_rate`.
    """
    ax = axes_or_new(ax)
    for label, sweep in sweeps.items():
        values = 100 - expected_best(sweep.values(name))
        trials = np.arange(1, len(values) + 1)
        (line,) = ax.semilogy(trials, values.mean(axis=1), marker="o", markersize=4, label=label)
        ax.fill_between(trials, values.min(axis=1), values.max(axis=1), color=line.get_color(), alpha=0.18, lw=0)
    ax.set_xlabel("learning rates tried")
    ax.legend()
    return stretch(ax)


def stretch(ax: Axes) -> Axes:
    """Let an axis of errors in percent, logarithmic, read as one of accuracies, the best on top."""
    ax.set_yticks([100 - accuracy for accuracy in ACCURACIES], map(str, ACCURACIES))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.invert_yaxis()
    ax.set_ylabel("validation accuracy (%)")
    return ax
