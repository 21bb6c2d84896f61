"""Figures of training at several batch sizes."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator, StrMethodFormatter

from foundations.plots.curves import band
from foundations.plots.frame import axes_or_new, label_end
from foundations.study import Results
from foundations.tuning import SweepResults


def progress(results: Results, units: Mapping[str, float], name: str, ax: Axes | None = None) -> Axes:
    """Draw a cross-entropy of several arms against what training has cost, both logarithmic, with seed bands.

    Parameters
    ----------
    results
        Of a study.
    units
        The arms, each with what one of its epochs costs.
    name
        The curve, as `foundations.metrics.series` knows it.
    ax
        Where to draw; a new figure if None.
    """
    ax = axes_or_new(ax)
    for arm, unit in units.items():
        values = results.curves(name, arm)
        band(
            ax,
            unit * results[arm][0].evaluated[: values.shape[1]],
            values,
            arm.partition(",")[0],
            marker="o",
            markersize=3,
        )
    ax.set(xscale="log", yscale="log")
    _plain(ax.xaxis)
    _plain(ax.yaxis)
    return ax


def against_fit(results: Results, names: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """Draw validation against training cross-entropy, epoch by epoch, for several arms given with their names.

    Lines are means over seeds, dots are epochs, and thin lines single seeds. Training goes from left to right.
    """
    ax = axes_or_new(ax)
    for number, (arm, label) in enumerate(names.items()):
        fit, new = (results.curves(f"{part}_cross_entropy", arm) for part in ("train", "validation"))
        for x, y in zip(fit, new, strict=True):
            ax.plot(x, y, color=f"C{number}", linewidth=0.5, alpha=0.35)
        ax.plot(fit.mean(axis=0), new.mean(axis=0), color=f"C{number}", marker="o", markersize=3)
        label_end(ax, fit[:, -1].mean(), new[:, -1].mean(), label, f"C{number}")
    ax.set(xscale="log", xlabel="training cross-entropy (nats)", ylabel="validation cross-entropy (nats)")
    _plain(ax.xaxis)
    ax.invert_xaxis()
    return ax


def tuning(sweeps: Mapping[str, SweepResults], ax: Axes | None = None) -> Axes:
    """Draw validation accuracy against the learning rate for several sweeps, with a ring at each recorded choice.

    Lines are means over the tuning seeds, and bands span them.
    """
    ax = axes_or_new(ax)
    for name, sweep in sweeps.items():
        values = sweep.values("validation_accuracy").T
        band(ax, sweep.rates, values, "", marker="o", markersize=4)
        color, means = ax.lines[-1].get_color(), values.mean(axis=0)
        label_end(ax, sweep.rates[0], means[0], name, color)  # where the curves are apart
        chosen = sweep.rates == sweep.sweep.chosen
        ax.plot(sweep.rates[chosen], means[chosen], "o", markersize=11, fillstyle="none", color=color)
    ax.set_xscale("log", base=2)
    rates = sorted({rate for sweep in sweeps.values() for rate in sweep.rates})
    ax.set_xticks(rates, [f"{1000 * rate:g}" for rate in rates])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="learning rate (thousandths)", ylabel="validation accuracy (%)")
    return ax


def _plain(axis: Axis) -> None:
    """Write plain numbers at one, two and five times the powers of ten of a logarithmic axis."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())
