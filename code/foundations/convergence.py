"""How fast a curve falls, and how far it jumps about on its way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.metrics import series
from foundations.runs import Run

Values = NDArray[np.float64]


def epochs_to(runs: Sequence[Run], name: str, target: float) -> Values:
    """Return after how many epochs each run's curve first is at or below a target, (runs,).

    Between two evaluations the curve is taken as a straight line. A run that starts below the target counts with its
    first evaluation, one that never gets there with all its epochs, so that the figure is a lower bound then.

    Parameters
    ----------
    runs
        One or more.
    name
        Of a curve that falls, as `foundations.metrics.series` knows it.
    target
        In the unit of the curve.
    """
    return np.array([_crossing(run.evaluated, series(run, name), target) for run in runs])


def _crossing(epochs: NDArray[np.int64], curve: NDArray[np.floating], target: float) -> float:
    reached = np.flatnonzero(curve <= target)
    if len(reached) == 0 or reached[0] == 0:
        return float(epochs[0] if len(reached) else epochs[-1])
    after = reached[0]
    before = after - 1
    share = (curve[before] - target) / (curve[before] - curve[after])
    return float(epochs[before] + share * (epochs[after] - epochs[before]))


def fluctuation(curves: Values) -> Values:
    """Return by how much each curve jumps about from one value to the next, (runs,), in the unit of the curves.

    It is the standard deviation of the differences of successive values, over √2: of independent noise around a
    straight line, whatever its slope, that is the noise's own standard deviation.

    Parameters
    ----------
    curves
        (runs, values), of three values or more.
    """
    return np.asarray(np.diff(curves, axis=1).std(axis=1, ddof=1) / np.sqrt(2))
