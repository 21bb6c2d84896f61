"""How far training has come: runs compared where they fit their training images equally well, and by the clock."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.convergence import at_crossing, epochs_to
from foundations.metrics import series
from foundations.runs import Run

Values = NDArray[np.float64]
FIT = "train_cross_entropy"


def at_equal_fit(runs: Sequence[Run], name: str, level: float) -> Values:
    """Return a curve's value when each run's training cross-entropy first is at a level, in nats, (runs,).

    `name` is one of `foundations.metrics.series`; between two evaluations the curve is taken to be straight.
    """
    return np.array([at_crossing(series(run, name), series(run, FIT), level) for run in runs])


def updates_to_fit(runs: Sequence[Run], level: float) -> Values:
    """Return after how many optimizer steps each run's training cross-entropy first is at a level, in nats, (runs,)."""
    return epochs_to(runs, FIT, level) * [run.spec.steps_per_epoch for run in runs]


def epoch_seconds(runs: Sequence[Run]) -> float:
    """Return the median seconds that an epoch took on one core, its evaluation included.

    A run that is the beginning of a longer one carries that one's seconds, and the first run of a structure its
    compilation: the median is meant for many runs, few of which are of either kind.
    """
    return float(np.median([run.provenance.seconds / run.epochs for run in runs]))
