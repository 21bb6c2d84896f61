"""How long a network takes to fit its training images, whatever their labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.runs import Run

FITTED = 0.99
"""The share of training images read as labelled from which on a network counts as having fitted them."""


def epochs_to_fit(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return after how many epochs each run first reads `FITTED` of its training images as labelled, (runs,).

    Only evaluated epochs are looked at. A run that never gets there takes longer than it was given; those epochs are
    returned, as the least that it takes.
    """
    return np.array([_first(run) for run in runs], dtype=float)


def _first(run: Run) -> int:
    fitted = run.evaluated[run.history["train_accuracy"] >= FITTED]
    return int(fitted[0]) if len(fitted) else run.epochs
