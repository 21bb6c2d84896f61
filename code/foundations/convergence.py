"""How fast a curve falls, and how far it jumps about on its way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.metrics import series
from foundations.runs import Floats, Run

Values = NDArray[np.float64]


def crossing(curve: Floats, level: float) -> float:
    """Return where a falling curve first is at or below a level, as a position among its values, counted from 0.

    Between two values its logarithm is taken to be straight. A curve that starts lower gives 0; one that never gets
    there, its last position.
    """
    reached = np.flatnonzero(curve <= level)
    if len(reached) == 0 or reached[0] == 0:
        return 0.0 if len(reached) else float(len(curve) - 1)
    after = int(reached[0])
    above, below = np.log(curve[after - 1 : after + 1])
    return after - 1 + float((above - np.log(level)) / (above - below))


def at_crossing(values: NDArray[np.number], curve: Floats, level: float) -> float:
    """Return what another curve, straight between its values, is where a curve first is at a level."""
    return float(np.interp(crossing(curve, level), np.arange(len(values)), values))


def epochs_to(runs: Sequence[Run], name: str, level: float) -> Values:
    """Return after how many epochs each run's curve first is at or below a level, (runs,).

    A run that starts below the level counts with its first evaluation, one that never gets there with all its epochs,
    so that the figure is a lower bound then.

    Parameters
    ----------
    runs
        One or more.
    name
        Of a curve that falls, as `foundations.metrics.series` knows it.
    level
        In the unit of the curve.
    """
    return np.array([at_crossing(run.evaluated, series(run, name), level) for run in runs])


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
