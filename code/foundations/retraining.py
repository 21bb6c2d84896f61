"""Training stored runs anew, to show that they are what training gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foundations import parallel
from foundations.checks import largest_difference
from foundations.measurements import measurement
from foundations.runs import Run


@measurement
def retraining_difference(runs: Sequence[Run]) -> NDArray[np.float64]:
    """Train runs anew, each for its own length, and return the largest difference to what is stored, (1,).

    A stored run may be the beginning of a longer one; this shows that it is what training for its length gives.
    """
    differences = []
    fresh = {run.spec: run for run in parallel.trained([run.spec for run in runs])}
    for run in runs:
        differences += [largest_difference(a, b) for a, b in zip(run.weights, fresh[run.spec].weights, strict=True)]
        differences += [largest_difference(run.history[name], fresh[run.spec].history[name]) for name in run.history]
    return np.array([max(differences)])
