"""How long a network takes to fit its training images, whatever their labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations.runs import Run

FITTED = 0.99
"""The share of training images read as labelled from which on a network counts as having fitted them."""


def epochs_to_fit(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return after how many epochs each run is first found to read `FITTED` of its training images as labelled.

    That is infinite for a run that never does. Only evaluated epochs are looked at.
    """
    return np.array([_first(run) for run in runs])


def _first(run: Run) -> float:
    fitted = run.evaluated[run.history["train_accuracy"] >= FITTED]
    return float(fitted[0]) if len(fitted) else np.inf


def at_least(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Return the epochs that each run takes to fit, or, of one that never does, all that it was given."""
    return np.minimum(epochs_to_fit(runs), [run.epochs for run in runs])
