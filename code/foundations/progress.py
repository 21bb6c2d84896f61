"""How far training has come: runs compared where they fit their training images equally well, and by the clock."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.metrics import series
from foundations.runs import Floats, Run

Values = NDArray[np.float64]


def fitted(curve: Floats, level: float) -> float:
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


def at_equal_fit(runs: Sequence[Run], name: str, level: float) -> Values:
    """Return a curve's value when each run's training cross-entropy first is at a level, in nats, (runs,).

    `name` is one of `foundations.metrics.series`; between two evaluations the curve is taken to be straight.
    """
    return np.array([_value(run, series(run, name), level) for run in runs])


def updates_to_fit(runs: Sequence[Run], level: float) -> Values:
    """Return after how many optimizer steps each run's training cross-entropy first is at a level, in nats, (runs,)."""
    return np.array([_value(run, run.evaluated, level) * run.spec.steps_per_epoch for run in runs])


def _value(run: Run, values: NDArray[np.number], level: float) -> float:
    place = fitted(run.history["train_cross_entropy"], level)
    return float(np.interp(place, np.arange(len(values)), values))


def epoch_seconds(runs: Sequence[Run]) -> float:
    """Return the median seconds that an epoch took on one core, its evaluation included.

    A run that is the beginning of a longer one carries that one's seconds, and the first run of a structure its
    compilation: the median is meant for many runs, few of which are of either kind.
    """
    return float(np.median([run.provenance.seconds / run.epochs for run in runs]))
